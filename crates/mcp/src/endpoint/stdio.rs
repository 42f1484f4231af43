//! The endpoint over our own standard streams. Knows nothing of tools.

use std::sync::Arc;

use rmcp::service::{QuitReason, serve_directly_with_ct};
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
    // Without rmcp's own handshake: it ends the session when the first message is neither `initialize` nor of the newer
    // era, while each request by itself says all that is needed to answer it.
    let running = serve_directly_with_ct(face, rmcp::transport::stdio_pipes(), None, shutdown);
    match running.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => Err(ServeError::Broken(error.to_string())),
        Ok(_) => Ok(()),
    }
}
