//! Several graphs on one canvas: seen side by side, and from there into one of them, by keyboard.

use fantoccini::{Locator, key::Key};

use crate::{
    browser::Served,
    driver::wait_for,
    hand::{key, press, press_with},
    scenario::shown,
    stage::Stage,
};

#[tokio::test]
async fn open_graphs_stand_side_by_side_and_enter_goes_into_one() {
    let stage = Stage::without_display();
    let served = Served::open(&stage, &stage.graph("count_files.yaml")).await;
    let page = &served.page;
    shown(page, "[data-node-id='exit']").await;
    press_with(page, &[Key::Control], "o").await;
    let field = shown(page, "#open-path").await;
    field.send_keys(&format!("{}{}", stage.graph("loop.yaml").display(), key(Key::Enter))).await.unwrap();
    shown(page, "[data-node-id='increment_node']").await;

    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press_with(page, &[Key::Control, Key::Shift], "b").await;
    shown(page, ".board-strip").await;
    // An entry of the list bears the name that stands on the card.
    let names = wait_for("the nodes and servers of both graphs", || async {
        let mut names = Vec::new();
        for entry in page.find_all(Locator::Css(".mirror li")).await.ok()? {
            names.push(entry.prop("textContent").await.ok()??);
        }
        (names.len() == 4 + 1 + 5).then_some(names)
    })
    .await;
    for (graph, node) in [("count_files", "count, "), ("count_files", "files"), ("loop", "increment_node, ")] {
        assert!(names.iter().any(|name| name.starts_with(node)), "`{node}` of {graph} is among {names:?}");
    }

    press(page, &key(Key::Home)).await;
    press(page, &key(Key::Delete)).await;
    assert_eq!(page.find_all(Locator::Css(".mirror li")).await.unwrap().len(), names.len(), "nothing is changed here");
    press(page, &key(Key::Enter)).await;
    wait_for("Enter to go into the first graph", || async { (page.title().await.ok()?.starts_with("count_files.yaml")).then_some(()) })
        .await;
    shown(page, "[data-node-id='entry'][aria-selected='true']").await;
    assert!(page.find(Locator::Css(".board-strip")).await.is_err(), "one graph is shown again");
    served.close().await;
    stage.wait_until_empty().await;
}
