//! What is counted and timed: the instruments, by the names of the conventions where they have one. Times are in seconds.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter, UpDownCounter};

/// The upper bounds that the conventions for MCP give for times, in seconds.
const BOUNDS: [f64; 14] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];

/// Steps that only evaluate take microseconds, so theirs begin lower.
const BOUNDS_OF_STEPS: [f64; 16] = [0.0001, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];

/// The instruments.
pub(crate) struct Meters {
    runs_begun: Counter<u64>,
    runs_ended: Counter<u64>,
    runs_active: UpDownCounter<i64>,
    run: Histogram<f64>,
    step: Histogram<f64>,
    calls_made: Histogram<f64>,
    calls_served: Histogram<f64>,
    sessions: Histogram<f64>,
    servers_ready: UpDownCounter<i64>,
    servers_restarted: Counter<u64>,
}

impl Meters {
    pub(crate) fn of(meter: &Meter) -> Self {
        let seconds = |name: &'static str, about: &'static str, bounds: &[f64]| {
            meter.f64_histogram(name).with_unit("s").with_description(about).with_boundaries(bounds.to_vec()).build()
        };
        Self {
            runs_begun: meter.u64_counter("patchbay.run.begun").with_unit("{run}").with_description("Runs that began").build(),
            runs_ended: meter.u64_counter("patchbay.run.ended").with_unit("{run}").with_description("Runs that ended, by outcome").build(),
            runs_active: meter
                .i64_up_down_counter("patchbay.run.active")
                .with_unit("{run}")
                .with_description("Runs that this process carries out, those that wait among them")
                .build(),
            run: seconds("patchbay.run.duration", "From the beginning of a run to its end, whatever it waited for", &BOUNDS),
            step: seconds("patchbay.step.duration", "From the beginning of a step to its end", &BOUNDS_OF_STEPS),
            calls_made: seconds("mcp.client.operation.duration", "Calls of servers' tools", &BOUNDS),
            calls_served: seconds("mcp.server.operation.duration", "Runs that MCP clients called as tools", &BOUNDS),
            sessions: seconds("mcp.client.session.duration", "Sessions with servers, from ready to their end", &BOUNDS),
            servers_ready: meter
                .i64_up_down_counter("patchbay.server.ready")
                .with_unit("{server}")
                .with_description("Servers that are ready for calls")
                .build(),
            servers_restarted: meter
                .u64_counter("patchbay.server.restarts")
                .with_unit("{restart}")
                .with_description("Starts of servers after one that did not last")
                .build(),
        }
    }

    pub(crate) fn run_begun(&self, of: &[KeyValue], is_new: bool) {
        self.runs_active.add(1, of);
        if is_new {
            self.runs_begun.add(1, of);
        }
    }

    /// A run is no longer carried out here.
    pub(crate) fn run_left(&self, of: &[KeyValue]) {
        self.runs_active.add(-1, of);
    }

    pub(crate) fn run_ended(&self, of: &[KeyValue], how: &[KeyValue], took: Duration) {
        let both = [of, how].concat();
        self.runs_ended.add(1, &both);
        self.run.record(took.as_secs_f64(), &both);
    }

    pub(crate) fn call_served(&self, how: &[KeyValue], took: Duration) {
        self.calls_served.record(took.as_secs_f64(), how);
    }

    pub(crate) fn step_ended(&self, how: &[KeyValue], took: Duration) {
        self.step.record(took.as_secs_f64(), how);
    }

    pub(crate) fn call_made(&self, how: &[KeyValue], took: Duration) {
        self.calls_made.record(took.as_secs_f64(), how);
    }

    pub(crate) fn server_ready(&self, of: &[KeyValue]) {
        self.servers_ready.add(1, of);
    }

    pub(crate) fn session_ended(&self, of: &[KeyValue], took: Duration) {
        self.servers_ready.add(-1, of);
        self.sessions.record(took.as_secs_f64(), of);
    }

    pub(crate) fn server_restarted(&self, of: &[KeyValue]) {
        self.servers_restarted.add(1, of);
    }
}
