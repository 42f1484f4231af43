//! `cargo xtask torture`: kills runs at random, many more times than the tests do.

use crate::{Error, Project, project};

/// How often each kind is killed where nobody says otherwise.
const KILLS: u32 = 200;

pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<(), Error> {
    let kills = match arguments {
        [] => KILLS,
        [kills] => kills.parse().map_err(|_| Error::Usage(format!("`{kills}` is no number of kills")))?,
        [_, other, ..] => return Err(Error::Usage(format!("there is no `{other}`"))),
    };
    println!("runs are killed {kills} times of each kind: at any time, at a write to the disk, by a disk that fails");
    let mut torture = project.cargo(["test", "-p", "cli", "--test", "cli", "torture::", "--", "--nocapture"]);
    project::run(torture.env("PATCHBAY_KILLS", kills.to_string()))
}
