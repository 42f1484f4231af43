//! What is compared, and what its signs mean: over the canvas while it shows two versions.

use graph::Fate;
use leptos::prelude::*;

use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::model::RunState;
use crate::painter::sign;
use crate::panel::dry_told;
use crate::testing::share;

/// The legend.
#[component]
pub(super) fn Legend() -> impl IntoView {
    let store = use_store();
    move || {
        store.comparison.get().map(|shown| {
            let signs = shown.counts().map(|(fate, count)| {
                let (sign, word) = sign(fate);
                view! { <li data-fate=name(fate)><span class="fate" aria-hidden="true">{sign}</span>{format!("{count} {word}")}</li> }
            });
            view! {
                <section class="legend" aria-label="Comparison">
                    <p>
                        <strong title=shown.before.title.clone()>{shown.before.title.clone()}</strong>
                        <span aria-hidden="true">"→"</span>
                        <span class="unseen">" compared with "</span>
                        <strong title=shown.after.title.clone()>{shown.after.title.clone()}</strong>
                    </p>
                    <ul>{signs.collect_view()}</ul>
                    <button type="button" class="plain" aria-label="Leave the comparison" title="Leave the comparison (Escape)" on:click=move |_| store.leave_comparison()>
                        <Icon path=icon::CLOSE />
                    </button>
                </section>
            }
        })
    }
}

/// That the canvas shows what tests walked through, or a dry run: over it while it does.
#[component]
pub(super) fn WalkedLegend() -> impl IntoView {
    let store = use_store();
    let coverage = Memo::new(move |_| store.shown_coverage().map(|tool| (tool.nodes_covered(), tool.edges_covered())));
    let dry = Memo::new(move |_| {
        let is_elsewhere = store.board.get() || store.comparison.with(Option::is_some) || coverage.with(Option::is_some);
        store.of_run(RunState::dry_counts).flatten().filter(|_| !is_elsewhere)
    });
    move || {
        match (coverage.get(), dry.get()) {
        (Some((nodes, edges)), _) => view! {
            <section class="legend" aria-label="Coverage of the tests">
                <p><strong>"Coverage"</strong></p>
                <ul>
                    <li>{share(nodes, "node")}</li>
                    <li>{share(edges, "edge")}</li>
                    <li data-walked="yes"><span class="walked" aria-hidden="true">"2×"</span>"how often"</li>
                    <li data-walked="no"><span class="walked" aria-hidden="true">"never"</span>"not reached"</li>
                </ul>
                <button type="button" class="plain" aria-label="Put the coverage away" title="Put the coverage away (Escape)" on:click=move |_| store.leave_coverage()>
                    <Icon path=icon::CLOSE />
                </button>
            </section>
        }
        .into_any(),
        (None, Some(counts)) => view! {
            <section class="legend dry-legend" aria-label="Dry run">
                <p><strong>"Dry run"</strong><span>{dry_told(counts)}</span></p>
                <button type="button" class="plain" on:click=move |_| store.show_dry_calls()>"Calls"</button>
            </section>
        }
        .into_any(),
        (None, None) => ().into_any(),
    }
    }
}

/// What the board is, and the way back: over the canvas while it shows all open graphs.
#[component]
pub(super) fn BoardStrip() -> impl IntoView {
    let store = use_store();
    view! {
        <Show when=move || store.board.get()>
            <section class="legend board-strip" aria-label="All open graphs">
                <p>
                    <strong>"All open graphs"</strong>
                    <span class="muted">"A double click or Enter opens one"</span>
                </p>
                <button type="button" class="plain" aria-label="Back to the graph" title="Back to the graph (Escape)" on:click=move |_| store.leave_board()>
                    <Icon path=icon::CLOSE />
                </button>
            </section>
        </Show>
    }
}

/// Its name in the style sheet.
pub(crate) fn name(fate: Fate) -> &'static str {
    match fate {
        Fate::Added => "added",
        Fate::Removed => "removed",
        Fate::Changed => "changed",
    }
}
