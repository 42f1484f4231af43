//! Copied nodes as text that a person can read and paste into a file. Knows nothing of where they come to stand.

use std::sync::Arc;

use graph::{Clip, Graph, Layout, Node, NodeId, Path, Problem, Segment, Spot, ToolName};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::SyntaxError;
use crate::dialect::{Dialect, Facts};
use crate::locate::find;
use crate::yaml::{self, Manner, Tree};

/// Nodes of a tool as YAML: a `nodes` list as it stands in a graph file, and `places` where a layout tells some.
///
/// # Errors
/// Where a node is not there.
pub fn copy(graph: &Graph, tool: &ToolName, ids: &[NodeId], layout: Option<&Layout>) -> Result<String, graph::Error> {
    Clip::of(graph, tool, ids, layout).map(|clip| clip_text(&clip))
}

/// A clip as YAML.
#[must_use]
pub fn clip_text(clip: &Clip) -> String {
    let nodes: Value = clip.nodes.iter().map(Node::to_json).collect();
    let mut fields = Map::new();
    if may_seem_older(&nodes) {
        fields.insert("shape".into(), "E".into());
    }
    fields.insert("nodes".into(), nodes);
    if !clip.places.is_empty() {
        let places = clip.places.iter().map(|(id, spot)| (id.to_string(), json!([number(spot.x), number(spot.y)])));
        fields.insert("places".into(), Value::Object(places.collect()));
    }
    format!("{}\n", Manner::default().mapping(&fields, 0))
}

/// Whether nodes of the newest shape might be taken for older ones: a text that starts with `$` and is none reads as an expression
/// there.
fn may_seem_older(nodes: &Value) -> bool {
    let facts = Facts::of(&json!({"tools": [{"nodes": nodes}]}));
    facts.has_target || facts.has_dollar || is_design(nodes)
}

/// Whether a node has what only the nodes of the design document have.
fn is_design(nodes: &Value) -> bool {
    nodes.as_array().into_iter().flatten().any(|node| {
        node.get("type").and_then(Value::as_str) == Some("mcp_tool") || node.get("then").is_some() || node.get("else").is_some()
    })
}

/// A whole number without its `.0`, as a person writes it.
fn number(value: f64) -> Value {
    #[allow(clippy::cast_possible_truncation)]
    let whole = value as i64;
    #[allow(clippy::cast_precision_loss)]
    let is_whole = whole as f64 == value;
    if is_whole { whole.into() } else { value.into() }
}

/// Reads what [`copy`] writes, and what a person may have copied from a graph file of any shape: a list of nodes, one node,
/// a tool, or a file with one tool.
///
/// # Errors
/// Where the text is not YAML or holds no nodes, with the place.
pub fn read_clip(text: &str) -> Result<Clip, SyntaxError> {
    read(text).or_else(|error| indented(text).map_or(Err(error.clone()), |text| read(&text).map_err(|_| error)))
}

/// A text whose first line lacks its indentation, since whoever copied it began behind it; none where it does not look so.
fn indented(text: &str) -> Option<String> {
    let width = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let (first, rest) = text.split_once('\n')?;
    let is_whole = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let below = rest.lines().filter(is_whole).map(width).min()?;
    // The fields of a node stand behind its dash; a node after it stands at the dash itself.
    let of_fields = rest.lines().filter(is_whole).filter(|line| !line.trim_start().starts_with("- ")).map(width).min()?;
    let by = if first.starts_with("- ") { below.min(of_fields.checked_sub(2)?) } else { below };
    (by > 0 && width(first) == 0).then(|| format!("{:by$}{text}", ""))
}

fn read(text: &str) -> Result<Clip, SyntaxError> {
    let tree = yaml::parse(text)?;
    let value = tree.to_value();
    let fail = |path: &Path, message: String, remedy: String| {
        let (line, column) = yaml::position(text, find(text, &tree, path, None).start);
        SyntaxError { line, column, message, remedy }
    };
    let (wrapped, prefix) = wrap(&value).ok_or_else(|| {
        let remedy = "copy whole nodes: `- id: ...` with all their fields, or the `nodes` list that holds them";
        fail(&Path::root(), "this text holds no nodes".to_owned(), remedy.to_owned())
    })?;
    let dialect = if value.get("shape").and_then(Value::as_str) == Some("E") { Dialect::E } else { Dialect::of(&wrapped) };
    let reading = dialect.shape().read(wrapped);
    let (graph, mut problems) = Graph::from_value(reading.value);
    problems.extend(reading.problems);
    let in_nodes = |problem: &Problem| matches!(problem.path.segments(), [Segment::Key(tools), _, Segment::Key(nodes), ..] if tools == "tools" && nodes == "nodes");
    if let Some(problem) = problems.into_iter().find(|problem| problem.is_error() && in_nodes(problem)) {
        return Err(fail(&prefix.in_text(&reading.places.to_file(&problem.path)), problem.message, problem.remedy));
    }
    let mut tools = graph.tools.into_iter();
    let nodes: Vec<Node> = tools.next().map(|tool| tool.nodes).unwrap_or_default().into_iter().map(Arc::unwrap_or_clone).collect();
    if let Some(second) = tools.next() {
        let message = format!("this text holds several tools, `{}` among them", second.name);
        return Err(fail(&Path::root().key("tools"), message, "copy the nodes of one of them".to_owned()));
    }
    if nodes.is_empty() {
        return Err(fail(&Path::root(), "this text holds no nodes".to_owned(), "copy at least one node".to_owned()));
    }
    Ok(Clip { nodes, places: places(text, &tree, &value)? })
}

/// Where the nodes stand in the text that was pasted.
enum Prefix {
    /// As in a graph file.
    File,
    /// In a tool.
    Tool,
    /// In a `nodes` list, or in a list alone.
    Nodes(Path),
    /// One node alone.
    Node,
}

impl Prefix {
    /// A path of the file that the text was taken for, as one of the text.
    fn in_text(&self, path: &Path) -> Path {
        let segments = path.segments();
        let from = |start: Path, skip: usize| {
            segments.iter().skip(skip).fold(start, |path, segment| match segment {
                Segment::Key(key) => path.key(key),
                Segment::Index(index) => path.index(*index),
            })
        };
        let above = if segments.first() == Some(&Segment::Key("nodes".into())) { 0 } else { 2 };
        match self {
            Prefix::File => path.clone(),
            Prefix::Tool => from(Path::root(), above),
            Prefix::Nodes(list) => from(list.clone(), above + 1),
            Prefix::Node => from(Path::root(), above + 2),
        }
    }
}

/// The text as a graph file with one tool; none where it has no nodes.
fn wrap(value: &Value) -> Option<(Value, Prefix)> {
    let file = |tool: Value| json!({"version": "1", "server": {"name": "clip", "version": "1"}, "tools": [tool]});
    let holding = |nodes: &Value| {
        let first = nodes.as_array().into_iter().flatten().find_map(|node| node.get("id")?.as_str());
        if is_design(nodes) {
            // Only the design document's nodes are reached from a tool's `entryNode`.
            let mut file = file(json!({"name": "clip", "description": "", "inputSchema": {}, "entryNode": first}));
            file["nodes"] = nodes.clone();
            return file;
        }
        file(json!({"name": "clip", "description": "", "inputSchema": {}, "nodes": nodes}))
    };
    match value {
        Value::Array(items) if items.iter().all(Value::is_object) => Some((holding(value), Prefix::Nodes(Path::root()))),
        Value::Object(fields) if fields.contains_key("tools") => Some((value.clone(), Prefix::File)),
        Value::Object(fields) if fields.contains_key("nodes") && fields.contains_key("name") => {
            let mut tool = value.clone();
            if let Value::Object(tool) = &mut tool {
                tool.entry("description").or_insert_with(|| "".into());
                tool.entry("inputSchema").or_insert_with(|| json!({}));
            }
            Some((file(tool), Prefix::Tool))
        }
        Value::Object(fields) => match fields.get("nodes") {
            Some(nodes) => Some((holding(nodes), Prefix::Nodes(Path::root().key("nodes")))),
            None if fields.contains_key("id") || fields.contains_key("type") => {
                Some((holding(&Value::Array(vec![value.clone()])), Prefix::Node))
            }
            None => None,
        },
        _ => None,
    }
}

fn places(text: &str, tree: &Tree, value: &Value) -> Result<IndexMap<NodeId, Spot>, SyntaxError> {
    let place = |(id, spot): (&String, &Value)| {
        let at = |key: &str, i: usize| spot.get(key).or_else(|| spot.get(i)).and_then(Value::as_f64).filter(|number| number.is_finite());
        match (at("x", 0), at("y", 1)) {
            (Some(x), Some(y)) => Ok((NodeId::from(id.as_str()), Spot { x, y })),
            _ => {
                let path = Path::root().key("places").key(id);
                let (line, column) = yaml::position(text, find(text, tree, &path, None).start);
                let message = format!("the place of `{id}` is not `[x, y]`");
                Err(SyntaxError { line, column, message, remedy: "give two numbers, or leave the place out".to_owned() })
            }
        }
    };
    value.get("places").and_then(Value::as_object).into_iter().flatten().map(place).collect()
}
