//! Where files are that no person has named yet: the folder for new graphs, a free name in a folder, what lies beside a graph.

use std::path::{Path, PathBuf};

use graph::ToolName;

use crate::disk;
use crate::graph_file::canvas_path;

/// How many files of a folder are looked into, how large one may be to be, and how many are told of.
const LOOKED_AT: usize = 500;
const LARGEST: u64 = 4 * 1024 * 1024;
const TOLD: usize = 100;

/// The folder where new graphs go unless a person says otherwise: among the person's documents. It need not be there.
pub(crate) fn folder() -> Option<PathBuf> {
    let dirs = directories::UserDirs::new()?;
    let documents = dirs.document_dir().filter(|folder| folder.is_dir());
    Some(documents.unwrap_or(dirs.home_dir()).join("Patchbay"))
}

/// A path in `folder` that neither a graph nor a layout has yet: `NAME.yaml`, or else `NAME-2.yaml` and so on.
pub(crate) fn free(folder: &Path, name: &str) -> PathBuf {
    let named = |number: usize| match number {
        1 => folder.join(format!("{name}.yaml")),
        number => folder.join(format!("{name}-{number}.yaml")),
    };
    let is_free = |path: &PathBuf| !path.exists() && !canvas_path(path).exists();
    // Numbers do not end before the names in a folder do.
    (1..).map(named).find(is_free).unwrap_or_else(|| named(1))
}

/// The other graph files in the folder of `path`, in the order of their names, with the names of their tools. It blocks.
pub(crate) fn beside(path: &Path) -> Vec<(PathBuf, Vec<ToolName>)> {
    let Some(entries) = path.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|file| is_graph_name(file)).collect();
    files.sort();
    let others = files.into_iter().filter(|file| file != path).take(LOOKED_AT);
    let graphs = others.filter_map(|file| {
        let is_small = std::fs::metadata(&file).is_ok_and(|about| about.is_file() && about.len() <= LARGEST);
        let text = is_small.then(|| disk::read(&file).ok()).flatten()?;
        // Most YAML files are no graphs; those are told by a line, without being read whole.
        let may_be = text.lines().any(|line| line.starts_with("tools:"));
        let tools: Vec<ToolName> =
            may_be.then(|| format::Source::parse(text).ok()).flatten()?.graph().tools.iter().map(|tool| tool.name.clone()).collect();
        (!tools.is_empty()).then_some((file, tools))
    });
    graphs.take(TOLD).collect()
}

/// Whether a file can be a graph's, by its name.
pub(crate) fn is_graph_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_layout = name.ends_with(".canvas.yaml") || name.ends_with(".canvas.yml");
    !is_layout
        && !format::is_test_name(&name)
        && matches!(path.extension().and_then(|ending| ending.to_str()), Some("yaml" | "yml" | "patchbay"))
}

/// Whether a file is a canvas workflow in JSON: something to import rather than to open.
pub(crate) fn is_workflow(path: &Path) -> bool {
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let value: Option<serde_json::Value> =
        is_json.then(|| disk::read(path).ok()).flatten().and_then(|text| serde_json::from_str(&text).ok());
    value.is_some_and(|value| value.get("nodes").is_some_and(serde_json::Value::is_array) && value.get("tools").is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_name_is_neither_a_graphs_nor_a_layouts() {
        let folder = tempfile::tempdir().unwrap();
        let next = || free(folder.path(), "a").file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(next(), "a.yaml");
        std::fs::write(folder.path().join("a.yaml"), "").unwrap();
        assert_eq!(next(), "a-2.yaml");
        std::fs::write(folder.path().join("a-2.canvas.yaml"), "").unwrap();
        assert_eq!(next(), "a-3.yaml", "a layout that lies there would become the new graph's");
    }

    #[test]
    fn beside_a_graph_lie_graphs_and_not_every_yaml_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let graph =
            "version: \"1\"\nserver: {name: g, version: \"1\"}\ntools:\n  - {name: t, description: d, inputSchema: {}, nodes: []}\n";
        for name in ["own.yaml", "b.yml", "a.patchbay", "a.canvas.yaml", "a.txt"] {
            write(name, graph);
        }
        write("compose.yaml", "services: {}\n");
        write("broken.yaml", "tools: [\n");
        let found = beside(&folder.path().join("own.yaml"));
        let told: Vec<_> = found.iter().map(|(path, tools)| format!("{} {}", path.file_name().unwrap().display(), tools[0])).collect();
        assert_eq!(told, ["a.patchbay t", "b.yml t"]);
    }

    #[test]
    fn a_workflow_is_json_with_a_list_of_nodes() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, expected) in [
            ("a.json", r#"{"nodes": []}"#, true),
            ("b.JSON", r#"{"nodes": [], "connections": []}"#, true),
            ("c.json", r#"{"nodes": [], "tools": []}"#, false),
            ("d.json", "{", false),
            ("e.yaml", r#"{"nodes": []}"#, false),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            assert_eq!(is_workflow(&path), expected, "`{name}`: {text}");
        }
        assert!(!is_workflow(&folder.path().join("none.json")), "a file that is not there");
    }
}
