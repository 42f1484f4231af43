//! A part of a tool as a tool of its own, with a `call` in its place. Only where the run means the same before and after.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use expr::{Expression, Reference, ReferenceKind, Rule};
use graph::{Edit, Graph, Node, NodeId, Path, Port, Tool, ToolName};
use serde_json::{Map, Value, json};

use crate::kind::Ports;
use crate::rename::{find_mut, rename_in};
use crate::texts::{Content, Text, previous_calls, texts};

/// Why some nodes cannot become a tool of their own.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CollapseError {
    /// The graph lacks what was named, or a name is taken.
    #[error(transparent)]
    Edit(#[from] graph::Error),
    /// The nodes are not one part of the tool, with one way in and one way out.
    #[error("these nodes cannot become a tool of their own: {0}")]
    Shape(String),
    /// An expression would mean something else.
    #[error("these nodes cannot become a tool of their own: `{node}` {why}")]
    Meaning {
        /// The node that has the expression.
        node: NodeId,
        /// What it reads.
        why: String,
    },
}

/// Moves nodes into a new tool and puts a `call` of it in their place. What their expressions read of other nodes becomes
/// arguments of the tool; what others read of the last of them they read of the call.
///
/// # Errors
/// Where the nodes have not just one way in and one way out, or an expression would mean something else afterwards.
pub fn collapse(graph: &Graph, tool: &ToolName, ids: &[NodeId], name: &ToolName) -> Result<Edit, CollapseError> {
    let holder = graph.tool(tool.as_str()).ok_or_else(|| graph::Error::NoTool(tool.clone()))?;
    if name.as_str().is_empty() {
        return Err(graph::Error::Nameless("tool").into());
    }
    if graph.tool(name.as_str()).is_some() {
        return Err(graph::Error::Taken { what: "tool", name: name.to_string() }.into());
    }
    let part = Part::of(holder, ids)?;
    part.check_outside()?;
    let entry = graph::free_id(holder, &"entry".into());
    let exit = graph::free_id(holder, &"exit".into());
    let call = part.call_id(name);
    let mut inside = Inside { part: &part, entry: entry.clone(), arguments: Vec::new() };
    let mut nodes = vec![Node::new(entry.as_str(), "entry", [("next", part.head.as_str().into())])];
    for node in part.nodes() {
        let mut moved = node.clone();
        inside.rewrite(&mut moved)?;
        for edge in node.edges().into_iter().filter(|edge| edge.to == part.onward) {
            put(&mut moved, &edge.port.path(), exit.as_str().into());
        }
        nodes.push(moved);
    }
    nodes.push(Node::new(exit.as_str(), "exit", []));
    let (schema, args) = inside.interface();
    let new = Tool {
        name: name.clone(),
        description: format!("A part of `{tool}`"),
        input_schema: schema,
        output_schema: None,
        nodes: nodes.into_iter().map(Arc::new).collect(),
        extra: Map::new(),
    };
    let mut fields = vec![("tool", Value::from(name.as_str()))];
    if !args.is_empty() {
        fields.push(("args", Value::Object(args)));
    }
    fields.push(("next", part.onward.as_str().into()));
    Ok(Edit::batch(part.edits(graph, new, Node::new(call.as_str(), "call", fields))))
}

/// The nodes that are collapsed, in their tool.
struct Part<'g> {
    tool: &'g Tool,
    ids: HashSet<NodeId>,
    /// Where the one way in leads.
    head: NodeId,
    /// Where the one way out leads.
    onward: NodeId,
    /// The nodes that are left by the way out.
    lasts: Vec<&'g Node>,
    /// Whether the way out leads back to the way in.
    is_in_loop: bool,
}

impl<'g> Part<'g> {
    fn of(tool: &'g Tool, ids: &[NodeId]) -> Result<Self, CollapseError> {
        let ids: HashSet<NodeId> = ids.iter().cloned().collect();
        for id in &ids {
            let node = tool.node(id.as_str()).ok_or_else(|| graph::Error::NoNode { tool: tool.name.clone(), node: id.clone() })?;
            if matches!(node.kind.as_str(), "entry" | "exit") {
                return shape(format!("`{id}` is the tool's own {}", node.kind));
            }
        }
        let outside = || tool.nodes.iter().map(Arc::as_ref).filter(|node| !ids.contains(&node.id));
        let inside = || tool.nodes.iter().map(Arc::as_ref).filter(|node| ids.contains(&node.id));
        let entered = outside().flat_map(Node::edges).map(|edge| edge.to).filter(|to| ids.contains(to));
        let head = only(entered.collect(), "way in", "nothing leads to them")?;
        if let Some((node, edge)) = inside().find_map(|node| {
            let out = node.edges().into_iter().find(|edge| edge.port == Port::OnError && !ids.contains(&edge.to));
            out.map(|edge| (node, edge))
        }) {
            return shape(format!("an error of `{}` leads out of them, to `{}`", node.id, edge.to));
        }
        let left = inside().flat_map(Node::edges).map(|edge| edge.to).filter(|to| !ids.contains(to));
        let onward = only(left.collect(), "way out", "they lead nowhere")?;
        let bodies = bodies(tool, &ids, &onward);
        let lasts = inside().filter(|node| !bodies.contains(&node.id) && node.edges().iter().any(|edge| edge.to == onward)).collect();
        let is_in_loop = reaches(tool, &onward, &head, |id| ids.contains(id));
        Ok(Self { tool, ids, head, onward, lasts, is_in_loop })
    }

    fn nodes(&self) -> impl Iterator<Item = &'g Node> {
        let ids = self.ids.clone();
        self.tool.nodes.iter().map(Arc::as_ref).filter(move |node| ids.contains(&node.id))
    }

    /// The nodes whose output is the tool's result: the last that are no switches.
    fn givers(&self) -> HashSet<NodeId> {
        let mut givers = HashSet::new();
        let mut seen = HashSet::new();
        let mut queue: Vec<&Node> = self.lasts.clone();
        while let Some(node) = queue.pop() {
            if node.kind != "switch" {
                givers.insert(node.id.clone());
                continue;
            }
            if seen.insert(node.id.clone()) {
                queue.extend(self.nodes().filter(|before| before.edges().iter().any(|edge| edge.to == node.id)));
            }
        }
        givers
    }

    /// A branch gives its output under the id of its first node, which the call then has.
    fn call_id(&self, name: &ToolName) -> NodeId {
        let is_branch = |node: &Node| node.edges().iter().any(|edge| matches!(edge.port, Port::Branch(_)) && edge.to == self.head);
        if self.tool.nodes.iter().any(|node| !self.ids.contains(&node.id) && is_branch(node)) {
            return self.head.clone();
        }
        let wanted = NodeId::from(name.as_str());
        // An id that is collapsed is free, unless it is read under it that is meant.
        if self.ids.contains(&wanted) { wanted } else { graph::free_id(self.tool, &wanted) }
    }

    /// Whether everybody else reads only what the call will give.
    fn check_outside(&self) -> Result<(), CollapseError> {
        let givers = self.givers();
        let has_error_edges = self.nodes().flat_map(Node::edges).any(|edge| edge.port == Port::OnError);
        for node in self.tool.nodes.iter().filter(|node| !self.ids.contains(&node.id)) {
            for text in texts(node) {
                if text.reads_whole() {
                    return meaning(node, "may read the outputs of all nodes");
                }
                if text.looks_further_back() || text.uses_previous() && self.follows_a_switch(node) {
                    return meaning(node, "reads what earlier nodes gave by `$previousNode`, which would be others");
                }
                if has_error_edges && text.has_variable("error") {
                    return meaning(node, "reads `$error`, which one of them may have bound");
                }
                for reference in text.references().into_iter().filter(|reference| self.ids.contains(reference.name.as_str())) {
                    let id = &reference.name;
                    if reference.kind == ReferenceKind::History {
                        return meaning(node, format!("reads the history of `{id}`"));
                    }
                    if !(givers.len() == 1 && givers.contains(id.as_str())) {
                        return meaning(node, format!("reads `{id}`, which is not the last of them"));
                    }
                }
            }
        }
        Ok(())
    }

    fn follows_a_switch(&self, node: &Node) -> bool {
        node.id == self.onward && self.lasts.iter().any(|last| last.kind == "switch")
    }

    /// The edits: the tool comes in, the call takes the place of the first node, the others go.
    fn edits(&self, graph: &Graph, new: Tool, call: Node) -> Vec<Edit> {
        let tool = || self.tool.name.clone();
        let at = self.tool.node_index(self.head.as_str()).unwrap_or_default();
        let earlier = self.tool.nodes[..at].iter().filter(|node| self.ids.contains(&node.id)).count();
        let call_id = call.id.clone();
        let mut edits: Vec<Edit> = self.nodes().map(|node| Edit::RemoveNode { tool: tool(), node: node.id.clone() }).collect();
        edits.push(Edit::InsertNode { tool: tool(), at: at - earlier, node: call });
        let givers = self.givers();
        for node in self.tool.nodes.iter().filter(|node| !self.ids.contains(&node.id)) {
            let mut changed = Node::clone(node);
            for edge in node.edges().into_iter().filter(|edge| edge.to == self.head) {
                put(&mut changed, &edge.port.path(), call_id.as_str().into());
            }
            givers.iter().for_each(|giver| rename_read(&mut changed, giver, &call_id));
            let fields = changed.fields.into_iter().filter(|(key, value)| node.fields.get(key) != Some(value));
            edits.extend(fields.map(|(key, value)| Edit::SetNode {
                tool: tool(),
                node: node.id.clone(),
                path: Path::root().key(key),
                value: Some(value),
            }));
        }
        edits.push(Edit::InsertTool { at: graph.tool_index(self.tool.name.as_str()).map_or(graph.tools.len(), |at| at + 1), tool: new });
        edits
    }
}

/// Follows a node's new id in expressions and rules; edges are no matter here, since none leads to it any more.
fn rename_read(node: &mut Node, from: &NodeId, to: &NodeId) {
    if from != to {
        rename_in(node, from.as_str(), to.as_str());
    }
}

fn shape<T>(why: String) -> Result<T, CollapseError> {
    Err(CollapseError::Shape(why))
}

fn meaning<T>(node: &Node, why: impl Into<String>) -> Result<T, CollapseError> {
    Err(CollapseError::Meaning { node: node.id.clone(), why: why.into() })
}

/// The one node that all of these are.
fn only(mut ids: Vec<NodeId>, what: &str, none: &str) -> Result<NodeId, CollapseError> {
    ids.sort();
    ids.dedup();
    match ids.as_slice() {
        [one] => Ok(one.clone()),
        [] => shape(none.to_owned()),
        several => shape(format!(
            "they have more than one {what}: {}",
            several.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and ")
        )),
    }
}

/// The nodes between a loop or its like among `ids` and its join `onward`: they end in the join without leaving by it.
fn bodies(tool: &Tool, ids: &HashSet<NodeId>, onward: &NodeId) -> HashSet<NodeId> {
    let holders = tool.nodes.iter().filter(|node| ids.contains(&node.id) && node.target(Port::Join).as_ref() == Some(onward));
    let starts = holders.flat_map(|holder| inner_starts(holder));
    let mut queue: Vec<NodeId> = starts.collect();
    let mut seen = HashSet::new();
    while let Some(at) = queue.pop() {
        if at != *onward && seen.insert(at.clone()) {
            queue.extend(tool.node(at.as_str()).into_iter().flat_map(Node::edges).map(|edge| edge.to));
        }
    }
    seen
}

fn inner_starts(node: &Node) -> Vec<NodeId> {
    node.edges().into_iter().filter(|edge| matches!(edge.port, Port::Body | Port::Branch(_))).map(|edge| edge.to).collect()
}

/// Whether a way leads from one node to another through none that is `closed`.
fn reaches(tool: &Tool, from: &NodeId, to: &NodeId, closed: impl Fn(&NodeId) -> bool) -> bool {
    let mut queue = vec![from.clone()];
    let mut seen = HashSet::new();
    while let Some(at) = queue.pop() {
        if at == *to {
            return true;
        }
        if !closed(&at) && seen.insert(at.clone()) {
            queue.extend(tool.node(at.as_str()).into_iter().flat_map(Node::edges).map(|edge| edge.to));
        }
    }
    false
}

fn put(node: &mut Node, path: &Path, value: Value) {
    if let Some(place) = find_mut(node, path) {
        *place = value;
    }
}

/// What the nodes become in a tool of their own.
struct Inside<'p, 'g> {
    part: &'p Part<'g>,
    entry: NodeId,
    /// Each argument's name, and the expression that gives it.
    arguments: Vec<(String, String)>,
}

impl Inside<'_, '_> {
    fn rewrite(&mut self, node: &mut Node) -> Result<(), CollapseError> {
        let original = node.clone();
        for text in texts(&original) {
            self.check(&original, &text)?;
            let new = match &text.content {
                Content::Expression(expression) | Content::Shaping(expression) => {
                    self.moved_expression(&original, expression, &text.references())?.map(Value::from)
                }
                Content::Rule(rule) => self.moved_rule(&original, rule)?,
                Content::Unreadable => None,
            };
            if let Some(new) = new {
                put(node, &text.path, new);
            }
        }
        Ok(())
    }

    fn check(&self, node: &Node, text: &Text) -> Result<(), CollapseError> {
        if let Content::Unreadable = text.content {
            return meaning(node, format!("has an expression that cannot be read, in `{}`", text.path));
        }
        if text.reads_whole() {
            return meaning(node, "may read the outputs of all nodes");
        }
        let is_first = node.id == self.part.head;
        let comes_again = || self.part.nodes().flat_map(Node::edges).any(|edge| edge.to == self.part.head);
        let is_rule = matches!(text.content, Content::Rule(_));
        if text.looks_further_back() || text.uses_previous() && is_first && (is_rule || comes_again()) {
            return meaning(node, "reads what earlier nodes gave by `$previousNode`, which would be others");
        }
        for reference in text.references() {
            let is_inside = self.part.ids.contains(reference.name.as_str());
            if reference.kind == ReferenceKind::History && (!is_inside || self.part.is_in_loop) {
                return meaning(node, format!("reads the history of `{}`", reference.name));
            }
            if is_inside && self.part.is_in_loop && self.may_be_older(node, &reference.name) {
                return meaning(node, format!("reads what `{}` gave the last time, which a tool of its own does not know", reference.name));
            }
        }
        Ok(())
    }

    /// Whether a node may be read before it has given anything this time.
    fn may_be_older(&self, reader: &Node, read: &str) -> bool {
        let part = self.part;
        reader.id.as_str() == read
            || (part.head.as_str() != read
                && reaches(part.tool, &part.head, &reader.id, |id| id.as_str() == read || !part.ids.contains(id)))
    }

    /// The argument that stands for what another node gave.
    fn argument(&mut self, node: &Node, name: &str, expression: String) -> Result<(), CollapseError> {
        match self.arguments.iter().find(|(known, _)| known == name) {
            Some((_, known)) if *known != expression => meaning(node, format!("reads both a node `{name}` and `${name}`")),
            Some(_) => Ok(()),
            None => {
                self.arguments.push((name.to_owned(), expression));
                Ok(())
            }
        }
    }

    /// The source with what it reads of other nodes read from the entry.
    fn moved(&mut self, node: &Node, source: &str, references: &[Reference]) -> Result<String, CollapseError> {
        let mut moved = String::new();
        let mut done = 0;
        for reference in references.iter().filter(|reference| !self.part.ids.contains(reference.name.as_str())) {
            let Some(name) = quoted(&reference.name) else {
                return meaning(node, format!("reads `{}`, whose name cannot be written in an argument", reference.name));
            };
            self.argument(node, &reference.name, name)?;
            moved.push_str(&source[done..reference.span.start]);
            moved.push_str(self.entry.as_str());
            moved.push('.');
            done = reference.span.start;
        }
        moved.push_str(&source[done..]);
        Ok(moved)
    }

    fn moved_expression(
        &mut self,
        node: &Node,
        expression: &Expression,
        references: &[Reference],
    ) -> Result<Option<String>, CollapseError> {
        let mut source = self.moved(node, expression.source(), references)?;
        if node.id == self.part.head {
            // What came before the first of them is what comes before the call.
            for call in previous_calls(&source).into_iter().rev() {
                self.argument(node, "previous", "$previousNode()".to_owned())?;
                source.replace_range(call, &format!("$$.{}.previous", self.entry));
            }
        }
        for name in expression.variables() {
            match name.as_str() {
                "item" | "index" if self.is_in_own_loop(node) => {}
                "item" | "index" => {
                    self.argument(node, name, format!("${name}"))?;
                    source = format!("(${name} := {}.{name}; {source})", self.entry);
                }
                "error" if self.follows_own_error() => {}
                "error" | "arguments" => return meaning(node, format!("reads `${name}`, which is bound outside")),
                _ => {}
            }
        }
        Ok((source != expression.source()).then_some(source))
    }

    fn moved_rule(&mut self, node: &Node, rule: &Rule) -> Result<Option<Value>, CollapseError> {
        let text = rule.source().to_string();
        let is_bound_here = |name: &str| match name {
            "$item" | "$index" => self.is_in_own_loop(node),
            "$error" => self.follows_own_error(),
            _ => false,
        };
        if let Some(name) = ["$item", "$index", "$error", "$arguments"].iter().find(|name| text.contains(**name) && !is_bound_here(name)) {
            return meaning(node, format!("reads `{name}` in a rule"));
        }
        let mut by_place: BTreeMap<&str, Vec<Reference>> = BTreeMap::new();
        for found in rule.references() {
            by_place.entry(&found.pointer).or_default().push(found.reference.clone());
        }
        let mut moved = rule.source().clone();
        for (pointer, references) in by_place {
            if let Some(Value::String(place)) = moved.pointer_mut(pointer) {
                *place = self.moved(node, place, &references)?;
            }
        }
        Ok((moved != *rule.source()).then_some(moved))
    }

    /// Whether the node is in the body of a loop that is collapsed too.
    fn is_in_own_loop(&self, node: &Node) -> bool {
        let part = self.part;
        let loops = part.nodes().filter(|holder| crate::kind(&holder.kind).is_some_and(|kind| kind.ports() == Ports::Body));
        loops.into_iter().any(|holder| {
            let join = holder.target(Port::Join);
            inner_starts(holder).iter().any(|start| reaches(part.tool, start, &node.id, |id| Some(id) == join.as_ref() || *id == holder.id))
        })
    }

    fn follows_own_error(&self) -> bool {
        self.part.nodes().flat_map(Node::edges).any(|edge| edge.port == Port::OnError)
    }

    /// The schema of the tool's arguments, and what the call gives for them.
    fn interface(&self) -> (Value, Map<String, Value>) {
        let entry = self.part.tool.nodes.iter().find(|node| node.kind == "entry");
        let properties: Map<String, Value> = self
            .arguments
            .iter()
            .map(|(name, _)| {
                let is_entry = entry.is_some_and(|entry| entry.id.as_str() == name);
                let schema =
                    if is_entry { self.part.tool.input_schema.clone() } else { json!({"description": format!("What `{name}` gave")}) };
                (name.clone(), schema)
            })
            .collect();
        let args = self.arguments.iter().map(|(name, expression)| (name.clone(), json!({"expr": expression}))).collect();
        (json!({"type": "object", "properties": properties}), args)
    }
}

/// A name as an expression reads it; none where no quotes can hold it.
fn quoted(name: &str) -> Option<String> {
    let is_bare = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(name, "and" | "or" | "in" | "function" | "true" | "false" | "null");
    if is_bare {
        return Some(name.to_owned());
    }
    (!name.is_empty() && !name.contains('`')).then(|| format!("`{name}`"))
}
