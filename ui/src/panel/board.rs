//! All open graphs as a list, beside the board: each tool a way into its graph.

use graph::ToolName;
use leptos::prelude::*;
use protocol::GraphId;

use crate::app::use_store;
use crate::store::Same;
use crate::text;

/// The panel.
#[component]
pub(crate) fn BoardPanel() -> impl IntoView {
    let store = use_store();
    let graphs = Memo::new(move |_| store.model.with(|model| model.graphs.iter().cloned().map(Same).collect::<Vec<_>>()));
    view! {
        <section class="panel" aria-label="Open graphs">
            <header class="panel-head">
                <div>
                    <h2 id="inspector-head" tabindex="-1">"Open graphs"</h2>
                    <p class="muted">{move || text::count(graphs.with(Vec::len), "graph")}</p>
                </div>
            </header>
            <div class="changes">
                <For each=move || graphs.get() key=|graph| (graph.0.id, graph.0.revision) let:graph>
                    <section class="tool-changes">
                        <h3 title=graph.0.path.clone()>{text::file_name(&graph.0.path).to_owned()}</h3>
                        <ul class="board-tools">
                            {graph.0.graph.tools.iter().map(|tool| view! { <BoardTool graph=graph.0.id name=tool.name.clone() nodes=tool.nodes.len() /> }).collect_view()}
                        </ul>
                    </section>
                </For>
            </div>
        </section>
    }
}

/// A tool: a click leads to it.
#[component]
fn BoardTool(
    /// Its graph.
    graph: GraphId,
    /// Its name.
    name: ToolName,
    /// How many nodes it has.
    nodes: usize,
) -> impl IntoView {
    let store = use_store();
    let label = name.to_string();
    view! {
        <li>
            <button type="button" class="plain" on:click=move |_| store.go_to_tool(graph, &name)>
                <span>{label}</span>
                <span class="muted">{text::count(nodes, "node")}</span>
            </button>
        </li>
    }
}
