//! The strip under the canvas while a run is looked back at: its moments to be walked through, and its steps on a line of time.

use canvas::Status;
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use protocol::{ListRuns, RunId, RunSummary, StepState};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::runs::standing;
use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::icon::{self, Icon, status_word};
use crate::model::{Bar, Past, Timeline};
use crate::store::began;
use crate::text;

/// The most that the line of time may be high, and the least and most of a lane, in pixels.
const HEIGHT: f64 = 128.0;
const LANE: (f64, f64) = (2.0, 16.0);
/// The least height of a lane that has a name beside it.
const NAMED: f64 = 11.0;
/// How far beside a bar a click may be, as a part of the line.
const REACH: f64 = 0.01;

/// The strip; nothing while no run is looked back at.
#[component]
pub(crate) fn PastStrip() -> impl IntoView {
    let store = use_store();
    let shown = Memo::new(move |_| store.of_past(|past| (past.summary.clone(), past.is_current, past.is_dry(), past.len())));
    move || {
        shown.get().map(|(summary, is_current, is_dry, moments)| {
            view! {
                <section class="past" aria-label="Run looked back at">
                    <Head summary=summary is_current=is_current is_dry=is_dry />
                    <Scrubber moments=moments />
                    <Line />
                </section>
            }
        })
    }
}

/// Which run it is, with what it can be compared, and the way back.
#[component]
fn Head(
    /// The run.
    summary: RunSummary,
    /// Whether its graph is still the same.
    is_current: bool,
    /// Whether some of its answers were made up: nothing can be made of those.
    is_dry: bool,
) -> impl IntoView {
    let store = use_store();
    let (status, word) = standing(&summary);
    let of = summary.tool.to_string();
    let when = began(&summary);
    let link = |run: RunId, text: String| {
        view! {
            <button type="button" class="plain past-parent" title="Look back at that run" on:click=move |_| store.open_past(run)>
                {text}
            </button>
        }
    };
    let parent = summary.parent.map(|(run, step)| link(run, format!("a fork of run {run} from step {}", step.0)));
    let caller = summary.caller.map(|(run, step)| link(run, format!("called by step {} of run {run}", step.0)));
    view! {
        <header class="past-head">
            <span class="badge" data-status=status_word(status)>
                {icon::of_status(status).map(|path| view! { <Icon path=path /> })}
            </span>
            <strong>{of}</strong>
            <span>{word}</span>
            <span class="muted">{when}</span>
            {parent}
            {caller}
            {(!is_current).then(|| view! { <span class="past-old" title="The graph's file says something else now; what the run ran is shown">"on the graph as it was"</span> })}
            <CompareWith run=summary.id tool=summary.tool.clone() />
            {summary.ended_us.filter(|_| !is_dry).map(|_| view! {
                <button id="past-test" type="button" title="Add this run to the tests beside its graph" on:click=move |_| store.make_test(summary.id)>"Make a test"</button>
                <button id="past-cassette" type="button" title="Save it as a cassette, which plays it again without any server" on:click=move |_| store.save_cassette(summary.id)>
                    "Save as cassette…"
                </button>
            })}
            <button type="button" class="plain past-leave" aria-label="Back to the graph" title="Back to the graph (Escape)" on:click=move |_| store.leave_past()>
                <Icon path=icon::CLOSE />
            </button>
        </header>
    }
}

/// Other runs of the tool, to be compared with this one.
#[component]
fn CompareWith(
    /// This run.
    run: RunId,
    /// The tool.
    tool: ::graph::ToolName,
) -> impl IntoView {
    let store = use_store();
    let others = LocalResource::new(move || {
        let tool = tool.clone();
        async move {
            let graph = store.shown_id();
            let all = ListRuns { graph, tool: Some(tool), states: Vec::new(), since_us: None, text: None, before: None, limit: 30 };
            // A list that cannot be had offers nothing.
            store.bridge.call(&all).await.unwrap_or_default()
        }
    });
    let options = move || {
        let others = others.get().unwrap_or_default().into_iter().filter(|other| other.id != run);
        others
            .map(|other| view! { <option value=other.id.to_string()>{format!("{} · {}", began(&other), standing(&other).1)}</option> })
            .collect_view()
    };
    let take = move |event| match event_target_value(&event).parse() {
        Ok(other) => store.compare_run(RunId(other)),
        Err(_) => store.run_comparison.set(None),
    };
    view! {
        <select class="past-compare" aria-label="Compare with another run" on:change=take>
            <option value="">"Compare with…"</option>
            {options}
        </select>
    }
}

/// Walks through the moments.
#[component]
fn Scrubber(
    /// How many there are.
    moments: usize,
) -> impl IntoView {
    let store = use_store();
    let at = Memo::new(move |_| store.of_past(Past::at).unwrap_or_default());
    let said = Memo::new(move |_| store.of_past(told).unwrap_or_default());
    let to = move |at: usize| store.seek(move |_| Some(at));
    let button = move |label: String, path: &'static str, is_idle: Signal<bool>, act: Box<dyn Fn()>| {
        view! {
            <button type="button" class="plain" aria-label=label.clone() title=label disabled=move || is_idle.get() on:click=move |_| act()>
                <Icon path=path />
            </button>
        }
    };
    let (is_first, is_last) = (Signal::derive(move || at.get() == 0), Signal::derive(move || at.get() == moments));
    let hint = |action: Action| action.title(is_mac());
    view! {
        <div class="past-scrubber">
            {button("To the beginning".to_owned(), icon::FIRST, is_first, Box::new(move || to(0)))}
            {button(hint(Action::PastBack), icon::BACK, is_first, Box::new(move || store.seek_by(-1)))}
            <input
                id="past-at"
                type="range"
                aria-label="Moment of the run"
                min="0"
                max=moments.to_string()
                prop:value=move || at.get().to_string()
                aria-valuetext=move || said.get()
                on:input=move |event| {
                    if let Ok(wanted) = event_target_value(&event).parse() {
                        to(wanted);
                    }
                }
            />
            {button(hint(Action::PastNext), icon::NEXT, is_last, Box::new(move || store.seek_by(1)))}
            {button("To the end".to_owned(), icon::LAST, is_last, Box::new(move || to(moments)))}
            <p class="past-said" role="status">{move || said.get()}</p>
        </div>
    }
}

/// What happened last at the moment that is looked at: `12 of 30 · count done in 3 ms`.
fn told(past: &Past) -> String {
    let place = format!("{} of {}", past.at(), past.len());
    let Some((step, has_ended)) = past.latest() else { return format!("{place} · before the first step") };
    let what = match step.state {
        _ if !has_ended => "begins",
        StepState::Done => "done",
        StepState::Failed => "failed",
        StepState::Cancelled => "given up",
        StepState::Evaluating | StepState::Calling | StepState::Waiting | StepState::Asking | StepState::Uncertain | StepState::Joining => {
            "goes on"
        }
    };
    let took = step.duration_us.filter(|_| has_ended).map(|us| format!(" in {}", text::duration(us))).unwrap_or_default();
    let item = step.item.map(|item| format!(" · item {}", item + 1)).unwrap_or_default();
    format!("{place} · {} {what}{took}{item}", step.node)
}

/// The steps on a line of time. A click goes to its moment, and to the node of the bar that it hits.
#[component]
fn Line() -> impl IntoView {
    let store = use_store();
    // The steps do not change while one walks through them.
    let line = Memo::new(move |_| {
        store.of_past(|past| past.summary.id);
        store.model.with_untracked(|model| model.past.as_ref().map(Past::timeline)).unwrap_or_default()
    });
    let now = move || store.of_past(|past| line.with(|line| line.place_of(past.time_us()))).unwrap_or_default();
    let height = move || line.with(lane_height);
    let go = move |event: PointerEvent| {
        let Some(target) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let frame = target.get_bounding_client_rect();
        let place = (f64::from(event.client_x()) - frame.left()) / frame.width();
        let lane = ((f64::from(event.client_y()) - frame.top()) / height()) as usize;
        let hit = line.with_untracked(|line| line.bar_at(place, lane, REACH).map(|bar| bar.step));
        let step =
            hit.and_then(|hit| store.model.with_untracked(|model| model.past.as_ref()?.step(hit).map(|step| (step.id, step.node.clone()))));
        match step {
            Some((id, node)) => {
                store.seek(move |past| past.after(id));
                store.stage.select(&node);
                store.picked.set(Some(id));
            }
            None => store.seek(|past| Some(line.with_untracked(|line| past.at_place(line, place)))),
        }
    };
    let paths = move || {
        line.with(|line| {
            [Status::Done, Status::Failed, Status::Skipped, Status::Running].map(|status| {
                let bars = line.bars.iter().filter(|bar| of(bar) == status);
                let drawn: String = bars.map(|bar| rectangle(bar, lane_height(line))).collect();
                view! { <path class="past-bars" data-status=status_word(status) d=drawn /> }
            })
        })
    };
    let cuts = move || {
        line.with(|line| line.cuts.clone())
            .into_iter()
            .map(|cut| view! { <line class="past-cut" x1=cut * 1000.0 x2=cut * 1000.0 y1="0" y2=HEIGHT /> })
            .collect_view()
    };
    let names = move || {
        line.with(|line| {
            let lane = lane_height(line);
            let named = line.nodes.iter().filter(|_| lane >= NAMED).cloned();
            let name = |(node, _, own): (::graph::NodeId, usize, usize)| {
                let (title, height) = (node.to_string(), format!("height: {}px", own as f64 * lane));
                view! { <li style=height title=title>{node.to_string()}</li> }
            };
            let names = named.map(name).collect_view();
            (!line.nodes.is_empty() && lane >= NAMED).then(|| view! { <ul class="past-names" aria-hidden="true">{names}</ul> })
        })
    };
    let whole = move || line.with(|line| lane_height(line) * line.lanes.max(1) as f64);
    view! {
        <div class="past-time">
            {names}
            <svg
                class="past-line"
                viewBox=move || format!("0 0 1000 {}", whole())
                style:height=move || format!("{}px", whole())
                preserveAspectRatio="none"
                role="img"
                aria-label="Steps on a line of time"
                on:pointerdown=go
            >
                {paths}
                {cuts}
                <line class="past-now" x1=move || now() * 1000.0 x2=move || now() * 1000.0 y1="0" y2=HEIGHT />
            </svg>
        </div>
    }
}

fn lane_height(line: &Timeline) -> f64 {
    (HEIGHT / line.lanes.max(1) as f64).clamp(LANE.0, LANE.1)
}

fn of(bar: &Bar) -> Status {
    match bar.state {
        StepState::Done => Status::Done,
        StepState::Failed => Status::Failed,
        StepState::Cancelled => Status::Skipped,
        StepState::Evaluating | StepState::Calling | StepState::Waiting | StepState::Asking | StepState::Uncertain | StepState::Joining => {
            Status::Running
        }
    }
}

/// A bar in the units of the line; one that took no time is seen all the same.
fn rectangle(bar: &Bar, lane: f64) -> String {
    let (x, y) = (bar.from * 1000.0, bar.lane as f64 * lane);
    let (width, height) = (((bar.to - bar.from) * 1000.0).max(1.5), (lane * 0.75).max(1.0));
    format!("M{x:.2} {y:.1}h{width:.2}v{height:.1}h-{width:.2}z")
}
