//! The canvas on the page: the layers' elements, and what is done to them handed on as inputs.

mod arrange;
mod input;
mod legend;
mod map;
mod places;
mod written;

use canvas::{EdgeStyle, Event, Handle, Held, Input};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::ResizeObserver;

use crate::action::Action;
use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::live::LiveLayer;
use crate::mirror::{self, Mirror};
use crate::stage::{Grip, Stage};
use arrange::ArrangeBar;
pub(crate) use legend::name as fate_name;
use legend::{BoardStrip, Legend, WalkedLegend};
use map::MapView;
use places::PlacesMenu;
use written::WrittenItem;

/// The canvas with its controls.
#[component]
pub(crate) fn CanvasView() -> impl IntoView {
    let store = use_store();
    let stage = store.stage;
    let (base, overlay, live) = (NodeRef::<html::Canvas>::new(), NodeRef::<html::Canvas>::new(), NodeRef::<html::Div>::new());
    let area = NodeRef::<html::Div>::new();
    let failed = RwSignal::new(false);
    Effect::new(move |_| {
        let elements = (area.get(), base.get(), overlay.get(), live.get());
        if let (Some(area), Some(base), Some(overlay), Some(live)) = elements {
            failed.set(!stage.attach(base, overlay, live.into()));
            follow_size(stage, area.into());
            follow_style(stage);
        }
    });
    let grip = move || match stage.grip.get() {
        Grip::Free => "free",
        Grip::Ready => "ready",
        Grip::Held => "held",
        Grip::OnNode => "on-node",
        Grip::OnPort => "on-port",
        Grip::OnHandle(Handle { x: 0, .. }) => "ns",
        Grip::OnHandle(Handle { y: 0, .. }) => "ew",
        Grip::OnHandle(Handle { x, y }) if x == y => "nwse",
        Grip::OnHandle(_) => "nesw",
    };
    view! {
        <div class="canvas">
            <div
                id="canvas"
                class="canvas-area"
                role="application"
                aria-label="Graph"
                aria-describedby="canvas-help"
                aria-activedescendant=move || stage.current.get().map(|(number, _)| mirror::element_id(number))
                tabindex="0"
                data-grip=grip
                node_ref=area
                on:pointerdown=move |event| input::down(stage, &event)
                on:pointermove=move |event| input::moved(stage, &event)
                on:pointerup=move |event| input::up(stage, &event)
                on:pointercancel=move |event| input::lost(stage, &event)
                on:pointerleave=move |event| input::leave(stage, &event)
                on:wheel=move |event| input::wheel(stage, &event)
                on:keydown=move |event| input::press(stage, &event)
                on:keyup=move |event| input::release(stage, &event)
                on:blur=move |event| input::blur(stage, &event)
                on:dragover=move |event: ev::DragEvent| event.prevent_default()
                on:drop=move |event: ev::DragEvent| input::dropped(store, &event)
                on:contextmenu=move |event: ev::MouseEvent| event.prevent_default()
            >
                <canvas class="layer" aria-hidden="true" node_ref=base></canvas>
                <canvas class="layer" aria-hidden="true" node_ref=overlay></canvas>
                <div class="layer live-layer">
                    <div class="live-world" node_ref=live>
                        <LiveLayer />
                        <Mirror />
                        <WrittenItem />
                    </div>
                </div>
            </div>
            <p id="canvas-help" class="unseen">
                "Arrows go from node to node, Alt with an arrow along an edge, Home and End to the first and last node, Enter to the inspector. Tab adds a node after the current one, C and arrows connect it, E selects its edges, M and arrows move it, Delete removes what is selected, Enter on a note or a frame writes in it, B goes to the next kept place. Escape leaves whatever is going on, Shift with Tab leaves the canvas."
            </p>
            <p class="unseen" role="status">{move || stage.told.get()}</p>
            <Legend />
            <WalkedLegend />
            <BoardStrip />
            <MapView />
            <Show when=move || failed.get()>
                <p class="notice" role="alert">"This browser cannot draw on a canvas. Use a current one."</p>
            </Show>
            <ArrangeBar />
            <ZoomControls />
        </div>
    }
}

/// Zoom buttons with the present zoom between them.
#[component]
fn ZoomControls() -> impl IntoView {
    let store = use_store();
    let button = move |action: Action, path| {
        view! {
            <button type="button" class="plain" aria-label=action.label() title=title(action) on:click=move |_| action.perform(store)>
                <Icon path=path />
            </button>
        }
    };
    view! {
        <div class="zoom" role="toolbar" aria-label="Zoom">
            {button(Action::ZoomOut, icon::MINUS)}
            <button
                type="button"
                class="plain percent"
                title=title(Action::ZoomReset)
                on:click=move |_| Action::ZoomReset.perform(store)
            >
                {move || format!("{}%", store.stage.zoom.get())}
            </button>
            {button(Action::ZoomIn, icon::PLUS)}
            {button(Action::Fit, icon::FIT)}
            <PlacesMenu />
            <StageToggles />
        </div>
    }
}

/// How edges are drawn, and whether the small picture of the whole is there.
#[component]
fn StageToggles() -> impl IntoView {
    let stage = use_store().stage;
    let is_upright = move || stage.edge_style.get() == EdgeStyle::Orthogonal;
    view! {
        <button
            type="button"
            class="plain"
            aria-label="Upright edges"
            title="Upright edges"
            aria-pressed=move || is_upright().to_string()
            on:click=move |_| stage.toggle_edge_style()
        >
            {move || view! { <Icon path=if is_upright() { icon::STRAIGHT } else { icon::CURVED } /> }}
        </button>
        <button
            type="button"
            class="plain"
            aria-label="Overview"
            title="Overview (O)"
            aria-pressed=move || stage.overview.get().to_string()
            on:click=move |_| stage.overview.update(|shown| *shown = !*shown)
        >
            <Icon path=icon::OVERVIEW />
        </button>
    }
}

/// An action's label with its shortcut.
fn title(action: Action) -> String {
    action.title(crate::app::is_mac())
}

/// Tells the stage each size of the area, the first included.
fn follow_size(stage: Stage, area: web_sys::Element) {
    let watched = area.clone();
    let on_resize = Closure::<dyn Fn()>::new(move || {
        let (width, height) = (watched.client_width() as f32, watched.client_height() as f32);
        stage.input(Input { time: 0.0, held: Held::default(), event: Event::Resize(width, height) });
    });
    // Observed for as long as the page lives, as the area is.
    match ResizeObserver::new(on_resize.into_js_value().unchecked_ref()) {
        Ok(observer) => observer.observe(&area),
        Err(error) => leptos::logging::error!("the canvas cannot follow the window's size: {error:?}"),
    }
}

/// Has the stage read colours and fonts anew when they change: dark or light, and once the fonts are there.
fn follow_style(stage: Stage) {
    let Some(window) = web_sys::window() else { return };
    if let Ok(Some(dark)) = window.match_media("(prefers-color-scheme: dark)") {
        let on_change = Closure::<dyn Fn()>::new(move || stage.restyle());
        dark.set_onchange(Some(on_change.into_js_value().unchecked_ref()));
        // The list of listeners goes when the last handle to it goes: this one stays.
        std::mem::forget(dark);
    }
    let fonts = document().fonts();
    for font in ["600 13px Inter", "500 11px Inter", "400 11px 'JetBrains Mono'"] {
        let loaded = fonts.load(font);
        leptos::task::spawn_local(async move {
            // A font that cannot be loaded is replaced by the next of the style sheet's list.
            wasm_bindgen_futures::JsFuture::from(loaded).await.map(|_| stage.restyle()).unwrap_or_default();
        });
    }
}
