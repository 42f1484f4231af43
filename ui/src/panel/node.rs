//! A node: what it is, how it is set, where it leads, what it did in the last run.

use graph::{Node, NodeId};
use leptos::prelude::*;
use serde_json::Value;

use super::edges::{Edges, is_edge};
use super::prose::Prose;
use super::step::Steps;
use crate::app::use_store;
use crate::icon::{self, Icon, KindTile};
use crate::json::Json;

/// The panel.
#[component]
pub(crate) fn NodePanel(
    /// The node.
    id: NodeId,
) -> impl IntoView {
    let store = use_store();
    let node = {
        let id = id.clone();
        Memo::new(move |_| store.of_tool(|_, tool| tool.node(id.as_str()).cloned()).flatten())
    };
    view! {
        <section class="panel" aria-label="Node">
            {move || {
                node.get().map(|node| {
                    view! {
                        <NodeHead node=node.clone() />
                        <NodeProblems id=node.id.clone() />
                        <Steps id=node.id.clone() />
                        <Settings node=node.clone() />
                        <Edges node=node />
                    }
                })
            }}
        </section>
    }
}

/// Its name and its kind.
#[component]
fn NodeHead(
    /// The node.
    node: Node,
) -> impl IntoView {
    let store = use_store();
    let kind = nodes::kind(&node.kind);
    let title = kind.map_or_else(|| format!("unknown kind `{}`", node.kind), |kind| kind.title().to_owned());
    view! {
        <header class="panel-head node-head">
            <KindTile kind=node.kind.clone() />
            <div>
                <h2 id="inspector-head" tabindex="-1" class="mono">{node.id.to_string()}</h2>
                <p class="muted" title=kind.map(|kind| kind.summary())>{title}</p>
            </div>
            <button type="button" class="plain" aria-label="Back to the tool" on:click=move |_| store.stage.clear_selection()>
                <Icon path=icon::CLOSE />
            </button>
        </header>
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
    let one = |problem: graph::Problem| {
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

/// Its settings: the fields as the file has them, without those that are edges.
#[component]
fn Settings(
    /// The node.
    node: Node,
) -> impl IntoView {
    let schema = nodes::kind(&node.kind).map(|kind| kind.settings());
    let about = move |name: &str| schema.as_ref().and_then(|schema| schema["properties"][name]["description"].as_str().map(str::to_owned));
    let settings: Vec<_> =
        node.fields.into_iter().filter(|(name, _)| !is_edge(name)).map(|(name, value)| (about(&name), name, value)).collect();
    (!settings.is_empty()).then(|| {
        view! {
            <section class="settings" aria-label="Settings">
                <h3 class="small-head">"Settings"</h3>
                <dl>
                    {settings
                        .into_iter()
                        .map(|(about, name, value)| {
                            view! {
                                <dt title=about>{name}</dt>
                                <dd>{setting(value)}</dd>
                            }
                        })
                        .collect_view()}
                </dl>
            </section>
        }
    })
}

/// A setting: a short one in its line, an expression as it is written, anything else as JSON.
fn setting(value: Value) -> AnyView {
    let expression =
        value.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get("expr")?.as_str().map(str::to_owned));
    match (expression, value) {
        (Some(expression), _) => view! { <pre class="code" tabindex="0">{expression.trim().to_owned()}</pre> }.into_any(),
        (None, Value::String(text)) if text.contains('\n') => view! { <pre class="code" tabindex="0">{text}</pre> }.into_any(),
        (None, Value::String(text)) => view! { <span class="mono">{text}</span> }.into_any(),
        (None, value @ (Value::Number(_) | Value::Bool(_) | Value::Null)) => {
            view! { <span class="mono">{value.to_string()}</span> }.into_any()
        }
        (None, value) => view! { <Json value=value /> }.into_any(),
    }
}
