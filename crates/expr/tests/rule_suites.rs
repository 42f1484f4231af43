//! JSON Logic's classic suite and the community's, as the package of `datalogic-rs` carries them.
#![allow(clippy::unwrap_used)]

mod package;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use expr::{Cancel, Context, Fields, Limits, Rule};
use serde_json::{Map, Value};

/// Cases that differ knowingly, one a line: the file and the number of the case in it, then why after a `#`. The list may
/// only shrink.
const DEVIATIONS: &str = include_str!("data/rule-suite-deviations.txt");

/// The classic suite, then what the community added for the operators that json-logic-js has.
const SUITES: [&str; 22] = [
    "compatible.json",
    "truthiness.json",
    "chained.json",
    "arithmetic/divide.json",
    "arithmetic/max.json",
    "arithmetic/min.json",
    "arithmetic/minus.json",
    "arithmetic/modulo.json",
    "arithmetic/multiply.json",
    "arithmetic/plus.json",
    "array/map.json",
    "array/merge.json",
    "comparison/greaterThan.json",
    "comparison/greaterThanEquals.json",
    "comparison/lessThan.json",
    "comparison/lessThanEquals.json",
    "comparison/softEquals.json",
    "comparison/softNotEquals.json",
    "comparison/strictEquals.json",
    "comparison/strictNotEquals.json",
    "control/and.json",
    "control/or.json",
];

#[test]
fn the_suites_give_what_they_say() {
    let folder = package::folder("datalogic-rs").join("tests/suites");
    let mut failing = BTreeMap::new();
    let mut seen = BTreeMap::new();
    for suite in SUITES {
        let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join(suite)).unwrap()).unwrap();
        for (i, case) in cases.iter().filter(|case| case.is_object()).enumerate() {
            // Extensions of other engines: an operator that json-logic-js does not have.
            if uses_extension(&case["rule"]) {
                continue;
            }
            *seen.entry(suite).or_insert(0) += 1;
            if let Err(why) = check(case) {
                failing.insert(format!("{suite} {i}"), format!("{} gave {why}", case["rule"]));
            }
        }
    }
    assert!(seen["compatible.json"] >= 270, "the classic suite is whole: {seen:?}");
    assert!(seen.values().sum::<usize>() >= 600, "the suites lost their cases: {seen:?}");
    let known: BTreeSet<&str> = DEVIATIONS.lines().map(|line| line.split('#').next().unwrap().trim()).collect();
    let fresh: Vec<_> = failing.iter().filter(|(case, _)| !known.contains(case.as_str())).collect();
    assert!(fresh.is_empty(), "{} cases fail that are not known to: {fresh:#?}", fresh.len());
    let mended: Vec<_> = known.iter().filter(|case| !failing.contains_key(**case)).collect();
    assert!(mended.is_empty(), "these pass now and must leave the list: {mended:?}");
}

fn uses_extension(rule: &Value) -> bool {
    match rule {
        Value::Array(rules) => rules.iter().any(uses_extension),
        Value::Object(members) if members.len() == 1 => members.iter().any(|(operator, operands)| {
            ["val", "preserve", "throw", "try", "??", "exists", "type", "length"].contains(&operator.as_str()) || uses_extension(operands)
        }),
        _ => false,
    }
}

fn check(case: &Value) -> Result<(), String> {
    let rule = Rule::parse(&case["rule"]).map_err(|error| error.message);
    let context = Data::new(case["data"].clone());
    let result = rule.and_then(|rule| rule.eval(&context, &Limits::default(), &Cancel::new()).map_err(|error| error.to_string()));
    match (&result, case.get("result")) {
        (Ok(found), Some(expected)) if same(found, expected) => Ok(()),
        (Err(_), None) => Ok(()),
        _ => Err(format!("{result:?}, not {}", case["result"])),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (left, right) => left == right,
    }
}

/// The suites' data: an object's members are the root fields, as are an array's items by their numbers.
struct Data(Fields);

impl Data {
    fn new(data: Value) -> Self {
        Self(Fields::new(match data {
            Value::Array(items) => {
                Value::Object(items.into_iter().enumerate().map(|(i, item)| (i.to_string(), item)).collect::<Map<_, _>>())
            }
            data => data,
        }))
    }
}

impl Context for Data {
    fn get(&self, name: &str) -> Option<Arc<Value>> {
        self.0.get(name)
    }
    fn names(&self) -> Vec<String> {
        self.0.names()
    }
    fn binding(&self, _name: &str) -> Option<Arc<Value>> {
        None
    }
    fn previous(&self, _n: usize) -> Option<Arc<Value>> {
        None
    }
    fn count(&self, _id: &str) -> usize {
        0
    }
    fn execution(&self, _id: &str, _i: i64) -> Option<Arc<Value>> {
        None
    }
    fn executions(&self, _id: &str) -> Vec<Arc<Value>> {
        Vec::new()
    }
    fn now_ms(&self) -> i64 {
        0
    }
    fn seed(&self) -> u64 {
        0
    }
}
