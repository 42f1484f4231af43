//! Who follows one run: told of the nodes that end, of what it asks, and of its end. They stay with the run whatever drives it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use graph::NodeId;
use protocol::RunId;
use run::{Fact, Outcome, Run, StepId, Waiting, WaitsFor};
use runner::{Refused, Told};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::Recorded;
use crate::app::App;
use crate::error::Error;

/// What is told of a run.
#[derive(Clone, Debug)]
pub(crate) enum Turn {
    /// A step of this node has ended.
    NodeEnded(NodeId),
    /// A step asks somebody: one of this run, or of one beneath it.
    Asks(RunId, Waiting),
    /// A step asks nobody, or no more.
    AsksNobody(RunId, StepId),
    /// The run has ended.
    Ended(Outcome),
}

/// The followers of one run. A cheap handle.
#[derive(Clone, Default)]
pub(crate) struct Followers(Arc<Mutex<Following>>);

#[derive(Default)]
struct Following {
    followers: Vec<UnboundedSender<Turn>>,
    outcome: Option<Outcome>,
}

/// A run that is followed.
pub(crate) struct Followed {
    /// What is told of it from now on.
    pub(crate) turns: UnboundedReceiver<Turn>,
    /// What it asks now, and the runs beneath it, which may be told once more. Of runs that are yet to be gone on with it is told
    /// then.
    pub(crate) asks: Vec<(RunId, Waiting)>,
}

impl App {
    /// Follows a run from now on: one of this process, or one that is kept. One whose process is gone goes on here.
    ///
    /// # Errors
    /// Where there is no such run, or another process drives it.
    pub(crate) async fn follow(&self, id: RunId) -> Result<Followed, Error> {
        if let Ok(run) = self.run(id) {
            return Ok(self.followed(&run));
        }
        if let Some(followed) = self.runs().follow_parked(id) {
            return Ok(followed);
        }
        let store = self.store().ok_or(Error::RunGone)?;
        if let Some(outcome) = store.outcome(id.0).await? {
            let ended = Followers::default();
            ended.hear(id, &Told::Ended(&outcome));
            return Ok(Followed { turns: ended.join(), asks: Vec::new() });
        }
        match self.take_up_run(id.0).await? {
            Some(run) => Ok(self.followed(&run)),
            // It was taken up here meanwhile, or goes on elsewhere.
            None => match self.run(id) {
                Ok(run) => Ok(self.followed(&run)),
                Err(_) => Ok(self.runs().follow_parked(id).ok_or(Refused::Gone)?),
            },
        }
    }
}

impl App {
    fn followed(&self, run: &Recorded) -> Followed {
        let turns = run.followers.join();
        let family = self.family(run.id).unwrap_or_default();
        let asks = family.iter().flat_map(|run| run.handle.read(questions).into_iter().map(|asks| (run.id, asks)));
        Followed { turns, asks: asks.collect() }
    }
}

impl Followers {
    fn following(&self) -> MutexGuard<'_, Following> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows the run from now on; of one that has ended, the end is told. The channel closes where nobody drives the run any
    /// more: the program ends.
    pub(crate) fn join(&self) -> UnboundedReceiver<Turn> {
        let (turns, told) = mpsc::unbounded_channel();
        let mut following = self.following();
        match &following.outcome {
            // The other end is in our hands: it is there.
            Some(outcome) => _ = turns.send(Turn::Ended(outcome.clone())),
            None => following.followers.push(turns),
        }
        told
    }

    /// Takes in what is told of the run, which has this number.
    pub(super) fn hear(&self, id: RunId, told: &Told<'_>) {
        let mut following = self.following();
        match told {
            Told::Ended(outcome) => {
                following.tell(&Turn::Ended(Outcome::clone(outcome)));
                following.followers.clear();
                following.outcome = Some(Outcome::clone(outcome));
            }
            Told::Step(..) if following.followers.is_empty() => {}
            Told::Step(_, Fact::StepStarted(_))
            | Told::Progress(..)
            | Told::Below(..)
            | Told::Parked(_)
            | Told::Paused(_)
            | Told::Continued => {}
            Told::Step(run, Fact::StepChanged(step)) => {
                following.tell(&asks(id, run, *step));
            }
            Told::Step(run, Fact::StepEnded(step)) => {
                following.tell(&Turn::AsksNobody(id, *step));
                if let Some(ended) = run.get(*step) {
                    following.tell(&Turn::NodeEnded(run.plan().node(ended.node).id.clone()));
                }
            }
        }
    }
}

impl Followers {
    /// Takes in what is told of a run beneath: what it asks.
    pub(super) fn hear_beneath(&self, id: RunId, told: &Told<'_>) {
        let Told::Step(run, Fact::StepChanged(step) | Fact::StepEnded(step)) = told else { return };
        self.following().tell(&asks(id, run, *step));
    }

    /// Takes in all that a run beneath asks, which may have been told before.
    pub(super) fn hear_asks(&self, id: RunId, asks: Vec<Waiting>) {
        let mut following = self.following();
        asks.into_iter().for_each(|asks| following.tell(&Turn::Asks(id, asks)));
    }
}

impl Following {
    /// Whoever does not listen any more is forgotten.
    fn tell(&mut self, turn: &Turn) {
        self.followers.retain(|follower| follower.send(turn.clone()).is_ok());
    }
}

fn asks(id: RunId, run: &Run, step: StepId) -> Turn {
    let asks = questions(run).into_iter().find(|asks| asks.step == step);
    asks.map_or(Turn::AsksNobody(id, step), |asks| Turn::Asks(id, asks))
}

/// What a run asks somebody, in the order in which the steps began.
pub(super) fn questions(run: &Run) -> Vec<Waiting> {
    let asks = |waits: &Waiting| matches!(waits.on, WaitsFor::Person(_) | WaitsFor::Decision);
    run.waiting().into_iter().filter(asks).collect()
}
