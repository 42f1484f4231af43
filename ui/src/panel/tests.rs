//! The tests of the graph: each case with what did not hold, and how much of the graph they walked through.

use std::sync::Arc;

use ::graph::{NodeId, ToolName};
use canvas::Status;
use leptos::prelude::*;
use protocol::{Fault, GraphId, GraphTests, Place, Reported, Tested, TestedFile, ToolCoverage};

use super::prose::Prose;
use super::trouble::Trouble;
use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::icon::{self, Icon, status_word};
use crate::store::Store;
use crate::testing::{TestsOf, share};
use crate::text;

/// The panel. It runs the tests when it is opened on a graph whose tests were not run yet: that needs nothing and changes nothing.
#[component]
pub(crate) fn TestsPanel() -> impl IntoView {
    let store = use_store();
    let testing = store.testing;
    let shown = Memo::new(move |_| store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.id)));
    Effect::new(move |before: Option<Option<GraphId>>| {
        let graph = shown.get();
        if before.is_some_and(|before| before != graph) {
            testing.failed.set(None);
        }
        // Those of another graph may be under way; what failed is not tried again by itself.
        let is_free = testing.running.get().is_none() && testing.failed.with_untracked(Option::is_none);
        if is_free && testing.told.with_untracked(|told| told.as_ref().map(|told| told.graph)) != graph {
            store.run_tests();
        }
        graph
    });
    let tests = Memo::new(move |_| store.tests_of_shown());
    let is_old = Memo::new(move |_| {
        let revision = store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.revision));
        tests.with(|tests| tests.as_ref().is_some_and(|tests| Some(tests.revision) != revision))
    });
    let said = move || match tests.with(|tests| tests.as_ref().and_then(|told| told.tests.tested.as_ref().map(summary))) {
        _ if testing.is_stopping.get() => "Stopping…".to_owned(),
        _ if testing.running.get().is_some() => "Running…".to_owned(),
        Some(said) if is_old.get() => format!("{said}. The graph has changed since."),
        Some(said) => said,
        None => String::new(),
    };
    let is_pressed = move || testing.is_covered.get().to_string();
    view! {
        <div class="side-body tests">
            <div class="tests-head">
                <div class="buttons">
                    <button
                        id="tests-run"
                        type="button"
                        class="primary"
                        title=Action::RunTests.title(is_mac())
                        disabled=move || testing.running.get().is_some()
                        on:click=move |_| store.run_tests()
                    >
                        "Run all tests"
                    </button>
                    // Gone or disabled, it would lose the keyboard when they end.
                    <button
                        id="tests-stop"
                        type="button"
                        title="Begins no further case"
                        aria-disabled=move || testing.running.get().is_none().to_string()
                        on:click=move |_| store.stop_tests()
                    >
                        "Stop"
                    </button>
                    <button id="tests-coverage" type="button" title=Action::Coverage.title(is_mac()) aria-pressed=is_pressed on:click=move |_| store.toggle_coverage()>
                        "Coverage on the canvas"
                    </button>
                </div>
                <p class="muted" role="status">{said}</p>
            </div>
            {move || testing.failed.get().map(|failed| view! { <Trouble failed=failed /> })}
            {move || tests.get().map(|TestsOf { tests, .. }| match &tests.tested {
                Some(tested) => view! { <File tested=tested.clone() /> }.into_any(),
                None => view! { <NoTests tests=tests.clone() /> }.into_any(),
            })}
        </div>
    }
}

/// How it went, in a line.
fn summary(tested: &TestedFile) -> String {
    if !tested.problems.is_empty() {
        return format!("{} cannot be read", text::file_name(&tested.file));
    }
    let failed = tested.cases.iter().filter(|case| !case.faults.is_empty()).count();
    let took = tested.cases.iter().map(|case| case.took_us).sum();
    let not_run = if tested.not_run > 0 { format!(", {} not run", tested.not_run) } else { String::new() };
    format!("{} passed, {failed} failed{not_run} · {}", tested.cases.len() - failed, text::duration(took))
}

/// That there is no test yet, and how there will be one.
#[component]
fn NoTests(
    /// Where they would be.
    tests: Arc<GraphTests>,
) -> impl IntoView {
    let store = use_store();
    let name = text::file_name(&tests.file).to_owned();
    // What a dry run came to is made up.
    let last = Memo::new(move |_| store.of_run(|run| run.outcome.as_ref().filter(|_| run.dry.is_none()).map(|_| run.id)).flatten());
    view! {
        <div class="tests-none">
            <p><strong>"No tests yet"</strong></p>
            <p>"Run the tool, look whether what came of it is right, and make a test of that run: from then on it must come to the same."</p>
            {move || match last.get() {
                Some(run) => view! {
                    <button id="tests-make" type="button" on:click=move |_| store.make_test(run)>"Make a test of the last run"</button>
                }
                .into_any(),
                None => view! {
                    <button type="button" title=Action::Run.title(is_mac()) on:click=move |_| Action::Run.perform(store)>"Run the tool"</button>
                }
                .into_any(),
            }}
            <p class="muted">
                "Any earlier run can be made one, too: open it from "
                <button type="button" class="link" on:click=move |_| Action::ShowRuns.perform(store)>"Runs"</button>
                ". Or write cases into "
                <code>{name}</code>
                " beside the graph."
            </p>
        </div>
    }
}

#[component]
fn File(
    /// What came of it.
    tested: TestedFile,
) -> impl IntoView {
    let name = text::file_name(&tested.file).to_owned();
    let problems = tested.problems.into_iter().map(|problem| view! { <ProblemLine problem=problem name=name.clone() /> }).collect_view();
    let cases = tested.cases.into_iter().map(|case| view! { <Case case=case name=name.clone() /> }).collect_view();
    let coverage = tested.coverage.into_iter().map(|tool| view! { <Coverage tool=tool /> }).collect_view();
    view! {
        <ul class="tests-problems">{problems}</ul>
        <ol class="tests-cases">{cases}</ol>
        <section class="tests-coverage" aria-labelledby="tests-coverage-head">
            <h3 id="tests-coverage-head" class="small-head">"Walked through"</h3>
            <ul>{coverage}</ul>
        </section>
    }
}

/// Where something stands in the test file.
fn at(name: &str, place: Place) -> String {
    format!("{name}, line {}, column {}", place.line, place.column)
}

/// Goes to a node of the graph as it is.
fn go(store: Store, tool: &ToolName, node: &NodeId) {
    store.leave_past();
    store.inspector_shown.set(true);
    store.go_to_node(tool, node);
}

/// Something wrong with the file itself.
#[component]
fn ProblemLine(
    /// The problem.
    problem: Reported,
    /// The file's name.
    name: String,
) -> impl IntoView {
    let Reported { problem, place } = problem;
    view! {
        <li class="trouble">
            <Icon path=icon::WARNING />
            <div>
                <Prose text=problem.message />
                <Prose text=problem.remedy class="remedy" />
                {place.map(|place| view! { <span class="muted">{at(&name, place)}</span> })}
            </div>
        </li>
    }
}

#[component]
fn Case(
    /// The case.
    case: Tested,
    /// The name of its file.
    name: String,
) -> impl IntoView {
    let status = if case.faults.is_empty() { Status::Done } else { Status::Failed };
    let word = if case.faults.is_empty() { "Passed" } else { "Failed" };
    let tool = case.tool.as_ref().map(ToString::to_string);
    let line = Some(format!("line {}", case.place.line));
    let rest = [Some(word.to_owned()), Some(text::duration(case.took_us)), tool, line];
    let rest = rest.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let of = case.tool;
    let faults = case.faults.into_iter().map(|fault| view! { <FaultLine fault=fault tool=of.clone() name=name.clone() /> }).collect_view();
    view! {
        <li class="test-case" data-case=status_word(status)>
            <span class="badge" data-status=status_word(status)>
                {icon::of_status(status).map(|path| view! { <Icon path=path /> })}
            </span>
            <div class="test-words">
                <span>{case.name}</span>
                <span class="muted">{rest}</span>
                {faults}
            </div>
        </li>
    }
}

/// What did not hold, and the way to its node.
#[component]
fn FaultLine(
    /// What.
    fault: Fault,
    /// The tool of the case.
    tool: Option<ToolName>,
    /// The name of the file.
    name: String,
) -> impl IntoView {
    let store = use_store();
    let is_there = |(tool, node): &(ToolName, NodeId)| {
        store.graph.with_untracked(|graph| {
            graph.as_ref().is_some_and(|graph| graph.0.graph.tool(tool.as_str()).is_some_and(|tool| tool.node(node.as_str()).is_some()))
        })
    };
    let node = tool.zip(fault.node).filter(is_there);
    let value = |word: &'static str, value: Option<String>| value.map(|value| view! { <dt>{word}</dt><dd><code>{value}</code></dd> });
    view! {
        <div class="test-fault">
            <code class="fault-claim">{fault.message}</code>
            <dl>{value("Expected", fault.expected)}{value("Got", fault.got)}</dl>
            <p class="muted">
                {node.map(|(tool, node)| {
                    let label = node.to_string();
                    view! {
                        "At "
                        <button type="button" class="link fault-node" on:click=move |_| go(store, &tool, &node)>{label}</button>
                        " · "
                    }
                })}
                {at(&name, fault.place)}
            </p>
        </div>
    }
}

/// How much of a tool was walked through, and what was not.
#[component]
fn Coverage(
    /// The tool.
    tool: ToolCoverage,
) -> impl IntoView {
    let store = use_store();
    let (nodes, edges) = (tool.nodes_covered(), tool.edges_covered());
    let percent = ((nodes.0 + edges.0) * 100).checked_div(nodes.1 + edges.1).unwrap_or(100);
    let said = format!("{percent} % · {}, {}", share(nodes, "node"), share(edges, "edge"));
    let lone = tool.nodes.into_iter().filter(|node| node.times == 0).map(|node| (node.node.to_string(), node.node));
    let ways = tool.edges.into_iter().filter(|edge| edge.times == 0).map(|edge| (format!("{} → {}", edge.from, edge.to), edge.from));
    let name = tool.tool;
    let title = name.to_string();
    let missed = lone.chain(ways).map(|(label, node)| {
        let name = name.clone();
        view! { <li><button type="button" class="link" on:click=move |_| go(store, &name, &node)>{label}</button></li> }
    });
    let missed = missed.collect_view();
    view! {
        <li>
            <p><strong>{title}</strong>" "<span class="muted">{said}</span></p>
            <div class="tests-share" aria-hidden="true"><div style:width=format!("{percent}%")></div></div>
            {(!missed.is_empty()).then(|| view! {
                <p class="muted">"Never reached:"</p>
                <ul class="tests-missed">{missed}</ul>
            })}
        </li>
    }
}
