//! The test file beside a graph file, `NAME.test.yaml`, as text: read with a place for all that is wrong, added to without a change
//! of any other line. Knows nothing of how a case is run, nor whether its expressions can be read.
//!
//! Its form: `graph`, the file that is tested (`NAME.yaml` if left out), and `cases`, a list. A case has a `name`, a `tool`, its
//! `arguments`, where its answers come from (`cassette`, `stubs`, `replies`, `events`), `at` and `seed`, whether it `fails`, and
//! what is expected of it (`expect`).

mod read;

use std::ops::Range;

use graph::{Fields, NodeId, Path, Problem, ServerName, ToolName};
use serde_json::{Value, json};

use crate::edit::{self, Comments};
use crate::locate::{Location, find};
use crate::yaml::{self, SyntaxError, Tree};
use crate::{Error, TextChange};

/// Whether a file is a test file, by its name.
#[must_use]
pub fn is_test_name(name: &str) -> bool {
    [".test.yaml", ".test.yml"].iter().any(|ending| name.strip_suffix(ending).is_some_and(|name| !name.is_empty()))
}

/// A test file: text and cases, always saying the same.
#[derive(Debug)]
pub struct TestFile {
    text: String,
    tree: Tree,
    file: Value,
    graph: Option<String>,
    cases: Vec<Case>,
    problems: Vec<Problem>,
}

/// One case: a run of a tool, and what is expected of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The tool; none where the graph has only one.
    pub tool: Option<ToolName>,
    /// The tool's arguments; none where those of the cassette are meant.
    pub arguments: Option<Value>,
    /// The cassette that answers, relative to the test file.
    pub cassette: Option<String>,
    /// What servers' tools answer, in the order in which each is given.
    pub stubs: Vec<Stub>,
    /// What people say, each once, in their order.
    pub replies: Vec<Told<Reply>>,
    /// The events that are told, each once, in their order: the type, and what is told with it.
    pub events: Vec<Told<(String, Value)>>,
    /// When the run begins, in ISO 8601.
    pub at: Option<String>,
    /// What `$random` comes from.
    pub seed: u64,
    /// Whether it fails.
    pub fails: Fails,
    /// What is expected of it.
    pub expect: Vec<Expect>,
    /// Where it stands in the file.
    pub path: Path,
}

/// What a server's tool answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Stub {
    /// The server.
    pub server: ServerName,
    /// The tool.
    pub tool: String,
    /// What the arguments must have, for this to be the answer.
    pub with: Option<Value>,
    /// The answer.
    pub answer: StubAnswer,
    /// After how many milliseconds it comes.
    pub after_ms: u64,
    /// Where it stands in the file.
    pub path: Path,
}

/// An answer that is made up.
#[derive(Clone, Debug, PartialEq)]
pub enum StubAnswer {
    /// A value: structured content where it is an object, a text otherwise.
    Value(Value),
    /// MCP's content items as they are.
    Content(Vec<Value>),
    /// The tool says that it failed.
    Error(String),
    /// The server cannot be reached.
    Unreachable(String),
    /// It never answers.
    Silence,
}

/// Something that comes to a run from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Told<T> {
    /// The node that it is for; none for whoever waits.
    pub node: Option<NodeId>,
    /// What.
    pub what: T,
    /// After how many milliseconds of waiting it comes.
    pub after_ms: u64,
}

/// What a person says.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Yes, with what was filled in.
    Approve(Value),
    /// No, with a reason.
    Reject(Option<String>),
}

/// Whether a case fails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fails {
    /// It must not.
    #[default]
    No,
    /// It must.
    Yes,
    /// It must, with this in its message.
    Saying(String),
}

/// Something that must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// What.
    pub claim: Claim,
    /// Where it stands in the file.
    pub path: Path,
}

/// How something is claimed.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// This JSONata is true.
    Expression(String),
    /// This rule of JSON Logic decides for true.
    Rule(Value),
    /// This JSONata gives just this value.
    Is {
        /// The expression.
        that: String,
        /// The value.
        is: Value,
    },
}

impl TestFile {
    /// Reads a test file. What is wrong beyond the YAML itself is in [`TestFile::problems`].
    ///
    /// # Errors
    /// Where the text is not YAML.
    pub fn parse(text: String) -> Result<Self, SyntaxError> {
        let tree = yaml::parse(&text)?;
        let file = tree.to_value();
        let read::Reading { graph, cases, problems } = read::read(&file);
        Ok(Self { text, tree, file, graph, cases, problems })
    }

    /// The file of a graph that has no tests yet.
    #[must_use]
    pub fn new() -> Self {
        let text = "# Tests of the graph beside this file: `patchbay test` runs them.\n".to_owned();
        Self { text, tree: Tree::empty(), file: Value::Null, graph: None, cases: Vec::new(), problems: Vec::new() }
    }

    /// The graph file that is tested, where it is named.
    #[must_use]
    pub fn graph(&self) -> Option<&str> {
        self.graph.as_deref()
    }

    /// The cases that could be read, in the order of the file.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// What is wrong with the file.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The text, as it is to be saved.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where what is at `path` stands in the file, or the nearest thing around it; `within` narrows a text to some of its bytes.
    #[must_use]
    pub fn locate(&self, path: &Path, within: Option<Range<usize>>) -> Location {
        Location::of(&self.text, find(&self.text, &self.tree, path, within))
    }

    /// Adds a case behind those that there are, and touches no other line. A name that is taken gets a number.
    ///
    /// # Errors
    /// Where the file is so written that nothing can be added without a loss.
    pub fn add(&mut self, mut case: Fields) -> Result<TextChange, Error> {
        if let Some(Value::String(name)) = case.get("name") {
            let is_taken = |name: &str| self.cases.iter().any(|case| case.name == name);
            let free = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name} {number}"))).find(|name| !is_taken(name));
            case.extend(free.map(|name| ("name".to_owned(), Value::from(name))));
        }
        let (change, text) = if self.file.is_null() {
            let added = yaml::Manner::default().mapping(&Fields::from_iter([("cases".to_owned(), json!([case]))]), 0);
            let gap = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { "\n" };
            let splice = crate::Splice { at: self.text.len(), removed: String::new(), inserted: format!("{gap}{added}\n") };
            let change = TextChange { splices: vec![splice] };
            let text = change.apply(&self.text)?;
            (change, text)
        } else {
            let mut meant = self.file.clone();
            let cases = meant.as_object_mut().and_then(|file| file.entry("cases").or_insert_with(|| json!([])).as_array_mut());
            cases.ok_or_else(|| Error::text("its `cases` are not a list"))?.push(Value::Object(case));
            let rewritten = edit::rewrite(&self.text, &self.tree, &meant, Comments::Stay)?;
            (rewritten.change, rewritten.text)
        };
        *self = Self::parse(text)?;
        Ok(change)
    }
}

impl Default for TestFile {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"# A comment.
graph: count.yaml
cases:
  - name: seven files   # why
    tool: count
    arguments: {directory: /a}
    at: 2026-01-01T00:00:00Z
    seed: 7
    stubs:
      - {server: files, tool: list, with: {path: /a}, answer: {content: "x"}, afterMs: 20}
      - {server: files, tool: list, error: gone}
      - {server: files, tool: list, unreachable: away}
      - {server: files, tool: list, silent: true}
    replies:
      - {node: ask, approve: {ok: true}}
      - {node: ask, reject: no}
    events:
      - {type: paid, detail: {n: 1}}
    expect:
      - result.count = 7
      - {"==": [{"var": "result.count"}, 7]}
      - that: path
        is: [entry, list]
  - name: on a tape
    cassette: a.cassette
    fails: no such folder
"#;

    #[test]
    fn a_whole_file_is_read_without_a_word() {
        let file = TestFile::parse(WHOLE.to_owned()).unwrap();
        assert_eq!(file.problems(), [], "nothing is wrong");
        let [first, second] = file.cases() else { panic!("two cases: {:?}", file.cases()) };
        assert_eq!((first.stubs.len(), first.replies.len(), first.events.len(), first.expect.len()), (4, 2, 1, 3), "{first:?}");
        assert_eq!(first.stubs[0].after_ms, 20, "how long it takes");
        assert_eq!(second.fails, Fails::Saying("no such folder".to_owned()), "the message is expected");
        assert_eq!(file.locate(&first.expect[1].path, None).line, 21, "each claim knows its line");
    }

    /// What is wrong with a text, as `line:column: message; remedy`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let file = TestFile::parse(text.to_owned()).unwrap();
        let told = file.problems().iter().map(|problem| {
            let at = file.locate(&problem.path, None);
            format!("{}:{}: {}; {}", at.line, at.column, problem.message, problem.remedy)
        });
        assert_eq!(told.collect::<Vec<_>>(), expected, "what is wrong with `{text}`");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_what_would_mend_it() {
        check("", &["1:1: there are no cases; write `cases:` with a list of cases"]);
        check("cases: 1", &["1:8: `cases` is not a list; write a list of cases, each with a `name`"]);
        check(
            "cases:\n  - name: a\n    expects: [x]\n    expect: [1]\n",
            &[
                "3:5: a case has no `expects`; did you mean `expect`?",
                "4:14: this claims nothing; write JSONata as text, a rule of JSON Logic, or `that` with `is`",
            ],
        );
        check(
            "cases:\n  - tool: t\n    expect: [x]\n  - name: a\n  - {name: b, expect: [y]}\n  - {name: b, expect: [y]}\n",
            &[
                "2:5: the case has no `name`; add `name`, a sentence about what it shows",
                "4:5: the case expects nothing; add `expect` with a list of claims, or `fails`",
                "6:12: another case is called `b`; give each a name of its own",
            ],
        );
        check(
            "cases:\n  - name: a\n    expect: [x]\n    stubs:\n    - {server: s, answer: 1}\n    - {server: s, tool: t}\n    - {server: s, tool: t, answer: 1, error: x}\n",
            &[
                "5:7: the stub has no `tool`; add `tool`, the name of the server's tool",
                "6:7: the stub says nothing; add one of `answer`, `content`, `error`, `unreachable`, `silent`",
                "7:7: the stub says two things; keep one of `answer`, `error`",
            ],
        );
    }

    #[test]
    fn a_case_is_added_behind_the_others_and_no_other_line_changes() {
        let mut file = TestFile::parse(WHOLE.to_owned()).unwrap();
        let case = |name: &str| json!({"name": name, "tool": "count", "expect": [{"that": "result", "is": {"count": 7}}]});
        let Value::Object(fields) = case("seven files") else { unreachable!() };
        file.add(fields.clone()).unwrap();
        assert!(file.text().starts_with(WHOLE), "what was there stays: {}", file.text());
        assert_eq!(file.cases().last().map(|case| case.name.as_str()), Some("seven files 2"), "under a name of its own");
        assert_eq!(file.problems(), [], "and it can be read");
        let mut fresh = TestFile::new();
        fresh.add(fields).unwrap();
        assert_eq!(
            fresh.text(),
            "# Tests of the graph beside this file: `patchbay test` runs them.\ncases:\n  - name: seven files\n    tool: count\n    expect:\n      - that: result\n        is: {count: 7}\n",
            "a file of its own"
        );
    }
}
