//! The fixtures, for every test.
#![allow(dead_code)]

pub(crate) mod edits;

use format::{Dialect, Source};

/// Each fixture and the shape that it is in.
pub(crate) const FIXTURES: [(&str, Dialect); 9] = [
    ("a", Dialect::A),
    ("b", Dialect::B),
    ("c", Dialect::C),
    ("d", Dialect::D),
    ("e", Dialect::E),
    ("crlf", Dialect::E),
    ("json", Dialect::E),
    ("wild", Dialect::E),
    ("commented", Dialect::E),
];

/// The text of a fixture.
pub(crate) fn text(name: &str) -> String {
    let path = format!("{}/tests/fixtures/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{path}` cannot be read: {error}"))
}

/// A fixture, read.
pub(crate) fn fixture(name: &str) -> Source {
    Source::parse(text(name)).unwrap_or_else(|error| panic!("`{name}` is YAML: {error}"))
}
