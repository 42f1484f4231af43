//! `cargo xtask check`: what must hold before a change lands, besides the tests.

use crate::{Error, Project, doctor, layering, project};

/// The warnings that are errors here.
const DENY: [&str; 3] = ["--", "-D", "warnings"];

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<(), Error> {
    project::flags(arguments, &[])?;
    doctor::ensure(doctor::Purpose::Build)?;
    layering::check(project)?;
    project::run(&mut project.cargo(["fmt", "--all", "--check"]))?;
    let everything = ["clippy", "--workspace", "--all-targets", "--features", "patchbay-desktop/e2e"];
    project::run(project.cargo(everything).args(DENY))?;
    let wasm = project.target.join("wasm");
    let on_wasm = |words: &[&str], packages: &[&str]| {
        let mut cargo = project.cargo(words);
        cargo.args(["--target", "wasm32-unknown-unknown", "--profile", "ui-dev", "--target-dir"]).arg(&wasm);
        cargo.args(packages.iter().flat_map(|name| ["-p", name]));
        cargo
    };
    project::run(&mut on_wasm(&["check"], layering::BROWSER_SAFE))?;
    project::run(on_wasm(&["clippy"], &["ui"]).args(DENY))?;
    project::run(on_wasm(&["clippy"], &["judge"]).args(DENY))
}
