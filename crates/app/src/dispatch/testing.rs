//! Commands about tests and dry runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use protocol::{GraphTests, RunId};
pub(super) use protocol::{RunTests, StartDryRun, StopTests};

use super::Answer;
use crate::app::App;
use crate::cases::run_tests_beside;
use crate::dry::Dry;
use crate::error::Error;
use crate::graph_file::off_the_runtime;

impl Answer for RunTests {
    async fn answer(self, app: App) -> Result<GraphTests, Error> {
        let file = app.graph(self.graph)?;
        // What somebody stops later is this run, and what was stopped before stays so.
        let stopped = file.tests_stopped.load(Ordering::Relaxed);
        off_the_runtime(move || {
            file.save()?;
            run_tests_beside(&file.path, || file.tests_stopped.load(Ordering::Relaxed) != stopped)
        })
        .await
    }
}

impl Answer for StopTests {
    async fn answer(self, app: App) -> Result<(), Error> {
        app.graph(self.graph)?.tests_stopped.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Answer for StartDryRun {
    async fn answer(self, app: App) -> Result<RunId, Error> {
        let file = app.graph(self.graph)?;
        let answers = match self.answers {
            Some(run) => Some(Arc::new(app.cassette_of(run.0).await?)),
            None => None,
        };
        let (run, _) = app.dry_run(&file, &self.tool, self.arguments, Dry { treat: self.treat, answers })?;
        Ok(run.id)
    }
}
