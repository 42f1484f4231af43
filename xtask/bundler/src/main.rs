//! Turns a wasm of the window's into what a page can load, named as it is: `bundler INPUT.wasm OUTPUT_FOLDER [--debug]`. It is a package of
//! its own so that `cargo xtask doctor` and `check` do not wait for its dependencies.

use std::{path::Path, process::ExitCode};

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (input, output, debug) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [input, output] => (input, output, false),
        [input, output, "--debug"] => (input, output, true),
        _ => {
            eprintln!("usage: bundler INPUT.wasm OUTPUT_FOLDER [--debug]");
            return ExitCode::from(2);
        }
    };
    let name = Path::new(input).file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let made = Bindgen::new()
        .input_path(input)
        .out_name(name)
        .typescript(false)
        // Function names make a stack trace readable; a release does without them.
        .remove_name_section(!debug)
        .remove_producers_section(true)
        .web(true)
        .and_then(|bindgen| bindgen.generate(Path::new(output)));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("could not make a page of `{input}`: {error:#}");
            ExitCode::FAILURE
        }
    }
}
