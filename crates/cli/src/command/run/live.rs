//! Shows a run on a terminal: a line for each step that takes its time, and those that have ended above.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use protocol::{StepId, StepView};

use super::lasting::lasting;
use super::show::{Progress, Show, Sparing, label, mark, wants};
use crate::out::{DOUBTFUL, FAINT, one_line};

/// So many lines move at once; the rest are counted.
const MOST_ROWS: usize = 8;

/// The terminal.
pub(super) struct Live {
    screen: MultiProgress,
    tells_ended: bool,
    running: BTreeMap<StepId, Row>,
    more: Option<ProgressBar>,
    /// Lines to be put above at the next frame.
    lines: Vec<String>,
    sparing: Sparing,
}

struct Row {
    label: String,
    since: Instant,
    told: String,
    /// Only there once the step has outlived a frame.
    bar: Option<ProgressBar>,
}

impl Live {
    /// `tells_ended` is whether ended steps stay to be read.
    pub(super) fn new(tells_ended: bool) -> Self {
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        Self { screen, tells_ended, running: BTreeMap::new(), more: None, lines: Vec::new(), sparing: Sparing::default() }
    }

    /// A new line at the end, but for the one that counts what has none.
    fn spinner(&self) -> ProgressBar {
        let template = if has_colours() { "{spinner:.cyan} {wide_msg}" } else { "{spinner} {wide_msg}" };
        // The templates are constants; what stands in for a wrong one is a spinner too.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::new_spinner().with_style(style);
        match &self.more {
            Some(more) => self.screen.insert_before(more, bar),
            None => self.screen.add(bar),
        }
    }

    fn count_what_has_no_row(&mut self) {
        let without = self.running.values().filter(|row| row.bar.is_none()).count();
        if without == 0 || self.running.len() <= MOST_ROWS {
            if let Some(bar) = self.more.take() {
                self.screen.remove(&bar);
            }
            return;
        }
        if self.more.is_none() {
            self.more = Some(self.spinner());
        }
        if let Some(bar) = &self.more {
            bar.set_message(format!("and {without} more at work"));
            bar.tick();
        }
    }

    fn flush(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let lines = std::mem::take(&mut self.lines).join("\n");
        let lines = if has_colours() { lines } else { anstream::adapter::strip_str(&lines).to_string() };
        if let Err(error) = self.screen.println(lines) {
            tracing::debug!(%error, "the progress could not be written");
        }
    }
}

/// As the rest of what we print has it: not with `NO_COLOR`.
fn has_colours() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

impl Show for Live {
    fn started(&mut self, step: StepView) {
        self.running.insert(step.id, Row { label: label(&step), since: Instant::now(), told: String::new(), bar: None });
    }

    fn changed(&mut self, step: StepView) {
        if let Some(row) = self.running.get_mut(&step.id) {
            row.told = wants(step.state).unwrap_or_default().to_owned();
        }
    }

    fn progressed(&mut self, step: StepId, told: &Progress) {
        if let Some(row) = self.running.get_mut(&step) {
            row.told = one_line(&told.to_string()).into_owned();
        }
    }

    fn ended(&mut self, step: StepView) {
        if let Some(bar) = self.running.remove(&step.id).and_then(|row| row.bar) {
            self.screen.remove(&bar);
        }
        if !self.tells_ended || !self.sparing.tells(&step) {
            return;
        }
        let took = Duration::from_micros(step.duration_us.unwrap_or_default());
        let mut line = format!("{} {}  {FAINT}{}{FAINT:#}", mark(step.state), label(&step), lasting(took));
        if let Some(failure) = &step.failure {
            // Writing to a text does not fail.
            let _written = write!(line, "  {}", one_line(&failure.to_string()));
        }
        self.lines.push(line);
    }

    fn note(&mut self, text: String) {
        self.lines.push(format!("{DOUBTFUL}!{DOUBTFUL:#} {}", one_line(&text)));
    }

    fn lost_track(&mut self) {
        for bar in std::mem::take(&mut self.running).into_values().filter_map(|row| row.bar) {
            self.screen.remove(&bar);
        }
    }

    fn draw(&mut self) {
        self.flush();
        let rows = self.running.values().filter(|row| row.bar.is_some()).count();
        let waiting: Vec<StepId> = self.running.iter().filter(|(_, row)| row.bar.is_none()).map(|(id, _)| *id).collect();
        for id in waiting.into_iter().take(MOST_ROWS.saturating_sub(rows)) {
            let bar = self.spinner();
            if let Some(row) = self.running.get_mut(&id) {
                row.bar = Some(bar);
            }
        }
        for row in self.running.values() {
            if let Some(bar) = &row.bar {
                bar.set_message(format!("{}  {}  {}", row.label, lasting(row.since.elapsed()), row.told));
                bar.tick();
            }
        }
        self.count_what_has_no_row();
    }

    fn close(&mut self) {
        if let Some(rest) = self.sparing.rest() {
            self.lines.push(format!("{FAINT}{rest}{FAINT:#}"));
        }
        self.flush();
        if let Err(error) = self.screen.clear() {
            tracing::debug!(%error, "the progress could not be cleared");
        }
    }
}
