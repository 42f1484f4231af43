//! Prints what one evaluation costs, for expressions and rules as graphs have them. Run it in release.
#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use expr::{Cancel, Expression, Fields, Limits, Rule};
use serde_json::json;

fn main() {
    let context = Fields::new(json!({
        "entry": {"n": 1000}, "inc": {"counter": 3, "sum": 6},
        "list": {"items": (0..1000).map(|i| json!({"id": i, "name": format!("file {i}")})).collect::<Vec<_>>()},
    }));
    let limits = Limits::default();
    let cancel = Cancel::new();
    for source in [
        r#"{ "counter": $.inc.counter + 1, "sum": $.inc.sum + $.inc.counter + 1 }"#,
        "inc.counter",
        "$.list.items",
        "$count(list.items)",
        "list.items[id > 500].name",
        "list.items.{ 'a': id }",
        r#"{ "counter": $executionCount("inc") + 1 }"#,
        r#"$now()"#,
        r#"$item.x + 1"#,
    ] {
        let expression = Expression::parse(source).unwrap();
        measure(source, || {
            black_box(expression.eval(&context, &limits, &cancel).unwrap());
        });
    }
    for rule in [
        json!({"<": [{"var": "inc.counter"}, {"var": "$.entry.n"}]}),
        json!({"and": [{">": [{"var": "inc.sum"}, 1]}, {"in": ["a", "abc"]}]}),
        json!({"some": [{"var": "list.items"}, {"==": [{"var": "id"}, 999]}]}),
    ] {
        let compiled = Rule::parse(&rule).unwrap();
        measure(&rule.to_string(), || {
            black_box(compiled.decide(&context, &limits, &cancel).unwrap());
        });
    }
}

fn measure(name: &str, mut run: impl FnMut()) {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        let mut count = 0_u32;
        while start.elapsed().as_millis() < 100 {
            for _ in 0..10 {
                run();
            }
            count += 10;
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(count));
    }
    println!("{best:>10.3} us  {name}");
}
