//! What a person and another program both changed in the same lines: side by side, as nodes with their fields and as lines, to
//! choose from.

mod sides;

use std::sync::Arc;

use ::graph::{Diff, Fate, Graph};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Conflict, Failed, GetText, GraphId, Hunk, ReadText, Reading, ResolveConflict, Side};

use super::comparison::field_list;
use super::trouble::Trouble;
use crate::app::use_store;
use crate::canvas_view::fate_name;
use crate::painter::sign;
use crate::store::Store;
use crate::toast::Toast;
use sides::Sides;

/// The card over the canvas; nothing where nothing is to be chosen.
#[component]
pub(crate) fn ConflictCard() -> impl IntoView {
    let store = use_store();
    let conflict = Memo::new(move |_| {
        store.graph.with(|graph| graph.as_ref().and_then(|graph| Some((graph.0.id, graph.0.revision, graph.0.conflict.clone()?))))
    });
    move || conflict.get().map(|(graph, revision, conflict)| view! { <Choice graph=graph revision=revision conflict=conflict /> })
}

#[component]
fn Choice(
    graph: GraphId,
    /// The revision that the places belong to.
    revision: u64,
    conflict: Conflict,
) -> impl IntoView {
    let store = use_store();
    let sides = RwSignal::new(vec![Side::Ours; conflict.hunks.len()]);
    let failed = RwSignal::new(None::<Failed>);
    let is_asking = RwSignal::new(false);
    let resolve = move |_| {
        is_asking.set(true);
        spawn_local(async move {
            match store.bridge.call(&ResolveConflict { graph, revision, sides: sides.get_untracked() }).await {
                Ok(_) => store.toast.set(Some(Toast::note("Both changes are brought together; what was not chosen is among the versions"))),
                Err(error) => failed.set(Some(error)),
            }
            is_asking.set(false);
        });
    };
    let all = move |side: Side| move |_| sides.update(|sides| sides.fill(side));
    let text = RwSignal::new(None::<String>);
    spawn_local(async move {
        // Where the text is not to be had, the lines alone are shown.
        if let Ok(now) = store.bridge.call(&GetText { graph }).await
            && now.revision == revision
        {
            text.try_set(Some(now.text));
        }
    });
    let hunks = conflict.hunks.into_iter().enumerate().map(|(at, hunk)| view! { <HunkChoice at=at hunk=hunk text=text sides=sides /> });
    view! {
        <section class="conflict" role="alertdialog" aria-labelledby="conflict-head" aria-describedby="conflict-about">
            <h2 id="conflict-head">"Another program changed the same lines"</h2>
            <p id="conflict-about">"Nothing is lost. Choose what stands in the file; until then it is left as the other program wrote it."</p>
            <div class="conflict-hunks">{hunks.collect_view()}</div>
            {move || failed.get().map(|failed| view! { <Trouble failed=failed /> })}
            <div class="conflict-foot">
                <button type="button" on:click=all(Side::Ours)>"All as here"</button>
                <button type="button" on:click=all(Side::Theirs)>"All as in the file"</button>
                <span class="spring"></span>
                <button type="button" class="primary" disabled=move || is_asking.get() on:click=resolve>"Keep these"</button>
            </div>
        </section>
    }
}

/// The graphs of texts; none where one of them is none.
async fn graphs(store: Store, texts: [String; 3]) -> Option<Vec<Arc<Graph>>> {
    let mut graphs = Vec::new();
    for text in texts {
        match store.bridge.call(&ReadText { text }).await {
            Ok(Reading::Graph { graph }) => graphs.push(graph),
            Ok(Reading::Unreadable { .. }) | Err(_) => return None,
        }
    }
    Some(graphs)
}

/// One place: both sides, of which one is chosen.
#[component]
fn HunkChoice(
    at: usize,
    hunk: Hunk,
    /// The text that the places belong to, once it is known.
    text: RwSignal<Option<String>>,
    sides: RwSignal<Vec<Side>>,
) -> impl IntoView {
    let (place, store) = (hunk.clone(), use_store());
    let did = RwSignal::new(None::<Sides>);
    Effect::new(move |_| {
        let Some(versions) = text.with(|text| sides::versions(text.as_ref()?, &place)) else { return };
        spawn_local(async move {
            // Where one of them is no graph, the lines alone are shown.
            if let Some(read) = graphs(store, versions).await {
                did.try_set(sides::sides([&read[0], &read[1], &read[2]]));
            }
        });
    });
    let option = move |side: Side, title: &'static str, text: String| {
        let drawn = move || {
            let did = did.get()?;
            Some(changes(match side {
                Side::Ours => &did.ours,
                Side::Theirs => &did.theirs,
            }))
        };
        let is_chosen = move || sides.with(|sides| sides.get(at) == Some(&side));
        let choose = move |_| {
            sides.update(|sides| {
                if let Some(chosen) = sides.get_mut(at) {
                    *chosen = side;
                }
            });
        };
        let text = if text.is_empty() { "(nothing)".to_owned() } else { text };
        view! {
            <label class="conflict-side" class:chosen=is_chosen>
                <span><input type="radio" name=format!("conflict-{at}") prop:checked=is_chosen on:change=choose />{title}</span>
                {drawn}
                <pre>{text}</pre>
            </label>
        }
    };
    view! {
        <fieldset class="conflict-hunk">
            <legend>"Line " {hunk.line}</legend>
            {option(Side::Ours, "As here", hunk.ours)}
            {option(Side::Theirs, "As in the file", hunk.theirs)}
        </fieldset>
    }
}

/// What a side did: each node that it touched, with the fields as they were and as they are.
fn changes(diff: &Diff) -> AnyView {
    if diff.is_empty() {
        return view! { <p class="muted conflict-none">"Nothing that is drawn"</p> }.into_any();
    }
    let row = |fate: Fate, name: String, kind: String| {
        let (mark, word) = sign(fate);
        view! {
            <div class="node-change" data-fate=fate_name(fate)>
                <span class="fate" aria-hidden="true">{mark}</span>
                <span>{name}</span>
                <span class="muted">{kind}</span>
                <span class="unseen">{format!(", {word}")}</span>
            </div>
        }
    };
    let of_tool = |tool: &::graph::ToolDiff| {
        // The tool itself is worth a line where it is touched and not only its nodes.
        let is_touched = tool.fate != Fate::Changed || !tool.fields.is_empty();
        let own =
            is_touched.then(|| view! { <li>{row(tool.fate, tool.tool.to_string(), "tool".to_owned())}{field_list(&tool.fields)}</li> });
        let nodes = tool
            .nodes
            .iter()
            .map(|node| view! { <li>{row(node.fate, node.node.to_string(), node.kind.clone())}{field_list(&node.fields)}</li> });
        let nodes = nodes.collect_view();
        view! { {own} {nodes} }
    };
    let tools = diff.tools.iter().map(of_tool).collect_view();
    view! { {field_list(&diff.fields)} <ul class="node-changes">{tools}</ul> }.into_any()
}
