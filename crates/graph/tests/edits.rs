//! Edits: each can be taken back, batches are made wholly or not at all, and a gesture is one step of undo.
#![allow(clippy::unwrap_used)]

use graph::{
    Document, Edit, Error, Graph, Node, NodeId, Path, Port, ToolName, add_node, connect, disconnect, duplicate_node, insert_on_edge,
    reconnect, remove_node, remove_nodes, splice_out,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn graph() -> Graph {
    let (graph, problems) = Graph::from_json(&json!({
        "version": "1", "server": {"name": "s", "version": "1"},
        "mcpServers": {"files": {"command": "npx", "args": ["-y", "x"]}, "far": {"type": "sse", "url": "http://x"}},
        "tools": [
            {"name": "t", "description": "d", "inputSchema": {"type": "object"}, "nodes": [
                {"id": "a", "type": "entry", "next": "s"},
                {"id": "s", "type": "switch", "conditions": [{"rule": true, "next": "m"}, {"rule": false, "next": "z"}, {"rule": 1, "next": "m"}], "next": "m"},
                {"id": "p", "type": "parallel", "branches": ["m", "s", "m"], "join": "z"},
                {"id": "m", "type": "mcp", "server": "files", "tool": "x", "args": {"list": [1, 2]}, "next": "z", "onError": "a"},
                {"id": "z", "type": "exit"}]},
            {"name": "u", "description": "d", "inputSchema": {"type": "object"}, "nodes": [
                {"id": "a", "type": "entry", "next": "z"}, {"id": "z", "type": "exit"}]}],
    }));
    assert!(problems.is_empty(), "the graph of these tests reads well: {problems:?}");
    graph
}

fn tool() -> ToolName {
    "t".into()
}

/// Makes an edit of the graph, and checks that its inverse leads back.
#[track_caller]
fn after(edit: &Edit) -> Graph {
    let mut document = Document::new(graph());
    let inverse = document.apply("edit", edit).unwrap_or_else(|error| panic!("{edit:?}: {error}"));
    let after = document.graph().clone();
    let again = document.apply("back", &inverse).unwrap_or_else(|error| panic!("the inverse {inverse:?}: {error}"));
    assert_eq!(document.graph(), &graph(), "the inverse of {edit:?} leads back");
    document.apply("again", &again).unwrap_or_else(|error| panic!("the inverse of the inverse {again:?}: {error}"));
    assert_eq!(document.graph(), &after, "and its inverse there again");
    after
}

fn node(graph: &Graph, id: &str) -> Value {
    graph.tools[0].node(id).map_or(Value::Null, Node::to_json)
}

fn set(node: &str, path: &str, value: Option<Value>) -> Edit {
    Edit::SetNode { tool: tool(), node: node.into(), path: path.parse().unwrap(), value }
}

#[test]
fn fields_are_set_made_and_removed_at_any_depth() {
    assert_eq!(node(&after(&set("m", "args.list[1]", Some(json!(9)))), "m")["args"], json!({"list": [1, 9]}));
    assert_eq!(node(&after(&set("m", "args.list[2]", Some(json!(3)))), "m")["args"], json!({"list": [1, 2, 3]}), "one past the end adds");
    assert_eq!(node(&after(&set("m", "args.list[0]", None)), "m")["args"], json!({"list": [2]}), "an item goes");
    assert_eq!(
        node(&after(&set("m", "args.new[0].deep", Some(json!(null)))), "m")["args"]["new"],
        json!([{"deep": null}]),
        "what leads there is made"
    );
    assert_eq!(node(&after(&set("m", "nothing.there", None)), "m"), node(&graph(), "m"), "what is not there goes without a trace");
    assert_eq!(node(&after(&set("m", "type", Some(json!("call")))), "m")["type"], json!("call"));
}

#[test]
fn what_a_graph_cannot_hold_is_refused() {
    let table = [
        (set("m", "args.list[4]", Some(json!(1))), "past the end"),
        (set("m", "server.x", Some(json!(1))), "no fields"),
        (set("m", "args[0]", Some(json!(1))), "not a list"),
        (set("m", "id", Some(json!("x"))), "rename the node"),
        (set("m", "type", None), "type"),
        (set("m", "type", Some(json!({}))), "type"),
        (set("nobody", "x", Some(json!(1))), "no node `nobody`"),
        (set("m", "new[1]", Some(json!(1))), "index 0"),
        (Edit::SetNodeId { tool: tool(), from: "a".into(), to: "z".into() }, "already"),
        (Edit::SetNodeId { tool: tool(), from: "a".into(), to: "".into() }, "needs a name"),
        (Edit::InsertNode { tool: tool(), at: 0, node: Node::new("a", "mcp", []) }, "already"),
        (Edit::SetToolName { from: tool(), to: "u".into() }, "already"),
        (Edit::SetServerName { from: "far".into(), to: "files".into() }, "already"),
        (Edit::SetServerName { from: "nobody".into(), to: "x".into() }, "no server"),
        (Edit::SetTool { tool: tool(), path: "nodes".parse().unwrap(), value: None }, "one by one"),
        (Edit::SetTool { tool: tool(), path: "inputSchema".parse().unwrap(), value: Some(json!(3)) }, "schema"),
        (Edit::SetGraph { path: "tools".parse().unwrap(), value: None }, "one by one"),
        (Edit::SetGraph { path: "server.name".parse().unwrap(), value: None }, "name"),
        (Edit::SetGraph { path: "executionLimits.maxNodeExecutions".parse().unwrap(), value: Some(json!(0)) }, "above 0"),
        (Edit::SetGraph { path: Path::root(), value: None }, "begins with a field"),
    ];
    for (edit, words) in table {
        let mut document = Document::new(graph());
        let error = document.apply("edit", &edit).unwrap_err().to_string();
        assert!(error.contains(words), "{edit:?} says `{words}`: {error}");
        assert_eq!(document.graph(), &graph(), "and changes nothing");
        assert_eq!(document.undo_label(), None, "and leaves nothing to undo");
    }
}

#[test]
fn a_batch_is_made_wholly_or_not_at_all() {
    let good = set("m", "tool", Some(json!("y")));
    let bad = Edit::RemoveNode { tool: tool(), node: "nobody".into() };
    let mut document = Document::new(graph());
    let batch = Edit::Batch { edits: vec![good.clone(), Edit::RemoveNode { tool: tool(), node: "z".into() }, bad] };
    assert!(matches!(document.apply("batch", &batch), Err(Error::NoNode { .. })), "the last part does not fit");
    assert_eq!(document.graph(), &graph(), "so the first parts are taken back");
    after(&Edit::Batch { edits: vec![good, Edit::RemoveNode { tool: tool(), node: "z".into() }, Edit::Batch { edits: vec![] }] });
}

#[test]
fn connecting_and_disconnecting_change_one_port() {
    let graph = graph();
    let to: NodeId = "z".into();
    let edge = |edit: &Edit, from: &str, port: Port| after(edit).tools[0].node(from).unwrap().target(port).map(|to| to.to_string());
    for (from, port) in
        [("a", Port::Next), ("s", Port::Case(0)), ("p", Port::Branch(1)), ("p", Port::Branch(3)), ("m", Port::OnError), ("p", Port::Body)]
    {
        let edit = connect(&graph, &tool(), &from.into(), port, &to).unwrap();
        assert_eq!(edge(&edit, from, port).as_deref(), Some("z"), "{port:?} of `{from}` leads to `z`");
    }
    for past in [3, 9] {
        let added = after(&connect(&graph, &tool(), &"s".into(), Port::Case(past), &to).unwrap());
        assert_eq!(
            node(&added, "s")["conditions"][3],
            json!({"rule": false, "next": "z"}),
            "past the last a case is added, which never holds"
        );
    }
    let added = after(&connect(&graph, &tool(), &"p".into(), Port::Branch(7), &to).unwrap());
    assert_eq!(node(&added, "p")["branches"], json!(["m", "s", "m", "z"]), "past the last a branch is added");
    assert!(connect(&graph, &tool(), &"s".into(), Port::Next, &"nobody".into()).is_err(), "nor an edge to nobody");
    let gone = disconnect(&graph, &tool(), &"s".into(), Port::Case(0)).unwrap();
    assert_eq!(node(&after(&gone), "s")["conditions"].as_array().unwrap().len(), 2, "a condition goes with its rule");
    let gone = disconnect(&graph, &tool(), &"p".into(), Port::Branch(0)).unwrap();
    assert_eq!(node(&after(&gone), "p")["branches"], json!(["s", "m"]), "a branch goes from its list");
    assert!(disconnect(&graph, &tool(), &"a".into(), Port::OnError).is_err(), "what is not connected cannot go");
}

#[test]
fn a_node_goes_with_every_edge_to_it() {
    let removed = after(&remove_node(&graph(), &tool(), &"m".into()).unwrap());
    assert_eq!(node(&removed, "m"), Value::Null, "the node is gone");
    assert_eq!(
        node(&removed, "s"),
        json!({"id": "s", "type": "switch", "conditions": [{"rule": false, "next": "z"}]}),
        "with its conditions and the default"
    );
    assert_eq!(node(&removed, "p")["branches"], json!(["s"]), "and both branches");
    let edges = removed.tools[0].nodes.iter().flat_map(|node| node.edges()).filter(|edge| edge.to.as_str() == "m").count();
    assert_eq!(edges, 0, "no edge leads to it");
}

#[test]
fn a_node_taken_out_of_a_line_leaves_the_line_whole() {
    let spliced = after(&splice_out(&graph(), &tool(), &"m".into()).unwrap());
    assert_eq!(node(&spliced, "s")["conditions"][0]["next"], json!("z"), "what led to it leads on");
    assert_eq!(node(&spliced, "s")["next"], json!("z"), "the default too");
    assert_eq!(node(&spliced, "p")["branches"], json!(["z", "s", "z"]), "and the branches");
}

#[test]
fn several_nodes_go_as_one_edit_with_every_edge_to_them() {
    let gone = [NodeId::from("m"), "s".into(), "m".into()];
    let removed = after(&remove_nodes(&graph(), &tool(), &gone).unwrap());
    let ids: Vec<_> = removed.tools[0].nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["a", "p", "z"], "each goes once");
    assert_eq!(node(&removed, "p")["branches"], json!([]), "and no branch leads to them");
    assert_eq!(node(&removed, "a"), json!({"id": "a", "type": "entry"}), "nor any edge");
    assert!(remove_nodes(&graph(), &tool(), &["nobody".into()]).is_err(), "who is not there cannot go");
}

#[test]
fn a_node_on_an_edge_leads_on_to_where_the_edge_went() {
    let graph = graph();
    let new = || Node::new("new", "mcp", []);
    for (from, port, to) in [("a", Port::Next, "s"), ("s", Port::Case(2), "m"), ("p", Port::Branch(1), "s"), ("m", Port::OnError, "a")] {
        let inserted = after(&insert_on_edge(&graph, &tool(), &from.into(), port, new(), Port::Next).unwrap());
        let target = |id: &str, port| inserted.tools[0].node(id).unwrap().target(port).unwrap().to_string();
        assert_eq!(target(from, port), "new", "{port:?} of `{from}` leads to the new node");
        assert_eq!(target("new", Port::Next), to, "which leads on to `{to}`");
    }
    assert!(insert_on_edge(&graph, &tool(), &"z".into(), Port::Next, new(), Port::Next).is_err(), "where no edge is, none is divided");
    assert!(
        insert_on_edge(&graph, &tool(), &"a".into(), Port::Next, Node::new("m", "mcp", []), Port::Next).is_err(),
        "an id is given once"
    );
}

#[test]
fn a_node_on_a_join_becomes_the_join_of_all_branches() {
    let inserted = after(&insert_on_edge(&graph(), &tool(), &"p".into(), Port::Join, Node::new("new", "mcp", []), Port::Next).unwrap());
    assert_eq!(node(&inserted, "p")["join"], json!("new"), "the branches join at the new node");
    assert_eq!(node(&inserted, "m")["next"], json!("new"), "to which their last node leads");
    assert_eq!(node(&inserted, "s")["conditions"][1]["next"], json!("new"), "and any other that led to the join");
    assert_eq!(node(&inserted, "new")["next"], json!("z"), "and it leads on");
}

#[test]
fn an_edge_can_leave_another_port_and_keeps_where_it_goes() {
    let graph = graph();
    let moved = |from: &str, port, to_from: &str, to_port| {
        after(&reconnect(&graph, &tool(), &from.into(), port, &to_from.into(), to_port).unwrap())
    };
    let to_other = moved("a", Port::Next, "z", Port::Next);
    assert_eq!((&node(&to_other, "a")["next"], &node(&to_other, "z")["next"]), (&Value::Null, &json!("s")), "from one node to another");
    let last = moved("p", Port::Branch(1), "p", Port::Branch(9));
    assert_eq!(node(&last, "p")["branches"], json!(["m", "m", "s"]), "a branch becomes the last");
    let case = moved("s", Port::Case(0), "s", Port::Case(9));
    assert_eq!(
        node(&case, "s")["conditions"],
        json!([{"rule": false, "next": "z"}, {"rule": 1, "next": "m"}, {"rule": true, "next": "m"}]),
        "a case takes its rule along"
    );
    assert_eq!(moved("a", Port::Next, "a", Port::Next), graph, "an edge that stays changes nothing");
}

#[test]
fn copies_and_new_nodes_get_their_place_and_a_free_id() {
    let copied = after(&duplicate_node(&graph(), &tool(), &"m".into(), None).unwrap());
    let ids: Vec<_> = copied.tools[0].nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["a", "s", "p", "m", "m_2", "z"], "the copy stands behind the original");
    let added = after(&add_node(&graph(), &tool(), Node::new("new", "mcp", [("next", json!("z"))])).unwrap());
    let ids: Vec<_> = added.tools[0].nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["a", "s", "p", "m", "new", "z"], "a new node stands before the exit");
}

#[test]
fn tools_and_servers_keep_their_place_when_they_are_renamed() {
    let renamed = after(&Edit::SetServerName { from: "files".into(), to: "disk".into() });
    assert_eq!(renamed.servers.keys().map(ToString::to_string).collect::<Vec<_>>(), ["disk", "far"], "the order of the servers");
    let renamed = after(&Edit::SetToolName { from: tool(), to: "v".into() });
    assert_eq!(renamed.tools[0].name.as_str(), "v", "the order of the tools");
    after(&Edit::RemoveTool { tool: tool() });
    after(&Edit::InsertTool { at: 9, tool: graph::Tool { name: "w".into(), ..graph().tools[1].clone() } });
    after(&Edit::SetGraph { path: "mcpServers.files".parse().unwrap(), value: None });
    after(&Edit::SetGraph { path: "server.title".parse().unwrap(), value: Some(json!("T")) });
    after(&Edit::SetTool { tool: tool(), path: "inputSchema.properties.x".parse().unwrap(), value: Some(json!({"type": "string"})) });
}

#[test]
fn undo_and_redo_walk_the_changes_in_order() {
    let mut document = Document::new(graph());
    document.apply("first", &set("m", "tool", Some(json!("one")))).unwrap();
    let one = document.graph().clone();
    document.apply("second", &Edit::RemoveNode { tool: tool(), node: "m".into() }).unwrap();
    let two = document.graph().clone();
    assert_eq!(document.undo_label(), Some("second"), "the last change is first to be undone");
    document.undo().unwrap();
    assert_eq!((document.graph(), document.redo_label()), (&one, Some("second")), "one step back");
    document.undo().unwrap();
    assert_eq!(document.undo(), None, "at the start there is nothing to undo");
    assert_eq!(document.graph(), &graph(), "at the start the graph is as it was");
    document.redo().unwrap();
    document.redo().unwrap();
    assert_eq!(document.redo(), None, "there is no more to redo");
    assert_eq!(document.graph(), &two, "and all of it is made again");
    document.undo().unwrap();
    document.apply("third", &set("m", "tool", Some(json!("three")))).unwrap();
    assert_eq!(document.redo_label(), None, "a new change leaves nothing to redo");
}

#[test]
fn a_gesture_is_one_step_of_undo_however_long_it_is() {
    let mut document = Document::new(graph());
    document.apply("before", &set("m", "tool", Some(json!("before")))).unwrap();
    let before = document.graph().clone();
    for i in 0..20_000 {
        document.apply_in_gesture(1, "type a name", &set("m", "tool", Some(json!(format!("t{i}"))))).unwrap();
    }
    let end = document.graph().clone();
    assert!(
        document.apply_in_gesture(1, "a fault", &Edit::RemoveNode { tool: tool(), node: "nobody".into() }).is_err(),
        "a part may not fit"
    );
    assert_eq!(document.undo_label(), Some("type a name"), "and then does not name the gesture");
    document.apply_in_gesture(2, "another", &set("m", "server", Some(json!("far")))).unwrap();
    document.undo().unwrap();
    assert_eq!(document.graph(), &end, "another gesture is another step");
    document.undo().unwrap();
    assert_eq!(document.graph(), &before, "the gesture is one");
    document.redo().unwrap();
    assert_eq!(document.graph(), &end, "there and back");
    document.apply_in_gesture(1, "type a name", &set("m", "tool", Some(json!("x")))).unwrap();
    document.undo().unwrap();
    assert_eq!(document.graph(), &end, "after an undo the gesture is over");
}

#[test]
fn a_faulty_graph_with_a_name_twice_can_be_mended_and_the_mending_undone() {
    let mut twice = graph();
    let copy = twice.tools[0].nodes[3].clone();
    twice.tools[0].nodes.push(copy);
    for edit in
        [Edit::SetNodeId { tool: tool(), from: "m".into(), to: "other".into() }, Edit::RemoveNode { tool: tool(), node: "m".into() }]
    {
        let mut document = Document::new(twice.clone());
        document.apply("mend", &edit).unwrap();
        document.undo().unwrap();
        assert_eq!(document.graph(), &twice, "{edit:?} is undone");
        let faulty = Edit::Batch { edits: vec![edit.clone(), Edit::RemoveTool { tool: "nobody".into() }] };
        assert!(document.apply("fails", &faulty).is_err(), "a batch that does not fit");
        assert_eq!(document.graph(), &twice, "is taken back with {edit:?}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z$.]{0,5}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(("[a-c]", inner), 0..3).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn path() -> impl Strategy<Value = Path> {
    let steps = [
        "args",
        "args.list",
        "args.list[0]",
        "args.list[2]",
        "conditions",
        "conditions[0]",
        "conditions[1].next",
        "next",
        "type",
        "new.x",
        "branches[1]",
        "description",
        "inputSchema",
        "server.title",
        "server.name",
        "mcpServers.files",
        "mcpServers.files.args[0]",
        "executionLimits.maxNodeExecutions",
        "version",
    ];
    prop::sample::select(steps.to_vec()).prop_map(|text| text.parse().unwrap())
}

fn edit() -> impl Strategy<Value = Edit> {
    let id = || prop::sample::select(&["a", "s", "p", "m", "z", "fresh", ""]).prop_map(NodeId::from);
    let name = || prop::sample::select(&["t", "u", "v"]).prop_map(ToolName::from);
    let leaf = prop_oneof![
        (name(), id(), path(), prop::option::of(value())).prop_map(|(tool, node, path, value)| Edit::SetNode { tool, node, path, value }),
        (name(), id(), id()).prop_map(|(tool, from, to)| Edit::SetNodeId { tool, from, to }),
        (name(), 0usize..7, id()).prop_map(|(tool, at, id)| Edit::InsertNode {
            tool,
            at,
            node: Node::new(id.as_str(), "mcp", [("next", json!("z"))])
        }),
        (name(), id()).prop_map(|(tool, node)| Edit::RemoveNode { tool, node }),
        (name(), path(), prop::option::of(value())).prop_map(|(tool, path, value)| Edit::SetTool { tool, path, value }),
        (name(), name()).prop_map(|(from, to)| Edit::SetToolName { from, to }),
        name().prop_map(|tool| Edit::RemoveTool { tool }),
        (path(), prop::option::of(value())).prop_map(|(path, value)| Edit::SetGraph { path, value }),
        Just(Edit::SetServerName { from: "files".into(), to: "disk".into() }),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(|edits| Edit::Batch { edits }))
}

proptest! {
    #[test]
    fn every_edit_that_fits_can_be_taken_back(edits in prop::collection::vec(edit(), 1..8)) {
        let mut document = Document::new(graph());
        let mut states = vec![document.graph().clone()];
        for edit in &edits {
            let before = document.graph().clone();
            match document.apply("edit", edit) {
                Ok(_) => states.push(document.graph().clone()),
                Err(_) => prop_assert_eq!(document.graph(), &before, "an edit that does not fit changes nothing"),
            }
        }
        let last = states.len() - 1;
        for state in states[..last].iter().rev() {
            prop_assert!(document.undo().is_some());
            prop_assert_eq!(document.graph(), state, "each step back");
        }
        for state in &states[1..] {
            prop_assert!(document.redo().is_some());
            prop_assert_eq!(document.graph(), state, "each step forward");
        }
    }

    #[test]
    fn an_edit_survives_its_written_form(edit in edit()) {
        let text = serde_json::to_string(&edit).unwrap();
        prop_assert_eq!(serde_json::from_str::<Edit>(&text).unwrap(), edit);
    }

    #[test]
    fn a_graph_is_what_its_written_form_says(edits in prop::collection::vec(edit(), 0..6)) {
        let mut document = Document::new(graph());
        for edit in &edits {
            drop(document.apply("edit", edit));
        }
        let (again, _) = Graph::from_json(&document.graph().to_json());
        prop_assert_eq!(&again, document.graph());
    }
}

#[test]
fn an_edit_that_takes_in_others_one_by_one_stays_flat() {
    let letter = |text: &str| Edit::SetGraph { path: Path::root().key("x"), value: Some(text.into()) };
    let taken = (0..200).fold(letter("a"), |all, _| Edit::batch(vec![all, letter("b")]));
    let Edit::Batch { edits } = &taken else { panic!("several are a batch") };
    assert_eq!(edits.len(), 201, "each is there, beside the others");
    let text = serde_json::to_string(&taken).unwrap();
    assert_eq!(serde_json::from_str::<Edit>(&text).unwrap(), taken, "it can be sent");
}
