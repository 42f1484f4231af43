//! No source, rule or data makes anything panic.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use expr::{Cancel, EvalError, Expression, Fields, Limits, Rule};
use proptest::prelude::*;
use serde_json::{Value, json};

fn pieces() -> impl Strategy<Value = String> {
    let words = [
        "$",
        "$$",
        "list",
        ".",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ":",
        ",",
        ";",
        "'a'",
        "\"b\"",
        "1",
        "2.5",
        "1e9",
        "-",
        "+",
        "*",
        "/",
        "%",
        "&",
        "=",
        "!=",
        "<",
        ">",
        "?",
        "??",
        "?:",
        ":=",
        "~>",
        "^",
        "#$i",
        "@$f",
        "|",
        "**",
        "..",
        " and ",
        " or ",
        " in ",
        "function($x){",
        "$x",
        "$map(",
        "$filter(",
        "$reduce(",
        "$string(",
        "$join(",
        "$split(",
        "$replace(",
        "$match(",
        "/a(b)?/i",
        "$formatNumber(",
        "'#,##0.00'",
        "$fromMillis(",
        "'[Y]-[M,2]'",
        "$toMillis(",
        "$now()",
        "$eval(",
        "$executionCount(",
        "$pad(",
        "`x y`",
        "null",
        "true",
        "é",
        "\u{1F600}",
        "/*c*/",
        "λ($y){",
        "$sort(",
        "$merge(",
        "$each(",
        "$sift(",
        "$lookup(",
        "$formatInteger(",
        "'w'",
        "$parseInteger(",
        "$formatBase(",
        "$substring(",
        "$round(",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..24).prop_map(|words| words.concat())
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-c]{1,2}", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

fn rule() -> impl Strategy<Value = Value> {
    let operators = [
        "==",
        "===",
        "!=",
        "!==",
        "<",
        "<=",
        ">",
        ">=",
        "!",
        "!!",
        "+",
        "-",
        "*",
        "/",
        "%",
        "min",
        "max",
        "cat",
        "substr",
        "in",
        "merge",
        "log",
        "if",
        "?:",
        "and",
        "or",
        "map",
        "filter",
        "reduce",
        "all",
        "some",
        "none",
        "missing",
        "missing_some",
        "var",
        "iff",
    ];
    let paths = ["a", "b.c", "", "current", "accumulator", "0", "$.a[0]", "a + 1", "length"];
    let leaf = prop_oneof![json(), prop::sample::select(paths.to_vec()).prop_map(|path| json!({"var": path}))];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        (prop::sample::select(operators.to_vec()), prop::collection::vec(inner, 0..4))
            .prop_map(|(operator, operands)| json!({operator: operands}))
    })
}

fn limits() -> Limits {
    Limits { time: Some(Duration::from_millis(200)), depth: 200, items: 10_000, bytes: 1 << 16 }
}

/// A fault of the engine is caught and is no crash, but each that is found wants a guard.
fn check(source: &str, data: &Value) {
    let Ok(expression) = Expression::parse(source) else { return };
    let result = expression.eval(&Fields::new(data.clone()), &limits(), &Cancel::new());
    assert!(!matches!(result, Err(EvalError::Engine { .. })), "`{source}` of {data}: {result:?}");
    let result = expression.apply(&Arc::new(data.clone()), &Fields::default(), &limits(), &Cancel::new());
    assert!(!matches!(result, Err(EvalError::Engine { .. })), "`{source}` applied to {data}: {result:?}");
    for name in expression.references().iter().map(|reference| &reference.name) {
        let renamed = expression.rename(name, "x y").unwrap();
        assert!(Expression::parse(&renamed).is_ok(), "`{source}` renamed is an expression: `{renamed}`");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_refused_or_evaluated(source in "\\PC{0,40}", data in json()) {
        check(&source, &data);
    }

    #[test]
    fn any_row_of_pieces_is_refused_or_evaluated(source in pieces(), data in json()) {
        check(&source, &data);
    }

    #[test]
    fn a_syntax_error_is_within_its_source(source in pieces()) {
        if let Err(error) = Expression::parse(&source) {
            let end = error.offset + error.length;
            prop_assert!(source.is_char_boundary(error.offset) && source.is_char_boundary(end), "`{source}`: {error:?}");
        }
    }

    #[test]
    fn any_rule_is_refused_or_evaluated(rule in rule(), data in json()) {
        if let Ok(rule) = Rule::parse(&rule) {
            let context = Fields::new(data);
            let value = rule.eval(&context, &limits(), &Cancel::new());
            let decision = rule.decide(&context, &limits(), &Cancel::new());
            prop_assert_eq!(value.is_ok(), decision.is_ok(), "the value and the decision fail alike");
        }
    }
}
