//! What a run and its steps look like as spans. Pure: a run as it stands goes in, a span comes out. Attributes are those of the
//! conventions for MCP and for generative AI where they have one, and `patchbay.*` otherwise.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use graph::{Graph, Path, ServerName, ToolName, Transport};
use nodes::{Failure, FailureKind};
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::SpanData;
use run::{Moment, Outcome, Run, Step, StepId, StepState, StopReason};

/// How much of a failure's text a span holds, in bytes.
const LONGEST: usize = 1024;

/// Where a span stands in its trace.
pub(crate) struct At {
    pub(crate) span: SpanContext,
    pub(crate) parent: SpanId,
    /// Whether another program has the parent.
    pub(crate) is_from_afar: bool,
}

/// What is known of a run from outside of it.
pub(crate) struct Whole<'w> {
    pub(crate) run: u64,
    /// The graph's name; none for a run beneath a `call` node, which may be of another graph.
    pub(crate) graph: Option<&'w str>,
    pub(crate) tool: &'w ToolName,
    pub(crate) is_served: bool,
    pub(crate) started: Moment,
    pub(crate) ended: Moment,
}

/// The span of a run that has ended.
pub(crate) fn of_run(at: At, whole: &Whole<'_>, outcome: &Outcome, scope: &InstrumentationScope) -> SpanData {
    let tool = whole.tool.to_string();
    let mut attributes = vec![
        KeyValue::new("patchbay.tool.name", tool.clone()),
        KeyValue::new("patchbay.run.id", i64::try_from(whole.run).unwrap_or(i64::MAX)),
        KeyValue::new("patchbay.run.outcome", outcome_name(outcome)),
    ];
    attributes.extend(whole.graph.map(|graph| KeyValue::new("patchbay.graph.name", graph.to_owned())));
    let (name, kind) = if whole.is_served {
        attributes.extend(call_of(tool.clone()));
        (format!("tools/call {tool}"), SpanKind::Server)
    } else {
        attributes.push(KeyValue::new("gen_ai.operation.name", "invoke_workflow"));
        attributes.push(KeyValue::new("gen_ai.agent.name", tool.clone()));
        (format!("invoke_workflow {tool}"), SpanKind::Internal)
    };
    let status = match outcome {
        Outcome::Done { .. } => Status::Unset,
        Outcome::Stopped { reason } => {
            attributes.push(KeyValue::new("patchbay.run.stopped_by", stopped_by(*reason)));
            Status::Unset
        }
        Outcome::Failed { failure } => {
            // For whoever called, a run that failed is a tool's result with `isError`.
            let error = if whole.is_served { "tool_error" } else { error_type(failure.failure.kind) };
            attributes.push(KeyValue::new("error.type", error));
            attributes.push(KeyValue::new("patchbay.failure.kind", kind_name(failure.failure.kind)));
            attributes.extend(failure.node.as_ref().map(|node| KeyValue::new("patchbay.failure.node", node.to_string())));
            Status::error(cut(&failure.to_string()))
        }
    };
    made(at, name, kind, (whole.started, whole.ended), attributes, status, scope)
}

/// The span of a step that has ended; none where the run has no such step, or it goes on.
pub(crate) fn of_step(
    at: At,
    run: &Run,
    id: StepId,
    graph: Option<&Graph>,
    protocol: Option<String>,
    scope: &InstrumentationScope,
) -> Option<SpanData> {
    let step = run.get(id)?;
    let ended = step.ended?;
    let node = run.plan().node(step.node);
    let mut attributes = vec![
        KeyValue::new("patchbay.node.id", node.id.to_string()),
        KeyValue::new("patchbay.node.kind", node.kind),
        KeyValue::new("patchbay.step.id", i64::from(id.0)),
        KeyValue::new("patchbay.step.attempt", i64::from(step.attempt)),
        KeyValue::new("patchbay.step.state", state_name(step.state)),
    ];
    attributes.extend(step.item.map(|item| KeyValue::new("patchbay.step.item", i64::from(item))));
    let (name, kind) = match node.calls() {
        Some((server, tool)) => {
            attributes.extend(call_of(tool.to_owned()));
            attributes.push(KeyValue::new("patchbay.server.name", server.to_string()));
            attributes.extend(graph.into_iter().flat_map(|graph| way_to(graph, server)));
            attributes.extend(protocol.map(|version| KeyValue::new("mcp.protocol.version", version)));
            (format!("tools/call {tool}"), SpanKind::Client)
        }
        None => (format!("{} {}", node.kind, node.id), SpanKind::Internal),
    };
    let status = match failure_of(step) {
        Some(failure) => {
            attributes.push(KeyValue::new("error.type", error_type(failure.kind)));
            attributes.push(KeyValue::new("patchbay.failure.kind", kind_name(failure.kind)));
            Status::error(cut(&failure.message))
        }
        None => Status::Unset,
    };
    Some(made(at, name, kind, (step.started, ended), attributes, status, scope))
}

fn made(
    at: At,
    name: String,
    span_kind: SpanKind,
    (started, ended): (Moment, Moment),
    attributes: Vec<KeyValue>,
    status: Status,
    scope: &InstrumentationScope,
) -> SpanData {
    SpanData {
        span_context: at.span,
        parent_span_id: at.parent,
        parent_span_is_remote: at.is_from_afar,
        span_kind,
        name: Cow::Owned(name),
        start_time: time(started),
        end_time: time(ended),
        attributes,
        dropped_attributes_count: 0,
        events: Default::default(),
        links: Default::default(),
        status,
        instrumentation_scope: scope.clone(),
    }
}

/// Why a step failed; none where it was given up, which is nobody's fault.
pub(crate) fn failure_of(step: &Step) -> Option<&Failure> {
    step.failure.as_ref().filter(|_| step.state == StepState::Failed)
}

/// What the conventions say of a call of a tool.
pub(crate) fn call_of(tool: String) -> [KeyValue; 3] {
    [
        KeyValue::new("mcp.method.name", "tools/call"),
        KeyValue::new("gen_ai.operation.name", "execute_tool"),
        KeyValue::new("gen_ai.tool.name", tool),
    ]
}

/// How a server is reached, as its entry says.
pub(crate) fn way_to(graph: &Graph, server: &ServerName) -> Vec<KeyValue> {
    let entry = graph.servers.get(server);
    match entry.and_then(|entry| entry.transport(&Path::root()).ok()) {
        None => Vec::new(),
        Some(Transport::Stdio { .. }) => vec![KeyValue::new("network.transport", "pipe")],
        Some(Transport::StreamableHttp(remote) | Transport::Sse(remote)) => {
            let mut way = vec![KeyValue::new("network.transport", "tcp"), KeyValue::new("network.protocol.name", "http")];
            // Where a part of the address is a secret, none of it is told.
            let url = reqwest::Url::parse(&remote.url).ok().filter(|_| !remote.url.contains("${"));
            if let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host_str()?))) {
                way.push(KeyValue::new("server.address", host.to_owned()));
                way.extend(url.port_or_known_default().map(|port| KeyValue::new("server.port", i64::from(port))));
            }
            way
        }
    }
}

fn time(at: Moment) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(at.0).unwrap_or(0))
}

fn cut(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(LONGEST)])
}

/// The conventions' word for an error, where they have one.
pub(crate) fn error_type(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Tool => "tool_error",
        FailureKind::Expression
        | FailureKind::Limit
        | FailureKind::Schema
        | FailureKind::Server
        | FailureKind::Timeout
        | FailureKind::Run
        | FailureKind::Cancelled
        | FailureKind::Rejected
        | FailureKind::Uncertain
        | FailureKind::Journal
        | FailureKind::Unreached => kind_name(kind),
    }
}

fn kind_name(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Expression => "expression",
        FailureKind::Limit => "limit",
        FailureKind::Schema => "schema",
        FailureKind::Tool => "tool",
        FailureKind::Server => "server",
        FailureKind::Timeout => "timeout",
        FailureKind::Run => "run",
        FailureKind::Cancelled => "cancelled",
        FailureKind::Rejected => "rejected",
        FailureKind::Uncertain => "uncertain",
        FailureKind::Journal => "journal",
        FailureKind::Unreached => "unreached",
    }
}

pub(crate) fn state_name(state: StepState) -> &'static str {
    match state {
        StepState::Evaluating => "evaluating",
        StepState::Calling => "calling",
        StepState::Waiting => "waiting",
        StepState::Asking => "asking",
        StepState::Uncertain => "uncertain",
        StepState::Joining => "joining",
        StepState::Done => "done",
        StepState::Failed => "failed",
        StepState::Cancelled => "cancelled",
    }
}

pub(crate) fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done { .. } => "done",
        Outcome::Failed { .. } => "failed",
        Outcome::Stopped { .. } => "stopped",
    }
}

fn stopped_by(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Asked => "asked",
        StopReason::Shutdown => "shutdown",
    }
}
