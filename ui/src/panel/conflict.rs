//! What a person and another program both changed in the same lines: side by side, to choose from.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Conflict, Failed, GraphId, Hunk, ResolveConflict, Side};

use super::trouble::Trouble;
use crate::app::use_store;
use crate::toast::Toast;

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
    let hunks = conflict.hunks.into_iter().enumerate().map(|(at, hunk)| view! { <HunkChoice at=at hunk=hunk sides=sides /> });
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

/// One place: both sides, of which one is chosen.
#[component]
fn HunkChoice(at: usize, hunk: Hunk, sides: RwSignal<Vec<Side>>) -> impl IntoView {
    let option = move |side: Side, title: &'static str, text: String| {
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
