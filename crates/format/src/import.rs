//! Canvas workflows in JSON (nodes with places and connections) as graphs. Knows nothing of whether an expression can be read:
//! who asks for the import says that.
//!
//! [`flow`] reads the file, [`order`] gives its connections the form that a graph has, and [`kinds`] makes the nodes.

mod flow;
mod kinds;
mod order;
mod terms;

use graph::{About, Graph, Layout};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Error;
use flow::Flow;

/// What an import made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// The graph, with one tool. What it has no form for is under its key `imported`.
    pub graph: Graph,
    /// Where things stand.
    pub layout: Layout,
    /// What became of each part of the file, in its order.
    pub report: Vec<Line>,
}

/// What became of a part of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it was.
    pub what: String,
    /// What it is now.
    pub became: String,
}

impl Line {
    fn new(what: impl Into<String>, became: impl Into<String>) -> Self {
        Self { what: what.into(), became: became.into() }
    }
}

/// Reads a canvas workflow and makes a graph of it. `is_jsonata` says whether a text can be read as a JSONata expression.
///
/// Nothing of the file is dropped: a kind of node that Patchbay lacks becomes a placeholder with its data, and what no
/// node has a field for is kept under the graph's `imported`.
///
/// # Errors
/// Where the text is not JSON, or holds no list of nodes.
pub fn import(text: &str, is_jsonata: &dyn Fn(&str) -> bool) -> Result<Import, Error> {
    let mut flow = Flow::read(text)?;
    let mut report = std::mem::take(&mut flow.report);
    let ways = order::order(&flow, &mut report);
    let made = kinds::make(&flow, &ways, is_jsonata, &mut report);
    let mut kept = flow.kept;
    let nodes = made.kept.into_iter().filter(|(_, kept)| !kept.is_empty()).map(|(id, kept)| (id, Value::Object(kept)));
    let nodes: Map<String, Value> = nodes.collect();
    if !nodes.is_empty() {
        kept.insert("nodes".into(), Value::Object(nodes));
    }
    if !ways.dropped.is_empty() {
        kept.insert("connections".into(), Value::Array(ways.dropped.clone()));
    }
    let mut graph = Graph {
        version: "1".to_owned(),
        about: About { name: made.tool.name.to_string(), version: "1.0.0".to_owned(), title: flow.title.clone(), ..About::default() },
        tools: vec![made.tool],
        ..Graph::default()
    };
    if !kept.is_empty() {
        report.push(Line::new("what no field is for", "kept under the graph's `imported`"));
        graph.extra.insert("imported".into(), Value::Object(kept));
    }
    Ok(Import { graph, layout: made.layout, report })
}
