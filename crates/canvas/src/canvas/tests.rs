//! Gestures as text: a script of inputs goes in, what they meant comes out.

use std::fmt::Write as _;

use graph::{Drawing, Item, ItemContent, ItemId, Port};
use proptest::prelude::*;

use super::*;
use crate::{Button, CARD_HEIGHT, CARD_WIDTH, Direction, Held, NodeSpec, Pixel, Pointer, pt};

/// Three cards in a row, `a` at (0, 0), `b` at (400, 10), `c` at (800, 200), joined a to b and a to c. The camera shows the
/// world as it is, 1200 by 800.
fn canvas() -> Canvas {
    shown(scene())
}

fn scene() -> Scene {
    let mut scene = Scene::default();
    let mut add = |id: &str, x, y| {
        let (ports, has_input) = (vec![Port::Case(0), Port::Next], id != "a");
        scene.add_node(NodeSpec { id: id.into(), kind: "switch".into(), summary: String::new(), at: pt(x, y), ports, has_input })
    };
    let (a, b, c) = (add("a", 0.0, 0.0), add("b", 400.0, 10.0), add("c", 800.0, 200.0));
    scene.add_edge(a, Port::Case(0), b, "yes");
    scene.add_edge(a, Port::Next, c, "");
    scene
}

/// The three cards, a loose one `d` at (1000, 600), and items: a `note` at (0, 400), a `frame` around c, a `picture` that
/// stays where it is.
fn furnished() -> Canvas {
    let mut scene = scene();
    let ports = vec![Port::Next];
    scene.add_node(NodeSpec { id: "d".into(), kind: "call".into(), summary: String::new(), at: pt(1000.0, 600.0), ports, has_input: true });
    let item = |x, y, w, h, content| Item { x, y, w, h, content, extra: graph::Fields::new() };
    let items: [(ItemId, Item); 3] = [
        (
            "picture".into(),
            item(0.0, 500.0, 300.0, 200.0, ItemContent::Picture { src: "plan.png".into(), alt: String::new(), locked: true }),
        ),
        ("frame".into(), item(760.0, 140.0, 320.0, 200.0, ItemContent::Frame { title: "rest".into(), color: None })),
        ("note".into(), item(0.0, 400.0, 160.0, 80.0, ItemContent::Note { text: "hello".into(), color: None })),
    ];
    scene.set_items(items.iter().map(|(id, item)| (id, item)), &[]);
    shown(scene)
}

fn shown(scene: Scene) -> Canvas {
    let mut canvas = Canvas::default();
    canvas.show(scene);
    canvas.handle(&Input { time: 0.0, held: Held::default(), event: Event::Resize(1200.0, 800.0) });
    canvas.look(Camera { origin: pt(0.0, 0.0), zoom: 1.0, ..*canvas.camera() });
    canvas.take_damage();
    canvas
}

fn parse(line: &str) -> Input {
    let mut held = Held::default();
    let mut words: Vec<&str> = line.split_whitespace().collect();
    held.shift = words.contains(&"shift");
    held.control = words.contains(&"ctrl");
    held.alt = words.contains(&"alt");
    words.retain(|word| !["shift", "ctrl", "alt"].contains(word));
    let place = |at: usize| {
        let (x, y) = words[at].split_once(',').unwrap();
        Pixel { x: x.parse().unwrap(), y: y.parse().unwrap() }
    };
    let time = words.iter().find_map(|word| word.strip_prefix('@')).map_or(0.0, |time| time.parse().unwrap());
    let mouse = Pointer { id: 1, is_touch: false };
    let finger = |id| Pointer { id, is_touch: true };
    let event = match words[0] {
        "down" => Event::Down(mouse, Button::Main, place(1)),
        "middle" => Event::Down(mouse, Button::Middle, place(1)),
        "move" => Event::Move(mouse, place(1)),
        "up" => Event::Up(mouse, place(1)),
        "lost" => Event::Lost(mouse),
        "leave" => Event::Leave,
        "blur" => Event::Blur,
        "touch1" => Event::Down(finger(11), Button::Main, place(1)),
        "touch2" => Event::Down(finger(12), Button::Main, place(1)),
        "slide1" => Event::Move(finger(11), place(1)),
        "slide2" => Event::Move(finger(12), place(1)),
        "lift1" => Event::Up(finger(11), place(1)),
        "wheel" => Event::Wheel(place(1), place(2).x, place(2).y),
        "release" => Event::Release(key(words[1])),
        "press" => Event::Press(key(words[1])),
        other => panic!("no such input: {other}"),
    };
    Input { time, held, event }
}

fn key(name: &str) -> Key {
    match name {
        "Escape" => Key::Escape,
        "Enter" => Key::Enter,
        "Tab" => Key::Tab,
        "Delete" => Key::Delete,
        "Space" => Key::Space,
        "Home" => Key::Home,
        "End" => Key::End,
        "Left" => Key::Arrow(Direction::Left),
        "Right" => Key::Arrow(Direction::Right),
        "Up" => Key::Arrow(Direction::Up),
        "Down" => Key::Arrow(Direction::Down),
        character => Key::Character(character.chars().next().unwrap()),
    }
}

fn name(canvas: &Canvas, key: NodeKey) -> String {
    canvas.scene().id(key).map_or_else(|| "?".to_owned(), ToString::to_string)
}

fn item(canvas: &Canvas, key: ItemKey) -> String {
    canvas.scene().item(key).map_or_else(|| "?".to_owned(), |item| item.id.to_string())
}

fn edge(canvas: &Canvas, key: EdgeKey) -> String {
    let edge = canvas.scene().edge(key).unwrap();
    format!("{}-{}", name(canvas, edge.from), name(canvas, edge.to))
}

fn all(canvas: &Canvas, nodes: &[NodeKey], items: &[ItemKey]) -> String {
    let nodes = nodes.iter().map(|key| name(canvas, *key));
    nodes.chain(items.iter().map(|key| item(canvas, *key))).collect::<Vec<_>>().join("+")
}

fn tell_draft(canvas: &Canvas, draft: &Draft) -> String {
    let from = draft.from.map_or_else(|| "nothing".to_owned(), |(node, port)| format!("{port:?} of {}", name(canvas, node)));
    let to = draft.to.map_or_else(|| format!("{:.0},{:.0}", draft.tip.x, draft.tip.y), |to| name(canvas, to));
    let refusal = draft.refusal.map(|refusal| format!(" ({refusal:?})")).unwrap_or_default();
    format!("draw {from} to {to}{refusal}")
}

fn tell(canvas: &Canvas, intent: &Intent) -> String {
    let rect = |rect: &Rect| format!("{:.0},{:.0} {:.0}x{:.0}", rect.x, rect.y, rect.w, rect.h);
    match intent {
        Intent::Look(camera) => format!("look {:.0},{:.0} x{:.2}", camera.origin.x, camera.origin.y, camera.zoom),
        Intent::Select(Selection { edge: Some(key), .. }) => format!("select [{}]", edge(canvas, *key)),
        Intent::Select(Selection { nodes, items, .. }) => format!("select [{}]", all(canvas, nodes, items)),
        Intent::Hover(Hit::Node(node)) => format!("hover {}", name(canvas, *node)),
        Intent::Hover(Hit::Port(node, port)) => format!("hover {port:?} of {}", name(canvas, *node)),
        Intent::Hover(Hit::Edge(key)) => format!("hover {}", edge(canvas, *key)),
        Intent::Hover(Hit::End(key, end)) => format!("hover {end:?} of {}", edge(canvas, *key)),
        Intent::Hover(Hit::Item(key)) => format!("hover {}", item(canvas, *key)),
        Intent::Hover(Hit::Handle(key, handle)) => format!("hover handle {},{} of {}", handle.x, handle.y, item(canvas, *key)),
        Intent::Hover(Hit::Nothing) => "hover nothing".to_owned(),
        Intent::Frame(Some(frame)) => format!("frame {}", rect(frame)),
        Intent::Frame(None) => "no frame".to_owned(),
        Intent::PickUp(nodes, items) => format!("pick up {}", all(canvas, nodes, items)),
        Intent::Place(key, at) => format!("{} to {:.0},{:.0}", name(canvas, *key), at.x, at.y),
        Intent::PlaceItem(key, at) => format!("{} to {:.0},{:.0}", item(canvas, *key), at.x, at.y),
        Intent::ResizeItem(key, size) => format!("{} is {}", item(canvas, *key), rect(size)),
        Intent::Guides(guides) if guides.is_empty() => "no guides".to_owned(),
        Intent::Guides(guides) => {
            let line = |line: &Guide| format!("{:.0},{:.0}..{:.0},{:.0}", line.from.x, line.from.y, line.to.x, line.to.y);
            format!("guides {}", guides.iter().map(line).collect::<Vec<_>>().join(" "))
        }
        Intent::Over(Some(key)) => format!("over {}", edge(canvas, *key)),
        Intent::Over(None) => "over none".to_owned(),
        Intent::Draw(Some(draft)) => tell_draft(canvas, draft),
        Intent::Draw(None) => "drawn".to_owned(),
        Intent::PutDown => "put down".to_owned(),
        Intent::Open(key) => format!("open {}", name(canvas, *key)),
        Intent::OpenItem(key) => format!("open {}", item(canvas, *key)),
        Intent::Overview => "overview".to_owned(),
        Intent::Moved(nodes, items) => format!("MOVED {}", all(canvas, nodes, items)),
        Intent::Connect { from, port, to } => format!("CONNECT {port:?} of {} to {}", name(canvas, *from), name(canvas, *to)),
        Intent::Reconnect { edge: key, from, port, to } => {
            format!("RECONNECT {} as {port:?} of {} to {}", edge(canvas, *key), name(canvas, *from), name(canvas, *to))
        }
        Intent::Disconnect(key) => format!("DISCONNECT {}", edge(canvas, *key)),
        Intent::Remove(nodes, items) => format!("REMOVE {}", all(canvas, nodes, items)),
        Intent::Offer { from, port, at } => format!("OFFER after {port:?} of {} at {:.0},{:.0}", name(canvas, *from), at.x, at.y),
        Intent::Add { at, after: None } => format!("ADD at {:.0},{:.0}", at.x, at.y),
        Intent::Add { at, after: Some((node, port)) } => {
            format!("ADD at {:.0},{:.0} after {port:?} of {}", at.x, at.y, name(canvas, *node))
        }
        Intent::InsertOn { edge: key, node, port } => format!("INSERT {} on {} by {port:?}", name(canvas, *node), edge(canvas, *key)),
    }
}

fn state(gesture: &Gesture) -> &'static str {
    match gesture {
        Gesture::Idle(_) => "idle",
        Gesture::Pending(_) => "pending",
        Gesture::Panning(_) => "panning",
        Gesture::Pinching(_) => "pinching",
        Gesture::Dragging(_) => "dragging",
        Gesture::Framing(_) => "framing",
        Gesture::Nudging(_) => "nudging",
        Gesture::Connecting(_) => "connecting",
        Gesture::Aiming(_) => "aiming",
        Gesture::Resizing(_) => "resizing",
    }
}

/// Plays the script; a line for each input: what it meant, and the state after it where that is not idle.
fn play(canvas: &mut Canvas, script: &str) -> String {
    let mut out = String::new();
    for line in script.split(';').map(str::trim).filter(|line| !line.is_empty()) {
        let outcome = canvas.handle(&parse(line));
        let mut told: Vec<String> = outcome.intents.iter().map(|intent| tell(canvas, intent)).collect();
        if !outcome.taken {
            told.push("ignored".to_owned());
        }
        let state = state(canvas.gesture());
        if state != "idle" {
            told.push(format!("({state})"));
        }
        writeln!(out, "{}", told.join(", ")).unwrap();
    }
    out
}

#[track_caller]
fn check_furnished(script: &str, expected: &[&str]) {
    let told = play(&mut furnished(), script);
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "of `{script}`");
}

#[track_caller]
fn check(script: &str, expected: &[&str]) {
    let told = play(&mut canvas(), script);
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "of `{script}`");
}

#[test]
fn a_click_selects_and_a_click_beside_clears() {
    check("down 20,20; up 20,20; down 20,300; up 20,300", &["(pending)", "select [a]", "(pending)", "select []"]);
}

#[test]
fn control_adds_to_the_selection_and_takes_away() {
    check(
        "down 20,20; up 20,20; ctrl down 420,20; up 420,20; shift down 20,20; up 20,20",
        &["(pending)", "select [a]", "(pending)", "select [a+b]", "(pending)", "select [b]"],
    );
}

#[test]
fn a_second_click_soon_opens_and_late_does_not() {
    check("down 20,20; up 20,20 @100; down 20,20; up 20,20 @400", &["(pending)", "select [a]", "(pending)", "open a"]);
    check("down 20,20; up 20,20 @100; down 20,20; up 20,20 @900", &["(pending)", "select [a]", "(pending)", ""]);
    check("down 20,20; up 20,20 @100; down 420,20; up 420,20 @200", &["(pending)", "select [a]", "(pending)", "select [b]"]);
}

#[test]
fn a_drag_begins_past_the_slop_and_moves_by_all_of_it() {
    check(
        "down 20,20; move 22,21; move 30,20; move 120,70; up 120,70",
        &["(pending)", "(pending)", "select [a], pick up a, a to 10,0, (dragging)", "a to 100,50, (dragging)", "put down, MOVED a"],
    );
}

#[test]
fn dragging_one_of_several_selected_moves_all() {
    check(
        "down 20,20; up 20,20; ctrl down 420,20; up 420,20; down 30,30; move 30,40; up 30,40",
        &[
            "(pending)",
            "select [a]",
            "(pending)",
            "select [a+b]",
            "(pending)",
            "pick up a+b, a to 0,10, b to 400,20, (dragging)",
            "put down, MOVED a+b",
        ],
    );
}

#[test]
fn escape_brings_dragged_nodes_back() {
    check(
        "down 20,20; move 120,70; press Escape; up 120,70",
        &["(pending)", "select [a], pick up a, a to 100,50, (dragging)", "a to 0,0, put down", "ignored"],
    );
}

#[test]
fn the_canvas_is_pushed_by_its_ground_by_the_wheel_by_the_middle_button_and_with_space_anywhere() {
    check("down 20,300; move 70,310; up 70,310", &["(pending)", "look -50,-10 x1.00, (panning)", ""]);
    check("wheel 5,5 30,40; shift wheel 5,5 0,40", &["look 30,40 x1.00", "look 70,40 x1.00"]);
    check("middle 20,20; move 30,20; up 30,20", &["(panning)", "look -10,0 x1.00, (panning)", ""]);
    check(
        "press Space; down 20,20; move 30,20; up 30,20; release Space; down 20,20; up 20,20",
        &["", "(panning)", "look -10,0 x1.00, (panning)", "", "ignored", "(pending)", "select [a]"],
    );
    check("down 20,300; move 70,300; press Escape", &["(pending)", "look -50,0 x1.00, (panning)", "look 0,0 x1.00"]);
}

#[test]
fn zooming_is_about_the_pointer_or_the_middle() {
    check("ctrl wheel 0,0 0,-100; ctrl wheel 0,0 0,100", &["look 0,0 x1.28", "look 0,0 x1.00"]);
    check("press +; press 0; press -", &["look 120,80 x1.25", "look 0,0 x1.00", "look -150,-100 x0.80"]);
    check("press 1", &["look -96,-264 x1.00"]);
}

#[test]
fn two_fingers_pinch_and_one_pans() {
    check(
        "touch1 100,300; touch2 300,300; slide2 500,300; lift1 100,300; slide2 510,300",
        &["(pending)", "(pinching)", "look 50,150 x2.00, (pinching)", "(panning)", "look 45,150 x2.00, (panning)"],
    );
}

#[test]
fn a_frame_with_shift_selects_what_it_touches_beside_what_was() {
    check(
        "down 20,20; up 20,20; shift down 390,300; move 600,50; move 900,50; up 900,50",
        &[
            "(pending)",
            "select [a]",
            "(pending)",
            "frame 390,50 210x250, select [a+b], (framing)",
            "frame 390,50 510x250, select [a+b+c], (framing)",
            "no frame",
        ],
    );
    check(
        "shift down 390,300; move 600,50; press Escape",
        &["(pending)", "frame 390,50 210x250, select [b], (framing)", "no frame, select []"],
    );
}

#[test]
fn the_keyboard_reaches_every_node_and_leaves_with_shift() {
    check("shift press Tab", &["ignored"]);
    check("press End; press Home; press Enter", &["select [c]", "select [a], look -40,-40 x1.00", "open a"]);
    check(
        "press Home; press Right; press Right; press Left; press Up",
        &["select [a], look -40,-40 x1.00", "select [b]", "select [c]", "select [b]", ""],
    );
    check(
        "press Home; alt press Right; alt press Down; alt press Left",
        &["select [a], look -40,-40 x1.00", "select [b]", "select [c]", "select [a]"],
    );
    check("press Right", &["look 80,0 x1.00"]);
    check("press Enter", &["ignored"]);
    check("ctrl press a; press Escape; press Escape", &["select [a+b+c]", "select []", "ignored"]);
    check("ctrl press c", &["ignored"]);
    check("press End; ctrl press Enter", &["select [c]", "ignored"]);
    check("press o", &["overview"]);
    check("press End; press 2; press Escape; press 2", &["select [c]", "look 304,-164 x1.00", "select []", "ignored"]);
}

#[test]
fn tab_and_a_double_click_on_the_ground_ask_for_a_node() {
    check("press Tab", &["ADD at 600,400"]);
    check("press End; press Tab", &["select [c]", "ADD at 1068,200 after Case(0) of c"]);
    check("press Home; press Tab", &["select [a], look -40,-40 x1.00", "ADD at 268,0 after Case(0) of a"]);
    check("down 20,300; up 20,300 @10; down 22,301; up 22,301 @200", &["(pending)", "", "(pending)", "ADD at 22,301"]);
    check("down 20,300; up 20,300 @10; down 90,301; up 90,301 @200", &["(pending)", "", "(pending)", ""]);
}

#[test]
fn delete_asks_that_what_is_selected_go() {
    check("press Delete", &["ignored"]);
    check("press End; press Delete", &["select [c]", "REMOVE c"]);
    check("down 304,35; up 304,35; press Delete", &["(pending)", "select [a-b]", "DISCONNECT a-b"]);
    check_furnished(
        "down 20,420; up 20,420; ctrl down 420,30; up 420,30; press Delete",
        &["(pending)", "select [note]", "(pending)", "select [b+note]", "REMOVE b+note"],
    );
}

#[test]
fn an_edge_is_drawn_from_a_port_to_a_node_and_snaps_to_it() {
    check(
        "down 608,34; move 700,100; move 795,230; move 820,240; up 820,240",
        &[
            "(pending)",
            "draw Case(0) of b to 700,100, (connecting)",
            "draw Case(0) of b to c, (connecting)",
            "(connecting)",
            "drawn, CONNECT Case(0) of b to c",
        ],
    );
    let mut canvas = canvas();
    play(&mut canvas, "down 608,34; move 795,230");
    let draft = canvas.draft().unwrap();
    assert_eq!(Some(draft.tip), canvas.scene().input(draft.to.unwrap()), "it ends at the input, wherever the pointer is over the card");
}

#[test]
fn an_edge_from_a_port_that_leads_somewhere_takes_the_place_of_the_one_there() {
    check(
        "down 208,24; move 820,240; up 820,240",
        &["(pending)", "draw Case(0) of a to c, (connecting)", "drawn, CONNECT Case(0) of a to c"],
    );
    check("down 208,24; move 420,40; up 420,40", &["(pending)", "draw Case(0) of a to b, (connecting)", "drawn"]);
}

#[test]
fn an_edge_that_may_not_be_says_why_and_is_not_made() {
    check("down 608,34; move 20,20; up 20,20", &["(pending)", "draw Case(0) of b to a (NoInput), (connecting)", "drawn"]);
    check("down 608,34; move 500,40; up 500,40", &["(pending)", "draw Case(0) of b to b (Itself), (connecting)", "drawn"]);
}

#[test]
fn an_edge_that_is_dropped_on_the_ground_asks_what_comes_next() {
    check(
        "down 608,34; move 700,500; up 700,500",
        &["(pending)", "draw Case(0) of b to 700,500, (connecting)", "drawn, OFFER after Case(0) of b at 700,464"],
    );
}

#[test]
fn an_edge_is_hovered_selected_and_joined_to_others_by_either_end() {
    check(
        "move 304,35; down 304,35; up 304,35; move 398,46; move 209,25",
        &["hover a-b", "(pending)", "select [a-b]", "hover To of a-b", "hover From of a-b"],
    );
    check(
        "down 304,35; up 304,35; down 398,46; move 820,240; up 820,240",
        &["(pending)", "select [a-b]", "(pending)", "draw Case(0) of a to c, (connecting)", "drawn, RECONNECT a-b as Case(0) of a to c"],
    );
    check(
        "down 304,35; up 304,35; down 208,24; move 820,240; up 820,240",
        &["(pending)", "select [a-b]", "(pending)", "draw Case(0) of c to b, (connecting)", "drawn, RECONNECT a-b as Case(0) of c to b"],
    );
    // Without being selected first, by a drag near its end; dropped on the ground, it stays as it was.
    check("down 385,46; move 395,300; up 395,300", &["(pending)", "draw Case(0) of a to 395,300, (connecting)", "drawn"]);
}

#[test]
fn an_edge_is_drawn_by_keys() {
    check(
        "press End; press Left; press c; press Right; press Enter",
        &[
            "select [c]",
            "select [b], look 0,-30 x1.00",
            "draw Case(0) of b to 668,34, (aiming)",
            "draw Case(0) of b to c, (aiming)",
            "drawn, CONNECT Case(0) of b to c",
        ],
    );
    check(
        "press End; press Left; press c; press c; press Left; press Enter; press Escape",
        &[
            "select [c]",
            "select [b], look 0,-30 x1.00",
            "draw Case(0) of b to 668,34, (aiming)",
            "draw Next of b to 668,58, (aiming)",
            "draw Next of b to a (NoInput), look -40,-40 x1.00, (aiming)",
            "(aiming)",
            "drawn",
        ],
    );
    check(
        "press End; press c; press Enter",
        &["select [c]", "draw Case(0) of c to 1068,224, (aiming)", "drawn, OFFER after Case(0) of c at 1068,188"],
    );
    check("press c", &["ignored"]);
}

#[test]
fn the_edges_of_a_node_are_reached_by_keys() {
    check(
        "press Home; press e; press e; press e; press Delete; press Escape",
        &["select [a], look -40,-40 x1.00", "select [a-b]", "select [a-c]", "select [a-b]", "DISCONNECT a-b", "select []"],
    );
    check("press End; press e", &["select [c]", "ignored"]);
}

#[test]
fn a_loose_node_is_dropped_into_an_edge() {
    check_furnished(
        "down 1020,620; move 220,20; up 220,20",
        &[
            "(pending)",
            "select [d], pick up d, d to 200,0, guides 0,0..408,0 0,36..408,36 0,72..408,72, over a-b, (dragging)",
            "no guides, over none, put down, INSERT d on a-b by Next",
        ],
    );
    // A node with edges of its own is only moved.
    check_furnished(
        "down 420,30; move 520,120; up 520,120",
        &["(pending)", "select [b], pick up b, b to 500,100, (dragging)", "put down, MOVED b"],
    );
}

#[test]
fn what_is_dragged_comes_level_with_what_is_near_unless_alt_is_held() {
    check(
        "down 420,30; move 420,24; alt move 420,25; up 420,25",
        &[
            "(pending)",
            "select [b], pick up b, b to 400,0, guides 0,0..608,0 0,36..608,36 0,72..608,72, (dragging)",
            "b to 400,5, no guides, (dragging)",
            "put down, MOVED b",
        ],
    );
}

#[test]
fn a_frame_takes_along_what_is_in_it() {
    check_furnished(
        "down 900,150; move 900,450; up 900,450",
        &["(pending)", "select [frame], pick up c+frame, c to 800,500, frame to 760,440, (dragging)", "put down, MOVED c+frame"],
    );
    check_furnished("down 900,310; move 950,310", &["(pending)", "look -50,0 x1.00, (panning)"]);
}

#[test]
fn an_item_gets_another_size_by_its_handles() {
    check_furnished(
        "down 20,420; up 20,420; move 160,480; down 160,480; move 200,520; up 200,520",
        &[
            "(pending)",
            "select [note]",
            "hover handle 1,1 of note",
            "(pending)",
            "pick up note, note is 0,400 200x120, (resizing)",
            "put down, MOVED note",
        ],
    );
    check_furnished(
        "down 20,420; up 20,420; down 0,440; move 900,440; press Escape",
        &["(pending)", "select [note]", "(pending)", "pick up note, note is 112,400 48x80, (resizing)", "note is 0,400 160x80, put down"],
    );
}

#[test]
fn a_picture_that_stays_is_ground_to_drag_but_can_be_selected() {
    check_furnished("down 100,600; move 150,600; up 150,600", &["(pending)", "look -50,0 x1.00, (panning)", ""]);
    check_furnished("down 100,600; up 100,600; press Delete", &["(pending)", "select [picture]", "REMOVE picture"]);
    check_furnished("down 100,600; up 100,600; press m", &["(pending)", "select [picture]", "ignored"]);
}

#[test]
fn a_second_click_on_a_note_opens_it() {
    check_furnished("down 20,420; up 20,420 @10; down 20,420; up 20,420 @200", &["(pending)", "select [note]", "(pending)", "open note"]);
}

#[test]
fn a_selected_node_is_brought_into_view() {
    let mut canvas = canvas();
    canvas.look(Camera { origin: pt(5000.0, 0.0), ..*canvas.camera() });
    canvas.select_id("a");
    assert!(canvas.camera().visible().encloses(&Rect::new(0.0, 0.0, CARD_WIDTH, CARD_HEIGHT)), "one sees it");
}

#[test]
fn the_whole_stays_in_view_until_one_looks_elsewhere() {
    let mut canvas = canvas();
    canvas.fit();
    let resize =
        |canvas: &mut Canvas, width| canvas.handle(&Input { time: 0.0, held: Held::default(), event: Event::Resize(width, 400.0) });
    resize(&mut canvas, 500.0);
    let all = canvas.scene().bounds().unwrap();
    assert!(canvas.camera().visible().encloses(&all), "all is in the smaller window too");
    play(&mut canvas, "wheel 5,5 30,40");
    let middle = canvas.camera().visible().center();
    resize(&mut canvas, 300.0);
    assert!(canvas.camera().visible().center().distance(middle) < 1e-3, "then one looks where one looked");
}

#[test]
fn nodes_are_moved_by_keys() {
    check(
        "press Home; press m; press Right; shift press Down; press Enter",
        &["select [a], look -40,-40 x1.00", "pick up a, (nudging)", "a to 8,0, (nudging)", "a to 8,48, (nudging)", "put down, MOVED a"],
    );
    check(
        "press Home; press m; press Right; press Escape",
        &["select [a], look -40,-40 x1.00", "pick up a, (nudging)", "a to 8,0, (nudging)", "a to 0,0, put down"],
    );
    check("press m", &["ignored"]);
}

#[test]
fn hovering_is_told_once() {
    check("move 20,20; move 30,30; move 208,24; move 20,300; leave", &["hover a", "", "hover Case(0) of a", "hover nothing", ""]);
}

/// Each script leaves the canvas in the state that it is named after.
const STATES: [(&str, &str); 10] = [
    ("idle", "press Home"),
    ("pending", "down 20,20"),
    ("panning", "down 20,300; move 90,300"),
    ("pinching", "touch1 100,300; touch2 300,300"),
    ("dragging", "down 20,20; move 90,90"),
    ("framing", "shift down 20,300; move 90,390"),
    ("nudging", "press Home; press m"),
    ("connecting", "down 608,34; move 700,100"),
    ("aiming", "press Home; press c"),
    ("resizing", "down 20,420; up 20,420; down 160,480; move 300,500"),
];

/// Where everything stands.
fn places(canvas: &Canvas) -> Vec<Rect> {
    let scene = canvas.scene();
    (0..scene.nodes().len()).map(|row| scene.nodes().rect(row)).chain(scene.items().iter().map(|item| item.rect)).collect()
}

/// Nothing of a gesture is left.
fn is_at_rest(canvas: &Canvas) -> bool {
    let shows_nothing = canvas.frame().is_none() && canvas.draft().is_none() && canvas.guides().is_empty() && canvas.over().is_none();
    shows_nothing && canvas.lifted().is_empty() && canvas.lifted_items().is_empty()
}

#[test]
fn escape_leaves_every_state_and_takes_back_what_it_did() {
    for (expected, script) in STATES {
        for leave in ["press Escape", "blur"] {
            let mut canvas = furnished();
            play(&mut canvas, script);
            assert_eq!(state(canvas.gesture()), expected, "`{script}` reaches it");
            let told = play(&mut canvas, leave);
            assert_eq!(state(canvas.gesture()), "idle", "{leave} leaves {expected}: {told}");
            assert_eq!(places(&canvas), places(&furnished()), "{leave} puts everything back from {expected}");
            assert!(is_at_rest(&canvas), "nothing of {expected} is left");
            assert!(!told.contains(|c: char| c.is_uppercase()), "and nothing is asked for: {told}");
        }
    }
}

#[test]
fn a_lost_pointer_ends_what_it_held() {
    for (held, script) in STATES {
        let mut canvas = furnished();
        play(&mut canvas, script);
        play(&mut canvas, "lost");
        let by_mouse = ["pending", "panning", "dragging", "framing", "connecting", "resizing"].contains(&held);
        assert_eq!(state(canvas.gesture()) == "idle", by_mouse || held == "idle", "the mouse held {held}: {by_mouse}");
    }
}

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

proptest! {
    #[test]
    fn no_input_breaks_the_canvas_and_escape_always_comes_home(script in prop::collection::vec((0usize..26, 0u16..1200, 0u16..800), 0..60)) {
        const WORDS: [&str; 26] = [
            "down", "move", "up", "middle", "touch1", "touch2", "slide1", "slide2", "lift1", "shift down", "ctrl down", "lost",
            "press Tab", "press m", "press Right", "press 1", "press Space", "release Space", "press c", "press e", "press Delete",
            "press Enter", "alt move", "ctrl press a", "down", "move",
        ];
        // Where there is something to take hold of, so that chance finds it more often.
        const SPOTS: [(u16, u16); 8] = [(208, 24), (608, 58), (300, 26), (20, 420), (160, 480), (900, 150), (1020, 620), (820, 240)];
        let mut canvas = furnished();
        for (word, x, y) in script {
            let (x, y) = if x % 2 == 0 { SPOTS[usize::from(y) % SPOTS.len()] } else { (x, y) };
            play(&mut canvas, &format!("{} {x},{y}", WORDS[word]));
            let camera = canvas.camera();
            prop_assert!(camera.origin.x.is_finite() && camera.origin.y.is_finite() && camera.zoom > 0.0);
            let held = [state(canvas.gesture()) == "connecting", state(canvas.gesture()) == "aiming"].contains(&true);
            prop_assert!(held || canvas.draft().is_none(), "an edge is only drawn while one draws");
            prop_assert!(canvas.selected_edge().is_none() || canvas.selected().is_empty(), "an edge is selected alone");
        }
        play(&mut canvas, "press Escape");
        prop_assert_eq!(state(canvas.gesture()), "idle");
        prop_assert!(is_at_rest(&canvas));
        prop_assert_eq!((canvas.scene().nodes().len(), canvas.scene().items().len()), (4, 3));
        prop_assert!(canvas.scene().items().iter().all(|item| item.rect.w >= crate::LEAST_ITEM && item.rect.h >= crate::LEAST_ITEM));
    }
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
