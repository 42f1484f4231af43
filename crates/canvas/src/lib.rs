//! The canvas without a screen: camera, geometry, gestures, scene, layout. Knows `graph` for what is drawn, and no DOM.
//!
//! Inputs go into a [`Canvas`], which says what they meant as [`Intent`]s and which [`Layers`] are out of date; a painter
//! elsewhere reads the [`Scene`] and paints those. What is far away is painted here, into a [`Raster`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arrange;
mod camera;
mod canvas;
mod detail;
mod draft;
mod far;
mod geometry;
mod gesture;
mod index;
mod input;
mod intent;
mod label;
mod layers;
pub mod layout;
mod map;
mod scene;
mod selection;
mod snap;
mod walk;

pub use arrange::{Alignment, Axis, align, distribute};
pub use camera::{Camera, LEAST_ZOOM, MOST_ZOOM, ZOOM_STEP};
pub use canvas::{Canvas, HELD_ROOM, MOST_LIVE, Outcome, WORD_ROOM};
pub use detail::Detail;
pub use draft::{Draft, Guide};
pub use far::{Palette, Raster, Rgba, shows_edges};
pub use geometry::{Cubic, Pixel, Point, Rect, distance_to_line, pt};
pub use gesture::{Aiming, Connecting, Dragging, Framing, Gesture, Idle, Nudging, Panning, Pending, Pinching, Resizing, SLOP, Step, View};
pub use index::Index;
pub use input::{Button, Direction, Event, Held, Input, Key, Pointer};
pub use intent::Intent;
pub use label::{cut, edge_label, rule_label};
pub use layers::{BLEED, Damage, Layers};
pub use map::Map;
pub use scene::{
    BoardSpot, CARD_HEIGHT, CARD_WIDTH, EdgeKey, EdgeRow, EdgeStyle, Edges, End, FRAME_BAR, Face, Handle, Hit, ItemKey, ItemRow,
    LEAST_ITEM, NodeKey, NodeSpec, NodeText, Nodes, PORT_REACH, PORT_STEP, Refusal, SERVER_KIND, Scene, Sheet, Status, Stop, board_id,
    board_spot, edges_from_the_top, title_of,
};
pub use selection::Selection;
pub use snap::{Snap, snap};
pub use walk::reading_order;
