//! What we answer when a server asks us something, and what we do when its tools change. Offers it nothing more.

use std::sync::Arc;

use rmcp::ClientHandler;
use rmcp::model::{ClientCapabilities, ClientConfig, Implementation};
use rmcp::service::{NotificationContext, RoleClient};

/// Called when the server's tools are not those they were.
pub(crate) type OnToolsChanged = Arc<dyn Fn() + Send + Sync>;

/// Our side of a session.
#[derive(Clone)]
pub(crate) struct Handler {
    pub(super) on_tools_changed: OnToolsChanged,
}

/// Who we say we are.
pub(super) fn client_config() -> ClientConfig {
    let me = Implementation::new("patchbay", env!("CARGO_PKG_VERSION")).with_title("Patchbay");
    ClientConfig::new(ClientCapabilities::default(), me)
}

impl ClientHandler for Handler {
    fn get_info(&self) -> ClientConfig {
        client_config()
    }

    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        (self.on_tools_changed)();
    }
}
