//! One call of an offered tool: follows its run to the end, and takes what the run asks to the person at the client. Knows nothing
//! of how a run begins.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use mcp::endpoint::{Answer, Asks, Filled, Form, ProgressReport};
use protocol::RunId;
use run::{Outcome, StepId, StopReason, Waiting};
use runner::Refused;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::question::{self, Read};
use crate::app::App;
use crate::error::Error;
use crate::runs::{Followed, Turn};

/// Who calls.
pub(super) struct Caller {
    pub(super) progress: ProgressReport,
    pub(super) cancel: CancellationToken,
    pub(super) client: Option<String>,
    pub(super) asks: Asks,
}

/// What a client holds between two calls.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    /// The run that goes on meanwhile.
    pub(super) run: RunId,
    /// The steps whose questions are not asked here any more.
    put_off: BTreeSet<(RunId, StepId)>,
}

/// A run that was begun, or is gone on with.
pub(super) struct Begun {
    pub(super) state: State,
    pub(super) followed: Followed,
    /// What was said to the questions of an earlier call.
    pub(super) answers: BTreeMap<String, Filled>,
}

impl State {
    pub(super) fn of(run: RunId) -> Self {
        Self { run, put_off: BTreeSet::new() }
    }
}

/// A call that goes on.
struct Call<'a> {
    app: &'a App,
    caller: Caller,
    state: State,
    /// How much was told of its progress.
    told: u32,
    /// What was said to the questions of an earlier call, by what they were called.
    answers: BTreeMap<String, Filled>,
    /// What is open at the client, each with what takes it back.
    open: BTreeMap<(RunId, StepId), CancellationToken>,
    asked: FuturesUnordered<BoxFuture<'static, Asked>>,
    /// The steps that have their answers from here: a question may be told once more than it is asked.
    answered: BTreeSet<(RunId, StepId)>,
    /// What the client is to ask before it calls again.
    to_ask: BTreeMap<String, Form>,
}

/// A question that the client has asked.
struct Asked {
    run: RunId,
    waits: Waiting,
    form: Form,
    filled: Filled,
}

/// Follows a run for its caller until there is an answer.
///
/// # Errors
/// The end of the run.
pub(super) async fn follow(app: &App, ending: &CancellationToken, caller: Caller, begun: Begun) -> Result<Answer, Outcome> {
    let Begun { state, followed: Followed { mut turns, asks }, answers } = begun;
    let (open, asked, answered, to_ask) = Default::default();
    let mut call = Call { app, caller, state, told: 0, answers, open, asked, answered, to_ask };
    for (run, waits) in asks {
        call.hear(run, waits).await;
    }
    let cancel = call.caller.cancel.clone();
    let mut is_stopping = false;
    loop {
        if let Some(answer) = call.between() {
            return Ok(answer);
        }
        tokio::select! {
            turn = turns.recv() => match turn {
                Some(Turn::NodeEnded(node)) => call.tell(format!("`{node}` has ended")),
                Some(Turn::Asks(run, waits)) => call.hear(run, waits).await,
                Some(Turn::AsksNobody(run, step)) => call.gone((run, step)).await,
                Some(Turn::Ended(outcome)) => {
                    call.all_gone().await;
                    return Err(outcome);
                }
                None => {
                    call.all_gone().await;
                    return Err(Outcome::Stopped { reason: StopReason::Shutdown });
                }
            },
            Some(asked) = call.asked.next(), if !call.asked.is_empty() => {
                call.open.remove(&asked.step());
                call.take(asked).await;
            }
            () = cancel.cancelled(), if !is_stopping => {
                if ending.is_cancelled() {
                    // Whoever ends the program lets go of its runs.
                    return Err(Outcome::Stopped { reason: StopReason::Shutdown });
                }
                is_stopping = true;
                call.all_gone().await;
                app.stop_run(call.state.run).await.unwrap_or_else(|error| tracing::debug!(error = error.in_full(), "a run is not stopped"));
            }
        }
    }
}

impl Asked {
    fn step(&self) -> (RunId, StepId) {
        (self.run, self.waits.step)
    }
}

impl Call<'_> {
    fn client(&self) -> Option<&str> {
        self.caller.client.as_deref()
    }

    /// What the question of a step is called between two calls.
    fn name(&self, (run, step): (RunId, StepId)) -> String {
        if run == self.state.run { format!("step-{}", step.0) } else { format!("run-{run}-step-{}", step.0) }
    }

    /// A step asks: the answer may be there already.
    async fn hear(&mut self, run: RunId, waits: Waiting) {
        let name = self.name((run, waits.step));
        match self.answers.remove(&name).and_then(|filled| Some((question::form(&waits, self.client())?, filled))) {
            Some((form, filled)) => self.take(Asked { run, waits, form, filled }).await,
            None => self.ask(run, waits, None),
        }
    }

    fn tell(&mut self, message: String) {
        self.told += 1;
        self.caller.progress.report(f64::from(self.told), None, Some(message));
    }

    /// Takes a question to the person at the client, with what was wrong with their last answer; or says where it is answered.
    fn ask(&mut self, run: RunId, waits: Waiting, wrong: Option<&str>) {
        let (step, name) = ((run, waits.step), self.name((run, waits.step)));
        if self.answered.contains(&step) || self.open.contains_key(&step) || self.to_ask.contains_key(&name) {
            return;
        }
        let form = question::form(&waits, self.client()).filter(|_| !self.state.put_off.contains(&step));
        let form = form.map(|form| match wrong {
            Some(wrong) => form.again(wrong),
            None => form,
        });
        match (form, &self.caller.asks) {
            (Some(form), Asks::Meanwhile(asker)) => {
                let (asker, gone) = (asker.clone(), CancellationToken::new());
                self.open.insert(step, gone.clone());
                self.asked.push(Box::pin(async move {
                    let filled = asker.ask(form.clone(), gone).await;
                    Asked { run, waits, form, filled }
                }));
            }
            (Some(form), Asks::Between) => _ = self.to_ask.insert(name, form),
            (None, _) | (_, Asks::Nowhere) => {
                let text = question::elsewhere(run, &waits);
                self.tell(text);
            }
        }
    }

    /// Says an answer to the run.
    async fn take(&mut self, asked: Asked) {
        let Asked { run, waits, form, filled } = asked;
        let word = match question::read(&waits, &form, filled, self.client()) {
            Read::Said(word) => word,
            Read::Unfit(why) => return self.ask(run, waits, Some(&why)),
            Read::PutOff => {
                self.state.put_off.insert((run, waits.step));
                return self.ask(run, waits, None);
            }
        };
        match self.app.say(run, &word).await {
            Ok(_) => _ = self.answered.insert((run, waits.step)),
            Err(Error::Refused(Refused::Unfit(failure))) => self.ask(run, waits, Some(&failure.to_string())),
            // Somebody elsewhere was first, or its time was over: no harm is done.
            Err(Error::Refused(refused)) => tracing::debug!(%refused, %run, "a client's answer came too late"),
            Err(error) => {
                tracing::warn!(error = error.in_full(), %run, "a client's answer was not taken");
                self.state.put_off.insert((run, waits.step));
                self.ask(run, waits, None);
            }
        }
    }

    /// A question is answered, or asked no more: the client is told so.
    async fn gone(&mut self, step: (RunId, StepId)) {
        let name = self.name(step);
        self.to_ask.remove(&name);
        if let Some(gone) = self.open.remove(&step) {
            gone.cancel();
            self.drain(step).await;
        }
    }

    /// Waits until the client was told that a question is gone. Other answers that come meanwhile are taken.
    async fn drain(&mut self, step: (RunId, StepId)) {
        while let Some(asked) = self.asked.next().await {
            if asked.step() == step {
                return;
            }
            self.open.remove(&asked.step());
            Box::pin(self.take(asked)).await;
        }
    }

    async fn all_gone(&mut self) {
        std::mem::take(&mut self.open).into_values().for_each(|gone| gone.cancel());
        while self.asked.next().await.is_some() {}
    }

    /// The end of the call where the client is to ask before it calls again.
    fn between(&mut self) -> Option<Answer> {
        if self.to_ask.is_empty() {
            return None;
        }
        let forms = std::mem::take(&mut self.to_ask);
        Some(Answer::Asks { forms, state: serde_json::to_value(&self.state).unwrap_or_default() })
    }
}
