//! Commands about runs that are held.

use protocol::debug::Stops;
pub(super) use protocol::{DebugTool, EditRun, Evaluate, GetBreakpoints, GetPaused, GoOn, PauseRun, SetBreakpoints};
use protocol::{Looked, Paused, RunId};

use super::Answer;
use crate::app::App;
use crate::error::Error;
use crate::graph_file::off_the_runtime;

impl Answer for GetBreakpoints {
    async fn answer(self, app: App) -> Result<Stops, Error> {
        Ok(app.stops(app.graph(self.graph)?.id))
    }
}

impl Answer for SetBreakpoints {
    async fn answer(self, app: App) -> Result<(), Error> {
        let graph = app.graph(self.graph)?.id;
        off_the_runtime(move || app.set_stops(graph, self.stops)).await
    }
}

impl Answer for DebugTool {
    async fn answer(self, app: App) -> Result<RunId, Error> {
        let file = app.graph(self.graph)?;
        Ok(app.debug_tool(&file, &self.tool, self.arguments)?.id)
    }
}

impl Answer for PauseRun {
    async fn answer(self, app: App) -> Result<(), Error> {
        app.run(self.run)?.debugger().pause();
        Ok(())
    }
}

impl Answer for GoOn {
    async fn answer(self, app: App) -> Result<(), Error> {
        Ok(app.run(self.run)?.debugger().go(self.go)?)
    }
}

impl Answer for GetPaused {
    async fn answer(self, app: App) -> Result<Option<Paused>, Error> {
        Ok(app.run(self.run)?.paused().await)
    }
}

impl Answer for Evaluate {
    async fn answer(self, app: App) -> Result<Vec<Looked>, Error> {
        app.run(self.run)?.evaluate(self.expressions).await
    }
}

impl Answer for EditRun {
    async fn answer(self, app: App) -> Result<(), Error> {
        app.run(self.run)?.edit_held(self.edit).await
    }
}
