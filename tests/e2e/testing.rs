//! Tests of a graph and dry runs on the page: what is shown of them, against a real server that would write to a file.

use std::path::{Path, PathBuf};

use fantoccini::{Client, Locator, key::Key};
use serde_json::{Value, json};

use crate::{
    browser::Served,
    driver::wait_for,
    hand::{key, press},
    scenario::{self, clicked, shown},
    stage::Stage,
};

const TOOL: &str = r#"
tools:
- name: t
  description: Reads, adds where there is something, and writes
  inputSchema: {type: object, properties: {path: {type: string}, n: {type: number}}, required: [path, n]}
  nodes:
  - {id: entry, type: entry, next: look}
  - {id: look, type: mcp, server: kit, tool: rich, args: {}, next: which}
  - {id: which, type: switch, conditions: [{rule: {">": [{var: entry.n}, 0]}, next: add}], next: write}
  - {id: add, type: mcp, server: kit, tool: add, args: {a: {expr: entry.n}, b: 3}, next: write}
  - {id: write, type: mcp, server: kit, tool: append, args: {path: {expr: entry.path}, line: one}, next: exit}
  - {id: exit, type: exit}
"#;

/// Cases that take the way without `add`, of which one claims something that is not so.
const TESTS: &str = r#"
cases:
  - name: it writes twice
    arguments: {path: x, n: 0}
    stubs:
      - {server: kit, tool: rich, answer: ok}
      - {server: kit, tool: append, answer: written}
    expect: [steps.write.times = 2]
  - name: it writes where there is nothing to add
    arguments: {path: x, n: 0}
    stubs:
      - {server: kit, tool: rich, answer: ok}
      - {server: kit, tool: append, answer: written}
    expect: [steps.write.times = 1]
"#;

/// Writes the graph into the stage's folder.
pub(crate) fn graph(stage: &Stage) -> PathBuf {
    let command = serde_json::to_string(&testkit::server_path()).unwrap();
    let head = "version: \"1.0\"\nserver: {name: test, version: \"1.0.0\"}\n";
    let graph = stage.folder("graph.yaml");
    std::fs::write(&graph, format!("{head}mcpServers:\n  kit:\n    command: {command}\n{TOOL}")).unwrap();
    graph
}

/// The call that was held back last.
const HELD: &str = ".dry-call[data-happened='false']:last-child";

/// Runs the tool dry, and opens what it would have written.
pub(crate) async fn run_dry(page: &Client, lines: &Path) {
    shown(page, "[id^='field-'][id$='path']").await.send_keys(lines.to_str().unwrap()).await.unwrap();
    shown(page, "[id^='field-'][id$='n']").await.send_keys("2").await.unwrap();
    dry(page, "1 happened, 2 held back").await;
    clicked(page, &format!("{HELD} summary")).await;
}

/// Writes cases beside the graph, runs them, and shows on the canvas what they walked through.
pub(crate) async fn show_coverage(stage: &Stage, page: &Client) {
    std::fs::write(stage.folder("graph.test.yaml"), TESTS).unwrap();
    clicked(page, "#tests-run").await;
    says(page, ".tests-head [role='status']", "1 passed, 1 failed").await;
    clicked(page, "#tests-coverage").await;
    says(page, "section[aria-label='Coverage of the tests']", "5 of 6 nodes").await;
}

async fn text(page: &Client, css: &str) -> String {
    shown(page, css).await.text().await.unwrap()
}

/// Waits until an element says something.
async fn says(page: &Client, css: &str, part: &str) {
    wait_for(&format!("{css} to say {part}"), || async {
        page.find(Locator::Css(css)).await.ok()?.text().await.ok()?.contains(part).then_some(())
    })
    .await;
}

/// What is written at a node for those who do not see the canvas: how often tests walked through it.
async fn walked(page: &Client, id: &str) -> Option<String> {
    shown(page, &format!("[data-node-id='{id}']")).await.attr("data-walked").await.unwrap()
}

/// Runs the tool dry, and waits for what it says of its calls.
async fn dry(page: &Client, expected: &str) {
    clicked(page, "#dry-run").await;
    says(page, ".dry-calls [role='status']", expected).await;
    assert_eq!(scenario::outcome(page).await, "done");
}

#[tokio::test]
async fn a_dry_run_shows_what_it_holds_back_and_tests_show_what_they_walked_through() {
    let stage = Stage::without_display();
    let lines = stage.folder("lines");
    let served = Served::open(&stage, &graph(&stage)).await;
    let page = &served.page;
    run_dry(page, &lines).await;
    assert!(text(page, "section[aria-label='Dry run']").await.contains("2 held back"), "the canvas says that it is dry");
    assert!(text(page, HELD).await.contains("kit.append"), "which call it is");
    let request: Value = serde_json::from_str(&scenario::value_text(page, &format!("{HELD} .dry-whole")).await).unwrap();
    assert_eq!(request, json!({"path": lines, "line": "one"}), "the exact request");
    clicked(page, ".dry-how > summary").await;
    let choice = wait_for("a choice for each tool that is called", || async {
        let labels = page.find_all(Locator::Css(".dry-how .dry-treat")).await.ok()?;
        for label in labels {
            if label.text().await.ok()?.contains("kit.add") {
                return label.find(Locator::Css("option[value='read']")).await.ok();
            }
        }
        None
    })
    .await;
    choice.click().await.unwrap();
    dry(page, "2 happened, 1 held back").await;
    assert!(text(page, ".dry-calls").await.contains("as you said"), "and says who said so");
    assert!(!lines.exists(), "nothing was written by either");

    press(page, &key(Key::F7)).await;
    says(page, ".tests-none", "No tests yet").await;
    clicked(page, "#run").await;
    wait_for("the real run", || async { lines.exists().then_some(()) }).await;
    assert_eq!(scenario::outcome(page).await, "done");
    clicked(page, "#tests-make").await;
    says(page, ".tests-head [role='status']", "1 passed, 0 failed").await;
    assert!(page.find(Locator::Css(".tests-missed")).await.is_ok(), "one way of the switch was not taken");

    show_coverage(&stage, page).await;
    let fault = text(page, ".test-fault").await;
    for part in ["steps.write.times = 2", "Expected", "Got", "graph.test.yaml, line 8"] {
        assert!(fault.contains(part), "`{part}` in: {fault}");
    }
    assert_eq!((walked(page, "add").await.as_deref(), walked(page, "write").await.as_deref()), (Some("0"), Some("2")));
    clicked(page, ".fault-node").await;
    wait_for("the node of the fault to be the current one", || async {
        let node = page.find(Locator::Css("[data-node-id='write']")).await.ok()?;
        (node.attr("aria-selected").await.ok()?? == "true").then_some(())
    })
    .await;
    press(page, &key(Key::Escape)).await;
    scenario::gone(page, "section[aria-label='Coverage of the tests']").await;
    served.close().await;
    stage.wait_until_empty().await;
}
