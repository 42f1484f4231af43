//! Where runs of the graph are held: each breakpoint with its condition, and from which time on it holds.

use ::graph::NodeId;
use leptos::prelude::*;
use protocol::GraphView;
use protocol::debug::{Breakpoint, Place};

use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::icon::{self, Icon};
use crate::store::Store;

/// The list, and whether runs are held where a step is about to fail.
#[component]
pub(super) fn Breakpoints() -> impl IntoView {
    let store = use_store();
    let stops = Memo::new(move |_| store.model.with(|model| model.stops().cloned()).unwrap_or_default());
    let ids = move || stops.with(|stops| stops.breakpoints.iter().map(|stop| stop.id).collect::<Vec<_>>());
    let has_none = move || stops.with(|stops| stops.breakpoints.is_empty());
    let key = Action::Breakpoint.shortcut().map(|shortcut| shortcut.label(is_mac())).unwrap_or_default();
    view! {
        <section class="debug-part" aria-label="Breakpoints">
            <h3 class="small-head">"Breakpoints"</h3>
            <label class="check">
                <input
                    id="break-on-error"
                    type="checkbox"
                    prop:checked=move || stops.with(|stops| stops.on_error)
                    on:change=move |event| store.change_stops(|stops| stops.on_error = event_target_checked(&event))
                />
                <span>"Hold where a step is about to fail"</span>
            </label>
            <ol class="breakpoints">
                <For each=ids key=|id| *id let:id>
                    <One id=id />
                </For>
            </ol>
            <Show when=has_none>
                <p class="muted">"Select a node or an edge and press " <kbd>{key.clone()}</kbd> " to hold runs there."</p>
            </Show>
        </section>
    }
}

#[component]
fn One(
    /// Its number.
    id: u32,
) -> impl IntoView {
    let store = use_store();
    let stop = Memo::new(move |_| {
        store.model.with(|model| model.stops().and_then(|stops| stops.breakpoints.iter().find(|stop| stop.id == id).cloned()))
    });
    let read = move |read: fn(&Breakpoint) -> String| Memo::new(move |_| stop.with(|stop| stop.as_ref().map(read).unwrap_or_default()));
    let name = Memo::new(move |_| {
        let stop = stop.get()?;
        let to = store.graph.with(|view| {
            let node = view.as_ref()?.0.graph.tool(stop.tool.as_str())?.node(stop.place.node().as_str())?;
            node.edges().into_iter().find(|edge| Some(edge.port) == stop.place.port()).map(|edge| edge.to)
        });
        Some(format!("{} · {}", stop.tool, place(&stop.place, to.as_ref())))
    });
    let name = move || name.get().unwrap_or_default();
    let condition = read(|stop| stop.condition.clone().unwrap_or_default());
    let count = read(|stop| stop.count.to_string());
    let is_enabled = move || stop.with(|stop| stop.as_ref().is_some_and(|stop| stop.is_enabled));
    let is_gone = move || stop.with(|stop| stop.as_ref().is_some_and(|stop| is_gone(store, stop)));
    let change = move |change: Box<dyn FnOnce(&mut Breakpoint)>| {
        store.change_stops(|stops| {
            if let Some(stop) = stops.breakpoints.iter_mut().find(|stop| stop.id == id) {
                change(stop);
            }
        });
    };
    let go = move |_| {
        if let Some(stop) = stop.get_untracked() {
            store.go_to_node(&stop.tool, stop.place.node());
        }
    };
    let set_condition = move |event: web_sys::Event| {
        let typed = event_target_value(&event).trim().to_owned();
        change(Box::new(move |stop| stop.condition = Some(typed).filter(|typed| !typed.is_empty())));
    };
    let set_count = move |event: web_sys::Event| {
        let count = event_target_value(&event).parse().unwrap_or(1).max(1);
        change(Box::new(move |stop| stop.count = count));
    };
    view! {
        <li class="breakpoint">
            <input
                type="checkbox"
                aria-label=move || format!("Breakpoint {id}: {}", name())
                prop:checked=is_enabled
                on:change=move |event| {
                    let is_on = event_target_checked(&event);
                    change(Box::new(move |stop| stop.is_enabled = is_on));
                }
            />
            <button type="button" class="plain breakpoint-name" class:gone=is_gone title="Show it on the canvas" on:click=go>
                {move || format!("{id}. {}", name())}
                {move || is_gone().then_some(" (no such node)")}
            </button>
            <button
                type="button"
                class="plain"
                aria-label=format!("Remove breakpoint {id}")
                title="Remove it"
                on:click=move |_| store.change_stops(|stops| stops.breakpoints.retain(|stop| stop.id != id))
            >
                <Icon path=icon::CLOSE />
            </button>
            <label class="breakpoint-if">
                <span>"if"</span>
                <input
                    type="text"
                    class="mono"
                    aria-label=format!("Condition of breakpoint {id}, JSONata")
                    placeholder="always"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || condition.get()
                    on:change=set_condition
                />
            </label>
            <label class="breakpoint-from" title="From which time on that it is reached, in each run">
                <span>"from time"</span>
                <input type="number" min="1" prop:value=move || count.get() on:change=set_count />
            </label>
        </li>
    }
}

/// A place in a few words: `count`, or `choose → big`; for an edge that leads nowhere any more, by what it is.
fn place(place: &Place, to: Option<&NodeId>) -> String {
    match (place, to) {
        (Place::Node { node }, _) => node.to_string(),
        (Place::Edge { node, .. }, Some(to)) => format!("{node} → {to}"),
        (Place::Edge { node, port }, None) => format!("{node} → {}", draw::port_word(*port)),
    }
}

fn is_gone(store: Store, stop: &Breakpoint) -> bool {
    let is_there = |view: &GraphView| view.graph.tool(stop.tool.as_str()).and_then(|tool| tool.node(stop.place.node().as_str())).is_some();
    store.graph.with(|view| view.as_ref().is_some_and(|view| !is_there(&view.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::graph::Port;

    #[test]
    fn a_place_is_told_in_a_few_words() {
        let (node, edge) = (Place::Node { node: "count".into() }, Place::Edge { node: "choose".into(), port: Port::OnError });
        let (there, gone) = (place(&edge, Some(&"big".into())), place(&edge, None));
        assert_eq!((place(&node, None).as_str(), there.as_str(), gone.as_str()), ("count", "choose → big", "choose → on error"));
    }
}
