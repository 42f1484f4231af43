//! The endpoint over our own standard streams. Knows nothing of tools.

use std::io;
use std::sync::Arc;

use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::{QuitReason, RoleServer, serve_directly_with_ct};
use rmcp::transport::Transport;
use rmcp::transport::async_rw::AsyncRwTransport;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use super::Offer;
use super::catalog::Catalog;
use super::face::Face;

/// Why serving ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A part of the endpoint panicked.
    #[error("serving standard input failed: {0}")]
    Broken(String),
}

/// Serves one client on standard input and output, until the input is closed or `shutdown` rings.
///
/// Nothing else may write to standard output meanwhile. Calls that are under way when the input is closed have a few
/// seconds to end before they are cancelled; on `shutdown` they are cancelled at once.
///
/// # Errors
///
/// If the endpoint itself breaks. What a client does wrong is answered, and no error.
pub async fn serve_stdio(offer: Arc<dyn Offer>, shutdown: CancellationToken) -> Result<(), ServeError> {
    let face = Face::new(Arc::new(Catalog::new(offer)));
    let (input, output) = streams();
    let transport = Noticed { inner: AsyncRwTransport::new_server(input, output), client_gone: face.client_gone() };
    // Without rmcp's own handshake: it ends the session when the first message is neither `initialize` nor of the newer
    // era, while each request by itself says all that is needed to answer it.
    let running = serve_directly_with_ct(face, transport, None, shutdown);
    match running.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => Err(ServeError::Broken(error.to_string())),
        Ok(_) => Ok(()),
    }
}

/// rmcp's transport, which also notices when the client is gone. rmcp itself then waits for what is under way, and a stream of
/// changes would be under way for ever.
struct Noticed<R: AsyncRead, W: AsyncWrite> {
    inner: AsyncRwTransport<RoleServer, R, W>,
    client_gone: CancellationToken,
}

impl<R, W> Transport<RoleServer> for Noticed<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(&mut self, message: ServerJsonRpcMessage) -> impl Future<Output = io::Result<()>> + Send + 'static {
        self.inner.send(message)
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        let message = self.inner.receive().await;
        if message.is_none() {
            self.client_gone.cancel();
        }
        message
    }

    async fn close(&mut self) -> io::Result<()> {
        self.inner.close().await
    }
}

type Streams = (Box<dyn AsyncRead + Send + Unpin>, Box<dyn AsyncWrite + Send + Unpin>);

/// Our standard streams in the form that needs no thread to wait on them, where there is one.
fn streams() -> Streams {
    #[cfg(unix)]
    if let Some(sockets) = sockets() {
        return sockets;
    }
    let (input, output) = rmcp::transport::stdio_pipes();
    (Box::new(input), Box::new(output))
}

/// Clients written for Node.js give their children sockets, where others give pipes.
#[cfg(unix)]
fn sockets() -> Option<Streams> {
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::UnixStream;

    fn socket(stream: BorrowedFd<'_>) -> Option<tokio::net::UnixStream> {
        let stream = std::fs::File::from(stream.try_clone_to_owned().ok()?);
        if !stream.metadata().ok()?.file_type().is_socket() {
            return None;
        }
        let stream = UnixStream::from(std::os::fd::OwnedFd::from(stream));
        stream.set_nonblocking(true).ok()?;
        tokio::net::UnixStream::from_std(stream).ok()
    }
    let input = socket(std::io::stdin().as_fd())?;
    let output = socket(std::io::stdout().as_fd())?;
    Some((Box::new(input), Box::new(output)))
}
