//! What the checks found wrong with the graph, each with what would mend it.

use graph::Severity;
use leptos::prelude::*;
use protocol::Reported;

use super::prose::Prose;
use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::text;

/// The list; nothing where nothing is wrong.
#[component]
pub(crate) fn Problems() -> impl IntoView {
    let store = use_store();
    let problems = Memo::new(move |_| store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.problems.clone()).unwrap_or_default()));
    view! {
        <Show when=move || !problems.with(Vec::is_empty)>
            <section class="problems" aria-label="Problems">
                <h3 class="small-head">{move || text::sentence(&text::count(problems.with(Vec::len), "problem"))}</h3>
                <ul>{move || problems.get().into_iter().map(|problem| view! { <Problem reported=problem /> }).collect_view()}</ul>
            </section>
        </Show>
    }
}

/// One of them. A click goes to its node.
#[component]
fn Problem(
    /// The problem.
    reported: Reported,
) -> impl IntoView {
    let store = use_store();
    let Reported { problem, place } = reported;
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let line = place.map(|place| format!("line {}, column {}", place.line, place.column));
    let whose = problem.node.as_ref().map(ToString::to_string).or_else(|| problem.tool.as_ref().map(ToString::to_string));
    let go = move |_| {
        if let Some(tool) = &problem.tool {
            store.show_tool(tool.as_str());
        }
        if let Some(node) = &problem.node {
            store.stage.select(node);
        }
    };
    view! {
        <li data-severity=severity>
            <button type="button" class="problem" on:click=go>
                <Icon path=icon::WARNING />
                <span>
                    <span class="unseen">{severity} ": "</span>
                    <Prose text=problem.message />
                    <Prose text=problem.remedy class="remedy" />
                    <span class="muted">{[whose, line].into_iter().flatten().collect::<Vec<_>>().join(" · ")}</span>
                </span>
            </button>
        </li>
    }
}
