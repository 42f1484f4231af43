//! The pictures of kinds: strokes in a square of 24 units, the same on the canvas, on the page and in a file.

/// The strokes for kinds of nodes, by name. A kind that is not listed has [`OTHER_KIND`].
const KINDS: [(&str, &str); 13] = [
    ("entry", "M3 12h11M10 8l4 4-4 4M20 5v14"),
    ("exit", "M4 5v14M9 12h11M16 8l4 4-4 4"),
    ("mcp", "M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3"),
    ("transform", "M4 6h16M4 12h9M4 18h5M16 12l4 4-4 4"),
    ("switch", "M3 12h6M9 12c4 0 4-6 8-6h3M9 12c4 0 4 6 8 6h3M17 3l3 3-3 3M17 15l3 3-3 3"),
    ("parallel", "M3 12h5M8 5v14M8 5h12M8 12h12M8 19h12"),
    ("forEach", "M20 12a8 8 0 0 1-14.5 4.6M4 12A8 8 0 0 1 18.5 7.4M18.5 3v4.4h-4.4M5.5 21v-4.4h4.4"),
    ("call", "M4 4h16v16H4zM9 9h6v6H9z"),
    ("placeholder", "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M12 9v6M9 12h6"),
    (canvas::SERVER_KIND, "M4 4h16v6H4zM4 14h16v6H4zM8 7h0M8 17h0"),
    ("approval", "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM4 20a8 8 0 0 1 9-5M14 19l2 2 5-5"),
    ("emit", "M4 10v4h3l6 4V6L7 10zM16 9a4 4 0 0 1 0 6M18.5 6a8 8 0 0 1 0 12"),
    ("wait", "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 7v5l3 2"),
];

/// The strokes for any other kind.
const OTHER_KIND: &str = "M12 4l8 8-8 8-8-8z";

/// The strokes of the sign for a picture that is not there.
pub const NO_PICTURE: &str = "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h0";

/// The strokes for a kind.
#[must_use]
pub fn of_kind(kind: &str) -> &'static str {
    KINDS.iter().find(|(name, _)| *name == kind).map_or(OTHER_KIND, |(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_node_has_an_icon_of_its_own() {
        for kind in nodes::ALL {
            let path = of_kind(kind.name());
            assert_ne!(path, OTHER_KIND, "`{}` is drawn", kind.name());
            let same = nodes::ALL.iter().filter(|other| of_kind(other.name()) == path).count();
            assert_eq!(same, 1, "`{}` looks like no other kind", kind.name());
        }
    }
}
