//! What a person does with the first graph, on any page that shows it: fill the form, press Run, read the result.

use std::{fs, path::Path};

use fantoccini::{Client, Locator, elements::Element};
use serde_json::{Value, json};

use crate::driver::wait_for;

/// A folder at `path` with `count` files and one folder, which does not count.
pub(crate) fn make_files(path: &Path, count: usize) {
    fs::create_dir_all(path.join("a folder")).unwrap();
    for number in 0..count {
        fs::write(path.join(format!("{number}.txt")), "").unwrap();
    }
}

/// Runs `count_files` on `directory` and gives what the page says became of it: `done`, `failed` or `skipped`.
pub(crate) async fn count_files(page: &Client, directory: &Path) -> String {
    let field = shown(page, "[id^='field-'][id$='directory']").await;
    field.send_keys(directory.to_str().unwrap()).await.unwrap();
    clicked(page, "#run").await;
    outcome(page).await
}

/// What the page says became of the run, once it has ended.
pub(crate) async fn outcome(page: &Client) -> String {
    wait_for("the run to end", || async {
        let outcome = page.find(Locator::Css("[data-outcome]")).await.ok()?.attr("data-outcome").await.ok()??;
        (outcome != "running").then_some(outcome)
    })
    .await
}

/// The result of the last run, as it is shown.
pub(crate) async fn result(page: &Client) -> Value {
    let text = value_text(page, "#result").await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("the result is shown as JSON: {error}: {text}"))
}

/// The text of the value that an element shows, which may show it in another way at first.
pub(crate) async fn value_text(page: &Client, css: &str) -> String {
    shown(page, &format!("{css} .value")).await;
    let script = "document.querySelector(`${arguments[0]} [data-way=text]`)?.click()";
    page.execute(script, vec![json!(css)]).await.unwrap();
    shown(page, &format!("{css} pre")).await.text().await.unwrap()
}

/// Waits until the run has listed a folder that [`make_files`] filled.
pub(crate) async fn lists_files(page: &Client, graph: &Path) {
    assert_eq!(outcome(page).await, "done", "{}", fs::read_to_string(graph).unwrap());
    let result = result(page).await.to_string();
    assert!(result.contains("[FILE] 0.txt") && result.contains("[FILE] 1.txt"), "the server listed the folder: {result}");
}

/// The state of the node `id`, as a person who cannot see the canvas hears it.
pub(crate) async fn status(page: &Client, id: &str) -> String {
    let node = page.find(Locator::Css(&format!("[data-node-id='{id}']"))).await.unwrap_or_else(|error| panic!("no node `{id}`: {error}"));
    node.attr("data-status").await.unwrap().unwrap_or_default()
}

/// Waits until nothing is there that `css` selects.
pub(crate) async fn gone(page: &Client, css: &str) {
    wait_for("it to go", || async { page.find(Locator::Css(css)).await.is_err().then_some(()) }).await;
}

/// Clicks the element that `css` selects, once it is there and can be: a view may just be drawn anew.
pub(crate) async fn clicked(page: &Client, css: &str) {
    wait_for(css, || async { page.find(Locator::Css(css)).await.ok()?.click().await.ok() }).await;
}

/// The element that `css` selects, once it is there.
pub(crate) async fn shown(page: &Client, css: &str) -> Element {
    wait_for(css, || async { page.find(Locator::Css(css)).await.ok() }).await
}
