//! What can be typed about recorded runs.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use protocol::Treated;

use super::{Beside, Otlp, Output, Run};

/// A run that writes nothing.
#[derive(Debug, Default, Args)]
pub(crate) struct Dry {
    /// Call only what reads; show what would be written as the exact request, and answer it by its output schema. Nothing of such a
    /// run is kept
    #[arg(long, conflicts_with_all = ["until", "only"])]
    pub(crate) dry_run: bool,
    /// Take a tool for one that reads, or for one that writes, whatever its server says
    #[arg(long, value_name = "SERVER.TOOL=read|write", requires = "dry_run", value_parser = treat)]
    pub(crate) treat: Vec<Treated>,
    /// Answer what is not called from this cassette, where it has an answer
    #[arg(long, value_name = "FILE", requires = "dry_run", value_hint = ValueHint::FilePath)]
    pub(crate) answers: Option<PathBuf>,
}

fn treat(text: &str) -> Result<Treated, String> {
    let parts = text.rsplit_once('=').and_then(|(name, treat)| Some((name.split_once('.')?, app::Treat::of(treat)?)));
    let ((server, tool), treat) = parts.ok_or("write SERVER.TOOL=read or SERVER.TOOL=write")?;
    Ok(Treated { server: server.into(), tool: tool.to_owned(), treat })
}

#[derive(Debug, Args)]
pub(crate) struct Record {
    /// The graph file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The tool; may be left out where the file has one
    pub(crate) tool: Option<String>,
    /// An argument; text where the tool's schema says string, JSON otherwise
    #[arg(short, long = "arg", value_name = "NAME=VALUE")]
    pub(crate) args: Vec<String>,
    /// All arguments as a JSON object; `-` reads it from standard input
    #[arg(long, value_name = "OBJECT")]
    pub(crate) json: Option<String>,
    #[command(flatten)]
    pub(crate) told: Otlp,
    #[command(flatten)]
    pub(crate) beside: Beside,
    /// The cassette to write; one that is there is replaced
    #[arg(short = 'o', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// `text` prints the result, `json` an object with outcome, result or failure, and time
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
    /// Show no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

impl Record {
    /// The run that is recorded, and where.
    pub(crate) fn into_run(self) -> (Run, PathBuf) {
        let Self { file, tool, args, json, told, beside, out, output, quiet } = self;
        let (until, only, from, no_journal, trace, dry) = (None, None, None, false, false, Dry::default());
        (Run { file, tool, args, json, until, only, from, no_journal, told, dry, beside, output, trace, quiet }, out)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The cassette
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) cassette: PathBuf,
    /// Play it on this graph file in place of the one that it holds, and say where that departs
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) graph: Option<PathBuf>,
    /// Show each step with its input, its output and its time
    #[arg(long)]
    pub(crate) trace: bool,
    /// `text` prints the result, `json` an object with outcome, departures and steps
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(
    after_help = "A test file is NAME.test.yaml beside the graph NAME.yaml. Ends with 0 where all passed, 1 where something did not \
    hold, and 2 where a test file is wrong."
)]
pub(crate) struct Test {
    /// Test files, graph files that have one beside them, or folders; the present folder if left out
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Write the results as JUnit XML too
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) junit: Option<PathBuf>,
    /// Show which nodes and edges the cases walked through, those of other tools that they called among them
    #[arg(long)]
    pub(crate) coverage: bool,
    /// How to print; `json` always has the coverage
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}
