//! The goldens, in every shape of the format that can express them: the same results along the same path.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::Client;
use crate::patchbay::{Place, graphs, servers_file};

/// One file for each shape and tool; the last shape has a file for each tool.
fn files(tool: &str) -> Vec<(&'static str, PathBuf)> {
    let newest = match tool {
        "sum_to_n" => "loop.yaml",
        "test_switch" => "switch.yaml",
        _ => "count_files.yaml",
    };
    let older = ["a", "b", "c", "d"].map(|shape| (shape, graphs().join(format!("dialects/{shape}.yaml"))));
    older.into_iter().chain([("e", graphs().join(newest))]).collect()
}

/// Runs a tool in every shape and holds each result, and the path that `path` picks, to what is expected.
fn check(tool: &str, arguments: &Value, expected: &Value, path: Option<&[&str]>) {
    for (shape, file) in files(tool) {
        let place = Place::new();
        let ran = place.run(&file, tool, arguments, &servers(&place));
        assert_eq!(ran.result(), expected, "{tool} with {arguments} in shape {shape}");
        if let Some(path) = path {
            assert_eq!(ran.nodes(), path, "the path of {tool} with {arguments} in shape {shape}");
        }
    }
}

/// Shape A names its servers outside of the file; to the others this says nothing new.
fn servers(place: &Place) -> [&'static OsStr; 2] {
    servers_file(place, "filesystem", "patchbay", &["mcp", "files", "/"]);
    [OsStr::new("-m"), OsStr::new("mcp.json")]
}

#[test]
fn the_loop_sums_to_n_in_every_shape() {
    for (n, sum) in [(1, 1), (5, 15), (10, 55)] {
        check("sum_to_n", &json!({"n": n}), &json!({"sum": sum}), None);
    }
}

#[test]
fn the_loop_goes_the_same_way_in_every_shape() {
    let path = ["entry_sum", "increment_node", "check_condition", "increment_node", "check_condition", "exit_sum", "exit_sum_final"];
    check("sum_to_n", &json!({"n": 2}), &json!({"sum": 3}), Some(&path));
}

#[test]
fn the_switch_decides_alike_in_every_shape() {
    for (value, result) in [(11, "high"), (10, "low"), (1, "low"), (0, "zero_or_negative"), (-3, "zero_or_negative")] {
        check("test_switch", &json!({"value": value}), &json!({"result": result}), None);
    }
}

#[test]
fn a_directory_of_seven_files_has_seven_in_every_shape() {
    let place = Place::new();
    let directory = place.seven_files(false);
    check("count_files", &json!({"directory": directory}), &json!({"count": 7}), None);
}

#[test]
fn the_switch_says_its_choice_as_its_output() {
    let place = Place::new();
    let ran = place.run(&graphs().join("dialects/c.yaml"), "sum_to_n", &json!({"n": 2}), &[]);
    let chosen: Vec<_> = ran.report["steps"].as_array().unwrap().iter().filter(|step| step["node"] == "check_condition").collect();
    let outputs: Vec<_> = chosen.iter().map(|step| step["output"].as_str().unwrap()).collect();
    assert_eq!(outputs, ["increment_node", "exit_sum"], "the ids of the chosen nodes");
}

#[test]
fn each_file_is_read_in_the_shape_that_it_is_written_in() {
    let place = Place::new();
    let check = |file: &Path, shape: &str| {
        let output = place.patchbay().arg("check").arg(file).args(["--output", "json"]).output().unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let said = found[0]["dialect"].as_str().unwrap_or_else(|| panic!("`check` does not say the shape: {found}"));
        assert!(said.to_lowercase().starts_with(&format!("shape {shape}")), "{} is read as {said}", file.display());
    };
    for (shape, file) in files("sum_to_n") {
        check(&file, shape);
    }
    check(&graphs().join("dialects/design_count_files.yaml"), "a");
}

#[test]
fn the_design_documents_example_runs_unchanged_against_the_official_filesystem_server() {
    let (Some(server), Some(node)) = (testkit::npm("@modelcontextprotocol/server-filesystem"), testkit::npm::node(20)) else { return };
    let place = Place::new();
    let directory = place.seven_files(false);
    let program = testkit::npm::program(&server).unwrap();
    let servers = servers_file(&place, "filesystem", node.to_str().unwrap(), &[program.to_str().unwrap(), &directory]);
    let file = graphs().join("dialects/design_count_files.yaml");
    let ran = place.run(&file, "count_files", &json!({"directory": directory}), &[OsStr::new("-m"), servers.as_os_str()]);
    assert_eq!(*ran.result(), json!({"count": 7}), "seven files");
    let path = ["entry_count_files", "list_directory_node", "count_files_node", "exit_count_files"];
    assert_eq!(ran.nodes(), path, "one after another");
}

#[test]
fn the_endpoint_offers_every_shape_alike() {
    let schema = json!({"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]});
    for shape in ["a", "b", "c", "d"] {
        let place = Place::new();
        let mut client = Client::patchbay(&place, &graphs().join(format!("dialects/{shape}.yaml")));
        let tools = client.tools();
        let names: Vec<_> = tools.as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["count_files", "sum_to_n", "test_switch"], "the tools of shape {shape}, in the order of the file");
        assert_eq!(tools[1]["inputSchema"], schema, "the arguments of `sum_to_n` in shape {shape}");
        let answered = client.call("sum_to_n", &json!({"n": 10}));
        assert_eq!(answered.result, Some(json!({"sum": 55})), "shape {shape}: {}", answered.whole);
        assert_eq!(answered.whole["result"]["content"][0]["text"], r#"{"sum":55}"#, "the same as text");
    }
}
