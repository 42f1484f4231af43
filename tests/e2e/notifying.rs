//! What a run asks reaches a person who looks elsewhere, through the notification service of a real desktop.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use fantoccini::{Client, key::Key};
use serde_json::json;

use crate::{
    driver::wait_for,
    group::Group,
    hand::{key, press},
    scenario::{self, clicked, shown},
    stage::Stage,
    window::Window,
};

const GRAPH: &str = include_str!("approval.yaml");

/// The notification service of a desktop.
struct Desktop<'s> {
    stage: &'s Stage,
    service: Group,
}

impl<'s> Desktop<'s> {
    async fn start(stage: &'s Stage) -> Self {
        let service = Group::start(stage.command("dunst").stdout(Stdio::null()).stderr(Stdio::null()));
        let desktop = Self { stage, service };
        wait_for("the notification service", || async { desktop.count().map(drop) }).await;
        desktop
    }

    fn control(&self, arguments: &[&str]) -> Option<String> {
        let done = self.stage.command("dunstctl").args(arguments).stderr(Stdio::null()).output().unwrap();
        done.status.success().then(|| String::from_utf8(done.stdout).unwrap())
    }

    /// How many notifications are shown.
    fn count(&self) -> Option<u32> {
        self.control(&["count", "displayed"])?.trim().parse().ok()
    }

    async fn shows(&self, count: u32) {
        wait_for(&format!("{count} notifications"), || async { (self.count() == Some(count)).then_some(()) }).await;
    }
}

/// What is told to the notification service, as the bus has it, until `text` is.
fn heard(stage: &Stage, text: &'static str) -> tokio::task::JoinHandle<()> {
    let mut command: Command = stage.command("dbus-monitor");
    command.args(["--session", "member=Notify"]).stdout(Stdio::piped()).stderr(Stdio::null());
    tokio::task::spawn_blocking(move || {
        let mut group = Group::start(&mut command);
        let lines = BufReader::new(group.child().stdout.take().unwrap()).lines();
        assert!(lines.map_while(Result::ok).any(|line| line.contains(text)), "`{text}` is told");
    })
}

async fn order(page: &Client, what: &str) {
    let field = shown(page, "[id^='field-'][id$='what']").await;
    field.clear().await.unwrap();
    field.send_keys(what).await.unwrap();
    clicked(page, "#run").await;
}

#[tokio::test]
async fn a_question_is_told_on_the_desktop_taken_back_when_answered_and_opened_by_a_click() {
    let stage = Stage::with_desktop();
    let desktop = Desktop::start(&stage).await;
    let graph = stage.folder("approval.yaml");
    std::fs::write(&graph, GRAPH).unwrap();
    let window = Window::open(&stage, &graph).await;
    let page = &window.page;

    let words = heard(&stage, "How many of lamps shall be ordered?");
    order(page, "lamps").await;
    desktop.shows(1).await;
    words.await.unwrap();
    shown(page, ".toast").await;
    clicked(page, ".rail [aria-label='1 question']").await;
    clicked(page, ".inbox-row [data-verb='reject']").await;
    desktop.shows(0).await;
    assert_eq!(scenario::outcome(page).await, "done");
    clicked(page, ".rail [aria-expanded='true']").await;
    scenario::gone(page, ".inbox").await;

    order(page, "chairs").await;
    desktop.shows(1).await;
    desktop.control(&["action"]).unwrap();
    let row = shown(page, ".inbox-row").await.text().await.unwrap();
    assert!(row.contains("How many of chairs shall be ordered?"), "the click leads to what is asked: {row}");
    shown(page, ".inspector .question").await;
    desktop.shows(0).await;
    clicked(page, ".inbox-row [data-verb='reject']").await;
    scenario::gone(page, ".inbox-row").await;
    page.execute("document.getElementById('canvas').focus()", vec![]).await.unwrap();
    press(page, &key(Key::Escape)).await;
    assert_eq!(scenario::result(page).await, json!({"ordered": null}), "the run went on");
    window.close().await;
    desktop.service.terminate().await;
    stage.wait_until_empty().await;
}
