//! The pictures of kinds, states and buttons: strokes in a square of 24 units, the same on the canvas and on the page.

use canvas::Status;
use leptos::prelude::*;

/// The strokes for kinds of nodes, by name. A kind that is not listed has [`OTHER_KIND`].
const KINDS: [(&str, &str); 9] = [
    ("entry", "M3 12h11M10 8l4 4-4 4M20 5v14"),
    ("exit", "M4 5v14M9 12h11M16 8l4 4-4 4"),
    ("mcp", "M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3"),
    ("transform", "M4 6h16M4 12h9M4 18h5M16 12l4 4-4 4"),
    ("switch", "M3 12h6M9 12c4 0 4-6 8-6h3M9 12c4 0 4 6 8 6h3M17 3l3 3-3 3M17 15l3 3-3 3"),
    ("parallel", "M3 12h5M8 5v14M8 5h12M8 12h12M8 19h12"),
    ("forEach", "M20 12a8 8 0 0 1-14.5 4.6M4 12A8 8 0 0 1 18.5 7.4M18.5 3v4.4h-4.4M5.5 21v-4.4h4.4"),
    ("call", "M4 4h16v16H4zM9 9h6v6H9z"),
    ("wait", "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 7v5l3 2"),
];

/// The strokes for any other kind.
const OTHER_KIND: &str = "M12 4l8 8-8 8-8-8z";

pub(crate) const OPEN: &str = "M3 6h6l2 2h10v11H3z";
pub(crate) const KEYS: &str = "M3 7h18v11H3zM7 11h0M11 11h0M15 11h0M8 15h8";
pub(crate) const FIT: &str = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";
pub(crate) const PLUS: &str = "M12 5v14M5 12h14";
pub(crate) const MINUS: &str = "M5 12h14";
pub(crate) const CLOSE: &str = "M6 6l12 12M18 6L6 18";
pub(crate) const COPY: &str = "M8 8h11v12H8zM5 16V4h11";
pub(crate) const TEXT: &str = "M4 6h16M4 11h16M4 16h10";
pub(crate) const SIDE_RIGHT: &str = "M4 5h16v14H4zM14 5v14";
pub(crate) const SIDE_BELOW: &str = "M4 5h16v14H4zM4 14h16";
pub(crate) const WARNING: &str = "M12 4l9 16H3zM12 10v4M12 17h0";
pub(crate) const CHECK: &str = "M5 12.5l4.5 4.5L19 7.5";
pub(crate) const CROSS: &str = "M7 7l10 10M17 7L7 17";

/// The strokes for a kind.
pub(crate) fn of_kind(kind: &str) -> &'static str {
    KINDS.iter().find(|(name, _)| *name == kind).map_or(OTHER_KIND, |(_, path)| path)
}

/// The strokes for a state; none for one that needs no picture.
pub(crate) fn of_status(status: Status) -> Option<&'static str> {
    match status {
        Status::Idle => None,
        Status::Running => Some("M12 4a8 8 0 1 1-8 8"),
        Status::Done => Some(CHECK),
        Status::Failed => Some(CROSS),
        Status::Skipped => Some("M7 12h10"),
    }
}

/// The word for a state, as tests and screen readers see it.
pub(crate) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Idle => "idle",
        Status::Running => "running",
        Status::Done => "done",
        Status::Failed => "failed",
        Status::Skipped => "skipped",
    }
}

/// An icon on the page. It is never the only sign of anything, so screen readers pass over it.
#[component]
pub(crate) fn Icon(
    /// Its strokes.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=path />
        </svg>
    }
}

/// A kind's icon on a tile in the kind's colour.
#[component]
pub(crate) fn KindTile(
    /// The kind's name.
    kind: String,
) -> impl IntoView {
    let path = of_kind(&kind);
    view! { <span class="tile" data-kind=kind><Icon path=path /></span> }
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
