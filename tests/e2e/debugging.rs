//! The debugger through the real window: a breakpoint with a condition, a watch, a step, a changed value.

use fantoccini::{Client, key::Key};
use serde_json::json;

use crate::{
    driver::wait_for,
    hand::{key, press, press_with},
    running::go_to,
    scenario::{self, shown},
    stage::Stage,
    window::Window,
};

/// What the bar over the canvas says, read by the page itself.
pub(crate) async fn held(page: &Client, place: &str) {
    wait_for(&format!("the run to be held: {place}"), || async {
        let said = page.execute("return document.querySelector('.debug-said')?.textContent", vec![]).await.ok()?;
        said.as_str()?.starts_with(place).then_some(())
    })
    .await;
}

async fn focus_canvas(page: &Client) {
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
}

/// Sets a field as a person who typed and left it would have.
async fn fill(page: &Client, css: &str, value: &str) {
    shown(page, css).await;
    let script = "const [css, value] = arguments; const field = document.querySelector(css); field.value = value;
        field.dispatchEvent(new Event('input', { bubbles: true })); field.dispatchEvent(new Event('change', { bubbles: true }));";
    page.execute(script, vec![json!(css), json!(value)]).await.unwrap();
}

/// Runs the loop to 5 and holds it in its third turn, with the sum watched.
pub(crate) async fn hold_in_turn_3(page: &Client) {
    shown(page, "[id^='field-'][id$='n']").await.send_keys("5").await.unwrap();
    go_to(page, "check_condition").await;
    press(page, &key(Key::F9)).await;
    press_with(page, &[Key::Control, Key::Shift], "d").await;
    fill(page, ".breakpoint-if > input", "increment_node.counter = 3").await;
    fill(page, "#watch-new", "increment_node.sum").await;
    page.execute("document.querySelector('.watch-add button').click()", vec![]).await.unwrap();
    focus_canvas(page).await;
    press_with(page, &[Key::Control], &key(Key::Enter)).await;
    held(page, "Held before check_condition: breakpoint 1").await;
    wait_for("the watched sum", || async {
        let said = page.execute("return document.querySelector('.watch-value')?.textContent", vec![]).await.ok()?;
        (said == "6").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_run_is_held_looked_into_stepped_on_and_changed_in_the_window() {
    let stage = Stage::with_display();
    let window = Window::open(&stage, &stage.graph("loop.yaml")).await;
    let page = &window.page;
    hold_in_turn_3(page).await;
    assert_eq!(scenario::status(page, "exit_sum").await, "idle", "nothing goes on while the run is held");

    focus_canvas(page).await;
    press(page, &key(Key::F10)).await;
    held(page, "Held before increment_node").await;
    page.execute("document.getElementById('held-done').click()", vec![]).await.unwrap();
    fill(page, "#held-value", r#"{ "counter": 5, "sum": 100 }"#).await;
    page.execute("document.getElementById('held-go').click()", vec![]).await.unwrap();
    scenario::gone(page, "#held-value").await;
    focus_canvas(page).await;
    press(page, &key(Key::F5)).await;
    press(page, &key(Key::Escape)).await;
    assert_eq!(scenario::outcome(page).await, "done");
    assert_eq!(scenario::result(page).await, json!({ "sum": 100 }), "the run went on with the value that was given");
    scenario::gone(page, ".debug-bar").await;
    window.close().await;
    stage.wait_until_empty().await;
}
