//! What the window can show beside the canvas, one panel a file.

mod edges;
mod node;
mod outcome;
mod problems;
mod prose;
mod servers;
mod step;
mod text;
mod tool;
mod trouble;

pub(crate) use node::NodePanel;
pub(crate) use text::{Text, TextPanel};
pub(crate) use tool::ToolPanel;
pub(crate) use trouble::Trouble;
