//! What has to be painted anew after something changed.

use super::*;

#[test]
fn drawing_an_edge_repaints_only_the_overlay() {
    let mut canvas = canvas();
    play(&mut canvas, "down 608,34; move 700,100; move 820,240");
    let layers = canvas.take_damage();
    assert_eq!(layers.base, Damage::None, "the base rests");
    assert_ne!(layers.overlay, Damage::None, "the overlay shows the edge");
}

#[test]
fn one_of_many_nodes_is_dragged_without_touching_the_base() {
    let mut scene = Scene::default();
    for i in 0..10_000_u32 {
        let at = pt(f64::from(i % 100) * 300.0, f64::from(i / 100) * 120.0);
        let (id, ports) = (format!("n{i}"), vec![Port::Next]);
        scene.add_node(NodeSpec { id: id.into(), kind: "call".into(), summary: String::new(), at, ports, has_input: true });
    }
    let mut canvas = shown(scene);
    play(&mut canvas, "down 20,20; move 30,30");
    canvas.take_damage();
    play(&mut canvas, "move 70,50");
    let layers = canvas.take_damage();
    assert_eq!(layers.base, Damage::None, "the base rests");
    assert!(matches!(layers.overlay, Damage::Rects(_)), "a part of the overlay changes: {:?}", layers.overlay);
}

#[test]
fn dragging_repaints_only_the_overlay_after_the_pick_up() {
    let mut canvas = canvas();
    play(&mut canvas, "down 20,20; move 30,20");
    let up = canvas.take_damage();
    assert!(matches!(up.base, Damage::Rects(_) | Damage::All), "the base loses the node: {:?}", up.base);
    play(&mut canvas, "move 40,20");
    let moved = canvas.take_damage();
    assert_eq!(moved.base, Damage::None, "then the base rests");
    assert_ne!(moved.overlay, Damage::None, "and the overlay follows");
    assert!(!moved.camera, "the camera did not move");
    play(&mut canvas, "up 40,20");
    assert_ne!(canvas.take_damage().base, Damage::None, "the base has the node again");
    assert!(canvas.take_damage().is_clean(), "what was taken is taken");
}

#[test]
fn a_status_repaints_its_node_and_what_is_out_of_sight_costs_nothing() {
    let mut canvas = canvas();
    canvas.set_status(&"a".into(), Status::Running, "");
    assert_eq!(canvas.take_damage().base, Damage::Rects(vec![Rect::new(0.0, 0.0, CARD_WIDTH, CARD_HEIGHT).grown(crate::BLEED)]));
    assert_eq!(canvas.live().iter().map(|key| name(&canvas, *key)).collect::<Vec<_>>(), ["a"], "what runs is live");
    canvas.set_status(&"a".into(), Status::Running, "");
    assert!(canvas.take_damage().is_clean(), "the same again changes nothing");
    canvas.look(Camera { origin: pt(5000.0, 0.0), ..*canvas.camera() });
    canvas.take_damage();
    canvas.set_status(&"a".into(), Status::Done, "");
    assert!(canvas.take_damage().is_clean(), "it is out of sight");
    assert!(canvas.live().is_empty(), "and so not live");
}

#[test]
fn what_tests_walked_through_is_shown_and_put_away() {
    let mut canvas = canvas();
    let rests = |canvas: &mut Canvas| canvas.take_damage().base == Damage::None;
    rests(&mut canvas);
    let show =
        |canvas: &mut Canvas| canvas.set_walked(|id| Some(u32::from(id.as_str() == "a")), |id, _| Some(u32::from(id.as_str() == "a")));
    let shown = |canvas: &Canvas| {
        let (nodes, edges) = (&canvas.scene().nodes().walked, &canvas.scene().edges().rows);
        let sum = |all: Vec<Option<u32>>| (all.iter().flatten().count(), all.iter().flatten().sum::<u32>());
        (sum(nodes.clone()), sum(edges.iter().map(|edge| edge.walked).collect()))
    };
    show(&mut canvas);
    let ((nodes, walked), (edges, taken)) = shown(&canvas);
    assert_eq!((nodes, walked), (canvas.scene().nodes().len(), 1), "each node says how often, and one of them more than never");
    assert!(edges == canvas.scene().edges().rows.len() && taken > 0, "and so does each edge");
    assert!(!rests(&mut canvas), "it is painted");
    show(&mut canvas);
    assert!(rests(&mut canvas), "the same again changes nothing");
    canvas.set_walked(|_| None, |_, _| None);
    assert_eq!(shown(&canvas), ((0, 0), (0, 0)));
    assert!(!rests(&mut canvas), "what is put away is painted over");
}

#[test]
fn breakpoints_are_drawn_where_they_are_and_nowhere_else() {
    let mut canvas = canvas();
    let rests = |canvas: &mut Canvas| canvas.take_damage().base == Damage::None;
    rests(&mut canvas);
    let stop = |id: &NodeId| (id.as_str() == "a").then_some(crate::Stop::Always);
    canvas.set_stops(stop, |_, _| None);
    assert_eq!(canvas.take_damage().base, Damage::Rects(vec![Rect::new(0.0, 0.0, CARD_WIDTH, CARD_HEIGHT).grown(crate::BLEED)]));
    canvas.set_stops(stop, |_, _| None);
    assert!(rests(&mut canvas), "the same again changes nothing");
    canvas.set_stops(|_| None, |id, port| (id.as_str() == "a" && port == Port::Next).then_some(crate::Stop::Off));
    let stops = |canvas: &Canvas| canvas.scene().edges().rows.iter().filter(|edge| edge.stop.is_some()).count();
    assert_eq!((canvas.scene().nodes().stop.iter().flatten().count(), stops(&canvas)), (0, 1), "the one on the node is gone");
    rests(&mut canvas);
    let over = |canvas: &mut Canvas| canvas.take_damage().overlay != Damage::None;
    canvas.set_held(Some(&"b".into()));
    assert!(over(&mut canvas) && canvas.scene().held() == canvas.scene().find("b"), "the node is drawn as held");
    canvas.set_held(Some(&"b".into()));
    assert!(!over(&mut canvas), "once");
    canvas.set_held(None);
    assert!(over(&mut canvas) && canvas.scene().held().is_none(), "and not any more");
}

#[test]
fn a_pan_leaves_what_is_painted_and_a_zoom_does_not() {
    let mut canvas = canvas();
    canvas.look(canvas.camera().panned(40.0, -3.0));
    canvas.set_status(&"a".into(), Status::Done, "");
    let panned = canvas.take_damage();
    assert!(panned.panned && panned.camera && !panned.is_clean(), "it is seen elsewhere: {panned:?}");
    assert!(matches!(panned.base, Damage::Rects(_)), "and the node that changed is painted: {:?}", panned.base);
    canvas.look(canvas.camera().zoomed(canvas.camera().middle(), 1.1));
    assert_eq!(canvas.take_damage().base, Damage::All, "nothing is as large as it was");
}

#[test]
fn a_number_at_an_edge_is_painted_where_the_edge_is_and_stays_with_it() {
    let mut canvas = canvas();
    let (a, b) = (canvas.scene().find("a").unwrap(), canvas.scene().find("b").unwrap());
    let edge = canvas.scene().edge_from(a, Port::Case(0)).unwrap();
    let bare = canvas.scene().edge(edge).unwrap().bounds;
    canvas.set_counts(&"a".into(), |port| if port == Port::Case(0) { 3 } else { 0 });
    assert!(matches!(canvas.take_damage().base, Damage::Rects(_)), "a part of the base is out of date");
    canvas.set_counts(&"a".into(), |port| if port == Port::Case(0) { 3 } else { 0 });
    canvas.set_counts(&"nobody".into(), |_| 3);
    assert!(canvas.take_damage().is_clean(), "the same number, and one at no edge, change nothing");
    let counted = canvas.scene().edge(edge).unwrap();
    assert!(counted.bounds.encloses(&bare) && counted.bounds != bare, "the number has room within the edge's bounds");
    assert!(counted.count_at().is_some_and(|at| counted.bounds.contains(at)), "and stands there");
    canvas.scene.move_node(b, pt(500.0, 300.0));
    assert_eq!(canvas.scene().edge(edge).unwrap().count, 3, "it stays when the edge finds another way");
    canvas.clear_run();
    let moved = canvas.scene().edge(edge).unwrap();
    assert_eq!((moved.count, moved.bounds), (0, moved.extent()), "and goes");
}

#[test]
fn a_run_is_drawn_as_a_whole_and_nothing_of_the_one_before_stays() {
    let mut canvas = canvas();
    let draw = |canvas: &mut Canvas, begun: &str| {
        let node = |id: &NodeId| if id.as_str() == begun { (Status::Done, "7 ms".to_owned()) } else { (Status::Idle, String::new()) };
        canvas.set_run(node, |from, port| u32::from(from.as_str() == begun && port == Port::Case(0)));
        let nodes = canvas.scene().nodes();
        let states: Vec<_> =
            nodes.texts.iter().zip(&nodes.status).map(|(text, status)| (text.id.to_string(), *status, text.note.clone())).collect();
        let done: Vec<_> = states.into_iter().filter(|(_, status, _)| *status != Status::Idle).collect();
        let counted = canvas.scene().edges().rows.iter().filter(|edge| edge.count > 0).count();
        (done, counted, canvas.take_damage().is_clean())
    };
    let of = |id: &str| vec![(id.to_owned(), Status::Done, "7 ms".to_owned())];
    assert_eq!(draw(&mut canvas, "a"), (of("a"), 1, false), "a node and the edge that was taken from it");
    assert_eq!(draw(&mut canvas, "a"), (of("a"), 1, true), "the same is not painted again");
    assert_eq!(draw(&mut canvas, "b"), (of("b"), 0, false), "another run, in which only the other node has begun");
    canvas.clear_run();
    assert!(canvas.scene().nodes().status.iter().all(|status| *status == Status::Idle), "no run at all");
}
