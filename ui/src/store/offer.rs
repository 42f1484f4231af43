//! What the graph's servers offer: asked for when somebody wants to see it, which starts them.

use graph::ServerName;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{GraphId, ListServerTools, RestartServer, ServerTool};

use super::Store;
use crate::model::Offer;
use crate::toast::Toast;

impl Store {
    /// Asks a server for its tools, unless that was done and did not fail.
    pub(crate) fn ask_tools(self, server: &ServerName) {
        let Some(graph) = self.shown_id() else { return };
        let key = (graph, server.clone());
        let is_known = self.model.with_untracked(|model| matches!(model.offers.get(&key), Some(Offer::Asked | Offer::Tools(_))));
        if !is_known {
            self.fetch_tools(key);
        }
    }

    /// Asks every server of the graph for its tools.
    pub(crate) fn ask_all_tools(self) {
        let servers =
            self.graph.with_untracked(|graph| graph.as_ref().map(|graph| graph.0.graph.servers.keys().cloned().collect::<Vec<_>>()));
        servers.unwrap_or_default().iter().for_each(|server| self.ask_tools(server));
    }

    /// Asks a server anew, whatever is known of it.
    pub(crate) fn ask_tools_again(self, server: &ServerName) {
        if let Some(graph) = self.shown_id() {
            self.fetch_tools((graph, server.clone()));
        }
    }

    /// Ends a server and starts it anew.
    pub(crate) fn restart_server(self, server: &ServerName) {
        let Some(graph) = self.shown_id() else { return };
        let server = server.clone();
        spawn_local(async move {
            match self.bridge.call(&RestartServer { graph, server: server.clone() }).await {
                Ok(()) => self.fetch_tools((graph, server)),
                Err(failed) => self.toast.set(Some(Toast::failed(format!("could not restart `{server}`"), failed))),
            }
        });
    }

    fn fetch_tools(self, key: (GraphId, ServerName)) {
        self.model.update(|model| drop(model.offers.insert(key.clone(), Offer::Asked)));
        spawn_local(async move {
            let (graph, server) = key.clone();
            let offer = match self.bridge.call(&ListServerTools { graph, server }).await {
                Ok(tools) => Offer::Tools(std::sync::Arc::new(tools)),
                Err(failed) => Offer::Failed(failed),
            };
            self.model.update(|model| drop(model.offers.insert(key, offer)));
        });
    }

    /// What a server of the graph that is shown offers, as far as it is known. Follows what is heard.
    pub(crate) fn offer(self, server: &ServerName) -> Option<Offer> {
        self.model.with(|model| model.offers.get(&(model.shown?, server.clone())).cloned())
    }

    /// A tool of a server, where it is known.
    pub(crate) fn server_tool(self, server: &ServerName, name: &str) -> Option<ServerTool> {
        match self.offer(server)? {
            Offer::Tools(tools) => tools.iter().find(|tool| tool.name == name).cloned(),
            Offer::Asked | Offer::Failed(_) => None,
        }
    }
}
