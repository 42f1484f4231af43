//! A graph as a picture: what its kind makes of a node's card, and the whole drawing as SVG. Knows graphs and their scene; no
//! page, no screen, no files.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod face;
pub mod icon;
mod letters;
mod look;
pub mod markdown;
mod prose;
mod summary;
mod svg;
mod xml;

pub use face::{face, port_word};
pub use look::Look;
pub use svg::{Part, Pictures, Svg, svg};
