//! The same file, the same calls, us and mcpgraph 0.1.23: the same results along the same paths. Skipped, and said so, only where
//! npm cannot be had.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::Client;
use crate::patchbay::{Place, graphs};

/// Asks both, call by call, over the protocol.
fn check(place: &Place, file: &Path, calls: &[(&str, Value)]) {
    let Some(mut theirs) = Client::mcpgraph(place, file) else { return };
    let mut ours = Client::patchbay(place, file);
    for (tool, arguments) in calls {
        let (ours, theirs) = (ours.call(tool, arguments), theirs.call(tool, arguments));
        let results = [&ours.result, &theirs.result].map(|result| result.as_ref().map(by_value));
        assert_eq!(results[0], results[1], "`{tool}` with {arguments}: we say {}, mcpgraph says {}", ours.whole, theirs.whole);
    }
}

/// JavaScript has one kind of number and writes 42 for what a server wrote as 42.0, which we hand on as it came.
fn by_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), by_value(value))).collect(),
        other => other.clone(),
    }
}

/// As [`check`], and the path of each call too.
fn check_with_paths(place: &Place, file: &Path, calls: &[(&str, Value)]) {
    check(place, file, calls);
    let Some(mut theirs) = Client::mcpgraph(place, file) else { return };
    for (tool, arguments) in calls {
        theirs.call(tool, arguments);
    }
    for ((tool, arguments), theirs) in calls.iter().zip(theirs.paths()) {
        let ran = place.run(file, tool, arguments, &[]);
        assert_eq!(ran.nodes(), theirs, "the path of `{tool}` with {arguments}");
    }
}

/// One of the peer's own examples, in the test's folder: relative paths in it begin where each program begins them.
fn example(place: &Place, name: &str) -> Option<PathBuf> {
    let package = testkit::npm("mcpgraph")?;
    Some(place.write(name, &fs::read_to_string(package.join("examples").join(name)).unwrap()))
}

#[test]
fn its_switch_example_decides_alike() {
    let place = Place::new();
    let Some(file) = example(&place, "switch_example.yaml") else { return };
    let values = [11.0, 10.5, 10.0, 1.0, 0.5, 0.0, -0.0, -3.0, 1e300];
    check_with_paths(&place, &file, &values.map(|value| ("test_switch", json!({"value": value}))));
}

#[test]
fn its_loop_example_sums_alike() {
    let place = Place::new();
    let Some(file) = example(&place, "loop_example.yaml") else { return };
    check_with_paths(&place, &file, &[1, 2, 5, 10, 100].map(|n| ("sum_to_n", json!({"n": n}))));
}

#[test]
fn its_smallest_example_gives_its_arguments_back_alike() {
    let place = Place::new();
    let Some(file) = example(&place, "test_minimal.yaml") else { return };
    let arguments = [json!({}), json!({"a": 1, "b": {"c": [1, "2", null, false]}}), json!({"zero": 0, "empty": "", "none": null})];
    check(&place, &file, &arguments.map(|arguments| ("test_tool", arguments)));
}

#[test]
fn its_count_files_example_counts_alike() {
    let place = Place::new();
    let Some(file) = example(&place, "count_files.yaml") else { return };
    // The folder that the example offers to its filesystem server.
    let directory = place.cwd.join("tests/counting");
    fs::create_dir_all(&directory).unwrap();
    for name in 1..=7 {
        fs::write(directory.join(format!("{name}.txt")), "").unwrap();
    }
    check_with_paths(&place, &file, &[("count_files", json!({"directory": directory}))]);
}

#[test]
fn our_file_in_its_shape_gives_the_goldens_in_both() {
    let place = Place::new();
    let directory = place.seven_files(false);
    let file = graphs().join("dialects/c.yaml");
    let calls = [
        ("count_files", json!({"directory": directory})),
        ("sum_to_n", json!({"n": 2})),
        ("sum_to_n", json!({"n": 10})),
        ("test_switch", json!({"value": 11})),
        ("test_switch", json!({"value": 10})),
        ("test_switch", json!({"value": -3})),
    ];
    check_with_paths(&place, &file, &calls);
}

/// Every call of one tool of `differential.yaml`.
fn check_fixture(tool: &str, arguments: &[Value]) {
    let mut place = Place::new();
    place.programs.push(testkit::server_path().parent().unwrap().to_owned());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/differential.yaml");
    let calls: Vec<_> = arguments.iter().map(|arguments| (tool, arguments.clone())).collect();
    check(&place, &file, &calls);
}

/// Every pair of values in which two languages could differ.
fn pairs() -> Vec<Value> {
    let values = [json!(0), json!(1), json!(-1.5), json!("0"), json!("1"), json!(""), json!("a"), json!(true), json!(false), json!(null)];
    values.iter().flat_map(|a| values.iter().map(move |b| json!({"a": a, "b": b}))).collect()
}

#[test]
fn equality_coerces_alike() {
    check_fixture("loosely_equal", &pairs());
}

#[test]
fn order_coerces_alike() {
    check_fixture("less", &pairs());
}

#[test]
fn the_same_values_are_falsy() {
    let values = [json!(0), json!(1), json!("0"), json!(""), json!("a"), json!(true), json!(false), json!(null), json!([]), json!([0])];
    let mut arguments: Vec<_> = values.iter().map(|value| json!({"v": value})).collect();
    arguments.push(json!({}));
    check_fixture("truthy", &arguments);
}

#[test]
fn combined_rules_decide_alike() {
    let people = [(30, "Rome"), (30, "Hamburg"), (30, "Paris"), (17, "Rome"), (65, "Oslo"), (66, "Oslo"), (64, "Bern")];
    check_fixture("combined", &people.map(|(age, city)| json!({"age": age, "city": city})));
}

#[test]
fn expressions_shape_alike() {
    let line =
        |name: &str, kind: &str, price: f64, quantity: u32| json!({"name": name, "kind": kind, "price": price, "quantity": quantity});
    let lines = [line("pen", "ink", 1.5, 10), line("desk", "wood", 120.0, 1), line("pencil", "wood", 0.5, 3)];
    let orders = [json!({"id": 42, "lines": lines}), json!({"id": 7, "lines": lines[..1]})];
    check_fixture("shaped", &orders.map(|order| json!({"order": order})));
}

#[test]
fn a_tools_text_comes_back_alike() {
    check_fixture("said", &["world", "", "ünïcødé 🎉", "7", "{\"a\": 1}"].map(|who| json!({"who": who})));
}

#[test]
fn a_tools_structured_result_comes_back_alike() {
    check_fixture("added", &[json!({"n": 2}), json!({"n": -0.5})]);
}

#[test]
fn a_tool_that_fails_ends_the_run_at_the_same_node() {
    check_fixture("refused", &[json!({})]);
}

#[test]
fn history_answers_alike() {
    check_fixture("remembered", &[json!({})]);
}
