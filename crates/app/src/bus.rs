//! The one ordered channel on which the app states what has happened.

use protocol::Event;
use tokio::sync::broadcast;

/// How many events a listener may fall behind by before it misses the oldest.
const BEHIND: usize = 8192;

/// The channel. Nobody listening costs nothing.
#[derive(Clone, Debug)]
pub(crate) struct Bus(broadcast::Sender<Event>);

impl Bus {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(BEHIND).0)
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }

    /// Whether anybody listens.
    pub(crate) fn is_heard(&self) -> bool {
        self.0.receiver_count() > 0
    }

    /// States what `event` gives, if anybody listens.
    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        if self.is_heard() {
            // The last listener may go between the question and the answer: then nobody wants to know.
            let _unheard = self.0.send(event());
        }
    }
}
