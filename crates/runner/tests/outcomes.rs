//! What a run gives back: goldens of the format, results as they are, failures that name node and cause.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod common;

use common::{World, check, check_waiting, options, sketch, told};
use graph::Graph;
use serde_json::{Value, json};

const SUM: &str = r#"
    entry -> increment
    increment transform $executionCount("increment") = 0 ? {"i": 1, "sum": 1} : {"i": increment.i + 1, "sum": increment.sum + increment.i + 1} -> check
    check switch {"<": [{"var": "increment.i"}, {"var": "entry.n"}]} -> increment | -> exit_sum
    exit_sum transform {"sum": increment.sum} -> exit
    exit
"#;

#[test]
fn the_loop_golden_sums_to_n() {
    for (n, sum) in [(1, 1), (2, 3), (5, 15), (10, 55)] {
        check(SUM, json!({"n": n}), &format!("done {{\"sum\":{sum}}}"));
    }
}

#[test]
fn the_switch_golden_decides_by_the_value() {
    let text = r#"
        entry -> s
        s switch {">": [{"var": "entry.value"}, 10]} -> high | {">": [{"var": "entry.value"}, 0]} -> low | -> zero
        high transform {"result": "high"} -> exit
        low transform {"result": "low"} -> exit
        zero transform {"result": "zero_or_negative"} -> exit
        exit
    "#;
    for (value, result) in [(11, "high"), (10, "low"), (1, "low"), (0, "zero_or_negative"), (-3, "zero_or_negative")] {
        check(text, json!({"value": value}), &format!("done {{\"result\":\"{result}\"}}"));
    }
}

#[test]
fn the_count_files_golden_counts_seven() {
    let text = r#"
        entry -> list
        list mcp files.list_directory {"path": {"expr": "entry.directory"}} -> count
        count transform {"count": $count($split(list.content, "\n"))} -> exit
        exit
    "#;
    check(text, json!({"directory": "/tmp"}), r#"done {"count":7}"#);
}

#[test]
fn falsy_results_come_back_as_they_are() {
    for value in ["0", "false", "\"\"", "null"] {
        check(&format!("entry -> a\n a transform {value} -> exit\n exit"), json!({}), &format!("done {value}"));
        check(&format!("entry -> a\n a mcp s.answer {{\"structured\": {value}}} -> exit\n exit"), json!({}), &format!("done {value}"));
    }
}

#[test]
fn no_content_item_is_dropped() {
    let items = r#"[{"type":"text","text":"a"},{"type":"image","data":"","mimeType":"image/png"},{"type":"text","text":"b"}]"#;
    check(&format!("entry -> a\n a mcp s.answer {{\"content\": {items}}} -> exit\n exit"), json!({}), &format!("done {items}"));
}

#[test]
fn an_edge_from_a_switch_to_the_exit_gives_what_was_before_the_switch() {
    check(
        "entry -> s\n s switch {\"var\": \"entry.yes\"} -> exit | -> a\n a transform 1 -> exit\n exit",
        json!({"yes": true}),
        r#"done {"yes":true}"#,
    );
}

#[test]
fn rules_with_bodies_work_on_the_items() {
    for (rule, expected) in [
        (r#"{"some": [{"var": "entry.list"}, {">": [{"var": ""}, 2]}]}"#, "yes"),
        (r#"{"some": [{"var": "entry.list"}, {">": [{"var": ""}, 3]}]}"#, "no"),
        (r#"{"all": [{"var": "entry.people"}, {">=": [{"var": "age"}, 18]}]}"#, "yes"),
        (r#"{"none": [{"var": "entry.people"}, {"<": [{"var": "age"}, 18]}]}"#, "yes"),
        (
            r#"{"==": [{"reduce": [{"filter": [{"var": "entry.list"}, {">": [{"var": ""}, 1]}]}, {"+": [{"var": "current"}, {"var": "accumulator"}]}, 0]}, 5]}"#,
            "yes",
        ),
        (r#"{"in": [20, {"map": [{"var": "entry.people"}, {"var": "age"}]}]}"#, "yes"),
    ] {
        let text = format!("entry -> s\n s switch {rule} -> y | -> n\n y transform \"yes\" -> exit\n n transform \"no\" -> exit\n exit");
        check(&text, json!({"list": [1, 2, 3], "people": [{"age": 18}, {"age": 20}]}), &format!("done \"{expected}\""));
    }
}

#[test]
fn an_object_with_one_key_is_a_value() {
    let text = r#"
        entry -> a
        a mcp s.echo {"filter": {"var": "x"}, "deep": {"and": [{"not": 1}]}} -> s
        s switch {"==": [{"var": "a.filter.var"}, "x"]} -> exit | -> b
        b transform 0 -> exit
        exit
    "#;
    check(text, json!({}), r#"done {"filter":{"var":"x"},"deep":{"and":[{"not":1}]}}"#);
}

#[test]
fn a_failure_names_the_node_what_was_tried_and_the_cause() {
    check("entry -> m\n m mcp s.gone -> exit\n exit", json!({}), "failed node `m`: the server `s` cannot be reached");
    check(
        "entry -> m\n m mcp s.answer {\"error\": 1, \"content\": [{\"type\": \"text\", \"text\": \"no such file\"}]} -> exit\n exit",
        json!({}),
        "failed node `m`: the tool `answer` of the server `s` failed: no such file",
    );
    check(
        "entry -> m\n m transform $error(\"out of range\") -> exit\n exit",
        json!({}),
        "failed node `m`: the expression in `transform.expr` failed: out of range",
    );
}

#[test]
fn a_fault_inside_the_caller_of_tools_is_a_failure_and_not_a_hang() {
    check(
        "entry -> m\n m mcp s.panics -> exit\n exit",
        json!({}),
        "failed node `m`: the call broke off inside Patchbay; look into the log, and report it",
    );
}

#[test]
fn a_node_is_tried_until_it_succeeds() {
    let text = "entry -> m\n m mcp s.flaky {\"n\": 3} -> exit ; retry: {\"maxAttempts\": 3, \"backoffMs\": 60000}\n exit";
    check_waiting(sketch::graph(text), json!({}), "done 3");
}

#[test]
fn waiting_an_hour_takes_no_time_of_the_run() {
    let mut graph = sketch::graph("entry -> w\n w wait PT1H -> a\n a transform w.type -> exit\n exit");
    graph.limits.max_execution_time_ms = Some(10_000);
    check_waiting(graph, json!({}), "done \"timer\"");
}

#[test]
fn a_call_runs_another_tool_and_a_failure_in_it_names_both_nodes() {
    let calls = "entry -> c\n c call other {\"n\": {\"expr\": \"entry.n\"}} -> exit\n exit";
    let inner = |text: &str| sketch::graph_of(json!({}), &[("t", calls), ("other", text)]);
    check_waiting(inner("entry -> d\n d transform entry.n * 2 -> exit\n exit"), json!({"n": 21}), "done 42");
    let failed = "failed node `c`: the tool `other` failed: node `m`: the server `s` cannot be reached";
    check_waiting(inner("entry -> m\n m mcp s.gone -> exit\n exit"), json!({}), failed);
}

#[tokio::test]
async fn tools_that_call_each_other_without_end_fail_at_a_depth() {
    let graph = sketch::graph_of(
        json!({}),
        &[("t", "entry -> c\n c call other -> exit\n exit"), ("other", "entry -> c\n c call t -> exit\n exit")],
    );
    let outcome = told(&World::of(graph).start(json!({})).outcome().await);
    assert!(outcome.contains("`call` nodes are nested 32 deep, which is the limit"), "{outcome}");
}

fn with_schemas(input: Value, output: Value) -> Graph {
    let mut graph = sketch::graph("entry -> a\n a transform entry.x -> exit\n exit");
    graph.tools[0].input_schema = input;
    graph.tools[0].output_schema = Some(output);
    graph
}

#[tokio::test]
async fn arguments_that_do_not_fit_the_schema_start_nothing() {
    let schema = json!({"type": "object", "properties": {"x": {"$ref": "#/$defs/size"}}, "required": ["x"], "$defs": {"size": {"enum": ["small", "large"]}}});
    let world = World::of(with_schemas(schema, json!({})));
    let refused = world.try_start(json!({"x": "huge"})).err().unwrap();
    assert_eq!(
        refused.message, "the arguments do not fit the schema of the tool `t`: `x`: \"huge\" is not one of \"small\" or \"large\"",
        "it says what does not fit"
    );
    assert!(world.try_start(json!({})).is_err(), "what is required is missing");
    assert_eq!(told(&world.start(json!({"x": "small"})).outcome().await), "done \"small\"", "what fits is run");
}

#[tokio::test]
async fn a_result_that_does_not_fit_the_output_schema_is_a_failure() {
    let world = World::of(with_schemas(json!({}), json!({"type": "number"})));
    let outcome = world.start(json!({"x": "text"})).outcome().await;
    assert_eq!(
        told(&outcome),
        "failed the result does not fit the output schema of the tool `t`: \"text\" is not of type \"number\"",
        "it says what does not fit"
    );
    assert_eq!(told(&world.start(json!({"x": 0})).outcome().await), "done 0", "what fits comes back");
}

#[tokio::test]
async fn a_mismatch_of_a_huge_value_is_told_in_short() {
    let world = World::of(with_schemas(json!({"properties": {"x": {"type": "number"}}}), json!({})));
    let refused = world.try_start(json!({"x": "y".repeat(1 << 20)})).err().unwrap();
    assert!(refused.message.len() < 1000, "{} bytes", refused.message.len());
}

#[test]
fn a_graph_with_two_nodes_of_one_id_does_not_run() {
    let graph = sketch::graph("entry -> a\n a transform 1 -> exit\n a transform 2 -> exit\n exit");
    let world = World::of(sketch::graph("entry -> exit\n exit"));
    let tools = options(world.job("t"), json!({})).job.tools;
    let problems = runner::Job::compile(&graph, &"t".into(), run::PlanOptions::default(), tools).err().unwrap();
    assert!(problems.iter().any(|problem| problem.message == "there are two nodes `a`"), "{problems:?}");
}
