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
        None if node.id.as_str() == node.kind => (node.kind.to_owned(), SpanKind::Internal),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use expr::Limits;
    use nodes::{Answer, Approval, Reply, Signal, ToolRef, ToolResult};
    use opentelemetry::trace::{TraceFlags, TraceState};
    use run::{Part, PlanOptions};
    use runner::{Answered, Answers, Asked, Play, Request, Schemas, Script, play};
    use serde_json::json;

    use super::*;
    use crate::ids::Ids;

    /// `text` gives a text; `no` fails as tools do; `late` cannot be reached the first time.
    #[derive(Default)]
    struct World {
        late: u32,
    }

    impl Answers for World {
        fn answer(&mut self, asked: Asked<'_>) -> Option<Answered<Result<Answer, Failure>>> {
            let Request::Call { tool, .. } = asked.request else { return None };
            let said =
                |text: &str, is_error| ToolResult { content: vec![json!({"type": "text", "text": text})], structured: None, is_error };
            let answer = match tool.as_str() {
                "no" => Ok(said("there is no such room", true)),
                "late" if self.late == 0 => {
                    self.late += 1;
                    Err(Failure::new(FailureKind::Server, "the server `far` cannot be reached"))
                }
                _ => Ok(said("a text that is nobody's business", false)),
            };
            Some(Answered { answer: answer.map(Answer::Tool), after_us: 1_500 })
        }

        fn reply(&mut self, _: Asked<'_>, _: &Approval) -> Option<Answered<Reply>> {
            None
        }

        fn signal(&mut self, _: &str) -> Option<Answered<Arc<Signal>>> {
            None
        }

        fn script(&mut self, tool: &ToolRef) -> Result<Script, Failure> {
            Err(Failure::new(FailureKind::Run, format!("there is no tool `{}`", tool.tool)))
        }
    }

    const HEAD: &str = "version: \"1.0\"\nserver: {name: house, version: \"1.0.0\"}\nmcpServers:\n  near: {command: near}\n  \
                        far: {type: streamableHttp, url: \"https://far.example/mcp?key=hidden\"}\n  \
                        veiled: {type: streamableHttp, url: \"https://${secret:HOST}/mcp\"}\ntools:\n  - name: t\n    description: d\n    \
                        inputSchema: {type: object}\n    nodes:\n";

    /// Plays a tool with these nodes (YAML, a node in a line) and holds the spans of the steps, in the order in which they began, and
    /// then of the run.
    #[track_caller]
    fn check(nodes: &[&str], is_served: bool, expected: &[&str]) {
        let nodes: String = nodes.iter().map(|node| format!("      - {{{node}}}\n")).collect();
        let graph = format::Source::parse(format!("{HEAD}{nodes}")).unwrap().graph().clone();
        let tool = ToolName::from("t");
        let plan = run::Plan::compile(&graph, &tool, PlanOptions::default()).unwrap().shared();
        let script = Script { plan, schemas: Arc::new(Schemas::of(&graph, &tool).unwrap()) };
        let (arguments, at) = (Arc::new(json!({"room": "hidden"})), Moment(1_000_000));
        let begin = Play { script, arguments, part: Part::default(), seen: None, seed: 1, at, limits: Limits::default() };
        let played = play(begin, &mut World::default()).unwrap();
        let (ids, scope) = (Ids::of(1, 1), InstrumentationScope::default());
        let at = |id: SpanId, parent: SpanId| At {
            span: SpanContext::new(ids.trace(), id, TraceFlags::SAMPLED, false, TraceState::default()),
            parent,
            is_from_afar: false,
        };
        let steps = (0u32..).map(StepId).take(played.run.steps().len());
        let mut spans: Vec<SpanData> =
            steps.filter_map(|id| of_step(at(ids.step(&[id]), ids.run(&[])), &played.run, id, Some(&graph), None, &scope)).collect();
        let (started, ended) = (played.run.started(), played.run.now());
        let whole = Whole { run: 1, graph: Some("house"), tool: &tool, is_served, started, ended };
        spans.push(of_run(at(ids.run(&[]), SpanId::INVALID), &whole, &played.outcome, &scope));
        let told: Vec<String> = spans.iter().map(line).collect();
        assert_eq!(told, expected, "the spans");
    }

    /// A span as its name, kind, time, status and attributes but for those that each span of its sort has.
    fn line(span: &SpanData) -> String {
        let took = span.end_time.duration_since(span.start_time).unwrap().as_micros();
        let usual = ["patchbay.step.id", "patchbay.graph.name", "patchbay.tool.name", "patchbay.run.id", "patchbay.node.id"];
        let rest: Vec<String> = span.attributes.iter().filter(|all| !usual.contains(&all.key.as_str())).map(attribute).collect();
        let status = match &span.status {
            Status::Error { description } => format!(" ERROR({description})"),
            Status::Unset | Status::Ok => String::new(),
        };
        format!("{} {:?} {took}us{status} {}", span.name, span.span_kind, rest.join(" "))
    }

    fn attribute(attribute: &KeyValue) -> String {
        format!("{}={}", attribute.key, attribute.value)
    }

    #[test]
    fn a_call_is_told_by_the_conventions_and_without_what_went_to_and_fro() {
        check(
            &[
                "id: entry, type: entry, next: a",
                "id: a, type: mcp, server: near, tool: say, args: {room: hidden}, next: exit",
                "id: exit, type: exit",
            ],
            false,
            &[
                "entry Internal 0us patchbay.node.kind=entry patchbay.step.attempt=1 patchbay.step.state=done",
                "tools/call say Client 1500us patchbay.node.kind=mcp patchbay.step.attempt=1 patchbay.step.state=done \
                 mcp.method.name=tools/call gen_ai.operation.name=execute_tool gen_ai.tool.name=say patchbay.server.name=near \
                 network.transport=pipe",
                "exit Internal 0us patchbay.node.kind=exit patchbay.step.attempt=1 patchbay.step.state=done",
                "invoke_workflow t Internal 1500us patchbay.run.outcome=done gen_ai.operation.name=invoke_workflow gen_ai.agent.name=t",
            ],
        );
    }

    #[test]
    fn each_attempt_is_a_span_and_a_server_at_an_address_is_told_by_its_host_alone() {
        check(
            &[
                "id: entry, type: entry, next: a",
                "id: a, type: mcp, server: far, tool: late, args: {}, retry: {maxAttempts: 2, backoffMs: 1}, next: exit",
                "id: exit, type: exit",
            ],
            false,
            &[
                "entry Internal 0us patchbay.node.kind=entry patchbay.step.attempt=1 patchbay.step.state=done",
                "tools/call late Client 1500us ERROR(the server `far` cannot be reached) patchbay.node.kind=mcp patchbay.step.attempt=1 \
                 patchbay.step.state=failed mcp.method.name=tools/call gen_ai.operation.name=execute_tool gen_ai.tool.name=late \
                 patchbay.server.name=far network.transport=tcp network.protocol.name=http server.address=far.example server.port=443 \
                 error.type=server patchbay.failure.kind=server",
                "tools/call late Client 1500us patchbay.node.kind=mcp patchbay.step.attempt=2 patchbay.step.state=done \
                 mcp.method.name=tools/call gen_ai.operation.name=execute_tool gen_ai.tool.name=late patchbay.server.name=far \
                 network.transport=tcp network.protocol.name=http server.address=far.example server.port=443",
                "exit Internal 0us patchbay.node.kind=exit patchbay.step.attempt=1 patchbay.step.state=done",
                "invoke_workflow t Internal 4000us patchbay.run.outcome=done gen_ai.operation.name=invoke_workflow gen_ai.agent.name=t",
            ],
        );
    }

    #[test]
    fn a_run_that_a_client_called_fails_as_a_tool_does() {
        check(
            &[
                "id: entry, type: entry, next: a",
                "id: a, type: mcp, server: veiled, tool: no, args: {}, next: exit",
                "id: exit, type: exit",
            ],
            true,
            &[
                "entry Internal 0us patchbay.node.kind=entry patchbay.step.attempt=1 patchbay.step.state=done",
                "tools/call no Client 1500us ERROR(the tool `no` of the server `veiled` failed: there is no such room) \
                 patchbay.node.kind=mcp patchbay.step.attempt=1 patchbay.step.state=failed mcp.method.name=tools/call \
                 gen_ai.operation.name=execute_tool gen_ai.tool.name=no patchbay.server.name=veiled network.transport=tcp \
                 network.protocol.name=http error.type=tool_error patchbay.failure.kind=tool",
                "tools/call t Server 1500us ERROR(node `a`: the tool `no` of the server `veiled` failed: there is no such room) \
                 patchbay.run.outcome=failed mcp.method.name=tools/call gen_ai.operation.name=execute_tool gen_ai.tool.name=t \
                 error.type=tool_error patchbay.failure.kind=tool patchbay.failure.node=a",
            ],
        );
    }
}
