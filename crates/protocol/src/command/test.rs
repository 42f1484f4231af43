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
