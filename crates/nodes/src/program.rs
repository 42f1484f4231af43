//! A node ready to run: its settings read, its expressions compiled. What it does is done here, without a clock.

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::Arc;

use expr::{Cancel, Context, EvalError, Expression, Limits, Reads, Rule};
use graph::{Graph, Path, Problem, ServerName, Tool};
use serde_json::{Value, json};

use crate::args::arguments;
use crate::ask::{Answer, Ask, Signal};
use crate::common::Common;
use crate::failure::{Failure, FailureKind};
use crate::kind::{Kind, common_schema};
use crate::site::Site;

/// What a node does when its turn has come and when an answer is there. May evaluate expressions, so it may take as long as
/// the limits allow.
pub trait Program: Send + Sync + Debug {
    /// What the node asks for. Arguments are already shaped by `before` when they come back from here.
    ///
    /// # Errors
    /// Where an expression fails or the node cannot go on.
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure>;

    /// The output that an answer means.
    ///
    /// # Errors
    /// Where the answer says that what was asked for has failed.
    fn finish(&self, answer: &Answer) -> Result<Arc<Value>, Failure> {
        match answer {
            Answer::Value(value) => Ok(value.clone()),
            Answer::Tool(_) => Err(Failure::new(FailureKind::Tool, "a tool answered a node that had not called one")),
            Answer::Person(_) => Err(Failure::new(FailureKind::Tool, "a person answered a node that had not asked one")),
        }
    }

    /// Whether an event of the type that it waits for is one that it waits for.
    ///
    /// # Errors
    /// Where that cannot be told.
    fn hears(&self, _signal: &Signal, _evaluation: &Evaluation<'_>) -> Result<bool, Failure> {
        Ok(true)
    }

    /// The tool of a server that it calls, where it does that.
    fn calls(&self) -> Option<(&ServerName, &str)> {
        None
    }

    /// The expressions and rules that it evaluates, so that it is known what they read.
    fn reads(&self) -> Vec<ReadBy<'_>>;
}

/// An expression or a rule of a node.
#[derive(Clone, Copy, Debug)]
pub enum ReadBy<'p> {
    /// JSONata.
    Expression(&'p Expression),
    /// JSON Logic.
    Rule(&'p Rule),
}

/// What expressions are evaluated with.
#[derive(Clone, Copy)]
pub struct Evaluation<'a> {
    /// What they see.
    pub context: &'a dyn Context,
    /// How far they may go.
    pub limits: &'a Limits,
    /// Ends them early.
    pub cancel: &'a Cancel,
}

impl Evaluation<'_> {
    /// The value of an expression; none where it gives nothing. `at` is where it stands in the node.
    ///
    /// # Errors
    /// Where it fails or runs past a limit.
    pub fn eval(&self, expression: &Expression, at: &Path) -> Result<Option<Value>, Failure> {
        expression.eval(self.context, self.limits, self.cancel).map_err(|error| failed("expression", at, &error))
    }

    /// Whether a rule holds. `at` is where it stands in the node.
    ///
    /// # Errors
    /// Where it fails or runs past a limit.
    pub fn decide(&self, rule: &Rule, at: &Path) -> Result<bool, Failure> {
        rule.decide(self.context, self.limits, self.cancel).map_err(|error| failed("rule", at, &error))
    }

    /// The value that an expression makes of `value`, which it sees as `$`.
    fn shape(&self, expression: &Expression, at: &str, value: &Arc<Value>) -> Result<Arc<Value>, Failure> {
        let shaping = Shaping { outputs: self.context };
        let shaped = expression.apply(value, &shaping, self.limits, self.cancel);
        shaped.map(|value| Arc::new(value.unwrap_or(Value::Null))).map_err(|error| failed("expression", &Path::root().key(at), &error))
    }
}

fn failed(what: &str, at: &Path, error: &EvalError) -> Failure {
    Failure::new(kind_of(error), format!("the {what} in `{at}` failed: {error}"))
}

fn kind_of(error: &EvalError) -> FailureKind {
    match error {
        EvalError::Cancelled => FailureKind::Cancelled,
        EvalError::Time { .. } | EvalError::Depth { .. } | EvalError::Items { .. } | EvalError::Bytes { .. } | EvalError::Nested { .. } => {
            FailureKind::Limit
        }
        EvalError::Var { cause, .. } => kind_of(cause),
        EvalError::Thrown { .. } | EvalError::Jsonata { .. } | EvalError::Rule { .. } | EvalError::Absent | EvalError::Engine { .. } => {
            FailureKind::Expression
        }
    }
}

/// The context of `before` and `after`: the outputs so far are `$context`.
struct Shaping<'a> {
    outputs: &'a dyn Context,
}

impl Context for Shaping<'_> {
    fn get(&self, name: &str) -> Option<Arc<Value>> {
        self.outputs.get(name)
    }

    fn names(&self) -> Vec<String> {
        self.outputs.names()
    }

    fn binding(&self, name: &str) -> Option<Arc<Value>> {
        if name != "context" {
            return self.outputs.binding(name);
        }
        let outputs = self.outputs.names().into_iter().filter_map(|name| {
            let value = Value::clone(&*self.outputs.get(&name)?);
            Some((name, value))
        });
        Some(Arc::new(Value::Object(outputs.collect())))
    }

    fn previous(&self, n: usize) -> Option<Arc<Value>> {
        self.outputs.previous(n)
    }

    fn count(&self, id: &str) -> usize {
        self.outputs.count(id)
    }

    fn execution(&self, id: &str, i: i64) -> Option<Arc<Value>> {
        self.outputs.execution(id, i)
    }

    fn executions(&self, id: &str) -> Vec<Arc<Value>> {
        self.outputs.executions(id)
    }

    fn now_ms(&self) -> i64 {
        self.outputs.now_ms()
    }

    fn seed(&self) -> u64 {
        self.outputs.seed()
    }
}

/// What a compiled node is performed for.
#[derive(Clone, Debug)]
pub enum Phase {
    /// Its turn has come.
    Begin,
    /// What it asked for is there.
    Finish(Arc<Answer>),
    /// An event came, of the type that it waits for. It asks anew where that is not one that it waits for.
    Hear(Arc<Signal>),
}

/// A node that can run.
#[derive(Clone, Debug)]
pub struct Compiled {
    program: Arc<dyn Program>,
    /// Its kind.
    pub kind: &'static dyn Kind,
    /// Retry, time limit and shaping.
    pub common: Common,
    reads: Option<Arc<[Arc<str>]>>,
}

impl Compiled {
    fn new(program: Arc<dyn Program>, kind: &'static dyn Kind, common: Common) -> Self {
        let reads = read_names(&*program).filter(|_| common.before.is_none() && common.after.is_none());
        Self { program, kind, common, reads }
    }

    /// The root names that its own expressions read, without repeats; none where they may read all.
    #[must_use]
    pub fn reads(&self) -> Option<&[Arc<str>]> {
        self.reads.as_deref()
    }

    /// The tool of a server that it calls; none for a node that calls none.
    #[must_use]
    pub fn calls(&self) -> Option<(&ServerName, &str)> {
        self.program.calls()
    }

    /// Does what the node does in this phase.
    ///
    /// # Errors
    /// Where the node fails.
    pub fn perform(&self, phase: &Phase, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        let ask = match phase {
            Phase::Begin => self.before(self.program.begin(evaluation)?, evaluation)?,
            Phase::Finish(answer) => Ask::Done { output: self.program.finish(answer)? },
            Phase::Hear(signal) if self.program.hears(signal, evaluation)? => Ask::Done { output: heard(signal, evaluation) },
            Phase::Hear(_) => self.program.begin(evaluation)?,
        };
        match (ask, &self.common.after) {
            (Ask::Done { output }, Some(after)) => Ok(Ask::Done { output: evaluation.shape(after, "after", &output)? }),
            (ask, _) => Ok(ask),
        }
    }

    fn before(&self, ask: Ask, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        let Some(before) = &self.common.before else { return Ok(ask) };
        let shape = |args: &Arc<Value>| evaluation.shape(before, "before", args).and_then(|args| arguments("`before`", args));
        Ok(match ask {
            Ask::Call { server, tool, args } => Ask::Call { server, tool, args: shape(&args)? },
            Ask::Run { tool, args } => Ask::Run { tool, args: shape(&args)? },
            other => other,
        })
    }
}

/// What an event woke a node with.
fn heard(signal: &Signal, evaluation: &Evaluation<'_>) -> Arc<Value> {
    let time = evaluation.context.now_ms();
    Arc::new(json!({"type": signal.event, "detail": signal.detail, "id": signal.id, "time": time}))
}

fn read_names(program: &dyn Program) -> Option<Arc<[Arc<str>]>> {
    let mut names: Vec<Arc<str>> = Vec::new();
    for read in program.reads() {
        let (reads, uses_history) = match read {
            ReadBy::Expression(expression) => (expression.reads(), expression.uses_history()),
            ReadBy::Rule(rule) => (rule.reads(), rule.uses_history()),
        };
        let Reads::Names(read) = reads else { return None };
        if uses_history {
            return None;
        }
        for name in read {
            if !names.iter().any(|known| **known == **name) {
                names.push(Arc::from(name.as_str()));
            }
        }
    }
    Some(names.into())
}

/// Compiles the nodes of a tool, in their order: none for a node that cannot run. `at` is the tool's path; with
/// `input_alias`, `input` is the tool's arguments (shapes A and B).
#[must_use]
pub fn compile(graph: &Graph, tool: &Tool, at: &Path, input_alias: bool) -> (Vec<Option<Compiled>>, Vec<Problem>) {
    let mut names: HashSet<&str> = tool.nodes.iter().map(|node| node.id.as_str()).collect();
    if input_alias {
        names.insert("input");
    }
    let mut problems = Vec::new();
    let compiled = tool.nodes.iter().enumerate().map(|(i, node)| {
        let mut site = Site::new(graph, tool, node, at.clone().key("nodes").index(i), &names);
        let compiled = compile_node(&mut site);
        problems.extend(site.into_problems());
        compiled
    });
    let compiled = compiled.collect();
    (compiled, problems)
}

fn compile_node(site: &mut Site<'_>) -> Option<Compiled> {
    let Some((kind, compiler)) = crate::kind_to_run(&site.node.kind) else {
        let known: Vec<_> = crate::ALL.iter().map(|kind| kind.name()).collect();
        let remedy = graph::nearest(&site.node.kind, known.iter().copied())
            .map_or_else(|| format!("use one of: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        site.fail(&Path::root().key("type"), format!("this version has no kind of node named `{}`", site.node.kind), remedy);
        return None;
    };
    let common = Common::compile(site, kind);
    let program = compiler.compile(site);
    unknown_fields(site, kind);
    Some(Compiled::new(program?, kind, common))
}

fn unknown_fields(site: &mut Site<'_>, kind: &dyn Kind) {
    let own = kind.settings();
    let common = common_schema();
    let is_known = |name: &str| own["properties"].get(name).is_some() || common["properties"].get(name).is_some();
    for name in site.node.fields.keys().filter(|name| !is_known(name)) {
        let at = Path::root().key(name);
        if site.has_failed(&at) {
            continue;
        }
        site.warn(
            &at,
            format!("`{name}` is not a field of a {} node; it is kept and has no effect", kind.name()),
            "remove it, or correct its spelling",
        );
    }
}
