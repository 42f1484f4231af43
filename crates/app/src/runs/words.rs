//! What runs ask people, and what people and programs say to runs, also to those that another process drives: that is left where
//! runs are kept, and taken up there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use graph::ToolName;
use indexmap::IndexMap;
use nodes::Signal;
use protocol::{Awaited, Question, RunId};
use run::{Moment, Run};
use runner::{Refused, Rest, Said};
use serde_json::Value;
use store::{Approval, Store};

use super::Recorded;
use crate::app::App;
use crate::clock;
use crate::error::Error;
use crate::graph_file::off_the_runtime;

/// How often a process looks for what was said to its runs by others, while one of them waits.
const LISTEN: Duration = Duration::from_millis(250);

/// How long one waits for the process that drives a run to take up what was said, and how often one looks.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(50);

/// What became of what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The run has it.
    Now,
    /// No process drives the run just now, or it did not listen yet; the run hears it when it goes on.
    Later,
}

/// An event of a type, as if it had just happened.
#[must_use]
pub fn event(event: &str, detail: Value) -> Said {
    let signal = Signal { id: format!("{:016x}", clock::seed()), event: event.into(), detail: Arc::new(detail) };
    Said::Event { signal: Arc::new(signal) }
}

/// What a word is called where it waits for its run.
fn name(word: &Said) -> &'static str {
    match word {
        Said::Reply { .. } => "reply",
        Said::Decision { .. } => "decision",
        Said::Event { .. } => "event",
    }
}

/// Whether a process listens to what others say to its runs.
#[derive(Default)]
pub(super) struct Listening(AtomicBool);

impl App {
    /// The questions that runs ask people, the oldest first, those of other processes among them.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn questions(&self) -> Result<Vec<Question>, Error> {
        let mut questions = self.what_is_waited_for().await?;
        questions.retain(|(event, _)| event.is_none());
        Ok(questions.into_iter().map(|(_, question)| question).collect())
    }

    /// The events that runs wait for, the oldest first, those of other processes among them.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn awaited(&self) -> Result<Vec<Awaited>, Error> {
        let all = self.what_is_waited_for().await?;
        let awaited = all.into_iter().filter_map(|(event, question)| {
            let Question { run, step, path, graph, tool, node, opened_us, deadline_us, .. } = question;
            Some(Awaited { run, step, path, graph, tool, node, event: event?, opened_us, deadline_us })
        });
        Ok(awaited.collect())
    }

    async fn what_is_waited_for(&self) -> Result<Vec<(Option<String>, Question)>, Error> {
        let Some(store) = self.store() else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for mut approval in store.approvals().await? {
            let Some(record) = store.run(approval.run).await? else { continue };
            let graph = self.open_files().iter().find(|file| file.path.to_string_lossy() == record.file).map(|file| file.id);
            all.push((approval.event.take(), question(approval, record.file, ToolName::from(record.tool), graph)));
        }
        Ok(all)
    }

    /// Says something to a run, wherever it is driven.
    ///
    /// # Errors
    /// Where there is no such run, or it does not want to hear this.
    pub async fn say(&self, id: RunId, word: &Said) -> Result<Heard, Error> {
        while let Some(run) = self.going(id).await? {
            match run.handle.say(word.clone()).await {
                // It was parked in this moment.
                Err(Refused::Gone) if matches!(run.handle.rest().await, Rest::Parked(_)) => {}
                said => return Ok(said.map(|()| Heard::Now)?),
            }
        }
        let store = self.store().ok_or(Error::RunGone)?;
        let record = store.run(id.0).await?.ok_or(Error::NoRun(id.0))?;
        if record.ended.is_some() {
            return Err(Error::Refused(Refused::Gone));
        }
        self.admits(store, &record, word).await?;
        let value = serde_json::to_value(word).unwrap_or_default();
        store.signal(store::Signal { run: id.0, name: name(word).to_owned(), value, at: Moment(clock::now_us()) }).await?;
        let given_up = tokio::time::Instant::now() + PATIENCE;
        while !record.is_adrift && tokio::time::Instant::now() < given_up {
            tokio::time::sleep(LOOK).await;
            if !store.told().await?.contains(&id.0) {
                return Ok(Heard::Now);
            }
        }
        Ok(Heard::Later)
    }

    /// A run that goes on in this process; one that is parked is woken.
    async fn going(&self, id: RunId) -> Result<Option<Recorded>, Error> {
        match self.run(id) {
            Ok(run) if run.handle.outcome_now().is_none() => Ok(Some(run)),
            Ok(_) => Ok(None),
            Err(_) => self.awake(id).await,
        }
    }

    /// Whether a run that another process drives wants to hear this, as far as its journal tells.
    async fn admits(&self, store: &Store, record: &store::RunRecord, word: &Said) -> Result<(), Error> {
        let file = self.open_quietly(record.file.as_ref(), IndexMap::new()).await?;
        let (tool, id, said) = (ToolName::from(record.tool.as_str()), record.id, word.clone());
        let (events, text) = (store.events(id).await?, store.graph_text(&record.graph).await?.unwrap_or_default());
        off_the_runtime(move || {
            let job = file.job_of(id, text, &tool)?;
            let run = Run::replay(job.plan.clone(), &events);
            Ok(said.admitted(&run, &job).map(drop)?)
        })
        .await
    }

    /// Listens, from now on, to what other processes say to the runs of this one, as long as any is kept and goes on.
    pub(super) fn listen(&self) {
        if self.runs().listening.0.swap(true, Ordering::Relaxed) {
            return;
        }
        let app = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LISTEN).await;
                app.wake_the_due().await;
                let runs = app.runs().kept_and_going();
                let has_parked = app.runs().has_parked();
                if runs.is_empty() && !has_parked {
                    app.runs().listening.0.store(false, Ordering::Relaxed);
                    // One that began in this moment would have nobody.
                    if app.runs().kept_and_going().is_empty() || app.runs().listening.0.swap(true, Ordering::Relaxed) {
                        return;
                    }
                    continue;
                }
                if has_parked || runs.iter().any(|run| run.handle.read(|run| !run.waiting().is_empty())) {
                    app.hear().await.unwrap_or_else(|error| tracing::warn!(error = error.in_full(), "what was said to runs is not heard"));
                }
            }
        });
    }

    async fn hear(&self) -> Result<(), Error> {
        let Some(store) = self.store() else { return Ok(()) };
        let told = store.told().await?;
        for id in &told {
            if let Err(error) = self.awake(RunId(*id)).await {
                tracing::warn!(run = id, error = error.in_full(), "a run that waits cannot hear what it was told");
            }
        }
        let runs = self.runs().kept_and_going();
        join_all(runs.iter().filter(|run| told.contains(&run.id.0)).map(|run| async move {
            for signal in store.take_signals(run.id.0).await? {
                let heard = match serde_json::from_value::<Said>(signal.value) {
                    Ok(word) => run.handle.say(word).await.map_err(Error::Refused),
                    Err(source) => Err(Error::BadCommand { name: "a word", source }),
                };
                if let Err(error) = heard {
                    tracing::warn!(run = run.id.0, word = signal.name, error = error.in_full(), "what was said to a run was not taken");
                }
            }
            Ok::<_, Error>(())
        }))
        .await
        .into_iter()
        .collect()
    }
}

fn question(approval: Approval, path: String, tool: ToolName, graph: Option<protocol::GraphId>) -> Question {
    Question {
        run: RunId(approval.run),
        step: approval.step,
        path,
        graph,
        tool,
        node: approval.node.into(),
        is_uncertain: approval.is_uncertain,
        message: approval.message,
        schema: approval.schema,
        approvers: approval.approvers,
        opened_us: approval.opened.0,
        deadline_us: approval.deadline.map(|at| at.0),
    }
}
