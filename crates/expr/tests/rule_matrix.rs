//! Every operator over every kind of operand decides as json-logic-js 2.0.5 does. `data/json-logic-matrix.js` wrote the
//! expectations.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use expr::{Cancel, Fields, Limits, Rule};
use serde_json::{Map, Value};

/// Cases that differ knowingly, one a line: the rule, a tab, the data. The list may only shrink.
const DEVIATIONS: &str = include_str!("data/json-logic-deviations.txt");

#[test]
fn rules_decide_as_json_logic_js_does() {
    let groups: Vec<Value> = serde_json::from_str(include_str!("data/json-logic-matrix.json")).unwrap();
    let mut seen = 0;
    let mut failing = BTreeSet::new();
    for group in &groups {
        let rule = Rule::parse(&group["rule"]).unwrap();
        let rows = rows(group["operands"].as_array().unwrap());
        let results = group["results"].as_array().unwrap();
        let truths = group["truths"].as_str().unwrap().chars();
        assert_eq!(rows.len(), results.len(), "the expectations of {} are of other operands", group["rule"]);
        for ((data, expected), truth) in rows.into_iter().zip(results).zip(truths) {
            seen += 1;
            if !decides(&rule, &data, expected, truth) {
                failing.insert(format!("{}\t{data}", group["rule"]));
            }
        }
    }
    assert!(seen > 20_000, "the matrix lost its rows: {seen}");
    let known: BTreeSet<String> = DEVIATIONS.lines().map(str::to_owned).collect();
    assert_eq!(failing, known, "left: what differs from json-logic-js; right: what is known to");
}

fn decides(rule: &Rule, data: &Value, expected: &Value, truth: char) -> bool {
    let context = Fields::new(data.clone());
    let result = rule.eval(&context, &Limits::default(), &Cancel::new());
    let decision = rule.decide(&context, &Limits::default(), &Cancel::new());
    let Ok(result) = result else { return expected == "throws" };
    let same = match expected.as_str() {
        Some("throws") => false,
        // What JSON lacks.
        Some(text) if text.starts_with("is ") => result.is_null(),
        _ => text(&result) == text(expected),
    };
    same && decision == Ok(truth == '1')
}

/// As it is written to a file, where 1 and 1.0 differ.
fn text(value: &Value) -> String {
    value.to_string()
}

/// Each choice of one value from each list, as `{"a": ..., "b": ..., "c": ...}`, the last changing first.
fn rows(operands: &[Value]) -> Vec<Value> {
    let mut rows = vec![Map::new()];
    for (name, list) in ["a", "b", "c"].into_iter().zip(operands) {
        let with = |row: &Map<String, Value>, value: &Value| {
            let mut row = row.clone();
            row.insert(name.to_owned(), value.clone());
            row
        };
        rows = rows.iter().flat_map(|row| list.as_array().unwrap().iter().map(move |value| with(row, value))).collect();
    }
    rows.into_iter().map(Value::Object).collect()
}
