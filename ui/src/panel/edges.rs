//! Where a node leads.

use graph::Node;
use leptos::prelude::*;

use crate::app::use_store;

/// The fields of a node that are edges, and so are not among its settings.
const EDGE_FIELDS: [&str; 7] = ["next", "conditions", "branches", "body", "join", "onError", "onReject"];

/// Whether a field is an edge.
pub(super) fn is_edge(field: &str) -> bool {
    EDGE_FIELDS.contains(&field)
}

/// The edges, with what takes each; a click follows it.
#[component]
pub(crate) fn Edges(
    /// The node that they leave.
    node: Node,
) -> impl IntoView {
    let store = use_store();
    let edges: Vec<_> = canvas::edges_from_the_top(&node).into_iter().map(|edge| (canvas::edge_label(&node, edge.port), edge.to)).collect();
    (!edges.is_empty()).then(|| {
        view! {
            <section class="ways" aria-label="Leads to">
                <h3 class="small-head">"Leads to"</h3>
                <ul>
                    {edges
                        .into_iter()
                        .map(|(label, to)| {
                            let name = to.to_string();
                            view! {
                                <li>
                                    <button type="button" class="link mono" on:click=move |_| store.stage.select(&to)>{name}</button>
                                    <span class="muted">{label}</span>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </section>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use graph::{Port, Segment};

    #[test]
    fn every_port_is_written_in_a_field_that_counts_as_an_edge() {
        let ports = [Port::Next, Port::Case(0), Port::Branch(0), Port::Body, Port::Join, Port::OnError, Port::OnReject];
        for port in ports {
            let path = port.path();
            let Some(Segment::Key(field)) = path.segments().first() else { panic!("{port:?} is in a field") };
            assert!(is_edge(field), "`{field}` is not shown as a setting");
        }
    }
}
