//! Follows a run by its events, and hands them to who shows them. Knows nothing of terminals.

use std::time::Duration;

use protocol::{Event, RunId, StepId, StepState, StepView};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};

use crate::out::{BAD, DOUBTFUL, GOOD};

/// How often what is shown is drawn.
const FRAME: Duration = Duration::from_millis(80);

/// Someone who shows a run while it goes on.
pub(super) trait Show: Send {
    /// A step began.
    fn started(&mut self, step: StepView);
    /// A tool said how far it is.
    fn progressed(&mut self, step: StepId, told: &Progress);
    /// A step ended.
    fn ended(&mut self, step: StepView);
    /// Something that is not of a step.
    fn note(&mut self, text: String);
    /// Time has passed.
    fn draw(&mut self);
    /// The run is over.
    fn close(&mut self);
}

/// How far a tool is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Progress {
    pub(super) done: f64,
    pub(super) total: Option<f64>,
    pub(super) message: Option<String>,
}

impl std::fmt::Display for Progress {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.done)?;
        if let Some(total) = self.total {
            write!(out, " of {total}")?;
        }
        self.message.as_ref().map_or(Ok(()), |message| write!(out, ": {message}"))
    }
}

/// Shows a run until it has ended.
pub(super) async fn follow(mut events: Receiver<Event>, run: RunId, display: Option<Box<dyn Show>>) {
    let Some(mut display) = display else { return };
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            _ = frames.tick() => {
                display.draw();
                continue;
            }
        };
        match event {
            Ok(Event::StepStarted { run: of, step }) if of == run => display.started(step),
            Ok(Event::StepEnded { run: of, step }) if of == run => display.ended(step),
            Ok(Event::StepProgress { run: of, step, progress, total, message }) if of == run => {
                display.progressed(step, &Progress { done: progress, total, message });
            }
            Ok(Event::RunEnded { run: of, .. }) if of == run => break,
            Ok(Event::ServerChanged { server, phase, .. }) => {
                if let Some(text) = trouble(&phase) {
                    display.note(format!("server `{server}`: {text}"));
                }
            }
            Ok(_) => {}
            Err(RecvError::Lagged(count)) => display.note(format!("too quick to be shown: {count} events; `--trace` has every step")),
            Err(RecvError::Closed) => break,
        }
    }
    display.close();
}

fn trouble(phase: &protocol::ServerPhase) -> Option<&str> {
    use protocol::ServerPhase as Phase;
    match phase {
        Phase::Waiting { message } | Phase::Failed { message } => Some(message),
        Phase::Idle | Phase::Starting | Phase::Ready { .. } | Phase::Stopped => None,
    }
}

/// A step's name: its node, the item of its loop, and which attempt it is after the first.
pub(super) fn label(step: &StepView) -> String {
    let mut label = step.node.to_string();
    if let Some(item) = step.item {
        label += &format!("[{item}]");
    }
    if step.attempt > 1 {
        label += &format!(" (attempt {})", step.attempt);
    }
    label
}

/// A coloured sign for where a step stands.
pub(super) fn mark(state: StepState) -> String {
    match state {
        StepState::Done => format!("{GOOD}✓{GOOD:#}"),
        StepState::Failed => format!("{BAD}✗{BAD:#}"),
        StepState::Cancelled => format!("{DOUBTFUL}–{DOUBTFUL:#}"),
        StepState::Evaluating | StepState::Calling | StepState::Waiting | StepState::Joining => "…".to_owned(),
    }
}
