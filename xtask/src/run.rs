//! `cargo xtask run`: from a fresh clone to the open window.

use crate::{Error, Project, doctor, project, ui};

/// What opens when no file is named.
const FIRST_GRAPH: &str = "graphs/count_files.yaml";

/// The desktop app and the command line, always chosen together so that cargo never has to build a dependency again with
/// other features.
pub(crate) const PROGRAMS: &[&str] = &["-p", "patchbay-desktop", "-p", "cli"];

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<(), Error> {
    let file = match arguments {
        [] => project.root.join(FIRST_GRAPH),
        [file] if !file.starts_with('-') => std::path::absolute(file).map_err(Error::file("find", file))?,
        _ => return Err(Error::Usage("it takes one file at most".to_owned())),
    };
    if !file.is_file() {
        return Err(Error::Usage(format!("there is no file `{}`", file.display())));
    }
    if !has_display() {
        return Err(Error::NoDisplay);
    }
    doctor::ensure(doctor::Purpose::Build)?;
    ui::build(project, ui::Profile::Dev)?;
    project::run(project.cargo(["build"]).args(PROGRAMS))?;
    project::run(std::process::Command::new(project.program("patchbay-desktop")).arg(file))
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
