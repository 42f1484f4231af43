//! Puts the machine code that every start runs side by side in release builds for Linux, so that a start brings one part of
//! the program into memory and not a page from everywhere. `startup.order` names that code; `cargo xtask order` writes it.
//!
//! The list is a hint: a name that no longer exists is passed over, code that is not named stays where the linker puts it.

use std::fmt::Write as _;
use std::{env, fs, path::Path};

const ORDER: &str = "startup.order";
/// The C library that reads relative relocations in their packed form.
const FIRST_WITH_RELR: (u32, u32) = (2, 36);

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ORDER}");
    println!("cargo:rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // Linkers that take no such script may be named in the flags.
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let takes_script = !["mold", "wild", "gold"].iter().any(|linker| flags.contains(linker));
    if !is("PROFILE", "release") || !is("CARGO_CFG_TARGET_OS", "linux") || !takes_script {
        return;
    }
    let written = env::var("OUT_DIR").map_err(|error| error.to_string()).and_then(|folder| {
        let names = fs::read_to_string(ORDER).map_err(|error| format!("{ORDER}: {error}"))?;
        let path = Path::new(&folder).join("startup.ld");
        fs::write(&path, script(&names)).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    });
    // The list of addresses that a start adjusts is a tenth as large in the packed form.
    if glibc().is_some_and(|version| version >= FIRST_WITH_RELR) {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    match written {
        Ok(path) => println!("cargo:rustc-link-arg-bins=-Wl,-T,{}", path.display()),
        Err(error) => println!("cargo:warning=the program is linked without an order for its start: {error}"),
    }
}

/// The version of this system's GNU C library, where it has one and builds for itself.
fn glibc() -> Option<(u32, u32)> {
    if env::var("HOST").ok()? != env::var("TARGET").ok()? {
        return None;
    }
    let said = std::process::Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let (major, minor) = std::str::from_utf8(&said.stdout).ok()?.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}

/// A linker script that adds one section before all other code and leaves the rest as it is.
fn script(names: &str) -> String {
    let mut script = "SECTIONS {\n  .text.startup_order : {\n".to_owned();
    for name in names.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        // What is seldom called is in a section of another name, though a start may call it.
        let _ = writeln!(script, "    *(.text.{name} .text.unlikely.{name})");
    }
    script.push_str("  }\n}\nINSERT BEFORE .text;\n");
    script
}
