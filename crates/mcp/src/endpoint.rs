//! Offers tools to any MCP client of either era, over standard streams and streamable HTTP. Knows nothing of what they do.

mod asking;
mod catalog;
mod face;
mod http;
mod stdio;

use std::collections::BTreeMap;
use std::fmt;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use serde_json::{Map, Value};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::tool::{CallResult, Progress, Tool, TraceContext};

pub use asking::{Asker, Filled, Form};
pub use http::{HttpOptions, Token, http_router};
pub use stdio::{ServeError, serve_stdio};

/// What an endpoint tells of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Its name for programs.
    pub name: String,
    /// Its name for people.
    pub title: Option<String>,
    /// Its version.
    pub version: String,
    /// How it wants to be used.
    pub instructions: Option<String>,
}

/// The tools of an endpoint, and what happens when one is called.
pub trait Offer: Send + Sync + 'static {
    /// Who offers.
    fn identity(&self) -> Identity;

    /// The tools of this moment, in the order in which clients see them. Asked again after each change.
    fn tools(&self) -> Vec<Tool>;

    /// Calls one of the tools. A tool that fails gives a result with `is_error`; there is no other way to fail.
    ///
    /// A call whose `cancel` rings should come back soon; nobody will see its result.
    fn call(&self, request: Request) -> BoxFuture<'_, Answer>;

    /// A number that is another one after each change of the tools.
    fn changed(&self) -> watch::Receiver<u64>;

    /// What the states are sealed with that clients hold between two calls: a secret, the same as long as such a state may come
    /// back. None where no tool asks anything. Asked once, when a call first asks somebody or such a state comes back.
    fn key(&self) -> BoxFuture<'_, Option<[u8; 32]>> {
        ready(None).boxed()
    }
}

/// A call of one of an endpoint's tools. The default is of nobody who can be asked or told anything.
#[derive(Debug, Default)]
pub struct Request {
    /// The tool, one of those offered.
    pub tool: String,
    /// Its arguments, not yet checked against its schema.
    pub arguments: Map<String, Value>,
    /// Where to tell how far it is.
    pub progress: ProgressReport,
    /// Where in a trace its caller stands: what its `_meta` says, or else the headers of its HTTP request.
    pub trace: Option<TraceContext>,
    /// Rings when the client takes the call back or goes away, and when the endpoint ends.
    pub cancel: CancellationToken,
    /// The program that calls, as it names itself.
    pub client: Option<String>,
    /// How the person there can be asked something.
    pub asks: Asks,
    /// What an earlier call ended with that this one goes on with; none for a call that begins.
    pub again: Option<Again>,
}

/// How the person at a client can be asked something.
#[derive(Clone, Debug, Default)]
pub enum Asks {
    /// Not at all: the client does not say that it can.
    #[default]
    Nowhere,
    /// While the call goes on, in the older era of the protocol.
    Meanwhile(Asker),
    /// Between two calls, in the newer one: a call may end with [`Answer::Asks`].
    Between,
}

/// How a call ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// With its result.
    Done(CallResult),
    /// With questions: the client asks them and calls again. Only where [`Asks::Between`] says so.
    Asks {
        /// The questions, by names of the tool's choice.
        forms: BTreeMap<String, Form>,
        /// What the next call has to know. The client can read it, and cannot change it.
        state: Value,
    },
}

/// A call that goes on with what an earlier one of the same tool ended with.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    /// What that one wanted known.
    pub state: Value,
    /// What was said to its questions, by their names; a question may have no answer.
    pub answers: BTreeMap<String, Filled>,
}

impl From<CallResult> for Answer {
    fn from(result: CallResult) -> Self {
        Answer::Done(result)
    }
}

/// Tells the caller how far a call is, if it wants to know. Cheap to clone; never blocks.
#[derive(Clone, Default)]
pub struct ProgressReport(Option<mpsc::Sender<Progress>>);

impl ProgressReport {
    /// Whether anybody wants to know.
    pub fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// Tells of a step. `progress` has to grow from step to step; steps that the caller is too slow for are left out.
    pub fn report(&self, progress: f64, total: Option<f64>, message: Option<String>) {
        if let Some(steps) = &self.0 {
            // Full means that the caller does not keep up, closed that the call is over: neither is the tool's concern.
            drop(steps.try_send(Progress { progress, total, message }));
        }
    }
}

impl fmt::Debug for ProgressReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProgressReport({})", if self.is_wanted() { "wanted" } else { "not wanted" })
    }
}
