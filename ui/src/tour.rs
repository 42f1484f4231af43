//! The first tour as a pure thing: its five steps, which of them a person has come to by what the graph and its last run are,
//! and where a card stands beside what it points at. No views, no signals.

use std::collections::BTreeSet;

use graph::{Node, NodeId, Tool};
use serde_json::Value;

/// A step of the tour. A step is done when the person has done it, and not when they say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// A node is to be added.
    Add,
    /// It is to be joined to the entry and the exit.
    Connect,
    /// It is to be told what it gives.
    Fill,
    /// The tool is to be run.
    Run,
    /// What a node did is to be looked at.
    Look,
}

/// What there is to know besides the tool itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Whether the node of the tour has an error.
    pub(crate) is_faulty: bool,
    /// Whether the person is writing its expression just now.
    pub(crate) is_typing: bool,
    /// Whether the tool's last run ended well.
    pub(crate) has_run: bool,
    /// Whether the person has looked at a node since.
    pub(crate) has_looked: bool,
}

impl Step {
    /// Every step, in its order.
    pub(crate) const ALL: [Step; 5] = [Step::Add, Step::Connect, Step::Fill, Step::Run, Step::Look];

    /// Its number, from 1.
    pub(crate) fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).unwrap_or(0) + 1
    }
}

/// The step that a person has come to; none where all are done.
pub(crate) fn step(tool: &Tool, facts: Facts) -> Option<Step> {
    let Some(node) = added(tool) else { return Some(Step::Add) };
    if missing(tool, &node.id).is_some() {
        return Some(Step::Connect);
    }
    if facts.is_faulty || facts.is_typing || !is_filled(node) {
        return Some(Step::Fill);
    }
    if !facts.has_run {
        return Some(Step::Run);
    }
    (!facts.has_looked).then_some(Step::Look)
}

/// The node that was added.
pub(crate) fn added(tool: &Tool) -> Option<&Node> {
    tool.nodes.iter().map(AsRef::as_ref).find(|node: &&Node| node.kind == "transform")
}

/// Which edge is still to be drawn so that a run goes from the entry through `node` to the exit: from where, to where.
pub(crate) fn missing(tool: &Tool, node: &NodeId) -> Option<(NodeId, NodeId)> {
    let of_kind = |kind: &str| tool.nodes.iter().find(|node| node.kind == kind).map(|node| node.id.clone());
    let entry = of_kind("entry").filter(|entry| !leads(tool, entry, node)).map(|entry| (entry, node.clone()));
    let exit = || of_kind("exit").filter(|exit| !leads(tool, node, exit)).map(|exit| (node.clone(), exit));
    entry.or_else(exit)
}

/// Whether a run can come from one node to another.
fn leads(tool: &Tool, from: &NodeId, to: &NodeId) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
    while let Some(id) = next.pop() {
        if id == *to {
            return true;
        }
        if seen.insert(id.clone()) {
            next.extend(tool.node(id.as_str()).map(Node::edges).unwrap_or_default().into_iter().map(|edge| edge.to));
        }
    }
    false
}

/// What a node of the tour gives, as it is written.
pub(crate) fn expression(node: &Node) -> Option<&str> {
    node.fields.get("transform").and_then(|transform| transform.get("expr")).and_then(Value::as_str)
}

/// Whether its expression is more than what a new node begins with: nothing, or the name of the node before it.
fn is_filled(node: &Node) -> bool {
    let is_a_name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '`' | '(' | ')'));
    expression(node).is_some_and(|text| !is_a_name(text.trim()))
}

/// A rectangle on the page, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) w: f64,
    pub(crate) h: f64,
}

/// How far the card stands from what it points at, and from the edges of the page.
const GAP: f64 = 14.0;
const EDGE: f64 = 12.0;

/// Where a card of this size goes: below `target`, where edges and other nodes are least in the way, or at its left where it stands
/// at the right side of the page; else wherever there is room; in the lower left corner where nothing is pointed at, or everything
/// is in the way.
pub(crate) fn place(target: Option<Area>, (w, h): (f64, f64), (width, height): (f64, f64)) -> (f64, f64) {
    let corner = (64.0 + EDGE, height - h - EDGE - 52.0);
    let Some(t) = target else { return corner };
    let level = (t.y + t.h / 2.0 - h / 2.0).clamp(EDGE, (height - h - EDGE).max(EDGE));
    let middle = (t.x + t.w / 2.0 - w / 2.0).clamp(EDGE, (width - w - EDGE).max(EDGE));
    let (right, left) = ((t.x + t.w + GAP, level), (t.x - GAP - w, level));
    let (below, above) = ((middle, t.y + t.h + GAP), (middle, t.y - GAP - h));
    let fits = |(x, y): &(f64, f64)| *x >= EDGE && *y >= EDGE && x + w <= width - EDGE && y + h <= height - EDGE;
    let ways = if fits(&right) { [below, right, left, above] } else { [left, below, above, right] };
    ways.into_iter().find(fits).unwrap_or(corner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The tool of the tour with its nodes as `id kind next expr`, divided by semicolons.
    fn tool(nodes: &str) -> Tool {
        let node = |line: &str| {
            let mut words = line.trim().splitn(4, ' ');
            let mut word = || words.next().unwrap_or_default().to_owned();
            let (id, kind, next, expr) = (word(), word(), word(), word());
            let mut fields = Vec::new();
            if next != "-" {
                fields.push(("next", json!(next)));
            }
            if !expr.is_empty() {
                fields.push(("transform", json!({"expr": expr})));
            }
            Node::new(id.as_str(), kind.as_str(), fields)
        };
        Tool {
            name: "greet".into(),
            description: String::new(),
            input_schema: json!({}),
            output_schema: None,
            nodes: nodes.split(';').map(node).map(Into::into).collect(),
            extra: graph::Fields::new(),
        }
    }

    fn check(nodes: &str, facts: Facts, expected: Option<Step>) {
        assert_eq!(step(&tool(nodes), facts), expected, "of `{nodes}` with {facts:?}");
    }

    #[test]
    fn each_step_is_done_by_doing_it() {
        let none = Facts::default();
        check("entry entry -; exit exit -", none, Some(Step::Add));
        check("entry entry t; exit exit -; t transform - entry", none, Some(Step::Connect));
        check("entry entry -; exit exit -; t transform exit entry", none, Some(Step::Connect));
        check("entry entry t; exit exit -; t transform exit entry", none, Some(Step::Fill));
        check("entry entry t; exit exit -; t transform exit", none, Some(Step::Fill));
        let greets = "entry entry t; exit exit -; t transform exit \"Hello, \" & entry.name";
        check(greets, Facts { is_faulty: true, ..none }, Some(Step::Fill));
        check(greets, Facts { is_typing: true, ..none }, Some(Step::Fill));
        check(greets, none, Some(Step::Run));
        check(greets, Facts { has_run: true, ..none }, Some(Step::Look));
        check(greets, Facts { has_run: true, has_looked: true, ..none }, None);
    }

    #[test]
    fn what_is_taken_back_is_to_be_done_again() {
        let looked = Facts { has_run: true, has_looked: true, ..Facts::default() };
        check("entry entry -; exit exit -", looked, Some(Step::Add));
        check("entry entry exit; exit exit -; t transform - 1 + 1", looked, Some(Step::Connect));
    }

    #[test]
    fn a_node_between_does_not_undo_a_connection() {
        check("entry entry w; w wait t; t transform exit 1 + 1; exit exit -", Facts::default(), Some(Step::Run));
        check("entry entry entry; t transform exit 1 + 1; exit exit -", Facts::default(), Some(Step::Connect));
    }

    #[test]
    fn a_card_stands_beside_what_it_points_at_and_never_over_the_edge() {
        let (card, page) = ((300.0, 180.0), (1280.0, 800.0));
        let at = |x, y, w, h| Some(Area { x, y, w, h });
        assert_eq!(place(at(200.0, 300.0, 200.0, 80.0), card, page), (150.0, 394.0), "below it");
        assert_eq!(place(at(200.0, 600.0, 200.0, 80.0), card, page), (414.0, 550.0), "right of it where there is no room below");
        assert_eq!(place(at(1000.0, 300.0, 200.0, 80.0), card, page), (686.0, 250.0), "left of what stands at the right");
        assert_eq!(place(at(0.0, 0.0, 1280.0, 100.0), card, page), (490.0, 114.0), "below what is as wide as the page");
        let (x, y) = place(at(0.0, 0.0, 1280.0, 800.0), card, page);
        assert!(x >= 0.0 && y >= 0.0 && x + card.0 <= page.0 && y + card.1 <= page.1, "in a corner of what fills the page: {x} {y}");
        assert_eq!(place(at(1000.0, -40.0, 200.0, 60.0), card, page).1, EDGE, "not above the page");
    }
}
