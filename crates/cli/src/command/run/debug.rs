//! `patchbay debug FILE [TOOL]`: runs a tool, held before its steps, and does what standard input says, a line each. What it tells
//! goes to standard error; standard output has the result alone.

use std::io::stdin;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use app::{App, Recorded};
use graph::Graph;
use protocol::debug::{Breakpoint, Edit, Go, Pause, Place, Stops, Why};
use protocol::{Change, Event, StepId, StepState, StopReason};
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use super::report::Report;
use super::{arguments, choose_tool};
use crate::args::Debug;
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, BAD, DOUBTFUL, FAINT, GOOD, STRONG};
use crate::setup;
use crate::stop::Stop;

const HELP: &str = "\
b NODE[:COUNT] [if EXPR]  hold before a node, from the COUNTth time on, where the JSONata is true
b FROM -> TO [if EXPR]    hold on an edge
d N                       delete breakpoint N
l                         list the breakpoints
c                         continue
n                         over: to the next step of this run
s                         into: to the next step, also of what a call runs
o                         out: to the next step of the run that calls this one
u NODE                    run to a node
p EXPR                    print what an expression gives
w EXPR                    watch it: print it each time that the run is held
set NODE JSON             give what a node has put out another value
in JSON                   let this step ask with this instead
out JSON                  take this step for done with this output
bt                        where: the step and what calls it
steps                     the steps so far
q                         stop the run
h                         this";

/// How much of a value is shown in one line.
const SHORT: usize = 400;

struct Debugger {
    graph: Graph,
    tool: String,
    file: protocol::GraphId,
    app: App,
    run: Recorded,
    watches: Vec<String>,
}

pub(in crate::command) fn run(data: Option<&Path>, args: Debug) -> Result<Exit, Error> {
    setup::block_on(async |stop| {
        let app = setup::app_that(data, !args.no_journal, &args.told)?;
        let output = args.output;
        let ran = debug(&app, &stop, args).await;
        app.shutdown().await;
        let report = ran?;
        report.print(output, false)?;
        Ok(match stop.exit() {
            Exit::Done => report.exit(),
            stopped => stopped,
        })
    })
}

async fn debug(app: &App, stop: &Stop, args: Debug) -> Result<Report, Error> {
    let (args, typed, on_error) = args.into_run();
    let file = app.load(&args.file, args.beside.mcp.as_deref()).await?;
    let tool = choose_tool(&file, args.tool.as_deref(), &args)?;
    let graph = Graph::clone(&file.graph());
    let schema = graph.tool(&tool).map_or(&Value::Null, |tool| &tool.input_schema);
    let arguments = arguments::read(&tool, schema, &args.args, args.json.as_deref())?;
    let mut stops = Stops { on_error, ..Stops::default() };
    for text in &typed {
        add(&mut stops, &graph, &tool, text).map_err(|reason| Error::BadBreakpoint { text: text.clone(), reason })?;
    }
    app.set_stops(file.id, stops)?;
    let mut events = app.subscribe();
    let started = Instant::now();
    let run = app.debug_tool(&file, &tool.as_str().into(), arguments)?;
    let mut debugger = Debugger { graph, tool: tool.clone(), file: file.id, app: app.clone(), run, watches: Vec::new() };
    let mut lines = lines();
    let mut is_held = false;
    let outcome = loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(Event::RunPaused { run, pause, .. }) if run == debugger.run.id => {
                    debugger.show(&pause).await;
                    is_held = true;
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => is_held = debugger.run.debugger().paused().is_some(),
                Err(RecvError::Closed) => break debugger.run.handle.outcome().await,
            },
            line = lines.recv(), if is_held => match line.as_deref().map(str::trim) {
                // Nobody says any more how it is to go on.
                None => debugger.run.handle.stop(StopReason::Asked),
                Some("") => {}
                Some(line) => match debugger.obey(line).await {
                    Ok(goes_on) => is_held = !goes_on,
                    Err(reason) => out::say_error(&reason),
                },
            },
            outcome = debugger.run.handle.outcome() => break outcome,
            () = stop.asked() => {
                debugger.run.handle.stop(StopReason::Asked);
                break debugger.run.handle.outcome().await;
            }
        }
    };
    Ok(Report::new(tool, outcome, started.elapsed(), None))
}

/// What is typed, line by line. A thread of its own reads it, since a read cannot be called off.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (send, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in stdin().lines() {
            if !line.is_ok_and(|line| send.send(line).is_ok()) {
                return;
            }
        }
    });
    lines
}

impl Debugger {
    /// Says where the run is held, and why.
    async fn show(&self, pause: &Pause) {
        let stops = self.app.stops(self.file);
        let why = match &pause.why {
            Why::Breakpoint { id } => format!("breakpoint {id}"),
            Why::Condition { id, message } => {
                let condition = stops.breakpoints.iter().find(|known| known.id == *id).and_then(|known| known.condition.clone());
                format!(
                    "{DOUBTFUL}breakpoint {id}{DOUBTFUL:#}, whose condition `{}` failed: {}",
                    condition.unwrap_or_default(),
                    out::one_line(message)
                )
            }
            Why::Error { failure } => format!("{BAD}is about to fail{BAD:#}: {}", out::one_line(&failure.to_string())),
            Why::Step => "step".to_owned(),
            Why::Asked => "paused".to_owned(),
        };
        out::say(format_args!("{}  {FAINT}({}){FAINT:#}  {why}", place(pause), pause.kind));
        if let Some(input) = self.run.paused().await.and_then(|paused| paused.input) {
            out::say(format_args!("  {FAINT}in{FAINT:#} {}", short(&input)));
        }
        if self.watches.is_empty() {
            return;
        }
        if let Ok(looked) = self.run.evaluate(self.watches.clone()).await {
            for (watch, looked) in self.watches.iter().zip(looked) {
                out::say(format_args!("  {FAINT}{}{FAINT:#} = {}", out::one_line(watch), told(&looked)));
            }
        }
    }

    /// Does what a line says. Gives whether the run goes on by it.
    async fn obey(&mut self, line: &str) -> Result<bool, String> {
        let (verb, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(verb, rest)| (verb, rest.trim()));
        let go = match verb {
            "c" => Some(Go::Continue),
            "n" => Some(Go::Over),
            "s" => Some(Go::Into),
            "o" => Some(Go::Out),
            "u" => Some(Go::To { node: rest.into() }),
            _ => None,
        };
        if let Some(go) = go {
            self.run.debugger().go(go).map_err(|error| error.to_string())?;
            return Ok(true);
        }
        let held = || self.run.debugger().paused().ok_or("the run is not held".to_owned());
        match verb {
            "b" => {
                let mut stops = self.app.stops(self.file);
                let added = add(&mut stops, &self.graph, held()?.tool.as_str(), rest)?;
                self.app.set_stops(self.file, stops.clone()).map_err(|error| error.in_full())?;
                stops.breakpoints.iter().filter(|known| added.contains(&known.id)).for_each(|known| self.list(known));
            }
            "d" => {
                let mut stops = self.app.stops(self.file);
                let count = stops.breakpoints.len();
                stops.breakpoints.retain(|known| rest.parse() != Ok(known.id));
                if stops.breakpoints.len() == count {
                    return Err(format!("there is no breakpoint `{rest}`; `l` lists them"));
                }
                self.app.set_stops(self.file, stops).map_err(|error| error.in_full())?;
            }
            "l" => self.app.stops(self.file).breakpoints.iter().for_each(|known| self.list(known)),
            "p" | "w" => {
                let looked = self.run.evaluate(vec![rest.to_owned()]).await.map_err(|error| error.in_full())?;
                looked.iter().for_each(|looked| out::say(format_args!("  {}", told(looked))));
                if verb == "w" {
                    self.watches.push(rest.to_owned());
                }
            }
            "set" => {
                let (node, value) = rest.split_once(char::is_whitespace).ok_or("write `set NODE JSON`")?;
                let step = self.latest(node).ok_or_else(|| format!("no step of `{node}` is done"))?;
                self.edit(Edit::Output { step, value: json(value)? }).await?;
            }
            "in" => self.edit(Edit::Instead { change: Change::Input { value: json(rest)? } }).await?,
            "out" => self.edit(Edit::Instead { change: Change::Output { value: json(rest)? } }).await?,
            "bt" => {
                let pause = held()?;
                out::say(format_args!("  {STRONG}{}{STRONG:#}  {FAINT}step {} of {}{FAINT:#}", pause.node, pause.step.0, pause.tool));
                for caller in pause.callers.iter().rev() {
                    out::say(format_args!(
                        "  {FAINT}called by{FAINT:#} {}  {FAINT}step {} of {}{FAINT:#}",
                        caller.node, caller.step.0, caller.tool
                    ));
                }
            }
            "steps" => {
                let steps = self.run.debugger().read(steps).map_err(|error| error.to_string())?;
                steps.iter().for_each(|line| out::say(format_args!("  {line}")));
            }
            "q" => self.run.handle.stop(StopReason::Asked),
            "h" => out::say(HELP),
            _ => return Err(format!("`{verb}` is nothing that can be done here; `h` lists what can")),
        }
        Ok(verb == "q")
    }

    async fn edit(&self, edit: Edit) -> Result<(), String> {
        self.run.edit_held(edit).await.map_err(|error| error.in_full())
    }

    fn list(&self, breakpoint: &Breakpoint) {
        let place = match &breakpoint.place {
            Place::Node { node } => node.to_string(),
            Place::Edge { node, port } => {
                let nodes = self.graph.tool(breakpoint.tool.as_str()).map(|tool| tool.nodes.as_slice()).unwrap_or_default();
                let edges = nodes.iter().find(|known| known.id == *node).map(|node| node.edges()).unwrap_or_default();
                let to = edges.iter().find(|edge| edge.port == *port).map(|edge| edge.to.to_string()).unwrap_or_default();
                format!("{node} -> {to}")
            }
        };
        let tool = if breakpoint.tool.as_str() == self.tool { String::new() } else { format!("{}/", breakpoint.tool) };
        let count = if breakpoint.count > 1 { format!(" from time {}", breakpoint.count) } else { String::new() };
        let condition = breakpoint.condition.as_ref().map(|text| format!(" if {text}")).unwrap_or_default();
        out::say(format_args!("  {STRONG}{}{STRONG:#}  {tool}{place}{count}{}", breakpoint.id, out::one_line(&condition)));
    }

    /// The latest step of a node that is done, in the run that is held.
    fn latest(&self, node: &str) -> Option<StepId> {
        let latest = self.run.debugger().read(|run| {
            let at = run.plan().find(&node.into())?;
            let done = (0u32..).zip(run.steps()).filter(|(_, step)| step.node == at && step.state == StepState::Done);
            done.last().map(|(id, _)| StepId(id))
        });
        latest.ok().flatten()
    }
}

fn json(text: &str) -> Result<Arc<Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("`{text}` is no JSON: {error}"))
}

fn place(pause: &Pause) -> String {
    let callers: String = pause.callers.iter().map(|caller| format!("{} > ", caller.node)).collect();
    let item = pause.item.map(|item| format!("[{item}]")).unwrap_or_default();
    let attempt = if pause.attempt > 1 { format!(" attempt {}", pause.attempt) } else { String::new() };
    format!("{FAINT}{callers}{FAINT:#}{STRONG}{}{item}{STRONG:#}{attempt}", pause.node)
}

fn told(looked: &protocol::Looked) -> String {
    match (&looked.value, &looked.error) {
        (Some(value), _) => short(value),
        (None, Some(error)) => format!("{BAD}{}{BAD:#}", out::one_line(error)),
        (None, None) => format!("{FAINT}nothing{FAINT:#}"),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    let text = out::one_line(&text);
    match text.char_indices().nth(SHORT) {
        None => text.into_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

/// A line for each step so far.
fn steps(run: &app::Run) -> Vec<String> {
    let line = |(id, step): (usize, &app::RunStep)| {
        let node = &run.plan().node(step.node).id;
        let item = step.item.map(|item| format!("[{item}]")).unwrap_or_default();
        let what = match (&step.output, &step.failure) {
            (Some(output), _) => format!("{GOOD}={GOOD:#} {}", short(output)),
            (None, Some(failure)) => format!("{BAD}failed{BAD:#}: {}", out::one_line(&failure.to_string())),
            (None, None) => format!("{FAINT}goes on{FAINT:#}"),
        };
        format!("{id:>4}  {node}{item} {what}")
    };
    run.steps().iter().enumerate().map(line).collect()
}

/// Adds what was typed to the breakpoints. Gives their numbers: several edges may lead from one node to another.
fn add(stops: &mut Stops, graph: &Graph, tool: &str, typed: &str) -> Result<Vec<u32>, String> {
    let (place, condition) = match typed.split_once(" if ") {
        Some((place, condition)) => (place.trim(), Some(condition.trim().to_owned())),
        None => (typed.trim(), None),
    };
    let (tool, place) = match place.split_once('/') {
        Some((named, rest)) if graph.tool(named).is_some() => (named, rest),
        _ => (tool, place),
    };
    let nodes = graph.tool(tool).map(|tool| tool.nodes.as_slice()).unwrap_or_default();
    let find = |id: &str| {
        let near = || graph::nearest(id, nodes.iter().map(|node| node.id.as_str())).map(|near| format!("; did you mean `{near}`?"));
        nodes
            .iter()
            .find(|node| node.id.as_str() == id)
            .ok_or_else(|| format!("the tool `{tool}` has no node `{id}`{}", near().unwrap_or_default()))
    };
    let (places, count) = match place.split_once("->") {
        Some((from, to)) => {
            let (from, to) = (find(from.trim())?, find(to.trim())?);
            let edges = from.edges().into_iter().filter(|edge| edge.to == to.id);
            let places: Vec<Place> = edges.map(|edge| Place::Edge { node: from.id.clone(), port: edge.port }).collect();
            if places.is_empty() {
                return Err(format!("no edge leads from `{}` to `{}`", from.id, to.id));
            }
            (places, 1)
        }
        None => {
            let (node, count) = match place.rsplit_once(':') {
                Some((node, count)) => (node, count.parse().map_err(|_| format!("`{count}` is no number of times"))?),
                None => (place, 1),
            };
            (vec![Place::Node { node: find(node)?.id.clone() }], count)
        }
    };
    let mut added = Vec::new();
    for place in places {
        let id = stops.breakpoints.iter().map(|known| known.id).max().unwrap_or(0) + 1;
        stops.breakpoints.push(Breakpoint { id, tool: tool.into(), place, condition: condition.clone(), count, is_enabled: true });
        added.push(id);
    }
    Ok(added)
}
