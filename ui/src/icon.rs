//! The pictures of kinds, states and buttons: strokes in a square of 24 units, the same on the canvas and on the page.

use canvas::Status;
pub(crate) use draw::icon::of_kind;
use leptos::prelude::*;

pub(crate) const FLAG: &str = "M6 21V4h12l-3 4 3 4H6";
pub(crate) const HOME: &str = "M4 11l8-7 8 7v9h-5v-6H9v6H4z";
pub(crate) const IMPORT: &str = "M12 4v10M8 10l4 4 4-4M5 16v4h14v-4";
pub(crate) const OPEN: &str = "M3 6h6l2 2h10v11H3z";
pub(crate) const NEW: &str = "M6 3h8l4 4v14H6zM14 3v4h4M12 11v6M9 14h6";
pub(crate) const RUN: &str = "M7 5l12 7-12 7z";
pub(crate) const RUN_TO: &str = "M5 6l8 6-8 6zM19 5v14";
pub(crate) const RUN_ONE: &str = "M4 4v3M4 4h3M20 4v3M20 4h-3M4 20v-3M4 20h3M20 20v-3M20 20h-3M9.5 8l6 4-6 4z";
pub(crate) const AGAIN: &str = "M19 12a7 7 0 1 1-2.3-5.2M19 3v4h-4";
pub(crate) const COLLAPSE: &str = "M4 5h16v14H4zM12 8v3M12 16v-3M8 12h8M10 9.5l2 2 2-2M10 14.5l2-2 2 2";
pub(crate) const SENT: &str = "M12 19V5M6 11l6-6 6 6";
pub(crate) const RECEIVED: &str = "M12 5v14M6 13l6 6 6-6";
pub(crate) const DRY: &str = "M7 5l12 7-12 7zM4 20L20 4";
pub(crate) const TESTS: &str = "M9 3h6M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3M8 14h8";
pub(crate) const STOP: &str = "M6 6h12v12H6z";
pub(crate) const UNDO: &str = "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6";
pub(crate) const REDO: &str = "M15 7l5 5-5 5M20 12H10a6 6 0 0 0-6 6";
pub(crate) const SEARCH: &str = "M11 4a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM16 16l5 5";
pub(crate) const TRASH: &str = "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5";
pub(crate) const FRAME: &str = "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4";
pub(crate) const SPLICE: &str = "M3 12h5M16 12h5M8 9v6M16 9v6M12 4v2M12 18v2";
pub(crate) const PEN: &str = "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4";
pub(crate) const NOTE: &str = "M5 4h14v10l-5 6H5zM14 20v-6h5M9 9h6";
pub(crate) const TOOL: &str = "M4 5h16v14H4zM8 9h8M8 13h5";
pub(crate) const BOARD: &str = "M3 4h8v7H3zM13 4h8v10h-8zM3 13h8v7H3zM13 16h8v4h-8z";
pub(crate) const SERVER: &str = "M4 4h16v6H4zM4 14h16v6H4zM8 7h0M8 17h0";
pub(crate) const PANEL: &str = "M3 5h18v14H3zM15 5v14";
pub(crate) const FUNCTION: &str = "M15 5c-3-1-4 0-4.5 3L8 18c-.5 2-1.5 2.5-3 2M7 10h8";
pub(crate) const PASTE: &str = "M9 4h6v4H9zM9 6H5v15h14V6h-4M9 13h6M9 17h4";
pub(crate) const TIDY: &str = "M4 5h6v5H4zM14 14h6v5h-6zM10 7.5h4v9";
pub(crate) const ALIGN: &str = "M4 4v16M8 7h11v4H8zM8 14h7v4H8z";
pub(crate) const KEYS: &str = "M3 7h18v11H3zM7 11h0M11 11h0M15 11h0M8 15h8";
pub(crate) const FIT: &str = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";
pub(crate) const PLUS: &str = "M12 5v14M5 12h14";
pub(crate) const MINUS: &str = "M5 12h14";
pub(crate) const CLOSE: &str = "M6 6l12 12M18 6L6 18";
pub(crate) const DOWN: &str = "M6 9l6 6 6-6";
pub(crate) const RIGHT: &str = "M9 6l6 6-6 6";
pub(crate) const WAY: &str = "M5 4v10h13M14 10l4 4-4 4";
pub(crate) const COPY: &str = "M8 8h11v12H8zM5 16V4h11";
pub(crate) const LOCK: &str = "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3";
pub(crate) const OVERVIEW: &str = "M3 5h18v14H3zM12 12h6v5h-6z";
pub(crate) const CURVED: &str = "M3 18c9 0 9-12 18-12";
pub(crate) const STRAIGHT: &str = "M3 18h9V6h9";
pub(crate) const TEXT: &str = "M4 6h16M4 11h16M4 16h10";
pub(crate) const SIDE_RIGHT: &str = "M4 5h16v14H4zM14 5v14";
pub(crate) const SIDE_BELOW: &str = "M4 5h16v14H4zM4 14h16";
pub(crate) const HISTORY: &str = "M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4M12 8v4l3 2";
pub(crate) const INBOX: &str = "M4 5h16v14H4zM4 13h5l1 2h4l1-2h5";
pub(crate) const RUNS: &str = "M4 6h10M4 12h14M4 18h7M18 4v4M21 16v4";
pub(crate) const BUG: &str = "M9 8a3 3 0 0 1 6 0M8 10h8v5a4 4 0 0 1-8 0zM4 8l4 3M20 8l-4 3M3 14h5M16 14h5M5 20l3.5-3M19 20l-3.5-3";
pub(crate) const PAUSE: &str = "M8 5v14M16 5v14";
pub(crate) const GO_ON: &str = "M5 5v14M9 5l10 7-10 7z";
pub(crate) const OVER: &str = "M4 11a8 8 0 0 1 15-2M19 4v5h-5M12 18h0";
pub(crate) const INTO: &str = "M12 3v10M8 9l4 4 4-4M12 19h0";
pub(crate) const OUT: &str = "M12 14V4M8 8l4-4 4 4M12 19h0";
pub(crate) const BREAKPOINT: &str = "M12 6a6 6 0 1 0 0 12a6 6 0 1 0 0-12z";
pub(crate) const FIRST: &str = "M6 5v14M18 6l-8 6 8 6z";
pub(crate) const BACK: &str = "M16 6l-8 6 8 6z";
pub(crate) const NEXT: &str = "M8 6l8 6-8 6z";
pub(crate) const LAST: &str = "M18 5v14M6 6l8 6-8 6z";
pub(crate) const FORK: &str = "M7 4v16M7 14c0-5 10-3 10-8M14 7l3-3 3 3";
pub(crate) const BOOKMARK: &str = "M6 4h12v16l-6-4-6 4z";
pub(crate) const PICTURE: &str = draw::icon::NO_PICTURE;
pub(crate) const EXPORT: &str = "M12 15V4M8 8l4-4 4 4M4 14v6h16v-6";
pub(crate) const COMPARE: &str = "M8 4v16M16 4v16M3 8h5M3 12h5M16 12h5M16 16h5";
pub(crate) const WARNING: &str = "M12 4l9 16H3zM12 10v4M12 17h0";
pub(crate) const CHECK: &str = "M5 12.5l4.5 4.5L19 7.5";
pub(crate) const CROSS: &str = "M7 7l10 10M17 7L7 17";

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
