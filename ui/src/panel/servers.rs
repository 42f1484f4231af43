//! How the graph's servers stand; as a panel of its own, with their tools to try, what was said and what they wrote.

use ::graph::ServerName;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{CallServerTool, Failed, ListServers, ServerPhase, ServerTool};
use serde_json::Value;

use super::prose::Prose;
use super::traffic::Traffic;
use super::trouble::Trouble;
use crate::action::Action;
use crate::app::use_store;
use crate::form_view::{Form, FormFields};
use crate::icon::{self, Icon};
use crate::model::Offer;
use crate::store::Store;
use crate::value_view::ValueView;

/// The servers of the graph that is shown, and how they stand.
fn standing(store: Store) -> Memo<Vec<(ServerName, ServerPhase)>> {
    Memo::new(move |_| {
        store.model.with(|model| {
            let Some(graph) = model.graph() else { return Vec::new() };
            let phase = |name| model.servers.get(&(graph.id, name)).cloned().unwrap_or(ServerPhase::Idle);
            graph.graph.servers.keys().map(|name| (name.clone(), phase(name.clone()))).collect()
        })
    })
}

/// The short list in the inspector; nothing where the graph has no servers.
#[component]
pub(crate) fn Servers() -> impl IntoView {
    let store = use_store();
    let servers = standing(store);
    view! {
        <Show when=move || !servers.with(Vec::is_empty)>
            <section class="servers" aria-label="Servers">
                <div class="setting-head">
                    <h3 class="small-head">"Servers"</h3>
                    <span class="spring"></span>
                    <button type="button" class="link" on:click=move |_| Action::ShowServers.perform(store)>"Tools and output"</button>
                </div>
                <ul>{move || servers.get().into_iter().map(|(name, phase)| view! { <Server name=name phase=phase /> }).collect_view()}</ul>
            </section>
        </Show>
    }
}

/// One server.
#[component]
fn Server(
    /// Its name.
    name: ServerName,
    /// How it stands.
    phase: ServerPhase,
) -> impl IntoView {
    let (key, word, more) = tell(phase);
    view! {
        <li data-phase=key>
            <span class="dot" aria-hidden="true"></span>
            <span class="mono">{name.to_string()}</span>
            <span class="muted">{word}</span>
            {more.map(|more| view! { <Prose text=more class="muted" /> })}
        </li>
    }
}

/// A phase as a key for the style sheet, a word, and what there is to say besides.
fn tell(phase: ServerPhase) -> (&'static str, &'static str, Option<String>) {
    match phase {
        ServerPhase::Idle => ("idle", "starts when needed", None),
        ServerPhase::Starting => ("starting", "is starting…", None),
        ServerPhase::Ready { about } => ("ready", "is ready", Some(about).filter(|about| !about.is_empty())),
        ServerPhase::Waiting { message } => ("waiting", "is tried again soon", Some(message)),
        ServerPhase::Failed { message } => ("failed", "could not start", Some(message)),
        ServerPhase::Stopped => ("stopped", "was ended", None),
    }
}

/// All servers as a panel.
#[component]
pub(crate) fn ServersPanel() -> impl IntoView {
    let store = use_store();
    let servers = standing(store);
    let names = Memo::new(move |_| servers.get().into_iter().map(|(name, _)| name).collect::<Vec<_>>());
    view! {
        <div class="side-body">
            <Show
                when=move || !names.with(Vec::is_empty)
                fallback=|| view! { <p class="side-empty">"This graph has no servers. Add one in the inspector, under “Servers of this file”."</p> }
            >
                <For each=move || names.get() key=Clone::clone let:name>
                    <ServerCard name=name servers=servers />
                </For>
            </Show>
        </div>
    }
}

/// A server with its tools and what it wrote.
#[component]
fn ServerCard(
    /// Its name.
    name: ServerName,
    /// How all servers stand.
    servers: Memo<Vec<(ServerName, ServerPhase)>>,
) -> impl IntoView {
    let store = use_store();
    let own = StoredValue::new(name.clone());
    let phase = Memo::new(move |_| {
        servers.with(|servers| {
            own.with_value(|own| servers.iter().find(|(name, _)| name == own).map_or(ServerPhase::Idle, |(_, phase)| phase.clone()))
        })
    });
    let offer = Memo::new(move |_| own.with_value(|name| store.offer(name)));
    let key = move || tell(phase.get()).0;
    let (label, shown_name, restart) = (format!("Server {name}"), name.to_string(), format!("Restart {name}"));
    let tools = move || {
        match offer.get() {
        None => view! { <button type="button" class="small" on:click=move |_| own.with_value(|name| store.ask_tools(name))>"Show its tools"</button> }.into_any(),
        Some(Offer::Asked) => view! { <p class="server-line muted" role="status"><span class="spinner" aria-hidden="true"></span>"Asking for its tools…"</p> }.into_any(),
        Some(Offer::Failed(failed)) => view! {
            <Trouble failed=failed />
            <button type="button" class="small" on:click=move |_| own.with_value(|name| store.ask_tools_again(name))>"Try again"</button>
        }
        .into_any(),
        Some(Offer::Tools(tools)) if tools.is_empty() => view! { <p class="muted">"It offers no tools."</p> }.into_any(),
        Some(Offer::Tools(tools)) => {
            let all = tools.iter().cloned().map(|tool| view! { <ToolCard server=own.get_value() tool=tool /> });
            view! { <div class="tool-cards">{all.collect_view()}</div> }.into_any()
        }
    }
    };
    view! {
        <section class="server-card" aria-label=label data-phase=key>
            <header class="setting-head">
                <span class="dot" aria-hidden="true"></span>
                <h3 class="mono cut">{shown_name}</h3>
                <span class="muted cut" role="status">{move || tell(phase.get()).1}</span>
                <span class="spring"></span>
                <button
                    type="button" class="plain" aria-label=restart title="Restart"
                    on:click=move |_| own.with_value(|name| store.restart_server(name))
                >
                    <Icon path=icon::REDO />
                </button>
            </header>
            {move || tell(phase.get()).2.map(|more| view! { <Prose text=more class="muted" /> })}
            {tools}
            <Traffic name=name.clone() />
            <Stderr name=name phase=phase />
        </section>
    }
}

/// What a server wrote to its standard error lately, asked for when it is opened and when the server changes.
#[component]
fn Stderr(
    /// The server.
    name: ServerName,
    /// How it stands.
    phase: Memo<ServerPhase>,
) -> impl IntoView {
    let store = use_store();
    let lines = RwSignal::new(None::<Result<Vec<String>, Failed>>);
    let is_open = RwSignal::new(false);
    let own = StoredValue::new(name);
    let ask = move || {
        let Some(graph) = store.shown_id() else { return };
        spawn_local(async move {
            let found = store.bridge.call(&ListServers { graph }).await;
            lines.set(Some(found.map(|servers| {
                let found = servers.into_iter().find(|server| own.with_value(|own| server.name == *own));
                found.map(|server| server.stderr).unwrap_or_default()
            })));
        });
    };
    Effect::new(move |_| {
        phase.track();
        if is_open.get() {
            ask();
        }
    });
    view! {
        <details class="stderr" on:toggle=move |event| is_open.set(event_target::<web_sys::HtmlElement>(&event).has_attribute("open"))>
            <summary>"What it wrote"</summary>
            {move || lines.get().map(|lines| match lines {
                Ok(lines) if lines.is_empty() => view! { <p class="muted">"Nothing so far."</p> }.into_any(),
                Ok(lines) => view! { <pre class="code" tabindex="0">{lines.join("\n")}</pre> }.into_any(),
                Err(failed) => view! { <Trouble failed=failed /> }.into_any(),
            })}
            <button type="button" class="link" on:click=move |_| ask()>"Look again"</button>
        </details>
    }
}

/// A tool with a form to try it.
#[component]
fn ToolCard(
    /// The server.
    server: ServerName,
    /// The tool.
    tool: ServerTool,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let key = format!("{server}/{}", tool.name);
    let kept = StoredValue::new((server, tool.clone()));
    view! {
        <details class="tool-card" data-tool=key on:toggle=move |event| is_open.set(event_target::<web_sys::HtmlElement>(&event).has_attribute("open"))>
            <summary>
                <span class="mono">{tool.name.clone()}</span>
                {tool.reads_only.then(|| view! { <span class="chip" title="It says that it changes nothing">"reads"</span> })}
            </summary>
            {tool.description.map(|text| view! { <p class="muted tool-about">{text}</p> })}
            <Show when=move || is_open.get()>
                {move || {
                    let (server, tool) = kept.get_value();
                    view! { <Try server=server tool=tool /> }
                }}
            </Show>
        </details>
    }
}

/// The form, and what came back.
#[component]
fn Try(
    /// The server.
    server: ServerName,
    /// The tool.
    tool: ServerTool,
) -> impl IntoView {
    let store = use_store();
    let form = Form::new("try");
    form.take_schema(Some(&tool.input_schema));
    let reply = RwSignal::new(None::<Result<Value, Failed>>);
    let is_busy = RwSignal::new(false);
    let call = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(graph), Some(arguments)) = (store.shown_id(), form.collect()) else { return };
        let command = CallServerTool { graph, server: server.clone(), tool: tool.name.clone(), arguments };
        is_busy.set(true);
        spawn_local(async move {
            reply.set(Some(store.bridge.call(&command).await));
            is_busy.set(false);
        });
    };
    view! {
        <form class="run-form" novalidate on:submit=call>
            <FormFields form=form />
            <button type="submit" class="small primary" disabled=move || is_busy.get()>
                {move || if is_busy.get() { "Calling…" } else { "Call it" }}
            </button>
        </form>
        <div role="status">
            {move || reply.get().map(|reply| match reply {
                Ok(result) => {
                    let is_error = result.get("isError").and_then(Value::as_bool).unwrap_or(false);
                    view! {
                        {is_error.then(|| view! { <p class="fault">"The tool says that it failed"</p> })}
                        <ValueView value=answer(result) label="Answer" />
                    }
                    .into_any()
                }
                Err(failed) => view! { <Trouble failed=failed /> }.into_any(),
            })}
        </div>
    }
}

/// What matters of MCP's `CallToolResult`: its structure, or its one text, or all of its content.
fn answer(result: Value) -> Value {
    if let Some(structured) = result.get("structuredContent").filter(|value| !value.is_null()) {
        return structured.clone();
    }
    match result.get("content").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) if only["type"] == "text" => {
            let text = only["text"].as_str().unwrap_or_default();
            serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
        }
        Some(content) => content.to_vec().into(),
        None => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_matters_of_a_result_is_shown() {
        for (result, expected) in [
            (json!({"structuredContent": {"n": 1}, "content": [{"type": "text", "text": "x"}]}), json!({"n": 1})),
            (json!({"content": [{"type": "text", "text": "[1]"}]}), json!([1])),
            (json!({"content": [{"type": "text", "text": "a b"}]}), json!("a b")),
            (json!({"content": [{"type": "image"}]}), json!([{"type": "image"}])),
        ] {
            assert_eq!(answer(result.clone()), expected, "of {result}");
        }
    }
}
