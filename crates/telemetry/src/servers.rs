//! What is told of servers: how long their sessions and calls last, how often they are started again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use graph::{Graph, ServerName};
use mcp::State;
use opentelemetry::KeyValue;

use crate::pipeline::Telemetry;
use crate::span::{call_of, way_to};

/// What is known of the servers that are ready, by the number of their graph and their name.
#[derive(Default)]
pub(crate) struct Servers {
    ready: HashMap<(u64, ServerName), Ready>,
}

struct Ready {
    since: Instant,
    protocol: String,
}

impl Servers {
    /// The version of MCP that a server speaks, while it is ready.
    pub(crate) fn protocol(&self, graph: u64, server: &ServerName) -> Option<String> {
        self.ready.get(&(graph, server.clone())).map(|ready| ready.protocol.clone())
    }
}

/// A server of a graph that is told of. A cheap handle.
#[derive(Clone)]
pub struct Watched {
    telemetry: Telemetry,
    graph: u64,
    server: ServerName,
    attributes: Arc<[KeyValue]>,
}

impl Watched {
    /// Tells of a server from now on; `graph` is the number of the open graph that has it.
    #[must_use]
    pub fn new(telemetry: Telemetry, graph: u64, of: &Graph, server: ServerName) -> Self {
        let mut attributes =
            vec![KeyValue::new("patchbay.graph.name", of.about.name.clone()), KeyValue::new("patchbay.server.name", server.to_string())];
        attributes.extend(way_to(of, &server));
        Self { telemetry, graph, server, attributes: attributes.into() }
    }

    /// Takes in where the server is in its life.
    pub fn changed(&self, state: &State) {
        let key = (self.graph, self.server.clone());
        let (before, now) = self.telemetry.servers(|servers| match state {
            State::Ready { about, .. } => {
                let now = Ready { since: Instant::now(), protocol: about.protocol_version.clone() };
                (servers.ready.insert(key, now), true)
            }
            State::Idle | State::Starting { .. } | State::Backoff { .. } | State::Failed { .. } | State::Stopping | State::Stopped => {
                (servers.ready.remove(&key), false)
            }
        });
        let Some(meters) = self.telemetry.pipeline().meters() else { return };
        if let Some(before) = before {
            meters.session_ended(&self.attributes, before.since.elapsed());
        }
        if now {
            meters.server_ready(&self.attributes);
        }
        if matches!(state, State::Starting { attempt } if *attempt > 1) {
            meters.server_restarted(&self.attributes);
        }
    }

    /// Takes in a call of one of its tools that has ended. `error` is the kind of error that it ended with: `tool_error` for a tool
    /// that failed, the number that an error of the protocol has.
    pub fn called(&self, tool: &str, took: Duration, error: Option<String>) {
        let Some(meters) = self.telemetry.pipeline().meters() else { return };
        let protocol = self.telemetry.servers(|servers| servers.protocol(self.graph, &self.server));
        let mut attributes = self.attributes.to_vec();
        attributes.extend(call_of(tool.to_owned()));
        attributes.extend(protocol.map(|version| KeyValue::new("mcp.protocol.version", version)));
        attributes.extend(error.map(|error| KeyValue::new("error.type", error)));
        meters.call_made(&attributes, took);
    }
}
