//! The guide's pictures, taken of the real window. No test of the product: `cargo xtask pictures` runs it.

use std::path::Path;

use fantoccini::{Client, Locator, key::Key};

use crate::{
    debugging,
    editing::go_to_list,
    hand::{key, press, press_with},
    past,
    scenario::{self, shown},
    stage::Stage,
    testing,
    window::Window,
};

/// A folder that every Linux has, and nobody's own.
const FOLDER: &str = "/etc";

/// Keeps what the display shows as the guide's picture `name`, once the page has painted what was asked for.
async fn keep(stage: &Stage, page: &Client, name: &str) {
    let painted = "const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
    page.execute_async(painted, vec![]).await.unwrap();
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/images").join(name).with_extension("png");
    // The driver's own picture of the page never comes.
    let taken = stage.command("import").args(["-window", "root"]).arg(picture).status();
    assert!(taken.is_ok_and(|status| status.success()), "`import` of ImageMagick takes the picture");
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
    keep(&stage, page, "window").await;

    go_to_list(page).await;
    press(page, &key(Key::Right)).await;
    shown(page, "#step-output .value").await;
    keep(&stage, page, "node").await;

    press(page, &key(Key::Tab)).await;
    shown(page, "#add-field").await;
    keep(&stage, page, "adding").await;
    press(page, &key(Key::Escape)).await;

    press_with(page, &[Key::Control], "k").await;
    shown(page, "[role='dialog'] [role='combobox']").await;
    press(page, "list").await;
    shown(page, "[role='dialog'] .picker-option").await;
    keep(&stage, page, "commands").await;
    press(page, &key(Key::Escape)).await;

    focus_canvas(page).await;
    press(page, &key(Key::Escape)).await;
    click_in_rail(page, "Servers").await;
    shown(page, ".side").await;
    keep(&stage, page, "servers").await;
    click_in_rail(page, "Versions").await;
    keep(&stage, page, "versions").await;
    click_in_rail(page, "Versions").await;

    focus_canvas(page).await;
    press_with(page, &[Key::Control], "e").await;
    shown(page, ".cm-content").await;
    keep(&stage, page, "text").await;
    window.close().await;
    stage.wait_until_empty().await;

    // How the page is set up is remembered: these begin with a page that is as it is at first.
    let stage = Stage::with_display();
    let window = Window::open(&stage, &stage.graph("loop.yaml")).await;
    past::look_at_turn_27(&window.page).await;
    shown(&window.page, "#step-output .value").await;
    keep(&stage, &window.page, "runs").await;
    window.close().await;
    stage.wait_until_empty().await;

    let stage = Stage::with_display();
    let window = Window::open(&stage, &stage.graph("loop.yaml")).await;
    debugging::hold_in_turn_3(&window.page).await;
    keep(&stage, &window.page, "debugger").await;
    window.close().await;
    stage.wait_until_empty().await;

    let stage = Stage::with_display();
    let window = Window::open(&stage, &testing::graph(&stage)).await;
    testing::run_dry(&window.page, Path::new("/home/ann/diary.txt")).await;
    keep(&stage, &window.page, "dry-run").await;
    focus_canvas(&window.page).await;
    press(&window.page, &key(Key::F7)).await;
    testing::show_coverage(&stage, &window.page).await;
    keep(&stage, &window.page, "tests").await;
    window.close().await;
    stage.wait_until_empty().await;
}
