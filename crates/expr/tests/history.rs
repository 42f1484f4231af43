//! What an expression asks of the run: history, variables, the recorded clock and seed.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use expr::{Cancel, Context, EvalError, Expression, Limits, Rule};
use serde_json::{Value, json};

/// A run in which `inc` was executed `executed` times, giving `values`, or else 0, 10, 20 and so on.
#[derive(Default)]
struct Run {
    executed: usize,
    values: Vec<Value>,
    asked: AtomicUsize,
    seed: u64,
}

impl Run {
    fn output(&self, i: usize) -> Option<Arc<Value>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        (i < self.executed).then(|| Arc::new(self.values.get(i).cloned().unwrap_or_else(|| json!(i * 10))))
    }
}

impl Context for Run {
    fn get(&self, name: &str) -> Option<Arc<Value>> {
        if name == "inc" { self.output(self.executed.checked_sub(1)?) } else { None }
    }
    fn names(&self) -> Vec<String> {
        vec!["inc".to_owned()]
    }
    fn binding(&self, name: &str) -> Option<Arc<Value>> {
        (name == "item").then(|| Arc::new(json!({"name": "a", "sizes": [1, 2]})))
    }
    fn previous(&self, n: usize) -> Option<Arc<Value>> {
        self.output(self.executed.checked_sub(n)?)
    }
    fn count(&self, id: &str) -> usize {
        if id == "inc" { self.executed } else { 0 }
    }
    fn execution(&self, id: &str, i: i64) -> Option<Arc<Value>> {
        let place = if i < 0 { i + i64::try_from(self.executed).unwrap() } else { i };
        if id == "inc" { self.output(usize::try_from(place).ok()?) } else { None }
    }
    fn executions(&self, id: &str) -> Vec<Arc<Value>> {
        if id == "inc" { (0..self.executed).filter_map(|i| self.output(i)).collect() } else { Vec::new() }
    }
    fn now_ms(&self) -> i64 {
        1_700_000_000_123
    }
    fn seed(&self) -> u64 {
        self.seed
    }
}

fn eval(source: &str, run: &Run) -> Result<Option<Value>, EvalError> {
    let limits = Limits { time: None, ..Limits::default() };
    Expression::parse(source).unwrap().eval(run, &limits, &Cancel::new())
}

#[test]
fn history_variables_and_clock_are_the_contexts() {
    let run = Run { executed: 4, ..Run::default() };
    for (source, expected) in [
        ("$previousNode()", Some(json!(30))),
        ("$previousNode(2)", Some(json!(20))),
        ("$previousNode(9)", None),
        ("$executionCount('inc')", Some(json!(4))),
        ("$executionCount('none')", Some(json!(0))),
        ("$nodeExecution('inc', 0)", Some(json!(0))),
        ("$nodeExecution('inc', -1)", Some(json!(30))),
        ("$nodeExecution('inc', -5)", None),
        ("$nodeExecution('inc', 4)", None),
        ("$nodeExecutions('inc')", Some(json!([0, 10, 20, 30]))),
        ("$nodeExecutions('none')", Some(json!([]))),
        ("$sum([0..$executionCount('inc') - 1].$nodeExecution('inc', $))", Some(json!(60))),
        ("$sum([1..$executionCount('inc')].$nodeExecution('inc', -$))", Some(json!(60))),
        ("$sum([1..6].$previousNode($))", Some(json!(60))),
        ("$map(['inc', 'none'], $executionCount)", Some(json!([4, 0]))),
        ("{ \"next\": inc + 10, \"times\": $executionCount(\"inc\") }", Some(json!({"next": 40, "times": 4}))),
        ("$executionCount(missing)", None),
        ("$item.name & $string($item.sizes[1])", Some(json!("a2"))),
        ("$nothing", None),
        ("$millis()", Some(json!(1_700_000_000_123_i64))),
        ("$now()", Some(json!("2023-11-14T22:13:20.123Z"))),
        ("$now('[D1] [MNn] [Y0001] [H01]:[m01]', '+0200')", Some(json!("15 November 2023 00:13"))),
        ("$eval('$executionCount(\"inc\")')", Some(json!(4))),
        ("$eval('$item.name')", Some(json!("a"))),
    ] {
        assert_eq!(eval(source, &run), Ok(expected), "`{source}`");
    }
}

#[test]
fn a_wrong_argument_is_named() {
    let run = Run::default();
    for (source, part) in [
        ("$executionCount()", "$executionCount needs the id of a node"),
        ("$executionCount(1)", "$executionCount needs the id of a node"),
        ("$nodeExecution('inc')", "$nodeExecution needs the index"),
        ("$previousNode(0)", "at least 1"),
        ("$previousNode('inc')", "at least 1"),
    ] {
        let error = eval(source, &run).unwrap_err().to_string();
        assert!(error.contains(part), "`{source}`: `{error}` says `{part}`");
    }
}

#[test]
fn a_loop_over_a_long_history_asks_for_it_a_few_times_only() {
    let run = Run { executed: 1_000, ..Run::default() };
    let sum = eval("$sum([0..999].$nodeExecution('inc', $))", &run);
    assert_eq!(sum, Ok(Some(json!(4_995_000))), "the sum of 0, 10, ... 9990");
    assert!(run.asked.load(Ordering::Relaxed) <= 1_002, "each output is asked for once, but for the first");
    let sum = eval("$sum([1..1000].$previousNode($))", &run);
    assert_eq!(sum, Ok(Some(json!(4_995_000))), "the same, the latest first");
}

#[test]
fn the_same_seed_gives_the_same_chance() {
    let source = "[$random(), $random(), $shuffle([1..20])]";
    let by = |seed| eval(source, &Run { seed, ..Run::default() }).unwrap().unwrap();
    assert_eq!(by(1), by(1), "one seed, one result");
    assert_ne!(by(1), by(2), "another seed, another result");
    let first = by(1);
    assert_ne!(first[0], first[1], "two calls differ");
    let mut sorted: Vec<i64> = first.as_array().unwrap()[2..].iter().map(|item| item.as_i64().unwrap()).collect();
    sorted.sort_unstable();
    assert_eq!(sorted, (1..=20).collect::<Vec<_>>(), "a shuffle keeps all items");
}

#[test]
fn a_rule_reads_the_context_by_jsonata_and_stops_at_what_decides() {
    let run = Run { executed: 4, ..Run::default() };
    let failing = json!({"var": "$error('evaluated')"});
    for (rule, expected) in [
        (json!({"<": [{"var": "$executionCount('inc')"}, 5]}), Ok(true)),
        (json!({"==": [{"var": "inc"}, 30]}), Ok(true)),
        (json!({"==": [{"var": "$.inc + 1"}, 31]}), Ok(true)),
        (json!({"==": [{"var": ["missing.x", 7]}, 7]}), Ok(true)),
        (json!({"==": [{"var": ["inc", failing]}, 30]}), Ok(true)),
        (json!({"==": [{"var": ""}, null]}), Ok(false)),
        (json!({"or": [true, failing]}), Ok(true)),
        (json!({"and": [false, failing]}), Ok(false)),
        (json!({"if": [true, 1, failing]}), Ok(true)),
        (json!({"if": [false, failing, true, 0, failing]}), Ok(false)),
        (json!({"some": [{"var": "$item.sizes"}, {"==": [{"var": ""}, 2]}]}), Ok(true)),
        (json!({"missing": ["inc", "$.inc"]}), Ok(false)),
        (json!({"missing": ["inc", "none"]}), Ok(true)),
    ] {
        let decided = Rule::parse(&rule).unwrap().decide(&run, &Limits::default(), &Cancel::new());
        assert_eq!(decided, expected, "{rule}");
    }
    let rule = Rule::parse(&json!({"or": [false, failing]})).unwrap();
    let error = rule.decide(&run, &Limits::default(), &Cancel::new()).unwrap_err().to_string();
    assert_eq!(error, "`$error('evaluated')` in the rule: evaluated", "the expression that failed is named");
    assert!(Rule::parse(&json!({"var": "$previousNode()"})).unwrap().uses_history(), "a rule uses history as its expressions do");
}

#[test]
fn an_object_with_one_member_that_comes_from_data_is_a_value() {
    let item = Arc::new(json!({"if": [1, 2, 3]}));
    let context = expr::Fields::new(json!({"out": *item, "list": [{"var": "x"}]}));
    for (rule, expected) in [
        (json!({"var": "out"}), json!({"if": [1, 2, 3]})),
        (json!({"map": [{"var": "list"}, {"var": ""}]}), json!([{"var": "x"}])),
        (json!({"var": "{'colour': 'red'}"}), json!({"colour": "red"})),
    ] {
        let value = Rule::parse(&rule).unwrap().eval(&context, &Limits::default(), &Cancel::new());
        assert_eq!(value, Ok(expected), "{rule}");
    }
}

#[test]
fn history_asked_with_literals_is_what_the_engine_makes_of_it() {
    let values = [
        json!({"a": {"b": 1.5}, "c": [1]}),
        json!([{"a": 1}, {"a": 2}]),
        json!("text"),
        json!(null),
        json!({"a": [], "c": [[2]]}),
        json!(7),
    ];
    let run = Run { executed: values.len(), values: values.to_vec(), ..Run::default() };
    let calls = [
        "$nodeExecution('inc', -1)",
        "$nodeExecution(\"inc\", 9)",
        "$previousNode()",
        "$executionCount('inc')",
        "$nodeExecution('inc', 1.5)",
    ];
    let all = (0..values.len()).map(|i| format!("$nodeExecution('inc', {i})")).chain(calls.map(str::to_owned));
    for call in all {
        for form in ["X", "X.a", "X.a.b", "X.c", "X.a.none", "{\"x\": X.a}", "X = 7", "X > 1 ? X : 0", "X + 1"] {
            let source = form.replace('X', &call);
            // What stands beside a binding is never evaluated without the engine.
            let by_engine = eval(&format!("($unused := 0; {source})"), &run);
            assert_eq!(eval(&source, &run).ok(), by_engine.ok(), "`{source}`");
        }
    }
}
