//! Settings that name something of the graph: a node, a server, a tool.

use graph::{Node, ServerName};
use leptos::prelude::*;
use serde_json::Value;

use super::{Setting, typed};
use crate::app::use_store;
use crate::model::Offer;
use crate::panel::Prose;
use crate::slot::{Slot, Target};
use crate::store::Store;

/// From how many names on a list is filled only when somebody turns to it: a large graph has a thousand, for each field that names a
/// node.
const MANY: usize = 50;

/// A choice among names; what stands there and is none of them is kept, and shown as missing. `names` gives them all; where they are
/// many, and it is told what stands there, no other than that.
fn names(setting: &Setting, names: impl Fn(Store, Option<&str>) -> Vec<String> + Send + Sync + 'static, missing: &'static str) -> AnyView {
    let store = use_store();
    let (slot, value) = (setting.slot.clone(), setting.slot.memo(store));
    let shown = Memo::new(move |_| value.with(|value| value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()));
    let is_wanted = RwSignal::new(false);
    let offered = Memo::new(move |_| if is_wanted.get() { names(store, None) } else { shown.with(|shown| names(store, Some(shown))) });
    let want = move || is_wanted.set(true);
    let odd = move || shown.with(|shown| (!shown.is_empty() && !offered.with(|offered| offered.contains(shown))).then(|| shown.clone()));
    let change = move |event| {
        let name = event_target_value(&event);
        slot.write(store, None, Some(name).filter(|name| !name.is_empty()).map(Value::from));
    };
    view! {
        <select id=setting.slot.element_id() class="mono" on:change=change on:focus=move |_| want() on:pointerdown=move |_| want()>
            <option value="" selected=move || shown.with(String::is_empty)>"—"</option>
            {move || odd().map(|name| view! { <option value=name.clone() selected=true>{format!("{name} ({missing})")}</option> })}
            {move || {
                offered
                    .get()
                    .into_iter()
                    .map(|name| {
                        let own = name.clone();
                        view! { <option value=name.clone() selected=move || shown.with(|shown| *shown == own)>{name.clone()}</option> }
                    })
                    .collect_view()
            }}
        </select>
    }
    .into_any()
}

/// A node of the tool.
pub(super) fn node(setting: &Setting) -> AnyView {
    let own = match &setting.slot.target {
        Target::Node(_, node) => Some(node.clone()),
        Target::Tool(_) | Target::Graph => None,
    };
    let others = move |store: Store, shown: Option<&str>| {
        let ids = store.of_tool(|_, tool| {
            let is_other = |node: &&Node| Some(&node.id) != own.as_ref();
            match shown.filter(|_| tool.nodes.len() >= MANY) {
                Some("") => Vec::new(),
                Some(shown) => store.node_of(tool, &shown.into()).filter(is_other).map(|node| node.id.to_string()).into_iter().collect(),
                None => tool.nodes.iter().map(AsRef::as_ref).filter(is_other).map(|node| node.id.to_string()).collect::<Vec<_>>(),
            }
        });
        ids.unwrap_or_default()
    };
    names(setting, others, "missing")
}

/// A server of the graph.
pub(super) fn server(setting: &Setting) -> AnyView {
    let servers = |store: Store, _: Option<&str>| {
        let names = store.graph.with(|view| view.as_ref().map(|view| view.0.graph.servers.keys().map(ToString::to_string).collect()));
        names.unwrap_or_default()
    };
    names(setting, servers, "not in this file")
}

/// A tool of the graph.
pub(super) fn graph_tool(setting: &Setting) -> AnyView {
    let tools = |store: Store, _: Option<&str>| {
        let names =
            store.graph.with(|view| view.as_ref().map(|view| view.0.graph.tools.iter().map(|tool| tool.name.to_string()).collect()));
        names.unwrap_or_default()
    };
    names(setting, tools, "elsewhere")
}

/// The server beside a place in the same node.
pub(super) fn server_beside(store: Store, slot: &Slot) -> Memo<Option<ServerName>> {
    let root = Slot { target: slot.target.clone(), path: graph::Path::root() };
    let value = root.key("server").memo(store);
    Memo::new(move |_| value.with(|value| value.as_ref().and_then(Value::as_str).filter(|name| !name.is_empty()).map(ServerName::from)))
}

/// A tool of the server beside it, which is asked for its tools; a text where it cannot be.
pub(super) fn tool(setting: &Setting) -> AnyView {
    let store = use_store();
    let server = server_beside(store, &setting.slot);
    Effect::new(move |_| {
        if let Some(server) = server.get() {
            store.ask_tools(&server);
        }
    });
    let offer = Memo::new(move |_| server.get().and_then(|server| store.offer(&server)));
    let is_known = Memo::new(move |_| offer.with(|offer| matches!(offer, Some(Offer::Tools(_)))));
    let kept = StoredValue::new(setting.clone());
    let offered = move |_: Store, _: Option<&str>| match offer.get() {
        Some(Offer::Tools(tools)) => tools.iter().map(|tool| tool.name.clone()).collect(),
        Some(Offer::Asked | Offer::Failed(_)) | None => Vec::new(),
    };
    let again = move |_| {
        if let Some(server) = server.get_untracked() {
            store.ask_tools_again(&server);
        }
    };
    let about = move || {
        let server = server.get()?;
        Some(match offer.get() {
            None => view! { <button type="button" class="link" on:click=again>{format!("Ask {server} for its tools")}</button> }.into_any(),
            Some(Offer::Asked) => view! { <p class="server-line muted" role="status"><span class="spinner" aria-hidden="true"></span>{format!("{server} is starting…")}</p> }.into_any(),
            Some(Offer::Failed(failed)) => view! {
                <div class="server-line">
                    <span class="fault"><Prose text=failed.message /></span>
                    <button type="button" class="link" on:click=again>"Try again"</button>
                </div>
            }
            .into_any(),
            Some(Offer::Tools(_)) => {
                let name = kept.with_value(|setting| setting.slot.memo(store));
                let describe = move || {
                    let name = name.get()?;
                    store.server_tool(&server, name.as_str()?)?.description
                };
                view! { <p class="setting-about muted clamp">{describe}</p> }.into_any()
            }
        })
    };
    view! {
        {move || kept.with_value(|setting| if is_known.get() { names(setting, offered, "not offered") } else { typed::line(setting) })}
        {about}
    }
    .into_any()
}
