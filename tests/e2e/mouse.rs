//! Changing a graph on the page with the pointer, against its real file.

use std::{fs, path::Path, process::Command};

use fantoccini::{Client, key::Key};

use crate::{
    browser::Served,
    driver::wait_for,
    hand::{Card, click, click_on, drag, on_canvas, press, press_with},
    scenario::{self, shown},
    stage::Stage,
};

/// A repository that holds one file, as it was before anyone changed it.
struct Repository<'a> {
    folder: &'a Path,
    file: &'a str,
}

impl<'a> Repository<'a> {
    fn holding(file: &'a Path) -> Self {
        let repository = Self { folder: file.parent().unwrap(), file: file.file_name().unwrap().to_str().unwrap() };
        repository.git(&["init", "--quiet"]);
        repository.git(&["add", repository.file]);
        let who = ["-c", "user.name=A person", "-c", "user.email=person@example.org"];
        repository.git(&[&who[..], &["commit", "--quiet", "--message", "As it was"]].concat());
        repository
    }

    /// The lines that `git diff` takes out and puts in.
    fn diff(&self) -> Vec<String> {
        let diff = self.git(&["diff", "--unified=0", "--", self.file]);
        let lines = diff.lines().filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---"));
        lines.map(|line| format!("{} {}", &line[..1], line[1..].trim())).collect()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git").args(arguments).current_dir(self.folder).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Clicks into a field and types.
async fn fill(page: &Client, css: &str, text: &str) {
    click_on(page, css).await;
    press(page, text).await;
}

#[tokio::test]
async fn a_graph_made_from_nothing_by_mouse_asks_a_real_server() {
    let stage = Stage::without_display();
    let files = stage.folder("files");
    scenario::make_files(&files, 2);
    let file = stage.folder("mine.yaml");
    let served = Served::open_with(&stage, None, &[]).await;
    let page = &served.page;

    click_on(page, ".begins .begin:nth-child(2)").await;
    click_on(page, "#new-path").await;
    press_with(page, &[Key::Control], "a").await;
    press(page, file.to_str().unwrap()).await;
    click_on(page, "#new-path + button").await;
    shown(page, "[data-node-id='exit']").await;

    click_on(page, "details:has(#add-server) > summary").await;
    fill(page, "#add-server", &format!("patchbay mcp files {}", files.display())).await;
    click_on(page, ".server-add button").await;
    shown(page, "[aria-label='Server patchbay']").await;

    click(page, on_canvas(page, 0.6, 0.8).await, 2).await;
    shown(page, "#add-field").await;
    press(page, "list_dir").await;
    click_on(page, ".picker-option[data-key*='list_directory']").await;
    let (entry, exit) = (Card::of(page, "entry").await, Card::of(page, "exit").await);
    let listing = Card::of(page, "list_directory").await;
    drag(page, entry.output(), listing.input()).await;
    wait_for("the first edge", || async { fs::read_to_string(&file).unwrap().contains("next: list_directory").then_some(()) }).await;
    drag(page, listing.output(), exit.input()).await;
    wait_for("the second edge", || async { fs::read_to_string(&file).unwrap().contains("next: exit").then_some(()) }).await;

    click(page, listing.middle(), 1).await;
    fill(page, "[id='set-node-args.path']", files.to_str().unwrap()).await;
    click(page, on_canvas(page, 0.1, 0.1).await, 1).await;
    click_on(page, "#run").await;
    scenario::lists_files(page, &file).await;
    served.close().await;
    stage.wait_until_empty().await;
}

#[tokio::test]
async fn what_the_pointer_changes_is_what_git_shows() {
    let stage = Stage::without_display();
    let file = stage.graph("count_files.yaml");
    let layout = file.with_file_name("count_files.canvas.yaml");
    let repository = Repository::holding(&file);
    let served = Served::open(&stage, &file).await;
    let page = &served.page;

    let middle = Card::of(page, "list").await.middle();
    drag(page, middle, (middle.0, middle.1 + 90.0)).await;
    wait_for("the place of the moved node in the layout's file", || async {
        fs::read_to_string(&layout).is_ok_and(|text| text.contains("list")).then_some(())
    })
    .await;
    assert!(repository.diff().is_empty(), "a place is none of the graph's business");
    let moved = Card::of(page, "list").await.middle();
    assert!((moved.1 - middle.1 - 90.0).abs() < 12.0, "the node is where the pointer left it: {middle:?}, {moved:?}");

    drag(page, Card::of(page, "entry").await.output(), Card::of(page, "count").await.input()).await;
    let diff = wait_for("the new edge in the file", || async { Some(repository.diff()).filter(|diff| !diff.is_empty()) }).await;
    assert_eq!(diff, ["- next: list", "+ next: count"], "one edge is one line");

    let ground = on_canvas(page, 0.5, 0.9).await;
    click(page, ground, 1).await;
    press_with(page, &[Key::Control], "z").await;
    wait_for("the file as it was", || async { repository.diff().is_empty().then_some(()) }).await;
    served.close().await;
    stage.wait_until_empty().await;
}
