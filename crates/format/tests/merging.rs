//! Merges of two versions: disjoint changes of both are kept with their comments, true conflicts are listed and stay ours.
#![allow(clippy::unwrap_used)]

mod common;

use common::edits::{Dice, KINDS, edit};
use common::{FIXTURES, text};
use format::{Source, merge3};
use graph::Document;
use proptest::prelude::*;

const BASE: &str = "\
# What we call
version: '1'
server: {name: s, version: '1'}
tools:
  - name: t
    description: d
    inputSchema: {}
    nodes:
      - id: in   # the start
        type: entry
        next: list

      # Lists
      - id: list
        type: mcp
        server: files
        tool: list
        args:
          path: /tmp
          depth: 1
        next: out

      - id: out
        type: exit
";

/// The base with pieces of its text replaced.
fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is in the text");
        text.replacen(from, to, 1)
    })
}

#[track_caller]
fn check(ours: &str, theirs: &str, expected: &str, conflicts: &[&str]) {
    let merge = merge3(BASE, ours, theirs).unwrap();
    assert_eq!(merge.text, expected, "the merged text");
    assert_eq!(merge.conflicts.iter().map(ToString::to_string).collect::<Vec<_>>(), conflicts, "the conflicts");
}

#[test]
fn changes_of_different_lines_are_merged_with_the_comments_of_both() {
    let ours = ("path: /tmp", "path: /srv  # since May");
    let theirs = ("# Lists", "# Lists what is there");
    check(&with(&[ours]), &with(&[theirs]), &with(&[ours, theirs]), &[]);
}

#[test]
fn changes_of_different_fields_on_one_line_are_both_made() {
    let ours = with(&[("server: {name: s, version: '1'}", "server: {name: mine, version: '1'}")]);
    let theirs = with(&[("server: {name: s, version: '1'}", "server: {name: s, version: '2'}"), ("# Lists", "# Theirs")]);
    let both = with(&[("server: {name: s, version: '1'}", "server: {name: mine, version: '2'}"), ("# Lists", "# Theirs")]);
    check(&ours, &theirs, &both, &[]);
}

#[test]
fn nodes_that_both_add_at_one_place_are_both_there() {
    let node = |id: &str| {
        format!("      # By {id}\n      - id: {id}\n        type: transform\n        transform: {{expr: list}}\n        next: out\n\n")
    };
    let end = "      - id: out\n";
    let with_node = |ids: &[&str]| with(&[(end, &format!("{}{end}", ids.iter().map(|id| node(id)).collect::<String>()))]);
    check(&with_node(&["ada"]), &with_node(&["bob"]), &with_node(&["ada", "bob"]), &[]);
}

#[test]
fn one_field_changed_in_two_ways_is_a_conflict_and_stays_ours() {
    let ours = with(&[("path: /tmp", "path: /ours")]);
    let theirs = with(&[("path: /tmp", "path: /theirs"), ("depth: 1", "depth: 2")]);
    let expected = with(&[("path: /tmp", "path: /ours"), ("depth: 1", "depth: 2")]);
    check(&ours, &theirs, &expected, &[r#"t/list: args.path: ours "/ours", theirs "/theirs", before "/tmp""#]);
    let merge = merge3(BASE, &ours, &theirs).unwrap();
    let mut source = Source::parse(merge.text).unwrap();
    source.apply(&merge.conflicts[0].take_theirs().unwrap()).unwrap();
    assert!(source.text().contains("path: /theirs"), "theirs can be taken all the same");
}

#[test]
fn a_node_removed_by_one_and_changed_by_the_other_is_a_conflict() {
    let from = BASE.find("      # Lists").unwrap();
    let to = BASE.find("      - id: out").unwrap();
    let removed = format!("{}{}", &BASE[..from], &BASE[to..]);
    let changed = with(&[("depth: 1", "depth: 2")]);
    let merge = merge3(BASE, &removed, &changed).unwrap();
    assert_eq!(merge.text, removed, "ours has removed it");
    assert_eq!(merge.conflicts.len(), 1, "{:?}", merge.conflicts);
    assert!(merge.conflicts[0].to_string().starts_with("t/list: ours nothing, theirs {"), "{}", merge.conflicts[0]);
    let merge = merge3(BASE, &changed, &removed).unwrap();
    assert_eq!(merge.text, changed, "ours has changed it");
    assert!(merge.conflicts[0].to_string().contains("theirs nothing"), "{}", merge.conflicts[0]);
}

#[test]
fn a_version_that_cannot_be_read_is_named() {
    let error = merge3(BASE, &with(&[("version: '1'", "version: ['1'")]), &with(&[("# Lists", "# L")])).unwrap_err();
    assert_eq!(error.to_string(), "ours cannot be read");
    let error = merge3(BASE, &with(&[("# Lists", "# L")]), &with(&[("        type: exit", "        kind: exit")])).unwrap_err();
    assert_eq!(error.to_string(), "theirs cannot be read");
}

#[test]
fn a_side_that_upgraded_the_file_and_one_that_changed_it_are_merged() {
    let base = text("c");
    let source = Source::parse(base.clone()).unwrap();
    let upgraded = source.upgrade().unwrap();
    let mut changed = Source::parse(base.clone()).unwrap();
    let tool = source.graph().tools[0].name.clone();
    let set = graph::Edit::SetTool { tool, path: "description".parse().unwrap(), value: Some("another".into()) };
    changed.apply(&set).unwrap();
    for (ours, theirs) in [(changed.text(), upgraded.as_str()), (upgraded.as_str(), changed.text())] {
        let merge = merge3(&base, ours, theirs).unwrap();
        assert_eq!(merge.conflicts, [], "they do not conflict");
        assert_eq!(Source::parse(merge.text).unwrap().graph(), changed.graph(), "and the change is there");
    }
}

#[test]
fn a_tool_that_both_added_at_different_places_of_a_flat_file_is_kept() {
    let base = text("a");
    let added = |at: usize| {
        let nodes = serde_json::json!([{"id": "in", "type": "entry", "next": "out"}, {"id": "out", "type": "exit"}]);
        let tool = serde_json::json!({"name": "new", "description": "N", "inputSchema": {"type": "object"}, "nodes": nodes});
        let mut side = Source::parse(base.clone()).unwrap();
        side.apply(&graph::Edit::InsertTool { at, tool: graph::Tool::from_json(&tool).unwrap() }).unwrap();
        side.text().to_owned()
    };
    for (ours, theirs) in [(added(0), added(usize::MAX)), (added(usize::MAX), added(0))] {
        let merge = merge3(&base, &ours, &theirs).unwrap();
        assert_eq!(merge.conflicts, []);
        let merged = Source::parse(merge.text).unwrap();
        let mut tools: Vec<_> = merged.graph().tools.iter().map(|tool| tool.name.as_str()).collect();
        tools.sort_unstable();
        assert_eq!(tools, ["check", "dim", "new"]);
        assert_eq!(merged.graph().tool("new"), Source::parse(ours).unwrap().graph().tool("new"));
    }
}

/// A fixture after random edits.
fn edited(name: &str, seed: u64) -> String {
    let mut source = Source::parse(text(name)).unwrap();
    let mut dice = Dice::new(seed);
    for kind in 0..KINDS {
        if let Some(edit) = edit(source.graph(), (kind + seed as usize) % KINDS, &mut dice).filter(|_| kind % 3 == 0) {
            drop(source.apply(&edit));
        }
    }
    source.text().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn merging_with_an_unchanged_side_gives_the_other_sides_bytes(which in 0..FIXTURES.len(), seed in 0u64..500) {
        let name = FIXTURES[which].0;
        let (base, other) = (text(name), edited(name, seed));
        for (ours, theirs) in [(&base, &other), (&other, &base), (&other, &other)] {
            let merge = merge3(&base, ours, theirs).unwrap();
            prop_assert_eq!(&merge.text, &other);
            prop_assert_eq!(merge.conflicts, []);
        }
    }

    #[test]
    fn merging_any_two_versions_gives_one_that_can_be_read(which in 0..FIXTURES.len(), a in 0u64..500, b in 0u64..500) {
        let name = FIXTURES[which].0;
        let (base, ours, theirs) = (text(name), edited(name, a), edited(name, b));
        let merge = merge3(&base, &ours, &theirs).unwrap();
        let merged = Source::parse(merge.text).unwrap();
        prop_assert!(!merged.problems().iter().any(graph::Problem::is_error), "{:?}", merged.problems());
        for conflict in &merge.conflicts {
            prop_assert!(conflict.ours != conflict.theirs, "a conflict is one: {}", conflict);
        }
    }

    #[test]
    fn merging_changes_of_different_nodes_makes_both(which in 0..FIXTURES.len(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let base = Source::parse(text(FIXTURES[which].0)).unwrap();
        let tool = &base.graph().tools[0];
        let (a, b) = (a.index(tool.nodes.len()), b.index(tool.nodes.len()));
        prop_assume!(a != b);
        let set = |at: usize| graph::Edit::SetNode { tool: tool.name.clone(), node: tool.nodes[at].id.clone(), path: "note.deep".parse().unwrap(), value: Some(at.into()) };
        let side = |edit: &graph::Edit| {
            let mut side = Source::parse(base.text().to_owned()).unwrap();
            side.apply(edit).unwrap();
            side
        };
        let (ours, theirs) = (side(&set(a)), side(&set(b)));
        let merge = merge3(base.text(), ours.text(), theirs.text()).unwrap();
        let mut both = Document::new(ours.graph().clone());
        both.apply("theirs", &set(b)).unwrap();
        prop_assert_eq!(merge.conflicts, []);
        let merged = Source::parse(merge.text).unwrap();
        prop_assert_eq!(merged.graph(), both.graph());
    }
}
