//! `cargo xtask bench`: our release build side by side with the peers in one run, and how the figures stand to the goals.

mod canvas;
mod error;
mod figures;
mod http;
mod machine;
mod node_red;
mod peers;
mod process;
mod report;
mod rounds;
mod rpc;
mod runs;
mod section;

use std::{ffi::OsString, fs, path::PathBuf};

pub(crate) use error::Error;
use figures::{Figures, Who};
use peers::Peer;
use rounds::{Field, GraphServer};
use serde_json::json;

use crate::{Project, project};

const DEFAULT_ROUNDS: usize = 12;
const HEADING: &str = "Runs";
const WRITTEN_TO: &str = "docs/benchmarks.md";
/// The server that waits in a tool is the tests' own.
const PROGRAMS: &[&str] = &["-p", "cli", "-p", "testkit", "--bin", "patchbay", "--bin", "testkit-server"];

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<(), crate::Error> {
    if let Some((first, rest)) = arguments.split_first()
        && first == "canvas"
    {
        return canvas::run(project, rest);
    }
    if let Some((first, rest)) = arguments.split_first()
        && first == "runs"
    {
        return runs::run(project, rest);
    }
    let Asked { rounds, write, builds } = Asked::read(arguments)?;
    if builds {
        // Whoever develops with incremental release builds would measure a program that is never shipped.
        project::run(project.cargo(["build", "--release"]).args(PROGRAMS).env("CARGO_INCREMENTAL", "0"))?;
    }
    let mut left_out = Vec::new();
    let mcpgraph = had(peers::mcpgraph(project), Who::McpGraph, &mut left_out);
    let node_red = had(peers::node_red(project), Who::NodeRed, &mut left_out);
    let versions = versions(mcpgraph.as_ref(), node_red.as_ref());
    let field = field(project, mcpgraph, node_red)?;
    let before = machine::load();
    let figures = field.measure(rounds, |what| eprintln!("{what}"))?;

    let report = report::report(&figures);
    let notes = notes(&figures, &versions, &left_out, &before, rounds);
    println!("\n{}\n{notes}", report.table);
    if report.missed > 0 {
        println!("goals not met: {}", report.missed);
    }
    if write {
        let path = project.root.join(WRITTEN_TO);
        let page = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, section::put(&page, HEADING, &text(&report.table, &notes))).map_err(Error::file("write", &path))?;
        println!("written to {WRITTEN_TO}");
    }
    Ok(())
}

/// What the command line asks for.
#[derive(Debug, PartialEq)]
struct Asked {
    rounds: usize,
    write: bool,
    /// Whether the programs are built first, or measured as they were built last.
    builds: bool,
}

impl Asked {
    fn read(arguments: &[String]) -> Result<Self, crate::Error> {
        let mut asked = Self { rounds: DEFAULT_ROUNDS, write: false, builds: true };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--write" => asked.write = true,
                "--no-build" => asked.builds = false,
                "--rounds" => {
                    let rounds = arguments.next().and_then(|count| count.parse().ok()).filter(|count| *count > 0);
                    asked.rounds = rounds.ok_or_else(|| crate::Error::Usage("`--rounds` takes a number above 0".to_owned()))?;
                }
                _ => return Err(crate::Error::Usage(format!("`{argument}` means nothing here"))),
            }
        }
        Ok(asked)
    }
}

fn had(peer: Result<Peer, Error>, who: Who, left_out: &mut Vec<String>) -> Option<Peer> {
    peer.map_err(|error| {
        let said = format!("{} is left out: {error}", who.name());
        eprintln!("{said}");
        left_out.push(said);
    })
    .ok()
}

fn versions(mcpgraph: Option<&Peer>, node_red: Option<&Peer>) -> Vec<String> {
    let of = |who: Who, peer: &Peer| format!("{} {} on Node.js {}", who.name(), peer.version, peer.node.version);
    let ours = format!("Patchbay {}", env!("CARGO_PKG_VERSION"));
    let peers = mcpgraph.map(|peer| of(Who::McpGraph, peer)).into_iter().chain(node_red.map(|peer| of(Who::NodeRed, peer)));
    std::iter::once(ours).chain(peers).collect()
}

/// Everything that takes part, with the files that it is given.
fn field(project: &Project, mcpgraph: Option<Peer>, node_red: Option<Peer>) -> Result<Field, Error> {
    let bench = peers::folder(project);
    let scratch = project.target.join("bench").join("scratch");
    fs::create_dir_all(&scratch).map_err(Error::file("create", &scratch))?;
    let release = |name: &str| project.target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));

    // The peer's own examples where they can be had, so that both read the same file.
    let example = |name: &str, own: &str| match &mcpgraph {
        Some(peer) => peer.package.join("examples").join(name),
        None => project.root.join("graphs").join(own),
    };
    let (switch_file, loop_file) = (example("switch_example.yaml", "switch.yaml"), example("loop_example.yaml", "loop.yaml"));

    let servers_file = scratch.join("mcp.json");
    let servers = json!({"mcpServers": {"slow": {"command": release("testkit-server")}}});
    fs::write(&servers_file, servers.to_string()).map_err(Error::file("write", &servers_file))?;

    let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    let data: PathBuf = scratch.join("data");
    let mut arguments = words(&["--data"]);
    // No peer keeps its runs; what keeping costs is measured by `cargo xtask bench runs`.
    arguments.extend([data.into_os_string(), "serve".into(), "--no-journal".into()]);
    let mut servers = vec![GraphServer { who: Who::Patchbay, program: release("patchbay"), arguments }];
    if let Some(peer) = mcpgraph {
        let main = peer.package.join("dist").join("main.js").into_os_string();
        servers.push(GraphServer { who: Who::McpGraph, program: peer.node.program, arguments: vec![main, "-g".into()] });
    }
    Ok(Field {
        servers,
        node_red,
        switch_file,
        loop_file,
        long_loop_file: bench.join("graphs").join("long_loop.yaml"),
        slow_file: bench.join("graphs").join("slow.yaml"),
        slow_arguments: vec!["-m".into(), servers_file.into_os_string()],
        flow: bench.join("node-red"),
        scratch: scratch.join("node-red"),
    })
}

/// Under which conditions the figures came about.
fn notes(figures: &Figures, versions: &[String], left_out: &[String], load_before: &str, rounds: usize) -> String {
    let mut notes = vec![machine::describe(), versions.join("; ")];
    notes.extend(left_out.iter().cloned());
    notes.push(format!("load over the last 1, 5 and 15 minutes: {load_before} at the beginning, {} at the end", machine::load()));
    if let Some((best, middle, disturbed)) = figures.machine() {
        notes.push(format!(
            "{rounds} rounds for each part; the fixed work before each took {best:.1} ms at best and {middle:.1} ms at the median; \
             {:.0} % of the samples come from rounds in which it took twice the best, and do not count",
            disturbed * 100.0
        ));
    }
    notes.iter().map(|note| format!("- {note}\n")).collect()
}

fn text(table: &str, notes: &str) -> String {
    format!(
        "Written by `cargo xtask bench --write` on {}. Patchbay's release build beside the peers in one run: interleaved, medians. \
         A ratio is Patchbay's figure to the other's; it says more than the figures, which are this machine's.\n\n\
         {table}\n\
         {notes}\n\
         What is measured: *start* is from the start of the process to the reply to its first `tools/list`, after the handshake, over \
         standard streams. *Memory* is what is resident then, of the process and all that it started. *A call* is the median over \
         thousands, one after another, on a warm server, with mcpgraph's own `switch_example.yaml`; Node-RED is called over a kept HTTP \
         connection. *A node* is the slope between two lengths of mcpgraph's own `loop_example.yaml` (103 and 903 executed nodes, \
         the fastest of five in each round), in Node-RED of the same loop of a change and a switch node; Patchbay keeps every step with its input and output. \
         *200 calls at once* are sent on one connection before the first answer is read.\n\n\
         To repeat: `cargo xtask bench` prints the table, `--write` writes this section, `--rounds N` measures longer, `--no-build` takes \
         the programs as they were built last. The peers come \
         from npm at the versions of the lock files in `xtask/bench`; what cannot be had is left out, and said so.\n",
        machine::today()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_or_refused() {
        let check = |arguments: &[&str], expected: Option<Asked>| {
            let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
            assert_eq!(Asked::read(&arguments).ok(), expected, "{arguments:?}");
        };
        check(&[], Some(Asked { rounds: DEFAULT_ROUNDS, write: false, builds: true }));
        check(&["--rounds", "3", "--write", "--no-build"], Some(Asked { rounds: 3, write: true, builds: false }));
        check(&["--rounds", "0"], None);
        check(&["--rounds"], None);
        check(&["--fast"], None);
    }
}
