//! The one ordered channel on which the app states what has happened.

use std::sync::{Arc, OnceLock};

use protocol::Event;
use tokio::sync::broadcast;

/// How many events a listener may fall behind by before it misses the oldest.
const BEHIND: usize = 8192;

/// The channel. Nobody listening costs nothing: its room, over a megabyte, is there from the first listener on.
#[derive(Clone, Debug)]
pub(crate) struct Bus(Arc<OnceLock<broadcast::Sender<Event>>>);

impl Bus {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.get_or_init(|| broadcast::channel(BEHIND).0).subscribe()
    }

    /// Whether anybody listens.
    pub(crate) fn is_heard(&self) -> bool {
        self.heard().is_some()
    }

    /// States what `event` gives, if anybody listens.
    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(channel) = self.heard() {
            // The last listener may go between the question and the answer: then nobody wants to know.
            let _unheard = channel.send(event());
        }
    }

    fn heard(&self) -> Option<&broadcast::Sender<Event>> {
        self.0.get().filter(|channel| channel.receiver_count() > 0)
    }
}
