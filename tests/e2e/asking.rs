//! A run that waits for a person: its question stands at the node, and the answer is checked and goes on.

use fantoccini::{Locator, key::Key};
use serde_json::json;

use crate::{
    browser::Served,
    driver::wait_for,
    hand::{key, press, press_with},
    running,
    scenario::{self, clicked, shown},
    stage::Stage,
};

const GRAPH: &str = include_str!("approval.yaml");

#[tokio::test]
async fn an_approval_is_answered_at_its_node() {
    let stage = Stage::without_display();
    let graph = stage.folder("approval.yaml");
    std::fs::write(&graph, GRAPH).unwrap();
    let served = Served::open(&stage, &graph).await;
    let page = &served.page;
    let field = shown(page, "[id^='field-'][id$='what']").await;
    field.send_keys("lamps").await.unwrap();
    clicked(page, "#run").await;
    running::go_to(page, "ask").await;
    let question = shown(page, ".inspector .question").await;
    assert!(question.text().await.unwrap().contains("How many of lamps shall be ordered?"), "the question is asked");

    let count = shown(page, "[id^='answer-'][id$='count']").await;
    count.send_keys("0").await.unwrap();
    clicked(page, ".inspector [data-verb='approve']").await;
    let refused = shown(page, ".inspector .question [role='alert']").await.text().await.unwrap();
    assert!(refused.contains("at least 1"), "what does not fit the form is refused at its field: {refused}");

    count.clear().await.unwrap();
    count.send_keys("3").await.unwrap();
    clicked(page, ".inspector [data-verb='approve']").await;
    wait_for("the question to go", || async { page.find(Locator::Css(".inspector .question")).await.is_err().then_some(()) }).await;
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press(page, &key(Key::Escape)).await;
    assert_eq!(scenario::outcome(page).await, "done");
    assert_eq!(scenario::result(page).await, json!({"ordered": "lamps", "count": 3}));
    served.close().await;
    stage.wait_until_empty().await;
}

#[tokio::test]
async fn all_that_is_asked_stands_in_one_panel_and_is_answered_there() {
    let stage = Stage::without_display();
    let graph = stage.folder("approval.yaml");
    std::fs::write(&graph, GRAPH).unwrap();
    let served = Served::open(&stage, &graph).await;
    let page = &served.page;
    shown(page, "[id^='field-'][id$='what']").await.send_keys("chairs").await.unwrap();
    clicked(page, "#run").await;
    shown(page, ".rail [aria-label='1 question']").await;
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press_with(page, &[Key::Control, Key::Shift], "q").await;
    let row = shown(page, ".inbox-row").await.text().await.unwrap();
    assert!(row.contains("How many of chairs shall be ordered?") && row.contains("ask · order · approval.yaml"), "{row}");
    clicked(page, ".inbox-row [data-verb='reject']").await;
    wait_for("the question to go", || async { page.find(Locator::Css(".inbox-row")).await.is_err().then_some(()) }).await;
    assert_eq!(scenario::outcome(page).await, "done");
    assert_eq!(scenario::result(page).await, json!({"ordered": null}), "the way of a no was gone");
    served.close().await;
    stage.wait_until_empty().await;
}

const BUY: &str = "tools:
  - name: buy
    description: Has a person decide
    inputSchema:
      type: object
      properties: {what: {type: string}}
      required: [what]
    nodes:
      - {id: entry, type: entry, next: decide}
      - {id: decide, type: call, tool: order, args: {what: {expr: entry.what}}, next: exit}
      - {id: exit, type: exit}
";

#[tokio::test]
async fn what_a_called_tool_asks_is_answered_in_the_panel_and_its_run_is_opened_from_the_step() {
    let stage = Stage::without_display();
    let graph = stage.folder("approval.yaml");
    std::fs::write(&graph, GRAPH.replace("tools:\n", BUY)).unwrap();
    let served = Served::open(&stage, &graph).await;
    let page = &served.page;
    shown(page, "[id^='field-'][id$='what']").await.send_keys("chairs").await.unwrap();
    clicked(page, "#run").await;
    shown(page, ".rail [aria-label='1 question']").await;
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press_with(page, &[Key::Control, Key::Shift], "q").await;
    shown(page, ".inbox-row [id$='count']").await.send_keys("4").await.unwrap();
    clicked(page, ".inbox-row [data-verb='approve']").await;
    assert_eq!(scenario::outcome(page).await, "done");
    assert_eq!(scenario::result(page).await, json!({"ordered": "chairs", "count": 4}), "the answer came up to the run that called");

    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    running::go_to(page, "decide").await;
    clicked(page, "#step-beneath").await;
    let caller = shown(page, ".past-parent").await;
    let head = shown(page, ".past-head").await.text().await.unwrap();
    assert!(head.contains("order") && head.contains("called by step 1"), "the run beneath, and who called it: {head}");
    assert_eq!(scenario::status(page, "ordered").await, "done", "its nodes are drawn as they went");
    caller.click().await.unwrap();
    shown(page, "[data-node-id='decide'][data-status='done']").await;
    served.close().await;
    stage.wait_until_empty().await;
}

const WAITS: &str = r#"version: "1.0"
server: {name: waits, version: 1.0.0}
tools:
- name: ring
  description: Waits for the bell
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: door}
  - {id: door, type: wait, event: {type: doorbell}, next: say}
  - {id: say, type: transform, transform: {expr: "{'who': door.detail.who}"}, next: exit}
  - {id: exit, type: exit}
"#;

#[tokio::test]
async fn a_run_is_told_the_event_that_it_waits_for_at_its_node_and_in_the_panel() {
    let stage = Stage::without_display();
    let graph = stage.folder("waits.yaml");
    std::fs::write(&graph, WAITS).unwrap();
    let served = Served::open(&stage, &graph).await;
    let page = &served.page;
    clicked(page, "#run").await;
    running::go_to(page, "door").await;
    shown(page, ".inspector [data-verb='detail']").await.send_keys("{nope").await.unwrap();
    clicked(page, ".inspector [data-verb='signal']").await;
    let refused = shown(page, ".inspector .question [role='alert']").await.text().await.unwrap();
    assert!(refused.contains("this is not JSON"), "what cannot be read is not told: {refused}");

    press_with(page, &[Key::Control, Key::Shift], "q").await;
    let row = shown(page, ".inbox-row").await.text().await.unwrap();
    assert!(row.contains("door · ring · waits.yaml") && row.contains("doorbell"), "{row}");
    shown(page, ".inbox-row [data-verb='detail']").await.send_keys(r#"{"who": "the post"}"#).await.unwrap();
    clicked(page, ".inbox-row [data-verb='signal']").await;
    wait_for("the run to wait no more", || async { page.find(Locator::Css(".inbox-row")).await.is_err().then_some(()) }).await;
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press(page, &key(Key::Escape)).await;
    assert_eq!(scenario::outcome(page).await, "done");
    assert_eq!(scenario::result(page).await, json!({"who": "the post"}), "what was told with it is there");
    served.close().await;
    stage.wait_until_empty().await;
}
