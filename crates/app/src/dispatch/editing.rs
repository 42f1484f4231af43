//! The commands that change a graph file or look at what it was. Reading and writing texts takes a while on large graphs, so
//! it is done off the runtime's threads.

use std::sync::Arc;

use graph::{Clip, NodeId, ToolName};
use protocol::{
    AddPicture, EditGraph, FindNode, ForkGraph, GetPicture, GetText, GetVersion, GraphId, GraphView, Lines, ListVersions, MakeCheckpoint,
    NewGraph, NodeAtLine, PictureView, ReadClip, ReadText, Reading, RedoGraph, ResolveConflict, RestoreVersion, SetText, Stepped, TextView,
    UndoGraph, VersionDetail, VersionView,
};

use super::Answer;
use crate::app::App;
use crate::error::Error;
use crate::graph_file::{GraphFile, off_the_runtime};
use crate::pictures;
use crate::reading;

async fn with<T: Send + 'static>(
    app: &App,
    graph: GraphId,
    act: impl FnOnce(Arc<GraphFile>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let file = app.graph(graph)?;
    off_the_runtime(move || act(file)).await
}

impl Answer for EditGraph {
    async fn answer(self, app: App) -> Result<u64, Error> {
        with(&app, self.graph, move |file| file.edit(&self.label, self.edit.as_ref(), self.layout.as_ref(), self.gesture)).await
    }
}

impl Answer for UndoGraph {
    async fn answer(self, app: App) -> Result<Option<Stepped>, Error> {
        with(&app, self.graph, |file| file.undo()).await
    }
}

impl Answer for RedoGraph {
    async fn answer(self, app: App) -> Result<Option<Stepped>, Error> {
        with(&app, self.graph, |file| file.redo()).await
    }
}

impl Answer for GetText {
    async fn answer(self, app: App) -> Result<TextView, Error> {
        Ok(app.graph(self.graph)?.text())
    }
}

impl Answer for SetText {
    async fn answer(self, app: App) -> Result<TextView, Error> {
        with(&app, self.graph, move |file| file.set_text(self.text, self.base, self.gesture)).await
    }
}

impl Answer for ReadText {
    async fn answer(self, _: App) -> Result<Reading, Error> {
        Ok(off_the_runtime(move || reading::read(self.text)).await)
    }
}

impl Answer for ReadClip {
    async fn answer(self, _: App) -> Result<Clip, Error> {
        off_the_runtime(move || reading::clip(&self.text)).await
    }
}

impl Answer for FindNode {
    async fn answer(self, _: App) -> Result<Option<Lines>, Error> {
        Ok(off_the_runtime(move || reading::of_node(self.text, &self.tool, &self.node)).await)
    }
}

impl Answer for NodeAtLine {
    async fn answer(self, _: App) -> Result<Option<(ToolName, NodeId)>, Error> {
        Ok(off_the_runtime(move || reading::node_at(self.text, self.line)).await)
    }
}

impl Answer for NewGraph {
    async fn answer(self, app: App) -> Result<GraphView, Error> {
        let path = self.path.as_ref();
        let made = match self.text {
            Some(text) => app.new_graph_of(path, text).await,
            None => app.new_graph(path).await,
        };
        Ok(made?.view())
    }
}

impl Answer for ForkGraph {
    async fn answer(self, app: App) -> Result<GraphView, Error> {
        let file = app.graph(self.graph)?;
        Ok(app.fork(&file, self.version, self.path.as_ref()).await?.view())
    }
}

impl Answer for ResolveConflict {
    async fn answer(self, app: App) -> Result<u64, Error> {
        with(&app, self.graph, move |file| file.resolve(self.revision, &self.sides)).await
    }
}

impl Answer for GetPicture {
    async fn answer(self, app: App) -> Result<PictureView, Error> {
        with(&app, self.graph, move |file| pictures::read(file.folder(), &self.src)).await
    }
}

impl Answer for AddPicture {
    async fn answer(self, app: App) -> Result<String, Error> {
        with(&app, self.graph, move |file| pictures::add(file.folder(), &self.name, &self.data)).await
    }
}

impl Answer for MakeCheckpoint {
    async fn answer(self, app: App) -> Result<VersionView, Error> {
        with(&app, self.graph, |file| file.checkpoint(self.name)).await
    }
}

impl Answer for ListVersions {
    async fn answer(self, app: App) -> Result<Vec<VersionView>, Error> {
        Ok(app.graph(self.graph)?.versions())
    }
}

impl Answer for GetVersion {
    async fn answer(self, app: App) -> Result<VersionDetail, Error> {
        with(&app, self.graph, move |file| file.version(self.version)).await
    }
}

impl Answer for RestoreVersion {
    async fn answer(self, app: App) -> Result<u64, Error> {
        with(&app, self.graph, move |file| file.restore(self.version)).await
    }
}
