//! `patchbay debug`, driven by a pipe as by a person.

use crate::world::World;

const TOOLS: &str = "
- name: main
  description: Calls another tool
  inputSchema: {type: object, properties: {n: {type: number}}}
  nodes:
  - {id: entry, type: entry, next: double}
  - {id: double, type: transform, transform: {expr: 'entry.n * 2'}, next: say}
  - {id: say, type: mcp, server: kit, tool: echo, args: {text: {expr: '$string(double)'}}, next: inner}
  - {id: inner, type: call, tool: other, args: {n: {expr: double}}, next: end}
  - {id: end, type: transform, transform: {expr: 'inner + 1'}, next: exit}
  - {id: exit, type: exit}
- name: other
  description: Is called
  inputSchema: {type: object, properties: {n: {type: number}}}
  nodes:
  - {id: entry, type: entry, next: add}
  - {id: add, type: transform, transform: {expr: 'entry.n + 100'}, next: exit}
  - {id: exit, type: exit}
";

/// Debugs `main` with `n=1`, says these lines, and holds what was told, in its order, and the result.
#[track_caller]
fn check(options: &[&str], lines: &str, told: &[&str], code: i32, result: &str) {
    let world = World::new();
    world.graph(TOOLS);
    let args = [&["debug", "graph.yaml", "main", "--arg", "n=1"], options].concat();
    let done = world.run_with(&args, &[], lines).expect(code);
    let mut rest = done.stderr.as_str();
    for text in told {
        let at = rest.find(text).unwrap_or_else(|| panic!("`{text}` should be told there: {}", done.stderr));
        rest = &rest[at + text.len()..];
    }
    assert_eq!(done.stdout.trim(), result, "the result; it told: {}", done.stderr);
}

#[test]
fn a_run_is_stepped_through_and_into_what_it_calls() {
    let told = [
        "entry  (entry)  paused",
        "double  (transform)  step",
        "say  (mcp)  step\n  in {\"text\":\"2\"}",
        "inner  (call)  step\n  in {\"n\":2}",
        "inner > entry  (entry)  step",
        "inner > add  (transform)  step",
        "  add  step 1 of other\n  called by inner  step 3 of main",
        "end  (transform)  step",
        "   3  inner = 102",
    ];
    check(&[], "n\nn\nn\ns\nn\nbt\no\nsteps\nc\n", &told, 0, "103");
}

#[test]
fn breakpoints_have_conditions_and_stand_on_edges_and_values_are_watched_and_changed() {
    let told = [
        "paused",
        "  1  say if double = 2",
        "say  (mcp)  breakpoint 1\n  in {\"text\":\"2\"}",
        "  2\n",
        "  20\n",
        "  2  inner -> end",
        "error: there is no breakpoint `9`",
        "end  (transform)  breakpoint 2\n  in {\"inner\":120}\n  double = 20",
    ];
    let lines = "l\nc\np double\nset double 20\nw double\nb inner -> end\nd 9\nc\nc\n";
    check(&["--break", "say if double = 2"], lines, &told, 0, "121");
    check(&["--break", "other/add"], "c\nin {}\nout 7\nc\n", &["inner > add  (transform)  breakpoint 1", "error: "], 0, "8");
}

#[test]
fn the_end_of_what_is_said_stops_the_run_and_a_bad_breakpoint_is_bad_use() {
    check(&[], "n\n", &["double  (transform)  step"], 1, "");
    check(&["--break", "sey"], "", &["`--break sey`: the tool `main` has no node `sey`; did you mean `say`?"], 2, "");
}
