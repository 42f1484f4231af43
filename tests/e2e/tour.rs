//! The first minutes of a person who has only a keyboard: from the welcome page through the tour to a graph that runs.

use std::fs;

use fantoccini::{Client, Locator, key::Key};
use serde_json::json;

use crate::{
    browser::Served,
    driver::wait_for,
    hand::{key, press, press_with},
    scenario::{self, shown},
    stage::Stage,
};

/// Waits until the element with the keyboard is one that `css` selects.
async fn has_keyboard(page: &Client, css: &str) {
    wait_for(&format!("the keyboard to be at {css}"), || async {
        let there = page.execute("return document.activeElement.matches(arguments[0])", vec![json!(css)]).await.ok()?;
        there.as_bool().filter(|there| *there)
    })
    .await;
}

/// Waits until the tour is at a step; 0 is its end.
async fn is_at(page: &Client, step: usize) {
    shown(page, &format!(".tour[data-step='{step}']")).await;
}

/// Goes to the tour's card by F6 and lets it take the keyboard to what the step is about.
async fn be_taken_there(page: &Client) {
    wait_for("F6 to lead to the card", || async {
        press(page, &key(Key::F6)).await;
        let there = page.execute("return !!document.activeElement.closest('.tour')", vec![]).await.ok()?;
        there.as_bool().filter(|there| *there)
    })
    .await;
    // The card's first button leaves the tour, its last one leads to the step.
    press(page, &key(Key::Tab)).await;
    has_keyboard(page, ".tour-foot button").await;
    press(page, &key(Key::Enter)).await;
}

#[tokio::test]
async fn the_tour_makes_a_graph_that_runs_by_keyboard_alone_and_is_remembered() {
    let stage = Stage::without_display();
    let served = Served::open_empty(&stage).await;
    let page = &served.page;
    shown(page, ".welcome .begin").await;

    page.execute("document.querySelector('.welcome .begin').focus()", vec![]).await.unwrap();
    press(page, &key(Key::Enter)).await;
    is_at(page, 1).await;
    has_keyboard(page, "#canvas").await;
    press(page, &key(Key::Tab)).await;
    has_keyboard(page, "#add-field").await;
    press(page, "trans").await;
    press(page, &key(Key::Enter)).await;

    is_at(page, 2).await;
    be_taken_there(page).await;
    has_keyboard(page, "#canvas").await;
    press(page, &("c".to_owned() + &key(Key::Right) + &key(Key::Enter))).await;

    is_at(page, 3).await;
    be_taken_there(page).await;
    has_keyboard(page, ".inspector [id^='set-node-transform'], .inspector [id^='set-node-transform'] *").await;
    press_with(page, &[Key::Control], "a").await;
    press(page, "'Hello, ' & entry.name").await;

    is_at(page, 4).await;
    be_taken_there(page).await;
    has_keyboard(page, ".run-form input").await;
    press(page, "Ada").await;
    press(page, &key(Key::Enter)).await;

    is_at(page, 5).await;
    assert_eq!(scenario::value_text(page, "#result").await, "Hello, Ada", "the graph that was made does what it was made for");
    be_taken_there(page).await;
    has_keyboard(page, "#canvas").await;
    press(page, &key(Key::Home)).await;
    is_at(page, 0).await;

    let made = stage.folder("Patchbay").join("first_graph.yaml");
    let text = fs::read_to_string(&made).unwrap_or_else(|error| panic!("the graph is the person's own file: {}: {error}", made.display()));
    assert!(text.contains("entry.name"), "what was typed is in it:\n{text}");
    wait_for("the tour to be remembered", || async {
        let kept = fs::read_to_string(stage.folder("data").join("patchbay/settings.json")).ok()?;
        kept.contains("\"isToured\": true").then_some(())
    })
    .await;
    page.refresh().await.unwrap();
    shown(page, "[data-node-id='transform']").await;
    assert!(page.find(Locator::Css(".tour")).await.is_err(), "a tour that is done does not begin again by itself");
    served.close().await;
    stage.wait_until_empty().await;
}
