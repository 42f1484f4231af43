//! The palette: what can be added, searched where it was asked for, or dragged from the panel on the left.

use canvas::Pixel;
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::adding::Choice;
use crate::app::{focus, use_store};
use crate::icon;
use crate::model::Offer;
use crate::panel::Prose;
use crate::picker::{Look, Offered, OfferedLine, Picker};
use crate::search::{self, Fit};

/// The id of the field that is searched in.
const FIELD: &str = "add-field";

/// How many things are shown of what was found.
const MOST: usize = 60;

fn offered((choice, fit): (Choice, Fit)) -> Offered {
    let look = if choice == Choice::Note { Look::Icon(icon::NOTE) } else { Look::Kind(choice.kind()) };
    let (end, key) = (choice.origin().map(str::to_owned), choice.key());
    Offered { key, look, title: choice.title(), met: fit.met, about: choice.summary(), end }
}

/// What can be added, and what of it a query finds.
fn found(query: RwSignal<String>) -> (Memo<Vec<Choice>>, Memo<Vec<Offered>>) {
    let store = use_store();
    let choices = Memo::new(move |_| store.choices());
    let found = Memo::new(move |_| {
        let ranked = search::rank(&query.get(), choices.get(), Choice::texts);
        ranked.into_iter().take(MOST).map(offered).collect()
    });
    (choices, found)
}

fn by_key(choices: Memo<Vec<Choice>>, key: &str) -> Option<Choice> {
    choices.with_untracked(|choices| choices.iter().find(|choice| choice.key() == key).cloned())
}

/// The palette over the canvas, where something is asked to be added.
#[component]
pub(crate) fn QuickAdd() -> impl IntoView {
    let store = use_store();
    move || {
        store.adding.get().map(|adding| {
            let style = adding.at.map_or_else(
                || "left: calc(50% - 180px); top: 12vh".to_owned(),
                |at| {
                    format!(
                        "left: clamp(12px, {}px, calc(100% - 372px)); top: clamp(12px, {}px, calc(100% - 432px))",
                        at.pixel.x, at.pixel.y
                    )
                },
            );
            let query = RwSignal::new(String::new());
            let (choices, found) = found(query);
            store.ask_all_tools();
            request_animation_frame(|| focus(FIELD));
            let leave = move || {
                store.adding.set(None);
                focus("canvas");
            };
            let shown = StoredValue::new(adding.clone());
            let pick = Callback::new(move |key: String| {
                if let Some(choice) = by_key(choices, &key) {
                    store.add(&choice, &shown.get_value());
                }
            });
            let follows = adding.after.map(|outlet| format!("after {}", outlet.node));
            view! {
                <div class="veil" on:pointerdown=move |_| leave()></div>
                <section class="quick-add" role="dialog" aria-label="Add a node" style=style>
                    <Picker
                        id=FIELD
                        label="What comes next?"
                        query=query
                        offered=found
                        on_pick=pick
                        on_leave=Callback::new(move |()| leave())
                    >
                        <Starting />
                    </Picker>
                    {follows.map(|text| view! { <p class="quick-foot muted">{text}</p> })}
                </section>
            }
        })
    }
}

/// What is still to come, since servers start only when they are asked; and why some do not.
#[component]
fn Starting() -> impl IntoView {
    let store = use_store();
    let states = Memo::new(move |_| {
        store.model.with(|model| {
            let of_graph = model.offers.iter().filter(|((graph, _), _)| Some(*graph) == model.shown);
            let told = of_graph.filter_map(|((_, server), offer)| match offer {
                Offer::Asked => Some((server.clone(), None)),
                Offer::Failed(failed) => Some((server.clone(), Some(failed.message.clone()))),
                Offer::Tools(_) => None,
            });
            told.collect::<Vec<_>>()
        })
    });
    let one = move |(server, failed): (graph::ServerName, Option<String>)| {
        match failed {
        None => view! { <p class="server-line muted" role="status"><span class="spinner" aria-hidden="true"></span>{format!("{server} is starting…")}</p> }.into_any(),
        Some(message) => {
            let again = server.clone();
            view! {
                <div class="server-line">
                    <span class="fault"><Prose text=format!("`{server}`: {message}") /></span>
                    <button type="button" class="link" on:click=move |_| store.ask_tools_again(&again)>"Try again"</button>
                </div>
            }
            .into_any()
        }
    }
    };
    view! { <div class="server-lines">{move || states.get().into_iter().map(one).collect_view()}</div> }
}

/// The palette as the panel on the left: what it holds can be dragged to the canvas, or added with a click.
#[component]
pub(crate) fn AddPanel() -> impl IntoView {
    let store = use_store();
    store.ask_all_tools();
    let query = RwSignal::new(String::new());
    let (choices, found) = found(query);
    let dragged = RwSignal::new(None::<(Choice, i32, i32, bool)>);
    let down = move |event: &PointerEvent, key: &str| {
        let element = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if let (Some(element), Some(choice), 0) = (element, by_key(choices, key), event.button()) {
            // A pointer that is gone again cannot be held.
            element.set_pointer_capture(event.pointer_id()).unwrap_or_default();
            dragged.set(Some((choice, event.client_x(), event.client_y(), false)));
        }
    };
    let moved = move |event: PointerEvent| {
        dragged.update(|dragged| {
            if let Some((_, x, y, is_far)) = dragged {
                let (dx, dy) = (event.client_x() - *x, event.client_y() - *y);
                if *is_far || dx.abs() + dy.abs() > 6 {
                    (*x, *y, *is_far) = (event.client_x(), event.client_y(), true);
                }
            }
        });
    };
    let up = move |event: PointerEvent| {
        if let Some((choice, _, _, true)) = dragged.try_update(Option::take).flatten()
            && let Some(pixel) = on_canvas(event.client_x(), event.client_y())
        {
            store.add_at(&choice, pixel);
        }
    };
    let line = move |thing: Offered| {
        let (held, key, shown_key) = (thing.key.clone(), thing.key.clone(), thing.key.clone());
        let add = move |_| {
            if let Some(choice) = by_key(choices, &key) {
                let after =
                    store.stage.current.get_untracked().and_then(|(_, id)| {
                        store.model.with_untracked(|model| crate::adding::free_outlet(model.tool()?.node(id.as_str())?))
                    });
                store.add(&choice, &crate::adding::Adding { at: None, after });
            }
        };
        view! {
            <li>
                <button
                    type="button"
                    class="add-line"
                    data-key=shown_key
                    on:pointerdown=move |event| down(&event, &held)
                    on:pointermove=moved
                    on:pointerup=up
                    on:pointercancel=move |_| dragged.set(None)
                    on:click=move |event| {
                        // The end of a drag is no click on what was dragged.
                        if event.detail() == 0 || is_over_list(event.client_x()) {
                            add(());
                        }
                    }
                >
                    <OfferedLine thing=thing />
                </button>
            </li>
        }
    };
    view! {
        <div class="side-body">
            <div class="side-search">
                <input type="text" aria-label="Search" placeholder="Search kinds and tools" autocomplete="off" spellcheck="false" bind:value=query />
            </div>
            <ul class="add-list">{move || found.get().into_iter().map(line).collect_view()}</ul>
            <Starting />
            <p class="side-foot muted">"Drag one to the canvas, or click to add it after the selected node."</p>
            {move || {
                let (choice, x, y, _) = dragged.get().filter(|(_, _, _, is_far)| *is_far)?;
                let style = format!("left: {}px; top: {}px", x + 8, y + 8);
                Some(view! { <div class="ghost" style=style aria-hidden="true"><OfferedLine thing=offered((choice, Fit { score: 0, met: Vec::new() })) /></div> })
            }}
        </div>
    }
}

/// The place in the canvas's area of a place in the window; none outside it.
fn on_canvas(x: i32, y: i32) -> Option<Pixel> {
    let over = document().element_from_point(x as f32, y as f32)?;
    let area = document().get_element_by_id("canvas").filter(|area| area.contains(Some(&over)))?;
    let corner = area.get_bounding_client_rect();
    Some(Pixel { x: (f64::from(x) - corner.left()) as f32, y: (f64::from(y) - corner.top()) as f32 })
}

fn is_over_list(x: i32) -> bool {
    let list = document().query_selector(".add-list").ok().flatten();
    list.is_some_and(|list| f64::from(x) <= list.get_bounding_client_rect().right())
}
