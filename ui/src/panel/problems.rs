//! What the checks found wrong with the graph, each with what would mend it.

use ::graph::{Path, Problem, Segment, Severity};
use leptos::prelude::*;
use protocol::Reported;

use super::prose::Prose;
use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::store::Store;
use crate::text;

/// The problems of the graph that is shown, those of the tool that is shown first; each with whether it is elsewhere.
fn problems(store: Store) -> Memo<Vec<(bool, Reported)>> {
    Memo::new(move |_| {
        let of_tool = store.of_tool(|graph, tool| {
            let mut problems: Vec<_> =
                graph.problems.iter().map(|reported| (reported.problem.tool.as_ref() != Some(&tool.name), reported.clone())).collect();
            problems.sort_by_key(|(is_elsewhere, reported)| (*is_elsewhere, reported.problem.severity != Severity::Error));
            problems
        });
        let of_file = || {
            store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.problems.iter().map(|problem| (true, problem.clone())).collect()))
        };
        of_tool.or_else(of_file).unwrap_or_default()
    })
}

/// The list in the inspector; nothing where nothing is wrong.
#[component]
pub(crate) fn Problems() -> impl IntoView {
    let problems = problems(use_store());
    view! {
        <Show when=move || !problems.with(Vec::is_empty)>
            <section class="problems" aria-label="Problems">
                <h3 class="small-head">{move || text::sentence(&text::count(problems.with(Vec::len), "problem"))}</h3>
                <ProblemList problems=problems />
            </section>
        </Show>
    }
}

/// The list as a panel of its own.
#[component]
pub(crate) fn ProblemsPanel() -> impl IntoView {
    let problems = problems(use_store());
    view! {
        <div class="side-body problems">
            <Show
                when=move || !problems.with(Vec::is_empty)
                fallback=|| view! { <p class="side-empty"><Icon path=icon::CHECK />"Nothing is wrong"</p> }
            >
                <ProblemList problems=problems />
            </Show>
        </div>
    }
}

#[component]
fn ProblemList(
    /// The problems, each with whether it is in another tool than the one that is shown.
    problems: Memo<Vec<(bool, Reported)>>,
) -> impl IntoView {
    let one = |(is_elsewhere, reported)| view! { <ProblemLine reported=reported is_elsewhere=is_elsewhere /> };
    view! { <ul>{move || problems.get().into_iter().map(one).collect_view()}</ul> }
}

/// One of them. A click goes to its place.
#[component]
fn ProblemLine(
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
    let (message, remedy) = (problem.message.clone(), problem.remedy.clone());
    view! {
        <li data-severity=severity>
            <button type="button" class="problem" on:click=move |_| go(store, &problem)>
                <Icon path=icon::WARNING />
                <span>
                    <span class="unseen">{severity} ": "</span>
                    <Prose text=message />
                    <Prose text=remedy class="remedy" />
                    <span class="muted">{[tool, node, line].into_iter().flatten().collect::<Vec<_>>().join(" · ")}</span>
                </span>
            </button>
        </li>
    }
}

/// Goes to where a problem is: its tool, its node, its field.
fn go(store: Store, problem: &Problem) {
    store.inspector_shown.set(true);
    if let Some(tool) = &problem.tool {
        store.show_tool(tool.as_str());
    }
    match &problem.node {
        Some(node) => {
            store.stage.select(node);
            store.sought.set(Some(within_node(&problem.path)));
        }
        None => store.stage.clear_selection(),
    }
}

/// A path from the node down, of one from the root of the graph.
fn within_node(path: &Path) -> Path {
    let is_nodes = |segment: &Segment| *segment == Segment::Key("nodes".to_owned());
    let rest = path.segments().iter().skip_while(|segment| !is_nodes(segment)).skip(2);
    rest.fold(Path::root(), |path, segment| match segment {
        Segment::Key(key) => path.key(key),
        Segment::Index(index) => path.index(*index),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_problem_is_found_in_its_node() {
        for (path, expected) in
            [("tools[0].nodes[2].conditions[1].rule", "conditions[1].rule"), ("tools[0].nodes[2]", ""), ("mcpServers.x", "")]
        {
            assert_eq!(within_node(&path.parse().unwrap()).to_string(), expected, "of `{path}`");
        }
    }
}
