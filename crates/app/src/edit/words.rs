//! The words of an edit's short form: what each names in the graph. Knows nothing of the verbs.

use graph::{Graph, Node, NodeId, Port, Tool, ToolName};
use serde_json::Value;

use crate::error::Error;

pub(super) struct Words<'w> {
    pub(super) graph: &'w Graph,
    pub(super) words: &'w [String],
    /// The whole edit, for an error.
    pub(super) all: &'w str,
}

impl<'w> Words<'w> {
    pub(super) fn text(&self, at: usize) -> &'w str {
        &self.words[at]
    }

    pub(super) fn bad(&self, reason: impl Into<String>) -> Error {
        Error::BadEdit { edit: self.all.to_owned(), reason: reason.into() }
    }

    pub(super) fn json(&self, at: usize) -> Result<Value, Error> {
        let text = self.text(at);
        serde_json::from_str(text)
            .map_err(|error| self.bad(format!("`{text}` is not JSON ({error}); write a text in double quotes: `'\"{text}\"'`")))
    }

    pub(super) fn wrong_json(&self, problems: Vec<graph::Problem>) -> Error {
        let listed: Vec<_> = problems.into_iter().map(|problem| format!("{}; {}", problem.message, problem.remedy)).collect();
        self.bad(listed.join("; "))
    }

    pub(super) fn path(&self, text: &str) -> Result<graph::Path, Error> {
        text.parse().map_err(|error: graph::PathError| self.bad(error.to_string()))
    }

    /// `node`, or `tool/node` where several tools have such a node.
    pub(super) fn node(&self, address: &str) -> Result<(ToolName, NodeId), Error> {
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
    pub(super) fn node_path(&self, text: &str) -> Result<(ToolName, NodeId, graph::Path), Error> {
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

    pub(super) fn tool_path(&self, text: &str) -> Result<(ToolName, graph::Path), Error> {
        let (tool, path) = text.split_once('.').ok_or_else(|| self.bad("write the tool and the field: `TOOL.FIELD`"))?;
        Ok((tool.into(), self.path(path)?))
    }

    /// `node` for its `next`, or `node.PORT`.
    pub(super) fn port(&self, text: &str) -> Result<(ToolName, NodeId, Port), Error> {
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

    /// Several nodes of one tool, with commas between them.
    pub(super) fn nodes(&self, text: &str) -> Result<(ToolName, Vec<NodeId>), Error> {
        let found = text.split(',').map(|address| self.node(address.trim())).collect::<Result<Vec<_>, _>>()?;
        match found.first().map(|(tool, _)| tool.clone()) {
            Some(tool) if found.iter().all(|(other, _)| *other == tool) => Ok((tool, found.into_iter().map(|(_, node)| node).collect())),
            _ => Err(self.bad("these nodes are not of one tool")),
        }
    }

    /// A new node of a kind.
    pub(super) fn fresh(&self, kind: &str, id: &str) -> Result<Node, Error> {
        if nodes::kind(kind).is_none() {
            let known: Vec<_> = nodes::ALL.iter().map(|kind| kind.name()).collect();
            return Err(self.bad(format!("there is no kind `{kind}`; the kinds are {}", known.join(", "))));
        }
        Ok(nodes::fresh(kind, &id.into()))
    }
}
