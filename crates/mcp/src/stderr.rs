//! The last lines that a server wrote beside the protocol, kept in memory. Never prints any of them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::broadcast;

use crate::event::ServerEvent;
use crate::mask::Masks;

/// The lines of one server over all of its starts, oldest first, and the channel on which they are told.
pub(crate) struct Stderr {
    kept: Mutex<Kept>,
    most: usize,
    events: broadcast::Sender<ServerEvent>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<String>,
    ever: u64,
}

impl Stderr {
    pub(crate) fn new(most: usize, events: broadcast::Sender<ServerEvent>) -> Self {
        Self { kept: Mutex::default(), most, events }
    }

    /// Keeps a line of standard error and tells of it.
    pub(crate) fn push(&self, line: &[u8], masks: &Masks) {
        let line = shown(line, masks);
        self.keep(line.clone());
        tell(&self.events, ServerEvent::Stderr { line });
    }

    /// Keeps a line of standard output that is not of the protocol, marked as such, and tells of it.
    pub(crate) fn push_noise(&self, line: &[u8], masks: &Masks) {
        let line = shown(line, masks);
        self.keep(format!("(stdout) {line}"));
        tell(&self.events, ServerEvent::Noise { line });
    }

    fn keep(&self, line: String) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.ever += 1;
        kept.lines.push_back(line);
        if kept.lines.len() > self.most {
            kept.lines.pop_front();
        }
    }

    /// All lines kept, oldest first.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).lines.iter().cloned().collect()
    }

    /// How many lines there have ever been: a mark for `since`.
    pub(crate) fn mark(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).ever
    }

    /// The last `most` lines of those written after `mark`.
    pub(crate) fn since(&self, mark: u64, most: usize) -> Vec<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = usize::try_from(kept.ever - mark).unwrap_or(usize::MAX);
        let count = newer.min(most).min(kept.lines.len());
        kept.lines.iter().skip(kept.lines.len() - count).cloned().collect()
    }
}

/// Without a listener an event has nowhere to go, which is no fault.
pub(crate) fn tell(events: &broadcast::Sender<ServerEvent>, event: ServerEvent) {
    drop(events.send(event));
}

fn shown(line: &[u8], masks: &Masks) -> String {
    masks.text(&String::from_utf8_lossy(line)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_lines_are_kept_and_secrets_in_them_hidden() {
        let (events, mut told) = broadcast::channel(16);
        let stderr = Stderr::new(3, events);
        let masks = Masks::new(["hunter22"]);
        for line in ["1", "2", "3 hunter22"] {
            stderr.push(line.as_bytes(), &masks);
        }
        let mark = stderr.mark();
        stderr.push_noise(b"4", &masks);
        assert_eq!(stderr.lines(), ["2", "3 •••", "(stdout) 4"], "the oldest line went, the secret is hidden");
        assert_eq!(stderr.since(mark, 5), ["(stdout) 4"], "only what came after the mark");
        assert_eq!(stderr.since(0, 2), ["3 •••", "(stdout) 4"], "at most as many as asked for");
        assert_eq!(told.try_recv().unwrap(), ServerEvent::Stderr { line: "1".into() }, "each line is told");
    }
}
