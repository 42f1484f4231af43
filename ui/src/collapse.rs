//! Makes a tool of its own of what is selected: asks for its name, and moves the places of the nodes along.

use std::sync::Arc;

use graph::{Graph, LayoutEdit, NodeId, ToolName};
use leptos::prelude::*;
use nodes::CollapseError;
use protocol::GraphView;

use crate::app::{focus, use_store};
use crate::dialog::Dialog;
use crate::model::{Change, apply};
use crate::store::Store;
use crate::text;

/// The change that puts a `call` of a new tool in the place of some nodes, and the call's id.
///
/// # Errors
/// Where they cannot be a tool of their own.
fn collapse(view: &GraphView, tool: &ToolName, ids: &[NodeId], name: &ToolName) -> Result<(Change, NodeId), CollapseError> {
    let edit = nodes::collapse(&view.graph, tool, ids, name)?;
    let mut graph = Graph::clone(&view.graph);
    apply(&mut graph, &edit)?;
    let is_call = |node: &&Arc<graph::Node>| node.kind == "call" && node.fields.get("tool").is_some_and(|called| called == name.as_str());
    let call = graph.tool(tool.as_str()).and_then(|tool| tool.nodes.iter().find(is_call)).map(|node| node.id.clone());
    let call = call.ok_or_else(|| graph::Error::NoTool(name.clone()))?;
    let drawing = view.layout.drawing(tool.as_str());
    let places = ids.iter().filter_map(|id| Some((id.clone(), *drawing?.nodes.get(id)?)));
    let place = |tool: &ToolName, node: &NodeId, at| LayoutEdit::Place { tool: tool.clone(), node: node.clone(), at };
    let mut edits = Vec::new();
    // The call stands where the first of them stood, as one reads them.
    let mut first = None;
    for (id, at) in places {
        edits.extend([place(tool, &id, None), place(name, &id, Some(at))]);
        first = match first {
            Some(before @ graph::Spot { x, .. }) if x <= at.x => Some(before),
            _ => Some(at),
        };
    }
    edits.extend(first.map(|at| place(tool, &call, Some(at))));
    let layout = (!edits.is_empty()).then(|| LayoutEdit::batch(edits));
    let label = format!("collapsed {} into {name}", text::count(ids.len(), "node"));
    Ok((Change { label, edit: Some(edit), layout, gesture: None }, call))
}

impl Store {
    /// Asks for the name of the tool that what is selected is to become.
    pub(crate) fn ask_to_collapse(self) {
        self.collapse_shown.set(true);
        request_animation_frame(|| request_animation_frame(|| focus("collapse-name")));
    }

    /// Makes a tool of what is selected; what keeps it from becoming one, otherwise.
    fn collapse_selection(self, name: &ToolName) -> Result<(), String> {
        let nodes = self.stage.chosen.get_untracked().nodes.clone();
        let made = self.model.with_untracked(|model| {
            let (graph, tool) = model.graph().zip(model.tool())?;
            Some(collapse(graph, &tool.name, &nodes, name))
        });
        let (change, call) = made.ok_or("no tool is shown")?.map_err(|error| error.to_string())?;
        if self.make(change) {
            self.stage.select(&call);
        }
        Ok(())
    }

    /// A name that no tool of the graph has.
    fn free_tool_name(self) -> String {
        self.model
            .with_untracked(|model| {
                let (graph, tool) = model.graph().zip(model.tool())?;
                let stem = format!("{}_part", tool.name);
                let is_free = |name: &String| graph.graph.tool(name).is_none();
                std::iter::once(stem.clone()).chain((2usize..).map(|n| format!("{stem}_{n}"))).find(is_free)
            })
            .unwrap_or_default()
    }
}

/// The question for the name.
#[component]
pub(crate) fn CollapseDialog() -> impl IntoView {
    let store = use_store();
    let (name, fault) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    Effect::new(move |_| {
        if store.collapse_shown.get() {
            name.set(store.free_tool_name());
            fault.set(None);
        }
    });
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match store.collapse_selection(&name.get_untracked().trim().into()) {
            Ok(()) => {
                store.collapse_shown.set(false);
                focus("canvas");
            }
            Err(why) => fault.set(Some(text::sentence(&why))),
        }
    };
    view! {
        <Dialog shown=store.collapse_shown title="Collapse into a tool">
            <form class="open-form" on:submit=make>
                <label for="collapse-name">"Name of the new tool"</label>
                <div class="open-row">
                    <input id="collapse-name" type="text" autofocus autocomplete="off" spellcheck="false" bind:value=name />
                    <button type="submit" class="primary">"Collapse"</button>
                </div>
                <p class="muted">"What is selected moves into it, and a call of it takes its place."</p>
            </form>
            {move || fault.get().map(|why| view! { <p class="fault" role="alert">{why}</p> })}
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::wishes::tests::view;
    use graph::Spot;
    use serde_json::json;

    #[test]
    fn the_call_stands_where_the_first_of_the_nodes_stood_and_they_keep_their_places_in_the_new_tool() {
        let mut view = view(json!([
            {"id": "entry", "type": "entry", "next": "a"},
            {"id": "a", "type": "transform", "transform": {"expr": "entry.n"}, "next": "b"},
            {"id": "b", "type": "transform", "transform": {"expr": "a + 1"}, "next": "exit"},
            {"id": "exit", "type": "exit"},
        ]));
        let place = |id: &str, x: f64| LayoutEdit::Place { tool: "t".into(), node: id.into(), at: Some(Spot { x, y: 5.0 }) };
        Arc::make_mut(&mut view.layout).apply(&LayoutEdit::batch(vec![place("b", 600.0), place("a", 300.0), place("exit", 900.0)]));
        let (change, call) = collapse(&view, &"t".into(), &["b".into(), "a".into()], &"part".into()).unwrap();
        assert_eq!((change.label.as_str(), call.as_str()), ("collapsed 2 nodes into part", "part"));
        apply(Arc::make_mut(&mut view.graph), &change.edit.unwrap()).unwrap();
        Arc::make_mut(&mut view.layout).apply(&change.layout.unwrap());
        let places =
            |tool: &str| view.layout.drawing(tool).unwrap().nodes.iter().map(|(id, at)| format!("{id} {}", at.x)).collect::<Vec<_>>();
        let (mut old, mut new) = (places("t"), places("part"));
        old.sort();
        new.sort();
        assert_eq!((old.join(", "), new.join(", ")), ("exit 900, part 300".to_owned(), "a 300, b 600".to_owned()));
        let refused = collapse(&view, &"t".into(), &["exit".into()], &"other".into()).unwrap_err().to_string();
        assert!(refused.contains("exit"), "what cannot be collapsed is named: {refused}");
    }
}
