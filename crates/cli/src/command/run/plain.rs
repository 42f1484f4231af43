//! Shows a run as plain lines, for a pipe or a log.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use protocol::{StepId, StepState, StepView};

use super::lasting::lasting;
use super::show::{Progress, Show, Sparing, label, wants};
use crate::out::{one_line, say};

/// A tool that tells much is heard this often.
const PAUSE: Duration = Duration::from_secs(1);

/// One line for each step that ended, within reason.
#[derive(Default)]
pub(super) struct Plain {
    running: HashMap<StepId, (String, Option<Instant>)>,
    sparing: Sparing,
}

impl Show for Plain {
    fn started(&mut self, step: StepView) {
        self.running.insert(step.id, (label(&step), None));
    }

    fn changed(&mut self, step: StepView) {
        if let Some(wants) = wants(step.state) {
            say(format_args!("{}: {wants}", label(&step)));
        }
    }

    fn progressed(&mut self, step: StepId, told: &Progress) {
        let Some((label, last)) = self.running.get_mut(&step) else { return };
        if last.is_none_or(|last| last.elapsed() >= PAUSE) {
            *last = Some(Instant::now());
            say(format_args!("{label}: {}", one_line(&told.to_string())));
        }
    }

    fn ended(&mut self, step: StepView) {
        self.running.remove(&step.id);
        if !self.sparing.tells(&step) {
            return;
        }
        let took = lasting(Duration::from_micros(step.duration_us.unwrap_or_default()));
        let label = label(&step);
        match (&step.failure, step.state) {
            (Some(failure), _) => say(format_args!("{label}: failed after {took}: {}", one_line(&failure.to_string()))),
            (None, StepState::Cancelled) => say(format_args!("{label}: given up after {took}")),
            (None, _) => say(format_args!("{label}: done in {took}")),
        }
    }

    fn note(&mut self, text: String) {
        say(one_line(&text));
    }

    fn lost_track(&mut self) {
        self.running.clear();
    }

    fn draw(&mut self) {}

    fn close(&mut self) {
        if let Some(rest) = self.sparing.rest() {
            say(rest);
        }
    }
}
