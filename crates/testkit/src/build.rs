//! Finds programs of this workspace, and builds them first: a test of another crate cannot know whether Cargo has done so.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Set by whoever runs the tests after building every program: a cargo inside of cargo would build their dependencies once
/// more, since it selects other packages and so other features.
const BUILT_BEFORE: &str = "PATCHBAY_PROGRAMS_BUILT";

/// The path of the test server's program.
///
/// # Panics
///
/// If it cannot be built, with Cargo's own words.
pub fn server_path() -> PathBuf {
    program("testkit", "--bin", "testkit-server")
}

/// The path of a package's example.
///
/// # Panics
///
/// If it cannot be built, with Cargo's own words.
pub fn example_path(package: &str, name: &str) -> PathBuf {
    program(package, "--example", name)
}

/// The path of a package's program, such as `patchbay` of `cli`.
///
/// # Panics
///
/// If it cannot be built, with Cargo's own words.
pub fn program_path(package: &str, name: &str) -> PathBuf {
    program(package, "--bin", name)
}

/// Builds in the profile and the target folder of the running test, once in its life.
fn program(package: &str, kind: &str, name: &str) -> PathBuf {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    let key = format!("{package} {kind} {name}");
    if let Some(path) = built.get(&key) {
        return path.clone();
    }
    let (target, profile) = running_from();
    let folder = target.join(if profile == "dev" { "debug" } else { &profile });
    let folder = if kind == "--example" { folder.join("examples") } else { folder };
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if std::env::var_os(BUILT_BEFORE).is_none() || !path.is_file() {
        build(package, kind, name, &profile, &target);
    }
    assert!(path.is_file(), "cargo built no program at `{}`", path.display());
    built.insert(key, path.clone());
    path
}

fn build(package: &str, kind: &str, name: &str, profile: &str, target: &Path) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--package", package, kind, name, "--profile", profile, "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .output();
    match output {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!("cannot build {name}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => panic!("cannot run cargo to build {name}: {error}"),
    }
}

/// The target folder and the profile of the running test, whose program is at `<target>/<profile>/deps/<test>`.
fn running_from() -> (PathBuf, String) {
    let program = std::env::current_exe().unwrap_or_default();
    let deps = program.ancestors().find(|folder| folder.ends_with("deps") || folder.ends_with("examples"));
    let folder = deps.and_then(Path::parent).or_else(|| program.parent()).unwrap_or(Path::new("target/debug"));
    let profile = folder.file_name().map_or_else(|| "debug".into(), |name| name.to_string_lossy().into_owned());
    let target = folder.parent().map_or_else(|| PathBuf::from("target"), Path::to_path_buf);
    (target, if profile == "debug" { "dev".to_owned() } else { profile })
}
