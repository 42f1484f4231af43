//! What can be typed: every sub-command with its arguments, and their help. Knows nothing of what they do.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

mod debug;
mod tape;

pub(crate) use debug::Debug;
pub(crate) use tape::{Dry, Record, Replay, Test};

/// What every exit code means, under the help.
const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    the run failed, or what was asked could not be done
  2    bad use, or a bad file
  130  interrupted by Ctrl-C

Environment:
  PATCHBAY_LOG                    what is logged to standard error, such as `debug` or `mcp=debug` (default `warn`)
  PATCHBAY_TOKEN                  the token of `serve --http`
  PATCHBAY_VAULT_PASSPHRASE_FILE  a file with the passphrase of the encrypted secrets file
  OTEL_EXPORTER_OTLP_ENDPOINT     where traces and metrics of runs are sent, as `--otlp` says; with the standard's other OTEL_...
  NO_COLOR                        no colours";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "patchbay", version, about = "Workflows of MCP tools, as files: run them, offer them, check and edit them")]
#[command(after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    /// Keep settings, secrets and history in this folder instead of the system's own; or, as postgres://USER@HOST/NAME, the runs
    /// in a database of a server
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) data: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A sub-command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a tool of a graph file and print its result
    Run(Run),
    /// Run a tool step by step: hold it before its nodes, look into it, change values, go on
    Debug(Debug),
    /// Run a tool, and write all that happened as a cassette, to be played again without the world
    Record(Record),
    /// Play a cassette again: no server is started and nothing is called
    Replay(Replay),
    /// Run the tests of graphs: no server is started, and waiting takes no time
    Test(Test),
    /// Offer the tools of graph files to MCP clients, or to a browser
    Serve(Serve),
    /// Say what is wrong with graph files, and what would mend it
    Check(Check),
    /// List the tools of a graph file with their arguments
    List(List),
    /// Change a graph file, line by line: what an edit does not mean stays as it is
    Edit(Edit),
    /// Write a graph file in the newest shape of the format
    Upgrade(Upgrade),
    /// Say what differs between two graph files, by tool, node and field
    Diff(Diff),
    /// Merge two versions of a graph file that began as one, by node and field
    Merge(Merge),
    /// Make a graph file of a canvas workflow in JSON
    Import(Import),
    /// Write a graph as one file with all that it refers to
    Export(Export),
    /// Start each server of a graph file, and show its state, its tools and its standard error
    Servers(Servers),
    /// Look at runs that have been, those of other processes among them
    Runs {
        #[command(subcommand)]
        verb: Runs,
    },
    /// See what runs ask people, and answer, whichever process drives them
    Approvals {
        #[command(subcommand)]
        verb: Option<Approvals>,
    },
    /// Tell a run an event that one of its steps waits for
    Signal {
        /// The number of the run
        run: u64,
        /// The type of the event
        name: String,
        /// What is told with it, as JSON
        #[arg(value_parser = json, default_value = "null")]
        detail: serde_json::Value,
    },
    /// Check, back up, restore, vacuum or move what runs are kept in
    Store {
        #[command(subcommand)]
        verb: StoreVerb,
    },
    /// Keep the secrets that graph files name as ${secret:NAME}
    Secret {
        #[command(subcommand)]
        verb: Secret,
    },
    /// Be a small MCP server
    Mcp {
        #[command(subcommand)]
        server: Mcp,
    },
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write all of them into a folder
    Man {
        /// The folder
        #[arg(value_hint = ValueHint::DirPath)]
        dir: Option<PathBuf>,
    },
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    #[default]
    Text,
    /// One JSON value.
    Json,
}

/// Servers from beside the graph file.
#[derive(Debug, Args)]
pub(crate) struct Beside {
    /// Servers in a file of the usual `{"mcpServers": {...}}` form; the graph file's own win
    #[arg(short, long = "mcp", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) mcp: Option<PathBuf>,
}

/// Who is told of the runs that a command carries out.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Otlp {
    /// Send traces and metrics of runs to the OpenTelemetry receiver at this address, over HTTP, such as http://localhost:4318; the
    /// variables OTEL_... are heeded too
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) otlp: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
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
    /// End as soon as this node has finished once, and print its output
    #[arg(long, value_name = "NODE", conflicts_with = "only")]
    pub(crate) until: Option<String>,
    /// Run this node alone, on the data that --from gives, and print its output
    #[arg(long, value_name = "NODE", requires = "from", conflicts_with_all = ["args", "json"])]
    pub(crate) only: Option<String>,
    /// The data for --only: what an earlier run printed with `--trace --output json`, or a JSON object of outputs by node; `-`
    /// reads it from standard input
    #[arg(long, value_name = "FILE", requires = "only", value_hint = ValueHint::FilePath)]
    pub(crate) from: Option<PathBuf>,
    /// Keep what happens in memory only: nothing of a run outlives this process
    #[arg(long)]
    pub(crate) no_journal: bool,
    #[command(flatten)]
    pub(crate) told: Otlp,
    #[command(flatten)]
    pub(crate) dry: Dry,
    #[command(flatten)]
    pub(crate) beside: Beside,
    /// `text` prints the result, `json` an object with outcome, result or failure, and time
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
    /// Show each step with its input, its output and its time
    #[arg(long)]
    pub(crate) trace: bool,
    /// Show no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Over HTTP the endpoint is at /mcp. It needs a token: PATCHBAY_TOKEN, or --token-file, or else a new one at each \
    start, which is shown once. With --ui the page is at / and its link carries the token.")]
pub(crate) struct Serve {
    /// The graph files; with --ui there may be none
    #[arg(value_hint = ValueHint::FilePath, required_unless_present = "ui")]
    pub(crate) files: Vec<PathBuf>,
    /// Speak over standard input and output (the default)
    #[arg(long, conflicts_with_all = ["http", "ui"])]
    pub(crate) stdio: bool,
    /// Listen at this address, such as 127.0.0.1:8080; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub(crate) http: Option<std::net::SocketAddr>,
    /// Serve the window in a browser too; at 127.0.0.1 and a free port unless --http says where
    #[arg(long)]
    pub(crate) ui: bool,
    /// Let in everybody who can reach the address
    #[arg(long, conflicts_with = "token_file")]
    pub(crate) no_token: bool,
    /// Read the token from this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) token_file: Option<PathBuf>,
    /// Listen at an address that other machines can reach; the traffic is not encrypted
    #[arg(long, requires = "http")]
    pub(crate) allow_remote: bool,
    /// A further name under which clients address the endpoint, as `host` or `host:port`
    #[arg(long = "host", value_name = "HOST")]
    pub(crate) hosts: Vec<String>,
    /// Keep what happens in memory only: nothing of a run outlives this process
    #[arg(long)]
    pub(crate) no_journal: bool,
    #[command(flatten)]
    pub(crate) told: Otlp,
    #[command(flatten)]
    pub(crate) beside: Beside,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The graph files
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// Start the servers too, and check that they have the tools and that the arguments fit
    #[arg(long)]
    pub(crate) servers: bool,
    #[command(flatten)]
    pub(crate) beside: Beside,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The graph file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = edit_help())]
pub(crate) struct Edit {
    /// The graph file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The edits, made one after another, all or none
    #[arg(required = true, value_name = "EDIT", allow_negative_numbers = true)]
    pub(crate) edits: Vec<String>,
    /// Write nothing, only show the difference
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

fn edit_help() -> String {
    format!(
        "An edit is one JSON object, or a verb and what follows it. NODE is a node's id, or TOOL/NODE where several tools have such a \
         node; a JSON text needs its double quotes.\n\n{}\n\nExamples:\n  patchbay edit graph.yaml rename-node list listing\n  \
         patchbay edit graph.yaml set list.args.path '\"/tmp\"' connect list count\n  patchbay edit graph.yaml --dry-run 'unset list.retry'",
        app::edit_help()
    )
}

#[derive(Debug, Args)]
pub(crate) struct Upgrade {
    /// The graph file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Write nothing, only show the difference
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The file as it was
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) old: PathBuf,
    /// The file as it is
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) new: PathBuf,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
#[command(after_help = "Ends with 0 where all could be merged and with 1 where the versions conflict; the file then says what OURS said \
    there, and standard error names each conflict. As a merge driver of git:\n\n  git config merge.patchbay.driver 'patchbay merge %O %A %B'\n  \
    echo '*.graph.yaml merge=patchbay' >> .gitattributes")]
pub(crate) struct Merge {
    /// The version that both began as
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) base: PathBuf,
    /// Our version; the merged text is written here
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) ours: PathBuf,
    /// Their version
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) theirs: PathBuf,
    /// Print the merged text in place of writing it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The workflow: a JSON object with `nodes` and `connections`
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The graph file to write; the workflow's name with `.yaml` if left out
    #[arg(short = 'o', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The graph file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Write the drawing of a tool as SVG into this file, in place of the graph
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["out", "mcp"])]
    pub(crate) svg: Option<PathBuf>,
    /// The tool to draw; the first if left out
    #[arg(long, value_name = "NAME", requires = "svg")]
    pub(crate) tool: Option<String>,
    /// Draw for a dark ground
    #[arg(long, requires = "svg")]
    pub(crate) dark: bool,
    #[command(flatten)]
    pub(crate) beside: Beside,
    /// The file to write; standard output if left out
    #[arg(short = 'o', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Servers {
    /// The graph file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) beside: Beside,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// What is done about secrets. A value is never an argument: others could see it.
#[derive(Debug, Subcommand)]
pub(crate) enum Secret {
    /// Store a secret; its value is asked for, or read from standard input
    Set {
        /// Its name
        name: String,
    },
    /// List the names of all secrets
    List {
        /// How to print
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
    /// Forget a secret
    Remove {
        /// Its name
        name: String,
    },
    /// Choose where secrets are kept, or show where they are
    Store {
        #[command(subcommand)]
        place: Option<Store>,
    },
}

/// Where secrets are kept.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// In the system's keychain
    Keychain,
    /// In an encrypted file, opened with a passphrase
    File {
        /// The file; one in the folder for data if left out
        #[arg(value_hint = ValueHint::FilePath)]
        path: Option<PathBuf>,
    },
}

/// What is done about runs that are kept.
#[derive(Debug, Subcommand)]
pub(crate) enum Runs {
    /// List runs, the latest first
    List(RunsList),
    /// Show a run step by step
    Show {
        /// Its number
        run: u64,
        /// How to print
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
    /// Go on with runs whose process is gone, to their ends
    Resume(RunsResume),
    /// Run anew from one step of a run: what happened before is taken over, not done again
    Fork(RunsFork),
    /// Show the nodes that did something else in one run than in another
    Diff(RunsDiff),
    /// Write a run with its graph and its events as one JSON file
    Export {
        /// Its number
        run: u64,
        /// The file to write; standard output if left out
        #[arg(short = 'o', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        out: Option<PathBuf>,
    },
    /// Write a run that has ended as a cassette, to be played again with `patchbay replay`
    Cassette {
        /// Its number
        run: u64,
        /// The cassette to write; one that is there is replaced
        #[arg(short = 'o', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        out: PathBuf,
    },
    /// Make a test of a run that has ended: its cassette, and a case in the test file beside its graph
    Test {
        /// Its number
        run: u64,
    },
    /// Take in a run that was exported
    Import {
        /// The file
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Approvals {
    /// List what is asked, the oldest first; so does no verb at all
    List {
        /// How to print
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
    /// Say yes
    Approve {
        #[command(flatten)]
        to: Asked,
        /// What the form asks for, as a JSON object
        #[arg(long, value_name = "JSON", value_parser = json, default_value = "{}")]
        values: serde_json::Value,
    },
    /// Say no
    Reject {
        #[command(flatten)]
        to: Asked,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

/// Which question is answered, and by whom.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The number of the run
    pub(crate) run: u64,
    /// The number of the step that asks; may be left out where the run asks one thing
    pub(crate) step: Option<u32>,
    /// Who answers
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunsFork {
    /// The number of the run
    pub(crate) run: u64,
    /// The step: its number, or `NODE`, or `NODE:3` for the third time that the node ran
    pub(crate) step: StepName,
    /// Let the step ask with this, as JSON: the arguments of a tool, the items of a loop
    #[arg(long, value_name = "JSON", value_parser = json, conflicts_with = "result")]
    pub(crate) input: Option<serde_json::Value>,
    /// Let the step be done with this, as JSON, and ask nothing; of a switch, the id of the node to go to
    #[arg(id = "result", long = "output", value_name = "JSON", value_parser = json)]
    pub(crate) output: Option<serde_json::Value>,
    /// Go on on the graph as it is now, not as it was
    #[arg(long)]
    pub(crate) now: bool,
    #[command(flatten)]
    pub(crate) told: Otlp,
}

/// A step of a run, as a person names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StepName {
    /// By its number.
    Number(u32),
    /// By its node, and which of the node's executions it is, from 1; none for the last.
    Node(String, Option<usize>),
}

impl std::str::FromStr for StepName {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let of_node = text.rsplit_once(':').and_then(|(node, time)| Some((node, time.parse().ok()?)));
        Ok(match (text.parse(), of_node) {
            (Ok(number), _) => StepName::Number(number),
            (Err(_), Some((node, time))) => StepName::Node(node.to_owned(), Some(time)),
            (Err(_), None) => StepName::Node(text.to_owned(), None),
        })
    }
}

impl std::fmt::Display for StepName {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StepName::Number(number) => write!(out, "{number}"),
            StepName::Node(node, Some(time)) => write!(out, "{node}:{time}"),
            StepName::Node(node, None) => out.write_str(node),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RunsDiff {
    /// The number of one run
    pub(crate) one: u64,
    /// The number of the other
    pub(crate) other: u64,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct RunsResume {
    /// Their numbers; all that were not finished if left out
    pub(crate) runs: Vec<u64>,
    /// What becomes of a step of which nobody knows whether its call happened
    #[arg(long, value_enum, value_name = "DECISION")]
    pub(crate) uncertain: Option<Uncertain>,
    /// The output that a skipped step is given, as JSON
    #[arg(long, value_name = "JSON", value_parser = json, default_value = "null", requires = "uncertain")]
    pub(crate) value: serde_json::Value,
    #[command(flatten)]
    pub(crate) told: Otlp,
}

/// What becomes of an uncertain step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Uncertain {
    /// Its call is made again
    Retry,
    /// It is taken for done, with `--value` as its output
    Skip,
    /// It has failed
    Fail,
}

#[derive(Debug, Args)]
pub(crate) struct RunsList {
    /// Of this graph file only
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) graph: Option<PathBuf>,
    /// Of this tool only
    #[arg(long, value_name = "NAME")]
    pub(crate) tool: Option<String>,
    /// Of those that steps of this run have started by `call`
    #[arg(long, value_name = "RUN")]
    pub(crate) of: Option<u64>,
    /// In one of these states: running, waiting, uncertain, done, failed, stopped
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = state)]
    pub(crate) state: Vec<app::store::State>,
    /// Begun then or later: 2026-05-01, 2026-05-01T10:00:00Z, or so long ago: 90m, 12h, 7d
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) since: Option<i64>,
    /// Begun then or before
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<i64>,
    /// With words that begin so in what nodes were given or gave
    #[arg(long, value_name = "WORDS")]
    pub(crate) text: Option<String>,
    /// At most so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u64,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

fn state(word: &str) -> Result<app::store::State, String> {
    let known = || app::store::State::ALL.map(app::store::State::as_str).join(", ");
    app::store::State::of(word).ok_or_else(|| format!("the states are {}", known()))
}

/// A value of JSON. Without this, any text would be taken as a JSON string.
fn json(text: &str) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// A point in time in microseconds since 1970: a date, a date with a time, or so long ago.
fn moment(text: &str) -> Result<i64, String> {
    let ago = |count: &str, seconds: i64| {
        let count: i64 = count.parse().ok()?;
        Some(jiff::Timestamp::now().as_microsecond().saturating_sub(count.checked_mul(seconds)?.saturating_mul(1_000_000)))
    };
    let long_ago = match text.split_at_checked(text.len().saturating_sub(1)) {
        Some((count, "m")) => ago(count, 60),
        Some((count, "h")) => ago(count, 60 * 60),
        Some((count, "d")) => ago(count, 24 * 60 * 60),
        _ => None,
    };
    let at = || text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond);
    let on = || format!("{text}T00:00:00Z").parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond);
    long_ago.or_else(at).or_else(on).ok_or_else(|| "write 2026-05-01, 2026-05-01T10:00:00Z, or 90m, 12h, 7d for so long ago".to_owned())
}

/// What is done about the store as a whole.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreVerb {
    /// Read everything, and say what is missing or damaged
    Check {
        /// How to print
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
    /// Write everything into a new file, even while runs go on
    Backup {
        /// The file; it is replaced if it is there
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Put a backup in the place of what is there, which is kept under another name
    Restore {
        /// The backup
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Replace what a database of a server holds; it is not kept
        #[arg(long)]
        replace: bool,
    },
    /// Remove old runs, and give their room back to the disk
    Vacuum {
        /// Remove runs that began so many days ago
        #[arg(long, value_name = "DAYS")]
        days: Option<u64>,
        /// Keep so many runs of each graph, the latest
        #[arg(long, value_name = "N")]
        count: Option<u64>,
        /// Keep so many MiB of events of each graph
        #[arg(long, value_name = "MIB")]
        size: Option<u64>,
        /// How to print
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
    /// Move all runs to an empty place: a file, a folder for data, or postgres://USER@HOST/NAME
    Move {
        /// The place
        to: String,
    },
}

/// A small MCP server of our own.
#[derive(Debug, Subcommand)]
pub(crate) enum Mcp {
    /// Show the files of a folder, and let nobody change them
    Files {
        /// The folder
        #[arg(value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn a_time_is_a_date_or_so_long_ago() {
        assert_eq!(moment("1970-01-02"), Ok(86_400_000_000), "a date");
        assert_eq!(moment("1970-01-01T00:00:01Z"), Ok(1_000_000), "a date with a time");
        let hour = jiff::Timestamp::now().as_microsecond() - moment("1h").unwrap();
        assert!((3_500_000_000..3_700_000_000).contains(&hour), "an hour ago: {hour}");
        assert!(moment("soon").is_err() && moment("").is_err() && moment("\u{e9}").is_err(), "nothing else");
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
