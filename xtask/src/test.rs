//! `cargo xtask test`: from a fresh clone to one line that sums up every test.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use crate::{Error, Project, doctor, project, tally::Tally, ui};

/// Everything but the bundler, which has no tests and whose dependencies would all be built a second time.
const WORKSPACE: &[&str] = &["--workspace", "--exclude", "bundler"];

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<(), Error> {
    let without_e2e = !project::flags(arguments, &["--no-e2e"])?.is_empty();
    // The drivers that the tests of the window and the page use are Linux's.
    let e2e = cfg!(target_os = "linux") && !without_e2e;
    doctor::ensure(if without_e2e { doctor::Purpose::Build } else { doctor::Purpose::Test })?;
    let mut tally = Tally::default();
    if let Err(error) = build_and_count(project, e2e, &mut tally) {
        eprintln!("xtask: {error}");
        tally.broke();
    }
    if !e2e {
        println!("left out: the tests of the real window and of the page in a browser");
    }
    println!("{tally}");
    if tally.failed == 0 { Ok(()) } else { Err(Error::Tests(tally.failed)) }
}

fn build_and_count(project: &Project, e2e: bool, tally: &mut Tally) -> Result<(), Error> {
    build(project, e2e)?;
    match ui::editor::tests(project) {
        Some(mut tests) => count(&mut tests, tally)?,
        None => println!("left out: the tests of the text editor, which was not built"),
    }
    count(cargo_test(project, e2e).arg("--no-fail-fast"), tally)
}

/// Builds the pages, every program and every test.
pub(crate) fn build(project: &Project, e2e: bool) -> Result<(), Error> {
    ui::build(project, ui::Profile::Dev)?;
    // `--tests` beside `--bins` gives the programs the same features as the tests, so that the next step builds none again. xtask is
    // left out because Windows cannot replace a program that runs.
    let programs = ["--exclude", "xtask", "--bins", "--tests"];
    project::run(project.cargo(["build"]).args(WORKSPACE).args(programs).args(features(e2e)))
}

/// The run of the tests that [`build`] has built.
pub(crate) fn cargo_test(project: &Project, e2e: bool) -> Command {
    let mut tests = project.cargo(["test"]);
    // Tests of one crate that need a program of another take the one that is there.
    tests.env("PATCHBAY_PROGRAMS_BUILT", "1").args(WORKSPACE).args(features(e2e));
    tests
}

fn features(e2e: bool) -> &'static [&'static str] {
    if e2e { &["--features", "patchbay-desktop/e2e"] } else { &[] }
}

/// Passes on what a runner of tests says while it counts.
fn count(command: &mut Command, tally: &mut Tally) -> Result<(), Error> {
    eprintln!("+ {}", project::show(command));
    let program = command.get_program().to_string_lossy().into_owned();
    let start = |source| Error::Start { program: program.clone(), source };
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(start)?;
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        let mut out = std::io::stdout().lock();
        // By bytes, since a test may print what is no text.
        while output.read_until(b'\n', &mut line).map_err(start)? > 0 {
            tally.add_line(&String::from_utf8_lossy(&line));
            out.write_all(&line).map_err(Error::file("write to", "standard output"))?;
            line.clear();
        }
    }
    if !child.wait().map_err(start)?.success() {
        tally.broke();
    }
    Ok(())
}
