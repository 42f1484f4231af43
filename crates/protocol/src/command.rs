//! A command: what the window asks, and what it is told.

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) mod debug;
pub(crate) mod file;
pub(crate) mod graph;
pub(crate) mod picture;
pub(crate) mod run;
pub(crate) mod server;
pub(crate) mod shell;
pub(crate) mod test;
pub(crate) mod text;
pub(crate) mod version;

/// A question or an order, sent as its name and its JSON.
pub trait Command: Serialize + DeserializeOwned {
    /// Its name on the wire: the noun, a dot, the verb.
    const NAME: &'static str;
    /// What comes back.
    type Reply: Serialize + DeserializeOwned;
}

/// The names of all commands.
pub const COMMANDS: &[&str] = &[
    graph::GetWorkspace::NAME,
    graph::OpenGraph::NAME,
    graph::CloseGraph::NAME,
    graph::EditGraph::NAME,
    graph::UndoGraph::NAME,
    graph::RedoGraph::NAME,
    graph::GetText::NAME,
    graph::SetText::NAME,
    text::ReadText::NAME,
    text::ReadClip::NAME,
    text::FindNode::NAME,
    text::NodeAtLine::NAME,
    graph::NewGraph::NAME,
    graph::ForkGraph::NAME,
    graph::ResolveConflict::NAME,
    picture::GetPicture::NAME,
    picture::AddPicture::NAME,
    version::MakeCheckpoint::NAME,
    version::ListVersions::NAME,
    version::GetVersion::NAME,
    version::RestoreVersion::NAME,
    run::StartRun::NAME,
    run::StartDryRun::NAME,
    run::RunNode::NAME,
    run::RunAgain::NAME,
    run::StopRun::NAME,
    run::ReplyRun::NAME,
    run::DecideRun::NAME,
    run::SignalRun::NAME,
    run::GetRun::NAME,
    run::GetStep::NAME,
    run::ListRuns::NAME,
    run::OpenRun::NAME,
    run::ForkRun::NAME,
    run::CompareRuns::NAME,
    run::ListQuestions::NAME,
    run::ListAwaited::NAME,
    run::GetCassette::NAME,
    run::MakeTest::NAME,
    test::RunTests::NAME,
    test::StopTests::NAME,
    debug::GetBreakpoints::NAME,
    debug::SetBreakpoints::NAME,
    debug::DebugTool::NAME,
    debug::PauseRun::NAME,
    debug::GoOn::NAME,
    debug::GetPaused::NAME,
    debug::Evaluate::NAME,
    debug::EditRun::NAME,
    server::ListServers::NAME,
    server::ListTraffic::NAME,
    server::RestartServer::NAME,
    server::ListServerTools::NAME,
    server::CallServerTool::NAME,
    file::ListExamples::NAME,
    file::OpenExample::NAME,
    file::ImportGraph::NAME,
    file::ListBeside::NAME,
    file::ForgetFile::NAME,
    shell::PickFile::NAME,
    shell::SaveFile::NAME,
    shell::PickNewFile::NAME,
    shell::SetMenu::NAME,
    shell::KeepSettings::NAME,
];

macro_rules! command {
    ($(#[$doc:meta])* $name:ident, $wire:literal -> $reply:ty { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type),*
        }

        impl crate::command::Command for $name {
            const NAME: &'static str = $wire;
            type Reply = $reply;
        }
    };
}
pub(crate) use command;
