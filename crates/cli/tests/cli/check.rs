//! `check`, `list`, and what tells about the program itself: completions, manual, help, version.

use serde_json::json;

use crate::world::{World, calling, example};

#[test]
fn the_example_graphs_have_no_problems() {
    let files: Vec<String> = ["count_files.yaml", "loop.yaml", "switch.yaml", "parallel.yaml", "for_each.yaml"].map(example).into();
    let args: Vec<&str> = std::iter::once("check").chain(files.iter().map(String::as_str)).collect();
    let done = World::new().run(&args).expect(0);
    assert_eq!(done.stdout, "", "no problems, no lines");
    done.says("5 files: no problems");
}

#[test]
fn a_problem_is_told_with_place_severity_what_and_remedy() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{}").replace("next: exit}", "next: exti}"));
    let done = world.run(&["check", "graph.yaml"]).expect(2);
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert!(
        lines.iter().any(|line| line.starts_with("graph.yaml:12:") && line.contains(": error: ") && line.contains("exti")),
        "{lines:?}"
    );
    assert!(done.stdout.contains("did you mean `exit`"), "the remedy: {}", done.stdout);
    done.says("graph.yaml (shape E");

    let found = world.run(&["check", "graph.yaml", "--output", "json"]).expect(2).json();
    assert_eq!(found[0]["file"], "graph.yaml", "{found}");
    let problem = found[0]["problems"].as_array().unwrap().iter().find(|problem| problem["node"] == "call").unwrap().clone();
    assert_eq!((&problem["severity"], &problem["place"]["line"]), (&json!("error"), &json!(12)), "{problem}");
}

#[test]
fn a_warning_alone_is_no_failure() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{}").replace("description:", "colour: red\n  description:"));
    let done = world.run(&["check", "graph.yaml"]).expect(0);
    assert!(done.stdout.contains(": warning: ") && done.stdout.contains("colour"), "{}", done.stdout);
    done.says("1 warning");
}

#[test]
fn a_file_that_is_not_yaml_is_a_finding_and_one_that_is_not_there_an_error() {
    let world = World::new();
    world.write("broken.yaml", "tools: [\n");
    let done = world.run(&["check", "broken.yaml"]).expect(2);
    assert!(done.stdout.starts_with("broken.yaml:") && done.stdout.contains(": error: "), "{}", done.stdout);
    world.run(&["check", "none.yaml"]).expect(2).says("error: could not read `none.yaml`");
}

#[test]
fn servers_are_asked_only_if_it_is_said_so() {
    let world = World::new();
    world.graph(&format!("{}{}", calling("a", "ehco", "{text: hi}"), calling("b", "echo", "{text: 5}")));
    world.run(&["check", "graph.yaml"]).expect(0);
    let done = world.run(&["check", "graph.yaml", "--servers"]).expect(2);
    assert!(done.stdout.contains("no tool `ehco`") && done.stdout.contains("did you mean `echo`?"), "{}", done.stdout);
    assert!(done.stdout.contains("the arguments do not fit the tool `echo`"), "{}", done.stdout);
}

#[test]
fn a_list_names_tools_and_arguments_and_keeps_schemas_whole_as_json() {
    let world = World::new();
    let tool = calling("t", "echo", "{}").replace(
        "{type: object}",
        "{type: object, required: [n], properties: {n: {type: integer, description: How many}, m: {enum: [a, 1]}}, x-kept: [1]}",
    );
    world.graph(&tool);
    let done = world.run(&["list", "graph.yaml"]).expect(0);
    assert_eq!(done.stdout, "t  Calls echo\n  n  integer, required  How many\n  m  \"a\" | 1\n", "a line each");
    let listed = world.run(&["list", "graph.yaml", "--output", "json"]).expect(0).json();
    assert_eq!((&listed[0]["name"], &listed[0]["inputSchema"]["x-kept"]), (&json!("t"), &json!([1])), "{listed}");
    assert_eq!(listed[0].get("nodes"), None, "a client sees no nodes: {listed}");
}

#[test]
fn a_file_without_tools_is_listed_as_such_and_cannot_be_run() {
    let world = World::new();
    world.graph("  []\n");
    let done = world.run(&["list", "graph.yaml"]).expect(0);
    assert_eq!(done.stdout, "", "there is nothing to list");
    done.says("graph.yaml: no tools");
    assert_eq!(world.run(&["list", "graph.yaml", "-o", "json"]).expect(0).json(), json!([]), "an empty list");
    world.run(&["run", "graph.yaml"]).expect(2).says("has no tools; add one with `patchbay edit FILE add-tool JSON`");
}

#[test]
fn completions_and_manual_know_every_command() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = world.run(&["completions", shell]).expect(0);
        assert!(done.stdout.contains("dry-run") && done.stdout.contains("servers"), "{shell}: {}", done.stdout);
    }
    let page = world.run(&["man"]).expect(0).stdout;
    assert!(page.contains(".TH patchbay 1") && page.contains("Exit codes"), "{page}");
    world.run(&["man", "pages"]).expect(0);
    for name in ["patchbay.1", "patchbay-run.1", "patchbay-secret-set.1"] {
        assert!(world.path("pages").join(name).is_file(), "`{name}` is missing");
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    let world = World::new();
    for (args, expected) in
        [(&["--help"][..], "Exit codes:"), (&["help", "edit"], "rename-node NODE NEW"), (&["--version"], env!("CARGO_PKG_VERSION"))]
    {
        let done = world.run(args).expect(0);
        assert!(done.stdout.contains(expected), "{args:?}: {}", done.stdout);
    }
}
