//! A test made of a run: its cassette, and a case that expects what came of it.

use std::path::{Path, PathBuf};

use format::TestFile;
use run::{Event, Outcome};
use serde_json::{Map, Value, json};

use super::tests_of;
use crate::app::App;
use crate::cassette::write_cassette;
use crate::disk;
use crate::error::Error;
use crate::graph_file::off_the_runtime;

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MadeTest {
    /// The name of the case.
    pub name: String,
    /// The test file, which has one case more.
    pub file: PathBuf,
    /// The cassette.
    pub cassette: PathBuf,
}

impl App {
    /// Makes a test of a run that has ended: writes its cassette beside the graph, and adds a case to the graph's test file without a
    /// change of its other lines.
    ///
    /// # Errors
    /// Where there is no such run, it has not ended or was stopped, or a file cannot be read or written.
    pub async fn make_test(&self, run: u64) -> Result<MadeTest, Error> {
        let cassette = self.cassette_of(run).await?;
        let graph = match self.run(protocol::RunId(run)) {
            Ok(recorded) => self.graph(recorded.graph)?.path.clone(),
            Err(_) => PathBuf::from(self.store().ok_or(Error::NoHome)?.run(run).await?.ok_or(Error::NoRun(run))?.file),
        };
        off_the_runtime(move || {
            let file = tests_of(&graph);
            let mut tests = match disk::read_if_there(&file)? {
                None => TestFile::new(),
                Some(text) => TestFile::parse(text).map_err(|error| Error::Syntax { path: file.clone(), error })?,
            };
            let path = free_cassette(&graph, &cassette.tool);
            let mut case = Map::new();
            let mut put = |key: &str, value: Value| _ = case.insert(key.to_owned(), value);
            put("name", Value::from(name(&cassette)));
            put("tool", Value::from(cassette.tool.as_str()));
            put("cassette", Value::from(path.file_name().unwrap_or_default().to_string_lossy()));
            match &cassette.outcome {
                Outcome::Done { result } => put("expect", json!([{"that": "result", "is": result}])),
                Outcome::Failed { failure } => put("fails", Value::from(failure.failure.message.as_str())),
                Outcome::Stopped { .. } => return Err(Error::NothingToTest(run)),
            }
            tests.add(case).map_err(|source| Error::Change { path: file.clone(), source })?;
            let name = tests.cases().last().map(|case| case.name.clone()).unwrap_or_default();
            // The cassette first: a case whose cassette is missing would fail.
            write_cassette(&path, &cassette)?;
            disk::write(&file, tests.text())?;
            Ok(MadeTest { name, file, cassette: path })
        })
        .await
    }
}

/// How a case of a run is called: its tool, with its arguments where those are short.
fn name(cassette: &store::Cassette) -> String {
    let arguments = match cassette.takes.first().map(|take| &take.event) {
        Some(Event::Started { arguments, .. }) => arguments.as_object().filter(|arguments| !arguments.is_empty()),
        _ => None,
    };
    let short = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let given =
        arguments.map(|arguments| arguments.iter().map(|(key, value)| format!("{key} {}", short(value))).collect::<Vec<_>>().join(", "));
    let tool = &cassette.tool;
    let end = if matches!(cassette.outcome, Outcome::Failed { .. }) { "fails" } else { "gives what it gave" };
    match given.filter(|given| given.chars().count() <= 60 && !given.contains(char::is_control)) {
        Some(given) => format!("{tool} with {given} {end}"),
        None => format!("{tool} {end}"),
    }
}

/// A name for a cassette beside a graph that no file has yet.
fn free_cassette(graph: &Path, tool: &str) -> PathBuf {
    let stem = graph.file_stem().unwrap_or_default().to_string_lossy();
    let tool: String = tool.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let named = |number: usize| match number {
        1 => graph.with_file_name(format!("{stem}.{tool}.cassette")),
        number => graph.with_file_name(format!("{stem}.{tool}-{number}.cassette")),
    };
    // Numbers do not end before the names in a folder do.
    (1..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(1))
}
