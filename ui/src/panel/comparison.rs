//! What two versions differ in, as a list: by tool, node and field. A click leads to the node.

use ::graph::{FieldDiff, NodeDiff, ToolDiff, ToolName};
use leptos::prelude::*;
use serde_json::Value;

use crate::app::{focus, use_store};
use crate::canvas_view::fate_name;
use crate::painter::sign;
use crate::store::Comparison;

/// The longest value that is shown, in characters.
const LONGEST: usize = 160;

/// The panel.
#[component]
pub(crate) fn ComparisonPanel(
    /// What is compared.
    shown: Comparison,
) -> impl IntoView {
    let is_same = shown.diff.is_empty();
    let fields = field_list(&shown.diff.fields);
    let tools = shown.diff.tools.iter().cloned().map(|tool| view! { <ToolChanges tool=tool /> }).collect_view();
    view! {
        <section class="panel" aria-label="Changes">
            <header class="panel-head">
                <div>
                    <h2 id="inspector-head" tabindex="-1">"Changes"</h2>
                    <p class="muted">{shown.before.title.clone()} " → " {shown.after.title.clone()}</p>
                </div>
            </header>
            <div class="changes">
                {is_same.then(|| view! { <p class="muted">"Both versions say the same; only places on the canvas may differ."</p> })}
                {fields}
                {tools}
            </div>
        </section>
    }
}

#[component]
fn ToolChanges(
    /// The tool.
    tool: ToolDiff,
) -> impl IntoView {
    let store = use_store();
    let (mark, word) = sign(tool.fate);
    let name = tool.tool.clone();
    let to = name.clone();
    let nodes = tool.nodes.into_iter().map(|node| view! { <NodeChange tool=name.clone() node=node /> }).collect_view();
    view! {
        <section class="tool-changes">
            <h3>
                <button type="button" class="plain" data-fate=fate_name(tool.fate) on:click=move |_| store.compare_tool(&to)>
                    <span class="fate" aria-hidden="true">{mark}</span>
                    <span>{name.to_string()}</span>
                    <span class="unseen">{format!(", tool, {word}")}</span>
                </button>
            </h3>
            {field_list(&tool.fields)}
            <ul class="node-changes">{nodes}</ul>
        </section>
    }
}

#[component]
fn NodeChange(
    /// The tool that has it.
    tool: ToolName,
    /// What differs.
    node: NodeDiff,
) -> impl IntoView {
    let store = use_store();
    let (mark, word) = sign(node.fate);
    let id = node.node.clone();
    let go = move |_| {
        store.compare_tool(&tool);
        store.stage.select(&id);
        focus("canvas");
    };
    view! {
        <li>
            <button type="button" class="plain node-change" data-fate=fate_name(node.fate) on:click=go>
                <span class="fate" aria-hidden="true">{mark}</span>
                <span>{node.node.to_string()}</span>
                <span class="muted">{node.kind}</span>
                <span class="unseen">{format!(", {word}")}</span>
            </button>
            {field_list(&node.fields)}
        </li>
    }
}

/// Fields with what they were and what they are.
pub(super) fn field_list(fields: &[FieldDiff]) -> impl IntoView + use<> {
    let row = |field: &FieldDiff| {
        let (old, new) = (field.old.as_ref().map(shown), field.new.as_ref().map(shown));
        view! {
            <div>
                <dt>{field.path.to_string()}</dt>
                {old.map(|old| view! { <dd data-fate="removed"><span class="fate">"−"</span><code>{old}</code></dd> })}
                {new.map(|new| view! { <dd data-fate="added"><span class="fate">"+"</span><code>{new}</code></dd> })}
            </div>
        }
    };
    let rows = fields.iter().map(row).collect_view();
    (!fields.is_empty()).then(|| view! { <dl class="field-changes">{rows}</dl> })
}

/// A value, short enough for the list; a text without its quotes.
fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), |text| text.trim_end().to_owned());
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST).chain(['…']).collect() }
}
