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
    // Those of the tool that is shown come first.
    let problems = Memo::new(move |_| {
        let problems = store.of_tool(|graph, tool| {
            let mut problems: Vec<_> =
                graph.problems.iter().map(|reported| (reported.problem.tool.as_ref() != Some(&tool.name), reported.clone())).collect();
            problems.sort_by_key(|(is_elsewhere, _)| *is_elsewhere);
            problems
        });
        let of_file = || {
            store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.problems.iter().map(|problem| (true, problem.clone())).collect()))
        };
        problems.or_else(of_file).unwrap_or_default()
    });
    view! {
        <Show when=move || !problems.with(Vec::is_empty)>
            <section class="problems" aria-label="Problems">
                <h3 class="small-head">{move || text::sentence(&text::count(problems.with(Vec::len), "problem"))}</h3>
                <ul>{move || problems.get().into_iter().map(|(is_elsewhere, reported)| view! { <Problem reported=reported is_elsewhere=is_elsewhere /> }).collect_view()}</ul>
            </section>
        </Show>
    }
}

/// One of them. A click goes to its node.
#[component]
fn Problem(
    /// The problem.
    reported: Reported,
    /// Whether it is in another tool than the one that is shown.
    is_elsewhere: bool,
) -> impl IntoView {
    let store = use_store();
    let Reported { problem, place } = reported;
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let line = place.map(|place| format!("line {}, column {}", place.line, place.column));
    let tool = problem.tool.as_ref().filter(|_| is_elsewhere).map(ToString::to_string);
    let node = problem.node.as_ref().map(ToString::to_string);
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
                    <span class="muted">{[tool, node, line].into_iter().flatten().collect::<Vec<_>>().join(" · ")}</span>
                </span>
            </button>
        </li>
    }
}
