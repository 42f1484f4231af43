//! Changing a graph file from outside a window: edits in a short form or as JSON, written back losslessly.

use std::path::Path;

use graph::{Edit, Graph, Node, NodeId, Port, ServerName, Tool, ToolName};
use serde_json::Value;

use crate::disk;
use crate::error::Error;
use crate::graph_file::read_source;

/// What edits made of a file.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The new text.
    pub text: String,
    /// What changed, as a unified diff; empty where nothing did.
    pub diff: String,
}

/// Makes edits, each in its short form or as JSON, one after another; writes the file if `is_dry` does not say otherwise.
/// Either all are made or none.
///
/// # Errors
/// Where the file cannot be read or written, or an edit cannot be made.
pub fn change_file(path: &Path, edits: &[Vec<String>], is_dry: bool) -> Result<Change, Error> {
    let mut source = read_source(path)?;
    let before = source.text().to_owned();
    for words in edits {
        let edit = parse_edit(source.graph(), words)?;
        source.apply(&edit).map_err(|source| Error::Change { path: path.to_owned(), source })?;
    }

    written(path, &before, source.text().to_owned(), is_dry)
}

/// Writes a file in the newest shape, if `is_dry` does not say otherwise. Comments stay.
///
/// # Errors
/// Where the file cannot be read or written, or cannot be written so without a loss.
pub fn upgrade_file(path: &Path, is_dry: bool) -> Result<Change, Error> {
    let source = read_source(path)?;
    let text = source.upgrade().map_err(|source| Error::Change { path: path.to_owned(), source })?;
    written(path, source.text(), text, is_dry)
}

fn written(path: &Path, before: &str, text: String, is_dry: bool) -> Result<Change, Error> {
    if !is_dry && text != before {
        if disk::read(path)? != before {
            return Err(Error::ChangedMeanwhile(path.to_owned()));
        }
        disk::write(path, &text)?;
    }
    Ok(Change { diff: format::diff(before, &text), text })
}

/// A verb of the short form: its name, what follows it, and what it does.
struct Verb {
    name: &'static str,
    takes: &'static [&'static str],
    edit: fn(&Words<'_>) -> Result<Edit, Error>,
}

const VERBS: &[Verb] = &[
    Verb {
        name: "add-node",
        takes: &["TOOL", "JSON"],
        edit: |words| {
            let node = Node::from_json(&words.json(1)?).map_err(|problems| words.wrong_json(problems))?;
            Ok(graph::add_node(words.graph, &words.text(0).into(), node)?)
        },
    },
    Verb {
        name: "remove-node",
        takes: &["NODE"],
        edit: |words| {
            let (tool, node) = words.node(words.text(0))?;
            Ok(graph::remove_node(words.graph, &tool, &node)?)
        },
    },
    Verb {
        name: "rename-node",
        takes: &["NODE", "NEW"],
        edit: |words| {
            let (tool, node) = words.node(words.text(0))?;
            Ok(nodes::rename_node(words.graph, &tool, &node, &words.text(1).into())?)
        },
    },
    Verb {
        name: "duplicate-node",
        takes: &["NODE", "NEW"],
        edit: |words| {
            let (tool, node) = words.node(words.text(0))?;
            Ok(graph::duplicate_node(words.graph, &tool, &node, Some(words.text(1).into()))?)
        },
    },
    Verb {
        name: "splice-out",
        takes: &["NODE"],
        edit: |words| {
            let (tool, node) = words.node(words.text(0))?;
            Ok(graph::splice_out(words.graph, &tool, &node)?)
        },
    },
    Verb {
        name: "set",
        takes: &["NODE.PATH", "JSON"],
        edit: |words| {
            let (tool, node, path) = words.node_path(words.text(0))?;
            Ok(Edit::SetNode { tool, node, path, value: Some(words.json(1)?) })
        },
    },
    Verb {
        name: "unset",
        takes: &["NODE.PATH"],
        edit: |words| {
            let (tool, node, path) = words.node_path(words.text(0))?;
            Ok(Edit::SetNode { tool, node, path, value: None })
        },
    },
    Verb {
        name: "connect",
        takes: &["NODE[.PORT]", "NODE"],
        edit: |words| {
            let (tool, from, port) = words.port(words.text(0))?;
            let to = words.text(1);
            let to = to.rsplit_once('/').map_or(to, |(_, id)| id);
            Ok(graph::connect(words.graph, &tool, &from, port, &to.into())?)
        },
    },
    Verb {
        name: "disconnect",
        takes: &["NODE[.PORT]"],
        edit: |words| {
            let (tool, from, port) = words.port(words.text(0))?;
            Ok(graph::disconnect(words.graph, &tool, &from, port)?)
        },
    },
    Verb {
        name: "add-tool",
        takes: &["JSON"],
        edit: |words| {
            let tool = Tool::from_json(&words.json(0)?).map_err(|problems| words.wrong_json(problems))?;
            Ok(Edit::InsertTool { at: words.graph.tools.len(), tool })
        },
    },
    Verb { name: "remove-tool", takes: &["TOOL"], edit: |words| Ok(Edit::RemoveTool { tool: words.text(0).into() }) },
    Verb {
        name: "rename-tool",
        takes: &["TOOL", "NEW"],
        edit: |words| Ok(nodes::rename_tool(words.graph, &words.text(0).into(), &words.text(1).into())?),
    },
    Verb {
        name: "set-tool",
        takes: &["TOOL.PATH", "JSON"],
        edit: |words| {
            let (tool, path) = words.tool_path(words.text(0))?;
            Ok(Edit::SetTool { tool, path, value: Some(words.json(1)?) })
        },
    },
    Verb {
        name: "unset-tool",
        takes: &["TOOL.PATH"],
        edit: |words| {
            let (tool, path) = words.tool_path(words.text(0))?;
            Ok(Edit::SetTool { tool, path, value: None })
        },
    },
    Verb {
        name: "set-graph",
        takes: &["PATH", "JSON"],
        edit: |words| Ok(Edit::SetGraph { path: words.path(words.text(0))?, value: Some(words.json(1)?) }),
    },
    Verb { name: "unset-graph", takes: &["PATH"], edit: |words| Ok(Edit::SetGraph { path: words.path(words.text(0))?, value: None }) },
    Verb {
        name: "set-server",
        takes: &["SERVER", "JSON"],
        edit: |words| Ok(Edit::SetGraph { path: graph::Path::root().key("mcpServers").key(words.text(0)), value: Some(words.json(1)?) }),
    },
    Verb {
        name: "remove-server",
        takes: &["SERVER"],
        edit: |words| {
            let server: ServerName = words.text(0).into();
            if !words.graph.servers.contains_key(&server) {
                return Err(graph::Error::NoServer(server).into());
            }
            Ok(Edit::SetGraph { path: graph::Path::root().key("mcpServers").key(words.text(0)), value: None })
        },
    },
    Verb {
        name: "rename-server",
        takes: &["SERVER", "NEW"],
        edit: |words| Ok(nodes::rename_server(words.graph, &words.text(0).into(), &words.text(1).into())?),
    },
];

/// Reads one edit: a JSON object, or a verb and what follows it.
///
/// # Errors
/// Where it is neither, or names what the graph does not have.
pub(crate) fn parse_edit(graph: &Graph, words: &[String]) -> Result<Edit, Error> {
    let all = words.join(" ");
    let bad = |reason: String| Error::BadEdit { edit: all.clone(), reason };
    if let [json] = words
        && json.trim_start().starts_with('{')
    {
        return serde_json::from_str(json).map_err(|error| bad(error.to_string()));
    }
    let Some((name, rest)) = words.split_first() else { return Err(bad("it is empty".to_owned())) };
    let Some(verb) = VERBS.iter().find(|verb| verb.name == name) else {
        let near = graph::nearest(name, VERBS.iter().map(|verb| verb.name));
        return Err(bad(near.map_or_else(|| format!("the verbs are {}", verbs()), |near| format!("did you mean `{near}`?"))));
    };
    if rest.len() != verb.takes.len() {
        return Err(bad(format!("write `{} {}`", verb.name, verb.takes.join(" "))));
    }
    (verb.edit)(&Words { graph, words: rest, all: &all })
}

fn verbs() -> String {
    VERBS.iter().map(|verb| verb.name).collect::<Vec<_>>().join(", ")
}

/// Splits the words of a command line into edits: each JSON object is one, and each verb takes the words that it needs. One
/// word that holds spaces is split as a shell would.
///
/// # Errors
/// Where a word begins no edit.
pub fn split_edits(words: &[String]) -> Result<Vec<Vec<String>>, Error> {
    let mut edits = Vec::new();
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        if first.trim_start().starts_with('{') {
            edits.push(vec![first.clone()]);
            rest = after;
        } else if let Some((name, tail)) = first.split_once(' ') {
            let takes = VERBS.iter().find(|verb| verb.name == name).map_or(1, |verb| verb.takes.len());
            // The last part may hold spaces: it is a JSON value.
            let parts = tail.splitn(takes, ' ').map(str::to_owned);
            edits.push(std::iter::once(name.to_owned()).chain(parts).collect());
            rest = after;
        } else {
            let takes = VERBS.iter().find(|verb| verb.name == first).map_or(after.len(), |verb| verb.takes.len());
            let (taken, left) = after.split_at(takes.min(after.len()));
            edits.push(std::iter::once(first.clone()).chain(taken.iter().cloned()).collect());
            rest = left;
        }
    }
    Ok(edits)
}

/// What every verb takes, a line each, for help.
#[must_use]
pub fn edit_help() -> String {
    VERBS.iter().map(|verb| format!("  {} {}", verb.name, verb.takes.join(" "))).collect::<Vec<_>>().join("\n")
}

struct Words<'w> {
    graph: &'w Graph,
    words: &'w [String],
    all: &'w str,
}

impl<'w> Words<'w> {
    fn text(&self, at: usize) -> &'w str {
        &self.words[at]
    }

    fn bad(&self, reason: impl Into<String>) -> Error {
        Error::BadEdit { edit: self.all.to_owned(), reason: reason.into() }
    }

    fn json(&self, at: usize) -> Result<Value, Error> {
        let text = self.text(at);
        serde_json::from_str(text)
            .map_err(|error| self.bad(format!("`{text}` is not JSON ({error}); write a text in double quotes: `'\"{text}\"'`")))
    }

    fn wrong_json(&self, problems: Vec<graph::Problem>) -> Error {
        let listed: Vec<_> = problems.into_iter().map(|problem| format!("{}; {}", problem.message, problem.remedy)).collect();
        self.bad(listed.join("; "))
    }

    fn path(&self, text: &str) -> Result<graph::Path, Error> {
        text.parse().map_err(|error: graph::PathError| self.bad(error.to_string()))
    }

    /// `node`, or `tool/node` where several tools have such a node.
    fn node(&self, address: &str) -> Result<(ToolName, NodeId), Error> {
        if let Some((tool, id)) = address.rsplit_once('/') {
            let holder = self.graph.tool(tool).ok_or_else(|| graph::Error::NoTool(tool.into()))?;
            let node = holder.node(id).ok_or_else(|| graph::Error::NoNode { tool: tool.into(), node: id.into() })?;
            return Ok((holder.name.clone(), node.id.clone()));
        }
        let holders: Vec<&Tool> = self.graph.tools.iter().filter(|tool| tool.node(address).is_some()).collect();
        match holders.as_slice() {
            [only] => Ok((only.name.clone(), address.into())),
            [] => {
                let ids = self.graph.tools.iter().flat_map(|tool| &tool.nodes).map(|node| node.id.as_str());
                let near = graph::nearest(address, ids).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                Err(self.bad(format!("there is no node `{address}`{near}")))
            }
            several => {
                let ways: Vec<_> = several.iter().map(|tool| format!("`{}/{address}`", tool.name)).collect();
                Err(self.bad(format!("several tools have a node `{address}`; write {}", ways.join(" or "))))
            }
        }
    }

    /// A node and what follows it after a dot. Ids may hold dots themselves: the longest that is a node wins.
    fn node_path(&self, text: &str) -> Result<(ToolName, NodeId, graph::Path), Error> {
        let cuts = text.match_indices(['.', '[']).map(|(at, _)| at).rev();
        for at in cuts {
            if let Ok((tool, node)) = self.node(&text[..at]) {
                let path = text[at..].strip_prefix('.').unwrap_or(&text[at..]);
                return Ok((tool, node, self.path(path)?));
            }
        }
        // Says why it is no node.
        let address = text.split_once('.').map_or(text, |(address, _)| address);
        self.node(address)?;
        Err(self.bad(format!("write the field too: `{address}.FIELD`")))
    }

    fn tool_path(&self, text: &str) -> Result<(ToolName, graph::Path), Error> {
        let (tool, path) = text.split_once('.').ok_or_else(|| self.bad("write the tool and the field: `TOOL.FIELD`"))?;
        Ok((tool.into(), self.path(path)?))
    }

    /// `node` for its `next`, or `node.PORT`.
    fn port(&self, text: &str) -> Result<(ToolName, NodeId, Port), Error> {
        if let Ok((tool, node)) = self.node(text) {
            return Ok((tool, node, Port::Next));
        }
        let (tool, node, path) = self.node_path(text)?;
        let port = Port::at(&path).or_else(|| Port::at(&path.clone().key("next")));
        let port = port.ok_or_else(|| {
            self.bad(format!("`{path}` is not a port; the ports are next, conditions[0], branches[0], body, join and onError"))
        })?;
        Ok((tool, node, port))
    }
}
