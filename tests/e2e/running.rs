//! Running a part of a graph on the page, and looking at what was said to its server: against the real server.

use fantoccini::{Client, Locator, key::Key};
use serde_json::{Value, json};

use crate::{
    browser::Served,
    driver::wait_for,
    scenario::{self, clicked, shown},
    stage::Stage,
};

/// The element of the current node, as the canvas names it.
async fn current(page: &Client) -> Option<String> {
    page.find(Locator::Id("canvas")).await.unwrap().attr("aria-activedescendant").await.unwrap()
}

/// Makes a node the current one by the arrows, from the first node on.
pub(crate) async fn go_to(page: &Client, node: &str) {
    let wanted = shown(page, &format!("[data-node-id='{node}']")).await.attr("id").await.unwrap();
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    let mut key = Key::Home;
    loop {
        let before = current(page).await;
        if before == wanted {
            return;
        }
        page.find(Locator::Id("canvas")).await.unwrap().send_keys(&char::from(key).to_string()).await.unwrap();
        wait_for("the arrow to lead to another node", || async { (current(page).await != before).then_some(()) }).await;
        key = Key::Right;
    }
}

/// Presses a button of the node's panel and waits until the node's last execution gives something else than `before`.
async fn run(page: &Client, button: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    wait_for("the button to be free", || async { page.find(Locator::Css(&format!("{button}:enabled"))).await.ok() }).await;
    clicked(page, button).await;
    wait_for(what, || async {
        page.execute("document.querySelector('#step-output [data-way=text]')?.click()", vec![]).await.ok()?;
        let text = page.find(Locator::Css("#step-output pre")).await.ok()?.text().await.ok()?;
        serde_json::from_str(&text).ok().filter(&is_so)
    })
    .await
}

/// How many `tools/call` requests went to the server, as the panel of the servers shows it.
async fn calls(page: &Client) -> usize {
    page.find_all(Locator::Css(".message[data-method='tools/call'][data-sort='request']")).await.unwrap().len()
}

#[tokio::test]
async fn a_run_ends_at_a_node_and_runs_again_and_its_server_says_what_was_asked() {
    let stage = Stage::without_display();
    let files = stage.folder("files");
    scenario::make_files(&files, 3);
    let served = Served::open(&stage, &stage.graph("count_files.yaml")).await;
    let page = &served.page;
    let field = shown(page, "[id^='field-'][id$='directory']").await;
    field.send_keys(files.to_str().unwrap()).await.unwrap();
    shown(page, "[data-node-id='exit']").await;

    go_to(page, "list").await;
    let listing =
        run(page, "#run-to", "the listing", |output| output["content"].as_str().is_some_and(|text| text.contains("[FILE]"))).await;
    assert_eq!(listing["content"].as_str().unwrap().matches("[FILE]").count(), 3, "the output of the node is shown: {listing}");
    assert_eq!(scenario::status(page, "list").await, "done");
    assert_ne!(scenario::status(page, "count").await, "done", "what comes after it did not run");

    std::fs::write(files.join("one more.txt"), "").unwrap();
    run(page, "#run-again", "the listing with one more", |output| {
        output["content"].as_str().is_some_and(|text| text.matches("[FILE]").count() == 4)
    })
    .await;

    go_to(page, "count").await;
    let counted = run(page, "#run-only", "the count", |output| output["count"].is_number()).await;
    assert_eq!(counted, json!({ "count": 4 }), "a node that had not run yet is run alone on what the last run gave");

    page.execute("document.querySelector(\"button[title^='Show or hide the servers']\").click()", vec![]).await.unwrap();
    clicked(page, ".server-card .traffic > summary").await;
    wait_for("both listings in the traffic, and no third", || async { (calls(page).await == 2).then_some(()) }).await;
    let request = shown(page, ".message[data-method='tools/call'][data-sort='request'] > summary").await;
    let told = request.text().await.unwrap();
    assert!(told.contains("tools/call") && told.contains("list_directory"), "a message is told in a line or two: {told}");
    request.click().await.unwrap();
    let whole = shown(page, ".message[open] .json pre").await.text().await.unwrap();
    assert!(whole.contains(files.to_str().unwrap()), "and whole where it is opened: {whole}");
    served.close().await;
    stage.wait_until_empty().await;
}
