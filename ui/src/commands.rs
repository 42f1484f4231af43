//! The one search: every action with its shortcut, every node of the open graph, every tool of the graph and its servers, every
//! file that was open lately or lies beside the graph, every example.

use graph::{NodeId, ServerName, ToolName};
use leptos::prelude::*;
use protocol::GraphId;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::action::Action;
use crate::app::{focus, is_mac, use_store};
use crate::icon;
use crate::model::Offer;
use crate::picker::{Look, Offered, Picker};
use crate::search::{self, Scope};
use crate::side::Side;
use crate::store::Store;
use crate::text;

/// The id of the field that is searched in.
const FIELD: &str = "command-field";

/// How many things are shown of what was found.
const MOST: usize = 80;

/// Something to do or to go to.
#[derive(Clone, Debug, PartialEq)]
enum Goal {
    Act(Action),
    /// A node, its kind and what it is set to do.
    Node {
        tool: ToolName,
        id: NodeId,
        kind: String,
        about: String,
    },
    Tool {
        name: ToolName,
        about: String,
    },
    ServerTool {
        server: ServerName,
        name: String,
        about: String,
    },
    Graph(GraphId, String),
    /// A file, and the tools in it as far as they are known.
    File(String, Vec<ToolName>),
    Example {
        name: String,
        title: String,
        about: String,
    },
    Place(String),
}

impl Goal {
    /// What it is called, and then what else it is found by.
    fn texts(&self) -> Vec<String> {
        match self {
            Goal::Act(action) => vec![action.label().to_owned(), action.words().to_owned()],
            Goal::Node { tool, id, kind, about } => {
                vec![id.to_string(), format!("node {id} {kind}"), about.clone(), format!("{tool} {id}")]
            }
            Goal::Tool { name, about } => vec![name.to_string(), format!("tool {name}"), about.clone()],
            Goal::ServerTool { server, name, about } => vec![name.clone(), format!("tool {server} {name}"), about.clone()],
            Goal::Graph(_, path) => vec![text::file_name(path).to_owned(), path.clone()],
            Goal::File(path, tools) => {
                let tools = tools.iter().map(|tool| format!("tool {tool}"));
                [text::file_name(path).to_owned(), path.clone()].into_iter().chain(tools).collect()
            }
            Goal::Example { title, about, .. } => vec![title.clone(), format!("example {title}"), about.clone()],
            Goal::Place(name) => vec![name.clone(), format!("place {name}")],
        }
    }

    fn key(&self) -> String {
        match self {
            Goal::Act(action) => format!("action:{action:?}"),
            Goal::Node { tool, id, .. } => format!("node:{tool}:{id}"),
            Goal::Tool { name, .. } => format!("tool:{name}"),
            Goal::ServerTool { server, name, .. } => format!("server:{server}:{name}"),
            Goal::Place(name) => format!("place:{name}"),
            Goal::Graph(id, _) => format!("graph:{}", id.0),
            Goal::File(path, _) => format!("file:{path}"),
            Goal::Example { name, .. } => format!("example:{name}"),
        }
    }

    /// What sort of thing it is, for who searches only among such.
    fn scope(&self) -> Scope {
        match self {
            Goal::Act(_) => Scope::Actions,
            Goal::Place(_) => Scope::Nodes,
            Goal::Node { .. } => Scope::Nodes,
            Goal::Tool { .. } | Goal::ServerTool { .. } => Scope::Tools,
            Goal::Graph(..) | Goal::File(..) | Goal::Example { .. } => Scope::Files,
        }
    }

    fn go(self, store: Store) {
        match self {
            Goal::Act(action) => action.perform(store),
            Goal::Node { tool, id, .. } => {
                if store.of_tool_now().as_ref() != Some(&tool) {
                    store.show_tool(tool.as_str());
                }
                store.stage.select(&id);
                focus("canvas");
            }
            Goal::Tool { name, .. } => store.show_tool(name.as_str()),
            Goal::Place(name) => {
                store.go_to_place(&name);
                focus("canvas");
            }
            Goal::ServerTool { server, name, .. } => {
                store.show_side(Side::Servers);
                // The panel is drawn first.
                request_animation_frame(move || request_animation_frame(move || show_tool_card(&server, &name)));
            }
            Goal::Graph(id, _) => store.show_graph(id),
            Goal::File(path, _) => store.open(path),
            Goal::Example { name, .. } => store.open_example(name),
        }
    }
}

/// Opens the card of a server's tool, brings it into view and gives it the keyboard.
fn show_tool_card(server: &ServerName, name: &str) {
    let wanted = format!("{server}/{name}").replace('\\', "\\\\").replace('"', "\\\"");
    let card = document().query_selector(&format!(".side .tool-card[data-tool=\"{wanted}\"]")).ok().flatten();
    if let Some(card) = card.and_then(|card| card.dyn_into::<HtmlElement>().ok()) {
        // An attribute with a plain name is never refused, and what is on the page can have the keyboard.
        card.set_attribute("open", "").unwrap_or_default();
        card.scroll_into_view();
        if let Some(summary) = card.query_selector("summary").ok().flatten().and_then(|summary| summary.dyn_into::<HtmlElement>().ok()) {
            summary.focus().unwrap_or_default();
        }
    }
}

/// All that there is to do or to go to now.
fn goals(store: Store) -> Vec<Goal> {
    let actions = Action::ALL.iter().copied().filter(|action| *action != Action::Commands && action.is_possible(store)).map(Goal::Act);
    let mut goals: Vec<Goal> = actions.collect();
    goals.extend(store.places().into_iter().map(|(name, _)| Goal::Place(name)));
    store.model.with(|model| {
        let shown = model.tool().map(|tool| tool.name.clone());
        let tools = model.graph().map(|graph| graph.graph.tools.as_slice()).unwrap_or_default();
        // The tool that is shown first: it is what a person most likely means.
        let (own, others): (Vec<_>, Vec<_>) = tools.iter().partition(|tool| Some(&tool.name) == shown.as_ref());
        for tool in own.into_iter().chain(others) {
            goals.extend(tool.nodes.iter().map(|node| Goal::Node {
                tool: tool.name.clone(),
                id: node.id.clone(),
                kind: node.kind.clone(),
                about: draw::face(node).summary,
            }));
        }
        goals.extend(tools.iter().map(|tool| Goal::Tool { name: tool.name.clone(), about: tool.description.clone() }));
        for ((graph, server), offer) in &model.offers {
            if let (true, Offer::Tools(tools)) = (Some(*graph) == model.shown, offer) {
                goals.extend(tools.iter().map(|tool| Goal::ServerTool {
                    server: server.clone(),
                    name: tool.name.clone(),
                    about: tool.description.as_deref().and_then(|text| text.trim().lines().next()).unwrap_or_default().to_owned(),
                }));
            }
        }
        let others = model.graphs.iter().filter(|graph| Some(graph.id) != model.shown);
        goals.extend(others.map(|graph| Goal::Graph(graph.id, graph.path.clone())));
        let is_open = |path: &str| model.graphs.iter().any(|graph| graph.path == path);
        let beside = store.finding.beside.get();
        let is_beside = |path: &str| beside.iter().any(|(other, _)| other == path);
        let recent = model.recent.iter().filter(|file| !file.is_missing && !is_open(&file.path) && !is_beside(&file.path));
        goals.extend(recent.map(|file| Goal::File(file.path.clone(), Vec::new())));
        goals.extend(beside.iter().filter(|(path, _)| !is_open(path)).map(|(path, tools)| Goal::File(path.clone(), tools.clone())));
    });
    let examples = store.finding.examples.get().into_iter();
    goals.extend(examples.map(|example| Goal::Example { name: example.name, title: example.title, about: example.about }));
    goals
}

fn offered(store: Store, goal: &Goal, met: Vec<usize>) -> Offered {
    let end = |word: &str| Some(word.to_owned());
    let (look, about, end) = match goal {
        Goal::Act(action) => (Look::Icon(action.icon()), String::new(), action.shortcut().map(|shortcut| shortcut.label(is_mac()))),
        Goal::Node { tool, kind, about, .. } => {
            let kind = nodes::kind(kind);
            let title = kind.map_or("", nodes::Kind::title);
            let is_shown = store.of_tool_now().as_ref() == Some(tool);
            let place = if is_shown { String::new() } else { format!("{tool} · ") };
            let about = if about.is_empty() { title } else { about };
            (Look::Kind(kind.map_or("", nodes::Kind::name)), format!("{place}{about}"), end("node"))
        }
        Goal::Tool { about, .. } => (Look::Icon(icon::TOOL), about.clone(), end("tool")),
        Goal::ServerTool { server, about, .. } => (Look::Kind("mcp"), about.clone(), Some(server.to_string())),
        Goal::Graph(_, path) | Goal::File(path, _) => (Look::Icon(icon::OPEN), text::folder(path).to_owned(), end("file")),
        Goal::Example { about, .. } => (Look::Icon(icon::NEW), about.replace('`', ""), end("example")),
        Goal::Place(_) => (Look::Icon(icon::BOOKMARK), String::new(), end("place")),
    };
    Offered { key: goal.key(), look, title: goal.texts().remove(0), met, about, end }
}

/// The list, over the page.
#[component]
pub(crate) fn CommandPalette() -> impl IntoView {
    let store = use_store();
    move || {
        store.commands_shown.get().then(|| {
            store.ask_examples();
            store.ask_beside();
            let query = RwSignal::new(String::new());
            let found = Memo::new(move |_| {
                let query = query.get();
                let (scope, query) = Scope::of(&query);
                let goals = goals(store).into_iter().filter(|goal| scope.is_none_or(|scope| goal.scope() == scope));
                let ranked = search::rank(query, goals, Goal::texts);
                ranked.into_iter().take(MOST).map(|(goal, fit)| (offered(store, &goal, fit.met), goal)).collect::<Vec<_>>()
            });
            let shown = Memo::new(move |_| found.with(|found| found.iter().map(|(thing, _)| thing.clone()).collect::<Vec<_>>()));
            request_animation_frame(|| focus(FIELD));
            let leave = move || {
                store.commands_shown.set(false);
                focus("canvas");
            };
            let pick = Callback::new(move |key: String| {
                let goal = found.with_untracked(|found| found.iter().find(|(thing, _)| thing.key == key).map(|(_, goal)| goal.clone()));
                leave();
                if let Some(goal) = goal {
                    goal.go(store);
                }
            });
            let scopes = Scope::ALL.map(|scope| view! { <span><kbd>{scope.sign().to_string()}</kbd>{scope.name()}</span> });
            view! {
                <div class="veil dim" on:pointerdown=move |_| leave()></div>
                <section class="command-palette" role="dialog" aria-label="Commands">
                    <Picker
                        id=FIELD
                        label="Do something, or go somewhere"
                        query=query
                        offered=shown
                        on_pick=pick
                        on_leave=Callback::new(move |()| leave())
                    />
                    <p class="quick-foot muted scopes">{scopes.collect_view()}</p>
                </section>
            }
        })
    }
}
