//! From the older shapes to shape E: the steps that several of them share. Each step notes where things stood.

use graph::{Path, Problem};
use serde_json::{Map, Value};

use super::{Places, shared};

/// A shape-E value in the making.
#[derive(Default)]
pub(super) struct Lift {
    pub(super) places: Places,
    pub(super) problems: Vec<Problem>,
}

/// Takes a list out of its field, which keeps its place; none where the field is no list.
pub(super) fn take_list(fields: &mut Map<String, Value>, key: &str) -> Option<Vec<Value>> {
    match fields.get_mut(key)? {
        Value::Array(items) => Some(std::mem::take(items)),
        _ => None,
    }
}

/// A node on its way: its fields, where it will be and where it stands.
pub(super) struct Lifted<'n> {
    pub(super) fields: &'n mut Map<String, Value>,
    pub(super) graph: Path,
    pub(super) file: Path,
}

impl Lift {
    pub(super) fn fail(&mut self, at: Path, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem::error(at, message, remedy));
    }

    pub(super) fn warn(&mut self, at: Path, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem::warning(at, message, remedy));
    }

    /// The objects of a list that stands at `file`, with their positions there. What is no object is said and left out; its
    /// problem's path is past the end of the list at `graph`, which leads to its place.
    pub(super) fn objects(&mut self, list: Vec<Value>, graph: &Path, file: &Path, what: &str) -> Vec<(usize, Map<String, Value>)> {
        let mut found = Vec::with_capacity(list.len());
        let mut past = list.iter().filter(|item| item.is_object()).count();
        for (i, item) in list.into_iter().enumerate() {
            if let Value::Object(fields) = item {
                found.push((i, fields));
                continue;
            }
            let at = graph.clone().index(past);
            past += 1;
            self.places.put(at.clone(), file.clone().index(i));
            self.fail(at, format!("{what} is a mapping, and this is not one"), "write `key: value` lines");
        }
        found
    }

    /// Reads the nodes inside of each tool, with one function for every node.
    pub(super) fn tools(&mut self, file: &mut Map<String, Value>, mut each: impl FnMut(&mut Self, &mut Lifted<'_>)) {
        let at = Path::root().key("tools");
        let Some(tools) = take_list(file, "tools") else { return };
        let tools = self.objects(tools, &at, &at, "a tool");
        let mut lifted = Vec::with_capacity(tools.len());
        for (to, (from, mut tool)) in tools.into_iter().enumerate() {
            let (graph, stands) = (at.clone().index(to), at.clone().index(from));
            if to != from {
                self.places.put(graph.clone(), stands.clone());
            }
            let (graph, stands) = (graph.key("nodes"), stands.key("nodes"));
            if let Some(nodes) = take_list(&mut tool, "nodes") {
                let nodes = self.objects(nodes, &graph, &stands, "a node");
                let mut done = Vec::with_capacity(nodes.len());
                for (to, (from, mut fields)) in nodes.into_iter().enumerate() {
                    let mut node = Lifted { fields: &mut fields, graph: graph.clone().index(to), file: stands.clone().index(from) };
                    if to != from {
                        self.places.put(node.graph.clone(), node.file.clone());
                    }
                    each(self, &mut node);
                    done.push(Value::Object(fields));
                }
                tool.insert("nodes".into(), Value::Array(done));
            }
            lifted.push(Value::Object(tool));
        }
        file.insert("tools".into(), Value::Array(lifted));
    }

    /// Arguments that start with `$` become `{expr: ...}`.
    pub(super) fn dollars(&mut self, node: &mut Lifted<'_>) {
        let Some(args) = node.fields.get_mut("args").and_then(Value::as_object_mut) else { return };
        for (key, value) in args.iter_mut().filter(|(_, value)| shared::is_dollar(value)) {
            let expr = value.take();
            *value = Value::Object([("expr".to_owned(), expr)].into_iter().collect());
            let arg = |node: &Path| node.clone().key("args").key(key.as_str());
            self.places.put(arg(&node.graph).key("expr"), arg(&node.file));
        }
    }

    /// `conditions: [{rule?, target}]` becomes `conditions: [{rule, next}]` and `next`.
    pub(super) fn conditions(&mut self, node: &mut Lifted<'_>) {
        if !shared::is_kind(node.fields, "switch") || !node.fields.get("conditions").is_some_and(Value::is_array) {
            return;
        }
        let Some(Value::Array(cases)) = node.fields.get_mut("conditions").map(Value::take) else { return };
        let (graph, file) = (node.graph.clone().key("conditions"), node.file.clone().key("conditions"));
        let mut kept = Vec::with_capacity(cases.len());
        let mut default = None;
        for (i, mut case) in cases.into_iter().enumerate() {
            let stands = file.clone().index(i);
            if let Value::Object(case) = &mut case {
                let word = if case.contains_key("target") { "target" } else { "next" };
                if !case.contains_key("rule") && case.contains_key(word) {
                    if default.is_none() && !node.fields.contains_key("next") {
                        default = case.get(word).cloned();
                        self.places.put(node.graph.clone().key("next"), stands.key(word));
                        continue;
                    }
                    let remedy = "give it a `rule`, or remove it: one default is enough";
                    self.fail(graph.clone().index(kept.len()), "the switch has a second way without a `rule`", remedy);
                }
                let at = graph.clone().index(kept.len());
                self.places.put(at.clone().key("next"), stands.clone().key(word));
                shared::rename(case, "target", "next");
                self.places.put(at, stands);
            }
            kept.push(case);
        }
        node.fields.insert("conditions".into(), Value::Array(kept));
        if let Some(default) = default {
            node.fields.insert("next".into(), default);
        }
    }
}
