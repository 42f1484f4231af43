//! The list of commands: every action with its shortcut, and every node, tool and file to go to.

use graph::NodeId;
use leptos::prelude::*;
use protocol::GraphId;

use crate::action::Action;
use crate::app::{focus, is_mac, use_store};
use crate::icon;
use crate::picker::{Look, Offered, Picker};
use crate::search;
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
    Node(NodeId),
    Tool(String),
    Graph(GraphId, String),
    File(String),
    Place(String),
}

impl Goal {
    fn texts(&self) -> Vec<String> {
        match self {
            Goal::Act(action) => vec![action.label().to_owned(), action.words().to_owned()],
            Goal::Node(id) => vec![id.to_string(), format!("node {id}")],
            Goal::Tool(name) => vec![name.clone(), format!("tool {name}")],
            Goal::Place(name) => vec![name.clone(), format!("place {name}")],
            Goal::Graph(_, path) | Goal::File(path) => vec![text::file_name(path).to_owned(), path.clone()],
        }
    }

    fn key(&self) -> String {
        match self {
            Goal::Act(action) => format!("action:{action:?}"),
            Goal::Node(id) => format!("node:{id}"),
            Goal::Tool(name) => format!("tool:{name}"),
            Goal::Place(name) => format!("place:{name}"),
            Goal::Graph(id, _) => format!("graph:{}", id.0),
            Goal::File(path) => format!("file:{path}"),
        }
    }

    fn go(self, store: Store) {
        match self {
            Goal::Act(action) => action.perform(store),
            Goal::Node(id) => {
                store.stage.select(&id);
                focus("canvas");
            }
            Goal::Tool(name) => store.show_tool(&name),
            Goal::Place(name) => {
                store.go_to_place(&name);
                focus("canvas");
            }
            Goal::Graph(id, _) => store.show_graph(id),
            Goal::File(path) => store.open(path),
        }
    }
}

/// All that there is to do or to go to now.
fn goals(store: Store) -> Vec<Goal> {
    let actions = Action::ALL.iter().copied().filter(|action| *action != Action::Commands && action.is_possible(store)).map(Goal::Act);
    let mut goals: Vec<Goal> = actions.collect();
    goals.extend(store.places().into_iter().map(|(name, _)| Goal::Place(name)));
    store.model.with(|model| {
        let nodes = model.tool().map(|tool| tool.nodes.as_slice()).unwrap_or_default();
        goals.extend(nodes.iter().map(|node| Goal::Node(node.id.clone())));
        let tools = model.graph().map(|graph| graph.graph.tools.as_slice()).unwrap_or_default();
        goals.extend(tools.iter().map(|tool| Goal::Tool(tool.name.to_string())));
        let others = model.graphs.iter().filter(|graph| Some(graph.id) != model.shown);
        goals.extend(others.map(|graph| Goal::Graph(graph.id, graph.path.clone())));
        let is_open = |path: &str| model.graphs.iter().any(|graph| graph.path == path);
        goals.extend(model.recent.iter().filter(|path| !is_open(path)).cloned().map(Goal::File));
    });
    goals
}

fn offered(store: Store, goal: &Goal, met: Vec<usize>) -> Offered {
    let (look, about, end) = match goal {
        Goal::Act(action) => (Look::Icon(action.icon()), String::new(), action.shortcut().map(|shortcut| shortcut.label(is_mac()))),
        Goal::Node(id) => {
            let kind = store.of_tool(|_, tool| nodes::kind(&tool.node(id.as_str())?.kind)).flatten();
            (
                Look::Kind(kind.map_or("", nodes::Kind::name)),
                kind.map_or_else(String::new, |kind| kind.title().to_owned()),
                Some("node".to_owned()),
            )
        }
        Goal::Place(_) => (Look::Icon(icon::BOOKMARK), String::new(), Some("place".to_owned())),
        Goal::Tool(_) => (Look::Icon(icon::TOOL), String::new(), Some("tool".to_owned())),
        Goal::Graph(_, path) | Goal::File(path) => (Look::Icon(icon::OPEN), text::folder(path).to_owned(), Some("file".to_owned())),
    };
    Offered { key: goal.key(), look, title: goal.texts().remove(0), met, about, end }
}

/// The list, over the page.
#[component]
pub(crate) fn CommandPalette() -> impl IntoView {
    let store = use_store();
    move || {
        store.commands_shown.get().then(|| {
            let query = RwSignal::new(String::new());
            let found = Memo::new(move |_| {
                let ranked = search::rank(&query.get(), goals(store), Goal::texts);
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
                </section>
            }
        })
    }
}
