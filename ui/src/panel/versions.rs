//! The versions of the graph that is shown: checkpoints under a name and those made by the way, each to be restored.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Failed, ListVersions, MakeCheckpoint, RestoreVersion, VersionView};

use super::trouble::Trouble;
use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::toast::Toast;

/// The panel.
#[component]
pub(crate) fn VersionsPanel() -> impl IntoView {
    let store = use_store();
    let versions = RwSignal::new(None::<Vec<VersionView>>);
    let failed = RwSignal::new(None::<Failed>);
    let name = RwSignal::new(String::new());
    let shown = Memo::new(move |_| store.graph.with(|graph| graph.as_ref().map(|graph| (graph.0.id, graph.0.revision))));
    let fetch = move || {
        let Some((graph, _)) = shown.get_untracked() else { return };
        spawn_local(async move {
            match store.bridge.call(&ListVersions { graph }).await {
                Ok(list) => versions.set(Some(list)),
                Err(error) => failed.set(Some(error)),
            }
        });
    };
    // Each change may have made a version.
    Effect::new(move |_| {
        shown.track();
        fetch();
    });
    let checkpoint = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some((graph, _)) = shown.get_untracked() else { return };
        let name_now = name.get_untracked().trim().to_owned();
        if name_now.is_empty() {
            return;
        }
        failed.set(None);
        spawn_local(async move {
            match store.bridge.call(&MakeCheckpoint { graph, name: name_now }).await {
                Ok(_) => {
                    name.set(String::new());
                    fetch();
                }
                Err(error) => failed.set(Some(error)),
            }
        });
    };
    view! {
        <div class="side-body versions">
            <form class="versions-new" on:submit=checkpoint>
                <input
                    type="text"
                    aria-label="Name of a checkpoint"
                    placeholder="Name this state"
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
                <button type="submit" disabled=move || name.with(|name| name.trim().is_empty())>"Keep"</button>
            </form>
            {move || failed.get().map(|failed| view! { <Trouble failed=failed /> })}
            <Show when=move || versions.with(|versions| versions.as_ref().is_some_and(Vec::is_empty))>
                <p class="side-empty"><Icon path=icon::CHECK />"No versions yet: they come with the first change"</p>
            </Show>
            <ol class="version-list">
                <For each=move || versions.get().unwrap_or_default() key=|version| version.id let:version>
                    <VersionRow version=version />
                </For>
            </ol>
        </div>
    }
}

#[component]
fn VersionRow(version: VersionView) -> impl IntoView {
    let store = use_store();
    let title = version.name.clone().unwrap_or_else(|| version.label.clone());
    let called = title.clone();
    let id = version.id;
    let restore = move |_| {
        let Some(graph) = store.graph.with_untracked(|graph| graph.as_ref().map(|graph| graph.0.id)) else { return };
        let called = called.clone();
        spawn_local(async move {
            store.toast.set(Some(match store.bridge.call(&RestoreVersion { graph, version: id }).await {
                Ok(_) => Toast::note(format!("Restored: {called}; undo takes it back")),
                Err(error) => Toast::failed("The version could not be restored", error),
            }));
        });
    };
    view! {
        <li class="version" class:checkpoint=version.is_checkpoint>
            <div>
                <p class="version-title">{title.clone()}</p>
                <p class="version-time">{when(version.at_us)}</p>
            </div>
            <button type="button" aria-label=format!("Restore {title}") on:click=restore>"Restore"</button>
        </li>
    }
}

/// A time, in microseconds since 1970, as the person's own system writes it.
fn when(at_us: i64) -> String {
    let date = js_sys::Date::new(&((at_us / 1000) as f64).into());
    String::from(date.to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED))
}
