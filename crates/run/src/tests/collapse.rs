//! A part of a tool that became a tool of its own gives what it gave before.

use std::collections::VecDeque;
use std::sync::Arc;

use expr::{Cancel, Limits};
use graph::{Document, Graph, NodeId, Problem};
use nodes::{Answer, ToolResult};
use serde_json::{Value, json};

use super::sketch::graph;
use super::world::plan;
use crate::{Effect, Event, Moment, Outcome, Run, Timer};

/// Runs a tool to its end: servers answer with what they were asked, tools of the graph are run, time passes at once.
fn result(graph: &Graph, tool: &str, arguments: &Value) -> Result<Value, String> {
    let mut run = Run::new(plan(graph, tool));
    let mut events = VecDeque::from([Event::Started {
        arguments: Arc::new(arguments.clone()),
        seed: 7,
        part: crate::Part::default(),
        seen: None,
        trace: None,
    }]);
    while let Some(event) = events.pop_front() {
        for effect in run.step(Moment(0), event) {
            match effect {
                Effect::Evaluate { step, task } => {
                    events.push_back(Event::Evaluated { step, result: task.perform(&Limits::default(), &Cancel::new()) });
                }
                Effect::Call { step, tool, args, .. } => {
                    let answer = ToolResult {
                        structured: Some(json!({"tool": tool, "got": args})),
                        is_error: tool == "fail",
                        ..ToolResult::default()
                    };
                    events.push_back(Event::Answered { step, result: Ok(Answer::Tool(answer)) });
                }
                Effect::RunTool { step, tool, args } => {
                    let answer = result(graph, tool.tool.as_str(), &args)?;
                    events.push_back(Event::Answered { step, result: Ok(Answer::Value(Arc::new(answer))) });
                }
                Effect::Wake { timer: timer @ Timer::Wait(_), .. } => events.push_back(Event::Woke { timer }),
                Effect::Finish(Outcome::Done { result }) => return Ok(Value::clone(&result)),
                Effect::Finish(outcome) => return Err(format!("{outcome:?}")),
                Effect::Emit { .. } | Effect::Wake { .. } | Effect::Cancel { .. } | Effect::Tell(_) => {}
            }
        }
    }
    panic!("the run of `{tool}` came to no end")
}

/// The graph after collapsing nodes of `t` into `part`.
fn collapsed(before: &Graph, ids: &str) -> Result<Graph, nodes::CollapseError> {
    let ids: Vec<NodeId> = ids.split_whitespace().map(NodeId::from).collect();
    let edit = nodes::collapse(before, &"t".into(), &ids, &"part".into())?;
    let mut document = Document::new(before.clone());
    document.apply("collapse", &edit).unwrap();
    let problems: Vec<Problem> =
        nodes::check(document.graph(), nodes::CheckOptions::default()).into_iter().filter(Problem::is_error).collect();
    assert_eq!(problems, [], "the collapsed graph has no errors");
    Ok(document.into_graph())
}

#[track_caller]
fn check(sketch: &str, ids: &str, arguments: &[Value], tool: &str, part: &str) {
    let before = graph(sketch);
    let after = collapsed(&before, ids).unwrap_or_else(|error| panic!("{error}"));
    for arguments in arguments {
        let expected = result(&before, "t", arguments).unwrap();
        assert_eq!(result(&after, "t", arguments).unwrap(), expected, "what it gives for {arguments}");
    }
    let shown = |name: &str| after.tool(name).unwrap().nodes.iter().map(|node| node.to_json().to_string()).collect::<Vec<_>>();
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(shown("t"), lines(tool), "what is left of the tool");
    assert_eq!(shown("part"), lines(part), "what the new tool is");
}

#[track_caller]
fn same(sketch: &str, ids: &str, arguments: &[Value]) {
    let before = graph(sketch);
    let after = collapsed(&before, ids).unwrap_or_else(|error| panic!("{error}"));
    for arguments in arguments {
        let expected = result(&before, "t", arguments).unwrap();
        assert_eq!(result(&after, "t", arguments).unwrap(), expected, "what it gives for {arguments}");
    }
}

#[track_caller]
fn refused(sketch: &str, ids: &str, words: &str) {
    let error = collapsed(&graph(sketch), ids).expect_err("it is refused").to_string();
    assert!(error.contains(words), "it says `{words}`: {error}");
}

#[test]
fn what_the_nodes_read_becomes_arguments_and_what_is_read_of_the_last_is_read_of_the_call() {
    check(
        r#"
        in entry -> list
        list mcp files.list {"path": {"expr": "$.in.path"}} -> pick
        pick transform list.got.path & '!' -> twice
        twice transform [pick, in.path, list.tool] -> after
        after transform {"all": twice, "path": in.path} -> exit
        exit
        "#,
        "pick twice",
        &[json!({"path": "/a"}), json!({"path": ["x"]}), json!({})],
        r#"
        {"id":"in","type":"entry","next":"list"}
        {"id":"list","type":"mcp","server":"files","tool":"list","args":{"path":{"expr":"$.in.path"}},"next":"part"}
        {"id":"part","type":"call","tool":"part","args":{"list":{"expr":"list"},"in":{"expr":"`in`"}},"next":"after"}
        {"id":"after","type":"transform","transform":{"expr":"{\"all\": part, \"path\": in.path}"},"next":"exit"}
        {"id":"exit","type":"exit"}
        "#,
        r#"
        {"id":"entry","type":"entry","next":"pick"}
        {"id":"pick","type":"transform","transform":{"expr":"entry.list.got.path & '!'"},"next":"twice"}
        {"id":"twice","type":"transform","transform":{"expr":"[pick, entry.in.path, entry.list.tool]"},"next":"exit_2"}
        {"id":"exit_2","type":"exit"}
        "#,
    );
}

#[test]
fn switches_and_loops_that_are_wholly_inside_stay_whole() {
    let sketch = r#"
        in entry -> s
        s switch {">": [{"var": "in.n"}, 3]} -> big | -> small
        big transform in.n * 10 -> each
        small transform in.n -> each
        each forEach [1..in.n] do one => both
        one transform $item * in.n + $index -> both
        both parallel left right => end
        left transform $sum(each) -> end
        right mcp files.x {"a": {"expr": "each"}} -> end ; after: $.got.a & $context.in.n
        end transform {"r": both, "n": in.n} -> exit
        exit
    "#;
    let arguments = [json!({"n": 2}), json!({"n": 5})];
    for ids in ["s big small", "each one", "both left right", "each one both left right", "one", "s big small each one both left right end"]
    {
        match ids {
            "s big small" | "each one both left right" => same(&sketch.replace("{\"r\": both", "{\"r\": 1"), ids, &arguments),
            _ => same(sketch, ids, &arguments),
        }
    }
}

#[test]
fn a_branch_keeps_the_name_under_which_its_output_is_known() {
    let sketch = r#"
        in entry -> both
        both parallel left right => end
        left transform in.n -> more
        more transform left + 1 -> end
        right transform in.n -> end
        end transform both.left & both.right -> exit
        exit
    "#;
    same(sketch, "left more", &[json!({"n": 1})]);
}

#[test]
fn what_came_before_the_first_is_an_argument() {
    same(
        "in entry -> a\n a transform in.n -> b\n b transform $previousNode() + 1 -> c\n c transform $previousNode() * in.n -> d\n d transform $previousNode() -> exit\n exit",
        "b c",
        &[json!({"n": 3})],
    );
}

#[test]
fn a_part_of_a_loop_over_a_switch_is_run_anew_each_time() {
    let sketch = r#"
        in entry -> add
        add transform ($executionCount("done") = 0 ? 0 : done) + 1 -> double
        double transform add * 2 -> done
        done transform double - add -> s
        s switch {">=": [{"var": "done"}, {"var": "in.n"}]} -> exit | -> add
        exit
    "#;
    same(sketch, "double", &[json!({"n": 4})]);
    same(sketch, "add double done s", &[json!({"n": 4})]);
    refused(sketch, "add", "reads the history of `done`");
    let own = "in entry -> add\n add transform $exists(add) ? add + 1 : 1 -> s\n s switch {\">=\": [{\"var\": \"add\"}, 3]} -> exit | -> add\n exit";
    refused(own, "add", "reads what `add` gave the last time");
}

#[test]
fn what_would_mean_something_else_is_refused_with_its_reason() {
    let line = "in entry -> a\n a transform in.x -> b\n b transform a -> c\n c transform b & EXPR -> exit\n exit";
    refused(&line.replace("EXPR", "a"), "a b", "`c` reads `a`, which is not the last of them");
    refused(&line.replace("EXPR", "$executionCount('b')"), "a b", "the history of `b`");
    refused(&line.replace("EXPR", "$string($)"), "a b", "may read the outputs of all nodes");
    refused(&line.replace("EXPR", "$previousNode(2)"), "a b", "`$previousNode`");
    refused(line, "in a", "`in` is the tool's own entry");
    refused(line, "a nobody", "no node `nobody`");
    let ways = "in entry -> s\n s switch {\"var\": \"in.x\"} -> a | -> b\n a transform 1 -> exit\n b transform 2 -> c\n c transform 3 -> exit\n lone transform 1 -> exit\n exit";
    refused(ways, "a b", "more than one way in: `a` and `b`");
    refused(ways, "s", "more than one way out");
    refused(ways, "lone", "nothing leads to them");
    let errors = "in entry -> m\n m mcp files.fail {} -> exit ; onError: e\n e transform $error.message -> exit\n exit";
    refused(errors, "m", "an error of `m` leads out");
    refused(errors, "e", "`$error`");
    let own = "in entry -> m\n m transform in.x -> n\n n transform (in.y -> o\n o transform 1 -> exit\n exit";
    refused(own, "m n", "cannot be read");
}
