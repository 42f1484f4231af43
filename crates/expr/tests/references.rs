//! What an expression or a rule reads, and how it is renamed.
#![allow(clippy::unwrap_used)]

use expr::{Expression, Reads, Rule};
use serde_json::{Value, json};

/// The names that `source` refers to, with where, and whether it reads the root whole.
fn check(source: &str, names: &[&str], whole: bool) {
    let expression = Expression::parse(source).unwrap();
    let found: Vec<&str> = expression.references().iter().map(|reference| reference.name.as_str()).collect();
    assert_eq!(found, names, "the references of `{source}`");
    assert_eq!(*expression.reads() == Reads::Whole, whole, "whether `{source}` reads everything");
    for reference in expression.references() {
        let text = &source[reference.span.clone()];
        assert_eq!(text.trim_matches(['`', '"', '\'']), reference.name, "the place of a reference in `{source}`");
    }
}

#[test]
fn references_are_the_root_names_and_no_others() {
    check("$.list.content", &["list"], false);
    check("list.content", &["list"], false);
    check("$$.list", &["list"], false);
    check("`list dir`.content", &["list dir"], false);
    check("$.\"list\".content", &["list"], false);
    check("\"list\".content", &["list"], false);
    check("\"list\"", &[], false);
    check("a + b.c * $.d", &["a", "b", "d"], false);
    check("list.(content & name)", &["list"], false);
    check("$.(a + b)", &["a", "b"], false);
    check("list[size > $$.entry.min]", &["list", "entry"], false);
    check("list[size > $.entry.min]", &["list"], false);
    check("list^(>size).name", &["list"], false);
    check("list{name: size}", &["list"], false);
    check("{ \"a\": list, \"b\": $.other[0] }", &["list", "other"], false);
    check("[list, other]", &["list", "other"], false);
    check("$map(list, function($x) { $x.name & entry.suffix })", &["list", "entry"], false);
    check("list.$map(items, function($x) { $x.name })", &["list"], false);
    check("($x := list; $x.content)", &["list"], false);
    check("list ~> $count", &["list"], false);
    check("list@$l.other[$l.id = id]", &["list", "other"], false);
    check("list.items#$i.name", &["list"], false);
    check("list ? content : other.x", &["list", "content", "other"], false);
    check("list /* content */ . name", &["list"], false);
    check("/list/", &[], false);
    check("$executionCount(\"list\") + $nodeExecution('other', -1).x", &["list", "other"], false);
    check("`and`.x and or.y", &["and", "or"], false);
    check("function", &["function"], false);
}

#[test]
fn what_may_read_anything_reads_the_root_whole() {
    check("$", &[], true);
    check("$$", &[], true);
    check("$keys($)", &[], true);
    check("$keys()", &[], true);
    check("*", &[], true);
    check("**.name", &[], true);
    check("$.*", &[], true);
    check("list.%.other", &["list"], true);
    check("$eval(\"list\")", &[], true);
    check("$lookup($, \"list\")", &[], true);
    check("$ ~> |list|{\"a\": 1}|", &["list"], true);
    check("list.$string()", &["list"], false);
    check("list.*", &["list"], false);
    check("list.$", &["list"], false);
}

#[test]
fn a_variable_from_outside_is_one_that_the_expression_does_not_define() {
    for (source, variables) in [
        ("$item.name & $index", &["item", "index"][..]),
        ("($x := $item; $x)", &["item"]),
        ("($item := $item.x; $item)", &["item"]),
        ("function($item) { $item }", &[]),
        ("$map(list, $string)", &[]),
        ("($f := function($n) { $n = 0 ? 0 : $f($n - 1) }; $f(3))", &[]),
        ("($x := 1; ($y := 2); $y)", &["y"]),
        ("$previousNode()", &[]),
    ] {
        let expression = Expression::parse(source).unwrap();
        assert_eq!(expression.variables(), variables, "the free variables of `{source}`");
    }
}

#[test]
fn renaming_changes_each_reference_and_nothing_else() {
    for (source, to, renamed) in [
        ("$.list.content", "listing", Some("$.listing.content")),
        ("list.list + /* list */ $.list", "l2", Some("l2.list + /* list */ $.l2")),
        ("$map( list ,function($list){ $list.list })", "l2", Some("$map( l2 ,function($list){ $list.list })")),
        ("list.x", "list dir", Some("`list dir`.x")),
        ("list.x", "and", Some("`and`.x")),
        ("`list`.x", "other", Some("other.x")),
        ("$.'list'.x", "it's", Some("$.\"it's\".x")),
        ("$.'list'.x", "a\"b", Some("$.'a\"b'.x")),
        ("list.x", "a`b", Some("$$.\"a`b\".x")),
        ("$.list.x", "a`b", Some("$.\"a`b\".x")),
        ("$executionCount(\"list\")", "a\"b", Some("$executionCount(\"a\\\"b\")")),
        ("'list' & other.list", "l2", None),
    ] {
        let expression = Expression::parse(source).unwrap();
        let found = expression.rename("list", to);
        assert_eq!(found.as_deref(), renamed, "`{source}` with `list` renamed to `{to}`");
        if let Some(found) = found {
            let again = Expression::parse(&found).unwrap();
            let names = again.references().iter().filter(|reference| reference.name == to).count();
            let before = expression.references().iter().filter(|reference| reference.name == "list").count();
            assert_eq!(names, before, "`{found}` refers to `{to}` where `{source}` referred to `list`");
        }
    }
}

#[test]
fn a_rule_refers_to_what_its_expressions_refer_to() {
    let rule = json!({"and": [
        {"<": [{"var": "list.size"}, {"var": ["$.entry.n + list.x", {"var": "other"}]}]},
        {"some": [{"var": "list.items"}, {"==": [{"var": "list"}, 1]}]},
        {"missing": ["list.a", "b"]},
        {"var": "third.0.x"},
    ]});
    let rule = Rule::parse(&rule).unwrap();
    let found: Vec<(&str, &str, usize)> =
        rule.references().iter().map(|found| (found.pointer.as_str(), found.reference.name.as_str(), found.reference.span.start)).collect();
    let expected = [
        ("/and/0/</0/var", "list", 0),
        ("/and/0/</1/var/1/var", "other", 0),
        ("/and/0/</1/var/0", "entry", 2),
        ("/and/0/</1/var/0", "list", 12),
        ("/and/1/some/0/var", "list", 0),
        ("/and/2/missing/0", "list", 0),
        ("/and/2/missing/1", "b", 0),
        ("/and/3/var", "third", 0),
    ];
    assert_eq!(found, expected, "each with its pointer and its place in the string");
    let renamed = rule.rename("list", "l2").unwrap();
    let expected = json!({"and": [
        {"<": [{"var": "l2.size"}, {"var": ["$.entry.n + l2.x", {"var": "other"}]}]},
        {"some": [{"var": "l2.items"}, {"==": [{"var": "list"}, 1]}]},
        {"missing": ["l2.a", "b"]},
        {"var": "third.0.x"},
    ]});
    assert_eq!(renamed, expected, "the `var` in the loop is the item's");
    assert_eq!(rule.rename("none", "l2"), None, "nothing refers to `none`");
}

#[test]
fn a_faulty_rule_is_refused_with_its_place() {
    for (rule, pointer, part) in [
        (json!({"and": [true, {"iff": [1, 2, 3]}]}), "/and/1/iff", "`iff`; did you mean `if`?"),
        (json!({"==": [{"var": "x"}, {"colour": "red"}]}), "/==/1/colour", "{\"var\": \"{'colour': ...}\"}"),
        (json!({"var": "list.("}), "/var", "ends before it is complete"),
        (json!({"var": ["a b"]}), "/var/0", "`b` does not belong here"),
        (json!({"map": [{"var": "x"}]}), "/map", "needs a list and a rule"),
        (json!({"map": [[1], {"a/b~c": 1}]}), "/map/1/a~1b~0c", "no operator `a/b~c`"),
    ] {
        let error = Rule::parse(&rule).unwrap_err();
        assert_eq!(error.pointer, pointer, "the place of the fault in {rule}");
        assert!(error.message.contains(part), "`{}` says `{part}` of {rule}", error.message);
    }
    let literal: Value = json!({"a": 1, "b": {"iff": 1}});
    assert!(Rule::parse(&literal).is_ok(), "an object with two members is a literal");
}

#[test]
fn a_syntax_error_has_its_place_and_says_what_is_wrong() {
    for (source, offset, length, code, part) in [
        ("$.list.", 7, 0, Some("S0207"), "ends before"),
        ("(a + b", 6, 0, Some("S0203"), "ends before"),
        ("a + + b", 4, 1, Some("S0211"), "`+` does not belong here"),
        ("list content", 5, 7, Some("S0201"), "`content` does not belong here"),
        ("{ \"a\": 1, }", 10, 1, Some("S0211"), "`}`"),
        ("é & \"open", 5, 5, Some("S0101"), "not closed"),
        ("a ! b", 2, 3, Some("S0204"), "`!` is not part of JSONata"),
        ("`open", 0, 5, Some("S0105"), "back-tick"),
        ("", 0, 0, Some("S0207"), "empty"),
        ("$match(a, /x(?=y)/)", 10, 8, None, "look-around"),
        ("a.1", 2, 1, Some("S0213"), "literal value 1"),
    ] {
        let error = Expression::parse(source).unwrap_err();
        assert_eq!((error.offset, error.length), (offset, length), "the place in `{source}`: {error:?}");
        assert_eq!(error.code.as_deref(), code, "the code for `{source}`: {error:?}");
        assert!(error.message.contains(part), "`{source}`: `{}` says `{part}`", error.message);
    }
}
