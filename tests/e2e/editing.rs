//! Changing a graph on the page by the keyboard alone, against its real file and a real server.

use std::{fs, path::Path};

use fantoccini::{Client, Locator, key::Key};
use serde_json::json;

use crate::{
    browser::Served,
    driver::wait_for,
    hand::{key, press, press_with, tab_to},
    scenario::{self, shown},
    stage::Stage,
};

/// Gives the keyboard to the canvas and makes `list` the current node.
pub(crate) async fn go_to_list(page: &Client) {
    shown(page, "[data-node-id='exit']").await;
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press(page, &(key(Key::Home) + &key(Key::Right))).await;
    let list = shown(page, "[data-node-id='list']").await.attr("id").await.unwrap();
    let current = page.find(Locator::Id("canvas")).await.unwrap().attr("aria-activedescendant").await.unwrap();
    assert_eq!(current, list, "the arrows go along the nodes");
}

/// Adds a transformation after the current node.
pub(crate) async fn add_transform(page: &Client) {
    press(page, &key(Key::Tab)).await;
    shown(page, "#add-field").await;
    press(page, "trans").await;
    press(page, &key(Key::Enter)).await;
    shown(page, "[data-node-id='transform']").await;
}

/// Waits until the file holds what `is_so` looks for, and gives it.
pub(crate) async fn saved(file: &Path, what: &str, is_so: impl Fn(&str) -> bool) -> String {
    wait_for(what, || async {
        let text = fs::read_to_string(file).unwrap();
        is_so(&text).then_some(text)
    })
    .await
}

/// The lines of `new` that are not in `old`, and of `old` that are not in `new`.
fn changed(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let but = |one: &str, other: &str| {
        let other: Vec<&str> = other.lines().collect();
        one.lines().filter(|line| !other.contains(line)).map(|line| line.trim().to_owned()).collect()
    };
    (but(new, old), but(old, new))
}

#[tokio::test]
async fn a_node_added_by_keyboard_runs_and_changes_only_its_own_lines() {
    let stage = Stage::without_display();
    let files = stage.folder("files");
    scenario::make_files(&files, 4);
    let file = stage.graph("count_files.yaml");
    let before = fs::read_to_string(&file).unwrap();
    let served = Served::open(&stage, &file).await;
    let page = &served.page;

    go_to_list(page).await;
    add_transform(page).await;
    let after = saved(&file, "the new node in the file", |text| text.contains("- id: transform")).await;
    let (added, removed) = changed(&before, &after);
    assert_eq!(added, ["next: transform", "- id: transform", "expr: list"], "no line is new but the node's own and the edge to it");
    assert!(removed.is_empty(), "every comment and every other line is still there: {removed:?}");

    press(page, &key(Key::Escape)).await;
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press(page, &key(Key::Escape)).await;
    assert_eq!(scenario::count_files(page, &files).await, "done", "the changed graph runs");
    assert_eq!(scenario::result(page).await, json!({ "count": 4 }), "the new node hands on what it gets");
    assert_eq!(scenario::status(page, "transform").await, "done", "it took part");
    served.close().await;
    stage.wait_until_empty().await;
}

#[tokio::test]
async fn what_was_changed_before_a_restart_can_be_undone_after_it() {
    let stage = Stage::without_display();
    let file = stage.graph("count_files.yaml");
    let before = fs::read_to_string(&file).unwrap();
    let served = Served::open(&stage, &file).await;
    go_to_list(&served.page).await;
    add_transform(&served.page).await;
    served.close().await;
    assert!(fs::read_to_string(&file).unwrap().contains("- id: transform"), "a change is saved before the program ends");

    let served = Served::open(&stage, &file).await;
    shown(&served.page, "[data-node-id='transform']").await;
    served.page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press_with(&served.page, &[Key::Control], "z").await;
    saved(&file, "the file as it was, to the byte", |text| text == before).await;
    served.close().await;
    stage.wait_until_empty().await;
}

#[tokio::test]
async fn what_another_program_writes_meanwhile_stays_beside_what_a_person_did() {
    let stage = Stage::without_display();
    let file = stage.graph("count_files.yaml");
    let served = Served::open(&stage, &file).await;
    let page = &served.page;
    go_to_list(page).await;
    add_transform(page).await;
    let text = saved(&file, "the new node in the file", |text| text.contains("- id: transform")).await;

    let theirs = text.replace("title: Count files", "title: Count what is there");
    fs::write(&file, &theirs).unwrap();
    wait_for("the title from outside on the page", || async {
        let title = page.find(Locator::Css(".top-bar h1")).await.ok()?.text().await.ok()?;
        (title == "Count what is there").then_some(())
    })
    .await;
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press(page, &key(Key::Delete)).await;
    let both = saved(&file, "the file without the node", |text| !text.contains("- id: transform")).await;
    assert!(both.contains("title: Count what is there"), "a change here keeps what came from there: {both}");
    let (added, removed) = changed(&theirs, &both);
    assert!(added.is_empty(), "nothing is new: {added:?}");
    assert_eq!(removed, ["next: transform", "- id: transform", "expr: list", "next: count"], "the node and its edges alone are gone");
    served.close().await;
    stage.wait_until_empty().await;
}

#[tokio::test]
async fn a_graph_made_from_nothing_by_keyboard_alone_asks_a_real_server() {
    let stage = Stage::without_display();
    let files = stage.folder("files");
    scenario::make_files(&files, 2);
    let file = stage.folder("mine.yaml");
    let served = Served::open_with(&stage, None, &[]).await;
    let page = &served.page;
    let enter = key(Key::Enter);

    shown(page, ".begins .begin:nth-child(2)").await;
    tab_to(page, false, ".begins .begin:nth-child(2)").await;
    press(page, &enter).await;
    shown(page, "#new-path").await;
    press_with(page, &[Key::Control], "a").await;
    press(page, &(file.to_str().unwrap().to_owned() + &enter)).await;
    shown(page, "[data-node-id='exit']").await;

    tab_to(page, false, "details:has(#add-server) > summary").await;
    press(page, &enter).await;
    tab_to(page, false, "#add-server").await;
    press(page, &format!("patchbay mcp files {}{enter}", files.display())).await;
    shown(page, "[aria-label='Server patchbay']").await;

    tab_to(page, true, "#canvas").await;
    press(page, &(key(Key::Home) + &key(Key::Tab))).await;
    shown(page, "#add-field").await;
    press(page, "list_dir").await;
    shown(page, ".picker-option[data-key*='list_directory'][aria-selected='true']").await;
    press(page, &enter).await;
    saved(&file, "the call between entry and exit", |text| text.contains("next: list_directory") && text.contains("next: exit")).await;
    shown(page, "[id='set-node-args.path']").await;
    tab_to(page, false, "[id='set-node-args.path']").await;
    press(page, files.to_str().unwrap()).await;
    // At once: the run is of what was typed.
    press_with(page, &[Key::Control], &enter).await;
    tab_to(page, true, "#canvas").await;
    press(page, &key(Key::Escape)).await;
    scenario::lists_files(page, &file).await;
    served.close().await;
    stage.wait_until_empty().await;
}
