//! The test server as a program: see `testkit::server` for what it can do.

use std::process::ExitCode;

fn main() -> ExitCode {
    match testkit::server::Settings::read(std::env::args().skip(1)) {
        Ok(settings) => testkit::server::serve(&settings),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
