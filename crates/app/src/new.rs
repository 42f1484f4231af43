//! New graph files: empty ones, and forks of others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use graph::{About, Graph, Node, Tool};
use protocol::VersionId;
use serde_json::json;

use crate::app::App;
use crate::disk;
use crate::error::Error;
use crate::exchange::{read_import, write_import};
use crate::graph_file::{GraphFile, canvas_path, off_the_runtime};
use crate::history::Texts;
use crate::place;

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

    /// Makes a graph file of a text, and opens it.
    ///
    /// # Errors
    /// Where the text is not YAML, there is such a file, or it cannot be made.
    pub async fn new_graph_of(&self, path: &Path, text: String) -> Result<Arc<GraphFile>, Error> {
        let path = checked(path)?;
        // Nothing is made of what could not be opened.
        let source = format::Source::parse(text).map_err(|error| Error::Syntax { path: path.clone(), error })?;
        self.make(path, Texts { graph: source.text().to_owned(), layout: String::new() }).await
    }

    /// Makes a graph file of a version of another, or of the other as it stands, and opens it. Its history begins anew.
    ///
    /// # Errors
    /// Where there is such a file, it cannot be made, or the version is not kept.
    pub async fn fork(&self, file: &GraphFile, version: Option<VersionId>, path: &Path) -> Result<Arc<GraphFile>, Error> {
        self.make(checked(path)?, file.texts(version)?).await
    }

    /// Makes a graph file of these texts, and opens it.
    ///
    /// # Errors
    /// Where there is such a file, or it cannot be made.
    pub(crate) async fn make_graph(&self, path: &Path, texts: Texts) -> Result<Arc<GraphFile>, Error> {
        self.make(checked(path)?, texts).await
    }

    /// Makes a graph file under a free name in the folder where new graphs go, and opens it.
    ///
    /// # Errors
    /// Where there is no home, or the file cannot be made.
    pub(crate) async fn make_in_folder(&self, name: &str, texts: Texts) -> Result<Arc<GraphFile>, Error> {
        let folder = place::folder().ok_or(Error::NoHome)?;
        self.make(place::free(&folder, name), texts).await
    }

    /// Makes a graph file of a canvas workflow in JSON: at `into`, or under a free name beside the workflow; and opens it. Gives
    /// also what became of each part.
    ///
    /// # Errors
    /// Where the workflow cannot be read, there is such a file as `into`, or it cannot be made.
    pub async fn import(&self, path: &Path, into: Option<&Path>) -> Result<(Arc<GraphFile>, Vec<format::Line>), Error> {
        let (path, into) = (path.to_owned(), into.map(checked).transpose()?);
        let (file, report) = off_the_runtime(move || {
            let made = read_import(&path)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let into = into.unwrap_or_else(|| place::free(path.parent().unwrap_or(Path::new("")), &name));
            make_folder(&into)?;
            write_import(&made, &into)?;
            Ok::<_, Error>((into, made.report))
        })
        .await?;
        Ok((self.open(&file, None).await?, report))
    }

    async fn make(&self, path: PathBuf, texts: Texts) -> Result<Arc<GraphFile>, Error> {
        let made = path.clone();
        off_the_runtime(move || {
            let canvas = canvas_path(&made);
            // A layout that lies there without a graph would become this one's.
            if canvas.exists() {
                return Err(Error::Exists(canvas));
            }
            make_folder(&made)?;
            disk::create(&made, &texts.graph)?;
            if texts.layout.is_empty() { Ok(()) } else { disk::create(&canvas, &texts.layout) }
        })
        .await?;
        self.open(&path, None).await
    }
}

/// A path that a graph file can have; one without an ending gets `.yaml`.
fn checked(path: &Path) -> Result<PathBuf, Error> {
    match path.extension() {
        Some(_) if place::is_graph_name(path) => Ok(path.to_owned()),
        None if path.file_name().is_some() => Ok(path.with_extension("yaml")),
        _ => Err(Error::NotAName(path.to_owned())),
    }
}

/// Makes the folder where new graphs go, where `path` is in it. Any other folder is the person's to make: a slip in its name is
/// more likely than the wish for it.
fn make_folder(path: &Path) -> Result<(), Error> {
    match path.parent() {
        Some(folder) if Some(folder) == place::folder().as_deref() => {
            std::fs::create_dir_all(folder).map_err(|source| Error::Create { path: folder.to_owned(), source })
        }
        _ => Ok(()),
    }
}

fn empty(name: String) -> Graph {
    let nodes = vec![Node::new("entry", "entry", [("next", json!("exit"))]), Node::new("exit", "exit", [])];
    let tool = Tool {
        name: "new_tool".into(),
        description: "Gives back what it is given".to_owned(),
        input_schema: json!({"type": "object", "properties": {}}),
        output_schema: None,
        nodes: nodes.into_iter().map(Arc::new).collect(),
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
            ("a.patchbay", Some("a.patchbay")),
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
