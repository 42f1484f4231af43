//! Gestures as text: a script of inputs goes in, what they meant comes out.

mod followed;
mod gestures;
mod painted;

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

/// Nothing of a gesture is left.
fn is_at_rest(canvas: &Canvas) -> bool {
    let shows_nothing = canvas.frame().is_none() && canvas.draft().is_none() && canvas.guides().is_empty() && canvas.over().is_none();
    shows_nothing && canvas.lifted().is_empty() && canvas.lifted_items().is_empty()
}
