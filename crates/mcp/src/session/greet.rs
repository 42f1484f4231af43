//! Finds out which era of the protocol a server speaks, and opens the session in it. Knows nothing of transports.
//!
//! rmcp can do this too, but not for servers that take long to start: when its probe has waited ten seconds it sends
//! `initialize`, and then takes the late answer to the probe for a fault. Here both requests may be under way at once.

use std::time::Duration;

use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, ClientResult, DiscoverRequest, ErrorCode, ErrorData, InitializeRequest,
    InitializedNotification, ProtocolVersion, RequestId, RequestMetaObject, ServerJsonRpcMessage, ServerPeerInfo, ServerRequest,
    ServerResult,
};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;

use super::handler::client_config;

/// Which greeting is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// First the one without `initialize`; the older one too if that is refused, or not answered within this time.
    Probe(Duration),
    /// Only the older one, with `initialize`.
    Initialize,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GreetError {
    #[error("it closed the connection")]
    Closed,
    #[error("it refused the greeting: {} (code {})", .0.message, .0.code.0)]
    Refused(ErrorData),
    #[error("it speaks none of our versions of the protocol, but {}", .0.join(", "))]
    NoVersion(Vec<String>),
    #[error("its answer to the greeting cannot be read")]
    Unreadable,
    #[error(transparent)]
    Send(rmcp::transport::DynamicTransportError),
}

/// How often a server may send us from one version to another.
const MOST_PROBES: u32 = 3;

/// The ids of the greeting are words, so that they are never taken for those of the session, which are numbers.
const DISCOVER: &str = "greet-discover";
const INITIALIZE: &str = "greet-initialize";

fn id(word: &str) -> RequestId {
    RequestId::String(word.into())
}

/// Greets the server behind `transport`.
pub(crate) async fn greet<T>(transport: &mut T, era: Era) -> Result<ServerPeerInfo, GreetError>
where
    T: Transport<RoleClient> + 'static,
{
    let mut greeting = Greeting { transport, discover_open: false, initialize_open: false, probes: 0 };
    let patience = match era {
        Era::Probe(patience) => {
            greeting.discover(ProtocolVersion::LATEST).await?;
            Some(patience)
        }
        Era::Initialize => {
            greeting.initialize().await?;
            None
        }
    };
    let until = patience.map(|patience| tokio::time::Instant::now() + patience);
    loop {
        let late = async {
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            message = greeting.transport.receive() => {
                let message = message.ok_or(GreetError::Closed)?;
                if let Some(info) = greeting.take(message).await? {
                    return Ok(info);
                }
            }
            () = late, if !greeting.initialize_open => greeting.initialize().await?,
        }
    }
}

struct Greeting<'a, T> {
    transport: &'a mut T,
    discover_open: bool,
    initialize_open: bool,
    probes: u32,
}

impl<T: Transport<RoleClient> + 'static> Greeting<'_, T> {
    async fn discover(&mut self, version: ProtocolVersion) -> Result<(), GreetError> {
        let config = client_config();
        let mut request = DiscoverRequest::default();
        request.extensions.insert(RequestMetaObject::with_client_context(version.clone(), config.client_info, config.capabilities));
        self.probes += 1;
        self.discover_open = true;
        self.send(ClientJsonRpcMessage::request(ClientRequest::DiscoverRequest(request), id(DISCOVER))).await
    }

    async fn initialize(&mut self) -> Result<(), GreetError> {
        let config = client_config().with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE);
        let request = ClientRequest::InitializeRequest(InitializeRequest::new(config));
        self.initialize_open = true;
        self.send(ClientJsonRpcMessage::request(request, id(INITIALIZE))).await
    }

    async fn send(&mut self, message: ClientJsonRpcMessage) -> Result<(), GreetError> {
        let sent = self.transport.send(message).await;
        sent.map_err(|error| GreetError::Send(rmcp::transport::DynamicTransportError::new::<T, _>(error)))
    }

    /// Takes one message; gives what the server told of itself when the greeting is over.
    async fn take(&mut self, message: ServerJsonRpcMessage) -> Result<Option<ServerPeerInfo>, GreetError> {
        match message {
            ServerJsonRpcMessage::Response(response) if response.id == id(DISCOVER) => {
                self.discover_open = false;
                let ServerResult::DiscoverResult(result) = response.result else {
                    return self.not_modern(None).await;
                };
                let ours = ProtocolVersion::KNOWN_VERSIONS.iter().rev().filter(|version| !version.has_initialize());
                let Some(version) = ours.into_iter().find(|version| result.supported_versions.contains(version)) else {
                    return self.not_modern(None).await;
                };
                Ok(Some(ServerPeerInfo::from_discover_result(version.clone(), result)))
            }
            ServerJsonRpcMessage::Response(response) if response.id == id(INITIALIZE) => {
                let ServerResult::InitializeResult(result) = response.result else { return Err(GreetError::Unreadable) };
                let version = &result.protocol_version;
                if !ProtocolVersion::KNOWN_VERSIONS.contains(version) || !version.has_initialize() {
                    return Err(GreetError::NoVersion(vec![version.to_string()]));
                }
                let done = ClientNotification::InitializedNotification(InitializedNotification::default());
                self.send(ClientJsonRpcMessage::notification(done)).await?;
                Ok(Some(result.into()))
            }
            ServerJsonRpcMessage::Error(error) => {
                let of = error.id.as_ref();
                // An error without an id belongs to the oldest open request: the server could not read it.
                if self.discover_open && of.is_none_or(|of| *of == id(DISCOVER)) {
                    self.discover_open = false;
                    return self.not_modern(Some(error.error)).await;
                }
                if of.is_none_or(|of| *of == id(INITIALIZE)) && !self.discover_open {
                    return Err(GreetError::Refused(error.error));
                }
                Ok(None)
            }
            ServerJsonRpcMessage::Request(request) if matches!(request.request, ServerRequest::PingRequest(_)) => {
                self.send(ClientJsonRpcMessage::response(ClientResult::empty(()), request.id)).await?;
                Ok(None)
            }
            ServerJsonRpcMessage::Response(_) | ServerJsonRpcMessage::Request(_) | ServerJsonRpcMessage::Notification(_) => Ok(None),
        }
    }

    /// The probe was not answered as a server of the newer era does.
    async fn not_modern(&mut self, error: Option<ErrorData>) -> Result<Option<ServerPeerInfo>, GreetError> {
        if let Some(error) = error {
            let modern = [ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY, ErrorCode::HEADER_MISMATCH];
            if modern.contains(&error.code) {
                return Err(GreetError::Refused(error));
            }
            if error.code == ErrorCode::UNSUPPORTED_PROTOCOL_VERSION {
                return self.other_version(&error).await;
            }
        }
        if !self.initialize_open {
            self.initialize().await?;
        }
        Ok(None)
    }

    /// The server is of the newer era, but of another version.
    async fn other_version(&mut self, error: &ErrorData) -> Result<Option<ServerPeerInfo>, GreetError> {
        let theirs = error.data.as_ref().and_then(|data| data.get("supported")).and_then(serde_json::Value::as_array);
        let theirs: Vec<String> = theirs.into_iter().flatten().filter_map(|version| Some(version.as_str()?.to_owned())).collect();
        let known = ProtocolVersion::KNOWN_VERSIONS.iter().rev().find(|version| theirs.iter().any(|t| t == version.as_str()));
        match known {
            Some(version) if version.has_initialize() => {
                if !self.initialize_open {
                    self.initialize().await?;
                }
                Ok(None)
            }
            // The same version again, too: a server may only have been in the middle of a change.
            Some(version) if self.probes < MOST_PROBES => {
                self.discover(version.clone()).await?;
                Ok(None)
            }
            _ => Err(GreetError::NoVersion(theirs)),
        }
    }
}
