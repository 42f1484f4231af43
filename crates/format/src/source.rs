//! A graph file that is open: its text, what the text means, and where each part of the graph stands in it.

use graph::{Graph, Path, Problem};
use serde_json::Value;

use crate::dialect::{Dialect, Places};
use crate::yaml::{self, SyntaxError, Tree};

/// A graph file: text and graph, always saying the same.
#[derive(Debug)]
pub struct Source {
    pub(crate) text: String,
    pub(crate) tree: Tree,
    /// The file as JSON, in its own shape.
    pub(crate) file: Value,
    pub(crate) dialect: Dialect,
    pub(crate) places: Places,
    pub(crate) graph: Graph,
    problems: Vec<Problem>,
}

impl Source {
    /// Reads a graph file of any shape. What is wrong beyond the YAML itself is in [`Source::problems`].
    ///
    /// # Errors
    /// Where the text is not YAML.
    pub fn parse(text: String) -> Result<Self, SyntaxError> {
        let tree = yaml::parse(&text)?;
        Ok(Self::of(text, tree))
    }

    /// What a text means that was read.
    pub(crate) fn of(text: String, tree: Tree) -> Self {
        let file = tree.to_value();
        let dialect = Dialect::of(&file);
        let reading = dialect.shape().read(file.clone());
        let (graph, mut problems) = Graph::from_value(reading.value);
        problems.extend(reading.problems);
        // The design document's own example says what the server is for; shape E has `instructions` for that.
        let described = Path::root().key("server").key("description");
        problems.retain(|problem| dialect != Dialect::A || problem.is_error() || problem.path != described);
        let mut source = Self { text, tree, file, dialect, places: reading.places, graph, problems };
        source.name_problems();
        source
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The text, as it is to be saved.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The shape that the file is in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether `$.input` in the file's expressions is the tool's arguments, as in shapes A and B.
    #[must_use]
    pub fn input_alias(&self) -> bool {
        self.dialect.shape().binds_input()
    }

    /// What is wrong with the file as a file: wrong types, missing and unknown keys, and what its shape has to say. Paths
    /// are those of shape E, for [`Source::locate`].
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Adds what the YAML itself left in doubt, and says the tool and the node of each problem.
    fn name_problems(&mut self) {
        for note in self.tree.notes() {
            let path = self.places.to_graph(&self.path_of(note.at));
            self.problems.push(Problem::warning(path, note.message.clone(), note.remedy.clone()));
        }
        for problem in &mut self.problems {
            let json = problem.path.segments();
            let index = |list: usize, key: &str| match (json.get(list), json.get(list + 1)) {
                (Some(graph::Segment::Key(name)), Some(graph::Segment::Index(index))) if name == key => Some(*index),
                _ => None,
            };
            let Some(tool) = index(0, "tools").and_then(|index| self.graph.tools.get(index)) else { continue };
            let node = index(2, "nodes").and_then(|index| tool.nodes.get(index));
            problem.tool = problem.tool.take().or_else(|| Some(tool.name.clone()));
            problem.node = problem.node.take().or_else(|| node.map(|node| node.id.clone()));
        }
    }
}
