//! Ways to a graph besides opening its file: examples, imports, new ones; and what lies beside it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{
    CloseGraph, Code, Command, Event, ForgetFile, GraphView, ImportGraph, ListBeside, ListExamples, NewGraph, NotOpened, OpenExample,
    PickFile, PickNewFile, Tour,
};

use super::Store;
use crate::app::focus;
use crate::reducer::{self, Changes};
use crate::text;
use crate::toast::Toast;

/// The example that the first tour begins with.
const FIRST: &str = "first_graph";

impl Store {
    /// Asks for the examples, once.
    pub(crate) fn ask_examples(self) {
        if self.finding.examples.with_untracked(Vec::is_empty) {
            spawn_local(async move {
                match self.bridge.call(&ListExamples {}).await {
                    Ok(examples) => self.finding.examples.set(examples),
                    Err(failed) => leptos::logging::warn!("the examples could not be asked for: {failed}"),
                }
            });
        }
    }

    /// Asks what lies beside the graph that is shown.
    pub(crate) fn ask_beside(self) {
        let Some(graph) = self.shown_id() else { return self.finding.beside.set(Vec::new()) };
        spawn_local(async move {
            // A folder that cannot be read has nothing to go to.
            let found = self.bridge.call(&ListBeside { graph }).await.unwrap_or_default();
            self.finding.beside.set(found);
        });
    }

    /// Shows a graph that a command gave, as its event will too; whichever comes first.
    fn show_opened(self, graph: GraphView) {
        let mut changes = Changes::default();
        self.model.update(|model| reducer::apply(model, Event::GraphOpened { graph: Box::new(graph) }, &mut changes));
        self.follow(changes);
    }

    /// Asks for a graph by a command, shows it, and then goes on; a failure is told where the person sees it.
    pub(super) fn ask_graph<C: Command<Reply = GraphView> + 'static>(
        self,
        name: String,
        command: C,
        then: impl FnOnce(GraphView) + 'static,
    ) {
        self.opening.set(Some(name));
        self.open_failed.set(None);
        spawn_local(async move {
            match self.bridge.call(&command).await {
                Ok(graph) => {
                    self.show_opened(graph.clone());
                    then(graph);
                }
                Err(failed) => self.open_failed.set(Some(failed)),
            }
            self.opening.set(None);
        });
    }

    /// Makes a copy of an example and shows it.
    pub(crate) fn open_example(self, name: String) {
        self.ask_graph(name.clone(), OpenExample { name, path: None }, move |graph| {
            self.toast.set(Some(Toast::note(format!("Your copy is {}", graph.path))));
        });
    }

    /// Begins the first tour with a graph of its own.
    pub(crate) fn begin_tour(self) {
        self.ask_graph(FIRST.to_owned(), OpenExample { name: FIRST.to_owned(), path: None }, move |graph| {
            let Some(tool) = graph.graph.tools.first() else { return };
            let tour = Tour { path: graph.path.clone(), tool: tool.name.clone(), has_run: false, has_looked: false };
            self.finding.tour.set(Some(tour));
            self.stage.select(&"entry".into());
            request_animation_frame(|| focus("canvas"));
        });
    }

    /// Begins the first tour, or leaves it.
    pub(crate) fn toggle_tour(self) {
        match self.is_on_tour() {
            true => self.leave_tour(false),
            false => self.begin_tour(),
        }
    }

    /// Whether the graph of the tour that the person is on is shown. Follows both.
    pub(crate) fn is_on_tour(self) -> bool {
        self.finding.tour.with(|tour| {
            let path = tour.as_ref().map(|tour| &tour.path);
            path.is_some() && self.graph.with(|graph| graph.as_ref().map(|graph| &graph.0.path) == path)
        })
    }

    /// Leaves the tour; one that was come to its end is remembered.
    pub(crate) fn leave_tour(self, is_done: bool) {
        self.finding.tour.set(None);
        if is_done {
            self.finding.is_toured.set(true);
        }
        focus("canvas");
    }

    /// Where a new graph goes unless a person says otherwise.
    pub(crate) fn new_path(self) -> String {
        let folder = self.model.with_untracked(|model| model.folder.clone());
        let name = "my_graph.yaml";
        folder.map_or_else(|| name.to_owned(), |folder| text::join(&folder, name))
    }

    /// Makes a new graph, where the person says: in the system's dialog where there is one.
    pub(crate) fn ask_new(self) {
        if !self.model.with_untracked(|model| model.is_native) {
            return self.new_shown.set(true);
        }
        spawn_local(async move {
            match self.bridge.call(&PickNewFile { path: self.new_path() }).await {
                Ok(Some(path)) => self.create(path),
                Ok(None) => {}
                Err(failed) => self.toast.set(Some(Toast::failed("no new graph was made", failed))),
            }
        });
    }

    /// Makes a new graph file and shows it.
    pub(crate) fn create(self, path: String) {
        self.ask_graph(path.clone(), NewGraph { path, text: None }, move |_| self.new_shown.set(false));
    }

    /// Asks what is to be imported: in the system's dialog where there is one.
    pub(crate) fn ask_import(self) {
        self.open_failed.set(None);
        if !self.model.with_untracked(|model| model.is_native) {
            return self.finding.import_shown.set(true);
        }
        spawn_local(async move {
            match self.bridge.call(&PickFile {}).await {
                Ok(Some(path)) if path.to_lowercase().ends_with(".json") => self.offer_import(path),
                // Graphs of all shapes are opened as they are.
                Ok(Some(path)) => self.open(path),
                Ok(None) => {}
                Err(failed) => self.tell_not_opened(NotOpened { path: String::new(), failed }),
            }
        });
    }

    /// Offers to import a file.
    pub(crate) fn offer_import(self, path: String) {
        self.finding.import_path.set(path);
        self.open_shown.set(false);
        self.open_failed.set(None);
        self.finding.import_shown.set(true);
    }

    /// Imports a workflow and shows what became of it.
    pub(crate) fn import(self, path: String) {
        self.opening.set(Some(path.clone()));
        self.open_failed.set(None);
        spawn_local(async move {
            match self.bridge.call(&ImportGraph { path, into: None }).await {
                Ok(imported) => {
                    self.finding.import_shown.set(false);
                    self.finding.report.set(imported.report);
                    self.finding.report_shown.set(true);
                    self.show_opened(imported.graph);
                }
                Err(failed) => self.open_failed.set(Some(failed)),
            }
            self.opening.set(None);
        });
    }

    /// Takes a file from the list of recent ones.
    pub(crate) fn forget(self, path: String) {
        self.model.update(|model| model.recent.retain(|file| file.path != path));
        spawn_local(async move {
            if let Err(failed) = self.bridge.call(&ForgetFile { path }).await {
                self.toast.set(Some(Toast::failed("the file is still in the list", failed)));
            }
        });
    }

    /// Closes the graph that is shown.
    pub(crate) fn close_graph(self) {
        let Some(graph) = self.shown_id() else { return };
        spawn_local(async move {
            match self.bridge.call(&CloseGraph { graph }).await {
                Ok(()) => {}
                Err(failed) if failed.code == Code::Gone => {}
                Err(failed) => self.toast.set(Some(Toast::failed("the graph stays open", failed))),
            }
        });
    }
}
