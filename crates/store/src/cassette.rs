//! A cassette: one finished run as a text, with all that another run of its graph needs to be played without the world. Knows the
//! form and its versions; who plays it is somebody else.
//!
//! A line is one JSON value. The first says what was run, and holds the graph's text; each further one is an event of the run's
//! journal, in its order, with its time and the node that it is about. See `docs/decisions/0015-cassettes-as-lines.md`.

use graph::NodeId;
use run::{Event, Moment, Outcome, Part};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The form that is written, and the newest that can be read.
const FORM: u32 = 1;

/// What a cassette's first key is, by which one is known.
const MARK: &str = "patchbayCassette";

/// A finished run, to be played again.
#[derive(Clone, Debug, PartialEq)]
pub struct Cassette {
    /// The name of the graph's file, without its folder.
    pub file: String,
    /// The tool.
    pub tool: String,
    /// How much of the tool was done.
    pub part: Part,
    /// The text of the graph that was run. It names secrets and holds none.
    pub graph: String,
    /// How the run ended, as its caller was told.
    pub outcome: Outcome,
    /// All that happened, in its order.
    pub takes: Vec<Take>,
}

/// Something that happened in the run that was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    /// When.
    pub at: Moment,
    /// The node that it is about; none where it is about the whole run.
    pub node: Option<NodeId>,
    /// What.
    pub event: Event,
}

/// Why a text is no cassette that can be played.
#[derive(Debug, thiserror::Error)]
pub enum CassetteError {
    /// It is something else.
    #[error("this is not a cassette: its first line is no JSON object with `{MARK}`; `patchbay record` writes one")]
    NotOne,
    /// It was written by a newer program.
    #[error("this cassette is of form {0}, and this Patchbay reads forms up to {FORM}; use a newer one, or record it anew")]
    Newer(u64),
    /// A line cannot be read.
    #[error("line {line} of the cassette cannot be read; correct it, or record the cassette anew")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Lines are missing.
    #[error("the cassette should have {expected} events and has {found}; it was cut short, so record it anew")]
    Cut {
        /// How many the first line says.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// It does not begin with the beginning of a run.
    #[error("the second line of a cassette is the event `started`, and only that line; record it anew")]
    NoStart,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(rename = "patchbayCassette")]
    form: u32,
    file: String,
    tool: String,
    #[serde(default, skip_serializing_if = "Part::is_whole")]
    part: Part,
    outcome: Outcome,
    events: usize,
    graph: String,
}

impl Cassette {
    /// The cassette as text.
    ///
    /// # Errors
    /// Where a value of it cannot be written as JSON.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let head = Head {
            form: FORM,
            file: self.file.clone(),
            tool: self.tool.clone(),
            part: self.part.clone(),
            outcome: self.outcome.clone(),
            events: self.takes.len(),
            graph: self.graph.clone(),
        };
        let mut text = serde_json::to_string(&head)? + "\n";
        for take in &self.takes {
            let mut line = Map::from_iter([("at".to_owned(), Value::from(take.at.0))]);
            line.extend(take.node.iter().map(|node| ("node".to_owned(), Value::from(node.as_str()))));
            if let Value::Object(event) = serde_json::to_value(&take.event)? {
                line.extend(event);
            }
            text += &(Value::Object(line).to_string() + "\n");
        }
        Ok(text)
    }

    /// Reads a cassette. Empty lines are passed over.
    ///
    /// # Errors
    /// Where the text is none, is of a newer form, or a line of it is damaged or missing.
    pub fn of_text(text: &str) -> Result<Self, CassetteError> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(at, line)| (at + 1, line));
        let (at, first) = lines.next().ok_or(CassetteError::NotOne)?;
        let first: Value = serde_json::from_str(first).map_err(|_| CassetteError::NotOne)?;
        match first.get(MARK).and_then(Value::as_u64) {
            None => return Err(CassetteError::NotOne),
            Some(form) if form > u64::from(FORM) => return Err(CassetteError::Newer(form)),
            Some(_) => {}
        }
        let head: Head = serde_json::from_value(first).map_err(|source| CassetteError::Line { line: at, source })?;
        let takes = lines.map(|(line, text)| take(text).map_err(|source| CassetteError::Line { line, source }));
        let takes: Vec<Take> = takes.collect::<Result<_, _>>()?;
        if takes.len() != head.events {
            return Err(CassetteError::Cut { expected: head.events, found: takes.len() });
        }
        let starts = |take: &Take| matches!(take.event, Event::Started { .. });
        if takes.iter().position(starts) != Some(0) || takes.iter().filter(|take| starts(take)).count() != 1 {
            return Err(CassetteError::NoStart);
        }
        let Head { file, tool, part, outcome, graph, .. } = head;
        Ok(Self { file, tool, part, graph, outcome, takes })
    }
}

fn take(line: &str) -> Result<Take, serde_json::Error> {
    #[derive(Deserialize)]
    struct About {
        at: Moment,
        #[serde(default)]
        node: Option<NodeId>,
    }
    let About { at, node } = serde_json::from_str(line)?;
    Ok(Take { at, node, event: serde_json::from_str(line)? })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nodes::{Answer, Ask, Failure, FailureKind, ToolResult};
    use run::{StepId, Timer};
    use serde_json::json;

    use super::*;

    fn cassette() -> Cassette {
        let take = |at, node: Option<&str>, event| Take { at: Moment(at), node: node.map(NodeId::from), event };
        let arguments = Arc::new(json!({"n": 0.1, "at": null}));
        let ask = Ask::Call { server: "kit".into(), tool: "echo".to_owned(), args: Arc::new(json!({"text": "a\nb"})) };
        let answer = ToolResult { content: vec![], structured: Some(json!(null)), is_error: false };
        Cassette {
            file: "graph.yaml".to_owned(),
            tool: "t".to_owned(),
            part: Part::until("call".into()),
            graph: "version: \"1.0\"\n# a comment\n".to_owned(),
            outcome: Outcome::Done { result: Arc::new(json!(1e300)) },
            takes: vec![
                take(1, None, Event::Started { arguments, seed: u64::MAX, part: Part::until("call".into()), seen: None, trace: None }),
                take(2, Some("call"), Event::Evaluated { step: StepId(0), result: Ok(ask) }),
                take(3, Some("call"), Event::Answered { step: StepId(0), result: Ok(Answer::Tool(answer)) }),
                take(4, Some("call"), Event::Answered { step: StepId(0), result: Err(Failure::new(FailureKind::Server, "gone")) }),
                take(5, None, Event::Woke { timer: Timer::Limit }),
            ],
        }
    }

    #[test]
    fn a_cassette_reads_as_it_was_written_and_each_line_says_its_node() {
        let text = cassette().to_text().unwrap();
        assert_eq!(Cassette::of_text(&text).unwrap(), cassette(), "to the last digit");
        assert_eq!(Cassette::of_text(&text.replace('\n', "\r\n\n")).unwrap(), cassette(), "whatever became of its line ends");
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines.len(), &lines[2]["node"], &lines[2]["event"]), (6, &json!("call"), &json!("evaluated")), "a line an event");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = Cassette::of_text(text).unwrap_err().to_string();
        assert!(error.contains(expected), "it should say `{expected}`: {error}");
    }

    #[test]
    fn what_cannot_be_played_is_refused_with_its_line() {
        let text = cassette().to_text().unwrap();
        check("", "not a cassette");
        check("version: \"1.0\"", "not a cassette");
        check("{\"patchbayCassette\": 9}", "of form 9");
        check(&text.replace("\"evaluated\"", "\"guessed\""), "line 3 of the cassette");
        check(&text[..text.trim_end().rfind('\n').unwrap()], "5 events and has 4");
        let late: Vec<&str> = text.lines().collect();
        check(&[late[0], late[2], late[1], late[3], late[4], late[5]].join("\n"), "the event `started`");
    }
}
