//! The desktop binary: hands its arguments to the shell and knows nothing else.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    patchbay_desktop::prepare_process();
    match patchbay_desktop::open(std::env::args_os().nth(1).map(Into::into)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("patchbay: {error}");
            ExitCode::FAILURE
        }
    }
}
