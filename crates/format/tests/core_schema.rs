//! What YAML itself promises a graph file: the core schema of YAML 1.2, whole documents, and texts written so that no reader
//! takes them for something else.
#![allow(clippy::unwrap_used)]

use format::{Source, new_text};
use graph::Graph;
use serde_json::{Value, json};

/// The value of `x:` with this written after it.
fn read(written: &str) -> Value {
    let text = format!("version: '1'\nserver: {{name: s, version: '1'}}\ntools: []\nx:{written}\n");
    let source = Source::parse(text.clone()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    source.graph().extra["x"].clone()
}

#[test]
fn scalars_mean_what_yaml_1_2_says() {
    let table = [
        (" on", json!("on")),
        (" Yes", json!("Yes")),
        (" n", json!("n")),
        (" 1_000", json!("1_000")),
        (" 0o14", json!(12)),
        (" 014", json!(14)),
        (" 0xff", json!(255)),
        (" 12:30:45", json!("12:30:45")),
        (" 2001-12-14", json!("2001-12-14")),
        (" ~", json!(null)),
        ("", json!(null)),
        (" True", json!(true)),
        (" +1.5e3", json!(1500.0)),
        (" !!str 12", json!("12")),
        (" ! 12", json!("12")),
        (" !!int '12'", json!(12)),
        (" 'it''s'", json!("it's")),
        (" \"\\u00e9\\x41\\n\\\n   b\"", json!("éA\nb")),
        (" a\n  b\n\n  c", json!("a b\nc")),
        (" 'a\n  b'", json!("a b")),
        (" |\n  a\n   b\n", json!("a\n b\n")),
        (" |-\n  a\n", json!("a")),
        (" |+\n  a\n", json!("a\n\n")),
        (" |2\n    a\n", json!("  a\n")),
        (" >\n  a\n  b\n\n  c\n", json!("a b\nc\n")),
        (" [a, {b: 1}, [c]]", json!(["a", {"b": 1}, ["c"]])),
        (" {a, b: , 'c': 1}", json!({"a": null, "b": null, "c": 1})),
        ("\n- a\n- - b\n  - c\n", json!(["a", ["b", "c"]])),
        (" {1: a, true: b, ~: c}", json!({"1": "a", "true": "b", "~": "c"})),
        (" [&a {k: v}, *a, {<<: *a, k: w, n: 1}]", json!([{"k": "v"}, {"k": "v"}, {"k": "w", "n": 1}])),
        (" [&a {k: 1}, &b {k: 2, m: 3}, {<<: [*a, *b]}]", json!([{"k": 1}, {"k": 2, "m": 3}, {"k": 1, "m": 3}])),
        (" {'<<': 1}", json!({"<<": 1})),
    ];
    for (written, value) in table {
        assert_eq!(read(written), value, "`x:{written}`");
    }
}

#[test]
fn what_has_no_form_in_json_is_read_as_a_text_and_said() {
    for written in [".inf", "-.INF", ".nan", "1e999"] {
        let text = format!("version: '1'\nserver: {{name: s, version: '1'}}\ntools: []\nx: [1, {written}]\n");
        let source = Source::parse(text).unwrap();
        assert_eq!(source.graph().extra["x"], json!([1, written]), "`{written}` stays as it is written");
        let problem = source.problems().iter().find(|problem| problem.message.contains("no form in JSON")).unwrap();
        assert_eq!(source.locate(&problem.path, None).column, 8, "and is found at its place: {problem:?}");
    }
}

#[test]
fn every_text_written_anew_is_read_as_the_same_text() {
    let texts = [
        "yes",
        "No",
        "on",
        "null",
        "~",
        "",
        " ",
        "1",
        "1.5",
        "1_000",
        "0o7",
        "0b1",
        "0x1",
        "2001-12-14",
        "1:30",
        ".inf",
        "=",
        "<<",
        "- a",
        "-",
        "--- a",
        "...",
        "? a",
        ": a",
        "a:",
        "a: b",
        "a #b",
        "#a",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "'",
        "\"",
        "\\",
        "[a]",
        "{a}",
        "a, b",
        "a\tb",
        "\ta",
        "a\n",
        "\na",
        "a\n\n",
        "a\n b\n",
        " a\nb\n",
        "a \nb",
        "a\r\nb",
        "\u{7f}",
        "\u{85}",
        "\u{feff}",
        "\u{2028}",
        "é",
        "🏠",
        "\u{0}",
        "${secret:A}",
        "$.a",
    ];
    for text in texts {
        let value = json!({"version": "1", "server": {"name": text, "version": "1"}, "tools": [], "list": [text, {"k": text}], "map": {text: text, "deep": [[text]]}});
        let (graph, _) = Graph::from_json(&value);
        let written = new_text(&graph).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(Source::parse(written.clone()).unwrap().graph(), &graph, "{text:?} in\n{written}");
    }
}
