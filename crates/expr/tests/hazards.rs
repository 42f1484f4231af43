//! Expressions and rules that never end, or would make endless much of little, end as errors within their limits, on a
//! stack no larger than a tokio worker's.
#![allow(clippy::unwrap_used)]

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use expr::{Cancel, EvalError, Expression, Fields, Limits, Rule};
use serde_json::{Value, json};

/// Runs `work` on a thread with 2 MiB of stack, and fails if it does not end.
fn end<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    let name = what.chars().filter(|c| *c != '\0').take(40).collect();
    let thread = thread::Builder::new().name(name).stack_size(2 << 20);
    thread.spawn(move || done.send(work()).unwrap()).unwrap();
    result.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|error| panic!("`{what}` did not end well: {error}"))
}

/// Only what has no other end gets a limit of time, so that a slow machine ends nothing else by it.
fn eval(source: &str, limits: Limits) -> Result<Option<Value>, EvalError> {
    let owned = source.to_owned();
    end(source, move || {
        let context = Fields::new(json!({"list": {"items": [{"name": "a"}, {"name": "b"}]}, "word": "x"}));
        Expression::parse(&owned).unwrap().eval(&context, &limits, &Cancel::new())
    })
}

/// What kind of limit ended an evaluation.
fn kind(result: &Result<Option<Value>, EvalError>) -> &'static str {
    match result {
        Ok(_) => "a value",
        Err(EvalError::Time { .. }) => "time",
        Err(EvalError::Depth { .. }) => "depth",
        Err(EvalError::Items { .. }) => "items",
        Err(EvalError::Bytes { .. }) => "bytes",
        Err(EvalError::Nested { .. }) => "nested",
        Err(EvalError::Jsonata { .. }) => "refused",
        Err(_) => "another",
    }
}

#[test]
fn what_never_ends_is_an_error() {
    for (source, ends) in [
        ("($f := function($x){$f($x)}; $f(1))", "time"),
        ("($f := function($x){1 + $f($x)}; $f(1))", "depth"),
        ("($f := function($x){$x = 0 ? 0 : 1 + $f($x - 1)}; $f(100000))", "depth"),
        ("($f := function($x){[$f($x)]}; $f(1))", "depth"),
        ("($f := function($x){{'a': $f($x)}}; $f(1))", "depth"),
        ("$map([1..100000], function($a){$map([1..100000], function($b){$a * $b})})", "time"),
        ("$filter([1..100000], function($a){$count($filter([1..100000], function($b){$a = $b})) > 1})", "time"),
        ("[1..100000].($a := $; [1..100000].($a * $))", "time"),
        ("[1..1e9]", "items"),
        ("[1..2000000]", "items"),
        ("$eval('($f := function($x){$f($x)}; $f(1))')", "time"),
    ] {
        let time = (ends == "time").then(|| Duration::from_millis(300));
        let result = eval(source, Limits { time, ..Limits::default() });
        assert_eq!(kind(&result), ends, "what ends `{source}`: {result:?}");
    }
}

#[test]
fn what_would_grow_without_end_is_an_error() {
    for (source, ends) in [
        ("$pad('x', 1e9)", "bytes"),
        ("$pad('x', -1e18)", "bytes"),
        ("'x' ~> $pad(1e9)", "bytes"),
        ("$map(['x'], $pad(?, 1e9))", "bytes"),
        ("($p := $pad; $p('x', 1e9))", "bytes"),
        ("$reduce([1..60], function($a, $i){$a & $a}, 'x')", "bytes"),
        ("$reduce([1..60], function($a, $i){$join([$a, $a])}, 'x')", "bytes"),
        ("$reduce([1..60], function($a, $i){$string([$a, $a])}, 'x')", "bytes"),
        ("$reduce([1..200], function($a, $i){$base64encode($a)}, 'x')", "bytes"),
        ("$reduce([1..60], function($a, $i){$replace($a, /x/, 'xx')}, 'x')", "bytes"),
        ("$reduce([1..60], function($a, $i){$replace($a, 'x', $a)}, 'xx')", "bytes"),
        ("($a := 'x'; $a := $a & $a; $reduce([1..60], function($b, $i){$a := $b & $b}, $a))", "bytes"),
        ("word.($ & $).($ & $).($ & $) & $reduce([1..99], function($a, $i){$a & '0123456789' & $a}, '')", "bytes"),
        ("$reduce([1..60], function($a, $i){[$a, $a]}, 1)", "items"),
        ("$string($reduce([1..200], function($a, $i){{'a': $a, 'b': $a}}, 1))", "bytes"),
        ("$reduce([1..200], function($a, $i){{'a': $a, 'b': $a}}, 1)", "nested"),
        ("$reduce([1..60], function($a, $i){{'a': $a, 'b': $a}}, 1)", "items"),
        ("$reduce([1..300], function($a, $i){{'a': $a}}, 1)", "nested"),
        ("$reduce([1..60], $append, 1)", "a value"),
        ("$reduce([1..60], function($a, $i){$eval('$ & $', $a)}, 'x')", "refused"),
        ("$split($pad('', 200000, 'a'), '')", "bytes"),
        ("[1..10000].[1..1000]", "bytes"),
        ("$formatNumber(1, '0.' & $pad('', 100000, '0'))", "refused"),
        ("$formatNumber(1, $join([1..70000].'0'))", "refused"),
        ("$fromMillis(0, '[Y,*-900000000]')", "refused"),
        ("$now('[Y,900000000-900000000]')", "refused"),
        ("$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /(a+)+$/)", "a value"),
    ] {
        // Small limits, for the engine is slow when it is not optimised.
        let result = eval(source, Limits { time: None, bytes: 1 << 20, items: 100_000, ..Limits::default() });
        assert_eq!(kind(&result), ends, "what ends `{source}`: {:.300}", format!("{result:?}"));
    }
}

#[test]
fn source_that_nests_without_end_is_refused_with_a_place() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("-", ""), ("{'a':", "}"), ("function(){", "}"), ("$string(", ")"), ("a[", "]"), ("|", "|"), ("a?", "")]
    {
        let source = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let error = end(open, move || Expression::parse(&source)).unwrap_err();
        assert!(error.message.contains("nests deeper"), "`{open}` nested: {error:?}");
        assert!(error.offset > 0, "`{open}` nested: the place is where it became too deep");
    }
    for chain in ["+1", "&'a'", ".a", "[0]", "{'a':1}", "^(a)", " and a", "~>$f", ":=$a", "??1", "(1)", "@$a", "#$a"] {
        let source = format!("$a{}", chain.repeat(20_000));
        let result = end(chain, move || Expression::parse(&source).map(|_| ()));
        assert!(result.is_err(), "`{chain}` twenty thousand times is refused");
    }
    let long = format!("'{}'", "x".repeat(expr::MAX_SOURCE));
    assert!(Expression::parse(&long).is_err(), "a source longer than the limit is refused");
}

#[test]
fn ordinary_text_and_lists_are_within_the_limits() {
    for (source, expected) in [
        ("$length($join($map([1..20000], function($i){'row ' & $i & ', '})))", json!(208894)),
        ("$length($reduce([1..2000], function($a, $i){$a & $i & '\n'}, ''))", json!(8893)),
        ("$count($reduce([1..1000], function($a, $i){[$a, $i]}, []))", json!(1000)),
        ("$length($replace($pad('', 100000, 'ab'), 'a', '[$0]'))", json!(250000)),
        ("$map(['a', 'b'], $pad(?, 3))", json!(["a  ", "b  "])),
        ("$count($split($pad('', 20000, 'a,'), ','))", json!(10001)),
        ("$map([1, true], $string)", json!(["1", "true"])),
        ("($join := function($x){$x}; $join(1))", json!(1)),
        ("['a', 'b'] ~> $join('-')", json!("a-b")),
        ("$fromMillis(0, '[Y0001]-[M01]-[D01]')", json!("1970-01-01")),
        ("$eval('[1, 2].($ * 2)')", json!([2, 4])),
    ] {
        let owned = source.to_owned();
        let limits = Limits { time: None, ..Limits::default() };
        let result = end(source, move || Expression::parse(&owned).unwrap().eval(&Fields::default(), &limits, &Cancel::new()));
        assert_eq!(result, Ok(Some(expected)), "`{source}`");
    }
}

#[test]
fn cancelling_ends_an_endless_expression() {
    for source in [
        "($f := function($x){$f($x)}; $f(1))",
        "$map([1..100000], function($a){$map([1..100000], function($b){$a * $b})})",
        "[1..100000].($a := $; [1..100000].($a * $))",
        "$sort([1..900000], function($a, $b){$a < $b})",
    ] {
        let cancel = Cancel::new();
        let canceller = cancel.clone();
        let (started, begun) = mpsc::channel();
        let stopper = thread::spawn(move || {
            begun.recv().unwrap();
            canceller.cancel();
        });
        let result = end(source, move || {
            let limits = Limits { time: None, ..Limits::default() };
            let expression = Expression::parse(source).unwrap();
            started.send(()).unwrap();
            expression.eval(&Fields::default(), &limits, &cancel)
        });
        stopper.join().unwrap();
        assert_eq!(result, Err(EvalError::Cancelled), "`{source}`");
    }
}

#[test]
fn a_rule_that_would_not_end_is_an_error() {
    let list = json!({"var": "list"});
    let quadratic = json!({"map": [list, {"map": [{"var": ""}, {"map": [{"var": ""}, 1]}]}]});
    let doubled = (0..60).fold(json!("x"), |rule, _| json!({"map": [[rule.clone()], {"cat": [{"var": ""}, {"var": ""}]}]}));
    let merged = json!({"reduce": [list, {"merge": [{"var": "accumulator"}, {"var": "accumulator"}]}, [1]]});
    let texts = json!({"reduce": [list, {"cat": [{"var": "accumulator"}, {"var": "accumulator"}]}, "x"]});
    let endless = json!({"<": [{"var": "($f := function($x){$f($x)}; $f(1))"}, 1]});
    for (rule, ends) in [(merged, "items"), (texts, "bytes"), (endless, "var"), (doubled, "bytes"), (quadratic, "value")] {
        let shown: String = rule.to_string().chars().take(100).collect();
        let result = end(&shown, move || {
            let context = Fields::new(json!({"list": vec![[[1, 2]]; 200]}));
            let limits = Limits { time: (ends == "var").then(|| Duration::from_millis(300)), ..Limits::default() };
            Rule::parse(&rule).unwrap().eval(&context, &limits, &Cancel::new())
        });
        let ended = match &result {
            Ok(_) => "value",
            Err(EvalError::Items { .. }) => "items",
            Err(EvalError::Bytes { .. }) => "bytes",
            Err(EvalError::Var { cause, .. }) if matches!(**cause, EvalError::Time { .. }) => "var",
            Err(_) => "another",
        };
        assert_eq!(ended, ends, "what ends {shown}: {:.200}", format!("{result:?}"));
    }
    let slow = json!({"all": [{"var": "list"}, {"all": [{"var": ""}, {"all": [{"var": ""}, true]}]}]});
    let result = end("slow", move || {
        let inner = vec![0; 3_000];
        let context = Fields::new(json!({"list": vec![vec![inner; 100]; 30]}));
        Rule::parse(&slow).unwrap().eval(&context, &Limits { time: Some(Duration::ZERO), ..Limits::default() }, &Cancel::new())
    });
    assert!(matches!(result, Err(EvalError::Time { .. })), "loops look at the clock: {result:?}");
    let deep = (0..30_000).fold(json!(1), |rule, _| Value::Array(vec![rule]));
    let result = end("deep", move || {
        let refused = Rule::parse(&deep).map(drop);
        // serde_json drops a value by recursion, which a stack this small does not bear.
        std::mem::forget(deep);
        refused
    });
    assert!(result.unwrap_err().message.contains("nests deeper"), "a rule nested without end is refused");
}
