//! Finds the test server's program, and builds it first: a test of another crate cannot know whether Cargo has done so.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const PROGRAM: &str = "testkit-server";

/// The path of the test server's program, built in the profile and target folder of the running test.
///
/// # Panics
///
/// If it cannot be built, with Cargo's own words.
pub fn server_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let (target, profile) = running_from();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "testkit", "--bin", PROGRAM, "--profile", &profile, "--manifest-path"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .output();
        match built {
            Ok(output) if output.status.success() => {}
            Ok(output) => panic!("cannot build {PROGRAM}: {}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => panic!("cannot run cargo to build {PROGRAM}: {error}"),
        }
        let folder = if profile == "dev" { "debug" } else { &profile };
        let path = target.join(folder).join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
        assert!(path.is_file(), "cargo built no program at `{}`", path.display());
        path
    })
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
