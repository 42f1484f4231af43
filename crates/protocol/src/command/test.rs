//! Commands about tests of graphs.

use super::command;
use crate::tested::GraphTests;
use crate::view::GraphId;

command! {
    /// Saves a graph and runs the tests in the file beside it, without the world.
    RunTests, "test.run" -> GraphTests {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// Stops the tests of a graph that are being run, in whichever window: cases that have begun end, the others are not run.
    StopTests, "test.stop" -> () {
        /// The graph.
        graph: GraphId,
    }
}
