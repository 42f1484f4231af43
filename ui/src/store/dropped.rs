//! Graph files that are dropped on a page in a browser, which knows their content and not their path: each is saved as a new file
//! where the person says, and opened.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{NewGraph, ReadText, Reading};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DataTransfer};

use super::Store;
use super::pictures::{MEDIA, files_of, name_of};
use crate::text;
use crate::toast::Toast;

/// The longest file that is read, in bytes: no graph is near it, and a film that was dropped by mistake would take the page's memory.
const LONGEST: f64 = 16.0 * 1024.0 * 1024.0;

/// A graph that was dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// The name that its file is to have.
    pub(crate) name: String,
    /// Its text, as it was.
    pub(crate) text: String,
}

impl Store {
    /// Takes the first file among what was dropped that is no picture; says whether there is one.
    pub(crate) fn take_graph(self, data: &DataTransfer) -> bool {
        let Some(file) = files_of(data).into_iter().find(|file| !file.type_().starts_with(MEDIA)) else { return false };
        spawn_local(async move {
            let name = name_of(&file, "graph.yaml");
            let dropped = async {
                let text = read(&file, &name).await?;
                let reading = self.bridge.call(&ReadText { text: text.clone() }).await.map_err(|failed| failed.message)?;
                graph_of(&name, text, reading)
            };
            match dropped.await {
                Ok(dropped) => {
                    self.open_failed.set(None);
                    self.finding.dropped.set(Some(dropped));
                    self.finding.dropped_shown.set(true);
                }
                Err(why) => self.toast.set(Some(Toast::error(why))),
            }
        });
        true
    }

    /// Where what was dropped is saved unless the person says otherwise: beside the graph that is shown.
    pub(crate) fn dropped_path(self, name: &str) -> String {
        let shown = self.model.with_untracked(|model| model.graph().map(|graph| text::folder(&graph.path).to_owned()));
        let folder = shown.or_else(|| self.model.with_untracked(|model| model.folder.clone()));
        folder.map_or_else(|| name.to_owned(), |folder| text::join(&folder, name))
    }

    /// Saves what was dropped as a new file, and shows it.
    pub(crate) fn save_dropped(self, path: String) {
        let Some(Dropped { text, .. }) = self.finding.dropped.get_untracked() else { return };
        self.ask_graph(path.clone(), NewGraph { path, text: Some(text) }, move |graph| {
            self.finding.dropped_shown.set(false);
            self.finding.dropped.set(None);
            self.toast.set(Some(Toast::note(format!("Saved as {}", graph.path))));
        });
    }
}

async fn read(file: &Blob, name: &str) -> Result<String, String> {
    if file.size() > LONGEST {
        return Err(format!("`{name}` is too large for a graph"));
    }
    let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
    text.ok_or_else(|| format!("`{name}` could not be read"))
}

/// The graph in a file.
///
/// # Errors
/// Where there is none; why, and what may be done, in words.
fn graph_of(name: &str, text: String, reading: Reading) -> Result<Dropped, String> {
    let graph = match reading {
        Reading::Graph { graph } => graph,
        Reading::Unreadable { at, message, remedy } => {
            return Err(format!("`{name}` is no graph: line {}, column {}: {message}; {remedy}", at.line, at.column));
        }
    };
    if graph.tools.is_empty() && graph.servers.is_empty() {
        let is_json = name.to_lowercase().ends_with(".json");
        let way = if is_json { "; to import a workflow, name its path under Import a workflow" } else { "" };
        return Err(format!("`{name}` is no graph: it has neither tools nor servers{way}"));
    }
    let lower = name.to_lowercase();
    let is_fit = [".yaml", ".yml", ".patchbay"].iter().any(|end| lower.ends_with(end)) && !lower.ends_with(".canvas.yaml");
    let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("graph");
    Ok(Dropped { name: if is_fit { name.to_owned() } else { format!("{stem}.yaml") }, text })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use protocol::Place;

    use super::*;

    const GRAPH: &str = "version: '1'\nserver: {name: g, version: '1'}\ntools:\n  - name: t\n    description: d\n    nodes: []\n";

    /// What the app says of a text.
    fn reading(text: &str) -> Reading {
        match format::Source::parse(text.to_owned()) {
            Ok(source) => Reading::Graph { graph: Arc::new(source.graph().clone()) },
            Err(format::SyntaxError { line, column, message, remedy }) => {
                Reading::Unreadable { at: Place { line, column }, message, remedy }
            }
        }
    }

    fn check(name: &str, text: &str, expected: Result<&str, &str>) {
        match (graph_of(name, text.to_owned(), reading(text)), expected) {
            (Ok(dropped), Ok(name)) => {
                assert_eq!((dropped.name.as_str(), dropped.text.as_str()), (name, text), "the text is kept as it is")
            }
            (Err(why), Err(part)) => assert!(why.contains(part), "`{why}` says `{part}`"),
            (found, expected) => panic!("`{name}` gives {found:?} and not {expected:?}"),
        }
    }

    #[test]
    fn a_graph_is_known_by_its_content_and_gets_a_name_that_a_graph_may_have() {
        check("home.yaml", GRAPH, Ok("home.yaml"));
        check("Home.YML", GRAPH, Ok("Home.YML"));
        check("home.txt", GRAPH, Ok("home.yaml"));
        check("home.canvas.yaml", GRAPH, Ok("home.yaml"));
    }

    #[test]
    fn what_is_no_graph_is_refused_with_the_reason() {
        check("letter.txt", "Dear reader", Err("neither tools nor servers"));
        check("flow.json", "{\"nodes\": []}", Err("import a workflow"));
        check("half.yaml", "tools: [", Err("`half.yaml` is no graph: "));
    }
}
