//! Which fields of a node say where it leads.

/// The fields of a node that are edges, and so are not among its settings.
const EDGE_FIELDS: [&str; 7] = ["next", "conditions", "branches", "body", "join", "onError", "onReject"];

/// Whether a field is an edge.
pub(super) fn is_edge(field: &str) -> bool {
    EDGE_FIELDS.contains(&field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::graph::{Port, Segment};

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
