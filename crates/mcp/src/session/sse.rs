//! The transport of the protocol's first version: an event stream that names the address to which messages are posted.

use std::sync::Arc;

use futures::stream::{BoxStream, StreamExt};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::Url;
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use rmcp::transport::streamable_http_client::SseError;
use sse_stream::Sse;

use super::http::{HttpError, http_client, sse, unauthorized};
use crate::wire::{Inbound, Wire};

/// Why the event stream cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SseFailure {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("the event stream ended before it named an address for messages")]
    NoEndpoint,
    #[error("the event stream names an address for messages at another origin")]
    ForeignEndpoint,
    #[error("a message cannot be written: {0}")]
    Message(#[from] serde_json::Error),
}

/// An open event stream and the address for posts.
pub(super) struct SseTransport {
    http: reqwest::Client,
    headers: HeaderMap,
    endpoint: Url,
    events: Option<BoxStream<'static, Result<Sse, SseError>>>,
    wire: Arc<Wire>,
}

impl SseTransport {
    /// Opens the stream at `url`, and waits until it names the address for messages.
    pub(super) async fn open(url: &Url, headers: HeaderMap, wire: Arc<Wire>) -> Result<Self, SseFailure> {
        let http = http_client()?;
        let request = http.get(url.clone()).headers(headers.clone()).header(ACCEPT, "text/event-stream");
        let response = request.send().await.map_err(HttpError::network)?;
        if let Some(error) = unauthorized(&response) {
            return Err(error.into());
        }
        let status = response.status();
        if !status.is_success() {
            return Err(HttpError::Status { status, page: String::new() }.into());
        }
        let mut events = sse(response).boxed();
        while let Some(Ok(event)) = events.next().await {
            let Some(address) = event.data.filter(|_| event.event.as_deref() == Some("endpoint")) else { continue };
            let endpoint = url.join(address.trim()).map_err(|_| SseFailure::NoEndpoint)?;
            if endpoint.origin() != url.origin() {
                return Err(SseFailure::ForeignEndpoint);
            }
            return Ok(Self { http, headers, endpoint, events: Some(events), wire });
        }
        Err(SseFailure::NoEndpoint)
    }
}

impl Transport<RoleClient> for SseTransport {
    type Error = SseFailure;

    fn send(&mut self, message: ClientJsonRpcMessage) -> impl Future<Output = Result<(), SseFailure>> + Send + 'static {
        self.wire.outbound(&message);
        let request = self.http.post(self.endpoint.clone()).headers(self.headers.clone());
        let wire = self.wire.clone();
        async move {
            let body = serde_json::to_vec(&message)?;
            wire.sent(&body);
            let request = request.header(CONTENT_TYPE, "application/json").body(body);
            let response = request.send().await.map_err(HttpError::network)?;
            if let Some(error) = unauthorized(&response) {
                return Err(error.into());
            }
            let status = response.status();
            if status.is_success() { Ok(()) } else { Err(HttpError::Status { status, page: String::new() }.into()) }
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            let event = self.events.as_mut()?.next().await?.ok()?;
            if let Some(data) = event.data
                && let Inbound::Message(message) = self.wire.inbound(data.as_bytes())
            {
                return Some(*message);
            }
        }
    }

    async fn close(&mut self) -> Result<(), SseFailure> {
        self.events = None;
        Ok(())
    }
}
