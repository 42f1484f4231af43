//! The real window, driven.

use std::path::Path;

use fantoccini::{Client, Locator};
use serde_json::json;

use crate::{
    driver::{Driver, program, wait_for},
    stage::Stage,
};

/// The desktop app, open, on a stage of its own.
struct Window {
    page: Client,
    // The driver's group holds the app; it must end before the stage is taken away.
    _driver: Driver,
    _stage: Stage,
}

impl Window {
    async fn open(arguments: &[&Path]) -> Self {
        let stage = Stage::set();
        let driver = Driver::start(|port| {
            let mut command = stage.command("WebKitWebDriver");
            command.args([format!("--port={port}"), "--host=127.0.0.1".to_owned()]).env("TAURI_WEBVIEW_AUTOMATION", "true");
            command
        })
        .await;
        let options = json!({ "webkitgtk:browserOptions": { "binary": program("patchbay-desktop"), "args": arguments } });
        let page = driver.connect(options.as_object().cloned().unwrap()).await;
        Self { page, _driver: driver, _stage: stage }
    }
}

#[tokio::test]
async fn the_window_opens_on_the_pages_of_this_build() {
    let window = Window::open(&[]).await;
    assert_eq!(window.page.title().await.unwrap(), "Patchbay", "the page is the one in ui/");
    wait_for("what the wasm draws", || async { window.page.find(Locator::Css("body > main")).await.ok() }).await;
}

#[tokio::test]
async fn a_command_that_does_not_exist_fails_with_its_name() {
    let window = Window::open(&[]).await;
    let call = "const done = arguments[0]; window.__TAURI__.core.invoke('call', { name: 'no_such', body: {} }).then(done, done)";
    let answer = window.page.execute_async(call, vec![]).await.unwrap();
    assert!(answer["message"].as_str().unwrap_or_default().contains("`no_such`"), "the page can tell a person what failed: {answer}");
}
