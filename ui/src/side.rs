//! The panel between the rail and the canvas: what can be added, what is wrong, what the servers do, what was before.

use leptos::prelude::*;

use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::palette::AddPanel;
use crate::panel::{DebuggerPanel, InboxPanel, ProblemsPanel, RunsPanel, ServersPanel, TestsPanel, VersionsPanel};

/// What it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// What can be added.
    Add,
    /// What the checks found.
    Problems,
    /// The servers and their tools.
    Servers,
    /// What people are asked.
    Inbox,
    /// What ran.
    Runs,
    /// The tests of the graph.
    Tests,
    /// Where runs are held, and the one that is.
    Debugger,
    /// What the graph was before.
    Versions,
}

impl Side {
    /// What stands over it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Side::Add => "Add",
            Side::Problems => "Problems",
            Side::Servers => "Servers",
            Side::Inbox => "Questions",
            Side::Runs => "Runs",
            Side::Tests => "Tests",
            Side::Debugger => "Debugger",
            Side::Versions => "Versions",
        }
    }
}

/// The panel; nothing where none is open.
#[component]
pub(crate) fn SidePanel() -> impl IntoView {
    let store = use_store();
    move || {
        store.side.get().map(|side| {
            view! {
                <aside class="side" aria-label=side.title() data-side=side.title()>
                    <header class="side-head">
                        <h2 id="side-head" tabindex="-1">{side.title()}</h2>
                        <button type="button" class="plain" aria-label="Close" on:click=move |_| store.side.set(None)>
                            <Icon path=icon::CLOSE />
                        </button>
                    </header>
                    {match side {
                        Side::Add => view! { <AddPanel /> }.into_any(),
                        Side::Problems => view! { <ProblemsPanel /> }.into_any(),
                        Side::Servers => view! { <ServersPanel /> }.into_any(),
                        Side::Inbox => view! { <InboxPanel /> }.into_any(),
                        Side::Runs => view! { <RunsPanel /> }.into_any(),
                        Side::Tests => view! { <TestsPanel /> }.into_any(),
                        Side::Debugger => view! { <DebuggerPanel /> }.into_any(),
                        Side::Versions => view! { <VersionsPanel /> }.into_any(),
                    }}
                </aside>
            }
        })
    }
}
