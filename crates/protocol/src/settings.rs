//! How a person has set the window up: kept from one start to the next, whichever shell shows it.

use graph::ToolName;
use serde::{Deserialize, Serialize};

/// Dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// The first tour, while a person is on it. Which step they have come to is seen from the graph, but for what this says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tour {
    /// The file of the graph that was made for it.
    pub path: String,
    /// Its tool.
    pub tool: ToolName,
    /// Whether the tool's last run ended well.
    #[serde(default)]
    pub has_run: bool,
    /// Whether the person has looked at a node since.
    #[serde(default)]
    pub has_looked: bool,
}

/// See the module. What an older or a newer version does not know is as it is at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Dark or light.
    pub theme: Theme,
    /// Whether edges are upright rather than curved.
    pub has_upright_edges: bool,
    /// Whether the small picture of the whole is shown.
    pub has_overview: bool,
    /// Whether the inspector is shown.
    pub has_inspector: bool,
    /// How wide it is, in CSS pixels.
    pub inspector_width: u32,
    /// Whether the text is shown beside the canvas.
    pub has_text: bool,
    /// Whether it is below the canvas rather than at its right.
    pub is_text_below: bool,
    /// How wide the text is, or how high, in CSS pixels.
    pub text_size: u32,
    /// Whether the person has been on the first tour.
    pub is_toured: bool,
    /// The tour that they are on: it is taken up where its graph is shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tour: Option<Tour>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            has_upright_edges: false,
            has_overview: true,
            has_inspector: true,
            inspector_width: 320,
            has_text: false,
            is_text_below: false,
            text_size: 420,
            is_toured: false,
            tour: None,
        }
    }
}
