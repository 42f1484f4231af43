//! What is said of a faulty graph: one line for each problem, with its place, what is wrong, and what would mend it.
#![allow(clippy::unwrap_used, missing_docs)]

use graph::{Graph, Severity};
use nodes::CheckOptions;
use serde_json::{Value, json};

/// A graph with one tool of an entry, the node (called `n` unless it says otherwise), a second node `next` and an exit.
fn with_node(node: &Value) -> Graph {
    let mut own = json!({"id": "n", "next": "last"});
    own.as_object_mut().unwrap().extend(node.as_object().unwrap().clone());
    graph_of(&json!([
        {"id": "in", "type": "entry", "next": own["id"]},
        own,
        {"id": "last", "type": "transform", "transform": {"expr": "1"}, "next": "out"},
        {"id": "out", "type": "exit"}
    ]))
}

fn graph_of(nodes: &Value) -> Graph {
    let graph = json!({
        "version": "1.0", "server": {"name": "s", "version": "1"},
        "mcpServers": {"files": {"command": "files"}},
        "tools": [{"name": "count_files", "description": "d", "inputSchema": {"type": "object"}, "nodes": nodes}]
    });
    let (graph, problems) = Graph::from_json(&graph);
    assert_eq!(problems, [], "the graph itself can be read");
    graph
}

/// Each problem in a line, `place[within]: message (remedy)`, a warning with `?` before it; the places from the nodes down.
fn told(graph: &Graph) -> Vec<String> {
    let problems = nodes::check(graph, CheckOptions::default());
    let line = |problem: graph::Problem| {
        let mark = if problem.severity == Severity::Warning { "? " } else { "" };
        let place = problem.path.to_string();
        let place = place.strip_prefix("tools[0].nodes").unwrap_or(&place);
        let within = problem.within.map_or_else(String::new, |within| format!("[{}..{}]", within.start, within.end));
        format!("{mark}{place}{within}: {} ({})", problem.message, problem.remedy)
    };
    problems.into_iter().map(line).collect()
}

#[track_caller]
fn check(node: Value, expected: &[&str]) {
    assert_eq!(told(&with_node(&node)), expected, "what is said of {node}");
}

#[test]
fn nothing_is_said_of_nodes_that_are_right() {
    for node in [
        json!({"type": "transform", "transform": {"expr": "$.in.x & `in`.y"}}),
        json!({"type": "mcp", "server": "files", "tool": "list"}),
        json!({"type": "mcp", "server": "files", "tool": "list", "args": {"a": {"expr": "in.a"}, "b": [{"c": {"expr": "$exists(last)"}}], "d": {"expr": 5}}}),
        json!({"type": "mcp", "server": "files", "tool": "list", "output": "text", "retry": {"maxAttempts": 2}, "timeoutMs": 5, "onError": "last"}),
        json!({"type": "mcp", "server": "files", "tool": "list", "before": "{'x': $.x, 'y': $context.in}", "after": "anything.at.all"}),
        json!({"type": "switch", "conditions": [{"rule": {"some": [{"var": "in.list"}, {">": [{"var": "size"}, 2]}]}, "next": "last"}], "next": "out"}),
        json!({"type": "call", "tool": "count_files", "args": {"x": 1}}),
        json!({"type": "call", "tool": "other.yaml#tool"}),
        json!({"type": "wait", "for": "PT1S"}),
        json!({"type": "wait", "until": "$now()"}),
        json!({"type": "wait", "event": {"type": "paid", "where": {"==": [{"var": "$event.detail.id"}, {"var": "in.id"}]}}}),
        json!({"type": "approval", "message": {"expr": "'Pay ' & in.sum & '?'"}, "timeout": "P1D", "approvers": ["ann"], "onReject": "last",
               "schema": {"type": "object", "properties": {"sum": {"type": "number"}}}}),
        json!({"type": "emit", "event": "paid", "detail": {"id": {"expr": "in.id"}}}),
        json!({"type": "mcp", "server": "files", "tool": "list", "onCrash": "retry"}),
        json!({"type": "transform", "transform": {"expr": "$executionCount('n') + $previousNode().x + $item + $index"}}),
        json!({"type": "transform", "transform": {"expr": "$error.message"}}),
    ] {
        check(node, &[]);
    }
}

#[test]
fn each_kind_says_what_it_lacks() {
    check(
        json!({"type": "mcp"}),
        &[
            "[1]: the mcp node has no `server` (add `server`: the name of a server of `mcpServers`)",
            "[1]: the mcp node has no `tool` (add `tool`: the name of a tool of that server)",
        ],
    );
    check(
        json!({"type": "transform"}),
        &["[1]: the transform node has no `transform.expr` (add `transform:` with `expr:`, a JSONata expression)"],
    );
    check(
        json!({"type": "switch"}),
        &["[1].conditions: the switch node has no list of `conditions` (add `conditions:` with `- rule:` and `next:`)"],
    );
    check(json!({"type": "call"}), &["[1]: the call node has no `tool` (add `tool`: the name of a tool of this file, or `file#tool`)"]);
    check(
        json!({"type": "wait"}),
        &["[1]: the wait has neither `for` nor `until` nor `event` (add `for` with an ISO 8601 duration, such as `PT30S`)"],
    );
    check(
        json!({"type": "parallel"}),
        &[
            "[1]: the parallel node has no `join` (add `join`: the id of the node that follows when the branches are done)",
            "[1].branches: the parallel node has no `branches` (add `branches`: the ids of the first nodes)",
            "? [1].next: `next` is not a field of a parallel node; it is kept and has no effect (remove it, or correct its spelling)",
        ],
    );
    check(
        json!({"type": "forEach"}),
        &[
            "[1]: the forEach node has no `items` (add `items`: a JSONata expression that gives the items)",
            "[1]: the forEach node has no `body` (add `body`: the id of the body's first node)",
            "[1]: the forEach node has no `join` (add `join`: the id of the node that follows when all items are done)",
            "? [1].next: `next` is not a field of a forEach node; it is kept and has no effect (remove it, or correct its spelling)",
        ],
    );
}

#[test]
fn what_has_the_wrong_form_is_told_at_its_place() {
    let mcp = |field: &str, value: Value| json!({"type": "mcp", "server": "files", "tool": "list", field: value});
    check(mcp("server", json!(5)), &["[1].server: `server` is not a text (give the name of a server of `mcpServers`)"]);
    check(mcp("args", json!([1])), &["[1].args: `args` is not a mapping (write `name: value` lines under it)"]);
    check(mcp("output", json!("raw")), &["[1].output: `output` is \"raw\" (use `auto` or `text`)"]);
    check(mcp("output", json!(5)), &["[1].output: `output` is 5 (use `auto` or `text`)"]);
    check(mcp("timeoutMs", json!(0)), &["[1].timeoutMs: `timeoutMs` is 0 (give a whole number of at least 1)"]);
    check(mcp("retry", json!({})), &["[1].retry: `retry` has no `maxAttempts` (add `maxAttempts`: how often the node is tried in all)"]);
    check(mcp("retry", json!(3)), &["[1].retry: `retry` has no `maxAttempts` (add `maxAttempts`: how often the node is tried in all)"]);
    check(
        mcp("retry", json!({"maxAttempts": 0})),
        &["[1].retry.maxAttempts: `retry.maxAttempts` is 0 (give a whole number of at least 1)"],
    );
    check(
        mcp("retry", json!({"maxAttempts": 2, "factor": 0.5, "backoffMs": -1})),
        &[
            "[1].retry.backoffMs: `retry.backoffMs` is -1 (give a whole number of at least 0)",
            "[1].retry.factor: `retry.factor` is 0.5 (give a number of at least 1)",
        ],
    );
    check(mcp("before", json!(5)), &["[1].before: `before` is not an expression (write a JSONata expression as a text)"]);
    check(
        json!({"type": "transform", "transform": {"expr": 5}}),
        &["[1].transform.expr: `transform.expr` is not an expression (write a JSONata expression as a text)"],
    );
    check(
        json!({"type": "call", "tool": "count_files", "args": 7}),
        &["[1].args: `args` is not a mapping (write `name: value` lines under it)"],
    );
    check(
        json!({"type": "wait", "for": "1 hour"}),
        &[
            "[1].for: `for` is \"1 hour\", which is no duration that can be waited for (write an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as `PT1M30S`)",
        ],
    );
    check(json!({"type": "wait", "for": "PT1S", "until": "1"}), &["[1].until: the wait has both `for` and `until` (keep one of them)"]);
    check(
        json!({"type": "wait", "event": {"where": {"var": "in.x"}}, "for": "PT1S"}),
        &[
            "[1].event: the event has no `type` (add `type` with the type of the event, such as `order.paid`)",
            "[1].for: the wait has both `event` and `for` (keep one of them)",
        ],
    );
    check(
        json!({"type": "approval", "message": 5, "schema": true, "approvers": "ann", "timeout": "soon"}),
        &[
            "[1].approvers: `approvers` is \"ann\" (write a list of names, or leave it out to let anyone answer)",
            "[1].message: `message` is 5 (write a text, or `{expr: ...}` with a JSONata expression that gives one)",
            "[1].schema: `schema` is true (write a JSON Schema: a mapping with `type: object` and `properties`)",
            "[1].timeout: `timeout` is \"soon\", which is no duration that can be waited for (write an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as `PT1M30S`)",
        ],
    );
    check(json!({"type": "emit", "event": ""}), &["[1].event: `event` is empty (give the type of the event, such as `order.paid`)"]);
    check(
        json!({"type": "mcp", "server": "files", "tool": "list", "onCrash": "skip"}),
        &["[1].onCrash: `onCrash` is \"skip\" (use `ask` or `retry`)"],
    );
    check(
        json!({"type": "transform", "transform": {"expr": "1"}, "onCrash": "retry"}),
        &["? [1].onCrash: `onCrash` has no effect: a transform node calls nothing (remove it)"],
    );
}

#[test]
fn expressions_that_cannot_be_read_are_told_with_the_bytes() {
    check(
        json!({"type": "transform", "transform": {"expr": "in.x +"}}),
        &[
            "[1].transform.expr[6..6]: the expression cannot be read: the expression ends before it is complete (correct the JSONata expression)",
        ],
    );
    check(
        json!({"type": "mcp", "server": "files", "tool": "list", "args": {"a": [{"expr": "1 +"}], "b": {"expr": ")"}}}),
        &[
            "[1].args.a[0].expr[3..3]: the expression cannot be read: the expression ends before it is complete (correct the JSONata expression)",
            "[1].args.b.expr[0..1]: the expression cannot be read: `)` does not belong here (correct the JSONata expression)",
        ],
    );
    check(
        json!({"type": "transform", "transform": {"expr": "1"}, "after": "$."}),
        &["[1].after[2..2]: the expression cannot be read: the expression ends before it is complete (correct the JSONata expression)"],
    );
}

#[test]
fn names_that_are_no_nodes_are_told_with_the_bytes_and_the_nearest_node() {
    check(
        json!({"type": "transform", "transform": {"expr": "$.lst.x + 1"}}),
        &["[1].transform.expr[2..5]: `lst` is not a node of this tool (did you mean `last`?)"],
    );
    check(
        json!({"type": "transform", "transform": {"expr": "$executionCount('nowhere')"}}),
        &["[1].transform.expr[16..25]: `nowhere` is not a node of this tool (name a node of this tool)"],
    );
    check(
        json!({"type": "transform", "transform": {"expr": "input.x"}}),
        &["[1].transform.expr[0..5]: `input` is not a node of this tool (name a node of this tool)"],
    );
    check(
        json!({"type": "switch", "conditions": [{"rule": {"and": [true, {"==": [{"var": "lats"}, 1]}]}, "next": "last"}], "next": "out"}),
        &[r#"[1].conditions[0].rule.and[1]."=="[0].var[0..4]: `lats` is not a node of this tool (did you mean `last`?)"#],
    );
    check(
        json!({"type": "transform", "transform": {"expr": "1"}, "after": "$nodeExecution('lats', 0)"}),
        &["[1].after[15..21]: `lats` is not a node of this tool (did you mean `last`?)"],
    );
}

#[test]
fn what_after_reads_of_the_context_is_checked_and_what_it_reads_of_the_output_is_not() {
    let node = |after: &str| json!({"type": "transform", "transform": {"expr": "1"}, "after": after});
    check(node("lats & $context.last"), &[]);
    check(node("$context.lats.x"), &["[1].after[9..13]: `lats` is not a node of this tool (did you mean `last`?)"]);
}

#[test]
fn a_variable_that_is_bound_nowhere_is_a_warning() {
    check(
        json!({"type": "transform", "transform": {"expr": "$itm.x"}}),
        &["? [1].transform.expr: `$itm` is bound nowhere, so that it gives nothing (did you mean `$item`?)"],
    );
    check(
        json!({"type": "transform", "transform": {"expr": "$context.x"}}),
        &[
            "? [1].transform.expr: `$context` is bound nowhere, so that it gives nothing (bind it with `$context := ...`, or read a node's output by its id)",
        ],
    );
    check(json!({"type": "transform", "transform": {"expr": "($x := 1; $x)"}}), &[]);
}

#[test]
fn rules_with_unknown_operators_are_told_at_the_operator() {
    let problems =
        told(&with_node(&json!({"type": "switch", "conditions": [{"rule": {"!!": [{"grater": [1, 2]}]}, "next": "last"}], "next": "out"})));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("[1].conditions[0].rule.\"!!\"[0]") && problems[0].contains("grater"), "{problems:?}");
}

#[test]
fn conditions_that_lack_a_part_and_switches_without_a_default_are_told() {
    check(
        json!({"type": "switch", "conditions": [{"rule": true}, {"next": "last"}, 5], "next": "out"}),
        &[
            "[1].conditions[0]: the condition has no `next` (add `next` with the id of the node that follows)",
            "[1].conditions[1]: the condition has no `rule` (add `rule` in JSON Logic, or make it the switch's own `next`)",
            "[1].conditions[2]: the condition has no `next` (add `next` with the id of the node that follows)",
            "[1].conditions[2]: the condition has no `rule` (add `rule` in JSON Logic, or make it the switch's own `next`)",
        ],
    );
    let graph = graph_of(&json!([
        {"id": "in", "type": "entry", "next": "s"},
        {"id": "s", "type": "switch", "conditions": [{"rule": true, "next": "out"}]},
        {"id": "out", "type": "exit"}
    ]));
    let expected = "? [1]: the switch has no way to go when no rule holds (add `next` with the id of the node that follows then)";
    assert_eq!(told(&graph), [expected], "it runs, perhaps not as meant");
}

#[test]
fn servers_tools_and_kinds_that_are_not_there_are_told_with_the_nearest() {
    check(json!({"type": "mcp", "server": "file", "tool": "list"}), &["[1].server: there is no server `file` (did you mean `files`?)"]);
    check(
        json!({"type": "mcp", "server": "github", "tool": "list"}),
        &["[1].server: there is no server `github` (add `github` under `mcpServers`, or give a file that has it with `-m mcp.json`)"],
    );
    check(
        json!({"type": "call", "tool": "count_file"}),
        &["[1].tool: there is no tool `count_file` in this file (did you mean `count_files`?)"],
    );
    check(json!({"type": "transfrom"}), &["[1].type: this version has no kind of node named `transfrom` (did you mean `transform`?)"]);
    check(
        json!({"type": "teapot"}),
        &[
            "[1].type: this version has no kind of node named `teapot` (use one of: entry, mcp, transform, switch, parallel, forEach, call, wait, approval, emit, placeholder, exit)",
        ],
    );
}

#[test]
fn fields_without_effect_are_warnings() {
    check(
        json!({"type": "wait", "for": "PT1S", "color": "red"}),
        &["? [1].color: `color` is not a field of a wait node; it is kept and has no effect (remove it, or correct its spelling)"],
    );
    check(
        json!({"type": "wait", "for": "PT1S", "before": "1"}),
        &["? [1].before: `before` has no effect: a wait node has no arguments (remove it, or use `after`)"],
    );
    check(
        json!({"type": "switch", "conditions": [{"rule": true, "next": "last"}], "next": "out", "after": "1"}),
        &["? [1].after: `after` has no effect: a switch gives the node that it chose (remove it)"],
    );
    let graph = graph_of(
        &json!([{"id": "in", "type": "entry", "next": "out", "retry": {"maxAttempts": 2}}, {"id": "out", "type": "exit", "timeoutMs": 5}]),
    );
    let expected = [
        "? [0].retry: `retry` has no effect on an entry node (remove it)",
        "? [1].timeoutMs: `timeoutMs` has no effect on an exit node (remove it)",
    ];
    assert_eq!(told(&graph), expected, "entry and exit take no common field");
}

#[test]
fn branches_and_bodies_are_followed_to_their_join() {
    let nodes = |own: Value| {
        graph_of(&json!([
            {"id": "in", "type": "entry", "next": "p"}, own,
            {"id": "a", "type": "transform", "transform": {"expr": "1"}, "next": "j"},
            {"id": "lost", "type": "transform", "transform": {"expr": "1"}, "next": "out"},
            {"id": "s", "type": "switch", "conditions": [{"rule": true, "next": "out"}], "next": "j"},
            {"id": "j", "type": "transform", "transform": {"expr": "1"}, "next": "s2"},
            {"id": "s2", "type": "switch", "conditions": [{"rule": true, "next": "lost"}, {"rule": true, "next": "s"}, {"rule": true, "next": "a"}], "next": "out"},
            {"id": "out", "type": "exit"}
        ]))
    };
    let parallel =
        |branches: Value, policy: Value| json!({"id": "p", "type": "parallel", "branches": branches, "join": "j", "policy": policy});
    for (own, expected) in [
        (
            parallel(json!(["a", "j"]), json!("all")),
            "[1].branches[1]: the branch begins at its own join `j` (let it begin at a node that leads to the join)",
        ),
        (
            parallel(json!(["a", "lost"]), json!("all")),
            "[1].branches[1]: no way leads from `lost` to the join `j` (connect the last node of the branch to `j`)",
        ),
        (
            parallel(json!(["a", "s"]), json!("all")),
            "? [1].branches[1]: the branch that begins at `s` can come to the exit without passing its join `j` (let every way lead to `j`, or the run will fail there)",
        ),
        (
            parallel(json!(["a", "a"]), json!("all")),
            "[1].branches[1]: there are two branches that begin at \"a\" (let each branch begin at a node of its own)",
        ),
        (parallel(json!(["a"]), json!("most")), "[1].policy: `policy` is \"most\" (use `all`, `any` or `{atLeast: n}`)"),
        (
            parallel(json!(["a"]), json!({"atLeast": 2})),
            "[1].policy: the policy needs 2 of 1 branches (give a number no greater than that of the branches)",
        ),
        (parallel(json!(["a"]), json!({"atLeast": 0})), "[1].policy.atLeast: `policy.atLeast` is 0 (give a whole number of at least 1)"),
        (
            json!({"id": "p", "type": "forEach", "items": "in", "body": "j", "join": "j"}),
            "[1].body: the body begins at its own join `j` (let it begin at a node that leads to the join)",
        ),
        (
            json!({"id": "p", "type": "forEach", "items": "in", "body": "p", "join": "j"}),
            "[1].body: the body begins at the node itself (let it begin at a node that leads to the join)",
        ),
        (
            json!({"id": "p", "type": "forEach", "items": "in", "body": "a", "join": "j", "maxConcurrency": 0}),
            "[1].maxConcurrency: `maxConcurrency` is 0 (give a whole number of at least 1)",
        ),
    ] {
        assert_eq!(told(&nodes(own.clone())), [expected], "what is said of {own}");
    }
    assert_eq!(told(&nodes(parallel(json!(["a"]), json!("any")))), Vec::<String>::new(), "what is right is not blamed");
}

#[test]
fn faults_of_the_drawing_are_told_too() {
    check(
        json!({"type": "transform", "transform": {"expr": "1"}, "next": "lsat"}),
        &[
            "[0]: no way leads from the entry to the exit (connect the last node to the exit)",
            "[1].next: there is no node `lsat` to go to (did you mean `last`?)",
            "? [2]: nothing leads to `last` (connect a node to it, or remove it)",
            "? [3]: nothing leads to `out` (connect a node to it, or remove it)",
        ],
    );
    let twice = graph_of(&json!([
        {"id": "in", "type": "entry", "next": "a"},
        {"id": "a", "type": "transform", "transform": {"expr": "1"}, "next": "out"},
        {"id": "a", "type": "transform", "transform": {"expr": "2"}, "next": "out"},
        {"id": "out", "type": "exit"}
    ]));
    assert!(told(&twice).contains(&"[2].id: there are two nodes `a` (give one of them another id)".to_owned()), "{:?}", told(&twice));
}

#[test]
fn input_is_a_name_only_in_the_shapes_that_have_it() {
    let graph = with_node(&json!({"type": "transform", "transform": {"expr": "$.input.x"}}));
    assert_eq!(nodes::check(&graph, CheckOptions { input_alias: true }), [], "shapes A and B");
    assert_eq!(nodes::check(&graph, CheckOptions { input_alias: false }).len(), 1, "the others");
}
