//! `runs` and `store`: what is found again of a run after its process is gone, and how the store is looked after.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{PATIENCE, Running, World};

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

const COUNT: &str = r#"
- name: count
  description: Writes the numbers from 1 to 12, each in a line
  inputSchema: {type: object, properties: {path: {type: string}}, required: [path]}
  nodes:
  - {id: entry, type: entry, next: each}
  - {id: each, type: forEach, items: "[1..12]", body: write, join: exit}
  - {id: write, type: mcp, server: kit, tool: append, args: {path: {expr: entry.path}, line: {expr: "$string($item)"}, ms: 20}, onCrash: CRASH, next: exit}
  - {id: exit, type: exit}
"#;

/// The lines that the run has written so far.
fn written(world: &World) -> Vec<String> {
    std::fs::read_to_string(world.path("lines")).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Kills a program with no word once it has written so many lines more, unless it ends before that.
fn kill_after(world: &World, args: &[&str], more: usize) {
    let mut running = Running::start(&mut world.command(args));
    let (wanted, deadline) = (written(world).len() + more, Instant::now() + PATIENCE);
    while written(world).len() < wanted && !running.has_ended() {
        assert!(Instant::now() < deadline, "no line came in a minute: {:?}", written(world));
        std::thread::sleep(Duration::from_millis(1));
    }
    // Dropping it kills it; its server ends with its pipe.
}

/// What a person says of an uncertain step who looks at the file.
fn look(world: &World) -> &'static str {
    let run = &list(world, &[])[0];
    let trace = world.run(&["runs", "show", &run["id"].to_string(), "--output", "json"]).expect(0).json();
    let steps = trace["trace"].as_array().unwrap();
    let done = steps.iter().filter(|step| step["node"] == "write" && step["state"] == "done").count();
    if written(world).len() > done { "skip" } else { "retry" }
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_with_every_step_done_once() {
    let world = World::new();
    world.graph(&COUNT.replace("CRASH", "ask"));
    let path = format!("path={}", world.path("lines").display());
    kill_after(&world, &["run", "graph.yaml", "--arg", &path], 2);
    let mut kills = 1;
    loop {
        assert_eq!(list(&world, &[]).len(), 1, "it stays the one run, and is not lost");
        if list(&world, &[])[0]["state"] == "done" {
            break;
        }
        let said = look(&world);
        kill_after(&world, &["runs", "resume", "--uncertain", said], kills % 4 + 1);
        kills += 1;
        assert!(kills < 60, "it comes to its end: {:?}", written(&world));
    }
    let expected: Vec<String> = (1..=12).map(|number| number.to_string()).collect();
    assert_eq!(written(&world), expected, "each line once, after {kills} kills");
    world.run(&["runs", "resume"]).expect(0).says("no run is waiting to go on");
}

#[test]
fn an_uncertain_step_waits_for_a_word_and_one_that_may_be_repeated_does_not() {
    let world = World::new();
    world.graph(&COUNT.replace("ms: 20", "ms: 60000").replace("CRASH", "ask"));
    let path = format!("path={}", world.path("lines").display());
    kill_after(&world, &["run", "graph.yaml", "--arg", &path], 1);
    world.run(&["runs", "resume"]).expect(0).says("whether the call of `write` happened before its process died is not known");
    assert_eq!(written(&world), ["1"], "nothing was repeated meanwhile");
    world.run(&["runs", "resume", "--uncertain", "fail"]).expect(0).says("a person said that it failed");
    assert_eq!(list(&world, &[])[0]["state"], "failed");

    let world = World::new();
    world.graph(&COUNT.replace("CRASH", "retry").replace("ms: 20", "ms: 60000"));
    let path = format!("path={}", world.path("lines").display());
    kill_after(&world, &["run", "graph.yaml", "--arg", &path], 1);
    kill_after(&world, &["runs", "resume"], 1);
    assert_eq!(written(&world), ["1", "1"], "its call was made again, as its node says");
}

const LOOP: &str = r#"
- name: sum
  description: Adds the numbers from 1 to n
  inputSchema: {type: object, properties: {n: {type: number}}, required: [n]}
  nodes:
  - {id: entry, type: entry, next: add}
  - {id: add, type: transform, transform: {expr: "$executionCount('add') = 0 ? {'counter': 1, 'sum': 1} : {'counter': add.counter + 1, 'sum': add.sum + add.counter + 1}"}, next: note}
  - {id: note, type: mcp, server: kit, tool: echo, args: {text: {expr: "'at ' & $string(add.counter)"}}, next: check}
  - {id: check, type: switch, conditions: [{rule: {"<": [{var: add.counter}, {var: entry.n}]}, next: add}], next: give}
  - {id: give, type: transform, transform: {expr: add.sum}, next: exit}
  - {id: exit, type: exit}
"#;

#[test]
fn one_turn_of_a_loop_is_changed_and_the_run_goes_on_from_there() {
    let world = World::new();
    world.graph(LOOP);
    assert_eq!(world.run(&["run", "graph.yaml", "--arg", "n=50"]).expect(0).json(), json!(1275));
    let id = list(&world, &[])[0]["id"].to_string();
    world.run(&["runs", "fork", &id, "add:27", "--output", r#"{"counter": 49, "sum": 1000}"#]).expect(0).says("is done: 1050");
    let fork = &list(&world, &[])[0];
    assert_eq!(
        (fork["parent"].to_string(), &fork["parentStep"]),
        (id.clone(), &json!(79)),
        "the fork knows the run that it left, and where"
    );
    let fork = fork["id"].to_string();
    let events = |id: &str| world.run(&["runs", "export", id]).expect(0).json()["events"].as_array().unwrap().clone();
    let (parent, child) = (events(&id), events(&fork));
    let shared = parent.iter().zip(&child).take_while(|(one, other)| one == other).count();
    let begins = parent.iter().position(|event| event[1]["event"] == "evaluated" && event[1]["step"] == 79).unwrap();
    assert_eq!(shared, begins, "its first records are the parent's, up to the step that was changed");
    let asked = child[shared..].iter().filter(|event| event[1]["event"] == "answered").count();
    assert_eq!(asked, 2, "only the two turns that are left asked the server");

    let text = world.run(&["runs", "diff", &id, &fork]).expect(0).stdout;
    let is_about_entry = text.lines().any(|line| line.starts_with("entry"));
    assert!(text.contains("add  execution 27 of 50 and 28") && !is_about_entry, "what differs, and nothing else: {text}");
    world.run(&["runs", "diff", &id, &id]).expect(0).says("both did the same");
    world.run(&["runs", "fork", &id, "add:99"]).expect(2).says("has no step `add:99`");
    world.run(&["runs", "fork", &id, "check:1", "--output", "1"]).expect(2).says(r#"its output is one of "give", "add""#);

    // On the graph as it is now, and on one that leads elsewhere.
    world.graph(&LOOP.replace("expr: add.sum", "expr: add.sum * 2"));
    world.run(&["runs", "fork", &id, "give", "--now"]).expect(0).says("is done: 2550");
    world.run(&["runs", "fork", &id, "give"]).expect(0).says("is done: 1275");
    world.graph(&LOOP.replace("entry, next: add", "entry, next: check"));
    world
        .run(&["runs", "fork", &id, "give", "--now"])
        .expect(2)
        .says("leads elsewhere before the step: at step 1, where the run came to `add`");
}

#[test]
fn a_run_that_could_not_begin_is_not_kept() {
    let world = World::new();
    world.graph(GREET);
    world.run(&["run", "graph.yaml", "--arg", "nam=x"]).expect(2);
    assert_eq!(list(&world, &[]), Vec::<Value>::new(), "nothing ran");
}

const ASKING: &str = r#"
- name: ask
  description: Asks somebody, then waits for an event
  inputSchema: {type: object, properties: {}}
  nodes:
  - {id: entry, type: entry, next: ask}
  - {id: ask, type: approval, message: Open the door?, schema: {type: object, properties: {minutes: {type: integer}}, required: [minutes]}, approvers: [ann], next: hear}
  - {id: hear, type: wait, event: {type: doorbell}, next: give}
  - {id: give, type: transform, transform: {expr: "{'minutes': ask.minutes, 'who': hear.detail.who}"}, next: exit}
  - {id: exit, type: exit}
"#;

/// What the command line says is asked, once so many things are.
pub(crate) fn asked(world: &World, count: usize) -> Vec<Value> {
    let given_up = Instant::now() + PATIENCE;
    loop {
        let asked = world.run(&["approvals", "list", "--output", "json"]).expect(0).json().as_array().unwrap().clone();
        if asked.len() == count {
            return asked;
        }
        assert!(Instant::now() < given_up, "waited for {count} questions: {asked:?}");
    }
}

#[test]
fn what_another_process_asks_is_answered_from_here_and_gone_then() {
    let world = World::new();
    world.graph(ASKING);
    let run = Running::start(&mut world.command(&["run", "graph.yaml"]));
    let question = &asked(&world, 1)[0];
    assert_eq!(
        (&question["message"], &question["node"], &question["approvers"]),
        (&json!("Open the door?"), &json!("ask"), &json!(["ann"]))
    );
    let id = question["run"].to_string();
    assert_eq!(list(&world, &[])[0]["state"], "waiting", "the list says so");
    for (answer, code, refusal) in [
        (&["approve", &id, "--by", "bob", "--values", r#"{"minutes": 5}"#][..], 1, "it asks ann"),
        (&["approve", &id, "--by", "ann", "--values", r#"{"minutes": "many"}"#], 1, "does not fit the form"),
        (&["approve", "7"], 2, "run 7 asks nobody anything"),
    ] {
        world.run(&[&["approvals"], answer].concat()).expect(code).says(refusal);
    }
    world.run(&["signal", &id, "doorbell"]).expect(1).says("does not wait for an event of the type `doorbell`");
    world.run(&["approvals", "approve", &id, "--by", "ann", "--values", r#"{"minutes": 5}"#]).expect(0).says("has it");
    asked(&world, 0);
    world.run(&["signal", &id, "doorbell", r#"{"who": "the post"}"#]).expect(0).says("has it");
    assert_eq!(run.end().expect(0).json(), json!({"minutes": 5, "who": "the post"}), "the run went on with both");
}

#[test]
fn an_answer_to_a_run_whose_process_is_gone_waits_until_it_goes_on() {
    let world = World::new();
    world.graph(ASKING);
    let run = Running::start(&mut world.command(&["run", "graph.yaml"]));
    let id = asked(&world, 1)[0]["run"].to_string();
    drop(run);
    assert_eq!(asked(&world, 1)[0]["run"].to_string(), id, "the question is open still");
    world.run(&["approvals", "reject", &id, "--by", "ann", "--reason", "not today"]).expect(0).says("hears it when it goes on");
    world.run(&["runs", "resume", &id]).expect(0).says("not today");
    asked(&world, 0);
}
