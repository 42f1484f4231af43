//! What can be typed about a run that is to be held.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{Beside, Dry, Otlp, Output, Run};

/// A run that is held.
#[derive(Debug, Args)]
#[command(after_help = "The run is held before its first step, and reads what to do from standard input, a line each; `h` lists it.")]
pub(crate) struct Debug {
    /// The graph file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The tool; may be left out where the file has one
    pub(crate) tool: Option<String>,
    /// An argument; text where the tool's schema says string, JSON otherwise
    #[arg(short, long = "arg", value_name = "NAME=VALUE")]
    pub(crate) args: Vec<String>,
    /// All arguments as a JSON object
    #[arg(long, value_name = "OBJECT")]
    pub(crate) json: Option<String>,
    /// Hold the run before this node or on this edge, from the COUNTth time on, where the JSONata is true
    #[arg(long = "break", value_name = "NODE[:COUNT][ if EXPR] | FROM -> TO")]
    pub(crate) breakpoints: Vec<String>,
    /// Hold the run where a step is about to fail
    #[arg(long)]
    pub(crate) break_on_error: bool,
    /// Keep what happens in memory only: nothing of the run outlives this process
    #[arg(long)]
    pub(crate) no_journal: bool,
    #[command(flatten)]
    pub(crate) told: Otlp,
    #[command(flatten)]
    pub(crate) beside: Beside,
    /// `text` prints the result, `json` an object with outcome, result or failure, and time
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

impl Debug {
    /// The run, where it is held, and whether where a step is about to fail.
    pub(crate) fn into_run(self) -> (Run, Vec<String>, bool) {
        let Self { file, tool, args, json, breakpoints, break_on_error, no_journal, told, beside, output } = self;
        let (until, only, from, trace, quiet, dry) = (None, None, None, false, true, Dry::default());
        (
            Run { file, tool, args, json, until, only, from, no_journal, told, dry, beside, output, trace, quiet },
            breakpoints,
            break_on_error,
        )
    }
}
