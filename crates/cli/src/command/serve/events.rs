//! What happens, to a page over a WebSocket: one event in a message, in their order, many messages at once.

use std::time::Duration;

use app::App;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRef, State};
use axum::response::Response;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use protocol::Event;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::guard::Guard;
use super::http::Shared;

/// What happens within this time of what was told last goes out together: the many steps of a quick run are not a message each.
const PAUSE: Duration = Duration::from_millis(4);
/// What comes of one thing, such as a step of a debugger, happens within this time and goes out together, so that the last of it
/// need not wait for a pause.
const BURST: Duration = Duration::from_millis(1);

/// How long a page may take to show its token.
const TOKEN_TIME: Duration = Duration::from_secs(10);

/// Nobody says more to us than a token.
const LONGEST_MESSAGE: usize = 4096;

/// WebSocket's codes for who is not let in, and for an end of ours.
const POLICY: u16 = 1008;
const AWAY: u16 = 1001;

/// What a page's connection needs.
#[derive(Clone)]
pub(super) struct Feed {
    app: App,
    guard: Guard,
    shutdown: CancellationToken,
}

impl FromRef<Shared> for Feed {
    fn from_ref(shared: &Shared) -> Self {
        Self { app: shared.app.clone(), guard: shared.guard.clone(), shutdown: shared.shutdown.clone() }
    }
}

/// Opens a connection. A browser cannot set a header on it, so the token is its first message.
pub(super) async fn open(State(feed): State<Feed>, upgrade: WebSocketUpgrade) -> Response {
    // Listens before the page can know that it is connected, so that it misses nothing that it does not ask for afterwards.
    let events = feed.app.subscribe();
    upgrade.max_message_size(LONGEST_MESSAGE).on_upgrade(move |socket| run(feed, events, socket))
}

async fn run(feed: Feed, events: Receiver<Event>, socket: WebSocket) {
    let (mut to_page, mut from_page) = socket.split();
    let first = timeout(TOKEN_TIME, from_page.next()).await;
    let is_let_in = matches!(&first, Ok(Some(Ok(Message::Text(token)))) if feed.guard.accepts(token.as_str()));
    let (code, reason) = if is_let_in {
        tokio::select! {
            () = send(events, &mut to_page) => return,
            () = closed(&mut from_page) => return,
            () = feed.shutdown.cancelled() => (AWAY, "patchbay ends"),
        }
    } else {
        (POLICY, "the first message has to be the token")
    };
    // The page may be gone already; there is nobody else to tell.
    drop(to_page.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await);
}

/// Reads what the page sends, for its pings and its end.
async fn closed(from_page: &mut SplitStream<WebSocket>) {
    while let Some(Ok(_)) = from_page.next().await {}
}

/// Sends events until the page is gone.
async fn send(mut events: Receiver<Event>, page: &mut SplitSink<WebSocket, Message>) {
    let mut next = Instant::now();
    loop {
        let first = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(count)) => Event::Missed { count },
            Err(RecvError::Closed) => return,
        };
        sleep_until(next.max(Instant::now() + BURST)).await;
        if feed(page, &first).await.is_err() {
            return;
        }
        loop {
            let event = match events.try_recv() {
                Ok(event) => event,
                Err(TryRecvError::Lagged(count)) => Event::Missed { count },
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            };
            if feed(page, &event).await.is_err() {
                return;
            }
        }
        if page.flush().await.is_err() {
            return;
        }
        next = Instant::now() + PAUSE;
    }
}

async fn feed(page: &mut SplitSink<WebSocket, Message>, event: &Event) -> Result<(), axum::Error> {
    match serde_json::to_string(event) {
        Ok(text) => page.feed(Message::Text(text.into())).await,
        Err(error) => {
            tracing::error!(%error, "an event cannot be written as JSON");
            Ok(())
        }
    }
}
