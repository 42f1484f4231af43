//! Random edits of every kind on every fixture: the text means what was asked for, and the inverse gives the same bytes.
//! And random bytes: nothing panics.
#![allow(clippy::unwrap_used)]

mod common;

use common::edits::{Dice, KINDS, edit};
use common::{FIXTURES, fixture, text};
use format::{Error, Source};
use graph::{Document, Edit};
use proptest::prelude::*;

/// What became of an edit.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Right,
    /// The graph itself refuses it.
    Unfit,
    /// The file's shape has no form for it.
    Shapeless,
    Refused(String),
}

/// Makes an edit and takes it back, and holds it against what the graph alone would do.
fn outcome(mut source: Source, edit: &Edit) -> Outcome {
    let before = source.text().to_owned();
    let mut document = Document::new(source.graph().clone());
    let wanted = document.apply("", edit);
    match (source.apply(edit), wanted) {
        (Ok(change), Ok(_)) => {
            assert_eq!(source.graph(), document.graph(), "{edit:?} does to the file what it does to the graph");
            let again = Source::parse(source.text().to_owned()).unwrap();
            assert_eq!(again.graph(), document.graph(), "the text after {edit:?} says the same when it is read again");
            assert_eq!(change.apply(&before).unwrap(), source.text(), "the change of {edit:?} leads to the new text");
            source.splice(&change.inverse()).unwrap();
            assert_eq!(source.text(), before, "the inverse of {edit:?} gives the same bytes");
            Outcome::Right
        }
        (Err(error), wanted) => {
            assert_eq!(source.text(), before, "after an error the text is as it was");
            match error {
                Error::Edit(_) => {
                    assert!(wanted.is_err(), "the file refuses {edit:?} as unfit, and the graph takes it");
                    Outcome::Unfit
                }
                Error::Shape { .. } => Outcome::Shapeless,
                error => Outcome::Refused(error.to_string()),
            }
        }
        (Ok(_), Err(error)) => panic!("the graph refuses {edit:?} ({error}), and the file takes it"),
    }
}

/// Every kind of edit with these seeds on every fixture. Returns how many were right, and what was refused.
fn survey(seeds: std::ops::Range<u64>) -> (usize, Vec<String>) {
    let (mut right, mut refused) = (0, Vec::new());
    for (name, _) in FIXTURES {
        for (kind, seed) in (0..KINDS).flat_map(|kind| seeds.clone().map(move |seed| (kind, seed))) {
            let source = fixture(name);
            let Some(edit) = edit(source.graph(), kind, &mut Dice::new(seed * 1000 + kind as u64)) else { continue };
            match outcome(source, &edit) {
                Outcome::Right => right += 1,
                Outcome::Refused(reason) => refused.push(format!("{name} {kind} {seed}: {reason}")),
                Outcome::Unfit | Outcome::Shapeless => {}
            }
        }
    }
    (right, refused)
}

#[test]
fn random_edits_are_right_and_can_be_taken_back() {
    let (right, refused) = survey(0..5);
    assert!(right > 500, "most edits fit their graph: {right}");
    assert!(refused.is_empty(), "none is refused that the shape can hold: {refused:#?}");
}

/// `cargo test -p format --release --test random -- --ignored --nocapture`: the figures of the decision page.
#[test]
#[ignore = "takes a minute; it measures more than it tests"]
fn many_random_edits() {
    let (right, refused) = survey(0..400);
    println!("right {right}, refused {}", refused.len());
    assert!(refused.len() * 200 < right, "fewer than one in two hundred is refused: {refused:#?}");
}

/// Reads a text and asks everything of it that can be asked.
fn poke(text: &str, seed: u64) {
    let Ok(mut source) = Source::parse(text.to_owned()) else { return };
    let checks = graph::check(source.graph());
    for problem in source.problems().iter().chain(&checks) {
        let found = source.locate(&problem.path, problem.within.clone().or(Some(1..3)));
        assert!(source.text().get(found.offset..found.offset + found.length).is_some(), "{:?} is inside of the text", problem.path);
    }
    drop(source.upgrade());
    let mut dice = Dice::new(seed);
    for kind in 0..KINDS {
        let Some(edit) = edit(source.graph(), kind, &mut dice) else { continue };
        let before = source.text().to_owned();
        if let Ok(change) = source.apply(&edit) {
            source.splice(&change.inverse()).unwrap();
            assert_eq!(source.text(), before, "the inverse of {edit:?} gives the same bytes");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_makes_anything_panic(text in any::<String>(), seed in any::<u64>()) {
        poke(&text, seed);
    }

    #[test]
    fn no_text_of_yaml_signs_makes_anything_panic(text in "[-:#{}\\[\\],&*!|>'\"%@?a \t\r\n]{0,60}", seed in any::<u64>()) {
        poke(&text, seed);
    }

    #[test]
    fn no_damaged_fixture_makes_anything_panic(
        which in 0..FIXTURES.len(),
        at in any::<prop::sample::Index>(),
        length in 0usize..12,
        put in "[-:#{}\\[\\],&*!|>'\"%@?aé \t\r\n]{0,6}",
        seed in any::<u64>(),
    ) {
        let mut text = text(FIXTURES[which].0);
        let mut from = at.index(text.len());
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        let mut to = (from + length).min(text.len());
        while !text.is_char_boundary(to) {
            to += 1;
        }
        text.replace_range(from..to, &put);
        poke(&text, seed);
    }
}

/// `cargo test -p format --release --test random -- --ignored --nocapture how_long`: time by size, for the decision page.
#[test]
#[ignore = "it measures more than it tests"]
fn how_long_reading_and_one_edit_take() {
    for nodes in [100, 1_000, 10_000] {
        let mut text = "version: '1'\nserver: {name: s, version: '1'}\ntools:\n  - name: t\n    description: d\n    inputSchema: {type: object}\n    nodes:\n".to_owned();
        text.push_str("      - id: n0\n        type: entry\n        next: n1\n");
        for i in 1..nodes {
            text.push_str(&format!("      # node {i}\n      - id: n{i}\n        type: mcp\n        server: s\n        tool: t\n        args:\n          a: {{expr: $.n0.x}}\n        next: n{}\n", i + 1));
        }
        text.push_str(&format!("      - id: n{nodes}\n        type: exit\n"));
        let start = std::time::Instant::now();
        let mut source = Source::parse(text.clone()).unwrap();
        let reading = start.elapsed();
        let middle = format!("n{}", nodes / 2);
        let edit = Edit::SetNode { tool: "t".into(), node: middle.as_str().into(), path: "args.b".parse().unwrap(), value: Some(1.into()) };
        let start = std::time::Instant::now();
        source.apply(&edit).unwrap();
        let setting = start.elapsed();
        let edit = graph::remove_node(source.graph(), &"t".into(), &middle.as_str().into()).unwrap();
        let start = std::time::Instant::now();
        let change = source.apply(&edit).unwrap();
        let removing = start.elapsed();
        println!("{nodes} nodes, {} KiB: read {reading:?}, set {setting:?}, remove {removing:?}", text.len() / 1024);
        source.splice(&change.inverse()).unwrap();
    }
}
