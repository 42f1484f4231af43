//! Runs that have been: searched by graph, state, time and the words in their data, each to be looked back at.

use ::graph::ToolName;
use canvas::Status;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Failed, GraphId, ListRuns, RunId, RunSummary, State};

use super::trouble::Trouble;
use crate::app::use_store;
use crate::icon::{self, Icon, status_word};
use crate::store::{Store, began};
use crate::text;

/// How many are listed at once.
const PAGE: u64 = 50;

/// Which runs are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
struct Wanted {
    scope: Scope,
    states: Vec<State>,
    /// Begun at most so long ago, in hours.
    hours: Option<i64>,
    words: String,
}

/// Of what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Scope {
    Tool,
    #[default]
    Graph,
    All,
}

const SCOPES: [(&str, Scope); 3] = [("This graph", Scope::Graph), ("This tool", Scope::Tool), ("All graphs", Scope::All)];
const TIMES: [(&str, Option<i64>); 4] = [("Any time", None), ("Last hour", Some(1)), ("Last day", Some(24)), ("Last week", Some(24 * 7))];
const STATES: [(&str, &[State]); 6] = [
    ("Any state", &[]),
    ("Done", &[State::Done]),
    ("Failed", &[State::Failed]),
    ("Stopped", &[State::Stopped]),
    ("Waiting", &[State::Waiting, State::Uncertain]),
    ("Running", &[State::Running]),
];

/// The panel.
#[component]
pub(crate) fn RunsPanel() -> impl IntoView {
    let store = use_store();
    let wanted = RwSignal::new(Wanted::default());
    let (runs, failed, has_more) = (RwSignal::new(None::<Vec<RunSummary>>), RwSignal::new(None::<Failed>), RwSignal::new(false));
    // Answers to older questions come too late.
    let asked = StoredValue::new(0u64);
    let fetch = move |before: Option<RunId>| {
        asked.update_value(|asked| *asked += 1);
        let (number, question) = (asked.get_value(), question(store, &wanted.get_untracked(), before));
        spawn_local(async move {
            let answer = store.bridge.call(&question).await;
            if asked.get_value() != number {
                return;
            }
            match answer {
                Ok(list) => {
                    has_more.set(list.len() as u64 == PAGE);
                    runs.update(|runs| match runs {
                        Some(runs) if before.is_some() => runs.extend(list),
                        _ => *runs = Some(list),
                    });
                    failed.set(None);
                }
                Err(error) => failed.set(Some(error)),
            }
        });
    };
    // A run that begins or ends is another list.
    let news = Memo::new(move |_| {
        let heard = store.model.with(|model| model.runs_heard);
        (store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.id)), store.of_tool(|_, tool| tool.name.clone()), heard)
    });
    Effect::new(move |_| {
        // Tracking alone would not make the memo look at anything.
        news.get();
        wanted.track();
        fetch(None);
    });
    let more = move |_| fetch(runs.with_untracked(|runs| runs.as_ref()?.last().map(|run| run.id)));
    view! {
        <div class="side-body runs">
            <Filters wanted=wanted />
            {move || failed.get().map(|failed| view! { <Trouble failed=failed /> })}
            <Show when=move || runs.with(|runs| runs.as_ref().is_some_and(Vec::is_empty))>
                <p class="side-empty"><Icon path=icon::HISTORY />{move || if wanted.get() == Wanted::default() { "No runs yet: each is kept here" } else { "No run is like this" }}</p>
            </Show>
            <ol class="run-list">
                <For each=move || runs.get().unwrap_or_default() key=|run| (run.id, run.state, run.is_adrift) let:run>
                    <RunRow run=run />
                </For>
            </ol>
            <Show when=move || has_more.get()>
                <button type="button" class="runs-more" on:click=more>"Older runs"</button>
            </Show>
        </div>
    }
}

fn question(store: Store, wanted: &Wanted, before: Option<RunId>) -> ListRuns {
    let (graph, tool): (Option<GraphId>, Option<ToolName>) = match wanted.scope {
        Scope::All => (None, None),
        Scope::Graph => (store.shown_id(), None),
        Scope::Tool => (store.shown_id(), store.of_tool_now()),
    };
    let since_us = wanted.hours.map(|hours| js_sys::Date::now() as i64 * 1000 - hours * 3_600_000_000);
    let text = Some(wanted.words.trim().to_owned()).filter(|words| !words.is_empty());
    ListRuns { graph, tool, states: wanted.states.clone(), since_us, text, before, limit: PAGE }
}

/// What the list is narrowed by.
#[component]
fn Filters(
    /// What is wanted.
    wanted: RwSignal<Wanted>,
) -> impl IntoView {
    view! {
        <search class="runs-filters">
            <input
                id="runs-words"
                type="text"
                aria-label="Words in what nodes were given or gave"
                placeholder="Words in inputs and outputs"
                prop:value=move || wanted.with(|wanted| wanted.words.clone())
                on:input=move |event| wanted.update(|wanted| wanted.words = event_target_value(&event))
            />
            <Choice label="Of which graph" names=SCOPES.map(|(name, _)| name).to_vec() choose=move |at| wanted.update(|wanted| wanted.scope = SCOPES[at].1) />
            <Choice label="State" names=STATES.map(|(name, _)| name).to_vec() choose=move |at| wanted.update(|wanted| wanted.states = STATES[at].1.to_vec()) />
            <Choice label="Time" names=TIMES.map(|(name, _)| name).to_vec() choose=move |at| wanted.update(|wanted| wanted.hours = TIMES[at].1) />
        </search>
    }
}

/// A choice among a few.
#[component]
fn Choice(
    /// What is chosen.
    label: &'static str,
    /// The names of what there is.
    names: Vec<&'static str>,
    /// Takes the position of what was chosen.
    choose: impl Fn(usize) + 'static,
) -> impl IntoView {
    let options = names.iter().enumerate().map(|(at, name)| view! { <option value=at.to_string()>{*name}</option> }).collect_view();
    let most = names.len();
    let take = move |event| {
        if let Some(at) = event_target_value(&event).parse().ok().filter(|at| *at < most) {
            choose(at);
        }
    };
    view! { <select aria-label=label on:change=take>{options}</select> }
}

#[component]
fn RunRow(
    /// The run.
    run: RunSummary,
) -> impl IntoView {
    let store = use_store();
    let id = run.id;
    let (status, word) = standing(&run);
    let is_shown = move || store.of_past(|past| past.summary.id) == Some(id);
    let took = run.ended_us.and_then(|ended| u64::try_from(ended - run.started_us).ok()).map(text::duration);
    let steps = run.steps.map(|steps| text::count(usize::try_from(steps).unwrap_or(usize::MAX), "step"));
    let rest = [
        Some(word.to_owned()),
        took,
        steps,
        (!run.part.is_whole()).then(|| "a part".to_owned()),
        run.parent.map(|_| "a fork".to_owned()),
        run.caller.map(|_| "called".to_owned()),
    ];
    let rest = rest.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let of = format!("{} · {}", run.tool, text::file_name(&run.path));
    let title = format!("{} · run {id}", run.path);
    view! {
        <li>
            <button
                type="button"
                class="plain run-row"
                title=title
                aria-current=move || is_shown().then_some("true")
                on:click=move |_| store.open_past(id)
            >
                <span class="badge" data-status=status_word(status)>
                    {icon::of_status(status).map(|path| view! { <Icon path=path /> })}
                </span>
                <span class="run-words">
                    <span class="run-of">{of}</span>
                    <span class="muted">{began(&run)}</span>
                    <span class="muted">{rest}</span>
                </span>
            </button>
        </li>
    }
}

/// How a run stands, as a picture and as a word.
pub(super) fn standing(run: &RunSummary) -> (Status, &'static str) {
    match run.state {
        State::Running | State::Waiting if run.is_adrift => (Status::Skipped, "Broken off"),
        State::Running => (Status::Running, "Running"),
        State::Waiting => (Status::Running, "Waiting"),
        State::Uncertain => (Status::Running, "Asks what to do"),
        State::Done => (Status::Done, "Done"),
        State::Failed => (Status::Failed, "Failed"),
        State::Stopped => (Status::Skipped, "Stopped"),
    }
}
