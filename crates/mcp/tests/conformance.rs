//! The official MCP conformance suite, against our endpoint and our client, in both eras of the protocol.
//!
//! `conformance.yaml` lists what is not met yet. Without a way to npm the tests say that they skip.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const REVISIONS: [&str; 2] = ["2025-11-25", "2026-07-28"];

struct Suite {
    node: PathBuf,
    program: PathBuf,
    /// Where it writes its results.
    folder: tempfile::TempDir,
}

impl Suite {
    fn get() -> Option<Self> {
        let package = testkit::npm("@modelcontextprotocol/conformance")?;
        let program = testkit::npm::program(&package).unwrap();
        Some(Self { node: testkit::npm::node(22)?, program, folder: tempfile::tempdir().unwrap() })
    }

    fn run(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(&self.node).arg(&self.program).args(arguments).current_dir(self.folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    }
}

fn expected_failures() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance.yaml").display().to_string()
}

/// A process that ends with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn the_endpoint_meets_every_server_scenario_but_those_listed() {
    let Some(suite) = Suite::get() else { return };
    let program = testkit::example_path("mcp", "conformance_server");
    let mut server = Ended(Command::new(program).stdout(Stdio::piped()).spawn().unwrap());
    let mut url = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
    for revision in REVISIONS {
        let arguments = ["server", "--url", url.trim(), "--suite", "all", "--spec-version", revision];
        let (met, text) = suite.run(&[&arguments[..], &["--expected-failures", &expected_failures()]].concat());
        let summary = text.split("=== SUMMARY ===").last().unwrap_or(&text);
        assert!(met, "in revision {revision}:{summary}");
        assert!(summary.contains("✓ tools-call-simple-text"), "the scenarios of revision {revision} were run:{summary}");
    }
}

#[test]
fn the_client_meets_every_client_scenario_without_oauth_but_those_listed() {
    let Some(suite) = Suite::get() else { return };
    let client = testkit::example_path("mcp", "conformance_client").display().to_string();
    for revision in REVISIONS {
        let (_, list) = suite.run(&["list", "--client", "--spec-version", revision]);
        let scenarios = list.lines().filter_map(|line| line.trim().strip_prefix("- ")?.split_once(" ["));
        let scenarios: Vec<_> = scenarios
            .filter(|(name, revisions)| !name.starts_with("auth/") && revisions.contains(revision))
            .map(|(name, _)| name)
            .collect();
        assert!(scenarios.contains(&"tools_call"), "the suite lists its scenarios for revision {revision}: {list}");
        for scenario in scenarios {
            let arguments = ["client", "--command", &client, "--scenario", scenario, "--spec-version", revision];
            let (met, text) = suite.run(&[&arguments[..], &["--expected-failures", &expected_failures()]].concat());
            assert!(met, "scenario {scenario} in revision {revision}:\n{text}");
        }
    }
}
