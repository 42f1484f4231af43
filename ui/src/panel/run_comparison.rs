//! What two runs differ in: the nodes that did something else, with what they were given and gave side by side.

use leptos::prelude::*;
use protocol::{NodeDifference, RunId, StepDetail};

use super::trouble::Failing;
use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::store::RunComparison;
use crate::text;
use crate::value_view::ValueView;

/// The panel.
#[component]
pub(crate) fn RunComparisonPanel(
    /// What is compared.
    shown: RunComparison,
) -> impl IntoView {
    let store = use_store();
    let nodes = shown.nodes.iter().cloned().map(|difference| view! { <Difference difference=difference /> }).collect_view();
    let when = |id: RunId| format!("run {id}");
    let count = match shown.nodes.len() {
        0 => "Both did the same".to_owned(),
        count => format!("{} did something else", text::count(count, "node")),
    };
    view! {
        <section class="panel" aria-label="Two runs">
            <header class="panel-head node-head">
                <div>
                    <h2 id="inspector-head" tabindex="-1">"Two runs"</h2>
                    <p class="muted"><span class="fate" data-fate="removed">"−"</span>{when(shown.one)}</p>
                    <p class="muted"><span class="fate" data-fate="added">"+"</span>{when(shown.other)}</p>
                </div>
                <button type="button" class="plain" aria-label="Close the comparison" title="Close the comparison" on:click=move |_| store.run_comparison.set(None)>
                    <Icon path=icon::CLOSE />
                </button>
            </header>
            <p class="muted run-difference-count" role="status">{count}</p>
            <ol class="run-differences">{nodes}</ol>
        </section>
    }
}

#[component]
fn Difference(
    /// What differs.
    difference: NodeDifference,
) -> impl IntoView {
    let store = use_store();
    let NodeDifference { node, times, at, one, other } = difference;
    let times = if times.0 == times.1 { times.0.to_string() } else { format!("{} and {}", times.0, times.1) };
    let (step, name) = (one.as_ref().map(|detail| detail.step.id), node.clone());
    let go = move |_| {
        store.stage.select(&name);
        if let Some(step) = step {
            store.seek(move |past| past.after(step));
        }
    };
    view! {
        <li class="run-difference">
            <button type="button" class="plain node-change" on:click=go>
                <span>{node.to_string()}</span>
                <span class="muted">{format!("execution {at} of {times}")}</span>
            </button>
            <div class="run-sides">
                <Execution sign="−" detail=one />
                <Execution sign="+" detail=other />
            </div>
        </li>
    }
}

/// One of the two executions.
#[component]
fn Execution(
    /// Which of them it is.
    sign: &'static str,
    /// What happened; none where the node did not run.
    detail: Option<StepDetail>,
) -> impl IntoView {
    let fate = if sign == "+" { "added" } else { "removed" };
    let shown = match detail {
        None => view! { <p class="muted">"It did not run"</p> }.into_any(),
        Some(StepDetail { step, input, output, .. }) => {
            let name = text::name_in_expression(step.node.as_str());
            view! {
                {input.map(|input| view! { <h4 class="small-head">"Input"</h4><ValueView value=input label="Input" /> })}
                {output.map(|output| view! { <h4 class="small-head">"Output"</h4><ValueView value=output label="Output" root=name /> })}
                {step.failure.map(|failure| view! { <Failing failure=failure /> })}
            }
            .into_any()
        }
    };
    view! {
        <div class="run-side" data-fate=fate>
            <span class="fate" aria-hidden="true">{sign}</span>
            {shown}
        </div>
    }
}
