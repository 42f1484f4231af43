//! The desktop binary: hands its arguments to the shell and knows nothing else.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    patchbay_desktop::prepare_process();
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let done = match arguments.as_slice() {
        [mcp, files, folder] if mcp.as_os_str() == "mcp" && files.as_os_str() == "files" => patchbay_desktop::serve_files(folder.clone()),
        files => patchbay_desktop::open(files.to_vec()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("patchbay: {error}");
            ExitCode::FAILURE
        }
    }
}
