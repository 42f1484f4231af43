//! Another version of the tool, and what the layout moves.

use super::*;

fn tool(nodes: &serde_json::Value) -> graph::Tool {
    let tool = serde_json::json!({"name": "t", "description": "d", "inputSchema": {"type": "object"}, "nodes": nodes});
    graph::Tool::from_json(&tool).unwrap()
}

/// `a`, `b` and `c` in a row as [`canvas`] has them, made from a tool.
fn drawn() -> (Canvas, graph::Tool, Drawing) {
    let tool = tool(&serde_json::json!([
        {"id": "a", "type": "entry", "next": "b"}, {"id": "b", "type": "transform", "next": "c"}, {"id": "c", "type": "exit"},
    ]));
    let spot = |x| graph::Spot { x, y: 0.0 };
    let nodes = [("a".into(), spot(0.0)), ("b".into(), spot(400.0)), ("c".into(), spot(800.0))];
    let drawing = Drawing { nodes: nodes.into_iter().collect(), ..Drawing::default() };
    (shown(Scene::from_tool(&tool, &drawing, face)), tool, drawing)
}

fn face(node: &Node) -> Face {
    Face { summary: String::new(), ports: if node.kind == "exit" { vec![] } else { vec![Port::Next] }, has_input: node.kind != "entry" }
}

#[test]
fn another_version_of_the_tool_keeps_selection_states_and_what_is_under_way() {
    let (mut canvas, mut tool, drawing) = drawn();
    canvas.look(Camera { origin: pt(0.0, -100.0), zoom: 1.0, ..*canvas.camera() });
    let camera = *canvas.camera();
    canvas.select_id("b");
    canvas.set_status(&"c".into(), Status::Failed, "");
    play(&mut canvas, "down 420,120; move 460,220");
    tool.nodes.remove(0);
    assert!(canvas.follow(&tool, &drawing, face), "a node is gone");
    assert_eq!(canvas.selected().iter().map(|key| name(&canvas, *key)).collect::<Vec<_>>(), ["b"]);
    assert_eq!(canvas.scene().nodes().status, [Status::Idle, Status::Failed]);
    assert_eq!(*canvas.camera(), camera, "one looks from where one looked");
    assert_eq!(play(&mut canvas, "move 460,230; up 460,230"), "b to 440,110, (dragging)\nput down, MOVED b\n");
    play(&mut canvas, "press Escape; down 724,191; up 724,191");
    assert!(canvas.selected_edge().is_some(), "an edge is selected");
    canvas.follow(&tool, &drawing, face);
    assert!(canvas.selected_edge().is_some(), "and stays so");
    tool.nodes.remove(0);
    canvas.follow(&tool, &drawing, face);
    assert!(canvas.selected_edge().is_none(), "until it is gone");
    canvas.show(Scene::default());
    assert!(canvas.selection().is_empty(), "a fresh scene has nothing selected");
}

#[test]
fn a_fitted_view_moves_for_what_is_out_of_sight_alone() {
    let (mut canvas, tool, mut drawing) = drawn();
    canvas.fit();
    let fitted = *canvas.camera();
    drawing.nodes.insert("b".into(), graph::Spot { x: 420.0, y: 60.0 });
    assert!(canvas.follow(&tool, &drawing, face), "a node has moved");
    assert_eq!(*canvas.camera(), fitted, "but what is in sight moves by itself alone");
    drawing.nodes.insert("b".into(), graph::Spot { x: 420.0, y: 6000.0 });
    canvas.follow(&tool, &drawing, face);
    assert!(canvas.camera().visible().encloses(&canvas.scene().bounds().unwrap()), "what would be out of sight is brought in");
}

#[test]
fn a_gesture_whose_node_goes_is_over() {
    let (mut canvas, mut tool, drawing) = drawn();
    play(&mut canvas, "down 420,20; move 460,120");
    tool.nodes.remove(1);
    canvas.follow(&tool, &drawing, face);
    assert!(is_at_rest(&canvas) && state(canvas.gesture()) == "idle", "there is nothing left to drag");
}

#[test]
fn a_selection_is_laid_out_and_the_rest_stays() {
    let (mut canvas, ..) = drawn();
    let key = |canvas: &Canvas, id| canvas.scene().find(id).unwrap();
    let (b, c) = (key(&canvas, "b"), key(&canvas, "c"));
    canvas.select(Selection::nodes(vec![b, c]));
    let moved = canvas.align(Alignment::Left).map(|intent| tell(&canvas, &intent));
    assert_eq!(moved.as_deref(), Some("MOVED c"), "b is where it should be");
    assert_eq!(canvas.align(Alignment::Left), None, "then all is in line");
    let moved = canvas.tidy().map(|intent| tell(&canvas, &intent));
    assert_eq!(moved.as_deref(), Some("MOVED c"), "c follows b again");
    let rect = |id| canvas.scene().rect(key(&canvas, id)).unwrap();
    assert!(rect("c").x > rect("b").right(), "from left to right");
    assert_eq!(rect("a").origin(), pt(0.0, 0.0), "what was not selected stays");
    assert!(is_at_rest(&canvas));
}

#[test]
fn what_is_laid_out_comes_to_stand_on_nothing_else() {
    let mut canvas = furnished();
    let key = |canvas: &Canvas, id| canvas.scene().find(id).unwrap();
    let (a, c) = (key(&canvas, "a"), key(&canvas, "c"));
    // Side by side again, the two would reach over b.
    canvas.select(Selection::nodes(vec![a, c]));
    canvas.align(Alignment::Left);
    canvas.tidy();
    let rects: Vec<Rect> = (0..4).map(|row| canvas.scene().nodes().rect(row)).collect();
    for (at, rect) in rects.iter().enumerate() {
        assert!(rects[..at].iter().all(|other| !other.touches(rect)), "{rect:?} is on no other of {rects:?}");
    }
}
