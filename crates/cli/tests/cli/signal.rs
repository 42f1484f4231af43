//! Ctrl-C and its kin: runs are stopped, servers ended, and no process is left.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::world::{PATIENCE, Running, World, calling};

/// A graph whose server writes down its process id before it becomes the test server.
fn world_with_a_long_run() -> World {
    let world = World::new();
    let kit = testkit::server_path();
    let script = format!("echo $$ > '{}'; exec '{}'", world.path("pid").display(), kit.display());
    let tools = calling("long", "progress", "{steps: 100000, ms: 20}");
    world.write(
        "graph.yaml",
        &format!(
            "version: \"1\"\nserver: {{name: t, version: \"1\"}}\nmcpServers:\n  kit: {{command: sh, args: [\"-c\", {}]}}\ntools:\n{tools}",
            serde_json::to_string(&script).unwrap()
        ),
    );
    world
}

fn signal(running: &Running, signal: Signal) {
    kill_process(Pid::from_raw(running.id().try_into().unwrap()).unwrap(), signal).unwrap();
}

#[track_caller]
fn assert_gone(world: &World) {
    let pid: i32 = world.read("pid").trim().parse().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while test_kill_process(Pid::from_raw(pid).unwrap()).is_ok() {
        assert!(Instant::now() < deadline, "the server (process {pid}) is still there");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_signal_stops_the_run_and_its_servers_and_is_told_by_the_exit_code() {
    for (sent, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let world = world_with_a_long_run();
        let mut running = Running::start(&mut world.command(&["run", "graph.yaml"]));
        running.stderr().wait_for("call: 1 of 100000");
        signal(&running, sent);
        let done = running.end().expect(code);
        done.says("error: the run of `long` was stopped");
        assert_eq!(done.stdout, "", "there is no result");
        assert_gone(&world);
    }
}

#[test]
fn a_stopped_run_still_gives_its_json() {
    let world = world_with_a_long_run();
    let mut running = Running::start(&mut world.command(&["run", "graph.yaml", "--output", "json", "--trace"]));
    running.stderr().wait_for("call: 1 of 100000");
    signal(&running, Signal::INT);
    let told = running.end().expect(130).json();
    assert_eq!(told["outcome"], "stopped", "{told}");
    assert_eq!(told["steps"][1]["state"], "cancelled", "the step that was under way: {told}");
}

#[test]
fn an_endpoint_that_is_told_to_end_stops_its_runs_and_has_done_its_work() {
    for (args, sent, code) in [
        (&["serve", "graph.yaml"][..], Signal::TERM, 0),
        (&["serve", "graph.yaml"], Signal::INT, 130),
        (&["serve", "graph.yaml", "--http", "127.0.0.1:0"], Signal::TERM, 0),
        (&["serve", "graph.yaml", "--http", "127.0.0.1:0"], Signal::INT, 130),
    ] {
        let world = world_with_a_long_run();
        let mut running = Running::start(&mut world.command(args));
        let mut stdin = running.stdin();
        if args.contains(&"--http") {
            running.stderr().wait_for("MCP endpoint");
        } else {
            use std::io::Write;
            let hello = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#;
            let call =
                r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"long","arguments":{},"_meta":{"progressToken":1}}}"#;
            writeln!(stdin, "{hello}\n{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}}\n{call}").unwrap();
            running.stdout().wait_for("`entry` has ended");
            wait_for_file(&world, "pid");
        }
        signal(&running, sent);
        running.end().expect(code);
        if world.path("pid").exists() {
            assert_gone(&world);
        }
    }
}

fn wait_for_file(world: &World, name: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !std::fs::read_to_string(world.path(name)).is_ok_and(|text| text.ends_with('\n')) {
        assert!(Instant::now() < deadline, "`{name}` should be written");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A graph whose one server says nothing, and goes on when it is told to end.
fn world_with_a_stubborn_server() -> World {
    let world = World::new();
    let script = format!("trap '' TERM; echo $$ > '{}'; while :; do sleep 1; done", world.path("pid").display());
    world.write(
        "graph.yaml",
        &format!(
            "version: \"1\"\nserver: {{name: t, version: \"1\"}}\nmcpServers:\n  mute: {{command: sh, args: [\"-c\", {}]}}\ntools: []\n",
            serde_json::to_string(&script).unwrap()
        ),
    );
    world
}

#[test]
fn a_server_that_will_not_end_is_ended_at_ctrl_c_and_at_once_at_a_second_one() {
    // Between the closing of its input, the request to end and the kill it has this long at the least.
    let grace = Duration::from_secs(3);
    for insists in [false, true] {
        let world = world_with_a_stubborn_server();
        let mut running = Running::start(&mut world.command(&["servers", "graph.yaml"]));
        wait_for_file(&world, "pid");
        let since = Instant::now();
        signal(&running, Signal::INT);
        while insists && !running.has_ended() {
            // Signals of one kind that come together count as one.
            signal(&running, Signal::INT);
            std::thread::sleep(Duration::from_millis(20));
        }
        running.end().expect(130);
        assert_eq!(since.elapsed() < grace, insists, "insists: {insists}; it took {:?}", since.elapsed());
        assert_gone(&world);
    }
}
