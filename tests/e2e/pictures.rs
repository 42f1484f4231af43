//! The guide's pictures, taken of the real window. No test of the product: `cargo xtask pictures` runs it.

use std::{fs, path::Path};

use fantoccini::{Client, Locator, key::Key};

use crate::{
    editing::go_to_list,
    hand::{key, press, press_with},
    scenario::{self, shown},
    stage::Stage,
    window::Window,
};

/// A folder that every Linux has, and nobody's own.
const FOLDER: &str = "/etc";

/// Keeps what the window shows as the guide's picture `name`, once fonts are there and nothing moves any more.
async fn keep(page: &Client, name: &str) {
    let settled = "const [done] = arguments;
        Promise.all([document.fonts.ready, ...document.getAnimations().map((one) => one.effect.getTiming().iterations === Infinity ? null : one.finished)])
            .then(() => requestAnimationFrame(() => requestAnimationFrame(done)))";
    page.execute_async(settled, vec![]).await.unwrap();
    let picture = page.screenshot().await.unwrap();
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/images");
    fs::write(images.join(name).with_extension("png"), picture).unwrap();
}

async fn focus_canvas(page: &Client) {
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
}

async fn click_in_rail(page: &Client, label: &str) {
    page.find(Locator::Css(&format!(".rail [aria-label^='{label}']"))).await.unwrap().click().await.unwrap();
}

#[tokio::test]
#[ignore = "writes the guide's pictures; `cargo xtask pictures` runs it"]
async fn the_guide_has_its_pictures() {
    let stage = Stage::with_display();
    let window = Window::open(&stage, &stage.graph("count_files.yaml")).await;
    let page = &window.page;
    assert_eq!(scenario::count_files(page, Path::new(FOLDER)).await, "done");
    keep(page, "window").await;

    go_to_list(page).await;
    press(page, &key(Key::Right)).await;
    keep(page, "node").await;

    press(page, &key(Key::Tab)).await;
    shown(page, "#add-field").await;
    keep(page, "adding").await;
    press(page, &key(Key::Escape)).await;

    press_with(page, &[Key::Control], "k").await;
    shown(page, "[role='dialog'] [role='combobox']").await;
    press(page, "list").await;
    shown(page, "[role='dialog'] .picker-option").await;
    keep(page, "commands").await;
    press(page, &key(Key::Escape)).await;

    focus_canvas(page).await;
    press(page, &key(Key::Escape)).await;
    click_in_rail(page, "Servers").await;
    shown(page, ".side").await;
    keep(page, "servers").await;
    click_in_rail(page, "Versions").await;
    keep(page, "versions").await;
    click_in_rail(page, "Versions").await;

    focus_canvas(page).await;
    press_with(page, &[Key::Control], "e").await;
    shown(page, ".cm-content").await;
    keep(page, "text").await;
    window.close().await;
    stage.wait_until_empty().await;
}
