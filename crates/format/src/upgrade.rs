//! A file of any shape as one of shape E, comments kept.

use std::collections::BTreeMap;

use graph::{Edit, Graph, NodeId, Path, Segment, Tool};
use serde_json::Value;

use crate::dialect::{Dialect, nodes_at_the_top};
use crate::edit::{self, Comments};
use crate::{Error, Source};

impl Source {
    /// The text of the file in shape E. In shapes A and B the nodes move into their tools with their comments, and where
    /// expressions use `$.input`, the entry node gets the id `input`, so that they mean what they meant.
    ///
    /// # Errors
    /// Where the file was read with errors, or cannot be rewritten without a loss.
    pub fn upgrade(&self) -> Result<String, Error> {
        if let Some(problem) = self.problems().iter().find(|problem| problem.is_error()) {
            return Err(Error::Unreadable(Box::new(problem.clone())));
        }
        if self.dialect == Dialect::E {
            return Ok(self.text.clone());
        }
        let json = self.graph.to_json();
        let has_top_nodes = self.dialect <= Dialect::B;
        let base = self.dialect.shape().write(&json, &self.file)?;
        let wanted = if has_top_nodes { nodes_at_the_top(json, self.dialect)? } else { json };
        let meant = edit::merge(&self.file, &base, &wanted);
        let edit::Rewritten { mut text, tree, .. } = edit::rewrite(&self.text, &self.tree, &meant, Comments::Stay)?;
        if has_top_nodes {
            let places: Vec<_> = self.graph.tools.iter().enumerate().map(|(i, tool)| self.node_places(i, tool)).collect();
            text = edit::regroup(&text, &tree, &places)?.apply(&text)?;
        }
        let mut next = Self::parse(text)?;
        if next.graph != self.graph || next.dialect != Dialect::E {
            return Err(Error::text("the file in shape E would mean something else"));
        }
        let kept = comments(&next);
        let lost = comments(self).into_iter().find(|(comment, count)| kept.get(comment).unwrap_or(&0) < count);
        if let Some((comment, _)) = lost {
            return Err(Error::text(format!("the comment `{comment}` would be lost")));
        }
        if self.input_alias() {
            for tool in &self.graph.tools {
                name_input(tool)?.map(|edit| next.apply(&edit)).transpose()?;
            }
        }
        Ok(next.text)
    }

    /// The positions that a tool's nodes have in the file's list.
    fn node_places(&self, tool: usize, holder: &Tool) -> Vec<usize> {
        let path = Path::root().key("tools").index(tool).key("nodes");
        let place = |i: usize| match self.places.to_file(&path.clone().index(i)).split_last() {
            Some((_, Segment::Index(place))) => Some(*place),
            _ => None,
        };
        (0..holder.nodes.len()).filter_map(place).collect()
    }
}

/// How often each comment is in a file.
fn comments(source: &Source) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for comment in source.tree.comments() {
        *counts.entry(source.text[comment.clone()].trim_end()).or_default() += 1;
    }
    counts
}

/// Lets `$.input` mean in shape E what it meant: the output of the entry, by the entry's id. None where nothing uses it.
fn name_input(tool: &Tool) -> Result<Option<Edit>, Error> {
    let Some(entry) = tool.nodes.iter().find(|node| node.kind == "entry").map(|node| node.id.clone()) else { return Ok(None) };
    if entry.as_str() == "input" || !mentions(tool, "input") {
        return Ok(None);
    }
    if tool.node("input").is_some() || mentions(tool, entry.as_str()) {
        return Err(Error::text(format!(
            "the tool `{}` uses both `input` and `{entry}` for its arguments; write `{entry}` in all its expressions first",
            tool.name
        )));
    }
    let input = NodeId::from("input");
    let mut edits = vec![Edit::SetNodeId { tool: tool.name.clone(), from: entry.clone(), to: input.clone() }];
    for node in &tool.nodes {
        let id = if node.id == entry { &input } else { &node.id };
        edits.extend(node.edges().into_iter().filter(|edge| edge.to == entry).map(|edge| Edit::SetNode {
            tool: tool.name.clone(),
            node: id.clone(),
            path: edge.port.path(),
            value: Some(input.as_str().into()),
        }));
    }
    Ok(Some(Edit::batch(edits)))
}

/// Whether a word stands in any text of the tool's nodes that is not an edge.
fn mentions(tool: &Tool, word: &str) -> bool {
    tool.nodes.iter().any(|node| {
        let edges: Vec<Path> = node.edges().into_iter().map(|edge| edge.port.path()).collect();
        node.fields.iter().any(|(key, value)| has_word(value, word, &Path::root().key(key), &edges))
    })
}

fn has_word(value: &Value, word: &str, at: &Path, edges: &[Path]) -> bool {
    match value {
        Value::String(text) => !edges.contains(at) && is_word_in(text, word),
        Value::Array(items) => items.iter().enumerate().any(|(i, item)| has_word(item, word, &at.clone().index(i), edges)),
        Value::Object(fields) => fields.iter().any(|(key, item)| has_word(item, word, &at.clone().key(key), edges)),
        _ => false,
    }
}

fn is_word_in(text: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_letter) && !text[at + word.len()..].chars().next().is_some_and(is_letter)
    })
}

/// The text of a new file that holds a graph, in shape E.
///
/// # Errors
/// Where the graph cannot be told from one of an older shape: it has a text that starts with `$` among its arguments, and
/// no `{expr: ...}` anywhere.
pub fn new_text(graph: &Graph) -> Result<String, Error> {
    let manner = crate::yaml::Manner::default();
    let Value::Object(fields) = graph.to_json() else { return Err(Error::text("a graph is a mapping")) };
    let mut text = String::new();
    for (key, value) in &fields {
        if !text.is_empty() && (value.is_object() || value.is_array()) {
            text.push('\n');
        }
        text.push_str(&manner.entry(key, value, 0));
        text.push('\n');
    }
    let source = Source::parse(text)?;
    if source.graph != *graph {
        return Err(Error::text(
            "an argument is a text that starts with `$`, and no other is an `{expr: ...}`; write it as `{expr: '\"$...\"'}`",
        ));
    }
    Ok(source.text)
}
