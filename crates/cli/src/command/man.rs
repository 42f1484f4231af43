//! `patchbay man [DIR]`.

use std::path::Path;

use clap::CommandFactory;

use crate::args::Cli;
use crate::error::Error;
use crate::exit::Exit;
use crate::out;

pub(super) fn run(dir: Option<&Path>) -> Result<Exit, Error> {
    match dir {
        Some(dir) => {
            let failed = |source| Error::Write { path: dir.to_owned(), source };
            std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Cli::command(), dir)).map_err(failed)?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(Error::Output)?;
            out::bytes(&page)?;
        }
    }
    Ok(Exit::Done)
}
