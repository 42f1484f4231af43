//! The canvas without a screen: camera, geometry, gestures, scene, layout. Knows `graph` for what is drawn, and no DOM.
//!
//! Inputs go into a [`Canvas`], which says what they meant as [`Intent`]s and which [`Layers`] are out of date; a painter
//! elsewhere reads the [`Scene`] and paints those. What is far away is painted here, into a [`Raster`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod camera;
mod canvas;
mod detail;
mod far;
mod geometry;
mod gesture;
mod index;
mod input;
mod intent;
mod label;
mod layers;
pub mod layout;
mod scene;
mod walk;

pub use camera::{Camera, LEAST_ZOOM, MOST_ZOOM, ZOOM_STEP};
pub use canvas::{Canvas, MOST_LIVE, Outcome};
pub use detail::Detail;
pub use far::{Palette, Raster, Rgba, shows_edges};
pub use geometry::{Cubic, Pixel, Point, Rect, distance_to_line, pt};
pub use gesture::{Dragging, Framing, Gesture, Idle, Nudging, Panning, Pending, Pinching, SLOP, Step, View};
pub use index::Index;
pub use input::{Button, Direction, Event, Held, Input, Key, Pointer};
pub use intent::Intent;
pub use label::{cut, edge_label, rule_label};
pub use layers::{BLEED, Damage, Layers};
pub use scene::{
    CARD_HEIGHT, CARD_WIDTH, EdgeKey, EdgeRow, Edges, Hit, NodeKey, NodeSpec, NodeText, Nodes, PORT_REACH, PORT_STEP, Places, Scene,
    Status, edges_from_the_top,
};
pub use walk::reading_order;
