//! The files server as a program: `files DIR` serves the files below a folder on its standard streams.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let root = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    let Err(error) = mcp::files::serve(root).await else {
        // A blocked read of standard input would hold the runtime.
        std::process::exit(0);
    };
    eprintln!("{error}");
    ExitCode::from(2)
}
