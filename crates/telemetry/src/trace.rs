//! One run as a trace: it hears what is told of the run and tells spans and metrics of it, and it says where in the trace each step
//! stands. It keeps nothing of a step: a step's span is made when it ends, of the run as it stands then, so that a step which began in
//! a process that died is told like any other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use graph::{Graph, ToolName};
use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, TraceFlags, TraceId, TraceState};
use run::{Fact, Moment, Outcome, Run, StepId, StopReason, TraceContext};
use runner::Told;

use crate::context::{span_of, write};
use crate::ids::Ids;
use crate::pipeline::Telemetry;
use crate::span::{At, Whole, call_of, error_type, failure_of, of_run, of_step, outcome_name, state_name};

/// Who asked for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A person, or Patchbay itself.
    Here,
    /// An MCP client, which waits for the answer.
    Endpoint,
}

/// A run that begins, or goes on.
pub struct Followed {
    /// Its number.
    pub run: u64,
    /// Its seed, which stands in its journal.
    pub seed: u64,
    /// The number of the open graph.
    pub graph: u64,
    /// The graph as the run has it.
    pub of: Arc<Graph>,
    /// The tool.
    pub tool: ToolName,
    /// Where its caller stands.
    pub caller: Option<TraceContext>,
    /// Who asked for it.
    pub via: Via,
    /// Whether it outlives the process: then it has not ended when the program ends.
    pub is_kept: bool,
    /// Whether it begins now, rather than going on with what was begun before.
    pub is_new: bool,
}

/// The trace of one run. A cheap handle.
#[derive(Clone)]
pub struct Trace(Arc<Inner>);

struct Inner {
    telemetry: Telemetry,
    followed: Followed,
    ids: Ids,
    /// The span of the run itself.
    root: SpanId,
    trace: TraceId,
    caller: Option<SpanContext>,
    flags: TraceFlags,
    state: TraceState,
    /// When the runs began of which something was told and that have not ended, by the steps that lead to them.
    begun: Mutex<HashMap<Vec<StepId>, (ToolName, Moment)>>,
    attributes: [KeyValue; 2],
}

impl Telemetry {
    /// The trace of a run that begins or goes on. It is told of from the first thing on that it hears.
    #[must_use]
    pub fn follow(&self, followed: Followed) -> Trace {
        let ids = Ids::of(followed.run, followed.seed);
        let caller = followed.caller.as_ref().and_then(span_of);
        let trace = caller.as_ref().map_or_else(|| ids.trace(), SpanContext::trace_id);
        let kind = match followed.via {
            Via::Here => SpanKind::Internal,
            Via::Endpoint => SpanKind::Server,
        };
        let (flags, state) = self.pipeline().sample(caller.as_ref(), trace, followed.tool.as_str(), &kind);
        let attributes = [
            KeyValue::new("patchbay.graph.name", followed.of.about.name.clone()),
            KeyValue::new("patchbay.tool.name", followed.tool.to_string()),
        ];
        let telemetry = self.clone();
        let root = ids.run(&[]);
        Trace(Arc::new(Inner { telemetry, followed, ids, root, trace, caller, flags, state, begun: Mutex::default(), attributes }))
    }
}

impl Trace {
    /// Where a step stands, which is the last of the path; before it are the `call` steps that it lies beneath.
    #[must_use]
    pub fn context(&self, path: &[StepId]) -> TraceContext {
        write(&self.0.span(self.0.ids.step(path)))
    }

    /// Takes in what is told of the run.
    pub fn hear(&self, told: &Told<'_>) {
        self.0.hear(&mut Vec::new(), told);
    }
}

impl Inner {
    fn begun(&self) -> MutexGuard<'_, HashMap<Vec<StepId>, (ToolName, Moment)>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn span(&self, id: SpanId) -> SpanContext {
        SpanContext::new(self.trace, id, self.flags, false, self.state.clone())
    }

    fn hear(&self, path: &mut Vec<StepId>, told: &Told<'_>) {
        match told {
            Told::Below(step, told) => {
                path.push(*step);
                self.hear(path, told);
                path.pop();
            }
            Told::Step(run, fact) => {
                self.note(path, run);
                match fact {
                    Fact::StepEnded(step) => self.step_ended(path, run, *step),
                    Fact::StepStarted(_) | Fact::StepChanged(_) => {}
                }
            }
            Told::Progress(..) | Told::Parked(_) | Told::Paused(_) | Told::Continued => {}
            Told::Ended(outcome) => self.ended(path, outcome),
        }
    }

    /// Notes that a run has begun, the first time that something is told of it.
    fn note(&self, path: &[StepId], run: &Run) {
        let mut begun = self.begun();
        if begun.contains_key(path) {
            return;
        }
        begun.insert(path.to_vec(), (run.plan().tool.clone(), run.started()));
        if let Some(meters) = self.telemetry.pipeline().meters().filter(|_| path.is_empty()) {
            meters.run_begun(&self.attributes, self.followed.is_new);
        }
    }

    fn step_ended(&self, path: &mut Vec<StepId>, run: &Run, id: StepId) {
        let Some((step, ended)) = run.get(id).and_then(|step| Some((step, step.ended?))) else { return };
        let pipeline = self.telemetry.pipeline();
        let node = run.plan().node(step.node);
        if self.flags.is_sampled() {
            let parent = if path.is_empty() { self.root } else { self.ids.run(path) };
            path.push(id);
            let at = At { span: self.span(self.ids.step(path)), parent, is_from_afar: false };
            path.pop();
            // Beneath a `call` node another graph may name other servers by the same names.
            let graph = path.is_empty().then_some(&*self.followed.of);
            let server = node.calls().filter(|_| path.is_empty()).map(|(server, _)| server);
            let protocol = server.and_then(|server| self.telemetry.servers(|servers| servers.protocol(self.followed.graph, server)));
            of_step(at, run, id, graph, protocol, &pipeline.scope).into_iter().for_each(|span| pipeline.tell(span));
        }
        if let Some(meters) = pipeline.meters() {
            let [graph, tool] = self.attributes.clone();
            let mut how = vec![graph, tool];
            how.push(KeyValue::new("patchbay.node.kind", node.kind));
            how.push(KeyValue::new("patchbay.step.state", state_name(step.state)));
            how.extend(failure_of(step).map(|failure| KeyValue::new("error.type", error_type(failure.kind))));
            meters.step_ended(&how, Duration::from_micros(ended.since(step.started)));
        }
    }

    fn ended(&self, path: &[StepId], outcome: &Outcome) {
        let now = now();
        let known = self.begun().remove(path);
        let pipeline = self.telemetry.pipeline();
        let is_whole = path.is_empty();
        // It goes on with the next start of the program, in the same trace.
        let goes_on = is_whole && self.followed.is_kept && *outcome == (Outcome::Stopped { reason: StopReason::Shutdown });
        let was_heard = known.is_some();
        let (tool, started) = known.unwrap_or_else(|| (self.followed.tool.clone(), now));
        if let Some(meters) = pipeline.meters().filter(|_| is_whole) {
            if !was_heard {
                meters.run_begun(&self.attributes, self.followed.is_new);
            }
            meters.run_left(&self.attributes);
            if !goes_on {
                self.count(meters, outcome, Duration::from_micros(now.since(started)));
            }
        }
        if goes_on || !self.flags.is_sampled() {
            return;
        }
        let parent = match path {
            [] => self.caller.as_ref().map_or(SpanId::INVALID, SpanContext::span_id),
            beneath => self.ids.step(beneath),
        };
        let at = At { span: self.span(self.ids.run(path)), parent, is_from_afar: is_whole && self.caller.is_some() };
        let is_served = is_whole && self.followed.via == Via::Endpoint;
        let graph = is_whole.then_some(&*self.followed.of.about.name);
        let whole = Whole { run: self.followed.run, graph, tool: &tool, is_served, started, ended: now };
        pipeline.tell(of_run(at, &whole, outcome, &pipeline.scope));
    }

    fn count(&self, meters: &crate::meters::Meters, outcome: &Outcome, took: Duration) {
        let error = match outcome {
            Outcome::Failed { failure } => Some(failure.failure.kind),
            Outcome::Done { .. } | Outcome::Stopped { .. } => None,
        };
        let mut how = vec![KeyValue::new("patchbay.run.outcome", outcome_name(outcome))];
        how.extend(error.map(|kind| KeyValue::new("error.type", error_type(kind))));
        meters.run_ended(&self.attributes, &how, took);
        if self.followed.via == Via::Endpoint {
            let mut served = call_of(self.followed.tool.to_string()).to_vec();
            served.extend(error.map(|_| KeyValue::new("error.type", "tool_error")));
            meters.call_served(&served, took);
        }
    }
}

fn now() -> Moment {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
}
