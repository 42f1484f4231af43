//! JSONata's official suite, as the package of `jsonata-rs` carries it.
#![allow(clippy::unwrap_used)]

mod package;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use expr::{Cancel, Context, EvalError, Expression, Limits};
use serde_json::Value;

/// Cases that differ knowingly, one a line: the file within the suite and the number of the case in it, then why after a
/// `#`. The list may only shrink.
const DEVIATIONS: &str = include_str!("data/jsonata-deviations.txt");

#[test]
fn the_official_suite_gives_what_it_says() {
    let suite = package::folder("jsonata-rs").join("tests/testsuite");
    let mut failing = BTreeMap::new();
    let mut seen = 0;
    for part in ["groups", "skip"] {
        for group in sorted(&suite.join(part)) {
            for file in sorted(&group).into_iter().filter(|file| file.extension().is_some_and(|end| end == "json")) {
                let place = file.strip_prefix(&suite).unwrap().display();
                let cases = match serde_json::from_str(&fs::read_to_string(&file).unwrap()) {
                    Ok(Value::Array(cases)) => cases,
                    Ok(case) => vec![case],
                    Err(error) => {
                        failing.insert(format!("{place} 0"), format!("serde_json cannot read it: {error}"));
                        continue;
                    }
                };
                for (i, case) in cases.iter().enumerate() {
                    seen += 1;
                    if let Err(why) = check(&suite, &file, case) {
                        failing.insert(format!("{place} {i}"), why);
                    }
                }
            }
        }
    }
    assert!(seen > 1_200, "the suite lost its cases: {seen}");
    let known: BTreeSet<&str> = DEVIATIONS.lines().map(|line| line.split('#').next().unwrap().trim()).collect();
    let fresh: Vec<_> = failing.iter().filter(|(case, _)| !known.contains(case.as_str())).collect();
    assert!(fresh.is_empty(), "{} of {seen} cases fail that are not known to: {fresh:#?}", fresh.len());
    let mended: Vec<_> = known.iter().filter(|case| !failing.contains_key(**case)).collect();
    assert!(mended.is_empty(), "these pass now and must leave the list: {mended:?}");
}

fn sorted(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn check(suite: &Path, file: &Path, case: &Value) -> Result<(), String> {
    let source = match case["expr"].as_str() {
        Some(source) => source.to_owned(),
        None => fs::read_to_string(file.with_file_name(case["expr-file"].as_str().unwrap())).unwrap(),
    };
    let data = match case["dataset"].as_str() {
        Some(name) => serde_json::from_str(&fs::read_to_string(suite.join(format!("datasets/{name}.json"))).unwrap()).unwrap(),
        None => case["data"].clone(),
    };
    let limits = Limits {
        time: Some(Duration::from_millis(case["timelimit"].as_u64().unwrap_or(60_000))),
        depth: case["depth"].as_u64().map_or(Limits::default().depth, |depth| usize::try_from(depth).unwrap()),
        items: 10_000_000,
        ..Limits::default()
    };
    let result = match Expression::parse(&source) {
        Ok(expression) => expression
            .apply(&Arc::new(data), &Bound(case["bindings"].clone()), &limits, &Cancel::new())
            .map_err(|error| (codes(&error), error.to_string())),
        Err(error) => Err((error.code.clone().into_iter().collect(), error.message)),
    };
    let code = case["code"].as_str().or_else(|| case["error"]["code"].as_str());
    let as_expected = match (&result, code) {
        (Err((codes, _)), Some(code)) => codes.iter().any(|found| found == code),
        (Ok(found), None) => match (found, case.get("result"), case["result_re"].as_str()) {
            (Some(found), _, Some(pattern)) => matches(found, pattern),
            (Some(found), Some(expected), None) => same(found, expected, case["unordered"] == true),
            // The suite says so of functions, whose value JSON cannot hold, too.
            (None, expected, None) => expected.is_none_or(Value::is_null),
            _ => false,
        },
        (Err(_), None) => case["error"].is_object() || case.get("result").is_none() && case["undefinedResult"] != true,
        (Ok(_), Some(_)) => false,
    };
    if as_expected { Ok(()) } else { Err(format!("`{source}` gave {result:?}, not {} {code:?}", case["result"])) }
}

/// The codes that the suite may know an error by.
fn codes(error: &EvalError) -> Vec<String> {
    let codes: &[&str] = match error {
        EvalError::Time { .. } => &["D1012", "U1001"],
        EvalError::Depth { .. } => &["D1011", "U1001"],
        EvalError::Items { .. } => &["D2014", "D2015"],
        EvalError::Thrown { .. } => &["D3137", "D3141"],
        EvalError::Jsonata { code, .. } => return code.clone().into_iter().collect(),
        _ => &[],
    };
    codes.iter().map(|code| (*code).to_owned()).collect()
}

fn matches(found: &Value, pattern: &str) -> bool {
    let pattern = Expression::parse(&format!("$contains($, /{pattern}/)")).unwrap();
    let context = Bound(Value::Null);
    pattern.apply(&Arc::new(found.clone()), &context, &Limits::default(), &Cancel::new()) == Ok(Some(Value::Bool(true)))
}

/// Equal, with numbers compared as numbers: the suite's are rounded to 15 digits.
fn same(left: &Value, right: &Value, unordered: bool) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap(), right.as_f64().unwrap());
            (left - right).abs() <= left.abs() * 1e-14
        }
        (Value::Array(left), Value::Array(right)) if unordered => {
            left.len() == right.len() && left.iter().all(|item| right.iter().any(|other| same(item, other, false)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right, false))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other, false)))
        }
        (left, right) => left == right,
    }
}

/// A context of variables alone.
struct Bound(Value);

impl Context for Bound {
    fn get(&self, _name: &str) -> Option<Arc<Value>> {
        None
    }
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
    fn binding(&self, name: &str) -> Option<Arc<Value>> {
        self.0.get(name).cloned().map(Arc::new)
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
        // One case compares with today.
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
    }
    fn seed(&self) -> u64 {
        7
    }
}
