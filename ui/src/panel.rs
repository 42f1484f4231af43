//! What the inspector can show, one panel a file.

mod edges;
mod node;
mod outcome;
mod problems;
mod prose;
mod servers;
mod step;
mod tool;
mod trouble;

pub(crate) use node::NodePanel;
pub(crate) use tool::ToolPanel;
pub(crate) use trouble::Trouble;
