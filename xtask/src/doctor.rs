//! `cargo xtask doctor`: what this machine lacks to build or to test, and how to get it. What is needed is in
//! [`table`], what follows from it in [`plan`]; this file looks at the machine and does what the plan says.

mod plan;
mod platform;
mod table;

use std::{
    io::IsTerminal,
    process::{Command, Stdio},
};

use plan::{Plan, Power};
use platform::Platform;
pub(crate) use table::Purpose;
use table::{Probe, REQUIREMENTS, Requirement};

use crate::{Error, Project, project};

pub(crate) fn run(_: &Project, arguments: &[String]) -> Result<(), Error> {
    let install = !project::flags(arguments, &["--install"])?.is_empty();
    let platform = platform();
    println!("{platform}");
    for requirement in REQUIREMENTS.iter().filter(|requirement| requirement.applies(platform)) {
        let state = if is_there(&requirement.probe) { "there" } else { "MISSING" };
        println!("  {state:<8} to {:<6} {}", requirement.purpose.verb(), requirement.name);
    }
    if install {
        return ensure(Purpose::Test);
    }
    let plan = plan_for(platform, Purpose::Test);
    if plan.is_empty() {
        println!("nothing is missing");
        return Ok(());
    }
    print!("{plan}");
    Err(Error::Missing("see above, or let `cargo xtask doctor --install` do what it can".to_owned()))
}

/// Gets what `purpose` needs, or says what to type.
pub(crate) fn ensure(purpose: Purpose) -> Result<(), Error> {
    let platform = platform();
    let plan = plan_for(platform, purpose);
    if plan.is_empty() {
        return Ok(());
    }
    eprint!("{plan}");
    for words in &plan.commands {
        let (program, arguments) = words.split_first().unwrap_or((&"", &[]));
        project::run(Command::new(program).args(arguments).stdin(Stdio::inherit()))?;
    }
    let rest = plan_for(platform, purpose);
    if rest.is_empty() { Ok(()) } else { Err(Error::Missing(format!("type what is named here:\n{rest}"))) }
}

fn plan_for(platform: Platform, purpose: Purpose) -> Plan {
    let wanted = |requirement: &&Requirement| requirement.applies(platform) && purpose.includes(requirement.purpose);
    let missing: Vec<_> = REQUIREMENTS.iter().filter(wanted).filter(|requirement| !is_there(&requirement.probe)).collect();
    Plan::new(platform, power(platform), &missing)
}

fn platform() -> Platform {
    let os_release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    Platform::of(std::env::consts::OS, &os_release)
}

/// Only apt is asked to install: it is the one that was tried.
fn power(platform: Platform) -> Power {
    let answers = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
        output.ok().filter(|output| output.status.success()).map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if !platform.has_apt() {
        Power::None
    } else if answers("id", &["-u"]).as_deref() == Some("0") {
        Power::Root
    } else if answers("sudo", &["-n", "true"]).is_some() || (project::on_path("sudo") && std::io::stdin().is_terminal()) {
        Power::Sudo
    } else {
        Power::None
    }
}

fn is_there(probe: &Probe) -> bool {
    let succeeds =
        |program: &str, arguments: &[&str]| Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
    match probe {
        Probe::Program(names) => names.iter().any(|name| project::on_path(name)),
        Probe::Library(name) => succeeds("pkg-config", &["--exists", name]),
        Probe::RustTarget(name) => {
            let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
            let output = Command::new(rustc).args(["--print", "target-libdir", "--target", name]).output();
            output.is_ok_and(|output| std::path::Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
        }
    }
}
