//! What the page can show of a graph, one panel a file.

mod board;
mod comparison;
mod conflict;
mod edges;
mod graph;
mod item;
mod mcp_servers;
mod node;
mod outcome;
mod problems;
mod prose;
mod question;
mod run_node;
mod schema;
mod servers;
mod step;
mod text;
mod tool;
mod traffic;
mod trouble;
mod versions;

pub(crate) use board::BoardPanel;
pub(crate) use comparison::ComparisonPanel;
pub(crate) use conflict::ConflictCard;
pub(crate) use item::ItemPanel;
pub(crate) use node::NodePanel;
pub(crate) use problems::ProblemsPanel;
pub(crate) use prose::Prose;
pub(crate) use servers::ServersPanel;
pub(crate) use text::{Text, TextPanel};
pub(crate) use tool::ToolPanel;
pub(crate) use trouble::Trouble;
pub(crate) use versions::VersionsPanel;
