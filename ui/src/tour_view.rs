//! The first tour on the page: a card beside the very control that the step is about, which takes nothing away from the person
//! and can be left at any time.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use protocol::{Outcome, Tour};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::action::Action;
use crate::app::{focus, is_mac, use_store};
use crate::icon::{self, Icon};
use crate::model::RunState;
use crate::panel::Prose;
use crate::store::Store;
use crate::tour::{self, Area, Facts, Step};

/// How long nothing is typed until what was typed is taken for all.
const PAUSE: Duration = Duration::from_millis(900);

/// What a step says.
struct Words {
    title: &'static str,
    /// What is to be done, and why.
    text: String,
    /// What is typed, where something is.
    example: Option<&'static str>,
}

/// The tour, while a person is on it and its graph is shown.
#[component]
pub(crate) fn TourView() -> impl IntoView {
    let store = use_store();
    let is_there = Memo::new(move |_| store.is_on_tour());
    move || is_there.get().then(|| view! { <Card /> })
}

/// The step that the person has come to; none where all are done. Follows the graph, the run and what is selected.
fn follow_step(store: Store) -> Memo<Option<Step>> {
    let is_typing = follow_typing(store);
    let step = Memo::new(move |_| {
        let tour = store.finding.tour.get()?;
        let facts = Facts { is_typing: is_typing.get(), ..facts(store, &tour) };
        store.model.with(|model| {
            let graph = model.graph().filter(|graph| graph.path == tour.path)?;
            // Its tool may have got another name.
            let tool = graph.graph.tool(tour.tool.as_str()).or_else(|| graph.graph.tools.first())?;
            tour::step(tool, facts)
        })
    });
    let remember = move |change: fn(&mut Tour)| {
        store.finding.tour.update(|tour| tour.iter_mut().for_each(change));
    };
    Effect::new(move |_| {
        // What was looked at stays looked at.
        if step.get() == Some(Step::Look) && store.stage.current.with(|current| current.is_some()) {
            remember(|tour| tour.has_looked = true);
        }
    });
    let has_run = Memo::new(move |_| store.of_run(has_ended_well));
    Effect::new(move |_| match has_run.get() {
        Some(true) => remember(|tour| tour.has_run = true),
        Some(false) => remember(|tour| tour.has_run = false),
        // The last run may have been before this page was loaded.
        None => {}
    });
    step
}

/// Whether the expression has changed just now: half of it may well be an expression too, and the card would leave before the other
/// half is there.
fn follow_typing(store: Store) -> RwSignal<bool> {
    let written = Memo::new(move |_| store.of_tool(|_, tool| tour::added(tool).and_then(tour::expression).map(str::to_owned)).flatten());
    let is_typing = RwSignal::new(false);
    Effect::new(move |before: Option<Option<String>>| {
        let now = written.get();
        // A node that has just come was not written.
        if before.flatten().is_some_and(|before| Some(before) != now) {
            is_typing.set(true);
            let waited_for = now.clone();
            let settle = move || {
                if written.try_get_untracked() == Some(waited_for) {
                    is_typing.try_set(false);
                }
            };
            set_timeout(settle, PAUSE);
        }
        now
    });
    is_typing
}

fn facts(store: Store, tour: &Tour) -> Facts {
    let node = store.of_tool(|_, tool| tour::added(tool).map(|node| node.id.clone())).flatten();
    let is_faulty = store.graph.with(|graph| {
        let problems =
            graph.as_ref().filter(|graph| graph.0.path == tour.path).map(|graph| graph.0.problems.as_slice()).unwrap_or_default();
        problems.iter().any(|reported| reported.problem.is_error() && reported.problem.node == node)
    });
    let has_run = store.of_run(has_ended_well).unwrap_or(tour.has_run);
    Facts { is_faulty, has_run, has_looked: tour.has_looked, ..Facts::default() }
}

fn has_ended_well(run: &RunState) -> bool {
    matches!(run.outcome, Some(Outcome::Done { .. }))
}

fn words(store: Store, step: Option<Step>) -> Words {
    let words = |title, text: String, example| Words { title, text, example };
    let Some(step) = step else {
        let path = store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.path.clone())).unwrap_or_default();
        let text = format!(
            "You have made a graph that runs. It is the file `{path}`, yours to keep: any MCP client can call it as a tool, and `patchbay run` runs it in a terminal."
        );
        return words("That is all there is to it", text, None);
    };
    match step {
        Step::Add => words(
            "Add a node",
            "A run goes from the entry to the exit. Select the entry, press Tab, type `transform` and press Enter. With the mouse: double-click beside it.".to_owned(),
            None,
        ),
        Step::Connect => {
            let missing = store.of_tool(|_, tool| tour::missing(tool, &tour::added(tool)?.id)).flatten();
            let (from, to) = missing.map_or_else(Default::default, |(from, to)| (from.to_string(), to.to_string()));
            let text = format!(
                "An edge says where a run goes on. Drag from the port of `{from}` to `{to}`. By keyboard: select `{from}`, press C, go to `{to}` with the arrows, press Enter."
            );
            words("Connect it", text, None)
        }
        Step::Fill => words(
            "Say what it gives",
            "Select the new node. Its settings are in the inspector: write this as its expression. `entry.name` is what the tool was called with.".to_owned(),
            Some("\"Hello, \" & entry.name"),
        ),
        Step::Run => {
            let keys = Action::Run.shortcut().map(|shortcut| shortcut.label(is_mac())).unwrap_or_default();
            let text = format!(
                "Select nothing: Escape on the canvas, or the cross over the settings. The inspector then shows the tool with a form for what it takes. Type a name and press Run ({keys})."
            );
            words("Run it", text, None)
        }
        Step::Look => words(
            "Look at the result",
            "The result stands under the form. Every node keeps what it did: select one on the canvas, and the inspector shows what it read and what it gave.".to_owned(),
            None,
        ),
    }
}

/// What a step points at: a control of the page, or a node on the canvas.
fn target(store: Store, step: Option<Step>) -> Option<Area> {
    let first = |css: &str| document().query_selector(css).ok().flatten().map(|element| area(&element)).filter(|area| area.w > 0.0);
    if store.adding.with_untracked(Option::is_some) {
        return first(".quick-add");
    }
    let node = |id: &graph::NodeId| {
        let canvas = area(&document().get_element_by_id("canvas")?);
        let (x, y, w, h) = store.stage.on_page(id)?;
        let shown = Area { x: canvas.x + x, y: canvas.y + y, w, h };
        let is_seen = shown.x + w > canvas.x && shown.y + h > canvas.y && shown.x < canvas.x + canvas.w && shown.y < canvas.y + canvas.h;
        is_seen.then_some(shown)
    };
    let added = store.model.with_untracked(|model| Some(tour::added(model.tool()?)?.id.clone()));
    let is_current = added.is_some() && store.stage.current.with_untracked(|current| current.as_ref().map(|(_, id)| id) == added.as_ref());
    match step? {
        Step::Add => node(&"entry".into()),
        Step::Connect => {
            let missing = store.model.with_untracked(|model| {
                let tool = model.tool()?;
                tour::missing(tool, &tour::added(tool)?.id)
            });
            node(&missing?.0)
        }
        Step::Fill if is_current => {
            first(".inspector [data-setting='expr'], .inspector [id^='set-node-transform']").or_else(|| first(".inspector"))
        }
        Step::Fill => node(&added?),
        Step::Run => first(".inspector .run-form").or_else(|| first(".inspector [aria-label='Back to the tool']")),
        Step::Look => node(&added?),
    }
}

fn area(element: &Element) -> Area {
    let rect = element.get_bounding_client_rect();
    Area { x: rect.x(), y: rect.y(), w: rect.width(), h: rect.height() }
}

/// Gives the keyboard to what the step is about.
fn go(store: Store, step: Step) {
    let added = store.model.with_untracked(|model| Some(tour::added(model.tool()?)?.id.clone()));
    match (step, added) {
        (Step::Add, _) => {
            store.stage.select(&"entry".into());
            focus("canvas");
        }
        (Step::Connect, _) => {
            let from = store.model.with_untracked(|model| {
                let tool = model.tool()?;
                Some(tour::missing(tool, &tour::added(tool)?.id)?.0)
            });
            if let Some(from) = from {
                store.stage.select(&from);
            }
            focus("canvas");
        }
        (Step::Fill, Some(node)) => {
            store.inspector_shown.set(true);
            store.stage.select(&node);
            store.sought.set(Some(graph::Path::root().key("transform").key("expr")));
        }
        (Step::Run, _) => {
            store.inspector_shown.set(true);
            store.stage.clear_selection();
            request_animation_frame(|| {
                request_animation_frame(|| {
                    let field = document().query_selector(".run-form input, .run-form textarea").ok().flatten();
                    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
                        // Focus is refused by nothing that is on the page.
                        field.focus().unwrap_or_default();
                    }
                });
            });
        }
        (Step::Fill | Step::Look, _) => focus("canvas"),
    }
}

/// The card and the ring around what it points at.
#[component]
fn Card() -> impl IntoView {
    let store = use_store();
    let step = follow_step(store);
    let (card, ring) = (NodeRef::<html::Section>::new(), NodeRef::<html::Div>::new());
    let is_on = StoredValue::new(true);
    on_cleanup(move || is_on.set_value(false));
    Effect::new(move |_| {
        if let (Some(card), Some(ring)) = (card.get(), ring.get()) {
            stand(store, step, card, ring.into(), is_on);
        }
    });
    Effect::new(move |_| {
        if step.get().is_none() {
            store.finding.is_toured.set(true);
        }
    });
    let count = move || step.get().map_or_else(|| "Done".to_owned(), |step| format!("Step {} of {}", step.number(), Step::ALL.len()));
    let dots = move || {
        let at = step.get().map_or(Step::ALL.len() + 1, Step::number);
        Step::ALL.map(|step| view! { <span class:done=step.number() < at class:now=step.number() == at></span> }).collect_view()
    };
    let told = move || {
        let words = words(store, step.get());
        let hint = if step.get().is_some() { " F6 leads to this card." } else { "" };
        format!("{}: {}. {} {}{hint}", count(), words.title, words.text.replace('`', ""), words.example.unwrap_or_default())
    };
    let end = move || match step.get() {
        Some(at) => view! { <button type="button" class="small" on:click=move |_| go(store, at)>"Take me there"</button> }.into_any(),
        None => view! { <button type="button" class="small primary" on:click=move |_| store.leave_tour(true)>"Finish"</button> }.into_any(),
    };
    view! {
        <div class="tour-ring" aria-hidden="true" node_ref=ring></div>
        <section class="tour" aria-label="First tour" data-step=move || step.get().map_or(0, Step::number).to_string() node_ref=card>
            <p class="unseen" role="status">{told}</p>
            <header class="tour-head">
                <span class="tour-count">{count}</span>
                <span class="tour-dots" aria-hidden="true">{dots}</span>
                <button type="button" class="plain" aria-label="Leave the tour" title="Leave the tour" on:click=move |_| store.leave_tour(step.get_untracked().is_none())>
                    <Icon path=icon::CLOSE />
                </button>
            </header>
            {move || {
                let words = words(store, step.get());
                view! {
                    <h2>{words.title}</h2>
                    <p class="tour-text"><Prose text=words.text.clone() /></p>
                    {words.example.map(|example| view! { <pre class="tour-example">{example}</pre> })}
                }
            }}
            <footer class="tour-foot">{end}</footer>
        </section>
    }
}

/// Keeps card and ring beside what the step is about, frame by frame, as long as they are there.
fn stand(store: Store, step: Memo<Option<Step>>, card: HtmlElement, ring: HtmlElement, is_on: StoredValue<bool>) {
    if is_on.try_get_value() != Some(true) {
        return;
    }
    let found = target(store, step.get_untracked());
    let size = (f64::from(card.offset_width()), f64::from(card.offset_height()));
    let page = document().document_element().map_or((0.0, 0.0), |root| (f64::from(root.client_width()), f64::from(root.client_height())));
    let (x, y) = tour::place(found, size, page);
    set(&card, "transform", &format!("translate({:.0}px, {:.0}px)", x, y));
    match found {
        Some(Area { x, y, w, h }) => {
            let (x, y, w, h) = (x - 6.0, y - 6.0, w + 12.0, h + 12.0);
            set(&ring, "transform", &format!("translate({x:.0}px, {y:.0}px)"));
            set(&ring, "width", &format!("{w:.0}px"));
            set(&ring, "height", &format!("{h:.0}px"));
            set(&ring, "display", "block");
        }
        None => set(&ring, "display", "none"),
    }
    request_animation_frame(move || stand(store, step, card, ring, is_on));
}

/// Sets a property where it is another: the same again would cost a layout.
fn set(element: &HtmlElement, name: &str, value: &str) {
    let style = element.style();
    if style.get_property_value(name).ok().as_deref() != Some(value) {
        // A value that is well formed is never refused.
        style.set_property(name, value).unwrap_or_default();
    }
}
