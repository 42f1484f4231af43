//! Changing a graph file from outside a window: edits in a short form or as JSON, written back losslessly.

mod words;

use std::path::Path;

use graph::{Edit, Graph, Node, ServerName, Tool};

use crate::disk;
use crate::error::Error;
use crate::graph_file::read_source;
use words::Words;

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
        name: "new-node",
        takes: &["TOOL", "KIND", "ID"],
        edit: |words| Ok(graph::add_node(words.graph, &words.text(0).into(), words.fresh(words.text(1), words.text(2))?)?),
    },
    Verb {
        name: "insert-node",
        takes: &["NODE[.PORT]", "KIND", "ID"],
        edit: |words| {
            let (tool, from, port) = words.port(words.text(0))?;
            let node = words.fresh(words.text(1), words.text(2))?;
            Ok(nodes::insert_on_edge(words.graph, &tool, &from, port, node)?)
        },
    },
    Verb {
        name: "set-kind",
        takes: &["NODE", "KIND"],
        edit: |words| {
            let (tool, node) = words.node(words.text(0))?;
            let kind = words.fresh(words.text(1), "").map(|node| node.kind)?;
            Ok(nodes::replace_kind(words.graph, &tool, &node, &kind)?)
        },
    },
    Verb {
        name: "paste",
        takes: &["TOOL", "YAML"],
        edit: |words| {
            let clip = format::read_clip(words.text(1)).map_err(|error| words.bad(error.to_string()))?;
            Ok(nodes::paste(words.graph, &words.text(0).into(), &clip, None)?.edit)
        },
    },
    Verb {
        name: "remove-nodes",
        takes: &["NODE,NODE"],
        edit: |words| {
            let (tool, nodes) = words.nodes(words.text(0))?;
            Ok(graph::remove_nodes(words.graph, &tool, &nodes)?)
        },
    },
    Verb {
        name: "collapse",
        takes: &["NODE,NODE", "NEW"],
        edit: |words| {
            let (tool, nodes) = words.nodes(words.text(0))?;
            nodes::collapse(words.graph, &tool, &nodes, &words.text(1).into()).map_err(|error| words.bad(error.to_string()))
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
        name: "reconnect",
        takes: &["NODE[.PORT]", "NODE[.PORT]"],
        edit: |words| {
            let (tool, from, port) = words.port(words.text(0))?;
            let (other, to_from, to_port) = words.port(words.text(1))?;
            if other != tool {
                return Err(words.bad("an edge stays in its tool"));
            }
            Ok(graph::reconnect(words.graph, &tool, &from, port, &to_from, to_port)?)
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
