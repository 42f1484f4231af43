//! Puts the machine code that every start runs side by side in release builds for Linux, so that a start brings one part of
//! the program into memory and not a page from everywhere. `startup.order` names that code; `cargo xtask order` writes it.
//!
//! The list is a hint: a name that no longer exists is passed over, code that is not named stays where the linker puts it.

use std::fmt::Write as _;
use std::{env, fs, path::Path};

const ORDER: &str = "startup.order";

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
    match written {
        Ok(path) => println!("cargo:rustc-link-arg-bins=-Wl,-T,{}", path.display()),
        Err(error) => println!("cargo:warning=the program is linked without an order for its start: {error}"),
    }
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
