//! Gestures as text: a script of inputs goes in, what they meant comes out.

use std::fmt::Write as _;

use graph::Port;
use proptest::prelude::*;

use super::*;
use crate::{Button, CARD_HEIGHT, CARD_WIDTH, Direction, Held, NodeSpec, Pixel, Pointer, pt};

/// Three cards in a row, `a` at (0, 0), `b` at (400, 0), `c` at (800, 200), joined a to b and a to c. The camera shows the
/// world as it is, 1200 by 800.
fn canvas() -> Canvas {
    let mut scene = Scene::default();
    let mut add = |id: &str, x, y| {
        let ports = vec![Port::Case(0), Port::Next];
        scene.add_node(NodeSpec { id: id.into(), kind: "switch".into(), summary: String::new(), at: pt(x, y), ports })
    };
    let (a, b, c) = (add("a", 0.0, 0.0), add("b", 400.0, 0.0), add("c", 800.0, 200.0));
    scene.add_edge(a, Port::Case(0), b, "yes");
    scene.add_edge(a, Port::Next, c, "");
    let mut canvas = Canvas::default();
    canvas.show(scene, true);
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

fn tell(canvas: &Canvas, intent: &Intent) -> String {
    let names = |keys: &[NodeKey]| keys.iter().map(|key| name(canvas, *key)).collect::<Vec<_>>().join("+");
    match intent {
        Intent::Look(camera) => format!("look {:.0},{:.0} x{:.2}", camera.origin.x, camera.origin.y, camera.zoom),
        Intent::Select(keys) => format!("select [{}]", names(keys)),
        Intent::Hover(Hit::Node(node)) => format!("hover {}", name(canvas, *node)),
        Intent::Hover(Hit::Port(node, port)) => format!("hover {port:?} of {}", name(canvas, *node)),
        Intent::Hover(Hit::Edge(_)) => "hover edge".to_owned(),
        Intent::Hover(Hit::Nothing) => "hover nothing".to_owned(),
        Intent::Frame(Some(rect)) => format!("frame {:.0},{:.0} {:.0}x{:.0}", rect.x, rect.y, rect.w, rect.h),
        Intent::Frame(None) => "no frame".to_owned(),
        Intent::PickUp(keys) => format!("pick up {}", names(keys)),
        Intent::Place(key, at) => format!("{} to {:.0},{:.0}", name(canvas, *key), at.x, at.y),
        Intent::PutDown => "put down".to_owned(),
        Intent::Open(key) => format!("open {}", name(canvas, *key)),
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
        &["(pending)", "(pending)", "select [a], pick up a, a to 10,0, (dragging)", "a to 100,50, (dragging)", "put down"],
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
            "pick up a+b, a to 0,10, b to 400,10, (dragging)",
            "put down",
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
fn the_keyboard_reaches_every_node_and_leaves_at_the_end() {
    check(
        "press Tab; press Tab; press Tab; press Tab; shift press Tab",
        &["select [a], look -40,-40 x1.00", "select [b]", "select [c]", "ignored", "select [b]"],
    );
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
        &["select [a], look -40,-40 x1.00", "pick up a, (nudging)", "a to 8,0, (nudging)", "a to 8,48, (nudging)", "put down"],
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
const STATES: [(&str, &str); 7] = [
    ("idle", "press Home"),
    ("pending", "down 20,20"),
    ("panning", "down 20,300; move 90,300"),
    ("pinching", "touch1 100,300; touch2 300,300"),
    ("dragging", "down 20,20; move 90,90"),
    ("framing", "shift down 20,300; move 90,390"),
    ("nudging", "press Home; press m"),
];

#[test]
fn escape_leaves_every_state_and_takes_back_what_it_did() {
    for (expected, script) in STATES {
        for leave in ["press Escape", "blur"] {
            let mut canvas = canvas();
            play(&mut canvas, script);
            assert_eq!(state(canvas.gesture()), expected, "`{script}` reaches it");
            let told = play(&mut canvas, leave);
            assert_eq!(state(canvas.gesture()), "idle", "{leave} leaves {expected}: {told}");
            assert_eq!(canvas.scene().places(), super::tests::canvas().scene().places(), "{leave} puts nodes back from {expected}");
            assert!(canvas.frame().is_none() && canvas.lifted().is_empty(), "nothing of {expected} is left");
        }
    }
}

#[test]
fn a_lost_pointer_ends_what_it_held() {
    for (held, script) in STATES {
        let mut canvas = canvas();
        play(&mut canvas, script);
        play(&mut canvas, "lost");
        let by_mouse = ["pending", "panning", "dragging", "framing"].contains(&held);
        assert_eq!(state(canvas.gesture()) == "idle", by_mouse || held == "idle", "the mouse held {held}: {by_mouse}");
    }
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
fn another_version_of_the_scene_keeps_selection_and_states() {
    let mut canvas = canvas();
    canvas.select_id("b");
    canvas.set_status(&"c".into(), Status::Failed, "");
    let (scene, camera) = (super::tests::canvas().scene().clone(), *canvas.camera());
    canvas.show(scene, false);
    assert_eq!(canvas.selected().iter().map(|key| name(&canvas, *key)).collect::<Vec<_>>(), ["b"]);
    assert_eq!(canvas.scene().nodes().status, [Status::Idle, Status::Idle, Status::Failed]);
    assert_eq!(*canvas.camera(), camera, "one looks from the same place");
    canvas.show(Scene::default(), true);
    assert!(canvas.selected().is_empty(), "a fresh scene has nothing selected");
}

proptest! {
    #[test]
    fn no_input_breaks_the_canvas_and_escape_always_comes_home(script in prop::collection::vec((0usize..18, 0u16..1200, 0u16..800), 0..60)) {
        const WORDS: [&str; 18] = [
            "down", "move", "up", "middle", "touch1", "touch2", "slide1", "slide2", "lift1", "shift down", "ctrl down", "lost",
            "press Tab", "press m", "press Right", "press 1", "press Space", "release Space",
        ];
        let mut canvas = canvas();
        for (word, x, y) in script {
            play(&mut canvas, &format!("{} {x},{y}", WORDS[word]));
            let camera = canvas.camera();
            prop_assert!(camera.origin.x.is_finite() && camera.origin.y.is_finite() && camera.zoom > 0.0);
        }
        play(&mut canvas, "press Escape");
        prop_assert_eq!(state(canvas.gesture()), "idle");
        prop_assert!(canvas.lifted().is_empty() && canvas.frame().is_none());
        prop_assert_eq!(canvas.scene().nodes().len(), 3);
    }
}
