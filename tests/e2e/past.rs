//! A run looked back at on the page: found in the list, walked through, sent another way from its middle, compared.

use fantoccini::{Client, Locator, key::Key};
use serde_json::{Value, json};

use crate::{
    browser::Served,
    driver::wait_for,
    hand::{key, press_with},
    running::go_to,
    scenario::{self, clicked, shown},
    stage::Stage,
};

/// The moment just after the 27th turn of the loop: two for each of the steps before, which are the entry and two a turn.
const TURN_27: usize = 2 * (1 + 2 * 26) + 2;

async fn text(page: &Client, css: &str) -> String {
    shown(page, css).await.text().await.unwrap()
}

/// Sets a field as a person who typed would have.
async fn set(page: &Client, id: &str, value: &str) {
    let script = "const [id, value] = arguments; const field = document.getElementById(id); field.value = value;
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    page.execute(script, vec![json!(id), json!(value)]).await.unwrap();
}

/// What the rows of the list say, once there are so many. By the page itself: WebKit's driver finds no text in these buttons.
async fn rows(page: &Client, count: usize) -> Vec<String> {
    wait_for("the list of runs", || async {
        let script = "return [...document.querySelectorAll('.run-row')].map((row) => row.textContent)";
        let rows: Vec<String> = serde_json::from_value(page.execute(script, vec![]).await.ok()?).ok()?;
        (rows.len() == count).then_some(rows)
    })
    .await
}

/// Runs the loop to 50 and looks back at its 27th turn, where the node that counts is current.
pub(crate) async fn look_at_turn_27(page: &Client) {
    shown(page, "[id^='field-'][id$='n']").await.send_keys("50").await.unwrap();
    clicked(page, "#run").await;
    assert_eq!(scenario::outcome(page).await, "done");
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press_with(page, &[Key::Control], "j").await;
    wait_for("the run in the list, at its end", || async { rows(page, 1).await[0].contains("103 steps").then_some(()) }).await;
    clicked(page, ".run-row").await;
    shown(page, "#past-at").await;
    set(page, "past-at", &TURN_27.to_string()).await;
    go_to(page, "increment_node").await;
}

#[tokio::test]
async fn a_run_is_walked_through_and_sent_another_way_from_its_middle() {
    let stage = Stage::without_display();
    let served = Served::open(&stage, &stage.graph("loop.yaml")).await;
    let page = &served.page;
    look_at_turn_27(page).await;

    assert!(text(page, ".past-said").await.contains("increment_node done"), "what happened at that moment");
    assert_eq!(scenario::status(page, "increment_node").await, "done");
    assert_eq!(scenario::status(page, "exit_sum").await, "idle", "the end had not come yet");
    let output = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    let tree = shown(page, "#step-output [role='tree']").await;
    tree.send_keys(&(key(Key::Down) + &key(Key::Down))).await.unwrap();
    wait_for("the way to the second field", || async {
        (text(page, "#step-output .value-place").await == "increment_node.sum").then_some(())
    })
    .await;
    let shown_value = output(scenario::value_text(page, "#step-output").await);
    assert_eq!(shown_value, json!({ "counter": 27, "sum": 378 }), "the value as it was");
    clicked(page, "#past-test").await;
    let tests = stage.folder("loop.test.yaml");
    wait_for("the test beside the graph", || async { tests.is_file().then_some(()) }).await;
    assert!(std::fs::read_to_string(&tests).unwrap().contains("tool: sum_to_n"), "the run is a case of the graph's tests");
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press_with(page, &[], ".").await;
    wait_for("the next moment", || async { text(page, ".past-said").await.contains("check_condition begins").then_some(()) }).await;
    press_with(page, &[], ",").await;
    wait_for("the moment before", || async { text(page, ".past-said").await.contains("increment_node done").then_some(()) }).await;
    clicked(page, "#step-changes").await;
    assert!(text(page, ".step-changes").await.contains("351"), "the sum before is shown beside this one");

    clicked(page, "#fork-output").await;
    shown(page, "#fork-value").await;
    set(page, "fork-value", r#"{ "counter": 49, "sum": 1000 }"#).await;
    clicked(page, "#fork-go").await;
    wait_for("the fork to end", || async { (scenario::status(page, "exit_sum_final").await == "done").then_some(()) }).await;
    assert!(page.find(Locator::Css(".past")).await.is_err(), "the new run is shown as any other");
    wait_for("the fork in the list", || async { rows(page, 2).await[0].contains("a fork").then_some(()) }).await;

    page.find_all(Locator::Css(".run-row")).await.unwrap()[0].click().await.unwrap();
    let parent = shown(page, ".past-compare option:nth-child(2)").await.attr("value").await.unwrap().unwrap();
    clicked(page, &format!(".past-compare option[value='{parent}']")).await;
    let differences = text(page, ".run-differences").await;
    assert!(differences.contains("increment_node") && differences.contains("execution 27 of 28 and 50"), "{differences}");
    served.close().await;
    stage.wait_until_empty().await;
}
