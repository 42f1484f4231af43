//! Tests of graphs: finds test files, runs their cases at once and without the world, and tells what did not hold.

mod case;
mod claim;
mod coverage;
mod make;
mod stubs;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use format::{TestFile, is_test_name};
use graph::Problem;
use protocol::{GraphTests, Place, Reported, TestedFile};

pub use make::MadeTest;

use crate::disk;
use crate::error::Error;
use crate::offline::Offline;
use coverage::Walked;

/// A test file with the graph that it tests.
struct Suite {
    file: PathBuf,
    graph: PathBuf,
    problems: Vec<Reported>,
    tests: TestFile,
    offline: Option<Arc<Offline>>,
}

/// The test files that these paths mean: a test file itself, those of a folder and the folders in it, and the one beside a graph.
///
/// # Errors
/// Where there is nothing at a path, or a graph has no tests.
pub fn find_tests(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut found = BTreeSet::new();
    for path in paths {
        let about = std::fs::metadata(path).map_err(|source| Error::Read { path: path.clone(), source })?;
        if about.is_dir() {
            find_below(path, &mut found)?;
        } else if is_test_file(path) {
            found.insert(path.clone());
        } else {
            let beside = tests_of(path);
            if !beside.is_file() {
                return Err(Error::NoTests { path: path.clone(), beside });
            }
            found.insert(beside);
        }
    }
    Ok(found.into_iter().collect())
}

fn find_below(folder: &Path, found: &mut BTreeSet<PathBuf>) -> Result<(), Error> {
    let fail = |source| Error::Read { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(fail)?);
        // What begins with a dot is other programs' business.
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !is_hidden {
            find_below(&path, found)?;
        } else if !kind.is_dir() && is_test_file(&path) {
            found.insert(path);
        }
    }
    Ok(())
}

fn is_test_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| is_test_name(&name.to_string_lossy()))
}

/// The test file beside a graph file.
fn tests_of(graph: &Path) -> PathBuf {
    graph.with_extension("test.yaml")
}

impl Suite {
    fn read(file: &Path) -> Result<Self, Error> {
        let text = disk::read(file)?;
        let tests = match TestFile::parse(text) {
            Ok(tests) => tests,
            Err(error) => {
                let problem = Problem::error(graph::Path::root(), error.message, error.remedy);
                let place = Some(Place { line: error.line, column: error.column });
                let problems = vec![Reported { problem, place }];
                return Ok(Self { file: file.to_owned(), graph: PathBuf::new(), problems, tests: TestFile::new(), offline: None });
            }
        };
        let named = tests.graph().map(|name| file.parent().unwrap_or(Path::new("")).join(name));
        let graph = named.unwrap_or_else(|| beside(file));
        let mut suite = Self { file: file.to_owned(), graph, problems: Vec::new(), tests, offline: None };
        let mut problems = suite.tests.problems().to_vec();
        for case in suite.tests.cases() {
            problems.extend(case.expect.iter().filter_map(claim::check));
            problems.extend(case::check(case));
        }
        match Offline::read(&suite.graph) {
            Ok(offline) => suite.offline = Some(Arc::new(offline)),
            Err(error) => {
                let at = graph::Path::root().key("graph");
                problems.push(Problem::error(at, error.in_full(), "name the graph in `graph`, or mend it"));
            }
        }
        suite.problems = problems.into_iter().map(|problem| suite.reported(problem)).collect();
        Ok(suite)
    }

    fn reported(&self, problem: Problem) -> Reported {
        let at = self.tests.locate(&problem.path, problem.within.clone());
        Reported { place: Some(Place { line: at.line, column: at.column }), problem }
    }

    fn place(&self, path: &graph::Path) -> Place {
        let at = self.tests.locate(path, None);
        Place { line: at.line, column: at.column }
    }
}

/// The graph file beside a test file.
fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.trim_end_matches(".yaml").trim_end_matches(".yml").trim_end_matches(".test");
    let named = |ending: &str| file.with_file_name(format!("{stem}.{ending}"));
    ["yaml", "yml", "patchbay"].map(named).into_iter().find(|path| path.is_file()).unwrap_or_else(|| named("yaml"))
}

/// Runs the cases of test files, as many at once as there are cores.
///
/// # Errors
/// Where a file cannot be read. What is wrong with it is in its result.
pub fn run_tests(files: &[PathBuf]) -> Result<Vec<TestedFile>, Error> {
    run_tests_until(files, || false)
}

/// As [`run_tests`], beginning no case once it is to stop.
fn run_tests_until(files: &[PathBuf], stops: impl Fn() -> bool + Sync) -> Result<Vec<TestedFile>, Error> {
    let suites = files.iter().map(|file| Suite::read(file)).collect::<Result<Vec<_>, _>>()?;
    let is_whole = |suite: &&Suite| suite.problems.is_empty();
    let due: Vec<(&Suite, usize)> =
        suites.iter().filter(is_whole).flat_map(|suite| (0..suite.tests.cases().len()).map(move |case| (suite, case))).collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((suite, case)) = due.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !stops()) {
            let ran = case::run(suite, &suite.tests.cases()[*case]);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((&suite.file, *case, ran));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(due.len());
    std::thread::scope(|scope| (0..threads).for_each(|_| _ = scope.spawn(work)));
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(file, case, _)| (*file, *case));
    let mut tested = Vec::with_capacity(suites.len());
    for suite in &suites {
        let mut walked = Walked::default();
        let mut cases = Vec::new();
        for (_, _, (case, by_case)) in done.extract_if(.., |(file, ..)| **file == suite.file) {
            walked.add(by_case);
            cases.push(case);
        }
        let coverage = suite.offline.as_ref().map(|offline| walked.coverage(offline.graph())).unwrap_or_default();
        let (file, graph, problems) = (suite.file.display().to_string(), suite.graph.display().to_string(), suite.problems.clone());
        let not_run = if problems.is_empty() { suite.tests.cases().len().saturating_sub(cases.len()) } else { 0 };
        tested.push(TestedFile { file, graph, problems, cases, not_run, coverage });
    }
    Ok(tested)
}

/// Runs the tests in the file beside a graph file, where there is one, until it is to stop.
///
/// # Errors
/// Where it cannot be read.
pub(crate) fn run_tests_beside(graph: &Path, stops: impl Fn() -> bool + Sync) -> Result<GraphTests, Error> {
    let file = tests_of(graph);
    let tested = if file.is_file() { run_tests_until(std::slice::from_ref(&file), stops)?.pop() } else { None };
    Ok(GraphTests { file: file.display().to_string(), tested })
}
