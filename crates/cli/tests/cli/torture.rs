//! A run that is killed at random until it is done: its process at any time, its process at a write to the disk, and a disk that
//! fails. `cargo xtask torture` does it two hundred times each.
#![cfg(target_os = "linux")]

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{PATIENCE, Running, World};

const GRAPH: &str = r#"
- name: count
  description: Writes the numbers from 1 to 12, each in a line
  inputSchema: {type: object, properties: {path: {type: string}}, required: [path]}
  nodes:
  - {id: entry, type: entry, next: each}
  - {id: each, type: forEach, items: "[1..12]", body: write, join: exit}
  - {id: write, type: mcp, server: kit, tool: append, args: {path: {expr: entry.path}, line: {expr: "$string($item)"}, ms: 5}, next: exit}
  - {id: exit, type: exit}
- name: call
  description: Writes the numbers from 1 to 12, each by a run of its own
  inputSchema: {type: object, properties: {path: {type: string}}, required: [path]}
  nodes:
  - {id: entry, type: entry, next: each}
  - {id: each, type: forEach, items: "[1..12]", body: one, join: exit}
  - {id: one, type: call, tool: one, args: {path: {expr: entry.path}, line: {expr: "$string($item)"}}, next: exit}
  - {id: exit, type: exit}
- name: one
  description: Writes a number
  inputSchema: {type: object, properties: {path: {type: string}, line: {type: string}}, required: [path, line]}
  nodes:
  - {id: entry, type: entry, next: write}
  - {id: write, type: mcp, server: kit, tool: append, args: {path: {expr: entry.path}, line: {expr: entry.line}, ms: 5}, next: exit}
  - {id: exit, type: exit}
- name: open
  description: Asks somebody
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: ask}
  - {id: ask, type: approval, message: Open the door?, next: exit}
  - {id: exit, type: exit}
"#;

/// How often a run is killed of each kind where nobody says otherwise.
const KILLS: usize = 5;

/// How a program comes to its end.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It is killed after a while.
    Process,
    /// It is killed as it writes to the disk or has the disk keep what was written.
    Write,
    /// A write to the disk fails.
    Disk,
}

/// Numbers that differ from test to test, and are told when one fails.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let seed = RandomState::new().hash_one(0);
        println!("by chance {seed}");
        Self(seed | 1)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// Starts the program to its fate; says whether that met it before it was done.
fn meet(world: &World, fate: Fate, chance: &mut Chance, args: &[&str]) -> bool {
    let patchbay = world.command(args);
    let traced = |inject: String| {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-e", "trace=pwrite64,fdatasync,fsync", "-e", &inject, "-o"]).arg(world.path("calls"));
        command.arg(patchbay.get_program()).args(patchbay.get_args()).current_dir(world.path(""));
        for (name, value) in patchbay.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    };
    let met = match fate {
        Fate::Process => {
            let mut running = Running::start(&mut world.command(args));
            std::thread::sleep(Duration::from_millis(chance.below(700)));
            !running.has_ended()
        }
        Fate::Write => {
            let inject = format!("inject=pwrite64,fdatasync,fsync:signal=KILL:when={}", 1 + chance.below(80));
            Running::start(&mut traced(inject)).end().code != Some(0)
        }
        Fate::Disk => {
            let inject = format!("inject=pwrite64,fdatasync,fsync:error=EIO:when={}+", 1 + chance.below(80));
            let done = Running::start(&mut traced(inject)).end();
            assert!(done.code == Some(0) || done.stderr.contains("the disk failed"), "it says what is wrong: {}", done.stderr);
            done.code != Some(0)
        }
    };
    emptied(world);
    met
}

/// Waits until no process works in the world's folder any more: what a killed program had asked of its server is done then.
fn emptied(world: &World) {
    let (folder, deadline) = (std::fs::canonicalize(world.path("")).unwrap(), Instant::now() + PATIENCE);
    let works_there = |process: &Path| std::fs::read_link(process.join("cwd")).is_ok_and(|place| place == folder);
    while std::fs::read_dir("/proc").unwrap().any(|process| works_there(&process.unwrap().path())) {
        assert!(Instant::now() < deadline, "a process is left in {}", folder.display());
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The runs of a tool that counts, the latest first.
fn counts(world: &World, tool: &str) -> Vec<Value> {
    let all = world.run(&["runs", "list", "--limit", "0", "--output", "json"]).expect(0).json();
    all.as_array().unwrap().iter().filter(|run| run["tool"] == tool).cloned().collect()
}

fn written(world: &World) -> Vec<String> {
    std::fs::read_to_string(world.path("lines")).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// What a person says of an uncertain step who looks at the file.
fn look(world: &World, run: &str) -> &'static str {
    let show = |run: &str| world.run(&["runs", "show", run, "--output", "json"]).expect(0).json();
    let wrote = |shown: &Value| {
        let steps = shown["trace"].as_array().unwrap();
        steps.iter().filter(|step| step["node"] == "write" && step["state"] == "done").count()
    };
    let shown = show(run);
    let beneath = shown["beneath"].as_object().into_iter().flatten().map(|(_, run)| wrote(&show(&run.to_string())));
    let done = wrote(&shown) + beneath.sum::<usize>();
    if written(world).len() > done { "skip" } else { "retry" }
}

/// Runs a tool that counts to its end, whatever it meets; says how often it met it.
fn count(world: &World, tool: &str, fate: Fate, chance: &mut Chance) -> usize {
    drop(std::fs::remove_file(world.path("lines")));
    let path = format!("path={}", world.path("lines").display());
    let before = counts(world, tool).len();
    let mut met = 0;
    loop {
        met += usize::from(meet(world, fate, chance, &["run", "graph.yaml", tool, "--arg", &path]));
        if counts(world, tool).len() > before {
            break;
        }
        // Where the store cannot even be opened, that is a warning, and the run is in memory.
        let in_memory = matches!(fate, Fate::Disk) && written(world).len() == 12;
        assert!(in_memory || written(world).is_empty(), "what is not kept has done nothing: {:?}", written(world));
        drop(std::fs::remove_file(world.path("lines")));
    }
    loop {
        let runs = counts(world, tool);
        assert_eq!(runs.len(), before + 1, "it stays the one run, and is not lost");
        match runs[0]["state"].as_str() {
            Some("done") => break,
            // A disk that fails ends a run with an error, if that could still be written: what it had done stands.
            Some("failed") => {
                let lines = written(world);
                let expected: Vec<String> = (1..=lines.len()).map(|number| number.to_string()).collect();
                assert!(matches!(fate, Fate::Disk) && lines == expected, "{:?} after {}", lines, runs[0]);
                return met;
            }
            _ => {}
        }
        let id = runs[0]["id"].to_string();
        met += usize::from(meet(world, fate, chance, &["runs", "resume", &id, "--uncertain", look(world, &id)]));
    }
    let expected: Vec<String> = (1..=12).map(|number| number.to_string()).collect();
    assert_eq!(written(world), expected, "each line once");
    met
}

fn torture(tool: &str, fate: Fate) {
    let has_strace = || Command::new("strace").arg("--version").output().is_ok();
    if !matches!(fate, Fate::Process) && !has_strace() {
        eprintln!("skipped: there is no strace");
        return;
    }
    let wanted = std::env::var("PATCHBAY_KILLS").ok().map_or(KILLS, |kills| kills.parse().unwrap());
    let (world, mut chance) = (World::new(), Chance::new());
    world.graph(GRAPH);
    let asked = || world.run(&["approvals", "list", "--output", "json"]).expect(0).json().as_array().unwrap().clone();
    let open = Running::start(&mut world.command(&["run", "graph.yaml", "open"]));
    let deadline = Instant::now() + PATIENCE;
    while asked().is_empty() {
        assert!(Instant::now() < deadline, "it asks");
    }
    drop(open);
    emptied(&world);
    let (mut met, mut runs) = (0, 0);
    while met < wanted {
        met += count(&world, tool, fate, &mut chance);
        runs += 1;
    }
    println!("{fate:?}: {runs} runs went through {met} ends");
    world.run(&["store", "check"]).expect(0);
    let question = &asked()[0];
    assert_eq!((asked().len(), &question["message"]), (1, &json!("Open the door?")), "the question is open still");
    let id = question["run"].to_string();
    world.run(&["approvals", "approve", &id]).expect(0);
    world.run(&["runs", "resume", &id]).expect(0);
    assert_eq!(asked().len(), 0, "and is answered");
}

#[test]
fn a_run_whose_process_is_killed_at_any_time_does_every_step_once() {
    torture("count", Fate::Process);
}

#[test]
fn runs_beneath_a_run_whose_process_is_killed_do_every_step_once() {
    torture("call", Fate::Process);
}

#[test]
fn a_run_that_is_killed_while_it_writes_to_the_disk_does_every_step_once() {
    torture("count", Fate::Write);
}

#[test]
fn a_disk_that_fails_loses_no_run_and_repeats_no_step() {
    torture("count", Fate::Disk);
}
