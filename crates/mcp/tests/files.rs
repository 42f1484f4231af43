//! The files server: what it answers, and that nothing leads out of its folder.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use mcp::CallResult;
use mcp::endpoint::{Answer, Offer, Request};
use mcp::files::Files;
use serde_json::{Value, json};

struct World {
    _outer: tempfile::TempDir,
    files: Files,
    root: std::path::PathBuf,
}

/// `outer/secret.txt`, and the folder that is offered, `outer/offered`, with a few things in it.
fn world() -> World {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().canonicalize().unwrap().join("offered");
    fs::create_dir_all(root.join("sub/deep")).unwrap();
    fs::write(outer.path().join("secret.txt"), "secret").unwrap();
    fs::write(root.join("b.txt"), "one\ntwo\nthree\n").unwrap();
    fs::write(root.join("a.rs"), "fn a() {}").unwrap();
    fs::write(root.join("sub/c.rs"), "").unwrap();
    fs::write(root.join("sub/deep/d.rs"), "").unwrap();
    fs::write(root.join("bytes"), [0xff, 0xfe, 0x00]).unwrap();
    World { files: Files::new(&root).unwrap(), _outer: outer, root }
}

async fn call(files: &Files, tool: &str, arguments: Value) -> CallResult {
    let arguments = arguments.as_object().unwrap().clone();
    let request = Request { tool: tool.into(), arguments, ..Request::default() };
    match files.call(request).await {
        Answer::Done(result) => result,
        Answer::Asks { .. } => panic!("the files server asks nobody"),
    }
}

async fn check(files: &Files, tool: &str, arguments: Value, expected: &str) {
    let result = call(files, tool, arguments.clone()).await;
    assert!(!result.is_error, "{tool} {arguments}: {result:?}");
    assert_eq!(result.text(), expected, "{tool} {arguments}");
    assert_eq!(result.structured, Some(json!({"content": expected})), "{tool} {arguments}: the same, structured");
}

async fn fails(files: &Files, tool: &str, arguments: Value, expected: &str) {
    let result = call(files, tool, arguments.clone()).await;
    assert!(result.is_error, "{tool} {arguments} has to fail: {result:?}");
    assert!(result.text().contains(expected), "{tool} {arguments}: `{expected}` is missing in: {}", result.text());
}

#[tokio::test]
async fn a_folder_is_listed_sorted_and_marked() {
    let World { files, root, _outer } = world();
    let listed = "[FILE] a.rs\n[FILE] b.txt\n[FILE] bytes\n[DIR] sub";
    for path in [".", "", "sub/..", root.to_str().unwrap(), root.join("sub/..").to_str().unwrap()] {
        check(&files, "list_directory", json!({"path": path}), listed).await;
    }
    fs::create_dir(root.join("empty")).unwrap();
    check(&files, "list_directory", json!({"path": "empty"}), "").await;
}

#[tokio::test]
async fn a_text_is_read_whole_or_in_part() {
    let World { files, root, _outer } = world();
    let read = |extra: Value| {
        let mut arguments = json!({"path": "b.txt"});
        arguments.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        arguments
    };
    check(&files, "read_text_file", read(json!({})), "one\ntwo\nthree\n").await;
    check(&files, "read_text_file", read(json!({"head": 2})), "one\ntwo\n").await;
    check(&files, "read_text_file", read(json!({"head": 9})), "one\ntwo\nthree\n").await;
    check(&files, "read_text_file", read(json!({"tail": 2})), "two\nthree\n").await;
    check(&files, "read_text_file", read(json!({"tail": 3})), "one\ntwo\nthree\n").await;
    check(&files, "read_text_file", read(json!({"tail": 9})), "one\ntwo\nthree\n").await;
    fails(&files, "read_text_file", read(json!({"head": 1, "tail": 1})), "choose one").await;
    let long: String = (0..40_000).map(|line| format!("line {line}\n")).collect();
    fs::write(root.join("long"), &long).unwrap();
    check(&files, "read_text_file", json!({"path": "long", "tail": 2}), "line 39998\nline 39999\n").await;
    check(&files, "read_text_file", json!({"path": "long", "tail": 40_000}), &long).await;
}

#[tokio::test]
async fn what_is_below_a_folder_is_shown_and_found() {
    let World { files, root, _outer } = world();
    let tree = call(&files, "directory_tree", json!({"path": "sub"})).await;
    let expected = json!([
        {"name": "c.rs", "type": "file"},
        {"name": "deep", "type": "directory", "children": [{"name": "d.rs", "type": "file"}]}
    ]);
    assert_eq!(serde_json::from_str::<Value>(&tree.text()).unwrap(), expected, "the tree, sorted");
    let paths = |names: &[&str]| names.iter().map(|name| root.join(name).display().to_string()).collect::<Vec<_>>().join("\n");
    let all = paths(&["a.rs", "sub/c.rs", "sub/deep/d.rs"]);
    check(&files, "search_files", json!({"path": ".", "pattern": "*.rs"}), &all).await;
    check(&files, "search_files", json!({"path": ".", "pattern": "sub/*.rs"}), &paths(&["sub/c.rs"])).await;
    check(&files, "search_files", json!({"path": "sub", "pattern": "**/d*"}), &paths(&["sub/deep", "sub/deep/d.rs"])).await;
    check(&files, "search_files", json!({"path": ".", "pattern": "nothing"}), "No matches found").await;
}

#[tokio::test]
async fn a_file_is_described() {
    let World { files, _outer, .. } = world();
    let about = call(&files, "get_file_info", json!({"path": "b.txt"})).await.text();
    for line in ["size: 14", "isFile: true", "isDirectory: false", "modified: 2"] {
        assert!(about.contains(line), "{line} is missing in {about}");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let World { files, root, _outer } = world();
    let secret = root.parent().unwrap().join("secret.txt");
    let mut paths = vec![
        "../secret.txt".to_owned(),
        "sub/../../secret.txt".to_owned(),
        secret.display().to_string(),
        "../nothing-there".to_owned(),
        "../nothing/../offered/b.txt".to_owned(),
        "/etc/hostname".to_owned(),
        root.join("../secret.txt").display().to_string(),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&secret, root.join("link")).unwrap();
        std::os::unix::fs::symlink("..", root.join("up")).unwrap();
        paths.extend(["link".to_owned(), "up/secret.txt".to_owned(), "up".to_owned()]);
    }
    for path in paths {
        for tool in ["read_text_file", "list_directory", "get_file_info", "directory_tree"] {
            fails(&files, tool, json!({"path": path}), "is outside of the folder that is offered").await;
        }
    }
    let tree = call(&files, "directory_tree", json!({"path": "."})).await.text();
    assert!(!tree.contains("secret"), "a walk follows no link: {tree}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_stays_inside_is_followed() {
    let World { files, root, _outer } = world();
    std::os::unix::fs::symlink(root.join("b.txt"), root.join("sub/link")).unwrap();
    check(&files, "read_text_file", json!({"path": "sub/link", "head": 1}), "one\n").await;
    std::os::unix::fs::symlink(root.join("sub"), root.join("sub/deep/loop")).unwrap();
    let tree = call(&files, "directory_tree", json!({"path": "."})).await;
    assert!(!tree.is_error, "a link to a folder above is no endless tree: {tree:?}");
}

#[tokio::test]
async fn what_cannot_be_served_is_an_error_that_says_why() {
    let World { files, root, _outer } = world();
    fails(&files, "read_text_file", json!({"path": "nothing"}), "`nothing` cannot be read").await;
    fails(&files, "read_text_file", json!({"path": "sub"}), "`sub` is not a file").await;
    fails(&files, "list_directory", json!({"path": "b.txt"}), "`b.txt` is not a folder").await;
    fails(&files, "read_text_file", json!({"path": "bytes"}), "`bytes` is not text in UTF-8").await;
    fails(&files, "read_text_file", json!({}), "the arguments of `read_text_file` cannot be read: missing field `path`").await;
    fails(&files, "list_directory", json!({"path": 7}), "invalid type").await;
    fails(&files, "read_text_file", json!({"path": "a\u{0}b"}), "cannot be read").await;
    fs::File::create(root.join("huge")).unwrap().set_len(11 * 1024 * 1024).unwrap();
    fails(&files, "read_text_file", json!({"path": "huge"}), "ask for its beginning with `head`").await;
    #[cfg(unix)]
    {
        assert!(std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success(), "a pipe");
        fails(&files, "read_text_file", json!({"path": "pipe"}), "`pipe` is not a file").await;
    }
}

#[test]
fn a_root_that_is_no_folder_is_refused() {
    let error = Files::new(Path::new("/no/such/folder")).err().unwrap().to_string();
    assert!(error.contains("`/no/such/folder` cannot be offered"), "{error}");
}

#[test]
fn every_tool_says_that_it_only_reads() {
    let World { files, .. } = world();
    for tool in files.tools() {
        assert_eq!(tool.annotations.unwrap()["readOnlyHint"], true, "{}", tool.name);
    }
}
