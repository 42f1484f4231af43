//! The graphs that come with Patchbay, inside the program. A person gets a copy of one, never the one itself.

use std::path::Path;
use std::sync::Arc;

use protocol::Example;

use crate::app::App;
use crate::error::Error;
use crate::graph_file::GraphFile;
use crate::history::Texts;

/// Their names and texts, in the order in which a person would look at them.
const EXAMPLES: &[(&str, &str)] = &[
    ("count_files", include_str!("../../../graphs/count_files.yaml")),
    ("switch", include_str!("../../../graphs/switch.yaml")),
    ("loop", include_str!("../../../graphs/loop.yaml")),
    ("for_each", include_str!("../../../graphs/for_each.yaml")),
    ("parallel", include_str!("../../../graphs/parallel.yaml")),
    ("errors", include_str!("../../../graphs/errors.yaml")),
    ("retry", include_str!("../../../graphs/retry.yaml")),
];

/// What the first tour begins with: an entry and an exit that nothing joins yet.
const FIRST: (&str, &str) = ("first_graph", include_str!("examples/first_graph.yaml"));

/// Where its two nodes stand: there is room between them.
const FIRST_LAYOUT: &str = include_str!("examples/first_graph.canvas.yaml");

/// All of them, as the window shows them.
pub(crate) fn list() -> Vec<Example> {
    EXAMPLES.iter().filter_map(|(name, text)| told(name, text)).collect()
}

/// What there is to tell of an example: its first comment is what it shows.
fn told(name: &str, text: &str) -> Option<Example> {
    let graph = format::Source::parse((*text).to_owned()).ok()?.graph().clone();
    let comment = text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
    let about = comment.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let mut kinds: Vec<String> = Vec::new();
    for node in graph.tools.iter().flat_map(|tool| &tool.nodes) {
        if !kinds.contains(&node.kind) {
            kinds.push(node.kind.clone());
        }
    }
    Some(Example { name: name.to_owned(), title: graph.about.title.unwrap_or(graph.about.name), about, kinds })
}

impl App {
    /// Makes a copy of an example and opens it: at `path`, or under a free name in the folder where new graphs go.
    ///
    /// # Errors
    /// Where there is no such example, or the copy cannot be made.
    pub async fn open_example(&self, name: &str, path: Option<&Path>) -> Result<Arc<GraphFile>, Error> {
        let found = EXAMPLES.iter().chain([&FIRST]).find(|(known, _)| *known == name);
        let (name, text) = found.ok_or_else(|| Error::NoExample(name.to_owned()))?;
        let layout = if *name == FIRST.0 { FIRST_LAYOUT } else { "" };
        let texts = Texts { graph: (*text).to_owned(), layout: layout.to_owned() };
        match path {
            Some(path) => self.make_graph(path, texts).await,
            None => self.make_in_folder(name, texts).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_has_a_title_says_what_it_shows_and_has_no_problems() {
        let listed = list();
        assert_eq!(listed.len(), EXAMPLES.len(), "every one can be read");
        for (example, (name, text)) in listed.iter().zip(EXAMPLES) {
            assert!(!example.title.is_empty() && example.about.ends_with('.'), "`{name}` says what it is: {example:?}");
            let source = format::Source::parse((*text).to_owned()).unwrap();
            assert_eq!(crate::check::problems(&source, source.graph()), [], "`{name}` runs as it is");
        }
    }

    #[test]
    fn the_first_graph_lacks_only_what_the_tour_adds() {
        let source = format::Source::parse(FIRST.1.to_owned()).unwrap();
        let problems = crate::check::problems(&source, source.graph());
        assert!(problems.iter().all(|problem| problem.node.is_some()), "each is of the two nodes: {problems:#?}");
    }
}
