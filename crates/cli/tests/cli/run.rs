//! `run`: arguments in, result out, and the numbers that scripts go by.

use serde_json::{Value, json};

use crate::world::{Running, World, calling, example};

/// Says what it was given.
const SHOW: &str = r#"
- name: show
  description: Gives its arguments back
  inputSchema:
    type: object
    properties: {text: {type: string}, number: {type: number}, list: {type: array}}
    required: [text]
  nodes:
  - {id: entry, type: entry, next: show}
  - {id: show, type: transform, transform: {expr: entry}, next: exit}
  - {id: exit, type: exit}
"#;

#[test]
fn the_first_graph_counts_the_files_of_a_folder() {
    let world = World::new();
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        world.write(&format!("folder/{name}"), "");
    }
    world.write("folder/below/h", "");
    let folder = world.path("folder").canonicalize().unwrap();
    let argument = format!("directory={}", folder.display());
    let done = world.run(&["run", &example("count_files.yaml"), "--arg", &argument]).expect(0);
    assert_eq!(done.stdout, "{\n  \"count\": 7\n}\n", "only the result is on standard output");
    done.says("list: done in ");
}

#[test]
fn arguments_are_read_by_the_schema_and_come_from_three_places() {
    let world = World::new();
    world.graph(SHOW);
    let whole = r#"{"text": "whole", "list": [null]}"#;
    for (args, input, expected) in [
        (&["--arg", "text=5", "-a", "number=5"][..], "", json!({"text": "5", "number": 5})),
        (&["--arg", "text=a=b c", "--arg", "list=[1, \"x\"]"], "", json!({"text": "a=b c", "list": [1, "x"]})),
        (&["--json", whole], "", json!({"text": "whole", "list": [null]})),
        (&["--json", "-", "--arg", "text=single"], whole, json!({"text": "single", "list": [null]})),
    ] {
        let args = [&["run", "graph.yaml"], args].concat();
        let done = world.run_with(&args, &[], input).expect(0);
        assert_eq!(done.json(), expected, "{args:?}");
    }
}

#[test]
fn a_part_of_a_tool_runs_up_to_a_node_or_a_node_alone_on_an_earlier_run() {
    let world = World::new();
    world.graph(
        "- {name: t, description: d, inputSchema: {type: object, properties: {n: {type: number}}, required: [n]}, nodes: [\
        {id: entry, type: entry, next: twice}, {id: twice, type: transform, transform: {expr: entry.n * 2}, next: more},\
        {id: more, type: transform, transform: {expr: twice + 1}, next: exit}, {id: exit, type: exit}]}\n",
    );
    let done = world.run(&["run", "graph.yaml", "--arg", "n=20", "--until", "twice"]).expect(0);
    assert_eq!(done.stdout, "40\n", "the output of the node is the result");
    assert!(!done.stderr.contains("more:"), "what comes after it does not run: {}", done.stderr);

    let report = world.run(&["run", "graph.yaml", "--arg", "n=20", "--trace", "-o", "json"]).expect(0).stdout;
    world.write("last.json", &report);
    let done = world.run(&["run", "graph.yaml", "--only", "more", "--from", "last.json"]).expect(0);
    assert_eq!((done.stdout.as_str(), done.stderr.contains("twice:")), ("41\n", false), "on what `twice` gave then");
    let done = world.run_with(&["run", "graph.yaml", "--only", "more", "--from", "-"], &[], r#"{"twice": 1}"#).expect(0);
    assert_eq!(done.stdout, "2\n", "or on what somebody says that it gave");

    for (args, expected) in [
        (&["--arg", "n=1", "--until", "twise"][..], "the tool `t` has no node `twise`; did you mean `twice`?"),
        (&["--only", "more"], "--from"),
        (&["--only", "more", "--from", "none.json"], "could not read `none.json`"),
        (&["--only", "twice", "--from", "graph.yaml"], "`graph.yaml` is not JSON"),
    ] {
        world.run(&[&["run", "graph.yaml"], args].concat()).expect(2).says(expected);
    }
    let lacking = world.run_with(&["run", "graph.yaml", "--only", "more", "--from", "-"], &[], "{}").expect(2);
    lacking.says("`more` reads `twice`, which gave nothing in that run");
}

#[test]
fn every_result_is_json_on_standard_output_falsy_ones_too() {
    let world = World::new();
    for (expression, expected) in [("0", "0\n"), ("false", "false\n"), ("\"\"", "\"\"\n"), ("null", "null\n"), ("[]", "[]\n")] {
        let tool = format!(
            "- name: t\n  description: d\n  inputSchema: {{type: object}}\n  nodes:\n  - {{id: entry, type: entry, next: give}}\n  \
             - {{id: give, type: transform, transform: {{expr: '{expression}'}}, next: exit}}\n  - {{id: exit, type: exit}}\n"
        );
        world.graph(&tool);
        let done = world.run(&["run", "graph.yaml"]).expect(0);
        assert_eq!(done.stdout, expected, "the result of `{expression}`");
    }
}

#[test]
fn bad_use_and_bad_files_end_with_2_and_say_what_would_be_right() {
    let world = World::new();
    world.write("broken.yaml", "version: [\n");
    world.write("other.json", "[]");
    world.graph(&format!("{SHOW}{}", calling("bad", "echo", "{}").replace("next: exit", "next: nowhere")));
    for (args, expected) in [
        (&["run", "none.yaml"][..], "could not read `none.yaml`"),
        (&["run", "broken.yaml"], "broken.yaml:"),
        (&["run", "graph.yaml"], "has several tools; name one of: show, bad"),
        (&["run", "graph.yaml", "shwo"], "has no tool `shwo`; it has: show, bad"),
        (&["run", "graph.yaml", "bad"], "`nowhere`"),
        (&["run", "graph.yaml", "show"], "\"text\" is a required property"),
        (&["run", "graph.yaml", "show", "--arg", "text"], "write `--arg name=value`"),
        (&["run", "graph.yaml", "show", "--arg", "txet=a"], "has no argument `txet`; it has: text, number, list"),
        (&["run", "graph.yaml", "show", "--arg", "number=five"], "takes JSON (number)"),
        (&["run", "graph.yaml", "show", "--json", "[]"], "takes an object"),
        (&["run", "graph.yaml", "show", "--json", "{"], "is not JSON"),
        (&["run", "graph.yaml", "show", "-m", "other.json"], "other.json"),
        (&["run", "graph.yaml", "show", "--nonsense"], "--nonsense"),
        (&["run"], "Usage"),
        (&["nonsense"], "nonsense"),
    ] {
        let done = world.run(args).expect(2);
        done.says(expected);
        assert_eq!(done.stdout, "", "{args:?} has no result");
        assert!(done.stderr.starts_with("error: "), "{args:?} should begin with the error: {}", done.stderr);
    }
}

#[test]
fn a_run_that_fails_ends_with_1_and_names_the_node_the_server_and_the_cause() {
    let world = World::new();
    world.graph(&calling("t", "fail", "{message: the lamp is broken}"));
    let done = world.run(&["run", "graph.yaml"]).expect(1);
    let error = done.stderr.lines().last().unwrap();
    assert!(error.starts_with("error: node `call`: "), "the last line is the error: {error}");
    for part in ["`fail`", "`kit`", "the lamp is broken"] {
        assert!(error.contains(part), "`{part}` is missing: {error}");
    }
    assert_eq!(done.stdout, "", "there is no result");
}

#[test]
fn a_server_that_cannot_be_started_is_named_with_its_command() {
    let world = World::new();
    world.write(
        "graph.yaml",
        &format!(
            "version: \"1\"\nserver: {{name: t, version: \"1\"}}\nmcpServers: {{kit: {{command: no-such-program}}}}\ntools:\n{}",
            calling("t", "echo", "{}")
        ),
    );
    let done = world.run(&["run", "graph.yaml"]).expect(1);
    done.says("no-such-program");
    done.says("kit");
}

#[test]
fn json_output_is_one_object_whatever_comes_of_the_run() {
    let world = World::new();
    world.graph(&format!("{}{}", calling("good", "add", "{a: 1, b: 2}"), calling("bad", "fail", "{message: no}")));

    let done = world.run(&["run", "graph.yaml", "good", "--output", "json"]).expect(0).json();
    assert_eq!((&done["tool"], &done["outcome"], &done["result"]), (&json!("good"), &json!("done"), &json!({"sum": 3.0})), "{done}");
    assert!(done["durationMs"].as_f64().is_some_and(|took| took > 0.0), "it took some time: {done}");
    assert_eq!((done.get("failure"), done.get("steps")), (None, None), "nothing failed, and no steps were asked for: {done}");

    let failed = world.run(&["run", "graph.yaml", "bad", "-o", "json", "--trace"]).expect(1).json();
    assert_eq!((&failed["outcome"], failed.get("result")), (&json!("failed"), None), "{failed}");
    assert_eq!((&failed["failure"]["node"], &failed["failure"]["kind"]), (&json!("call"), &json!("tool")), "{failed}");
    let steps: Vec<_> = failed["steps"].as_array().unwrap().iter().map(|step| (step["node"].clone(), step["state"].clone())).collect();
    assert_eq!(steps, [(json!("entry"), json!("done")), (json!("call"), json!("failed"))], "each step and how it ended");
    assert_eq!(failed["steps"][1]["input"], json!({"message": "no"}), "with what it was called");
}

#[test]
fn a_trace_shows_each_step_with_input_output_and_time_and_cuts_long_values() {
    let world = World::new();
    world.graph(&calling("t", "big", "{bytes: 5000}"));
    let done = world.run(&["run", "graph.yaml", "--trace"]).expect(0);
    let lines: Vec<&str> = done.stderr.lines().collect();
    assert!(lines[0].starts_with("✓ entry  ") && lines[0].ends_with(" ms"), "the step and its time: {}", lines[0]);
    assert!(lines.contains(&"    input  {\"bytes\":5000}"), "the input of the call: {}", done.stderr);
    assert!(lines.iter().any(|line| line.starts_with("    output \"xxx") && line.ends_with("more characters)")), "a cut output");
    assert_eq!(done.json().as_str().unwrap().len(), 5000, "the result is whole");

    let whole = world.run(&["run", "graph.yaml", "--trace", "--output", "json"]).expect(0).json();
    let output = whole["steps"].as_array().unwrap().iter().find(|step| step["node"] == "call").unwrap()["output"].clone();
    assert_eq!(output.as_str().map(str::len), Some(5000), "JSON has it all");
}

#[test]
fn servers_beside_the_file_serve_it_and_its_own_win() {
    let world = World::new();
    let kit = serde_json::to_string(&testkit::server_path()).unwrap();
    let tool = calling("t", "env", "{name: WHO}");
    world.write("bare.yaml", &format!("version: \"1\"\nserver: {{name: t, version: \"1\"}}\ntools:\n{tool}"));
    world.graph_with("    env: {WHO: file}\n", &tool);
    world.write("mcp.json", &format!(r#"{{"mcpServers": {{"kit": {{"command": {kit}, "env": {{"WHO": "beside"}}}}}}}}"#));
    for (file, expected) in [("bare.yaml", "beside"), ("graph.yaml", "file")] {
        let done = world.run(&["run", file, "-m", "mcp.json"]).expect(0);
        assert_eq!(done.json(), Value::from(expected), "{file}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let world = World::new();
    world.graph(&calling("t", "big", "{bytes: 3000000}"));
    let mut command = world.command(&["run", "graph.yaml", "--quiet"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0), "the run itself was well: {}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(String::from_utf8_lossy(&done.stderr), "", "and nothing is said");
}

#[test]
fn standard_input_that_is_never_closed_does_not_keep_the_program() {
    let world = World::new();
    world.graph(SHOW);
    let mut running = Running::start(&mut world.command(&["run", "graph.yaml", "--arg", "text=a"]));
    let _open = running.stdin();
    running.end().expect(0);
}

#[test]
fn a_run_leaves_nothing_behind_but_what_is_kept_of_it() {
    let world = World::new();
    world.graph(SHOW);
    world.run(&["run", "graph.yaml", "--arg", "text=a"]).expect(0);
    let names: Vec<_> = std::fs::read_dir(world.path("data")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["runs.db"], "the files that a person opened in the window are another matter");
}

#[test]
fn a_long_loop_is_told_in_part() {
    let world = World::new();
    world.graph(
        "- {name: t, description: d, inputSchema: {type: object}, nodes: [\
        {id: entry, type: entry, next: each}, {id: each, type: forEach, items: '[1..300]', body: twice, join: exit},\
        {id: twice, type: transform, transform: {expr: $item * 2}, next: exit}, {id: exit, type: exit}]}\n",
    );
    let done = world.run(&["run", "graph.yaml"]).expect(0);
    assert_eq!(done.json().as_array().map(Vec::len), Some(300), "the result is whole");
    assert_eq!(done.stderr.lines().filter(|line| line.starts_with("twice[")).count(), 199, "entry and some of the items");
    done.says("more steps, all done");
}
