//! Sends what the exporters have made ready, on the runtime of the app: the exporters have threads of their own, and wait there.
//! That a receiver cannot be reached is said once, and so is that it can be reached again.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;

use crate::options::shown;

/// How much of an answer is read, in bytes. It says whether something was refused, and little else.
const ANSWER: usize = 64 * 1024;

/// A client of the exporters. Clones share it, and so say only once between them what is the same for all.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    runtime: Handle,
    /// The addresses of which it was said that nothing is taken there: of a receiver as a whole where it cannot be reached.
    away: Arc<Mutex<HashSet<String>>>,
}

impl Client {
    /// A client on the present tokio runtime. `limit` is for one request, from the connection to the answer.
    ///
    /// # Errors
    /// Where TLS cannot be made ready.
    pub(crate) fn new(limit: Duration) -> Result<Self, reqwest::Error> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Losing a race against another caller means that there is a provider, which is all that is wanted.
            drop(rustls::crypto::ring::default_provider().install_default());
        }
        // What is sent is sent to the address that was named, with its headers, and to no other.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(limit).build()?;
        Ok(Self { http, runtime: Handle::current(), away: Arc::default() })
    }

    fn away(&self) -> MutexGuard<'_, HashSet<String>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn taken(&self, address: &str) {
        for address in [receiver(address), shown(address)] {
            if self.away().remove(&address) {
                tracing::info!("what happens in runs is taken again at {address}");
            }
        }
    }

    fn not_taken(&self, address: String, why: &str) {
        if self.away().insert(address.clone()) {
            tracing::warn!(
                "what happens in runs cannot be told to {address}: {why}; runs go on as ever, and it is tried again with what happens next"
            );
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let address = request.uri().to_string();
        let (parts, body) = request.into_parts();
        let send = self.http.request(parts.method, &address).headers(parts.headers).body(body);
        let sent = self.runtime.spawn(async move {
            let mut response = send.send().await?;
            let mut answer = Response::builder().status(response.status());
            if let Some(headers) = answer.headers_mut() {
                *headers = std::mem::take(response.headers_mut());
            }
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                body.extend_from_slice(&chunk);
                if body.len() > ANSWER {
                    body.clear();
                    break;
                }
            }
            Ok::<_, reqwest::Error>(answer.body(Bytes::from(body)))
        });
        match sent.await {
            Ok(Ok(answer)) => {
                let answer = answer?;
                match answer.status() {
                    status if status.is_success() => self.taken(&address),
                    status => self.not_taken(shown(&address), &format!("it answered {status}")),
                }
                Ok(answer)
            }
            Ok(Err(error)) => {
                let error = error.without_url();
                self.not_taken(receiver(&address), &innermost(&error));
                Err(error.into())
            }
            // The runtime has ended, and with it the program.
            Err(ended) => Err(ended.into()),
        }
    }
}

/// The receiver at an address: the address without its path.
fn receiver(address: &str) -> String {
    let address = shown(address);
    let from = address.find("://").map_or(0, |at| at + 3);
    let end = address[from..].find('/').map_or(address.len(), |at| from + at);
    address[..end].to_owned()
}

/// The cause that says most: the outer ones only say that it could not be sent.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
