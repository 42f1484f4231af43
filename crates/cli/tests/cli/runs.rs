//! `runs` and `store`: what is found again of a run after its process is gone, and how the store is looked after.

use serde_json::{Value, json};

use crate::world::World;

const GREET: &str = r#"
- name: greet
  description: Greets, or fails
  inputSchema: {type: object, properties: {name: {type: string}}, required: [name]}
  nodes:
  - {id: entry, type: entry, next: say}
  - {id: say, type: mcp, server: kit, tool: echo, args: {text: {expr: entry.name}}, next: check}
  - {id: check, type: transform, transform: {expr: "entry.name = 'nobody' ? $error('nobody is there') : {'hello': entry.name}"}, next: exit}
  - {id: exit, type: exit}
"#;

/// A world with two runs: one that greeted, one that failed.
fn with_runs() -> World {
    let world = World::new();
    world.graph(GREET);
    world.run(&["run", "graph.yaml", "--arg", "name=Annabel"]).expect(0);
    world.run(&["run", "graph.yaml", "--arg", "name=nobody"]).expect(1);
    world
}

fn list(world: &World, args: &[&str]) -> Vec<Value> {
    let args = [&["runs", "list", "--output", "json"], args].concat();
    world.run(&args).expect(0).json().as_array().unwrap().clone()
}

#[test]
fn a_run_is_found_again_and_shown_step_by_step() {
    let world = with_runs();
    for (args, expected) in [
        (&[][..], vec!["failed", "done"]),
        (&["--state", "failed"], vec!["failed"]),
        (&["--state", "done,stopped"], vec!["done"]),
        (&["--graph", "graph.yaml", "--tool", "greet", "--since", "1h"], vec!["failed", "done"]),
        (&["--graph", "other.yaml"], vec![]),
        (&["--until", "2001-01-01"], vec![]),
        (&["--text", "annab"], vec!["done"]),
        (&["--limit", "1"], vec!["failed"]),
    ] {
        let states: Vec<Value> = list(&world, args).into_iter().map(|run| run["state"].clone()).collect();
        assert_eq!(states, expected, "{args:?}");
    }
    let id = list(&world, &["--state", "done"])[0]["id"].to_string();
    // The graph of that time is what is shown, whatever became of the file.
    world.write("graph.yaml", "version: \"1.0\"\n");
    let shown = world.run(&["runs", "show", &id, "--output", "json"]).expect(0).json();
    let nodes: Vec<&str> = shown["trace"].as_array().unwrap().iter().filter_map(|step| step["node"].as_str()).collect();
    assert_eq!(nodes, ["entry", "say", "check", "exit"], "its steps");
    assert_eq!(shown["trace"][1]["input"], json!({"text": "Annabel"}), "with what they were given");
    assert_eq!(shown["result"]["result"], json!({"hello": "Annabel"}), "and its result");
    assert_eq!((&shown["events"], &shown["steps"]), (&json!(7), &json!(4)), "counted");
    let text = world.run(&["runs", "show", &id]).expect(0).stdout;
    assert!(text.contains("say") && text.contains(r#"{"hello":"Annabel"}"#), "for people too: {text}");
    world.run(&["runs", "show", "5"]).expect(2).says("no run 5 is kept; see `patchbay runs list`");
}

#[test]
fn a_run_goes_to_another_machine_as_a_file() {
    let world = with_runs();
    let id = list(&world, &["--state", "done"])[0]["id"].to_string();
    world.run(&["runs", "export", &id, "-o", "run.json"]).expect(0);
    let other = World::new();
    other.write("run.json", &world.read("run.json"));
    other.run(&["runs", "import", "run.json"]).expect(0).says(&id);
    let shown = |world: &World| world.run(&["runs", "show", &id, "--output", "json"]).expect(0).json();
    assert_eq!(shown(&other), shown(&world), "it is the same run");
    other.write("bad.json", "{}");
    other.run(&["runs", "import", "bad.json"]).expect(2).says("is not a run as `patchbay runs export` writes it");
}

#[test]
fn a_graph_may_keep_its_runs_to_itself() {
    let world = World::new();
    world.graph_with("", GREET);
    let graph = world.read("graph.yaml");
    world.write("graph.yaml", &format!("journal: off\n{graph}"));
    world.run(&["check", "graph.yaml"]).expect(0);
    world.run(&["run", "graph.yaml", "--arg", "name=Ann"]).expect(0);
    assert!(!world.path("data/runs.db").exists(), "nothing is written");
    assert_eq!(list(&world, &[]), Vec::<Value>::new(), "so nothing is found");
    world.write("graph.yaml", &format!("journal: maybe\n{graph}"));
    let done = world.run(&["check", "graph.yaml"]).expect(2);
    assert!(format!("{}{}", done.stdout, done.stderr).contains("write `on`, or `off`"), "{done:?}");
}

#[test]
fn a_store_that_cannot_be_opened_is_a_warning_and_the_run_goes_on() {
    let world = World::new();
    world.graph(GREET);
    world.write("data/runs.db", "no database, but a text that is long enough to be taken for the head of one, which has a hundred bytes");
    let done = world.run(&["run", "graph.yaml", "--arg", "name=Ann"]).expect(0);
    done.says("runs cannot be kept, and are gone with this process");
    done.says("patchbay store check");
    assert_eq!(done.json(), json!({"hello": "Ann"}), "its result is there");
}

#[test]
fn a_store_is_checked_backed_up_restored_and_moved() {
    let world = with_runs();
    world.run(&["store", "check"]).expect(0).says("2 runs, 13 events, 0 faults");
    world.run(&["store", "backup", "backup.db"]).expect(0).says("2 runs with 13 events");
    world.run(&["run", "graph.yaml", "--arg", "name=Carl"]).expect(0);
    world.run(&["store", "restore", "backup.db"]).expect(0);
    assert_eq!(list(&world, &[]).len(), 2, "as it was at the backup");
    let removed = world.run(&["store", "vacuum", "--count", "1", "--output", "json"]).expect(0).json();
    assert_eq!(removed["removed"], 1, "the latest stays");
    world.run(&["store", "move", "elsewhere.db"]).expect(0).says("1 runs");
    assert_eq!(list(&world, &[]).len(), 0, "nothing is left here");
    world.run(&["store", "check"]).expect(1).says("there are no runs at");
}
