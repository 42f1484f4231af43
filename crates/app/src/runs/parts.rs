//! Runs of a part of a tool: up to a node, or one node alone on the data of a run before it; and the same run once more.

use std::sync::Arc;

use graph::{NodeId, ToolName};
use protocol::RunId;
use run::{Part, Run, Seen, StepId};
use serde_json::{Map, Value};

use super::{Begin, Recorded};
use crate::app::App;
use crate::dry::DryRun;
use crate::error::Error;
use crate::graph_file::GraphFile;

impl App {
    /// Runs a tool until a node has finished once; its output is the result.
    ///
    /// # Errors
    /// Where the tool cannot run, has no such node, or the arguments do not fit its schema.
    pub fn run_until(&self, file: &GraphFile, tool: &ToolName, node: NodeId, arguments: Value) -> Result<Recorded, Error> {
        self.begin(file, tool, Begin { part: Part::until(node), ..Begin::whole(arguments) })
    }

    /// Runs one node alone on what it saw in a run before, or, where it did not take part, on all that the run gave. None for
    /// the tool's last run.
    ///
    /// # Errors
    /// Where the tool cannot run, there is no such run, or it did not give what the node reads.
    pub fn run_only(&self, file: &GraphFile, tool: &ToolName, node: &NodeId, of: Option<RunId>) -> Result<Recorded, Error> {
        let last = self.last_run(file, tool, of)?;
        let (seen, reads) = last.seen_by(node)?;
        let arguments = last.handle.read(|run| Value::clone(run.arguments()));
        let plan = file.job(tool)?.plan;
        // What it did without then, it can do without again.
        let missing: Vec<NodeId> = seen.lacks(&plan, node).into_iter().filter(|lacked| !reads.contains(lacked)).collect();
        refuse(node, missing)?;
        let (part, seen) = (Part::only(node.clone()), Some(Arc::new(seen)));
        self.begin(file, tool, Begin { arguments, part, seen, dry: last.dry_anew(), ..Begin::default() })
    }

    /// Runs one node alone on data from outside: an object of outputs by node, or a report of an earlier run with its steps,
    /// as `patchbay run --trace --output json` prints it.
    ///
    /// # Errors
    /// Where the tool cannot run, or the data has not what the node reads.
    pub fn run_only_on(&self, file: &GraphFile, tool: &ToolName, node: &NodeId, data: &Value) -> Result<Recorded, Error> {
        let seen = of_data(data, node).ok_or(Error::NotRunData)?;
        let job = file.job(tool)?;
        refuse(node, seen.lacks(&job.plan, node))?;
        let graph = file.graph();
        let entry = graph.tool(tool.as_str()).and_then(|tool| tool.nodes.iter().find(|node| node.kind == "entry"));
        let given = entry.and_then(|entry| seen.latest(&entry.id));
        let arguments = given.map_or_else(|| Value::Object(Map::new()), |given| Value::clone(given));
        self.begin(file, tool, Begin { arguments, part: Part::only(node.clone()), seen: Some(Arc::new(seen)), ..Begin::default() })
    }

    /// Runs again what a run did, with the same arguments, on the graph as it is now. None for the tool's last run.
    ///
    /// # Errors
    /// Where the tool cannot run, or there is no such run.
    pub fn run_again(&self, file: &GraphFile, tool: &ToolName, of: Option<RunId>) -> Result<Recorded, Error> {
        let last = self.last_run(file, tool, of)?;
        let (arguments, part, seen) = last.handle.read(|run| (Value::clone(run.arguments()), run.part().clone(), run.seen().cloned()));
        self.begin(file, tool, Begin { arguments, part, seen, dry: last.dry_anew(), ..Begin::default() })
    }

    fn last_run(&self, file: &GraphFile, tool: &ToolName, of: Option<RunId>) -> Result<Recorded, Error> {
        match of {
            Some(run) => self.run(run),
            None => self.runs().last_of(file.id, tool).ok_or_else(|| Error::NoLastRun(tool.clone())),
        }
    }
}

fn refuse(node: &NodeId, missing: Vec<NodeId>) -> Result<(), Error> {
    if missing.is_empty() { Ok(()) } else { Err(Error::NoData { node: node.clone(), missing }) }
}

impl Recorded {
    /// What begins on what a dry run came to is one too: its answers were made up.
    fn dry_anew(&self) -> Option<DryRun> {
        self.dry.as_ref().map(DryRun::anew)
    }

    /// What a node saw when it last ran, and what its expressions read then; what the whole run gave where the node did not run.
    fn seen_by(&self, node: &NodeId) -> Result<(Seen, Vec<NodeId>), Error> {
        let (plan, last) = self.handle.read(|run| {
            let at = run.plan().find(node);
            let last = (0u32..).zip(run.steps()).filter(|(_, step)| Some(step.node) == at).last().map(|(id, _)| StepId(id));
            (run.plan().clone(), last)
        });
        if let Some(step) = last {
            let events = self.journal.as_ref().ok_or_else(|| Error::NoJournal(self.tool.clone()))?.events();
            if let Some(seen) = Run::replay_to(plan.clone(), &events, step).seen_by(step) {
                return Ok((seen, plan.reads(node)));
            }
        }
        let seen = self.handle.read(Run::seen_at_the_end).ok_or_else(|| Error::RunGoesOn(self.tool.clone()))?;
        Ok((seen, Vec::new()))
    }
}

/// What data from outside says that there was; none where it is no object.
fn of_data(data: &Value, node: &NodeId) -> Option<Seen> {
    let object = data.as_object()?;
    let given = match object.get("steps").and_then(Value::as_array).filter(|_| object.contains_key("outcome")) {
        Some(steps) => of_steps(steps, node),
        None => object.iter().map(|(node, output)| (NodeId::from(node.as_str()), Arc::new(output.clone()))).collect(),
    };
    let last = given.last().map(|(_, output)| output.clone());
    Some(Seen { given, last, ..Seen::default() })
}

/// The outputs up to where a node last ran. In a loop, those that were given for the same item.
fn of_steps(steps: &[Value], node: &NodeId) -> Vec<(NodeId, Arc<Value>)> {
    let at = steps.iter().rposition(|step| step["node"] == node.as_str());
    let item = at.map(|at| &steps[at]["item"]);
    let is_beside = |step: &Value| step["item"].is_null() || item.is_none_or(|item| step["item"] == *item);
    let before = &steps[..at.unwrap_or(steps.len())];
    let done = before.iter().filter(|step| step["state"] == "done" && is_beside(step));
    done.filter_map(|step| Some((NodeId::from(step["node"].as_str()?), Arc::new(step["output"].clone())))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(data: Value, node: &str, expected: &[(&str, Value)]) {
        let seen = of_data(&data, &node.into()).map(|seen| seen.given).unwrap_or_default();
        let told: Vec<(&str, Value)> = seen.iter().map(|(id, value)| (id.as_str(), Value::clone(value))).collect();
        assert_eq!(told, expected, "what `{node}` sees of {data}");
    }

    #[test]
    fn data_from_outside_is_outputs_by_node_or_a_report_with_steps() {
        check(json!({"a": 1, "b": {"c": 2}}), "x", &[("a", json!(1)), ("b", json!({"c": 2}))]);
        check(json!([1]), "x", &[]);
        let step =
            |node: &str, state: &str, item: Value, output: Value| json!({"node": node, "state": state, "item": item, "output": output});
        let report = json!({"outcome": "failed", "steps": [
            step("entry", "done", json!(null), json!({})),
            step("y", "done", json!(0), json!("first")),
            step("y", "done", json!(1), json!("second")),
            step("x", "failed", json!(0), json!(null)),
            step("z", "done", json!(null), json!(3)),
        ]});
        check(report.clone(), "x", &[("entry", json!({})), ("y", json!("first"))]);
        check(report.clone(), "new", &[("entry", json!({})), ("y", json!("first")), ("y", json!("second")), ("z", json!(3))]);
    }
}
