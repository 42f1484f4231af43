//! Drawings as text: what a viewer gets, and that any XML parser reads it.

#![allow(clippy::unwrap_used)]

use canvas::{EdgeStyle, Scene};
use draw::{Look, Part, Svg, face, svg};
use graph::{Drawing, Fields, Item, ItemContent, Spot, Tool};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::json;

fn tool() -> Tool {
    let nodes = json!([
        {"id": "entry", "type": "entry", "next": "check"},
        {"id": "check", "type": "switch", "conditions": [{"rule": {"<": [{"var": "n"}, 3]}, "next": "a_very_long_name_that_no_card_holds"}], "next": "exit"},
        {"id": "a_very_long_name_that_no_card_holds", "type": "transform", "transform": {"expr": "n & \"<b>\""}, "next": "exit", "onError": "exit"},
        {"id": "exit", "type": "exit"},
    ]);
    Tool::from_json(&json!({"name": "t", "description": "d", "inputSchema": {"type": "object"}, "nodes": nodes})).unwrap()
}

fn item(x: f64, y: f64, w: f64, h: f64, content: ItemContent) -> Item {
    Item { x, y, w, h, content, extra: Fields::new() }
}

fn drawing() -> Drawing {
    let mut drawing = Drawing::default();
    for (id, x, y) in
        [("entry", 0.0, 0.0), ("check", 300.0, 0.0), ("a_very_long_name_that_no_card_holds", 700.0, -80.0), ("exit", 1100.0, 0.0)]
    {
        drawing.nodes.insert(id.into(), Spot { x, y });
    }
    let note =
        ItemContent::Note { text: "# Why\n\nSome **bold** words & `code`.\n\n- one\n- two".to_owned(), color: Some("blue".to_owned()) };
    let frame = ItemContent::Frame { title: "The <first> part".to_owned(), color: None };
    drawing.items.insert("note".into(), item(0.0, 200.0, 220.0, 120.0, note));
    drawing.items.insert("frame".into(), item(-40.0, -140.0, 620.0, 260.0, frame));
    let picture = |src: &str| ItemContent::Picture { src: src.to_owned(), alt: "A plan".to_owned(), locked: false };
    drawing.items.insert("there".into(), item(300.0, 200.0, 100.0, 80.0, picture("there.png")));
    drawing.items.insert("lost".into(), item(500.0, 200.0, 100.0, 80.0, picture("lost.png")));
    drawing
}

fn drawn(scene: &Scene, look: &Look, part: &Part) -> String {
    let pictures = |src: &str| (src == "there.png").then(|| "data:image/png;base64,AA==".to_owned());
    svg(scene, Svg { title: "t", look, part, pictures: &pictures, fonts: "" })
}

/// How often each element is there; the text is well formed and every place in it is a number.
fn elements(text: &str) -> Vec<(String, usize)> {
    let mut reader = Reader::from_str(text);
    let mut found = std::collections::BTreeMap::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                *found.entry(element.name().as_ref().to_owned()).or_insert(0) += 1;
                for attribute in element.attributes() {
                    let attribute = attribute.unwrap();
                    let value = attribute.value.to_string();
                    assert!(!value.contains("NaN") && !value.contains("inf"), "{attribute:?}");
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    found.into_iter().collect()
}

#[track_caller]
fn check_golden(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("PATCHBAY_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, golden, "the drawing in {name}; PATCHBAY_BLESS=1 takes the new one");
}

#[test]
fn a_drawing_is_written_as_it_is_seen() {
    let mut scene = Scene::from_tool(&tool(), &drawing(), face);
    check_golden("light.svg", &drawn(&scene, &Look::light(), &Part::Whole));
    scene.set_edge_style(EdgeStyle::Orthogonal);
    let only = Part::Only { nodes: vec!["entry".into(), "check".into()], items: vec!["note".into()] };
    check_golden("selection-dark.svg", &drawn(&scene, &Look::dark(), &only));
}

#[test]
fn any_viewer_finds_what_is_drawn() {
    let scene = Scene::from_tool(&tool(), &drawing(), face);
    let text = drawn(&scene, &Look::light(), &Part::Whole);
    let found = elements(&text);
    let count = |name: &str| found.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count);
    assert_eq!((count("polygon"), count("image"), count("title")), (5, 1, 1), "five arrows, the picture that is there, a name");
    for word in ["entry", "a_very_long_name_t…", "n &lt; 3", "otherwise", "The &lt;first&gt; part", "bold", "A plan"] {
        assert!(text.contains(word), "`{word}` is written");
    }
    let only = drawn(&scene, &Look::light(), &Part::Only { nodes: vec!["exit".into()], items: Vec::new() });
    assert!(!only.contains("entry") && only.contains("exit"), "of a selection only what is selected");
    assert!(only.contains("width=\"272\""), "and it is as large as that, with a little room: {only}");
}

#[test]
fn nothing_is_a_drawing_too() {
    let empty = Scene::default();
    elements(&drawn(&empty, &Look::light(), &Part::Whole));
}

proptest! {
    #[test]
    fn any_text_is_well_formed(text in "\\PC{0,80}", title in "[\\x00-\\x7f]{0,20}") {
        let mut drawing = Drawing::default();
        drawing.items.insert("n".into(), item(0.0, 0.0, 60.0, 60.0, ItemContent::Note { text, color: None }));
        drawing.items.insert("f".into(), item(0.0, 0.0, 60.0, 60.0, ItemContent::Frame { title, color: None }));
        let bare = Tool { nodes: Vec::new(), ..tool() };
        let scene = Scene::from_tool(&bare, &drawing, face);
        elements(&drawn(&scene, &Look::dark(), &Part::Whole));
    }
}
