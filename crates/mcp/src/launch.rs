//! What it takes to reach one server, and the secrets in it that must not be seen. Knows nothing of where either comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;

use futures::future::BoxFuture;

use crate::mask::Masks;

/// How a server is reached.
///
/// `Debug` shows neither values of `env` and `headers` nor what a URL or an argument says, since any of them may hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Transport {
    /// A child process that speaks JSON-RPC by lines on its standard streams.
    Stdio {
        /// The program, by path or by a name that is looked up in `PATH`.
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// Variables set on top of our own environment, which the child inherits.
        env: BTreeMap<String, String>,
        /// The folder it runs in; ours when absent.
        cwd: Option<PathBuf>,
    },
    /// One HTTP endpoint, as the protocol has it from 2025-03-26 on.
    StreamableHttp {
        /// Where requests are posted.
        url: String,
        /// Headers of every request.
        headers: BTreeMap<String, String>,
    },
    /// An event stream with a second address for posts, as the protocol had it until 2024-11-05.
    Sse {
        /// Where the event stream is opened.
        url: String,
        /// Headers of every request.
        headers: BTreeMap<String, String>,
    },
}

impl Transport {
    /// A child process without arguments, in our environment and folder.
    pub fn stdio(command: impl Into<String>, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Stdio { command: command.into(), args: args.into_iter().map(Into::into).collect(), env: BTreeMap::new(), cwd: None }
    }

    /// A streamable HTTP endpoint without further headers.
    pub fn http(url: impl Into<String>) -> Self {
        Self::StreamableHttp { url: url.into(), headers: BTreeMap::new() }
    }

    /// What errors call it: the command, or the address without its query and credentials.
    pub fn target(&self) -> String {
        match self {
            Self::Stdio { command, .. } => command.clone(),
            Self::StreamableHttp { url, .. } | Self::Sse { url, .. } => bare_url(url),
        }
    }
}

/// `url` without user, password, query and fragment: the parts in which credentials travel.
fn bare_url(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let host_end = rest.find('/').unwrap_or(rest.len());
    let host_start = rest[..host_end].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", &rest[host_start..])
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |map: &BTreeMap<String, String>| map.keys().cloned().collect::<Vec<_>>();
        match self {
            Self::Stdio { command, args, env, cwd } => f
                .debug_struct("Stdio")
                .field("command", command)
                .field("args", &args.len())
                .field("env", &names(env))
                .field("cwd", cwd)
                .finish(),
            Self::StreamableHttp { headers, .. } => {
                f.debug_struct("StreamableHttp").field("url", &self.target()).field("headers", &names(headers)).finish()
            }
            Self::Sse { headers, .. } => f.debug_struct("Sse").field("url", &self.target()).field("headers", &names(headers)).finish(),
        }
    }
}

/// Everything one start needs. It is made afresh for each start, so that a secret is read at that moment and no earlier.
#[derive(Clone, Debug)]
pub struct Launch {
    /// How the server is reached.
    pub transport: Transport,
    /// The secret values in `transport`, to be hidden in whatever the server says.
    pub masks: Masks,
}

impl Launch {
    /// A launch without secrets.
    pub fn plain(transport: Transport) -> Self {
        Self { transport, masks: Masks::default() }
    }
}

/// Why a launch could not be made. Shown to the user as it is, so it names the cause and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LaunchError(String);

impl LaunchError {
    /// An error that reads `text`.
    pub fn new(text: impl fmt::Display) -> Self {
        Self(text.to_string())
    }
}

/// Makes the launch of a server each time it starts.
///
/// A closure that returns a future is one, and so is a `Launch` that stays the same.
pub trait Launcher: Send + Sync + 'static {
    /// The launch for the start that is about to happen.
    fn launch(&self) -> BoxFuture<'_, Result<Launch, LaunchError>>;
}

impl<F, Fut> Launcher for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Launch, LaunchError>> + Send + 'static,
{
    fn launch(&self) -> BoxFuture<'_, Result<Launch, LaunchError>> {
        Box::pin(self())
    }
}

impl Launcher for Launch {
    fn launch(&self) -> BoxFuture<'_, Result<Launch, LaunchError>> {
        Box::pin(async { Ok(self.clone()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_target_show_no_value_that_may_be_secret() {
        let secret = "s3cr3t-value";
        let map = BTreeMap::from([("KEY".to_owned(), secret.to_owned())]);
        let url = format!("https://me:{secret}@host:8443/mcp?key={secret}#{secret}");
        let cases = [
            Transport::Stdio { command: "npx".into(), args: vec![secret.into()], env: map.clone(), cwd: None },
            Transport::StreamableHttp { url: url.clone(), headers: map.clone() },
            Transport::Sse { url, headers: map },
        ];
        for transport in cases {
            let shown = format!("{transport:?} {}", transport.target());
            assert!(!shown.contains(secret), "a secret is visible in {shown}");
            assert!(shown.contains("KEY"), "the name of the variable or header is useful and not secret: {shown}");
        }
        assert_eq!(Transport::http("http://a@b/c?d").target(), "http://b/c", "host and path stay");
    }
}
