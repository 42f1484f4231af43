//! Dry runs: what one asked for, what became of that and why, and how the next one takes each tool.

use std::sync::Arc;

use ::graph::Treat;
use leptos::prelude::*;
use protocol::{Because, DryCall, DryRequest, ListRuns, RunId, RunSummary, StandIn, State};
use wasm_bindgen::JsCast;
use web_sys::HtmlDetailsElement;

use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::store::{Store, began};
use crate::text;
use crate::value_view::ValueView;

/// What the dry run that is shown asked for; nothing where the run is another.
#[component]
pub(crate) fn DryCalls() -> impl IntoView {
    let store = use_store();
    let counts = Memo::new(move |_| store.of_run(|run| run.dry_counts().map(|counts| (run.id, counts))).flatten());
    let is_dry = Memo::new(move |_| counts.with(Option::is_some));
    let calls = move || {
        let of = counts.get().map(|(run, (happened, held))| (0..happened + held).map(move |at| (run, at)).collect::<Vec<_>>());
        of.unwrap_or_default()
    };
    view! {
        <Show when=move || is_dry.get()>
            <section class="dry-calls" aria-labelledby="dry-calls">
                <h3 id="dry-calls" class="small-head" tabindex="-1">"Calls of the dry run"</h3>
                <p role="status">{move || counts.get().map(|(_, counts)| told(counts))}</p>
                <ol>
                    <For each=calls key=|call| *call let:call>
                        <Call run=call.0 at=call.1 />
                    </For>
                </ol>
            </section>
        </Show>
    }
}

/// How many calls there were of each sort, in a line.
pub(crate) fn told((happened, held): (usize, usize)) -> String {
    format!("{happened} happened, {held} held back")
}

#[component]
fn Call(
    /// The run.
    run: RunId,
    /// Its number in it.
    at: usize,
) -> impl IntoView {
    let store = use_store();
    let found = store.model.with_untracked(|model| model.run().filter(|shown| shown.id == run)?.dry.as_ref()?.get(at).cloned());
    found.map(|call| {
        let is_open = RwSignal::new(false);
        let (happened, why) = (call.happened, why(call.because));
        let name = match &call.request {
            DryRequest::Call { server, tool, .. } => format!("{server}.{tool}"),
            DryRequest::Emit { emit, .. } => format!("event {emit}"),
        };
        let call = StoredValue::new(call);
        let toggle = move |event: leptos::ev::Event| {
            let details = event.target().and_then(|target| target.dyn_into::<HtmlDetailsElement>().ok());
            is_open.set(details.is_some_and(|details| details.open()));
        };
        view! {
            <li class="dry-call" data-happened=happened.to_string()>
                <details on:toggle=toggle>
                    <summary>
                        <span class="dry-word">
                            <Icon path=if happened { icon::CHECK } else { icon::PAUSE } />
                            {if happened { "happened" } else { "held back" }}
                        </span>
                        " "
                        <code>{name}</code>
                        " "
                        <span class="muted">{why}</span>
                    </summary>
                    {move || is_open.get().then(|| view! { <Whole call=call.get_value() /> })}
                </details>
            </li>
        }
    })
}

/// The exact request, what was answered, and what happens with it the next time.
#[component]
fn Whole(
    /// The call.
    call: DryCall,
) -> impl IntoView {
    let store = use_store();
    let node = call.step.and_then(|step| store.model.with_untracked(|model| model.run()?.node_of(step).cloned()));
    let (request, treat) = match call.request {
        DryRequest::Call { server, tool, arguments } => {
            let (server, label) = (server.to_string(), "Arguments");
            let said = format!("The tool {tool} of the server {server}, called with");
            ((said, arguments, label), Some(view! { <TreatChoice server=server tool=tool label="The next time" /> }))
        }
        DryRequest::Emit { emit, detail } => ((format!("The event {emit}, told with"), detail, "Detail"), None),
    };
    let (said, value, label) = request;
    let given = call.answered.map(|answered| {
        view! {
            <h4 class="small-head">"Answer"</h4>
            <p class="muted">{stands_in(answered)}</p>
            {call.answer.map(|answer| view! { <ValueView value=answer label="Answer" /> })}
        }
    });
    view! {
        <div class="dry-whole">
            {node.map(|node| {
                let label = node.to_string();
                view! { <p>"At " <button type="button" class="link" on:click=move |_| store.stage.select(&node)>{label}</button></p> }
            })}
            <h4 class="small-head">"Request"</h4>
            <p class="muted">{said}</p>
            <ValueView value=value label=label />
            {given}
            {treat}
        </div>
    }
}

fn why(because: Because) -> &'static str {
    match because {
        Because::Asked => "as you said",
        Because::Entry => "as the server's entry says",
        Because::Hint => "as the server says",
        Because::Unknown => "nobody says that it only reads",
    }
}

fn stands_in(answered: StandIn) -> &'static str {
    match answered {
        StandIn::Cassette => "as it was answered in the run that was chosen",
        StandIn::Schema => "made up, to fit its output schema",
        StandIn::Text => "a text, since it has no output schema",
        StandIn::Nothing => "none could be made up that fits its output schema, so the step failed",
    }
}

/// Whether a tool happens in the next dry run.
#[component]
fn TreatChoice(
    /// The server.
    server: String,
    /// The tool's name on that server.
    tool: String,
    /// What the choice is called.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let store = use_store();
    let of = StoredValue::new((server, tool));
    let chosen = Memo::new(move |_| of.with_value(|(server, tool)| store.testing.treat(graph_now(store)?, server, tool)));
    let choose = move |event| {
        let treat = Treat::of(&event_target_value(&event));
        if let Some(graph) = graph_now(store) {
            of.with_value(|(server, tool)| store.testing.set_treat(graph, server, tool, treat));
        }
    };
    let option = move |value: &'static str, word: &'static str| {
        view! { <option value=value selected=move || Treat::of(value) == chosen.get()>{word}</option> }
    };
    view! {
        <label class="dry-treat">
            <span class="cut" title=label.clone()>{label.clone()}</span>
            <select on:change=choose>
                {option("", "automatic")}
                {option("read", "let it happen")}
                {option("write", "hold it back")}
            </select>
        </label>
    }
}

fn graph_now(store: Store) -> Option<protocol::GraphId> {
    store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.id))
}

/// The tools that the tool that is shown calls, by server, in the order in which they stand; those of its last dry run among them.
fn called(store: Store) -> Vec<(String, String)> {
    let of_node = |node: &::graph::Node| {
        let text = |key: &str| node.fields.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
        text("server").zip(text("tool")).filter(|_| node.kind == "mcp")
    };
    let mut found: Vec<_> = store.of_tool(|_, tool| tool.nodes.iter().filter_map(|node| of_node(node)).collect()).unwrap_or_default();
    let of_call = |call: &DryCall| match &call.request {
        DryRequest::Call { server, tool, .. } => Some((server.to_string(), tool.clone())),
        DryRequest::Emit { .. } => None,
    };
    found.extend(store.of_run(|run| run.dry.iter().flatten().filter_map(of_call).collect::<Vec<_>>()).unwrap_or_default());
    let mut known = std::collections::HashSet::new();
    found.retain(|of| known.insert(of.clone()));
    found
}

/// How the next dry run is made: which tools happen, and whose answers stand in.
#[component]
pub(crate) fn DryHow() -> impl IntoView {
    let store = use_store();
    let tools = Memo::new(move |_| called(store));
    let is_open = RwSignal::new(false);
    let toggle = move |event: leptos::ev::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<HtmlDetailsElement>().ok());
        is_open.set(details.is_some_and(|details| details.open()));
    };
    view! {
        <Show when=move || tools.with(|tools| !tools.is_empty())>
            <details class="settings dry-how" on:toggle=toggle>
                <summary>"What a dry run lets happen"</summary>
                <Show when=move || is_open.get()>
                    <div class="settings-body">
                        <p class="muted">"What only reads happens, as the server or its entry says. All else is held back, and shown."</p>
                        <For each=move || tools.get() key=Clone::clone let:of>
                            {
                                let label = format!("{}.{}", of.0, of.1);
                                view! { <TreatChoice server=of.0 tool=of.1 label=label /> }
                            }
                        </For>
                        <AnswersChoice />
                    </div>
                </Show>
            </details>
        </Show>
    }
}

/// Whose answers stand in for what is held back.
#[component]
fn AnswersChoice() -> impl IntoView {
    let store = use_store();
    let heard = Memo::new(move |_| store.model.with(|model| model.runs_heard));
    let runs = LocalResource::new(move || {
        heard.track();
        let (graph, tool) = (graph_now(store), store.of_tool(|_, tool| tool.name.clone()));
        async move {
            let states = vec![State::Done, State::Failed];
            let all = ListRuns { graph, tool, states, since_us: None, text: None, before: None, limit: 30 };
            // A list that cannot be had offers nothing.
            Arc::new(store.bridge.call(&all).await.unwrap_or_default())
        }
    });
    let of = move || graph_now(store).zip(store.of_tool(|_, tool| tool.name.clone()));
    let chosen = Memo::new(move |_| of().and_then(|(graph, tool)| store.testing.answers(graph, &tool)));
    let choose = move |event| {
        if let Some((graph, tool)) = untrack(of) {
            store.testing.set_answers(graph, &tool, event_target_value(&event).parse().ok().map(RunId));
        }
    };
    let option = move |run: &RunSummary| {
        let (id, word) = (run.id, if run.state == State::Done { "done" } else { "failed" });
        let took = run.steps.map(|steps| text::count(usize::try_from(steps).unwrap_or(usize::MAX), "step")).unwrap_or_default();
        let label = format!("{} · {word} · {took}", began(run));
        view! { <option value=id.to_string() selected=move || chosen.get() == Some(id)>{label}</option> }
    };
    view! {
        <label class="dry-treat">
            <span>"What is held back answers"</span>
            <select id="dry-answers" on:change=choose>
                <option value="" selected=move || chosen.get().is_none()>"as its output schema says"</option>
                {move || runs.get().map(|runs| runs.iter().map(option).collect_view())}
            </select>
        </label>
    }
}
