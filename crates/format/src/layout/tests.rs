//! Layout files as text in and text out.

use graph::{ItemContent, ItemId, LayoutEdit, Spot};
use proptest::prelude::*;

use super::*;

fn place(node: &str, at: Option<(f64, f64)>) -> LayoutEdit {
    LayoutEdit::Place { tool: "t".into(), node: node.into(), at: at.map(|(x, y)| Spot { x, y }) }
}

fn note(item: &str, text: Option<&str>, at: Option<usize>) -> LayoutEdit {
    let content = |text: &str| ItemContent::Note { text: text.to_owned(), color: None };
    let value = text.map(|text| Item { x: 1.0, y: 2.25, w: 160.0, h: 80.0, content: content(text), extra: Fields::new() });
    LayoutEdit::SetItem { tool: "t".into(), item: item.into(), value, at }
}

/// The edits make `after` of `before`, and their changes of the text lead back to its very bytes.
#[track_caller]
fn check(before: &str, edits: &[LayoutEdit], after: &str) {
    let mut source = LayoutSource::parse(before.to_owned()).unwrap();
    let changes: Vec<TextChange> = edits.iter().map(|edit| source.apply(edit).unwrap()).collect();
    assert_eq!(source.text(), after, "after {edits:?}");
    let read = LayoutSource::parse(after.to_owned()).unwrap();
    assert_eq!(read.layout(), source.layout(), "what is written is what is read");
    for change in changes.iter().rev() {
        source.splice(&change.inverse()).unwrap();
    }
    assert_eq!(source.text(), before, "the way back leads to the same bytes");
}

#[test]
fn a_new_layout_is_short_and_in_the_order_of_its_making() {
    let after = "tools:\n  t:\n    nodes:\n      b: [0, -10.5]\n      a: [240, 0.1]\n    items:\n      - id: note\n        type: note\n        at: [1, 2.3]\n        size: [160, 80]\n        text: hello\n";
    check("", &[place("b", Some((-0.01, -10.5))), place("a", Some((240.0, 0.12))), note("note", Some("hello"), None)], after);
}

#[test]
fn what_is_not_known_and_every_comment_stay() {
    let before = "# where things stand\ntheme: dark\ntools:\n  t:\n    zoom: 2 # mine\n    nodes:\n      # the first\n      a: [1, 2]\n      b: [3.25, 4]\n";
    check(before, &[place("a", Some((10.0, 2.0)))], &before.replace("[1,", "[10,"));
    check(before, &[place("c", Some((5.0, 6.0)))], &format!("{before}      c: [5, 6]\n"));
    let gone = before.replace("    nodes:\n      # the first\n      a: [1, 2]\n      b: [3.25, 4]\n", "");
    let mut source = LayoutSource::parse(before.to_owned()).unwrap();
    for node in ["a", "b"] {
        source.apply(&place(node, None)).unwrap();
    }
    assert_eq!(source.text(), gone, "what is not known is not emptied with the rest");
}

#[test]
fn a_layout_that_is_empty_again_leaves_what_was_there_before_it() {
    for before in ["", "# mine\n", "# mine\n\n# and mine\n"] {
        let mut source = LayoutSource::parse(before.to_owned()).unwrap();
        let inverse = Layout::clone(source.layout()).apply(&place("a", Some((1.0, 1.0))));
        source.apply(&place("a", Some((1.0, 1.0)))).unwrap();
        assert!(source.text().ends_with("a: [1, 1]\n"), "{}", source.text());
        source.apply(&inverse).unwrap();
        assert_eq!(source.text(), before, "an edit and its inverse leave the same bytes");
    }
}

#[test]
fn a_renamed_node_keeps_its_line_and_its_comment() {
    let before = "tools:\n  t:\n    nodes:\n      a: [1, 2] # here\n      b: [3, 4]\n";
    let edits = [LayoutEdit::Batch { edits: vec![place("a", None), place("z", Some((1.0, 2.0)))] }];
    check(before, &edits, &before.replace("      a:", "      z:"));
}

#[test]
fn what_cannot_be_read_is_said_with_its_place_and_stays() {
    let before = "tools:\n  t:\n    nodes:\n      a: [left, 2]\n      b: [3, 4]\n    items:\n      - {id: n, type: song, at: [1, 2], size: [3, 4]}\n";
    let source = LayoutSource::parse(before.to_owned()).unwrap();
    let said: Vec<_> = source.faults().iter().map(|fault| (fault.problem.path.to_string(), fault.line, fault.column)).collect();
    assert_eq!(said, [("tools.t.nodes.a".to_owned(), 4, 7), ("tools.t.items[0]".to_owned(), 7, 9)], "each at its place");
    assert_eq!(source.layout().drawing("t").unwrap().nodes.len(), 1, "the rest is read");
    check(before, &[place("b", Some((5.0, 4.0)))], &before.replace("b: [3,", "b: [5,"));
    assert_eq!(LayoutSource::parse("tools: [".to_owned()).unwrap_err().line, 1, "what is not YAML is said with its line");
    assert!(LayoutSource::parse("[1]".to_owned()).unwrap().apply(&place("a", None)).is_ok(), "nothing to do is done");
    assert!(LayoutSource::parse("[1]".to_owned()).unwrap().apply(&place("a", Some((0.0, 0.0)))).is_err(), "nothing is overwritten");
}

fn edit() -> impl Strategy<Value = LayoutEdit> {
    let id = || prop::sample::select(vec!["a", "b", "c", "on", "1"]);
    prop_oneof![
        (id(), prop::option::of((-9.0..9.0f64, -9.0..9.0f64))).prop_map(|(id, at)| place(id, at)),
        (id(), prop::option::of("[a-z#: \n]{0,6}"), prop::option::of(0usize..4)).prop_map(|(id, text, at)| note(id, text.as_deref(), at)),
        prop::option::of(Just(())).prop_map(|value| LayoutEdit::SetDrawing {
            tool: "u".into(),
            value: value.map(|()| Drawing { nodes: [("z".into(), Spot::default())].into_iter().collect(), ..Drawing::default() }),
        }),
    ]
}

proptest! {
    #[test]
    fn any_edits_are_what_is_read_again_and_their_way_back_leads_to_the_same_bytes(
        begun in prop::collection::vec(edit(), 0..6), edits in prop::collection::vec(edit(), 1..8)
    ) {
        let mut source = LayoutSource::parse("# a comment\n".to_owned()).unwrap();
        for edit in &begun {
            source.apply(edit).unwrap();
        }
        let before = source.text().to_owned();
        let mut changes = Vec::new();
        for edit in &edits {
            let mut meant = Layout::clone(source.layout());
            meant.apply(edit);
            round(&mut meant, source.layout());
            changes.push(source.apply(edit).unwrap());
            prop_assert_eq!(written(source.layout()), written(&meant), "the text means what the edit meant");
            let order = |layout: &Layout| layout.drawing("t").map(|drawing| drawing.items.keys().cloned().collect::<Vec<ItemId>>());
            prop_assert_eq!(order(source.layout()).unwrap_or_default(), order(&meant).unwrap_or_default(), "what is in front stays in front");
        }
        for change in changes.iter().rev() {
            source.splice(&change.inverse()).unwrap();
        }
        prop_assert_eq!(source.text(), before);
    }
}

#[test]
fn places_to_come_back_to_are_kept_under_their_names() {
    let mark = |name: &str, value: Option<(f64, f64)>| LayoutEdit::SetBookmark {
        tool: "t".into(),
        name: name.to_owned(),
        value: value.map(|(x, zoom)| Bookmark { at: Spot { x, y: -3.6 }, zoom }),
        at: None,
    };
    let after = "tools:\n  t:\n    bookmarks:\n      The start:\n        at: [12, -4]\n        zoom: 0.667\n";
    check("", &[mark("The start", Some((12.3, 2.0 / 3.0)))], after);
    check(
        after,
        &[mark("The end", Some((900.0, 1.0))), mark("The start", None)],
        "tools:\n  t:\n    bookmarks:\n      The end:\n        at: [900, -4]\n        zoom: 1\n",
    );
    let faults = LayoutSource::parse("tools:\n  t:\n    bookmarks:\n      a: {at: [1, 2], zoom: 0}\n      b: here\n".to_owned()).unwrap();
    assert_eq!(faults.faults().len(), 2, "a zoom of nothing and a word are no places: {:?}", faults.faults());
}
