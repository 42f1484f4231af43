//! Edits: changes of a graph as values that can be printed, stored, sent, inverted and composed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Graph, Node, NodeId, Path, Problem, Segment, ServerName, Tool, ToolName};

/// One change. What a person does (connect, rename with all references) is one or several of these; see [`crate::connect`]
/// and its siblings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "edit")]
pub enum Edit {
    /// Gives the field at `path` of a node a value, or removes it.
    SetNode {
        /// The tool that holds the node.
        tool: ToolName,
        /// The node.
        node: NodeId,
        /// From the node down; `type` is a field like others, `id` is not.
        path: Path,
        /// The new value; none removes the field.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        value: Option<Value>,
    },
    /// Gives a node another id. References to it stay as they are.
    SetNodeId {
        /// The tool that holds the node.
        tool: ToolName,
        /// The id it has.
        from: NodeId,
        /// The id it gets.
        to: NodeId,
    },
    /// Puts a node into a tool.
    InsertNode {
        /// The tool.
        tool: ToolName,
        /// Its position among the tool's nodes.
        at: usize,
        /// The node.
        node: Node,
    },
    /// Takes a node out. Edges to it stay as they are.
    RemoveNode {
        /// The tool that holds the node.
        tool: ToolName,
        /// The node.
        node: NodeId,
    },
    /// Gives the field at `path` of a tool a value, or removes it.
    SetTool {
        /// The tool.
        tool: ToolName,
        /// From the tool down; not `name` and not `nodes`.
        path: Path,
        /// The new value; none removes the field.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        value: Option<Value>,
    },
    /// Gives a tool another name. References to it stay as they are.
    SetToolName {
        /// The name it has.
        from: ToolName,
        /// The name it gets.
        to: ToolName,
    },
    /// Puts a tool into the graph.
    InsertTool {
        /// Its position among the tools.
        at: usize,
        /// The tool.
        tool: Tool,
    },
    /// Takes a tool out.
    RemoveTool {
        /// The tool.
        tool: ToolName,
    },
    /// Gives the field at `path` of the graph a value, or removes it: `server.title`, `mcpServers.files.args[0]`.
    SetGraph {
        /// From the root of the graph down; not `tools`.
        path: Path,
        /// The new value; none removes the field.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some")]
        value: Option<Value>,
    },
    /// Gives a server another name. References to it stay as they are.
    SetServerName {
        /// The name it has.
        from: ServerName,
        /// The name it gets.
        to: ServerName,
    },
    /// Several edits as one.
    Batch {
        /// In the order in which they are made.
        edits: Vec<Edit>,
    },
}

/// A present `null` is a value; only an absent key means none.
fn some<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// An edit that could not be made. The graph is as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// No tool of this name.
    #[error("the graph has no tool `{0}`")]
    NoTool(ToolName),
    /// No node of this id.
    #[error("the tool `{tool}` has no node `{node}`")]
    NoNode {
        /// The tool that was looked in.
        tool: ToolName,
        /// The id that it lacks.
        node: NodeId,
    },
    /// No server of this name.
    #[error("the graph has no server `{0}`")]
    NoServer(ServerName),
    /// The name is in use.
    #[error("there is a {what} `{name}` already; choose another name")]
    Taken {
        /// `node`, `tool` or `server`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The name is empty.
    #[error("a {0} needs a name")]
    Nameless(&'static str),
    /// The path leads through something that holds no fields or items.
    #[error("`{path}` cannot be set: {reason}")]
    Path {
        /// The path as asked.
        path: Path,
        /// Why not.
        reason: &'static str,
    },
    /// The graph would no longer be readable.
    #[error("`{}` cannot be set so: {}; {}", .0.path, .0.message, .0.remedy)]
    Invalid(Box<Problem>),
}

impl Edit {
    /// Several edits as one; a single one stays itself, and what is several already is not nested: an edit of many letters, one
    /// taken in after the other, must not become deeper than JSON may be.
    #[must_use]
    pub fn batch(edits: Vec<Edit>) -> Edit {
        let flat = edits.into_iter().flat_map(|edit| match edit {
            Edit::Batch { edits } => edits,
            edit => vec![edit],
        });
        let mut edits: Vec<Edit> = flat.collect();
        if edits.len() == 1 { edits.remove(0) } else { Edit::Batch { edits } }
    }
}

/// Whether an edit may give a name that is in use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Unique,
    Any,
}

impl Graph {
    /// Makes the edit and returns its inverse. After an error the graph is as it was.
    ///
    /// # Errors
    /// Where the edit names what is not there, a name that is taken, or a value that the graph cannot hold.
    pub(crate) fn apply(&mut self, edit: &Edit) -> Result<Edit, Error> {
        self.make(edit, Names::Unique)
    }

    /// Takes an edit back by its inverse. A faulty file may hold a name twice; the way back to it is open.
    ///
    /// # Errors
    /// As [`Graph::apply`], names that are taken aside.
    pub(crate) fn revert(&mut self, inverse: &Edit) -> Result<Edit, Error> {
        self.make(inverse, Names::Any)
    }

    fn make(&mut self, edit: &Edit, names: Names) -> Result<Edit, Error> {
        let is_taken = |taken: bool| taken && names == Names::Unique;
        Ok(match edit {
            Edit::SetNode { tool, node, path, value } => {
                let target = self.node_mut(tool, node)?;
                let value = target.set(path, value.clone())?;
                Edit::SetNode { tool: tool.clone(), node: node.clone(), path: value.0, value: value.1 }
            }
            Edit::SetNodeId { tool, from, to } => {
                named(to.as_str(), "node")?;
                let holder = self.tool_mut(tool)?;
                if is_taken(from != to && holder.node(to.as_str()).is_some()) {
                    return Err(Error::Taken { what: "node", name: to.to_string() });
                }
                self.node_mut(tool, from)?.id = to.clone();
                Edit::SetNodeId { tool: tool.clone(), from: to.clone(), to: from.clone() }
            }
            Edit::InsertNode { tool, at, node } => {
                named(node.id.as_str(), "node")?;
                let holder = self.tool_mut(tool)?;
                if is_taken(holder.node(node.id.as_str()).is_some()) {
                    return Err(Error::Taken { what: "node", name: node.id.to_string() });
                }
                holder.nodes.insert((*at).min(holder.nodes.len()), Arc::new(node.clone()));
                Edit::RemoveNode { tool: tool.clone(), node: node.id.clone() }
            }
            Edit::RemoveNode { tool, node } => {
                let holder = self.tool_mut(tool)?;
                let at = holder.node_index(node.as_str()).ok_or_else(|| Error::NoNode { tool: tool.clone(), node: node.clone() })?;
                Edit::InsertNode { tool: tool.clone(), at, node: Arc::unwrap_or_clone(holder.nodes.remove(at)) }
            }
            Edit::SetTool { tool, path, value } => {
                let at = self.tool_position(tool)?;
                let (path, value) = self.tools[at].set(path, value.clone())?;
                Edit::SetTool { tool: tool.clone(), path, value }
            }
            Edit::SetToolName { from, to } => {
                named(to.as_str(), "tool")?;
                if is_taken(from != to && self.tool(to.as_str()).is_some()) {
                    return Err(Error::Taken { what: "tool", name: to.to_string() });
                }
                self.tool_mut(from)?.name = to.clone();
                Edit::SetToolName { from: to.clone(), to: from.clone() }
            }
            Edit::InsertTool { at, tool } => {
                named(tool.name.as_str(), "tool")?;
                if is_taken(self.tool(tool.name.as_str()).is_some()) {
                    return Err(Error::Taken { what: "tool", name: tool.name.to_string() });
                }
                self.tools.insert((*at).min(self.tools.len()), tool.clone());
                Edit::RemoveTool { tool: tool.name.clone() }
            }
            Edit::RemoveTool { tool } => {
                let at = self.tool_position(tool)?;
                Edit::InsertTool { at, tool: self.tools.remove(at) }
            }
            Edit::SetGraph { path, value } => {
                let (path, value) = self.set(path, value.clone())?;
                Edit::SetGraph { path, value }
            }
            Edit::SetServerName { from, to } => {
                named(to.as_str(), "server")?;
                let at = self.servers.get_index_of(from).ok_or_else(|| Error::NoServer(from.clone()))?;
                if from != to && self.servers.contains_key(to) {
                    return Err(Error::Taken { what: "server", name: to.to_string() });
                }
                if let Some((_, entry)) = self.servers.shift_remove_index(at) {
                    self.servers.shift_insert(at, to.clone(), entry);
                }
                Edit::SetServerName { from: to.clone(), to: from.clone() }
            }
            Edit::Batch { edits } => self.make_all(edits, names)?,
        })
    }

    fn make_all(&mut self, edits: &[Edit], names: Names) -> Result<Edit, Error> {
        let mut inverses = Vec::with_capacity(edits.len());
        for edit in edits {
            match self.make(edit, names) {
                Ok(inverse) => inverses.push(inverse),
                Err(error) => {
                    // The inverse of an edit that was just made always fits.
                    for inverse in inverses.iter().rev() {
                        self.revert(inverse)?;
                    }
                    return Err(error);
                }
            }
        }
        inverses.reverse();
        Ok(Edit::Batch { edits: inverses })
    }

    fn tool_position(&self, tool: &ToolName) -> Result<usize, Error> {
        self.tool_index(tool.as_str()).ok_or_else(|| Error::NoTool(tool.clone()))
    }

    fn tool_mut(&mut self, tool: &ToolName) -> Result<&mut Tool, Error> {
        let at = self.tool_position(tool)?;
        Ok(&mut self.tools[at])
    }

    fn node_mut(&mut self, tool: &ToolName, node: &NodeId) -> Result<&mut Node, Error> {
        let holder = self.tool_mut(tool)?;
        let at = holder.node_index(node.as_str()).ok_or_else(|| Error::NoNode { tool: tool.clone(), node: node.clone() })?;
        Ok(Arc::make_mut(&mut holder.nodes[at]))
    }

    fn set(&mut self, path: &Path, value: Option<Value>) -> Result<(Path, Option<Value>), Error> {
        refuse(path, "tools", "edit the tools one by one")?;
        let tools = std::mem::take(&mut self.tools);
        let changed = reread(self.to_json(), path, value, |json| {
            let (graph, problems) = Graph::from_json(json);
            match problems.into_iter().find(Problem::is_error) {
                Some(problem) => Err(vec![problem]),
                None => Ok(graph),
            }
        });
        let (graph, inverse) = match changed {
            Ok(changed) => changed,
            Err(error) => {
                self.tools = tools;
                return Err(error);
            }
        };
        *self = Graph { tools, ..graph };
        Ok(inverse)
    }
}

impl Tool {
    fn set(&mut self, path: &Path, value: Option<Value>) -> Result<(Path, Option<Value>), Error> {
        refuse(path, "name", "rename the tool instead")?;
        refuse(path, "nodes", "edit the nodes one by one")?;
        let nodes = std::mem::take(&mut self.nodes);
        match reread(self.to_json(), path, value, Tool::from_json) {
            Ok((tool, inverse)) => {
                *self = Tool { nodes, ..tool };
                Ok(inverse)
            }
            Err(error) => {
                self.nodes = nodes;
                Err(error)
            }
        }
    }
}

impl Node {
    fn set(&mut self, path: &Path, value: Option<Value>) -> Result<(Path, Option<Value>), Error> {
        refuse(path, "id", "rename the node instead")?;
        let (node, inverse) = reread(self.to_json(), path, value, Node::from_json)?;
        *self = node;
        Ok(inverse)
    }
}

/// Sets a value in the written form and reads the whole again, so that what is typed stays valid.
fn reread<T>(
    mut json: Value,
    path: &Path,
    value: Option<Value>,
    read: impl Fn(&Value) -> Result<T, Vec<Problem>>,
) -> Result<(T, (Path, Option<Value>)), Error> {
    let inverse = set_at(&mut json, path, value)?;
    match read(&json) {
        Ok(thing) => Ok((thing, inverse)),
        Err(problems) => match problems.into_iter().next() {
            Some(problem) => Err(Error::Invalid(Box::new(problem))),
            None => Err(Error::Path { path: path.clone(), reason: "the value does not fit there" }),
        },
    }
}

fn refuse(path: &Path, key: &str, reason: &'static str) -> Result<(), Error> {
    match path.segments().first() {
        Some(Segment::Key(first)) if first == key => Err(Error::Path { path: path.clone(), reason }),
        Some(Segment::Key(_)) => Ok(()),
        Some(Segment::Index(_)) | None => Err(Error::Path { path: path.clone(), reason: "a path begins with a field" }),
    }
}

fn named(name: &str, what: &'static str) -> Result<(), Error> {
    if name.is_empty() { Err(Error::Nameless(what)) } else { Ok(()) }
}

/// Sets or removes the value at `path`, making the objects that lead to it. Returns the path and value that undo it.
fn set_at(root: &mut Value, path: &Path, value: Option<Value>) -> Result<(Path, Option<Value>), Error> {
    let fail = |reason| Error::Path { path: path.clone(), reason };
    let segments = path.segments();
    let mut at = root;
    let mut here = Path::root();
    for (depth, segment) in segments.iter().enumerate() {
        let is_last = depth + 1 == segments.len();
        match segment {
            Segment::Key(key) => {
                let fields = at.as_object_mut().ok_or_else(|| fail("a key leads into something that has no fields"))?;
                here = here.key(key);
                if is_last || !fields.contains_key(key) {
                    let old = match value {
                        Some(value) => fields
                            .insert(key.clone(), nested(&segments[depth + 1..], value).ok_or_else(|| fail("a list begins at index 0"))?),
                        None => fields.shift_remove(key),
                    };
                    return Ok((here, old));
                }
                at = &mut fields[key];
            }
            Segment::Index(index) => {
                let items = at.as_array_mut().ok_or_else(|| fail("an index leads into something that is not a list"))?;
                if *index > items.len() {
                    return Err(fail("the index is past the end of the list"));
                }
                match value {
                    None if is_last && *index < items.len() => {
                        let before = Value::Array(items.clone());
                        items.remove(*index);
                        return Ok((here, Some(before)));
                    }
                    None if *index == items.len() => return Ok((here.index(*index), None)),
                    Some(value) if is_last || *index == items.len() => {
                        let value = nested(&segments[depth + 1..], value).ok_or_else(|| fail("a list begins at index 0"))?;
                        let old = items.get_mut(*index).map(|slot| std::mem::replace(slot, value.clone()));
                        if old.is_none() {
                            items.push(value);
                        }
                        return Ok((here.index(*index), old));
                    }
                    _ => {}
                }
                here = here.index(*index);
                at = &mut items[*index];
            }
        }
    }
    Err(fail("the path is empty"))
}

/// The value inside the objects and lists that lead to it; none where a new list would not begin at its start.
fn nested(segments: &[Segment], value: Value) -> Option<Value> {
    segments.iter().rev().try_fold(value, |inner, segment| match segment {
        Segment::Key(key) => Some(Value::Object([(key.clone(), inner)].into_iter().collect())),
        Segment::Index(0) => Some(Value::Array(vec![inner])),
        Segment::Index(_) => None,
    })
}
