//! What can be added to a graph: every kind of node, and every tool of every server; and the change that adds it. No views.

use graph::{Edit, Error, Graph, LayoutEdit, Node, NodeId, Port, ServerName, Tool, ToolName};
use nodes::{Kind, Ports};
use protocol::{GraphView, ServerTool};
use serde_json::{Map, Value, json};

use crate::model::Change;
use crate::text;
use crate::wish::{Outlet, Where};
use crate::wishes::{Draft, connect};

/// What a person asked to add something to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Adding {
    /// Where; where the layout puts it, if nowhere was said.
    pub(crate) at: Option<Where>,
    /// What it follows.
    pub(crate) after: Option<Outlet>,
}

/// Something that can be added.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Choice {
    /// A node of a kind.
    Kind(&'static str),
    /// A node that calls a tool of a server.
    ServerTool {
        /// The server.
        server: ServerName,
        /// The tool.
        tool: Box<ServerTool>,
    },
    /// A node that calls a tool of the graph.
    GraphTool(ToolName),
    /// A note.
    Note,
}

impl Choice {
    /// What it is called.
    pub(crate) fn title(&self) -> String {
        match self {
            Choice::Kind(name) => nodes::kind(name).map_or(*name, Kind::title).to_owned(),
            Choice::ServerTool { tool, .. } => tool.title.clone().unwrap_or_else(|| tool.name.clone()),
            Choice::GraphTool(tool) => tool.to_string(),
            Choice::Note => "Note".to_owned(),
        }
    }

    /// What it does.
    pub(crate) fn summary(&self) -> String {
        match self {
            Choice::Kind(name) => nodes::kind(name).map_or("", Kind::summary).to_owned(),
            Choice::ServerTool { tool, .. } => tool.description.as_deref().map(first_line).unwrap_or_default().to_owned(),
            Choice::GraphTool(_) => "A tool of this graph".to_owned(),
            Choice::Note => "A text on the canvas, in Markdown".to_owned(),
        }
    }

    /// Where it comes from, in a word: the server.
    pub(crate) fn origin(&self) -> Option<&str> {
        match self {
            Choice::ServerTool { server, .. } => Some(server.as_str()),
            Choice::Kind(_) | Choice::GraphTool(_) | Choice::Note => None,
        }
    }

    /// The name of the kind whose icon and colour it has.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Choice::Kind(name) => name,
            Choice::ServerTool { .. } => "mcp",
            Choice::GraphTool(_) => "call",
            Choice::Note => "note",
        }
    }

    /// What it is found by, the most telling first.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts = vec![self.title()];
        match self {
            Choice::Kind(name) => texts.push((*name).to_owned()),
            Choice::ServerTool { server, tool } => texts.extend([tool.name.clone(), format!("{server} {}", tool.name)]),
            Choice::GraphTool(_) | Choice::Note => {}
        }
        texts.push(self.summary());
        texts
    }

    /// A name by which one finds it again: for a list on the page, and where it is dragged.
    pub(crate) fn key(&self) -> String {
        match self {
            Choice::Kind(name) => format!("kind:{name}"),
            Choice::ServerTool { server, tool } => format!("tool:{server}:{}", tool.name),
            Choice::GraphTool(tool) => format!("call:{tool}"),
            Choice::Note => "note".to_owned(),
        }
    }
}

fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default()
}

/// What can be added to a tool: the kinds that it may have more of, the other tools of the graph, and the servers' tools.
pub(crate) fn choices(graph: &Graph, tool: Option<&Tool>, offered: &[(ServerName, Vec<ServerTool>)]) -> Vec<Choice> {
    let has = |kind: &str| tool.is_some_and(|tool| tool.nodes.iter().any(|node| node.kind == kind));
    let kinds = nodes::ALL.iter().map(|kind| kind.name()).filter(|name| *name != "entry" || !has("entry"));
    let others = graph.tools.iter().filter(|other| Some(&other.name) != tool.map(|tool| &tool.name));
    let of_servers = offered
        .iter()
        .flat_map(|(server, tools)| tools.iter().map(|tool| Choice::ServerTool { server: server.clone(), tool: Box::new(tool.clone()) }));
    let of_graph = others.map(|tool| Choice::GraphTool(tool.name.clone()));
    kinds.map(Choice::Kind).chain([Choice::Note]).chain(of_servers).chain(of_graph).collect()
}

/// The change that adds a node, and the node's id. It is connected from where it is to follow; where that port leads somewhere
/// already, the new node goes between.
///
/// # Errors
/// Where what it follows is not there any more.
pub(crate) fn add(view: &GraphView, tool: &ToolName, choice: &Choice, adding: &Adding) -> Result<(Change, NodeId), Error> {
    let holder = view.graph.tool(tool.as_str()).ok_or_else(|| Error::NoTool(tool.clone()))?;
    let node = node(&view.graph, holder, choice, adding.after.as_ref().map(|outlet| &outlet.node));
    let id = node.id.clone();
    let has_way_on = adding
        .after
        .as_ref()
        .is_some_and(|outlet| holder.node(outlet.node.as_str()).is_some_and(|node| node.target(outlet.port).is_some()));
    // An exit ends the way that it is put on.
    let leads_on = nodes::kind(&node.kind).is_none_or(|kind| kind.ports().onward().is_some()) && node.kind != "entry";
    let edit = match &adding.after {
        Some(outlet) if has_way_on && leads_on => nodes::insert_on_edge(&view.graph, tool, &outlet.node, outlet.port, node)?,
        after => {
            let mut draft = Draft::new(&view.graph);
            draft.make(graph::add_node(draft.graph(), tool, node)?)?;
            if let Some(outlet) = after {
                draft.make(connect(draft.graph(), tool, outlet, &id)?)?;
            }
            draft.edit()
        }
    };
    // Between two nodes there is seldom room: where nothing was placed by hand, the layout makes it.
    let is_laid_out = view.layout.drawing(tool.as_str()).is_none_or(|drawing| drawing.nodes.is_empty());
    let at = adding.at.filter(|_| !(is_laid_out && has_way_on));
    let layout = at.map(|at| LayoutEdit::Place { tool: tool.clone(), node: id.clone(), at: Some(at.spot) });
    let label = format!("added {}", quoted(&choice.title()));
    Ok((Change { label, edit: Some(edit), layout, gesture: None }, id))
}

fn quoted(title: &str) -> String {
    let mut letters = title.chars();
    // A word that is not an abbreviation loses its capital inside a sentence.
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => title.to_owned(),
    }
}

/// A new node that says as much as is known: what it reads is the node that it follows.
fn node(graph: &Graph, tool: &Tool, choice: &Choice, after: Option<&NodeId>) -> Node {
    let id = |stem: &str| graph::free_id(tool, &snake(stem).as_str().into());
    match choice {
        Choice::ServerTool { server, tool } => nodes::fresh_tool_call(&id(&tool.name), server, &tool.name, &tool.input_schema),
        Choice::GraphTool(called) => {
            let schema = graph.tool(called.as_str()).map(|tool| tool.input_schema.clone()).unwrap_or_default();
            nodes::fresh_call(&id(called.as_str()), called, &schema)
        }
        Choice::Note => nodes::fresh("note", &id("note")),
        Choice::Kind(kind) => {
            let mut node = nodes::fresh(kind, &id(kind));
            let reads = after.map(|after| read_node(tool, after));
            let known = match *kind {
                "transform" => reads.map(|reads| ("transform", json!({"expr": reads}))),
                "forEach" => reads.map(|reads| ("items", json!(reads))),
                "mcp" => graph.servers.keys().next().map(|name| ("server", json!(name.as_str()))),
                _ => None,
            };
            node.fields.extend(known.map(|(field, value)| (field.to_owned(), value)));
            node
        }
    }
}

/// JSONata that reads a node's output.
fn read_node(tool: &Tool, id: &NodeId) -> String {
    // A switch gives the name of the node that it chose: nobody means that. What came to it is what is passed on.
    let id = match tool.node(id.as_str()) {
        Some(node) if node.kind == "switch" => {
            let before = tool.nodes.iter().find(|other| other.edges().iter().any(|edge| edge.to == *id));
            before.map_or(id, |before| &before.id)
        }
        _ => id,
    };
    text::name_in_expression(id.as_str())
}

/// A name as ids are mostly written.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            c if c.is_uppercase() => {
                if out.chars().last().is_some_and(char::is_lowercase) {
                    out.push('_');
                }
                out.extend(c.to_lowercase());
            }
            c if c.is_alphanumeric() => out.push(c),
            _ if out.is_empty() || out.ends_with('_') => {}
            _ => out.push('_'),
        }
    }
    let trimmed = out.trim_end_matches('_');
    if trimmed.is_empty() { "node".to_owned() } else { trimmed.to_owned() }
}

/// The place of the port by which a node is left that has none connected yet: where one that is added follows it.
pub(crate) fn free_outlet(node: &Node) -> Option<Outlet> {
    let kind = nodes::kind(&node.kind)?;
    let edges = node.edges();
    let is_free = |port: Port| !edges.iter().any(|edge| edge.port == port);
    let count = |field: &str| node.fields.get(field).and_then(Value::as_array).map_or(0, Vec::len);
    let port = match kind.ports() {
        Ports::None => None,
        Ports::Next | Ports::Verdict => Some(Port::Next),
        Ports::Cases => Some(if is_free(Port::Next) { Port::Next } else { Port::Case(count("conditions")) }),
        Ports::Branches => Some(Port::Branch(count("branches"))),
        Ports::Body => Some(if is_free(Port::Body) { Port::Body } else { Port::Join }),
    };
    port.map(|port| Outlet { node: node.id.clone(), port })
}

/// A new tool with an entry and an exit, and its name.
pub(crate) fn new_tool(graph: &Graph) -> (Edit, ToolName) {
    let taken = |name: &str| graph.tool(name).is_some();
    let name = (1usize..).map(|n| if n == 1 { "new_tool".to_owned() } else { format!("new_tool_{n}") }).find(|name| !taken(name));
    let name = ToolName::from(name.unwrap_or_default());
    let tool = Tool {
        name: name.clone(),
        description: "What it does, for people and models".to_owned(),
        input_schema: json!({"type": "object", "properties": {}}),
        output_schema: None,
        nodes: vec![Node::new("entry", "entry", [("next", json!("exit"))]).into(), Node::new("exit", "exit", []).into()],
        extra: Map::new(),
    };
    (Edit::InsertTool { at: graph.tools.len(), tool }, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::apply;
    use crate::wishes::tests::view;

    fn tool() -> ToolName {
        "t".into()
    }

    fn after(node: &str, port: Port) -> Adding {
        Adding { at: None, after: Some(Outlet { node: node.into(), port }) }
    }

    /// Adds a choice; the nodes that are new or changed, as JSON.
    fn check(nodes: Value, choice: &Choice, adding: &Adding, expected: Value) {
        let mut view = view(nodes);
        let (change, id) = add(&view, &tool(), choice, adding).unwrap();
        let before = view.graph.clone();
        apply(std::sync::Arc::make_mut(&mut view.graph), &change.edit.unwrap()).unwrap();
        let tool = view.graph.tool("t").unwrap();
        assert!(tool.node(id.as_str()).is_some(), "the new node `{id}` is there");
        let changed = tool.nodes.iter().filter(|node| before.tool("t").unwrap().node(node.id.as_str()) != Some(node));
        assert_eq!(changed.map(|node| node.to_json()).collect::<Value>(), expected);
    }

    fn two() -> Value {
        json!([{"id": "entry", "type": "entry", "next": "exit"}, {"id": "exit", "type": "exit"}])
    }

    #[test]
    fn what_is_added_to_a_connected_port_goes_between_and_reads_what_comes() {
        check(
            two(),
            &Choice::Kind("transform"),
            &after("entry", Port::Next),
            json!([{"id": "entry", "type": "entry", "next": "transform"},
                {"id": "transform", "type": "transform", "transform": {"expr": "entry"}, "next": "exit"}]),
        );
    }

    #[test]
    fn a_tool_of_a_server_comes_with_the_arguments_that_it_needs() {
        let offered = ServerTool {
            name: "list-Directory".to_owned(),
            title: None,
            description: Some("Lists.\nMore".to_owned()),
            input_schema: json!({"type": "object", "required": ["path"], "properties": {"path": {"type": "string"}, "depth": {"type": "integer"}}}),
            output_schema: None,
            reads_only: true,
        };
        let choice = Choice::ServerTool { server: "files".into(), tool: Box::new(offered) };
        assert_eq!(choice.summary(), "Lists.", "one line of it");
        check(
            two(),
            &choice,
            &Adding::default(),
            json!([{"id": "list_directory", "type": "mcp", "server": "files", "tool": "list-Directory", "args": {"path": ""}}]),
        );
    }

    #[test]
    fn a_port_past_the_last_of_a_list_is_added_with_what_it_needs() {
        let nodes = json!([{"id": "s", "type": "switch", "conditions": [], "next": "exit"}, {"id": "exit", "type": "exit"}]);
        check(
            nodes,
            &Choice::Kind("wait"),
            &after("s", Port::Case(0)),
            json!([{"id": "s", "type": "switch", "conditions": [{"rule": {"==": [{"var": ""}, ""]}, "next": "wait"}], "next": "exit"},
                {"id": "wait", "type": "wait", "for": "PT1S"}]),
        );
    }

    #[test]
    fn ids_are_free_and_only_one_entry_is_offered() {
        let mut view = view(two());
        for expected in ["wait", "wait_2", "wait_3"] {
            let (change, id) = add(&view, &tool(), &Choice::Kind("wait"), &Adding::default()).unwrap();
            assert_eq!(id.as_str(), expected);
            apply(std::sync::Arc::make_mut(&mut view.graph), &change.edit.unwrap()).unwrap();
        }
        let offered = choices(&view.graph, view.graph.tool("t"), &[]);
        assert!(!offered.contains(&Choice::Kind("entry")), "the tool has its entry");
        assert!(offered.contains(&Choice::Kind("exit")), "a tool may end in several places");
    }

    #[test]
    fn a_new_tool_runs_as_it_is() {
        let mut view = view(two());
        let (edit, name) = new_tool(&view.graph);
        apply(std::sync::Arc::make_mut(&mut view.graph), &edit).unwrap();
        assert_eq!(name.as_str(), "new_tool");
        assert_eq!(new_tool(&view.graph).1.as_str(), "new_tool_2", "the next has a name of its own");
        let problems = graph::check(&view.graph);
        assert!(!problems.iter().any(|problem| problem.tool.as_ref() == Some(&name)), "nothing is wrong with it: {problems:?}");
    }
}
