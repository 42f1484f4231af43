//! Every example in `graphs/` does what its first comment says, against its real servers.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::patchbay::{Place, Ran, graphs, servers_file};

/// Runs an example's only tool.
fn run(place: &Place, name: &str, tool: &str, arguments: &Value) -> Ran {
    place.run(&graphs().join(name), tool, arguments, &[])
}

/// The tests below, by the example that each is about.
const EXAMPLES: &[&str] =
    &["count_files.yaml", "errors.yaml", "everything.yaml", "for_each.yaml", "loop.yaml", "parallel.yaml", "retry.yaml", "switch.yaml"];

/// Whether it is an example, and not the tests of one.
fn is_graph(path: &std::path::Path) -> bool {
    path.is_file() && !path.to_string_lossy().ends_with(".test.yaml")
}

#[test]
fn the_tests_beside_the_examples_pass_and_walk_through_all_that_they_test() {
    let place = Place::new();
    let output = place.patchbay().arg("test").arg(graphs()).args(["--output", "json"]).output().unwrap();
    let tested: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "every case passes: {tested:#}");
    let files = tested.as_array().unwrap();
    assert_eq!(files.len(), 3, "every test file is found: {tested:#}");
    let never = |list: &Value| list.as_array().unwrap().iter().filter(|at| at["times"] == 0).count();
    for tool in files.iter().flat_map(|file| file["coverage"].as_array().unwrap()) {
        assert_eq!((never(&tool["nodes"]), never(&tool["edges"])), (0, 0), "nothing of `{}` is left out: {tool:#}", tool["tool"]);
    }
}

#[test]
fn every_example_has_a_test_and_nothing_to_complain_about() {
    let files = fs::read_dir(graphs()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = files.filter(|path| is_graph(path)).map(|path| path.file_name().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, EXAMPLES, "an example was added or removed without its test");
    let place = Place::new();
    // Shape A has its servers outside of the file.
    let servers = servers_file(&place, "filesystem", "patchbay", &["mcp", "files", "/"]);
    for folder in [graphs(), graphs().join("dialects")] {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| is_graph(path)) {
            let output = place.patchbay().arg("check").arg(&file).arg("-m").arg(&servers).output().unwrap();
            let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{}: {said}", file.display());
        }
    }
}

#[test]
fn count_files_counts_files_and_not_folders() {
    let place = Place::new();
    let directory = place.seven_files(true);
    let ran = run(&place, "count_files.yaml", "count_files", &json!({"directory": directory}));
    assert_eq!(*ran.result(), json!({"count": 7}), "seven files and two folders");
    assert_eq!(ran.nodes(), ["entry", "list", "count", "exit"], "one after another");
}

#[test]
fn for_each_reads_every_file_and_keeps_their_order_when_one_is_missing() {
    let place = Place::new();
    let directory = place.seven_files(false);
    let path = |name: &str| format!("{directory}/{name}");
    let arguments = json!({"paths": [path("3.txt"), path("none.txt"), path("1.txt")], "lines": 1});
    let ran = run(&place, "for_each.yaml", "first_lines", &arguments);
    let files = ran.result()["files"].as_array().unwrap();
    let texts: Vec<_> = files.iter().map(|file| file["text"].as_str().map(str::trim_end)).collect();
    assert_eq!(texts, [Some("line one of 3"), None, Some("line one of 1")], "in the order of the items");
    assert!(files[1]["error"].as_str().unwrap().contains("none.txt"), "the missing one says so: {}", files[1]);
}

#[test]
fn parallel_describes_a_folder_from_three_branches() {
    let place = Place::new();
    let directory = place.seven_files(true);
    fs::write(format!("{directory}/one.conf"), "").unwrap();
    fs::write(format!("{directory}/a/two.conf"), "").unwrap();
    let ran = run(&place, "parallel.yaml", "describe_folder", &json!({"directory": directory}));
    let result = ran.result();
    assert_eq!((&result["entries"], &result["configuration_files"]), (&json!(10), &json!(2)), "in {result}");
    assert!(result["about"].as_str().is_some_and(|about| !about.is_empty()), "the third branch: {result}");
}

#[test]
fn errors_turns_a_failure_into_an_answer() {
    let place = Place::new();
    let directory = place.seven_files(false);
    let there = run(&place, "errors.yaml", "read_or_explain", &json!({"path": format!("{directory}/2.txt")}));
    assert_eq!(*there.result(), json!({"found": true, "text": "line one of 2\nline two\n"}), "what is there is read");
    let gone = run(&place, "errors.yaml", "read_or_explain", &json!({"path": format!("{directory}/none.txt")}));
    assert_eq!(gone.result()["found"], false, "what is not there is no failure: {}", gone.report);
    assert!(gone.result()["why"].as_str().unwrap().contains("none.txt"), "and it says which: {}", gone.report);
    assert_eq!(gone.nodes(), ["entry", "read", "explain", "exit"], "by the error edge");
}

#[test]
fn retry_waits_for_a_file_that_comes_later() {
    let place = Place::new();
    let path = place.cwd.join("soon.txt");
    let mut command = place.patchbay();
    command.arg("run").arg(graphs().join("retry.yaml")).arg("--json").arg(json!({"path": path}).to_string());
    let mut child = command.args(["--output", "json", "--trace"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    // It says that the first attempt failed; only then is there a file.
    while !said.contains("failed") && stderr.read_line(&mut said).unwrap() > 0 {}
    fs::write(&path, "here at last").unwrap();
    stderr.read_to_string(&mut said).unwrap();
    let ran = Ran::read(&child.wait_with_output().unwrap());
    assert_eq!(*ran.result(), json!({"content": "here at last"}), "{said}");
    let attempts = ran.nodes().iter().filter(|node| **node == "read").count();
    assert!((2..=4).contains(&attempts), "the first attempt failed and at most three followed: {}", ran.report);
}

#[test]
fn retry_gives_up_after_its_last_attempt_and_says_why() {
    let place = Place::new();
    let ran = run(&place, "retry.yaml", "read_when_there", &json!({"path": place.cwd.join("never.txt")}));
    assert_eq!(ran.report["outcome"], "failed", "{}", ran.report);
    assert_eq!(ran.nodes().iter().filter(|node| **node == "read").count(), 4, "four attempts: {}", ran.report);
    let failure = ran.report["failure"].to_string();
    assert!(failure.contains("read") && failure.contains("never.txt"), "the node and the cause: {failure}");
}

#[test]
fn everything_adds_and_says_so_by_the_reference_server() {
    if testkit::npm("@modelcontextprotocol/server-everything").is_none() {
        return;
    }
    let place = Place::new();
    let ran = run(&place, "everything.yaml", "add_and_say", &json!({"a": 2, "b": 3}));
    let said = ran.result()["said"].as_str().unwrap();
    assert!(said.contains("sum of 2 and 3 is 5"), "the sum, said by the second tool: {said}");
}
