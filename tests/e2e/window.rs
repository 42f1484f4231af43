//! The real window, driven.

use std::{fs, path::Path};

use fantoccini::{Client, key::Key};
use serde_json::json;

use crate::{
    driver::{Driver, program},
    editing,
    hand::press_with,
    scenario,
    stage::Stage,
};

/// The desktop app, open on a graph.
pub(crate) struct Window {
    pub(crate) page: Client,
    /// Its group holds the app.
    driver: Driver,
}

impl Window {
    pub(crate) async fn open(stage: &Stage, graph: &Path) -> Self {
        let command = |port| {
            let mut command = stage.command("WebKitWebDriver");
            command.args([format!("--port={port}"), "--host=127.0.0.1".to_owned()]).env("TAURI_WEBVIEW_AUTOMATION", "true");
            command
        };
        let options = json!({ "webkitgtk:browserOptions": { "binary": program("patchbay-desktop"), "args": [graph] } });
        let (driver, page) = Driver::open(command, options).await;
        Self { page, driver }
    }

    pub(crate) async fn close(self) {
        self.page.close().await.unwrap();
        drop(self.driver);
    }
}

#[tokio::test]
async fn the_window_counts_files_and_leaves_nothing_behind() {
    let stage = Stage::with_display();
    let files = stage.folder("files");
    scenario::make_files(&files, 7);
    let window = Window::open(&stage, &stage.graph("count_files.yaml")).await;

    assert_eq!(scenario::count_files(&window.page, &files).await, "done", "the run ends well");
    assert_eq!(scenario::result(&window.page).await, json!({ "count": 7 }), "the folder among the files does not count");
    for node in ["entry", "list", "count", "exit"] {
        assert_eq!(scenario::status(&window.page, node).await, "done", "node `{node}` shows that it ran");
    }
    window.close().await;
    stage.wait_until_empty().await;
}

#[tokio::test]
async fn a_graph_is_changed_in_the_window_by_the_keyboard_and_the_change_undone() {
    let stage = Stage::with_display();
    let file = stage.graph("count_files.yaml");
    let before = fs::read_to_string(&file).unwrap();
    let window = Window::open(&stage, &file).await;
    editing::go_to_list(&window.page).await;
    editing::add_transform(&window.page).await;
    editing::saved(&file, "the new node in the file", |text| text.contains("- id: transform")).await;
    window.page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press_with(&window.page, &[Key::Control], "z").await;
    editing::saved(&file, "the file as it was, to the byte", |text| text == before).await;
    window.close().await;
    stage.wait_until_empty().await;
}

#[tokio::test]
async fn a_run_that_fails_says_at_which_node() {
    let stage = Stage::with_display();
    let window = Window::open(&stage, &stage.graph("count_files.yaml")).await;

    assert_eq!(scenario::count_files(&window.page, &stage.folder("no such folder")).await, "failed", "there is nothing to list");
    let told = scenario::shown(&window.page, "#result").await.text().await.unwrap();
    assert!(told.contains("list"), "the node that asked for the folder is named: {told}");
    assert_eq!(scenario::status(&window.page, "list").await, "failed", "and it is shown on the canvas too");
    window.close().await;
}
