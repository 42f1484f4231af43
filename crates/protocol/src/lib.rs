//! What the window and the app say to each other. Knows neither of them.
//!
//! A [`Command`] is a struct with a name and a reply; the shells hand name and JSON to the app. An [`Event`] states a fact,
//! on one ordered channel. Both sides are built together, so the types of `graph` and `run` are used as they are.

mod command;
mod dry;
mod error;
mod event;
mod kept;
mod menu;
mod settings;
mod tested;
mod view;

pub use command::debug::{DebugTool, EditRun, Evaluate, GetBreakpoints, GetPaused, GoOn, Looked, PauseRun, Paused, SetBreakpoints};
pub use command::file::{ForgetFile, ImportGraph, ListBeside, ListExamples, OpenExample};
pub use command::graph::{
    CloseGraph, EditGraph, ForkGraph, GetText, GetWorkspace, NewGraph, OpenGraph, RedoGraph, ResolveConflict, SetText, Stepped, UndoGraph,
};
pub use command::picture::{AddPicture, GetPicture};
pub use command::run::{
    CompareRuns, DecideRun, ForkRun, GetCassette, GetRun, GetStep, ListAwaited, ListQuestions, ListRuns, MakeTest, OpenRun, ReplyRun,
    RunAgain, RunNode, SignalRun, StartDryRun, StartRun, StopRun,
};
pub use command::server::{CallServerTool, ListServerTools, ListServers, ListTraffic, RestartServer};
pub use command::shell::{KeepSettings, PickFile, PickNewFile, SaveFile, SetMenu};
pub use command::test::{RunTests, StopTests};
pub use command::text::{FindNode, NodeAtLine, ReadClip, ReadText};
pub use command::version::{GetVersion, ListVersions, MakeCheckpoint, RestoreVersion};
pub use command::{COMMANDS, Command};
pub use dry::{Because, DryCall, DryRequest, StandIn, Treated};
pub use error::{Code, Failed};
pub use event::Event;
pub use kept::{Awaited, CassetteText, MadeTest, NodeDifference, PastRun, Question, RunSummary};
pub use menu::{Keys, Menu, MenuItem, NativeItem};
// The window shows runs and knows only this crate of them.
pub use run::debug;
pub use run::{Change, Decision, Moment, Outcome, Part, RunFailure, State, StepId, StepState, StopReason};
pub use settings::{Settings, Theme, Tour};
pub use tested::{EdgeCoverage, Fault, GraphTests, NodeCoverage, Tested, TestedFile, ToolCoverage};
pub use view::{
    Conflict, Delta, Example, GraphChange, GraphId, GraphView, Hunk, ImportLine, Imported, Lines, MessageSort, NotOpened, PictureView,
    Place, Reading, RecentFile, Reported, RunId, RunView, ServerMessage, ServerPhase, ServerTool, ServerView, Side, Stale, StepDetail,
    StepView, TextView, VersionDetail, VersionId, VersionView, Workspace,
};
