//! Any bytes as a graph file: reading, checking, locating and upgrading never panic, and an upgrade reads again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(source) = format::Source::parse(text.to_owned()) else { return };
    let checks = graph::check(source.graph());
    for problem in source.problems().iter().chain(&checks) {
        let found = source.locate(&problem.path, Some(1..3));
        assert!(text.get(found.offset..found.offset + found.length).is_some(), "a place inside of the text");
    }
    if let Ok(upgraded) = source.upgrade() {
        let again = format::Source::parse(upgraded).expect("an upgrade is YAML");
        assert_eq!(again.dialect(), format::Dialect::E, "and in shape E");
    }
});
