//! Who may know whom, held against what cargo says of the workspace: the levels, the crates that alone know a library, and
//! the crates that also live in a browser.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{Error, Project};

/// Each crate of the product, a lower level before a higher one, and the crates of ours that it may name.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("graph", &[]),
    ("expr", &[]),
    ("mcp", &[]),
    ("vault", &[]),
    ("format", &["graph"]),
    ("nodes", &["graph", "expr"]),
    ("canvas", &["graph"]),
    ("draw", &["graph", "nodes", "canvas"]),
    ("run", &["graph", "nodes", "expr"]),
    ("protocol", &["graph", "nodes", "run"]),
    ("store", &["graph", "run"]),
    ("runner", &["graph", "run", "nodes", "expr"]),
    ("telemetry", &["graph", "mcp", "nodes", "run", "runner"]),
    ("app", &["graph", "expr", "mcp", "vault", "format", "nodes", "canvas", "draw", "run", "protocol", "store", "runner", "telemetry"]),
    // Those of level 0 for their values: a secret that is typed in, an address that is served.
    ("cli", &["app", "protocol", "graph", "expr", "mcp", "vault"]),
    ("patchbay-desktop", &["app", "protocol", "graph", "expr", "mcp", "vault"]),
    ("judge", &["expr"]),
    ("ui", &["graph", "expr", "format", "nodes", "canvas", "draw", "protocol"]),
];

/// What serves the making of the product and is no part of it: only tests and cargo itself may name these.
const TOOLS: &[&str] = &["testkit", "xtask", "bundler"];

/// Libraries that one crate alone may name, by their first words.
const ONLY: &[(&str, &str)] = &[
    ("patchbay-desktop", "tauri"),
    ("patchbay-desktop", "wry"),
    ("patchbay-desktop", "notify-rust"),
    ("ui", "leptos"),
    ("ui", "web-sys"),
    ("store", "sqlx"),
    ("store", "rusqlite"),
    ("store", "libsqlite3-sys"),
    ("vault", "keyring"),
    ("vault", "zbus-secret-service-keyring-store"),
    ("vault", "apple-native-keyring-store"),
    ("vault", "windows-native-keyring-store"),
    ("mcp", "rmcp"),
    ("telemetry", "opentelemetry"),
    ("telemetry", "opentelemetry_sdk"),
];

/// The crates that a page in a browser is made of.
pub(crate) const BROWSER_SAFE: &[&str] = &["graph", "format", "expr", "nodes", "run", "canvas", "draw", "protocol"];

/// What needs threads, sockets, files or a system, and so must not be anywhere below a browser-safe crate.
const NOT_IN_A_BROWSER: &[&str] = &["tokio", "mio", "socket2", "hyper", "reqwest", "axum", "notify", "rmcp", "tempfile", "rayon"];

/// What the page loads only when it is needed, and so must not be in the page itself: libraries, as they call themselves.
const NOT_IN_THE_PAGE: &[&str] = &["jsonata-core"];

/// Refuses a workspace in which a crate knows what it must not.
pub(crate) fn check(project: &Project) -> Result<(), Error> {
    let all = project.metadata(&["--no-deps"])?;
    let wasm = project.metadata(&["--filter-platform", "wasm32-unknown-unknown"])?;
    let mut broken = direct(&all);
    broken.extend(below_the_browser_safe(&wasm));
    let page = project.parts("ui", "wasm32-unknown-unknown")?;
    let late = NOT_IN_THE_PAGE.iter().filter(|name| page.contains(**name));
    broken.extend(late.map(|name| format!("`ui` has `{name}`, which `judge` has, for the page to load it when it is needed")));
    if broken.is_empty() { Ok(()) } else { Err(Error::Layering(broken)) }
}

/// The first two rules, from what each manifest names. Tests (dev-dependencies) may use what they like.
fn direct(metadata: &Value) -> Vec<String> {
    let packages: Vec<&Value> = items(&metadata["packages"]).collect();
    let ours: BTreeSet<&str> = packages.iter().map(|package| text(&package["name"])).collect();
    let mut broken = Vec::new();
    for package in packages {
        let name = text(&package["name"]);
        let Some((_, may)) = MAY_KNOW.iter().find(|(it, _)| *it == name) else {
            if !TOOLS.contains(&name) {
                broken.push(format!("`{name}` has no level: give it one in xtask/src/layering.rs"));
            }
            continue;
        };
        for dependency in items(&package["dependencies"]).filter(|it| it["kind"] != "dev").map(|it| text(&it["name"])) {
            if ours.contains(dependency) && !may.contains(&dependency) {
                broken.push(format!("`{name}` names `{dependency}`, which is none of {may:?}"));
            }
            let owner = ONLY.iter().find(|(_, library)| starts_with_words(dependency, library));
            if let Some((owner, _)) = owner.filter(|(owner, _)| *owner != name) {
                broken.push(format!("`{name}` names `{dependency}`, which only `{owner}` may know"));
            }
        }
    }
    broken
}

/// The third rule, from all that is resolved for wasm: `metadata` is filtered to that platform.
fn below_the_browser_safe(metadata: &Value) -> Vec<String> {
    let names: BTreeMap<&str, &str> = items(&metadata["packages"]).map(|it| (text(&it["id"]), text(&it["name"]))).collect();
    let nodes: BTreeMap<&str, &Value> = items(&metadata["resolve"]["nodes"]).map(|it| (text(&it["id"]), it)).collect();
    let name = |id: &str| names.get(id).copied().unwrap_or_default();
    let mut broken = Vec::new();
    for (id, package) in names.iter().filter(|(_, name)| BROWSER_SAFE.contains(name)) {
        let mut seen = BTreeSet::from([*id]);
        let mut next = vec![*id];
        while let Some(id) = next.pop() {
            let dependencies = nodes.get(id).into_iter().flat_map(|node| items(&node["deps"]));
            let normal = |it: &&Value| items(&it["dep_kinds"]).any(|kind| kind["kind"].is_null());
            for below in dependencies.filter(normal).map(|it| text(&it["pkg"])) {
                if seen.insert(below) {
                    next.push(below);
                    if NOT_IN_A_BROWSER.contains(&name(below)) {
                        broken.push(format!("`{package}` lives in a browser too, but through `{}` it has `{}`", name(id), name(below)));
                    }
                }
            }
        }
    }
    broken
}

/// `tauri` owns `tauri-plugin-x` as well, but not `tauriel`.
fn starts_with_words(name: &str, words: &str) -> bool {
    name.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_workspace_keeps_the_rules() {
        if let Err(error) = Project::locate().and_then(|project| check(&project)) {
            panic!("{error}");
        }
    }

    /// One package with one dependency, and a bystander of every name of ours.
    fn check_direct(name: &str, dependency: &str, kind: Value, expected: &[&str]) {
        let all = MAY_KNOW.iter().map(|(name, _)| *name).filter(|it| *it != name);
        let mut packages: Vec<_> = all.map(|name| json!({ "name": name, "dependencies": [] })).collect();
        packages.push(json!({ "name": name, "dependencies": [{ "name": dependency, "kind": kind }] }));
        assert_eq!(direct(&json!({ "packages": packages })), expected, "`{name}` names `{dependency}`");
    }

    #[test]
    fn a_crate_that_looks_up_is_reported() {
        check_direct("run", "nodes", Value::Null, &[]);
        check_direct("nodes", "run", Value::Null, &["`nodes` names `run`, which is none of [\"graph\", \"expr\"]"]);
        check_direct(
            "ui",
            "app",
            json!("build"),
            &["`ui` names `app`, which is none of [\"graph\", \"expr\", \"format\", \"nodes\", \"canvas\", \"draw\", \"protocol\"]"],
        );
        check_direct("nodes", "run", json!("dev"), &[]);
    }

    #[test]
    fn a_library_has_one_owner() {
        check_direct("mcp", "rmcp", Value::Null, &[]);
        check_direct("app", "rmcp", Value::Null, &["`app` names `rmcp`, which only `mcp` may know"]);
        check_direct(
            "cli",
            "tauri-plugin-dialog",
            Value::Null,
            &["`cli` names `tauri-plugin-dialog`, which only `patchbay-desktop` may know"],
        );
        check_direct("cli", "tauriel", Value::Null, &[]);
    }

    #[test]
    fn a_new_crate_must_be_given_a_level() {
        check_direct("gateway", "serde", Value::Null, &["`gateway` has no level: give it one in xtask/src/layering.rs"]);
    }

    #[test]
    fn a_runtime_deep_below_a_browser_safe_crate_is_reported() {
        let dep = |name: &str, kind: Value| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let packages = ["graph", "app", "middle", "tokio"].map(|name| json!({ "id": name, "name": name }));
        let metadata = json!({
            "packages": packages,
            "resolve": { "nodes": [
                { "id": "graph", "deps": [dep("middle", Value::Null)] },
                { "id": "app", "deps": [dep("tokio", Value::Null)] },
                { "id": "middle", "deps": [dep("tokio", Value::Null)] },
            ] },
        });
        assert_eq!(below_the_browser_safe(&metadata), ["`graph` lives in a browser too, but through `middle` it has `tokio`"], "`app` may");
        let mut only_in_tests = metadata.clone();
        only_in_tests["resolve"]["nodes"][0]["deps"] = json!([dep("tokio", json!("dev"))]);
        assert!(below_the_browser_safe(&only_in_tests).is_empty(), "tests run on this machine");
    }

    #[test]
    fn every_rule_speaks_of_crates_that_have_a_level() {
        let has_level = |name: &str| MAY_KNOW.iter().any(|(it, _)| *it == name);
        for (index, (name, may)) in MAY_KNOW.iter().enumerate() {
            for below in *may {
                assert!(MAY_KNOW[..index].iter().any(|(it, _)| it == below), "`{below}` stands above `{name}`, which may know it");
            }
        }
        assert!(
            BROWSER_SAFE.iter().chain(ONLY.iter().map(|(owner, _)| owner)).all(|name| has_level(name)),
            "a rule names a crate that is not there"
        );
    }
}
