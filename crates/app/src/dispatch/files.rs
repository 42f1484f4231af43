//! The commands about files that are not open, and those of the window itself. What looks at the disk is done off the
//! runtime's threads.

use std::path::Path;

use graph::ToolName;
use protocol::{
    Example, ForgetFile, GraphView, ImportGraph, ImportLine, Imported, KeepSettings, ListBeside, ListExamples, OpenExample, PickFile,
    PickNewFile, SaveFile, SetMenu,
};

use super::Answer;
use crate::app::App;
use crate::error::Error;
use crate::graph_file::off_the_runtime;
use crate::{examples, place, recent};

impl Answer for ListExamples {
    async fn answer(self, _app: App) -> Result<Vec<Example>, Error> {
        Ok(off_the_runtime(examples::list).await)
    }
}

impl Answer for OpenExample {
    async fn answer(self, app: App) -> Result<GraphView, Error> {
        Ok(app.open_example(&self.name, self.path.as_deref().map(Path::new)).await?.view())
    }
}

impl Answer for ImportGraph {
    async fn answer(self, app: App) -> Result<Imported, Error> {
        let (file, report) = app.import(self.path.as_ref(), self.into.as_deref().map(Path::new)).await?;
        let report = report.into_iter().map(|line| ImportLine { what: line.what, became: line.became }).collect();
        Ok(Imported { graph: file.view(), report })
    }
}

impl Answer for ListBeside {
    async fn answer(self, app: App) -> Result<Vec<(String, Vec<ToolName>)>, Error> {
        let path = app.graph(self.graph)?.path.clone();
        let found = off_the_runtime(move || place::beside(&path)).await;
        Ok(found.into_iter().map(|(path, tools)| (path.display().to_string(), tools)).collect())
    }
}

impl Answer for ForgetFile {
    async fn answer(self, app: App) -> Result<(), Error> {
        off_the_runtime(move || {
            if let Some(data) = app.data() {
                recent::forget(data, self.path.as_ref());
            }
        })
        .await;
        Ok(())
    }
}

impl Answer for KeepSettings {
    async fn answer(self, app: App) -> Result<(), Error> {
        off_the_runtime(move || app.keep_settings(&self.settings)).await
    }
}

// A shell with native windows answers these before they come here.

impl Answer for PickFile {
    async fn answer(self, _app: App) -> Result<Option<String>, Error> {
        Ok(None)
    }
}

impl Answer for PickNewFile {
    async fn answer(self, _app: App) -> Result<Option<String>, Error> {
        Ok(None)
    }
}

impl Answer for SaveFile {
    async fn answer(self, _app: App) -> Result<Option<String>, Error> {
        Ok(None)
    }
}

impl Answer for SetMenu {
    async fn answer(self, _app: App) -> Result<(), Error> {
        Ok(())
    }
}
