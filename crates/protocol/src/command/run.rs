//! Commands about runs.

use ::graph::{NodeId, ToolName};
use ::run::{Change, Decision, State, StepId};
use serde_json::Value;

use super::command;
use crate::dry::Treated;
use crate::kept::{Awaited, CassetteText, MadeTest, NodeDifference, PastRun, Question, RunSummary};
use crate::view::{GraphId, RunId, RunView, StepDetail};

command! {
    /// Starts a run of a tool, as the graph's file stands now.
    StartRun, "run.start" -> RunId {
        /// The graph.
        graph: GraphId,
        /// The tool.
        tool: ToolName,
        /// Its arguments, an object.
        arguments: Value,
        /// The node with whose end the run ends; none for the whole tool.
        #[serde(default)]
        until: Option<NodeId>,
    }
}

command! {
    /// Starts a dry run of a tool: what reads happens, what may write is held back and answered by something else. Nothing of it is
    /// kept beyond the process. What it asks for is told by [`DryCalled`](crate::Event::DryCalled), and is in its [`RunView`].
    StartDryRun, "run.dry" -> RunId {
        /// The graph.
        graph: GraphId,
        /// The tool.
        tool: ToolName,
        /// Its arguments, an object.
        arguments: Value,
        /// How single tools are taken.
        #[serde(default)]
        treat: Vec<Treated>,
        /// An earlier run that has ended, whose answers stand in where they can.
        #[serde(default)]
        answers: Option<RunId>,
    }
}

command! {
    /// Runs one node of a tool alone, as the graph's file stands now, on what it saw in an earlier run.
    RunNode, "run.node" -> RunId {
        /// The graph.
        graph: GraphId,
        /// The tool.
        tool: ToolName,
        /// The node.
        node: NodeId,
        /// The earlier run; none for the tool's last.
        #[serde(default)]
        of: Option<RunId>,
    }
}

command! {
    /// Runs again what an earlier run did, with the same arguments, as the graph's file stands now.
    RunAgain, "run.again" -> RunId {
        /// The graph.
        graph: GraphId,
        /// The tool.
        tool: ToolName,
        /// The earlier run; none for the tool's last.
        #[serde(default)]
        of: Option<RunId>,
    }
}

command! {
    /// Stops a run. One that has ended stays as it is.
    StopRun, "run.stop" -> () {
        /// The run.
        run: RunId,
    }
}

command! {
    /// Gives a person's answer to a step that asks for one.
    ReplyRun, "run.reply" -> () {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// The answer.
        reply: nodes::Reply,
    }
}

command! {
    /// Says what is to become of an uncertain step.
    DecideRun, "run.decide" -> () {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// What is to become of it.
        decision: Decision,
    }
}

command! {
    /// Tells a run an event that one of its steps waits for.
    SignalRun, "run.signal" -> () {
        /// The run.
        run: RunId,
        /// The type of the event.
        event: String,
        /// What is told with it.
        #[serde(default)]
        detail: Value,
    }
}

command! {
    /// A run with all its steps.
    GetRun, "run.get" -> RunView {
        /// The run.
        run: RunId,
    }
}

command! {
    /// A step with its input and output.
    GetStep, "run.step" -> StepDetail {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
    }
}

command! {
    /// Runs that are kept, the latest first, those of other processes among them.
    ListRuns, "run.list" -> Vec<RunSummary> {
        /// Of this graph; none for all.
        #[serde(default)]
        graph: Option<GraphId>,
        /// Of this tool; none for all.
        #[serde(default)]
        tool: Option<ToolName>,
        /// In one of these states; empty for all.
        #[serde(default)]
        states: Vec<State>,
        /// Begun then or later, in microseconds since 1970.
        #[serde(default)]
        since_us: Option<i64>,
        /// With words in their inputs or outputs that begin so.
        #[serde(default)]
        text: Option<String>,
        /// Older than this one, to go on with a list.
        #[serde(default)]
        before: Option<RunId>,
        /// At most so many; 0 for all.
        limit: u64,
    }
}

command! {
    /// A run as it was, with the graph that it ran. Its file is opened, if it is still there.
    OpenRun, "run.open" -> PastRun {
        /// The run.
        run: RunId,
    }
}

command! {
    /// Begins a run as another one began, up to a step, and goes on from there.
    ForkRun, "run.fork" -> RunId {
        /// The run.
        run: RunId,
        /// The step that is done anew, or changed.
        step: StepId,
        /// What is another there.
        change: Change,
        /// Whether it goes on on the graph as it is now, not as it was.
        #[serde(default)]
        on_graph_now: bool,
    }
}

command! {
    /// The nodes that did something else in one run than in another, in the order in which they ran. Times do not count.
    CompareRuns, "run.compare" -> Vec<NodeDifference> {
        /// One run.
        one: RunId,
        /// Another.
        other: RunId,
    }
}

command! {
    /// What runs ask people, the oldest first, those of other processes among them.
    ListQuestions, "run.questions" -> Vec<Question> {}
}

command! {
    /// The events that runs wait for, the oldest first, those of other processes among them.
    ListAwaited, "run.awaited" -> Vec<Awaited> {}
}

command! {
    /// A run that has ended as a cassette: the text of a file that plays it again without the world.
    GetCassette, "run.cassette" -> CassetteText {
        /// The run.
        run: RunId,
    }
}

command! {
    /// Makes a test of a run that has ended: its cassette, and a case in the test file beside its graph.
    MakeTest, "run.test" -> MadeTest {
        /// The run.
        run: RunId,
    }
}
