//! Graph files changed by hand on the canvas, in the text and by other programs, for real: on files in a folder of their own.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::{App, GraphFile, Options, Secrets};
use graph::{Edit, LayoutEdit, Spot};
use protocol::debug::{Breakpoint, Place, Stops};
use protocol::{Event, GraphId, GraphView, Side, Stepped};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use vault::{Places, Secret};

/// How long anything may take that is expected to happen.
const PATIENCE: Duration = Duration::from_secs(30);

const GRAPH: &str = "# Greets. Please keep this line.\nversion: \"1.0\"\nserver: {name: test, version: \"1.0.0\"} # inline\n\ntools:\n  - name: greet\n    description: 'Says \"hello\"'   # odd spacing\n    inputSchema: {type: object}\n    nodes:\n      - id: entry\n        type: entry\n        next: hello\n      # the one that matters\n      - id: hello\n        type: transform\n        transform: {expr: '\"hello\"'}\n        next: exit\n      - {id: exit, type: exit}\n";

const LAYOUT: &str =
    "# where things stand\ntools:\n  greet:\n    nodes:\n      entry: [0, 0]\n      hello: [240, 0.5] # in the middle\n    zoom: 2\n";

struct World {
    folder: tempfile::TempDir,
    app: App,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("graphs")).unwrap();
        let app = start(folder.path());
        let world = Self { folder, app };
        std::fs::write(world.path(), GRAPH).unwrap();
        std::fs::write(world.canvas(), LAYOUT).unwrap();
        world
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("graphs/graph.yaml")
    }

    fn canvas(&self) -> PathBuf {
        self.folder.path().join("graphs/graph.canvas.yaml")
    }

    async fn open(&self) -> Arc<GraphFile> {
        self.app.open(&self.path(), None).await.unwrap()
    }

    /// The app ends, and another begins.
    async fn restart(&mut self) {
        self.app.shutdown().await;
        self.app = start(self.folder.path());
    }
}

fn start(folder: &Path) -> App {
    let places = Places::within(&folder.join("settings"), &folder.join("vault"));
    let secrets = Secrets::new(Some(places), Arc::new(|_: &Path| Ok(Secret::new(String::new()))));
    App::new(Options {
        data: Some(folder.join("data")),
        runs: app::KeptIn::Data,
        executable: "patchbay".into(),
        secrets,
        is_native: false,
        parks: None,
        telemetry: None,
    })
}

fn set(field: &str, value: Value) -> Edit {
    Edit::SetNode { tool: "greet".into(), node: "hello".into(), path: field.parse().unwrap(), value: Some(value) }
}

fn place(node: &str, x: f64) -> LayoutEdit {
    LayoutEdit::Place { tool: "greet".into(), node: node.into(), at: Some(Spot { x, y: 8.0 }) }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// Waits until the file holds this text, and tells how long that took.
#[track_caller]
fn wait_for(path: &Path, what: impl Fn(&str) -> bool) -> Duration {
    let begun = Instant::now();
    while !what(&read(path)) {
        assert!(begun.elapsed() < PATIENCE, "the file should have changed: {}", read(path));
        std::thread::sleep(Duration::from_millis(5));
    }
    begun.elapsed()
}

/// What a step took back, or made again.
fn label(step: Result<Option<Stepped>, app::Error>) -> Option<String> {
    step.unwrap().map(|step| step.label)
}

/// A file as a window sees it: what it was, with what is told of it since.
struct Watched {
    view: GraphView,
    events: Receiver<Event>,
}

impl Watched {
    fn new(app: &App, file: &GraphFile) -> Self {
        let events = app.subscribe();
        Self { view: file.view(), events }
    }
}

async fn heard(watched: &mut Watched, what: impl Fn(&GraphView) -> bool) -> GraphView {
    let waiting = async {
        loop {
            if let Event::GraphChanged { change } = watched.events.recv().await.unwrap() {
                watched.view.take(*change).expect("each change leads on from the one before it");
                if what(&watched.view) {
                    return watched.view.clone();
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the change should be told")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commented_file_that_is_edited_and_put_back_has_the_same_bytes() {
    let world = World::new();
    let file = world.open().await;
    let mut events = Watched::new(&world.app, &file);
    file.edit("change the greeting", Some(&set("transform.expr", json!("\"hi\""))), Some(&place("exit", 480.04)), None).unwrap();
    let view = heard(&mut events, |_| true).await;
    assert_eq!(view.undo.as_deref(), Some("change the greeting"), "the step has its name");
    assert_eq!(view.layout.drawing("greet").unwrap().nodes["exit"], Spot { x: 480.0, y: 8.0 }, "the place is in the view");
    let changed = (GRAPH.replace("'\"hello\"'}", "'\"hi\"'}"), LAYOUT.replace("    zoom", "      exit: [480, 8]\n    zoom"));
    wait_for(&world.path(), |text| text == changed.0);
    wait_for(&world.canvas(), |text| text == changed.1);
    assert_eq!(label(file.undo()).as_deref(), Some("change the greeting"), "undo says what it took back");
    assert_eq!(file.view().redo.as_deref(), Some("change the greeting"), "it can be made again");
    wait_for(&world.path(), |text| text == GRAPH);
    wait_for(&world.canvas(), |text| text == LAYOUT);
    assert_eq!(label(file.redo()).as_deref(), Some("change the greeting"), "redo says what it made");
    world.app.close(file.id).await.unwrap();
    assert_eq!((read(&world.path()), read(&world.canvas())), changed, "closing saves at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_on_disk_within_a_second_and_our_own_writes_are_no_changes_from_outside() {
    let world = World::new();
    let file = world.open().await;
    for n in 0..3 {
        file.edit("move hello", None, Some(&place("hello", f64::from(n))), Some(7)).unwrap();
        let took = wait_for(&world.canvas(), |text| text.contains(&format!("[{n}, 8] # in the middle")));
        assert!(took < Duration::from_secs(1), "it took {took:?}");
    }
    assert_eq!(read(&world.path()), GRAPH, "moving a node never touches the logic");
    // Somebody else's change comes after all that the watcher had to say of ours.
    let mut events = Watched::new(&world.app, &file);
    std::fs::write(world.path(), GRAPH.replace("1.0.0", "2.0.0")).unwrap();
    heard(&mut events, |view| view.graph.about.version == "2.0.0").await;
    assert_eq!(label(file.undo()).as_deref(), Some("changed outside"), "the other's change is a step");
    assert_eq!(label(file.undo()).as_deref(), Some("move hello"), "ours were one gesture, and nothing came between");
    assert_eq!(file.undo().unwrap(), None, "and nothing was before");
    world.app.shutdown().await;
    assert_eq!((read(&world.path()), read(&world.canvas())), (GRAPH.to_owned(), LAYOUT.to_owned()), "the same bytes as at first");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_follow_renamed_nodes_and_tools_in_the_same_step() {
    let world = World::new();
    let file = world.open().await;
    let rename = nodes::rename_node(&file.graph(), &"greet".into(), &"hello".into(), &"salute".into()).unwrap();
    file.edit("rename `hello`", Some(&rename), None, None).unwrap();
    let tool = nodes::rename_tool(&file.graph(), &"greet".into(), &"welcome".into()).unwrap();
    file.edit("rename `greet`", Some(&tool), None, None).unwrap();
    let expected = LAYOUT.replace("hello:", "salute:").replace("greet:", "welcome:");
    wait_for(&world.canvas(), |text| text == expected);
    let gone = graph::remove_node(&file.graph(), &"welcome".into(), &"salute".into()).unwrap();
    file.edit("remove `salute`", Some(&gone), None, None).unwrap();
    wait_for(&world.canvas(), |text| !text.contains("salute") && text.contains("zoom: 2"));
    for _ in 0..3 {
        file.undo().unwrap();
    }
    wait_for(&world.canvas(), |text| text == LAYOUT);
    wait_for(&world.path(), |text| text == GRAPH);
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn breakpoints_keep_to_a_renamed_node_and_are_there_after_a_restart() {
    let mut world = World::new();
    let file = world.open().await;
    let place = Place::Node { node: "hello".into() };
    let breakpoint = Breakpoint { id: 1, tool: "greet".into(), place, condition: None, count: 2, is_enabled: true };
    world.app.set_stops(file.id, Stops { breakpoints: vec![breakpoint], on_error: true }).unwrap();
    let node = |world: &World, file: &GraphFile| world.app.stops(file.id).breakpoints[0].place.node().to_string();
    let rename = Edit::SetNodeId { tool: "greet".into(), from: "hello".into(), to: "salute".into() };
    file.edit("rename `hello`", Some(&rename), None, None).unwrap();
    assert_eq!(node(&world, &file), "salute", "it follows");
    file.undo().unwrap();
    assert_eq!(node(&world, &file), "hello", "and back");
    file.redo().unwrap();
    world.restart().await;
    let file = world.open().await;
    let stops = world.app.stops(file.id);
    assert_eq!((node(&world, &file).as_str(), stops.breakpoints[0].count, stops.on_error), ("salute", 2, true), "all of it is kept");
    world.app.set_stops(file.id, Stops::default()).unwrap();
    assert_eq!(read(&world.folder.path().join("data/breakpoints.json")), "{}", "a file without any is forgotten");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_from_outside_while_somebody_edits_is_brought_together_with_theirs() {
    let world = World::new();
    let file = world.open().await;
    let mut events = Watched::new(&world.app, &file);
    file.edit("change the greeting", Some(&set("transform.expr", json!("\"hi\""))), None, None).unwrap();
    // Before ours is saved.
    std::fs::write(world.path(), GRAPH.replace("odd spacing", "even spacing")).unwrap();
    let both = GRAPH.replace("odd spacing", "even spacing").replace("'\"hello\"'}", "'\"hi\"'}");
    wait_for(&world.path(), |text| text == both);
    let view = heard(&mut events, |view| view.undo.as_deref() == Some("changed outside")).await;
    assert_eq!(view.conflict, None, "they do not meet");
    assert_eq!(file.text().text, both, "both are in the text here");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_fields_of_one_line_are_brought_together() {
    let world = World::new();
    let file = world.open().await;
    let mut events = Watched::new(&world.app, &file);
    let title = Edit::SetGraph { path: "server.title".parse().unwrap(), value: Some(json!("t")) };
    file.edit("give it a title", Some(&title), None, None).unwrap();
    let theirs = GRAPH.replace("\"1.0.0\"}", "\"2.0.0\"}");
    std::fs::write(world.path(), &theirs).unwrap();
    let view = heard(&mut events, |view| view.undo.as_deref() == Some("changed outside")).await;
    assert_eq!(view.conflict, None, "they are in one line, and do not meet");
    let about = &view.graph.about;
    assert_eq!((about.version.as_str(), about.title.as_deref()), ("2.0.0", Some("t")), "both are in the graph");
    wait_for(&world.path(), |text| text == file.text().text && text.contains("# inline"));
    assert!(file.versions().iter().any(|version| file.version(version.id).unwrap().text == theirs), "theirs is among the versions");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_both_changed_is_for_the_person_to_choose_and_nothing_is_saved_or_lost_until_then() {
    for (side, expected) in [(Side::Ours, "'\"hi\"'}"), (Side::Theirs, "'\"hey\"'}")] {
        let world = World::new();
        let file = world.open().await;
        let mut events = Watched::new(&world.app, &file);
        file.edit("change the greeting", Some(&set("transform.expr", json!("\"hi\""))), None, None).unwrap();
        let theirs = GRAPH.replace("'\"hello\"'}", "'\"hey\"'}");
        std::fs::write(world.path(), &theirs).unwrap();
        let view = heard(&mut events, |view| view.conflict.is_some()).await;
        let hunks = view.conflict.unwrap().hunks;
        assert_eq!(hunks.len(), 1, "one place: {hunks:?}");
        assert!(hunks[0].ours.contains("hi") && hunks[0].theirs.contains("hey"), "{hunks:?}");
        assert_eq!(hunks[0].line, 16, "its line in our text");
        file.edit("title", Some(&set("title", json!("t"))), None, None).unwrap();
        assert!(file.resolve(view.revision, &[side]).is_err(), "what has changed since is looked at again");
        assert_eq!(read(&world.path()), theirs, "nothing was saved over theirs");
        file.resolve(file.view().revision, &[side]).unwrap();
        wait_for(&world.path(), |text| text.contains(expected) && text.contains("title: t"));
        assert_eq!(file.view().conflict, None, "it is settled");
        let theirs_is_kept = file.versions().iter().any(|version| file.version(version.id).unwrap().text == theirs);
        assert!(theirs_is_kept, "what was not chosen is among the versions");
        world.app.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_and_what_is_drawn_meanwhile_are_both_kept() {
    let world = World::new();
    let file = world.open().await;
    let seen = file.text();
    file.edit("change the greeting", Some(&set("transform.expr", json!("\"hi\""))), None, None).unwrap();
    let typed = seen.text.replace("odd spacing", "typed");
    let now = file.set_text(typed, seen.revision, Some(1)).unwrap();
    let both = GRAPH.replace("odd spacing", "typed").replace("'\"hello\"'}", "'\"hi\"'}");
    assert_eq!(now.text, both, "both are there");
    let error = file.set_text("tools: [".to_owned(), now.revision, None).unwrap_err();
    assert!(error.to_string().contains("1:"), "the place of what is not YAML is said: {error}");
    assert_eq!(file.text().text, both, "and nothing has changed");
    assert!(file.set_text(both, now.revision + 1000, None).is_err(), "nobody can have seen that revision");
    file.undo().unwrap();
    file.undo().unwrap();
    assert_eq!(file.text().text, GRAPH, "text and canvas have one history");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_can_be_taken_back_after_a_restart_and_not_where_somebody_else_has_written_since() {
    let mut world = World::new();
    let file = world.open().await;
    file.edit("one", Some(&set("title", json!("one"))), None, None).unwrap();
    file.edit("two", Some(&set("title", json!("two"))), Some(&place("exit", 5.0)), None).unwrap();
    file.undo().unwrap();
    world.restart().await;
    let file = world.open().await;
    let view = file.view();
    assert_eq!((view.undo.as_deref(), view.redo.as_deref()), (Some("one"), Some("two")), "both ways are known");
    file.redo().unwrap();
    assert_eq!(file.view().layout.drawing("greet").unwrap().nodes["exit"].x, 5.0, "the layout too");
    file.undo().unwrap();
    file.undo().unwrap();
    world.restart().await;
    assert_eq!((read(&world.path()), read(&world.canvas())), (GRAPH.to_owned(), LAYOUT.to_owned()), "the same bytes as at first");
    std::fs::write(world.path(), GRAPH.replace("1.0.0", "2.0.0")).unwrap();
    let file = world.open().await;
    assert_eq!(file.view().redo, None, "a history of another text is not used");
    assert!(!file.versions().is_empty(), "the versions are still there");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_saved_is_said_kept_and_saved_when_it_can_be() {
    let world = World::new();
    let file = world.open().await;
    let mut events = Watched::new(&world.app, &file);
    let (here, away) = (world.folder.path().join("graphs"), world.folder.path().join("away"));
    std::fs::rename(&here, &away).unwrap();
    file.edit("title", Some(&set("title", json!("t"))), None, None).unwrap();
    let view = heard(&mut events, |view| view.unsaved.is_some()).await;
    assert!(view.unsaved.unwrap().message.contains("graph.yaml"), "the file is named");
    assert!(world.app.close(file.id).await.is_err(), "it is not closed over what is not saved");
    std::fs::rename(&away, &here).unwrap();
    wait_for(&world.path(), |text| text.contains("title: t"));
    if file.view().unsaved.is_some() {
        heard(&mut events, |view| view.unsaved.is_none()).await;
    }
    world.app.close(file.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layout_that_cannot_be_read_is_left_alone_and_the_graph_can_be_edited() {
    let world = World::new();
    std::fs::write(world.canvas(), "tools: [").unwrap();
    let file = world.open().await;
    assert!(file.problems().iter().any(|reported| reported.problem.message.contains("graph.canvas.yaml")), "it is said");
    assert!(file.edit("move", None, Some(&place("hello", 1.0)), None).is_err(), "nothing is put over it");
    file.edit("title", Some(&set("title", json!("t"))), None, None).unwrap();
    let mut events = Watched::new(&world.app, &file);
    std::fs::write(world.canvas(), LAYOUT).unwrap();
    heard(&mut events, |view| view.layout.drawing("greet").is_some()).await;
    file.edit("move", None, Some(&place("hello", 1.0)), None).unwrap();
    world.app.shutdown().await;
    assert_eq!(read(&world.canvas()), LAYOUT.replace("[240, 0.5]", "[1, 8]"), "once mended it is changed as ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_kept_shown_restored_and_forked() {
    let world = World::new();
    std::fs::remove_file(world.canvas()).unwrap();
    let file = world.open().await;
    file.edit("title", Some(&set("title", json!("good"))), Some(&place("hello", 3.0)), None).unwrap();
    let made = file.checkpoint("works".to_owned()).unwrap();
    file.edit("title", Some(&set("title", json!("bad"))), Some(&LayoutEdit::SetDrawing { tool: "greet".into(), value: None }), None)
        .unwrap();
    let named: Vec<_> = file.versions().iter().map(|version| (version.name.clone(), version.is_checkpoint)).collect();
    assert_eq!(named, [(Some("works".to_owned()), true), (None, false)], "the latest first, then how it was opened");
    assert_eq!(file.version(made.id).unwrap().layout.drawing("greet").unwrap().nodes["hello"].x, 3.0, "with its layout");
    file.restore(made.id).unwrap();
    wait_for(&world.path(), |text| text.contains("title: good"));
    wait_for(&world.canvas(), |text| text == "tools:\n  greet:\n    nodes:\n      hello: [3, 8]\n");
    assert_eq!(label(file.undo()).as_deref(), Some("restore `works`"), "restoring is a step");
    wait_for(&world.path(), |text| text.contains("title: bad"));
    wait_for(&world.canvas(), str::is_empty);
    assert!(!world.canvas().exists(), "a layout file that is empty again is removed");
    let fork = world.folder.path().join("graphs/fork.yaml");
    let forked = world.app.fork(&file, Some(made.id), &fork).await.unwrap();
    assert_eq!(forked.text().text, file.version(made.id).unwrap().text, "the fork holds the version");
    assert!(read(&fork.with_extension("canvas.yaml")).contains("hello: [3, 8]"), "and its layout");
    assert!(world.app.fork(&file, None, &fork).await.is_err(), "nothing is forked over");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_does_all_this_by_commands() {
    let world = World::new();
    let call = async |name: &str, body: Value| world.app.dispatch(name, body).await;
    let path = world.folder.path().join("new.yaml");
    let view: GraphView = serde_json::from_value(call("graph.new", json!({"path": path})).await.unwrap()).unwrap();
    let GraphId(graph) = view.id;
    assert_eq!(view.problems, [], "a new graph could run");
    assert!(call("graph.new", json!({"path": path})).await.unwrap_err().message.contains("there already"), "an existing file is refused");
    let given = world.folder.path().join("given.yaml");
    let text = "# kept\nversion: '1'\nserver: {name: g, version: '1'}\ntools: []\n";
    call("graph.new", json!({"path": given, "text": text})).await.unwrap();
    assert_eq!(read(&given), text, "a text that is given is the file's");
    let bad = world.folder.path().join("bad.yaml");
    call("graph.new", json!({"path": bad, "text": "tools: ["})).await.unwrap_err();
    assert!(!bad.exists(), "nothing is made of what could not be opened");
    let node = json!({"id": "t", "type": "transform", "transform": {"expr": "1"}, "next": "exit"});
    let edit = json!({"edit": "insertNode", "tool": "new_tool", "at": 1, "node": node});
    let place = json!({"edit": "place", "tool": "new_tool", "node": "t", "at": {"x": 1, "y": 2}});
    let body = json!({"graph": graph, "label": "add `t`", "edit": edit, "layout": place, "gesture": null});
    let revision = call("graph.edit", body).await.unwrap();
    let text = call("graph.text", json!({"graph": graph})).await.unwrap();
    assert_eq!(text["revision"], revision, "the text of that revision");
    let typed = text["text"].as_str().unwrap().replace("expr: \"1\"", "expr: \"2\"");
    let body = json!({"graph": graph, "text": format!("# typed\n{typed}"), "base": revision, "gesture": 1});
    call("graph.setText", body).await.unwrap();
    call("version.checkpoint", json!({"graph": graph, "name": "mine"})).await.unwrap();
    for expected in ["edit the text", "add `t`"] {
        assert_eq!(call("graph.undo", json!({"graph": graph})).await.unwrap()["label"], expected, "each in its turn");
    }
    assert_eq!(call("graph.redo", json!({"graph": graph})).await.unwrap()["label"], "add `t`", "forth again");
    let versions = call("version.list", json!({"graph": graph})).await.unwrap();
    let version = versions[0]["id"].clone();
    assert_eq!(versions[0]["name"], "mine", "{versions}");
    assert!(
        call("version.get", json!({"graph": graph, "version": version})).await.unwrap()["text"].as_str().unwrap().starts_with("# typed"),
        "its text"
    );
    call("version.restore", json!({"graph": graph, "version": version})).await.unwrap();
    let fork = json!({"graph": graph, "version": null, "path": world.folder.path().join("fork")});
    assert!(call("graph.fork", fork).await.unwrap()["path"].as_str().unwrap().ends_with("fork.yaml"), "a name without an ending gets one");
    assert!(call("graph.resolve", json!({"graph": graph, "revision": 0, "sides": []})).await.is_err(), "there is no conflict");
    world.app.shutdown().await;
    assert!(read(&path).starts_with("# typed"), "all of it is on disk");
}
