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
    /// A step waits for somebody, or goes on after that.
    fn changed(&mut self, step: StepView);
    /// A tool said how far it is.
    fn progressed(&mut self, step: StepId, told: &Progress);
    /// A step ended.
    fn ended(&mut self, step: StepView);
    /// Something that is not of a step.
    fn note(&mut self, text: String);
    /// So much happened that it could not be followed: nothing is known of the steps that are at work.
    fn lost_track(&mut self);
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

/// So many ended steps get a line each; after that only those that failed or were slow.
const MOST_LINES: usize = 200;
const SLOW: Duration = Duration::from_millis(200);

/// Which ended steps get a line: a long loop must not bury everything else.
#[derive(Debug, Default)]
pub(super) struct Sparing {
    told: usize,
    left_out: usize,
}

impl Sparing {
    /// Whether this one gets a line.
    pub(super) fn tells(&mut self, step: &StepView) -> bool {
        let is_slow = step.duration_us.is_some_and(|micros| Duration::from_micros(micros) >= SLOW);
        let tells = self.told < MOST_LINES || step.state != StepState::Done || is_slow;
        *(if tells { &mut self.told } else { &mut self.left_out }) += 1;
        tells
    }

    /// What is said of those that got none.
    pub(super) fn rest(&self) -> Option<String> {
        (self.left_out > 0).then(|| format!("and {} more steps, all done", self.left_out))
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
            Ok(Event::StepChanged { run: of, step }) if of == run => display.changed(step),
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
            Err(RecvError::Lagged(count)) => {
                display.lost_track();
                display.note(format!("too quick to be shown: {count} events; `--trace` has every step"));
            }
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
        StepState::Asking | StepState::Uncertain => format!("{DOUBTFUL}?{DOUBTFUL:#}"),
        StepState::Evaluating | StepState::Calling | StepState::Waiting | StepState::Joining => "…".to_owned(),
    }
}

/// What a step waits for, where that is somebody.
pub(super) fn wants(state: StepState) -> Option<&'static str> {
    match state {
        StepState::Asking => Some("waits for an answer"),
        StepState::Uncertain => Some("uncertain: asks what to do"),
        StepState::Evaluating | StepState::Calling | StepState::Waiting | StepState::Joining => None,
        StepState::Done | StepState::Failed | StepState::Cancelled => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn step(state: &str, duration_us: u64) -> StepView {
        let step = json!({"id": 0, "node": "n", "attempt": 1, "item": null, "state": state, "startedUs": 0, "durationUs": duration_us, "failure": null});
        serde_json::from_value(step).unwrap()
    }

    #[test]
    fn a_long_loop_is_told_in_part_and_what_failed_or_was_slow_always() {
        let mut sparing = Sparing::default();
        assert_eq!((0..10_000).filter(|_| sparing.tells(&step("done", 10))).count(), MOST_LINES, "the first ones");
        assert!(sparing.tells(&step("failed", 10)), "a failure is never left out");
        assert!(sparing.tells(&step("done", 200_000)), "nor what was slow");
        assert_eq!(sparing.rest().as_deref(), Some("and 9800 more steps, all done"), "and the rest is counted");
    }

    #[test]
    fn a_label_tells_items_and_attempts_apart() {
        let mut shown = step("done", 0);
        assert_eq!(label(&shown), "n", "the node alone");
        shown.item = Some(3);
        shown.attempt = 2;
        assert_eq!(label(&shown), "n[3] (attempt 2)", "with its item and attempt");
    }
}
