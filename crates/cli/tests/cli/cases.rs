//! `test` and `runs test`: what is said of cases that hold and that do not, and what a build server reads.

use serde_json::json;

use crate::world::World;

const ADD: &str = r#"
- name: total
  description: Adds, unless it is too much
  inputSchema: {type: object, properties: {a: {type: number}}, required: [a]}
  nodes:
  - {id: entry, type: entry, next: add}
  - {id: add, type: mcp, server: kit, tool: add, args: {a: {expr: entry.a}, b: 1}, next: size}
  - {id: size, type: switch, conditions: [{rule: {">": [{var: add.sum}, 100]}, next: ask}], next: exit}
  - {id: ask, type: approval, message: So much?, timeout: P1D, onReject: no, next: exit}
  - {id: no, type: transform, transform: {expr: "\"rejected\""}, next: exit}
  - {id: exit, type: exit}
"#;

const CASES: &str = r#"cases:
  - name: one is added
    arguments: {a: 2}
    stubs:
      - {server: kit, tool: add, with: {a: 2}, answer: {sum: 3}}
    expect:
      - result.sum = 3
      - path[-1] = "exit"
  - name: a person is asked and says no
    arguments: {a: 200}
    stubs: [{server: kit, tool: add, answer: {sum: 201}}]
    replies: [{node: ask, reject: too much, afterMs: 60000}]
    expect: [result = "rejected", steps.ask.output.reason = "too much"]
  - name: nobody answers for a day
    arguments: {a: 200}
    stubs: [{server: kit, tool: add, answer: {sum: 201}}]
    fails: nobody answered
"#;

fn world(cases: &str) -> World {
    let world = World::new();
    world.graph(ADD);
    world.write("graph.test.yaml", cases);
    world
}

#[test]
fn cases_run_without_their_server_and_without_waiting() {
    let world = world(CASES);
    world.write("graph.yaml", &world.read("graph.yaml").replace(&testkit::server_path().display().to_string(), "/nowhere/at-all"));
    for paths in [&["test"][..], &["test", "."], &["test", "graph.yaml"], &["test", "graph.test.yaml"]] {
        let done = world.run(paths).expect(0);
        done.says("3 passed, 0 failed");
        assert!(done.stdout.contains("✓ nobody answers for a day"), "each is named: {}", done.stdout);
    }
    let done = world.run(&["test", "--coverage"]).expect(0);
    assert!(done.stdout.contains("never ask next -> exit"), "the one edge that no case took: {}", done.stdout);
    assert_eq!(done.stdout.matches("never").count(), 1, "and no other: {}", done.stdout);
}

#[test]
fn what_does_not_hold_is_told_with_its_line_and_what_was_there_instead() {
    let world = world(
        &CASES
            .replace("result.sum = 3", "result.sum = 4")
            .replace("fails: nobody", "fails: somebody")
            .replace("a: 2}, answer", "a: 3}, answer"),
    );
    let done = world.run(&["test"]).expect(1);
    done.says("1 passed, 2 failed");
    for said in [
        "graph.test.yaml:2:5: `add` asked for what no stub answers",
        r#"got      {"server":"kit","tool":"add","arguments":{"a":2,"b":1}}"#,
        "graph.test.yaml:17:12: how the run ended",
        "expected failed, with `somebody answered` in its message",
    ] {
        assert!(done.stdout.contains(said), "`{said}`: {}", done.stdout);
    }
    world.write("graph.test.yaml", &CASES.replace("result.sum = 3", "result.sum = 4"));
    let done = world.run(&["test", "--junit", "out.xml"]).expect(1);
    assert!(done.stdout.contains("graph.test.yaml:7:9: result.sum = 4\n        expected 4\n        got      3\n"), "{}", done.stdout);
    let xml = world.read("out.xml");
    for part in
        [r#"tests="3" failures="1""#, r#"<testcase name="one is added" classname="graph.total""#, "result.sum = 4; expected 4; got 3"]
    {
        assert!(xml.contains(part), "`{part}`: {xml}");
    }
}

#[test]
fn a_test_file_that_is_wrong_is_told_with_its_place_and_what_would_mend_it() {
    for (from, to, said) in [
        ("stubs:\n", "stubz:\n", "graph.test.yaml:4:5: error: a case has no `stubz`; did you mean `stubs`?"),
        ("result.sum = 3", "result.sum = ", "graph.test.yaml:7:"),
        ("expect:\n", "expect: &a\n", ""),
        ("cases:", "cases: [", "graph.test.yaml:"),
        ("cases:", "graph: none.yaml\ncases:", "graph.test.yaml:1:8: error: could not read"),
    ] {
        let world = world(&CASES.replacen(from, to, 1));
        let done = world.run(&["test"]).expect(if said.is_empty() { 0 } else { 2 });
        assert!(done.stdout.contains(said), "`{said}`: {}", done.stdout);
    }
    let world = World::new();
    world.graph(ADD);
    world.run(&["test", "graph.yaml"]).expect(2).says("has no tests; write some into `graph.test.yaml`");
    world.run(&["test"]).expect(0).says("no test files: they are called NAME.test.yaml");
}

#[test]
fn a_test_is_made_of_a_run_and_touches_no_other_case() {
    let world = world(&CASES.replace("  - name: one", "  # A comment stays.\n  - name: one"));
    let before = world.read("graph.test.yaml");
    for (word, code) in [("a=5", 0), ("a=5", 0)] {
        world.run(&["run", "graph.yaml", "--arg", word]).expect(code);
        let runs = world.run(&["runs", "list", "--output", "json"]).expect(0).json();
        world.run(&["runs", "test", &runs[0]["id"].to_string()]).expect(0).says("has the case `total with a 5 gives what it gave");
    }
    assert!(world.read("graph.test.yaml").starts_with(&before), "what was there stays: {}", world.read("graph.test.yaml"));
    world.run(&["test"]).expect(0).says("5 passed, 0 failed");
    assert!(world.path("graph.total-2.cassette").exists(), "each has a cassette of its own");
    world.write("graph.yaml", &world.read("graph.yaml").replace("b: 1}", "b: 2}"));
    let done = world.run(&["test", "--output", "json"]).expect(1).json();
    let faults: Vec<_> = done[0]["cases"].as_array().unwrap().iter().map(|case| case["faults"].as_array().unwrap().len()).collect();
    assert_eq!(faults, [0, 0, 0, 1, 1], "a request that was not recorded fails those that are on a cassette: {done:#}");
    assert_eq!(done[0]["cases"][3]["faults"][0]["got"], json!(r#"{"server":"kit","tool":"add","arguments":{"a":5,"b":2}}"#), "{done:#}");
}
