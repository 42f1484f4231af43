//! Whether those who use a screen reader, a magnifier or the keyboard can use the page: the checks of axe, on each screen.

use fantoccini::Client;

use crate::{
    browser::Served,
    hand::{key, press, press_with},
    scenario::{self, clicked, shown},
    stage::Stage,
};
use fantoccini::key::Key;

/// A case that passes, and one that does not.
const TESTS: &str = "cases:\n- {name: it fails, arguments: {directory: /x}, fails: true, stubs: [{server: files, tool: list_directory, error: no}]}\n\
    - {name: it counts, arguments: {directory: /x}, stubs: [{server: files, tool: list_directory, answer: '[FILE] a'}], expect: [result.count = 2]}\n";

/// The checks of axe on what is shown now; each fault as one line.
async fn faults(page: &Client) -> Vec<String> {
    let script = "const [done] = arguments;
        axe.run(document, { resultTypes: ['violations'] }).then(
            (result) => done(result.violations.flatMap((rule) => rule.nodes.map((node) =>
                `${rule.id}: ${rule.help}: ${node.target.join(' ')}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''}`))),
            (error) => done([String(error)]));";
    let found = page.execute_async(script, vec![]).await.unwrap();
    found.as_array().unwrap().iter().map(|fault| fault.as_str().unwrap().to_owned()).collect()
}

/// The page with a graph in every state that has a face of its own, each checked.
async fn check_every_screen(axe: &str, look: &[&str]) {
    let stage = Stage::without_display();
    let files = stage.folder("files");
    scenario::make_files(&files, 2);
    std::fs::write(stage.folder("count_files.test.yaml"), TESTS).unwrap();
    let served = Served::open_with(&stage, Some(&stage.graph("count_files.yaml")), look).await;
    let page = &served.page;
    shown(page, "[data-node-id='exit']").await;
    page.execute(axe, vec![]).await.unwrap();
    let mut found = Vec::new();
    let mut check = async |screen: &str| {
        found.extend(faults(page).await.into_iter().map(|fault| format!("{screen}: {fault}")));
    };

    check("a graph").await;
    scenario::count_files(page, &files).await;
    check("a run").await;
    clicked(page, "#dry-run").await;
    clicked(page, ".dry-call summary").await;
    clicked(page, ".dry-how > summary").await;
    check("a dry run").await;
    press(page, &key(Key::F7)).await;
    shown(page, ".test-fault").await;
    clicked(page, "#tests-coverage").await;
    shown(page, "section[aria-label='Coverage of the tests']").await;
    check("tests and what they walked through").await;
    focus_canvas(page).await;
    press(page, &key(Key::Escape)).await;
    clicked(page, "#run").await;
    assert_eq!(scenario::outcome(page).await, "done", "what is looked back at below is a real run");
    focus_canvas(page).await;
    press(page, &(key(Key::Home) + &key(Key::Right))).await;
    check("a node's settings").await;
    press(page, &key(Key::Tab)).await;
    shown(page, "#add-field").await;
    check("adding a node").await;
    press(page, &key(Key::Escape)).await;
    press_with(page, &[Key::Control], "k").await;
    shown(page, "[role='dialog'] [role='combobox']").await;
    check("every action").await;
    press(page, &key(Key::Escape)).await;
    focus_canvas(page).await;
    press_with(page, &[Key::Control, Key::Shift], "j").await;
    shown(page, "#past-at").await;
    crate::running::go_to(page, "list").await;
    clicked(page, "#fork-output").await;
    check("a run looked back at").await;
    focus_canvas(page).await;
    press(page, &key(Key::Escape)).await;
    crate::running::go_to(page, "list").await;
    press(page, &key(Key::F9)).await;
    press_with(page, &[Key::Control, Key::Shift], "d").await;
    shown(page, ".breakpoint-if > input").await;
    focus_canvas(page).await;
    press_with(page, &[Key::Control], &key(Key::Enter)).await;
    crate::debugging::held(page, "Held before list: breakpoint 1").await;
    clicked(page, "#held-done").await;
    shown(page, "#held-value").await;
    check("a run that is held").await;
    focus_canvas(page).await;
    press(page, &key(Key::F5)).await;
    press(page, &key(Key::Escape)).await;
    assert_eq!(scenario::outcome(page).await, "done", "the held run goes on to its end");
    // The welcome page comes last: the panels are not offered beside it.
    let mut buttons = page.find_all(fantoccini::Locator::Css(".rail button:not(.rail-home)")).await.unwrap();
    buttons.push(shown(page, ".rail-home").await);
    for button in buttons {
        let name = button.attr("aria-label").await.unwrap().unwrap_or_default();
        button.click().await.unwrap();
        check(&name).await;
        press(page, &key(Key::Escape)).await;
    }
    assert!(found.is_empty(), "axe finds nothing to mend with {look:?}:\n{}", found.join("\n"));
    served.close().await;
    stage.wait_until_empty().await;
}

async fn focus_canvas(page: &Client) {
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
}

/// The source of axe; none, said, where npm cannot be had.
fn axe() -> Option<String> {
    let folder = testkit::npm("axe-core")?;
    Some(std::fs::read_to_string(folder.join("axe.min.js")).unwrap())
}

#[tokio::test]
async fn no_screen_has_a_fault_that_axe_finds() {
    let Some(axe) = axe() else { return };
    check_every_screen(&axe, &[]).await;
}

#[tokio::test]
async fn no_dark_screen_has_a_fault_that_axe_finds() {
    let Some(axe) = axe() else { return };
    check_every_screen(&axe, &["--blink-settings=preferredColorScheme=0"]).await;
}

#[tokio::test]
async fn the_first_page_has_no_fault_that_axe_finds() {
    let Some(axe) = axe() else { return };
    let stage = Stage::without_display();
    let served = Served::open_with(&stage, None, &[]).await;
    shown(&served.page, ".welcome-page").await;
    served.page.execute(&axe, vec![]).await.unwrap();
    let found = faults(&served.page).await;
    assert!(found.is_empty(), "axe finds nothing to mend:\n{}", found.join("\n"));
    served.close().await;
    stage.wait_until_empty().await;
}
