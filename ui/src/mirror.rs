//! The drawing as a list for those who do not see it, and for tests: what each node is, how it stands, where it leads. Its
//! entries lie unseen where the cards are, so that a magnifier follows them and a finger finds them.

use canvas::Rect;
use graph::Node;
use leptos::prelude::*;
use protocol::debug::Place;

use crate::app::use_store;
use crate::icon::status_word;
use crate::model::{NodeRun, stop_at};
use crate::stage::Placed;
use crate::testing::Walked;
use crate::text;

/// How many nodes before and after the current one are in the list: as many as one may want to hear of without moving on. Each
/// more would be drawn anew whenever the person goes elsewhere.
const AROUND: usize = 16;

/// The id of a node's element.
pub(crate) fn element_id(number: u64) -> String {
    format!("node-{number}")
}

/// The list.
#[component]
pub(crate) fn Mirror() -> impl IntoView {
    let store = use_store();
    let stage = store.stage;
    let near = Memo::new(move |_| {
        let order = stage.order.get();
        let current = stage.current.get();
        let at = current.and_then(|current| order.iter().position(|(entry, _)| *entry == current)).unwrap_or(0);
        let first = at.saturating_sub(AROUND);
        order.iter().skip(first).take(2 * AROUND + 1).cloned().collect::<Vec<_>>()
    });
    let walked = Memo::new(move |_| store.shown_coverage().map(|coverage| Walked::of(&coverage)));
    view! {
        <ul class="mirror" role="listbox" aria-label="Nodes">
            <For each=move || near.get() key=|(entry, _)| entry.clone() let:placed>
                <MirrorNode placed=placed near=near walked=walked />
            </For>
        </ul>
    }
}

/// One node of the list.
#[component]
fn MirrorNode(
    /// The node.
    placed: Placed,
    /// The list as it is now.
    near: Memo<Vec<Placed>>,
    /// What the canvas shows of the tests.
    walked: Memo<Option<Walked>>,
) -> impl IntoView {
    let store = use_store();
    let ((number, id), first_rect) = placed;
    let rect = Memo::new(move |_| {
        let now = near.with(|near| near.iter().find(|((other, _), _)| *other == number).map(|(_, rect)| *rect));
        now.unwrap_or(first_rect)
    });
    let style = move || {
        let Rect { x, y, w, h } = rect.get();
        format!("left: {x}px; top: {y}px; width: {w}px; height: {h}px")
    };
    let shown = StoredValue::new(id.clone());
    let status = Memo::new(move |_| store.of_run(|run| run.status(&shown.get_value())).unwrap_or_default());
    let note = Memo::new(move |_| store.of_run(|run| run.node(&shown.get_value()).map(NodeRun::note)).flatten().unwrap_or_default());
    let is_current = move || store.stage.current.with(|current| current.as_ref().is_some_and(|(other, _)| *other == number));
    let told = Memo::new(move |_| store.of_tool(|_, tool| store.node_of(tool, &shown.get_value()).map(tell)).flatten().unwrap_or_default());
    let walked = Memo::new(move |_| walked.with(|walked| walked.as_ref().and_then(|walked| shown.with_value(|id| walked.node(id)))));
    let held = Memo::new(move |_| {
        store.model.with(|model| {
            let (tool, node) = (&model.tool()?.name, shown.get_value());
            let is_held = model.held().is_some_and(|held| held.pause.tool == *tool && held.pause.node == node);
            let has_stop = || model.stops().and_then(|stops| stop_at(stops, tool, &Place::Node { node })).is_some();
            if is_held { Some("held here") } else { has_stop().then_some("breakpoint") }
        })
    });
    let said = move || {
        if let Some(times) = walked.get() {
            let reached = if times == 0 {
                "never reached by the tests".to_owned()
            } else {
                format!("reached {} by the tests", text::count(times as usize, "time"))
            };
            return format!("{}, {}, {reached}", canvas::title_of(&shown.get_value()), told.get());
        }
        let word = Some(status_word(status.get()).to_owned()).filter(|_| status.get() != canvas::Status::Idle);
        let parts = [
            Some(canvas::title_of(&shown.get_value()).to_owned()),
            Some(told.get()),
            word,
            Some(note.get()).filter(|note| !note.is_empty()),
            held.get().map(str::to_owned),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    view! {
        <li
            id=element_id(number)
            role="option"
            data-node-id=id.to_string()
            data-status=move || status_word(status.get())
            data-walked=move || walked.get().map(|times| times.to_string())
            aria-selected=move || is_current().to_string()
            style=style
            on:click=move |_| store.stage.select(&shown.get_value())
        >
            {said}
        </li>
    }
}

/// A node's kind and where it leads, in a sentence.
fn tell(node: &Node) -> String {
    let kind = nodes::kind(&node.kind).map_or(node.kind.as_str(), |kind| kind.title());
    let edges = canvas::edges_from_the_top(node);
    let ways: Vec<String> = edges
        .iter()
        .map(|edge| {
            let label = canvas::edge_label(node, edge.port);
            if label.is_empty() { edge.to.to_string() } else { format!("{} ({label})", edge.to) }
        })
        .collect();
    if ways.is_empty() { kind.to_owned() } else { format!("{kind}, leads to {}", ways.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_node_is_told_with_its_ways() {
        for (node, expected) in [
            (json!({"id": "a", "type": "entry", "next": "b"}), "Entry, leads to b"),
            (json!({"id": "a", "type": "exit"}), "Exit"),
            (
                json!({"id": "a", "type": "switch", "conditions": [{"rule": {">": [{"var": "n"}, 1]}, "next": "b"}], "next": "c"}),
                "Switch, leads to b (n > 1), c (otherwise)",
            ),
            (json!({"id": "a", "type": "odd"}), "odd"),
        ] {
            assert_eq!(tell(&Node::from_json(&node).unwrap()), expected);
        }
    }
}
