//! Files of the older shapes become files of shape E that mean the same, with every comment.
#![allow(clippy::unwrap_used)]

mod common;

use common::{FIXTURES, fixture};
use format::{Dialect, Source, new_text};
use graph::{Edit, NodeId};

fn upgraded(name: &str) -> Source {
    Source::parse(fixture(name).upgrade().unwrap_or_else(|error| panic!("`{name}`: {error}"))).unwrap()
}

#[test]
fn every_fixture_becomes_shape_e_with_all_its_comments() {
    for (name, _) in FIXTURES {
        let (old, new) = (fixture(name), upgraded(name));
        assert_eq!(new.dialect(), Dialect::E, "`{name}` is in shape E");
        let errors: Vec<_> = new.problems().iter().filter(|problem| problem.is_error()).collect();
        assert!(errors.is_empty(), "`{name}` in shape E reads without an error: {errors:?}");
        for comment in old.text().lines().filter_map(|line| line.trim().strip_prefix("# ")) {
            assert!(new.text().contains(comment), "`{name}` keeps `{comment}`:\n{}", new.text());
        }
    }
}

#[test]
fn what_does_not_bind_input_keeps_its_graph() {
    for (name, _) in FIXTURES {
        let old = fixture(name);
        if !old.input_alias() {
            assert_eq!(upgraded(name).graph(), old.graph(), "the graph of `{name}`");
        }
    }
}

#[test]
fn where_input_is_bound_the_entry_takes_its_name() {
    let (old, new) = (fixture("a"), upgraded("a"));
    let mut document = graph::Document::new(old.graph().clone());
    for tool in &old.graph().tools {
        let from: NodeId = tool.nodes[0].id.clone();
        document.apply("", &Edit::SetNodeId { tool: tool.name.clone(), from, to: "input".into() }).unwrap();
    }
    assert_eq!(new.graph(), document.graph(), "only the entries' ids differ");
    let comment = "    # Graph Nodes\n    nodes:\n      # Entry node: takes the arguments\n      - id: \"input\"";
    assert!(new.text().contains(comment), "the nodes bring their comments:\n{}", new.text());
}

#[test]
fn a_file_in_shape_e_stays_as_it_is() {
    for (name, dialect) in FIXTURES {
        if dialect == Dialect::E {
            assert_eq!(fixture(name).upgrade().unwrap(), fixture(name).text(), "`{name}`");
        }
    }
}

#[test]
fn an_upgrade_that_could_change_the_meaning_is_refused() {
    let text = fixture("a").text().replace("$.input.level", "$.entry_dim.level");
    let error = Source::parse(text).unwrap().upgrade().unwrap_err();
    assert!(error.to_string().contains("both `input` and `entry_dim`"), "the two names are said: {error}");
}

#[test]
fn a_new_file_says_what_the_graph_is() {
    for (name, _) in FIXTURES {
        let graph = fixture(name).graph().clone();
        let source = Source::parse(new_text(&graph).unwrap()).unwrap();
        assert_eq!((source.graph(), source.dialect()), (&graph, Dialect::E), "`{name}` written anew");
    }
}
