//! Graph files beside other files: what differs, merged versions, imports and exports. Everything is read, thought and
//! written in one go; nothing is opened.

use std::path::{Path, PathBuf};

use format::{Bundle, File, Import, LayoutSource, Merge};
use graph::{Diff, LayoutEdit};

use crate::disk;
use crate::error::Error;
use crate::graph_file::{canvas_path, read_graph, read_servers};
use crate::pictures;

/// What differs between the graphs of two files.
///
/// # Errors
/// Where one cannot be read or is not YAML.
pub fn diff_files(old: &Path, new: &Path) -> Result<Diff, Error> {
    Ok(graph::diff(&read_graph(old)?, &read_graph(new)?))
}

/// Merges two versions of a file that both began as `base`. Nothing is written.
///
/// # Errors
/// Where one of the three cannot be read as a graph.
pub fn merge_files(base: &Path, ours: &Path, theirs: &Path) -> Result<Merge, Error> {
    let [base, own, theirs] = [base, ours, theirs].map(disk::read);
    format::merge3(&base?, &own?, &theirs?).map_err(|source| Error::Merge { path: ours.to_owned(), source })
}

/// Writes a text into a file, whole or not at all.
///
/// # Errors
/// Where it cannot be written; the old content is still there then.
pub fn write_file(path: &Path, text: &str) -> Result<(), Error> {
    disk::write(path, text)
}

/// Reads a canvas workflow in JSON as a graph. Nothing is written.
///
/// # Errors
/// Where the file cannot be read or is not one.
pub fn read_import(path: &Path) -> Result<Import, Error> {
    let is_jsonata = |text: &str| expr::Expression::parse(text).is_ok();
    format::import(&disk::read(path)?, &is_jsonata).map_err(|source| Error::Import { path: path.to_owned(), source })
}

/// Writes an import as a graph file and, where it has places, the layout file beside it. A file that is there already stays.
/// Gives the files that were written.
///
/// # Errors
/// Where a file is there already, or cannot be written.
pub fn write_import(made: &Import, path: &Path) -> Result<Vec<PathBuf>, Error> {
    let fail = |source| Error::Import { path: path.to_owned(), source };
    let text = format::new_text(&made.graph).map_err(fail)?;
    let mut layout = LayoutSource::parse(String::new()).map_err(|error| fail(error.into()))?;
    let drawings = made.layout.tools.iter();
    let edits = drawings.map(|(tool, drawing)| LayoutEdit::SetDrawing { tool: tool.clone(), value: Some(drawing.clone()) }).collect();
    layout.apply(&LayoutEdit::batch(edits)).map_err(fail)?;
    let mut files = vec![(path.to_owned(), text)];
    if !layout.text().is_empty() {
        files.push((path.with_extension("canvas.yaml"), layout.text().to_owned()));
    }
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(Error::IsThere(there.clone()));
    }
    for (path, text) in &files {
        disk::write(path, text)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// A graph file as one with all that it refers to: tools of other files, and servers from beside it. Nothing is written.
///
/// # Errors
/// Where a file cannot be read, or the text cannot be changed so.
pub fn bundle_file(path: &Path, servers: Option<&Path>) -> Result<Bundle, Error> {
    let beside = servers.map(read_servers).transpose()?.unwrap_or_default();
    let main = file(path)?;
    // Files are told by their full path, and shown from the folder of the first.
    let folder = Path::new(&main.name).parent().map(Path::to_owned).unwrap_or_default();
    let read = |from: &str, named: &str| {
        let from = Path::new(from).parent().unwrap_or(Path::new(""));
        file(&from.join(named)).map_err(Stop::App)
    };
    let made = format::bundle(&main, &beside, read);
    let mut bundle = made.map_err(|stop| match stop {
        Stop::App(error) => error,
        Stop::Format(source) => Error::Export { path: path.to_owned(), source },
    })?;
    let prefix = format!("{}/", folder.display());
    for line in &mut bundle.report {
        line.what = line.what.replace(&prefix, "");
    }
    Ok(bundle)
}

/// The drawing of a graph file as SVG, with its pictures in it, for a light or a dark ground: of the tool that is named, or of
/// the first. Nothing is written.
///
/// # Errors
/// Where the graph or its layout cannot be read, or has no such tool.
pub fn draw_file(path: &Path, tool: Option<&str>, is_dark: bool) -> Result<String, Error> {
    let graph = read_graph(path)?;
    let named = tool.map_or_else(|| graph.tools.first(), |name| graph.tool(name));
    let tool = named.ok_or_else(|| Error::NoTool {
        path: path.to_owned(),
        tool: tool.unwrap_or_default().to_owned(),
        known: graph.tools.iter().map(|tool| tool.name.to_string()).collect(),
    })?;
    let canvas_path = canvas_path(path);
    let layout = LayoutSource::parse(disk::read_if_there(&canvas_path)?.unwrap_or_default());
    let layout = layout.map_err(|error| Error::Layout { path: canvas_path, error })?;
    let none = graph::Drawing::default();
    let drawing = layout.layout().drawing(tool.name.as_str()).unwrap_or(&none);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let picture = |src: &str| {
        let whole = src.starts_with("data:image/").then(|| src.to_owned());
        whole.or_else(|| pictures::read(folder, src).ok().map(|picture| format!("data:{};base64,{}", picture.media, picture.data)))
    };
    let scene = canvas::Scene::from_tool(tool, drawing, draw::face);
    let look = if is_dark { draw::Look::dark() } else { draw::Look::light() };
    let how = draw::Svg { title: tool.name.as_str(), look: &look, part: &draw::Part::Whole, pictures: &picture, fonts: "" };
    Ok(draw::svg(&scene, how))
}

fn file(path: &Path) -> Result<File, Error> {
    let name = std::fs::canonicalize(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    Ok(File { text: disk::read(path)?, name: name.display().to_string() })
}

/// Why a bundle came to nothing: a file, or what was to be made of it.
enum Stop {
    App(Error),
    Format(format::Error),
}

impl From<format::Error> for Stop {
    fn from(error: format::Error) -> Self {
        Stop::Format(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imported_workflow_has_no_errors_but_the_placeholders_warnings() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["orders", "fan", "loop"] {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../format/tests/workflows/{name}.json"));
            let made = read_import(&source).unwrap();
            let path = folder.path().join(format!("{name}.yaml"));
            let written = write_import(&made, &path).unwrap();
            assert_eq!(written, [path.clone(), folder.path().join(format!("{name}.canvas.yaml"))], "the graph and its layout");
            let graph = read_graph(&path).unwrap();
            assert_eq!(graph, made.graph, "what was written is what was made");
            let problems = nodes::check(&graph, nodes::CheckOptions::default());
            assert!(problems.iter().all(|problem| !problem.is_error() && problem.message.contains("stands for")), "{name}: {problems:#?}");
            assert!(matches!(write_import(&made, &path), Err(Error::IsThere(_))), "a file that is there stays");
        }
    }

    #[test]
    fn any_connections_make_a_graph_that_checks() {
        let kinds = ["manual-trigger", "a", "conditional", "b", "loop", "c"];
        let pairs: Vec<(usize, usize)> = (0..6).flat_map(|from| (0..6).map(move |to| (from, to))).filter(|(from, to)| from != to).collect();
        for seed in 0u64..300 {
            let bits = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let chosen: Vec<(usize, (usize, usize))> =
                pairs.iter().copied().enumerate().filter(|(i, _)| (bits >> (2 * i)) & 3 == 0).collect();
            let wires = chosen.iter().map(|(i, (from, to))| serde_json::json!({"from": from, "to": to, "fromOutput": (bits >> i) & 1}));
            let nodes = kinds.iter().enumerate().map(|(i, kind)| serde_json::json!({"id": i, "type": kind}));
            let flow = serde_json::json!({"nodes": nodes.collect::<Vec<_>>(), "connections": wires.collect::<Vec<_>>()});
            let made = format::import(&flow.to_string(), &|text| expr::Expression::parse(text).is_ok()).unwrap();
            let problems = nodes::check(&made.graph, nodes::CheckOptions::default());
            // Where a workflow goes round without a choice it has no end, and neither has the graph.
            let is_plain = |(from, to): &(usize, usize)| *from != 2 && *to != 2 && *to != 0;
            let mut round: Vec<(usize, usize)> = chosen.iter().map(|(_, wire)| *wire).filter(is_plain).collect();
            while let Some(at) = round.iter().position(|(_, to)| !round.iter().any(|(from, _)| from == to)) {
                round.remove(at);
            }
            let is_endless = |message: &str| !round.is_empty() && message.contains("no way leads");
            let errors: Vec<_> = problems.iter().filter(|problem| problem.is_error() && !is_endless(&problem.message)).collect();
            assert!(errors.is_empty(), "{flow}: {errors:#?}");
        }
    }
}
