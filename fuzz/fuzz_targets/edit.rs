//! A damaged fixture and an edit: the text after the edit says what the graph says, and the inverse gives the same bytes.
//! The numbers choose the fixture, the damage, the edit and its place; the texts are the damage and the edit's value.
#![no_main]

use format::Source;
use graph::{Edit, Path};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const FIXTURES: [&str; 9] = [
    include_str!("../../crates/format/tests/fixtures/a.yaml"),
    include_str!("../../crates/format/tests/fixtures/b.yaml"),
    include_str!("../../crates/format/tests/fixtures/c.yaml"),
    include_str!("../../crates/format/tests/fixtures/d.yaml"),
    include_str!("../../crates/format/tests/fixtures/e.yaml"),
    include_str!("../../crates/format/tests/fixtures/crlf.yaml"),
    include_str!("../../crates/format/tests/fixtures/json.yaml"),
    include_str!("../../crates/format/tests/fixtures/wild.yaml"),
    include_str!("../../crates/format/tests/fixtures/commented.yaml"),
];

fuzz_target!(|input: (u8, u16, u8, u8, u8, u8, &str, &str)| {
    let (fixture, at, length, kind, which, place, damage, value) = input;
    let mut text = FIXTURES[usize::from(fixture) % FIXTURES.len()].to_owned();
    let floor = |text: &str, at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = floor(&text, usize::from(at) % text.len());
    let end = floor(&text, start + usize::from(length) % 32).max(start);
    text.replace_range(start..end, damage);
    let Ok(mut source) = Source::parse(text) else { return };
    let Some(edit) = edit(&source, kind, usize::from(which), usize::from(place), value) else { return };
    let before = source.text().to_owned();
    match source.apply(&edit) {
        Ok(change) => {
            let again = Source::parse(source.text().to_owned()).expect("what an edit writes is YAML");
            assert_eq!(again.graph(), source.graph(), "and says what the graph says");
            source.splice(&change.inverse()).expect("the inverse fits");
            assert_eq!(source.text(), before, "the same bytes");
        }
        Err(_) => assert_eq!(source.text(), before, "after an error nothing changed"),
    }
});

fn edit(source: &Source, kind: u8, which: usize, place: usize, value: &str) -> Option<Edit> {
    let graph = source.graph();
    let tool = graph.tools.get(which % graph.tools.len().max(1))?;
    let node = tool.nodes.get(place % tool.nodes.len().max(1))?;
    let (name, id) = (tool.name.clone(), node.id.clone());
    let value: Value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    let path: Path =
        node.fields.keys().nth(which % node.fields.len().max(1)).map_or_else(|| Path::root().key("added"), |key| Path::root().key(key));
    Some(match kind % 10 {
        0 => Edit::SetNode { tool: name, node: id, path, value: Some(value) },
        1 => Edit::SetNode { tool: name, node: id, path, value: None },
        2 => Edit::SetNode { tool: name, node: id, path: path.key("inner"), value: Some(value) },
        3 => Edit::SetNodeId { tool: name, from: id, to: value.as_str().unwrap_or("renamed").into() },
        4 => graph::remove_node(graph, &name, &id).ok()?,
        5 => graph::duplicate_node(graph, &name, &id, None).ok()?,
        6 => Edit::SetTool { tool: name, path: Path::root().key("description"), value: Some(value) },
        7 => Edit::RemoveTool { tool: name },
        8 => Edit::SetGraph { path: Path::root().key("server").key("title"), value: Some(value) },
        _ => Edit::SetGraph { path: Path::root().key("mcpServers").key("added"), value: Some(value) },
    })
}
