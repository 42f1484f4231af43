//! A node: what it is, how it is set, where it leads, what it did in the last run.

use std::collections::BTreeSet;

use ::graph::{NodeId, Problem, ToolName};
use leptos::prelude::*;
use serde_json::Value;

use super::edges::is_edge;
use super::prose::Prose;
use super::run_node::RunNodeButtons;
use super::step::Steps;
use crate::app::use_store;
use crate::form::{self, Field};
use crate::icon::{self, Icon, KindTile};
use crate::settings::{Setting, setting};
use crate::slot::Slot;

/// The panel.
#[component]
pub(crate) fn NodePanel(
    /// The node.
    id: NodeId,
) -> impl IntoView {
    let store = use_store();
    let shown = id.clone();
    // Made anew only for another node or another kind: what is typed must not be taken from under the hands.
    let identity =
        Memo::new(move |_| store.of_tool(|_, tool| Some((tool.name.clone(), store.node_of(tool, &shown)?.kind.clone()))).flatten());
    view! {
        <section class="panel" aria-label="Node">
            {move || {
                identity.get().map(|(tool, kind)| {
                    let id = id.clone();
                    view! {
                        <NodeHead tool=tool.clone() id=id.clone() kind=kind.clone() />
                        <RunNodeButtons />
                        <NodeProblems id=id.clone() />
                        <Settings tool=tool.clone() id=id.clone() kind=kind.clone() />
                        <Steps id=id.clone() />
                        <Common tool=tool id=id kind=kind />
                    }
                })
            }}
        </section>
    }
}

/// Its name, which can be changed, and its kind.
#[component]
fn NodeHead(
    /// Its tool.
    tool: ToolName,
    /// The node.
    id: NodeId,
    /// Its kind.
    kind: String,
) -> impl IntoView {
    let store = use_store();
    let known = nodes::kind(&kind);
    let title = known.map_or_else(|| format!("unknown kind `{kind}`"), |kind| kind.title().to_owned());
    let from = id.clone();
    let rename = move |text: String| {
        let to = NodeId::from(text.trim());
        if to == from || to.as_str().is_empty() {
            return false;
        }
        let edit = store.graph.with_untracked(|view| {
            let view = &view.as_ref()?.0;
            let place = view.layout.drawing(tool.as_str()).and_then(|drawing| drawing.nodes.get(&from)).copied();
            let layout = place.map(|at| {
                let place = |node: &NodeId, at| ::graph::LayoutEdit::Place { tool: tool.clone(), node: node.clone(), at };
                ::graph::LayoutEdit::batch(vec![place(&from, None), place(&to, Some(at))])
            });
            Some((nodes::rename_node(&view.graph, &tool, &from, &to), layout))
        });
        match edit {
            Some((Ok(edit), layout)) => {
                let made = store.change(format!("renamed {from} to {to}"), Some(edit), layout, None);
                if made {
                    store.stage.select(&to);
                }
                made
            }
            Some((Err(error), _)) => store.refuse(&error),
            None => false,
        }
    };
    view! {
        <header class="panel-head node-head">
            <KindTile kind=kind />
            <div>
                <Name name=id.to_string() label="Name of the node" on_name=Callback::new(rename) />
                <p class="muted" title=known.map(|kind| kind.summary())>{title}</p>
            </div>
            <button type="button" class="plain" aria-label="Back to the tool" on:click=move |_| store.stage.clear_selection()>
                <Icon path=icon::CLOSE />
            </button>
        </header>
    }
}

/// A name that can be changed: it is, when the person is done with it.
#[component]
pub(super) fn Name(
    /// The name.
    #[prop(into)]
    name: Signal<String>,
    /// What it is the name of, for screen readers.
    label: &'static str,
    /// Takes another name; says whether it is taken over.
    on_name: Callback<String, bool>,
) -> impl IntoView {
    let text = RwSignal::new(name.get_untracked());
    Effect::new(move |_| text.set(name.get()));
    let done = move || {
        let typed = text.get_untracked();
        if typed != name.get_untracked() && !on_name.run(typed) {
            text.set(name.get_untracked());
        }
    };
    view! {
        <h2 id="inspector-head" tabindex="-1" class="unseen">{move || name.get()}</h2>
        <input
            id="inspector-name"
            type="text"
            class="name mono"
            aria-label=label
            autocomplete="off"
            spellcheck="false"
            bind:value=text
            on:blur=move |_| done()
            on:keydown=move |event| match event.key().as_str() {
                "Enter" => done(),
                "Escape" => text.set(name.get_untracked()),
                _ => {}
            }
        />
    }
}

/// What the checks found wrong with it.
#[component]
fn NodeProblems(
    /// The node.
    id: NodeId,
) -> impl IntoView {
    let store = use_store();
    let problems = Memo::new(move |_| {
        let problems = store.of_tool(|graph, tool| {
            let own = graph.problems.iter().map(|reported| &reported.problem);
            own.filter(|problem| problem.node.as_ref() == Some(&id) && problem.tool.as_ref() == Some(&tool.name))
                .cloned()
                .collect::<Vec<_>>()
        });
        problems.unwrap_or_default()
    });
    let one = |problem: Problem| {
        let is_error = problem.is_error();
        view! {
            <div class="trouble" class:mild=!is_error>
                <Icon path=icon::WARNING />
                <div>
                    <Prose text=problem.message />
                    <Prose text=problem.remedy class="remedy" />
                </div>
            </div>
        }
    };
    move || problems.get().into_iter().map(one).collect_view()
}

/// The settings of its kind; then where it leads; then what is not known of it.
#[component]
fn Settings(
    /// Its tool.
    tool: ToolName,
    /// The node.
    id: NodeId,
    /// Its kind.
    kind: String,
) -> impl IntoView {
    let store = use_store();
    let fields = nodes::kind(&kind).map(|kind| form::fields(&kind.settings())).unwrap_or_default();
    // A condition is a rule first, and an edge second.
    let is_way = |field: &Field| is_edge(&field.name) && field.name != "conditions";
    let (ways, own): (Vec<_>, Vec<_>) = fields.iter().cloned().partition(is_way);
    let common = form::fields(&nodes::common_schema());
    let known: BTreeSet<String> = fields.iter().chain(&common).map(|field| field.name.clone()).collect();
    let slot = Slot::of_node(&tool, &id);
    let extra = Memo::new(move |_| {
        let names = store.of_tool(|_, tool| {
            Some(store.node_of(tool, &id)?.fields.keys().filter(|key| !known.contains(*key)).cloned().collect::<Vec<_>>())
        });
        names.flatten().unwrap_or_default()
    });
    let at = StoredValue::new(slot.clone());
    let all = move |fields: Vec<Field>| {
        fields.into_iter().map(|field| setting(Setting::new(at.with_value(|slot| slot.key(&field.name)), field))).collect_view()
    };
    let unknown = move |name: String| {
        let field = form::single(&name, &Value::Bool(true), true, &Value::Null);
        setting(Setting { is_extra: true, ..Setting::new(at.with_value(|slot| slot.key(&name)), field) })
    };
    let (has_own, has_ways) = (!own.is_empty(), !ways.is_empty());
    view! {
        {has_own.then(|| view! { <section class="settings" aria-label="Settings">{all(own)}</section> })}
        {has_ways.then(|| view! {
            <section class="settings" aria-label="Leads to">
                <h3 class="small-head">"Leads to"</h3>
                {all(ways)}
            </section>
        })}
        <Show when=move || !extra.with(Vec::is_empty)>
            <section class="settings" aria-label="Other fields">
                <h3 class="small-head">"Other fields of the file"</h3>
                <For each=move || extra.get() key=Clone::clone let:name>{unknown(name)}</For>
            </section>
        </Show>
    }
}

/// What any node may carry: retries, limits, shaping.
#[component]
fn Common(
    /// Its tool.
    tool: ToolName,
    /// The node.
    id: NodeId,
    /// Its kind.
    kind: String,
) -> impl IntoView {
    let store = use_store();
    let kind = nodes::kind(&kind).filter(|kind| kind.takes_common())?;
    let fields: Vec<Field> = form::fields(&nodes::common_schema())
        .into_iter()
        .filter(|field| field.name != "before" || kind.has_arguments())
        .filter(|field| field.name != "after" || kind.ports() != nodes::Ports::Cases)
        .collect();
    let slot = Slot::of_node(&tool, &id);
    let is_used = fields.iter().any(|field| slot.key(&field.name).memo(store).get_untracked().is_some());
    let all = fields.into_iter().map(|field| {
        let slot = slot.key(&field.name);
        setting(Setting::new(slot, titled(field)))
    });
    Some(view! {
        <details class="settings more" open=is_used>
            <summary>"Failures and shaping"</summary>
            <div class="settings-body">{all.collect_view()}</div>
        </details>
    })
}

/// A common field with a title that says what it is.
fn titled(mut field: Field) -> Field {
    let title = match field.name.as_str() {
        "retry" => "Retry",
        "timeoutMs" => "Time limit (ms)",
        "onCrash" => "After a crash",
        "onError" => "On error",
        "before" => "Shape the arguments",
        "after" => "Shape the output",
        other => other,
    };
    field.title = title.to_owned();
    field
}
