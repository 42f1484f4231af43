//! `record`, `replay` and `runs cassette`: what was recorded plays again with no server, no process and no socket.

use serde_json::{Value, json};

use crate::world::{Done, World};

/// Draws a number, asks the server twice at once, waits, and asks once more.
const TOOL: &str = r#"
- name: mixed
  description: Does a bit of everything
  inputSchema: {type: object, properties: {word: {type: string}}, required: [word]}
  nodes:
  - {id: entry, type: entry, next: dice}
  - {id: dice, type: transform, transform: {expr: "{\"n\": $random(), \"at\": $now()}"}, next: both}
  - {id: both, type: parallel, branches: [one, two], join: pause}
  - {id: one, type: mcp, server: kit, tool: pid, args: {}, next: pause}
  - {id: two, type: mcp, server: kit, tool: echo, args: {text: {expr: entry.word}}, next: pause}
  - {id: pause, type: wait, for: PT0.02S, next: sum}
  - {id: sum, type: mcp, server: kit, tool: add, args: {a: {expr: dice.n}, b: 1}, next: all}
  - {id: all, type: transform, transform: {expr: "{\"dice\": dice, \"pid\": one, \"word\": two, \"sum\": sum.sum}"}, next: exit}
  - {id: exit, type: exit}
"#;

/// A world with a cassette of a run, and what that run printed. The server is gone from it.
fn recorded() -> (World, Done) {
    let world = World::new();
    world.graph(TOOL);
    let done = world.run(&["record", "graph.yaml", "--arg", "word=hello", "-o", "mixed.cassette"]).expect(0);
    done.says("mixed.cassette: written");
    let command = testkit::server_path().display().to_string();
    for name in ["graph.yaml", "mixed.cassette"] {
        world.write(name, &world.read(name).replace(&command, "/nowhere/at-all"));
    }
    (world, done)
}

/// Plays a cassette with nothing that could be started.
fn replay(world: &World, more: &[&str]) -> Done {
    world.run_with(&[&["replay", "mixed.cassette"], more].concat(), &[("PATH", "")], "")
}

#[test]
fn a_recorded_run_plays_again_byte_for_byte_without_its_server() {
    let (world, done) = recorded();
    let again = replay(&world, &[]).expect(0);
    again.says("as recorded");
    assert_eq!(again.stdout, done.stdout, "the same bytes, with a random number, a time and a process id in them");
    let played = replay(&world, &["--output", "json"]).expect(0).json();
    assert_eq!((&played["isSame"], &played["departures"]), (&json!(true), &json!([])), "every event is the recorded one");
}

#[cfg(target_os = "linux")]
#[test]
fn playing_starts_no_process_and_opens_no_socket() {
    let (world, _) = recorded();
    let strace = "strace";
    if std::process::Command::new(strace).arg("--version").output().is_err() {
        return eprintln!("skipped: there is no strace");
    }
    let patchbay = world.command(&["replay", "mixed.cassette"]);
    let mut traced = std::process::Command::new(strace);
    traced.args(["-f", "-qq", "-e", "trace=execve,fork,vfork,clone,clone3,socket,socketpair,connect,bind", "-o"]).arg(world.path("calls"));
    traced.arg(patchbay.get_program()).args(patchbay.get_args()).current_dir(world.path(""));
    assert!(traced.output().unwrap().status.success(), "it plays under the eye of strace");
    let calls = world.read("calls");
    let lines: Vec<&str> = calls.lines().filter(|line| !line.contains("CLONE_THREAD")).collect();
    assert!(lines.len() == 1 && lines[0].contains("execve("), "only the program itself was started: {calls}");
}

#[test]
fn a_changed_graph_departs_at_the_first_other_request_and_goes_on_where_it_can() {
    let (world, _) = recorded();
    world.write("other.yaml", &world.read("graph.yaml").replace("b: 1}", "b: 2}"));
    let done = replay(&world, &["--graph", "other.yaml"]).expect(1);
    done.says("departs at sum: nothing was recorded for it");
    done.says(r#"recorded {"server":"kit","tool":"add","arguments":{"a":"#);
    done.says(r#""b":1}}"#);
    done.says(r#""b":2}}"#);
    done.says("node `sum`: the cassette has no answer");
    world.write("other.yaml", &world.read("graph.yaml").replace("sum.sum}", "sum.sum * 2}"));
    let done = replay(&world, &["--graph", "other.yaml"]).expect(0);
    done.says("not as recorded: the same requests, another end");
    assert!(done.json()["sum"].as_f64().is_some_and(|twice| twice >= 2.0), "made of recorded answers: {}", done.stdout);
}

#[test]
fn a_run_that_is_kept_becomes_a_cassette_later_and_one_that_failed_too() {
    let world = World::new();
    world.graph(&TOOL.replace("tool: add, args: {a: {expr: dice.n}, b: 1}", "tool: fail, args: {message: no more}"));
    world.run(&["run", "graph.yaml", "--arg", "word=hi"]).expect(1).says("no more");
    let runs = world.run(&["runs", "list", "--output", "json"]).expect(0).json();
    world.run(&["runs", "cassette", &runs[0]["id"].to_string(), "-o", "mixed.cassette"]).expect(0);
    let done = replay(&world, &[]).expect(1);
    done.says("as recorded");
    done.says("no more");
    world.run(&["runs", "cassette", "5", "-o", "x.cassette"]).expect(2).says("no run 5 is kept");
}

#[test]
fn what_is_no_cassette_is_refused_with_its_line() {
    let (world, _) = recorded();
    let text = world.read("mixed.cassette");
    for (broken, said) in [
        ("version: 1\n".to_owned(), "is not a cassette"),
        (text.replace("\"patchbayCassette\":1", "\"patchbayCassette\":2"), "is of form 2"),
        (text.lines().take(4).collect::<Vec<_>>().join("\n"), "it was cut short"),
        (text.replacen("\"evaluated\"", "\"guessed\"", 1), "line 3 of the cassette"),
    ] {
        world.write("mixed.cassette", &broken);
        replay(&world, &[]).expect(2).says(said);
    }
}

#[test]
fn a_cassette_holds_no_secret_and_no_path_of_this_machine() {
    let world = World::new();
    world.run(&["secret", "store", "file"]).expect(0);
    let passphrase = world.write("passphrase", "open sesame\n").display().to_string();
    let with = [("PATCHBAY_VAULT_PASSPHRASE_FILE", passphrase.as_str())];
    world.run_with(&["secret", "set", "TOKEN"], &with, "hunter2-is-the-value").expect(0);
    world.graph_with("    env: {GOT: \"${secret:TOKEN}\"}\n", &crate::world::calling("show", "env", "{name: GOT}"));
    world.run_with(&["record", "graph.yaml", "-o", "mixed.cassette"], &with, "").expect(0);
    let text = world.read("mixed.cassette");
    assert!(text.contains("${secret:TOKEN}") && !text.contains("hunter2"), "the name and not the value: {text}");
    assert!(!text.contains(&world.path("").display().to_string()), "nor where it was recorded: {text}");
    let shown: Value = replay(&world, &[]).expect(0).json();
    assert_eq!(shown, "•••", "the server's answer was masked before it was recorded");
}
