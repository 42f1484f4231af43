//! The versions of the graph that is shown: checkpoints under a name and those made by the way, each to be restored, and any two
//! to be compared on the canvas.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Failed, GetVersion, ListVersions, MakeCheckpoint, RestoreVersion, VersionId, VersionView};

use super::trouble::Trouble;
use crate::app::{focus, use_store};
use crate::clock::when;
use crate::icon::{self, Icon};
use crate::store::{Store, Version};
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
            <CompareTwo versions=versions />
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

/// The two versions that are to be compared, the earlier one first; none where nothing was chosen.
type Ends = (Option<VersionId>, Option<VersionId>);

/// Any two versions, or one and the graph as it is, to be compared on the canvas.
#[component]
fn CompareTwo(
    /// All versions, the latest first, if they are known.
    versions: RwSignal<Option<Vec<VersionView>>>,
) -> impl IntoView {
    let store = use_store();
    let chosen = RwSignal::new(Ends::default());
    let before = move || chosen.with(|(before, _)| *before).or_else(|| versions.with(|list| Some(list.as_ref()?.first()?.id)));
    let options = move || {
        let list = versions.get().unwrap_or_default();
        list.into_iter()
            .map(|version| (version.id.0.to_string(), format!("{} · {}", title(&version), when(version.at_us))))
            .collect::<Vec<_>>()
    };
    let choice = move |label: &'static str, has_now: bool, value: Signal<String>, set: fn(&mut Ends, Option<VersionId>)| {
        view! {
            <label>
                <span>{label}</span>
                <select
                    prop:value=move || value.get()
                    on:change=move |event| {
                        let id = event_target_value(&event).parse().ok().map(VersionId);
                        chosen.update(|chosen| set(chosen, id));
                    }
                >
                    {has_now.then(|| view! { <option value="">"As it is now"</option> })}
                    <For each=options key=Clone::clone let:option>
                        <option value=option.0.clone() selected=move || value.with(|value| *value == option.0)>{option.1.clone()}</option>
                    </For>
                </select>
            </label>
        }
    };
    let word = |id: Option<VersionId>| id.map(|id| id.0.to_string()).unwrap_or_default();
    let first = Signal::derive(move || word(before()));
    let second = Signal::derive(move || word(chosen.with(|(_, after)| *after)));
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(before) = untrack(before) {
            compare(store, before, chosen.with_untracked(|(_, after)| *after));
        }
    };
    view! {
        <Show when=move || versions.with(|versions| versions.as_ref().is_some_and(|list| !list.is_empty()))>
            <form class="versions-compare" aria-label="Compare two versions" on:submit=go>
                {choice("From", false, first, |chosen, id| chosen.0 = id)}
                {choice("To", true, second, |chosen, id| chosen.1 = id)}
                <button type="submit"><Icon path=icon::COMPARE />"Compare"</button>
            </form>
        </Show>
    }
}

/// Shows on the canvas what differs between two versions; where there is no second, the graph as it is.
fn compare(store: Store, before: VersionId, after: Option<VersionId>) {
    let Some(now) = store.graph.with_untracked(|graph| graph.as_ref().map(|graph| graph.0.clone())) else { return };
    let graph = now.id;
    let fetch = move |id: VersionId| async move {
        let detail = store.bridge.call(&GetVersion { graph, version: id }).await?;
        Ok::<_, Failed>(Version { title: title(&detail.version), graph: detail.graph, layout: detail.layout })
    };
    spawn_local(async move {
        let versions = async {
            let first = fetch(before).await?;
            let second = match after {
                Some(id) => fetch(id).await?,
                None => Version { title: "As it is now".to_owned(), graph: now.graph.clone(), layout: now.layout.clone() },
            };
            Ok::<_, Failed>((first, second))
        };
        match versions.await {
            Ok((first, second)) => {
                store.inspector_shown.set(true);
                store.compare(first, second);
                focus("canvas");
            }
            Err(failed) => store.toast.set(Some(Toast::failed("The versions could not be compared", failed))),
        }
    });
}

/// What a version is called.
fn title(version: &VersionView) -> String {
    version.name.clone().unwrap_or_else(|| version.label.clone())
}

#[component]
fn VersionRow(version: VersionView) -> impl IntoView {
    let store = use_store();
    let title = title(&version);
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
            <span class="version-verbs">
                <button
                    type="button"
                    class="plain"
                    aria-label=format!("Compare {title} with the graph as it is")
                    title="Compare with the graph as it is"
                    on:click=move |_| compare(store, id, None)
                >
                    <Icon path=icon::COMPARE />
                </button>
                <button type="button" aria-label=format!("Restore {title}") on:click=restore>"Restore"</button>
            </span>
        </li>
    }
}
