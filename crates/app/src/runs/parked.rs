//! Runs that only wait, and for long: what stays of them in memory, and what wakes them. The rest is where runs are kept.

use std::sync::Arc;

use graph::ToolName;
use nodes::Signal;
use protocol::{GraphId, RunId};
use run::{Moment, Waiting, WaitsFor};

use super::taken_up::Origins;
use super::{Followed, Followers, Recorded, Runs};
use crate::app::App;
use crate::clock;
use crate::error::Error;

/// How long before its time a run is woken, in microseconds: it then keeps that time itself.
const AHEAD_US: i64 = 1_000_000;

/// What stays of a run in memory while it is parked.
#[derive(Clone)]
pub(super) struct Parked {
    pub(super) id: RunId,
    pub(super) graph: GraphId,
    tool: ToolName,
    pub(super) followers: Followers,
    waits: Vec<Waiting>,
    /// When it has to be woken at the latest.
    until: Option<Moment>,
}

impl Parked {
    pub(super) fn new(id: RunId, graph: GraphId, tool: ToolName, followers: Followers) -> Self {
        Self { id, graph, tool, followers, waits: Vec::new(), until: None }
    }

    /// The same, that waits so.
    pub(super) fn with(&self, parked: &runner::Parked) -> Self {
        Self { waits: parked.waits.clone(), until: parked.until, ..self.clone() }
    }

    fn hears(&self, event: &str) -> bool {
        self.waits.iter().any(|waits| matches!(&waits.on, WaitsFor::Event(wanted) if **wanted == *event))
    }
}

impl Runs {
    /// Lets a run leave memory.
    pub(super) fn park(&self, parked: Parked) {
        let mut known = self.known();
        let at = known.runs.iter().position(|run| run.id == parked.id);
        // Let go after the lock: a run of many nodes takes milliseconds to be dropped.
        let _gone = at.and_then(|at| known.runs.remove(at));
        known.parked.insert(parked.id.0, parked);
        drop(known);
    }

    pub(super) fn unpark(&self, id: RunId) {
        self.known().parked.remove(&id.0);
    }

    pub(super) fn has_parked(&self) -> bool {
        !self.known().parked.is_empty()
    }

    pub(super) fn follow_parked(&self, id: RunId) -> Option<Followed> {
        let known = self.known();
        let parked = known.parked.get(&id.0)?;
        let asks = parked.waits.iter().filter(|waits| matches!(waits.on, WaitsFor::Person(_) | WaitsFor::Decision));
        Some(Followed { turns: parked.followers.join(), asks: asks.map(|asks| (id, asks.clone())).collect() })
    }

    fn parked(&self, is_meant: impl Fn(&Parked) -> bool) -> Vec<RunId> {
        self.known().parked.values().filter(|parked| is_meant(parked)).map(|parked| parked.id).collect()
    }
}

impl App {
    /// Wakes a run of this process that is parked. None where it is not, and does not go on here.
    ///
    /// # Errors
    /// Where it cannot be read, or its graph is gone or does not compile any more; it stays parked then.
    pub(crate) async fn awake(&self, id: RunId) -> Result<Option<Recorded>, Error> {
        let _one_by_one = self.runs().taking_up.lock().await;
        let parked = self.runs().known().parked.get(&id.0).cloned();
        let (Some(parked), Some(store)) = (parked, self.store()) else { return Ok(self.run(id).ok()) };
        let record = store.run(id.0).await?.ok_or(Error::NoRun(id.0))?;
        let resumed = self.resume(store, &record, Some(&parked), &Origins::default()).await;
        match &resumed {
            // It is no longer ours to wake.
            Ok(None) => self.runs().unpark(id),
            Ok(Some(_)) => {}
            Err(_) => self.runs().park(parked),
        }
        resumed
    }

    /// Wakes the runs of a graph.
    pub(crate) async fn awake_of(&self, graph: GraphId) {
        self.awake_all(self.runs().parked(|parked| parked.graph == graph)).await;
    }

    /// Wakes the run of a tool that was named, or its last one, so that it can be looked into.
    ///
    /// # Errors
    /// As [`App::awake`].
    pub(crate) async fn awake_last(&self, graph: GraphId, tool: &ToolName, of: Option<RunId>) -> Result<(), Error> {
        let last = || {
            let parked = self.runs().parked(|parked| parked.graph == graph && parked.tool == *tool).pop()?;
            let is_last = self.runs().last_of(graph, tool).is_none_or(|run| run.id.0 < parked.0);
            is_last.then_some(parked)
        };
        match of.or_else(last) {
            Some(id) => self.awake(id).await.map(drop),
            None => Ok(()),
        }
    }

    /// Wakes the runs whose time has come.
    pub(super) async fn wake_the_due(&self) {
        let soon = clock::now_us().saturating_add(AHEAD_US);
        self.awake_all(self.runs().parked(|parked| parked.until.is_some_and(|until| until.0 <= soon))).await;
    }

    /// Tells an event to every run of this process that waits for its type.
    pub(crate) async fn tell_event(&self, signal: &Arc<Signal>) {
        self.awake_all(self.runs().parked(|parked| parked.hears(&signal.event))).await;
        self.runs().signals().tell(signal).await;
    }

    async fn awake_all(&self, runs: Vec<RunId>) {
        for id in runs {
            if let Err(error) = self.awake(id).await {
                tracing::warn!(run = id.0, error = error.in_full(), "a run that waits cannot be woken; it goes on with the next start");
                // It would fail again at once.
                if let Some(parked) = self.runs().known().parked.get_mut(&id.0) {
                    parked.until = None;
                }
            }
        }
    }
}
