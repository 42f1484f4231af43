//! The same pages in a browser, from `patchbay serve --ui`.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
};

use fantoccini::Client;
use serde_json::json;

use crate::{
    driver::{Driver, program},
    group::Group,
    scenario,
    stage::Stage,
};

/// Reads what the server says until it names the link with its token, and goes on reading so that it never blocks.
fn read_link(server: &mut Group) -> String {
    let mut said = BufReader::new(server.child().stderr.take().unwrap()).lines().map_while(Result::ok);
    let link = said.find_map(|line| Some(line[line.find("http://")?..].to_owned()).filter(|link| link.contains("#token=")));
    std::thread::spawn(move || said.for_each(drop));
    link.expect("the server ended before it named its link")
}

/// A graph file in a browser: what serves it, what drives the browser, and its page.
pub(crate) struct Served {
    pub(crate) page: Client,
    driver: Driver,
    server: Group,
}

impl Served {
    /// Serves `graph` and opens the link with its token.
    pub(crate) async fn open(stage: &Stage, graph: &Path) -> Self {
        Self::open_with(stage, Some(graph), &[]).await
    }

    /// Serves no graph: the page begins as a new person finds it.
    pub(crate) async fn open_empty(stage: &Stage) -> Self {
        Self::open_with(stage, None, &[]).await
    }

    /// The same with or without a graph, and with more arguments for the browser.
    pub(crate) async fn open_with(stage: &Stage, graph: Option<&Path>, more: &[&str]) -> Self {
        let mut command = stage.command(program("patchbay"));
        command.args(["serve", "--ui"]).args(graph);
        let mut server = Group::start(command.stdout(Stdio::null()).stderr(Stdio::piped()));
        let link = read_link(&mut server);
        let command = |port| {
            let mut command = stage.command("chromedriver");
            command.arg(format!("--port={port}"));
            command
        };
        // Without the sandbox, which no container allows; the page is our own.
        let arguments =
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
        let profile = tempfile::tempdir_in(stage.folder("cache")).unwrap().keep();
        let profile = format!("--user-data-dir={}", profile.display());
        let arguments = arguments.into_iter().chain(["--disable-component-update", "--disable-sync", "--window-size=1280,800", &profile]);
        let arguments: Vec<&str> = arguments.chain(more.iter().copied()).collect();
        let (driver, page) = Driver::open(command, json!({ "goog:chromeOptions": { "args": arguments } })).await;
        page.goto(&link).await.unwrap();
        Self { page, driver, server }
    }

    /// Ends the browser and then the server, which is told so and may save what it has.
    pub(crate) async fn close(self) {
        self.page.close().await.unwrap();
        drop(self.driver);
        self.server.terminate().await;
    }
}

#[tokio::test]
async fn a_browser_counts_files_by_the_link_with_the_token() {
    let stage = Stage::without_display();
    let files = stage.folder("files");
    scenario::make_files(&files, 3);
    let served = Served::open(&stage, &stage.graph("count_files.yaml")).await;
    assert_eq!(scenario::count_files(&served.page, &files).await, "done", "the run ends well");
    assert_eq!(scenario::result(&served.page).await, json!({ "count": 3 }), "the same graph, the same answer as in the window");
    served.close().await;
    stage.wait_until_empty().await;
}
