//! All open graphs on one canvas, each in its frame with its servers; from there into one of them.

use std::sync::Arc;

use canvas::{Scene, Sheet, Status, board_id, board_spot};
use graph::{ServerEntry, ToolName};
use leptos::prelude::*;
use protocol::{GraphId, GraphView};

use super::{Store, looks_same};
use crate::text;
use crate::toast::Toast;

impl Store {
    /// Shows all open graphs side by side, or the one that was shown before.
    pub(crate) fn toggle_board(self) {
        if self.board.get_untracked() {
            return self.leave_board();
        }
        self.finding.welcome_shown.set(false);
        self.comparison.set(None);
        self.board.set(true);
        self.draw();
    }

    /// Shows the one graph again.
    pub(crate) fn leave_board(self) {
        if self.board.get_untracked() {
            self.board.set(false);
            self.boarded.set_value(Vec::new());
            self.drawn.set_value(None);
            self.draw();
        }
    }

    /// Goes from the board to what its current card stands for: a node, or the graph of a server.
    pub(crate) fn enter_from_board(self) {
        let current = self.stage.current.get_untracked();
        let Some(spot) = current.and_then(|(_, id)| board_spot(&id)) else { return };
        let Some(graph) = self.model.with_untracked(|model| model.graphs.get(spot.sheet).map(|view| view.id)) else { return };
        match spot.node {
            Some((tool, node)) => {
                self.go_to_tool(graph, &tool);
                self.stage.select(&node);
            }
            None => self.show_graph(graph),
        }
    }

    /// Shows a tool of a graph.
    pub(crate) fn go_to_tool(self, graph: GraphId, tool: &ToolName) {
        self.show_graph(graph);
        self.show_tool(tool.as_str());
    }

    /// Draws the board; says whether it is shown.
    pub(super) fn draw_board(self) -> bool {
        if !self.board.get_untracked() {
            return false;
        }
        let graphs = self.model.with_untracked(|model| model.graphs.clone());
        let is_same =
            self.boarded.with_value(|before| before.len() == graphs.len() && before.iter().zip(&graphs).all(|(a, b)| looks_same(a, b)));
        if !is_same {
            let is_first = self.boarded.with_value(Vec::is_empty);
            let sheets: Vec<Sheet<'_>> = graphs.iter().map(sheet).collect();
            self.stage.show_board(Scene::board(&sheets, draw::face), is_first);
            self.boarded.set_value(graphs);
        }
        self.draw_board_runs();
        true
    }

    /// Brings every node of the board in line with the last run of its tool.
    pub(super) fn draw_board_runs(self) {
        self.model.with_untracked(|model| {
            for (at, graph) in model.graphs.iter().enumerate() {
                for tool in &graph.graph.tools {
                    let run = model.run_of(graph.id, &tool.name);
                    for node in &tool.nodes {
                        let status = run.map_or(Status::Idle, |run| run.status(&node.id));
                        let note = run.and_then(|run| run.node(&node.id)).map(crate::model::NodeRun::note).unwrap_or_default();
                        self.stage.set_status(&board_id(at, &tool.name, &node.id), status, &note);
                    }
                }
            }
        });
    }

    /// Whether the board is shown, and so nothing is changed; the person is told.
    pub(super) fn is_on_board(self) -> bool {
        let is_so = self.board.get_untracked();
        if is_so {
            self.toast.set(Some(Toast::note("All graphs are shown side by side: open one to change it, by a double click or Enter.")));
        }
        is_so
    }
}

fn sheet(view: &Arc<GraphView>) -> Sheet<'_> {
    let tools = view.graph.tools.iter().map(|tool| (tool, view.layout.drawing(tool.name.as_str()))).collect();
    let servers = view.graph.servers.iter().map(|(name, entry)| (name.to_string(), about(entry))).collect();
    Sheet { title: text::file_name(&view.path).to_owned(), tools, servers }
}

/// The command or the address of a server, in a line.
fn about(entry: &ServerEntry) -> String {
    let of = |key: &str| entry.fields.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    of("command").or_else(|| of("url")).unwrap_or_default()
}
