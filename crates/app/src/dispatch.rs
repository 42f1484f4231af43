//! Commands by name: the table that every shell's bridge goes through.

use futures::future::BoxFuture;
use protocol::{
    AddPicture, Awaited, CallServerTool, CassetteText, CloseGraph, Command, CompareRuns, DecideRun, EditGraph, Failed, FindNode,
    ForgetFile, ForkGraph, ForkRun, GetCassette, GetPicture, GetRun, GetStep, GetText, GetVersion, GetWorkspace, GraphView, ImportGraph,
    KeepSettings, ListAwaited, ListBeside, ListExamples, ListQuestions, ListRuns, ListServerTools, ListServers, ListTraffic, ListVersions,
    MadeTest, MakeCheckpoint, MakeTest, NewGraph, NodeAtLine, NodeDifference, OpenExample, OpenGraph, OpenRun, PastRun, PickFile,
    PickNewFile, Question, ReadClip, ReadText, RedoGraph, ReplyRun, ResolveConflict, RestartServer, RestoreVersion, RunAgain, RunId,
    RunNode, RunSummary, RunView, SaveFile, ServerMessage, ServerTool, ServerView, SetMenu, SetText, SignalRun, StartRun, StepDetail,
    StopRun, UndoGraph, Workspace,
};
use run::Moment;
use runner::Said;
use serde_json::Value;
use store::Filter;

use crate::app::App;
use crate::error::Error;
use crate::graph_file::off_the_runtime;
use crate::runs::event;

mod debugging;
mod editing;
mod files;
mod testing;

/// What the app does for a command.
trait Answer: Command + Send + 'static {
    fn answer(self, app: App) -> impl Future<Output = Result<Self::Reply, Error>> + Send;
}

type Handler = fn(App, Value) -> BoxFuture<'static, Result<Value, Error>>;

fn handle<C: Answer>(app: App, body: Value) -> BoxFuture<'static, Result<Value, Error>> {
    let bad = |source| Error::BadCommand { name: C::NAME, source };
    Box::pin(async move {
        let command: C = serde_json::from_value(body).map_err(bad)?;
        serde_json::to_value(command.answer(app).await?).map_err(bad)
    })
}

macro_rules! table {
    ($($command:ty),* $(,)?) => {
        const TABLE: &[(&str, Handler)] = &[$((<$command as Command>::NAME, handle::<$command>)),*];
    };
}

table![
    GetWorkspace,
    OpenGraph,
    CloseGraph,
    EditGraph,
    UndoGraph,
    RedoGraph,
    GetText,
    SetText,
    ReadText,
    ReadClip,
    FindNode,
    NodeAtLine,
    NewGraph,
    ForkGraph,
    ResolveConflict,
    GetPicture,
    AddPicture,
    MakeCheckpoint,
    ListVersions,
    GetVersion,
    RestoreVersion,
    StartRun,
    testing::StartDryRun,
    RunNode,
    RunAgain,
    StopRun,
    ReplyRun,
    DecideRun,
    SignalRun,
    GetRun,
    GetStep,
    ListRuns,
    OpenRun,
    ForkRun,
    CompareRuns,
    ListQuestions,
    ListAwaited,
    GetCassette,
    MakeTest,
    testing::RunTests,
    testing::StopTests,
    debugging::GetBreakpoints,
    debugging::SetBreakpoints,
    debugging::DebugTool,
    debugging::PauseRun,
    debugging::GoOn,
    debugging::GetPaused,
    debugging::Evaluate,
    debugging::EditRun,
    ListServers,
    ListTraffic,
    RestartServer,
    ListServerTools,
    CallServerTool,
    ListExamples,
    OpenExample,
    ImportGraph,
    ListBeside,
    ForgetFile,
    PickFile,
    SaveFile,
    PickNewFile,
    SetMenu,
    KeepSettings,
];

impl App {
    /// Does what a command asks, by its name and its JSON.
    ///
    /// # Errors
    /// What went wrong, as the window shows it.
    pub async fn dispatch(&self, name: &str, body: Value) -> Result<Value, Failed> {
        let handler = TABLE.iter().find(|(known, _)| *known == name).map(|(_, handler)| handler);
        let handler = handler.ok_or_else(|| Error::NoCommand(name.to_owned()).to_failed())?;
        handler(self.clone(), body).await.map_err(|error| error.to_failed())
    }
}

impl Answer for GetWorkspace {
    async fn answer(self, app: App) -> Result<Workspace, Error> {
        Ok(off_the_runtime(move || app.workspace()).await)
    }
}

impl Answer for OpenGraph {
    async fn answer(self, app: App) -> Result<GraphView, Error> {
        Ok(app.open(self.path.as_ref(), None).await?.view())
    }
}

impl Answer for CloseGraph {
    async fn answer(self, app: App) -> Result<(), Error> {
        app.close(self.graph).await
    }
}

impl Answer for StartRun {
    async fn answer(self, app: App) -> Result<RunId, Error> {
        let file = app.graph(self.graph)?;
        let run = match self.until {
            Some(node) => app.run_until(&file, &self.tool, node, self.arguments)?,
            None => app.start_run(&file, &self.tool, self.arguments)?,
        };
        Ok(run.id)
    }
}

impl Answer for RunNode {
    async fn answer(self, app: App) -> Result<RunId, Error> {
        let file = app.graph(self.graph)?;
        app.awake_last(file.id, &self.tool, self.of).await?;
        // A journal of many events takes a while to be played again.
        off_the_runtime(move || Ok(app.run_only(&file, &self.tool, &self.node, self.of)?.id)).await
    }
}

impl Answer for RunAgain {
    async fn answer(self, app: App) -> Result<RunId, Error> {
        let file = app.graph(self.graph)?;
        app.awake_last(file.id, &self.tool, self.of).await?;
        Ok(app.run_again(&file, &self.tool, self.of)?.id)
    }
}

impl Answer for StopRun {
    async fn answer(self, app: App) -> Result<(), Error> {
        app.stop_run(self.run).await
    }
}

impl Answer for ReplyRun {
    async fn answer(self, app: App) -> Result<(), Error> {
        app.say(self.run, &Said::Reply { step: self.step, reply: self.reply }).await.map(drop)
    }
}

impl Answer for DecideRun {
    async fn answer(self, app: App) -> Result<(), Error> {
        app.say(self.run, &Said::Decision { step: self.step, decision: self.decision, by: None }).await.map(drop)
    }
}

impl Answer for SignalRun {
    async fn answer(self, app: App) -> Result<(), Error> {
        app.say(self.run, &event(&self.event, self.detail)).await.map(drop)
    }
}

impl Answer for GetRun {
    async fn answer(self, app: App) -> Result<RunView, Error> {
        app.run_view(self.run).await
    }
}

impl Answer for GetStep {
    async fn answer(self, app: App) -> Result<StepDetail, Error> {
        app.step_detail(self.run, self.step).await
    }
}

impl Answer for ListRuns {
    async fn answer(self, app: App) -> Result<Vec<RunSummary>, Error> {
        let file = self.graph.map(|graph| app.graph(graph)).transpose()?.map(|file| file.path.display().to_string());
        let tool = self.tool.map(|tool| tool.to_string());
        let since = self.since_us.map(Moment);
        let before = self.before.map(|run| run.0);
        app.list_runs(&Filter {
            file,
            tool,
            states: self.states,
            since,
            until: None,
            text: self.text,
            caller: None,
            before,
            limit: self.limit,
        })
        .await
    }
}

impl Answer for OpenRun {
    async fn answer(self, app: App) -> Result<PastRun, Error> {
        app.past_run(self.run).await
    }
}

impl Answer for ForkRun {
    async fn answer(self, app: App) -> Result<RunId, Error> {
        Ok(app.fork_run(self.run, self.step, self.change, self.on_graph_now).await?.id)
    }
}

impl Answer for ListAwaited {
    async fn answer(self, app: App) -> Result<Vec<Awaited>, Error> {
        app.awaited().await
    }
}

impl Answer for ListQuestions {
    async fn answer(self, app: App) -> Result<Vec<Question>, Error> {
        app.questions().await
    }
}

impl Answer for GetCassette {
    async fn answer(self, app: App) -> Result<CassetteText, Error> {
        app.cassette_text(self.run).await
    }
}

impl Answer for MakeTest {
    async fn answer(self, app: App) -> Result<MadeTest, Error> {
        let made = app.make_test(self.run.0).await?;
        Ok(MadeTest { name: made.name, file: made.file.display().to_string(), cassette: made.cassette.display().to_string() })
    }
}

impl Answer for CompareRuns {
    async fn answer(self, app: App) -> Result<Vec<NodeDifference>, Error> {
        app.compare_runs(self.one, self.other).await
    }
}

impl Answer for ListServers {
    async fn answer(self, app: App) -> Result<Vec<ServerView>, Error> {
        let file = app.graph(self.graph)?;
        Ok(file.servers.list(&file.graph()).await)
    }
}

impl Answer for ListTraffic {
    async fn answer(self, app: App) -> Result<Vec<ServerMessage>, Error> {
        let file = app.graph(self.graph)?;
        off_the_runtime(move || Ok(file.servers.traffic(&self.server, self.after))).await
    }
}

impl Answer for RestartServer {
    async fn answer(self, app: App) -> Result<(), Error> {
        let file = app.graph(self.graph)?;
        let server = file.servers.get(&file.graph(), &self.server)?;
        server.stop().await;
        Ok(server.start().await?)
    }
}

impl Answer for ListServerTools {
    async fn answer(self, app: App) -> Result<Vec<ServerTool>, Error> {
        let file = app.graph(self.graph)?;
        file.servers.tools(&file.graph(), &self.server).await
    }
}

impl Answer for CallServerTool {
    async fn answer(self, app: App) -> Result<Value, Error> {
        let file = app.graph(self.graph)?;
        file.servers.call(&file.graph(), &self.server, &self.tool, self.arguments).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_the_protocol_has_one_handler() {
        let mut handled: Vec<_> = TABLE.iter().map(|(name, _)| *name).collect();
        handled.sort_unstable();
        let mut known = protocol::COMMANDS.to_vec();
        known.sort_unstable();
        assert_eq!(handled, known, "the table and the protocol list the same commands");
    }
}
