//! Branches and loops: what runs at once, what is enough, what they give together.

use graph::Graph;
use serde_json::json;

use super::sketch::graph;
use super::world::{World, check};
use crate::{Plan, PlanOptions};

fn fork(common: &str) -> Graph {
    graph(&format!(
        "entry -> p\n p parallel a b c => j{common}\n a mcp s.a -> j\n b mcp s.b -> j\n c mcp s.c -> j\n j transform p -> exit\n exit"
    ))
}

const CALLS: &str = "entry = {}\n a calls s.a {}\n b calls s.b {}\n c calls s.c {}";

#[test]
fn all_branches_run_at_once_and_give_an_object_in_their_own_order() {
    let value = r#"{"a":1,"b":2,"c":3}"#;
    let expected = format!("{CALLS}\n c = 3\n a = 1\n b = 2\n p = {value}\n j = {value}\n exit = {value}\n done {value}");
    check(&fork(""), json!({}), "c = 3\n a = 1\n b = 2", &expected);
}

#[test]
fn any_goes_on_with_the_first_that_succeeds() {
    let value = r#"{"b":2}"#;
    let off = "c is called off\n c is cancelled";
    let expected = format!("{CALLS}\n a failed: no\n b = 2\n {off}\n p = {value}\n j = {value}\n exit = {value}\n done {value}");
    check(&fork(" ; policy: any"), json!({}), "a ! no\n b = 2", &expected);
}

#[test]
fn at_least_two_goes_on_with_two() {
    let value = r#"{"a":1,"c":3}"#;
    let expected = format!("{CALLS}\n b failed: no\n c = 3\n a = 1\n p = {value}\n j = {value}\n exit = {value}\n done {value}");
    check(&fork(" ; policy: {\"atLeast\": 2}"), json!({}), "b ! no\n c = 3\n a = 1", &expected);
}

#[test]
fn the_branch_that_makes_success_impossible_fails_the_node_and_the_others_are_called_off() {
    let all = format!(
        "{CALLS}\n b failed: no\n a is called off\n a is cancelled\n c is called off\n c is cancelled\n p failed: in node `b`: no\n failed node `p`: in node `b`: no"
    );
    check(&fork(""), json!({}), "b ! no", &all);
    let any = format!("{CALLS}\n b failed: x\n a failed: y\n c failed: z\n p failed: in node `c`: z\n failed node `p`: in node `c`: z");
    check(&fork(" ; policy: any"), json!({}), "b ! x\n a ! y\n c ! z", &any);
}

#[test]
fn no_more_branches_run_at_once_than_are_allowed() {
    let value = r#"{"a":1,"b":2,"c":3}"#;
    let expected = format!(
        "entry = {{}}\n a calls s.a {{}}\n b calls s.b {{}}\n b = 2\n c calls s.c {{}}\n a = 1\n c = 3\n p = {value}\n j = {value}\n exit = {value}\n done {value}"
    );
    check(&fork(" ; maxConcurrency: 2"), json!({}), "b = 2\n a = 1\n c = 3", &expected);
}

#[test]
fn branches_see_what_was_before_them_and_not_each_other() {
    let sketch = graph(
        r#"
        entry -> x
        x transform 1 -> p
        p parallel a b => j
        a transform x + 1 -> a2
        a2 transform {"a": a, "b": $exists(b)} -> j
        b transform {"a": $exists(a)} -> j
        j transform {"p": p, "a": a, "b": b, "count": $executionCount("a")} -> exit
        exit
    "#,
    );
    let p = r#"{"a":{"a":2,"b":false},"b":{"a":false}}"#;
    let j = format!(r#"{{"p":{p},"a":2,"b":{{"a":false}},"count":1}}"#);
    let expected = format!(
        "entry = {{}}\n x = 1\n a = 2\n b = {{\"a\":false}}\n a2 = {{\"a\":2,\"b\":false}}\n p = {p}\n j = {j}\n exit = {j}\n done {j}"
    );
    check(&sketch, json!({}), "", &expected);
}

#[test]
fn a_loop_gives_its_outputs_in_the_order_of_the_items_whatever_comes_first() {
    let sketch = graph(
        "entry -> l\n l forEach entry.items do m => exit ; maxConcurrency: 2\n m mcp s.t {\"x\": {\"expr\": \"$item & $string($index)\"}} -> exit\n exit",
    );
    let expected = r#"
        entry = {"items":["a","b","c"]}
        m[0] calls s.t {"x":"a0"}
        m[1] calls s.t {"x":"b1"}
        m[1] = 11
        m[2] calls s.t {"x":"c2"}
        m[2] = 12
        m[0] = 10
        l = [10,11,12]
        exit = [10,11,12]
        done [10,11,12]"#;
    check(&sketch, json!({"items": ["a", "b", "c"]}), "m[1] = 11\n m[2] = 12\n m[0] = 10", expected);
}

#[test]
fn a_loop_takes_one_item_after_the_other_unless_it_is_told_otherwise() {
    let sketch = graph("entry -> l\n l forEach [1,2] do m => exit\n m mcp s.t -> exit\n exit");
    let expected = "entry = {}\n m[0] calls s.t {}\n m[0] = 5\n m[1] calls s.t {}\n m[1] = 6\n l = [5,6]\n exit = [5,6]\n done [5,6]";
    check(&sketch, json!({}), "m[0] = 5\n m[1] = 6", expected);
}

#[test]
fn a_loop_over_nothing_is_done_at_once_and_one_value_is_one_item() {
    let sketch = graph("entry -> l\n l forEach entry.items do b => exit\n b transform $item -> exit\n exit");
    for nothing in ["{}", r#"{"items":null}"#, r#"{"items":[]}"#] {
        check(&sketch, serde_json::from_str(nothing).unwrap(), "", &format!("entry = {nothing}\n l = []\n exit = []\n done []"));
    }
    check(&sketch, json!({"items": "x"}), "", "entry = {\"items\":\"x\"}\n b[0] = \"x\"\n l = [\"x\"]\n exit = [\"x\"]\n done [\"x\"]");
}

#[test]
fn an_inner_loop_has_its_own_item_and_the_outer_one_its_own_again_after_it() {
    let sketch = graph(
        r#"
        entry -> outer
        outer forEach [[1,2],[3]] do inner => exit
        inner forEach $item do x => y
        x transform $item * 10 + $index -> y
        y transform {"all": inner, "index": $index} -> exit
        exit
    "#,
    );
    let expected = r#"
        entry = {}
        x[0] = 10
        x[1] = 21
        inner[0] = [10,21]
        y[0] = {"all":[10,21],"index":0}
        x[0] = 30
        inner[1] = [30]
        y[1] = {"all":[30],"index":1}
        outer = [{"all":[10,21],"index":0},{"all":[30],"index":1}]
        exit = [{"all":[10,21],"index":0},{"all":[30],"index":1}]
        done [{"all":[10,21],"index":0},{"all":[30],"index":1}]"#;
    check(&sketch, json!({}), "", expected);
}

#[test]
fn branches_inside_a_loop_belong_to_their_item() {
    let sketch = graph(
        r#"
        entry -> l
        l forEach [1,2] do p => exit ; maxConcurrency: 2
        p parallel a b => q
        a mcp s.a {"i": {"expr": "$item"}} -> q
        b transform $item * 2 -> q
        q transform p.a + p.b -> exit
        exit
    "#,
    );
    let expected = r#"
        entry = {}
        a[0] calls s.a {"i":1}
        b[0] = 2
        a[1] calls s.a {"i":2}
        b[1] = 4
        a[1] = 200
        p[1] = {"a":200,"b":4}
        q[1] = 204
        a[0] = 100
        p[0] = {"a":100,"b":2}
        q[0] = 102
        l = [102,204]
        exit = [102,204]
        done [102,204]"#;
    check(&sketch, json!({}), "a[1] = 200\n a[0] = 100", expected);
}

#[test]
fn a_failed_item_fails_the_loop_unless_an_error_edge_mends_it() {
    let body = |common: &str| {
        graph(&format!("entry -> l\n l forEach [1,2] do m => exit\n m mcp s.t -> exit{common}\n h transform $error.message -> exit\n exit"))
    };
    let failed = "entry = {}\n m[0] calls s.t {}\n m[0] failed: no\n l failed: in node `m`: no\n failed node `l`: in node `m`: no";
    check(&body(""), json!({}), "m[0] ! no", failed);
    let mended = r#"entry = {}
        m[0] calls s.t {}
        m[0] failed: no
        h[0] = "no"
        m[1] calls s.t {}
        m[1] = 2
        l = ["no",2]
        exit = ["no",2]
        done ["no",2]"#;
    check(&body(" ; onError: h"), json!({}), "m[0] ! no\n m[1] = 2", mended);
}

#[test]
fn a_branch_that_comes_to_the_exit_fails_and_does_not_end_the_run() {
    let sketch = graph(
        "entry -> p\n p parallel a b => j ; policy: any\n a switch true -> exit | -> j\n b mcp s.b -> j\n j transform p -> exit\n exit",
    );
    let expected = r#"entry = {}
        a = "exit"
        b calls s.b {}
        exit failed: a branch came to the exit without passing its join; let the branch's last node lead to the join
        b = 1
        p = {"b":1}
        j = {"b":1}
        exit = {"b":1}
        done {"b":1}"#;
    check(&sketch, json!({}), "b = 1", expected);
}

#[test]
fn a_failed_fork_is_tried_again_whole() {
    let sketch = graph(
        "entry -> p\n p parallel a b => exit ; retry: {\"maxAttempts\": 2, \"backoffMs\": 5}\n a mcp s.a -> exit\n b transform 2 -> exit\n exit",
    );
    let expected = r#"entry = {}
        a calls s.a {}
        b = 2
        a failed: no
        p failed: in node `a`: no
        p again in 5
        a calls s.a {}
        b = 2
        a = 1
        p = {"a":1,"b":2}
        exit = {"a":1,"b":2}
        done {"a":1,"b":2}"#;
    check(&sketch, json!({}), "a ! no\n +5\n a = 1", expected);
}

#[test]
fn a_loop_of_ten_thousand_items_needs_no_deep_stack_and_keeps_no_more_lines_than_run_at_once() {
    for at_once in [1, 10_000] {
        let mut sketch = graph(&format!(
            "entry -> l\n l forEach [1..10000] do b => exit ; maxConcurrency: {at_once}\n b transform $item -> exit\n exit"
        ));
        sketch.limits.max_node_executions = Some(20_000);
        let plan = super::world::plan(&sketch, "t");
        let run = std::thread::Builder::new().stack_size(512 << 10).spawn(move || {
            let mut run = crate::Run::new(plan);
            let started = crate::Event::Started {
                arguments: std::sync::Arc::new(json!({})),
                seed: 0,
                part: crate::Part::default(),
                seen: None,
                trace: None,
            };
            let mut effects: std::collections::VecDeque<_> = run.step(crate::Moment(0), started).into();
            while let Some(effect) = effects.pop_front() {
                if let crate::Effect::Evaluate { step, task } = effect {
                    let result = task.perform(&expr::Limits::default(), &expr::Cancel::new());
                    drop(task);
                    effects.extend(run.step(crate::Moment(1), crate::Event::Evaluated { step, result }));
                }
            }
            run
        });
        let run = run.unwrap().join().unwrap();
        let Some(crate::Outcome::Done { result }) = run.outcome() else { panic!("it is done: {:?}", run.outcome()) };
        assert_eq!(result.as_array().map(Vec::len), Some(10_000), "every item has its output");
        assert_eq!(run.steps().len(), 10_003, "every step is kept");
    }
}

#[test]
fn a_body_that_comes_back_to_its_own_loop_fails_at_a_depth_and_not_the_process() {
    let mut sketch = graph("entry -> l\n l forEach [1] do s => exit\n s switch true -> l | -> x\n x transform 1 -> exit\n exit");
    sketch.limits.max_node_executions = Some(1_000_000);
    let world = World::begin(&sketch, json!({}));
    let last = world.told.last().cloned().unwrap_or_default();
    assert!(last.contains("nested 100 deep"), "the run fails with its reason: {last}");
    world.obey_the_laws();
}

#[test]
fn what_begins_at_its_own_join_or_never_comes_to_it_is_refused_before_it_runs() {
    let table = [
        ("p parallel j => j\n j transform 1 -> exit", "the branch begins at its own join `j`"),
        ("p forEach [1] do j => j\n j transform 1 -> exit", "the body begins at its own join `j`"),
        ("p parallel p => j\n j transform 1 -> exit", "the branch begins at the node itself"),
        ("p forEach [1] do a => j\n a transform 1 -> exit\n j transform 1 -> exit", "no way leads from `a` to the join `j`"),
        ("p parallel a => j\n a transform 1 -> a\n j transform 1 -> exit", "no way leads from `a` to the join `j`"),
    ];
    for (nodes, expected) in table {
        let sketch = graph(&format!("entry -> p\n {nodes}\n exit"));
        let problems = Plan::compile(&sketch, &"t".into(), PlanOptions::default()).err().unwrap_or_default();
        assert!(problems.iter().any(|problem| problem.message == expected), "`{nodes}` is refused with `{expected}`: {problems:?}");
    }
}
