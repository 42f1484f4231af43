//! The graph's own settings: what it is offered as, its limits, its servers.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::mcp_servers::McpServers;
use crate::form::{self, Field};
use crate::settings::{Setting, setting};
use crate::slot::Slot;

fn about_schema() -> Value {
    json!({"type": "object", "required": ["name", "version"], "properties": {
        "name": {"type": "string", "title": "Name", "description": "Under which its tools are offered to programs"},
        "title": {"type": "string", "title": "Title", "description": "The same for people"},
        "version": {"type": "string", "title": "Version"},
        "instructions": {"type": "string", "title": "Instructions", "description": "What a model should know of it"}
    }})
}

fn limits_schema() -> Value {
    json!({"type": "object", "properties": {
        "maxNodeExecutions": {"type": "integer", "minimum": 1, "default": 1000, "title": "Steps", "description": "How many a run may take"},
        "maxExecutionTimeMs": {"type": "integer", "minimum": 1, "default": 300_000, "title": "Time (ms)", "description": "How long a run may take, waits not counted"}
    }})
}

/// The settings.
#[component]
pub(crate) fn GraphSettings() -> impl IntoView {
    let all = |slot: Slot, fields: Vec<Field>| {
        fields.into_iter().map(move |field| setting(Setting::new(slot.key(&field.name), field))).collect_view()
    };
    view! {
        <details class="settings more">
            <summary>"Servers of this file"</summary>
            <div class="settings-body"><McpServers /></div>
        </details>
        <details class="settings more">
            <summary>"Graph and limits"</summary>
            <div class="settings-body">
                {all(Slot::of_graph().key("server"), form::fields(&about_schema()))}
                {all(Slot::of_graph().key("executionLimits"), form::fields(&limits_schema()))}
            </div>
        </details>
    }
}
