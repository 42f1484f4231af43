//! New graph files: empty ones, and forks of others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use graph::{About, Graph, Node, Tool};
use protocol::VersionId;
use serde_json::json;

use crate::app::App;
use crate::disk;
use crate::error::Error;
use crate::graph_file::{GraphFile, canvas_path, off_the_runtime};
use crate::history::Texts;

impl App {
    /// Makes a graph file with one tool that does nothing yet, and opens it.
    ///
    /// # Errors
    /// Where there is such a file, or it cannot be made.
    pub async fn new_graph(&self, path: &Path) -> Result<Arc<GraphFile>, Error> {
        let path = checked(path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let graph = format::new_text(&empty(name)).map_err(|source| Error::Change { path: path.clone(), source })?;
        self.make(path, Texts { graph, layout: String::new() }).await
    }

    /// Makes a graph file of a version of another, or of the other as it stands, and opens it. Its history begins anew.
    ///
    /// # Errors
    /// Where there is such a file, it cannot be made, or the version is not kept.
    pub async fn fork(&self, file: &GraphFile, version: Option<VersionId>, path: &Path) -> Result<Arc<GraphFile>, Error> {
        self.make(checked(path)?, file.texts(version)?).await
    }

    async fn make(&self, path: PathBuf, texts: Texts) -> Result<Arc<GraphFile>, Error> {
        let made = path.clone();
        off_the_runtime(move || {
            let canvas = canvas_path(&made);
            // A layout that lies there without a graph would become this one's.
            if canvas.exists() {
                return Err(Error::Exists(canvas));
            }
            disk::create(&made, &texts.graph)?;
            if texts.layout.is_empty() { Ok(()) } else { disk::create(&canvas, &texts.layout) }
        })
        .await?;
        self.open(&path, None).await
    }
}

/// A path that a graph file can have; one without an ending gets `.yaml`.
fn checked(path: &Path) -> Result<PathBuf, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_layout = name.ends_with(".canvas.yaml") || name.ends_with(".canvas.yml");
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("yaml" | "yml") if !is_layout => Ok(path.to_owned()),
        None if !name.is_empty() => Ok(path.with_extension("yaml")),
        _ => Err(Error::NotAName(path.to_owned())),
    }
}

fn empty(name: String) -> Graph {
    let nodes = vec![Node::new("entry", "entry", [("next", json!("exit"))]), Node::new("exit", "exit", [])];
    let tool = Tool {
        name: "new_tool".into(),
        description: "Gives back what it is given".to_owned(),
        input_schema: json!({"type": "object", "properties": {}}),
        output_schema: None,
        nodes,
        extra: graph::Fields::new(),
    };
    let about = About { name, version: "1.0.0".to_owned(), ..About::default() };
    Graph { version: "1.0".to_owned(), about, tools: vec![tool], ..Graph::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_file_has_the_name_of_one() {
        for (path, expected) in [
            ("a.yaml", Some("a.yaml")),
            ("b/a.yml", Some("b/a.yml")),
            ("a", Some("a.yaml")),
            ("a.txt", None),
            ("a.canvas.yaml", None),
            ("", None),
        ] {
            assert_eq!(checked(Path::new(path)).ok().as_deref(), expected.map(Path::new), "`{path}`");
        }
    }

    #[test]
    fn a_new_graph_has_no_problems() {
        let source = format::Source::parse(format::new_text(&empty("new".to_owned())).unwrap()).unwrap();
        assert_eq!(crate::check::problems(&source, source.graph()), [], "it could run at once");
    }
}
