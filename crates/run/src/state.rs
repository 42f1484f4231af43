//! Where a run stands, in a word: what lists of runs show and search by.

use serde::{Deserialize, Serialize};

use crate::event::Outcome;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// It is under way.
    Running,
    /// It waits for a time, a person or a signal.
    Waiting,
    /// A call was in flight when the process died, and somebody has to say what became of it.
    Uncertain,
    /// It has its result.
    Done,
    /// It failed.
    Failed,
    /// It was stopped.
    Stopped,
}

impl State {
    /// All of them, those that go on first.
    pub const ALL: [State; 6] = [State::Running, State::Waiting, State::Uncertain, State::Done, State::Failed, State::Stopped];

    /// Those of a run that goes on.
    pub const UNFINISHED: [State; 3] = [State::Running, State::Waiting, State::Uncertain];

    /// The state as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Waiting => "waiting",
            State::Uncertain => "uncertain",
            State::Done => "done",
            State::Failed => "failed",
            State::Stopped => "stopped",
        }
    }

    /// The state that a word names.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        State::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The state that an outcome leaves.
    #[must_use]
    pub fn after(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Done { .. } => State::Done,
            Outcome::Failed { .. } => State::Failed,
            Outcome::Stopped { .. } => State::Stopped,
        }
    }
}
