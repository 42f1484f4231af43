//! `diff`, `merge`, `import` and `export`: graph files beside other files. And git, which merges through the program.

use std::process::Command;

use serde_json::json;

use crate::world::World;

const BASE: &str = "version: '1'\nserver: {name: s, version: '1'}\ntools:\n  - name: t\n    description: d\n    inputSchema: {}\n    nodes:\n      \
    - {id: in, type: entry, next: a}\n      # first\n      - id: a\n        type: transform\n        transform: {expr: in.x}\n        next: b\n      \
    # second\n      - id: b\n        type: transform\n        transform: {expr: a}\n        next: out\n      - {id: out, type: exit}\n";

fn with(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "the test replaces what is there");
    BASE.replacen(from, to, 1)
}

#[test]
fn a_difference_is_told_by_node_and_field() {
    let world = World::new();
    world.write("old.yaml", BASE);
    world.write("new.yaml", &with("expr: in.x", "expr: in.y").replace("# first", "# 1st"));
    let shown = world.run(&["diff", "old.yaml", "new.yaml"]).expect(0);
    assert_eq!(
        shown.stdout, "~ tool t\n  ~ a (transform)\n      transform.expr: \"in.x\" -> \"in.y\"\n",
        "a comment is no difference of the graph"
    );
    let told = world.run(&["diff", "old.yaml", "new.yaml", "--output", "json"]).expect(0).json();
    assert_eq!(told["tools"][0]["nodes"][0]["fields"][0], json!({"path": "transform.expr", "old": "in.x", "new": "in.y"}));
    world.run(&["diff", "old.yaml", "old.yaml"]).expect(0).says("do not differ");
}

#[test]
fn versions_are_merged_into_ours_and_a_conflict_ends_with_1() {
    let world = World::new();
    world.write("base.yaml", BASE);
    world.write("ours.yaml", &with("expr: in.x", "expr: in.ours"));
    world.write("theirs.yaml", &with("# second", "# 2nd"));
    world.run(&["merge", "base.yaml", "ours.yaml", "theirs.yaml"]).expect(0);
    assert_eq!(world.read("ours.yaml"), with("expr: in.x", "expr: in.ours").replace("# second", "# 2nd"), "both changes are in ours");
    world.write("theirs.yaml", &with("expr: in.x", "expr: in.theirs"));
    let done = world.run(&["merge", "base.yaml", "ours.yaml", "theirs.yaml", "--output", "json"]).expect(1);
    let conflict = json!({"tool": "t", "node": "a", "path": "transform.expr", "base": "in.x", "ours": "in.ours", "theirs": "in.theirs"});
    assert_eq!(done.json()["conflicts"], json!([conflict]));
    assert!(world.read("ours.yaml").contains("in.ours"), "ours stays");
    world.write("theirs.yaml", "a: [");
    world.run(&["merge", "base.yaml", "ours.yaml", "theirs.yaml"]).expect(2).says("theirs cannot be read");
}

#[test]
fn git_merges_two_branches_by_node() {
    let world = World::new();
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"])
            .args(args)
            .current_dir(world.path("."));
        command.output().map(|done| (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned()))
    };
    if git(&["init", "-q"]).is_err() {
        return;
    }
    let driver = format!("\"{}\" merge %O %A %B", env!("CARGO_BIN_EXE_patchbay"));
    git(&["config", "merge.patchbay.driver", &driver]).unwrap();
    world.write(".gitattributes", "g.yaml merge=patchbay\n");
    let commit = |text: &str| {
        world.write("g.yaml", text);
        git(&["add", "."]).unwrap();
        git(&["commit", "-qm", "change"]).unwrap();
    };
    commit(BASE);
    git(&["checkout", "-qb", "theirs"]).unwrap();
    commit(&with("server: {name: s,", "server: {name: theirs,"));
    git(&["checkout", "-q", "main"]).unwrap();
    commit(&with("version: '1'}", "version: '2'}"));
    let (is_merged, told) = git(&["merge", "-q", "theirs", "-m", "merge"]).unwrap();
    assert!(is_merged, "one line, two fields: {told}");
    assert!(world.read("g.yaml").contains("server: {name: theirs, version: '2'}"), "{}", world.read("g.yaml"));
    commit(&world.read("g.yaml").replace("in.x", "in.ours"));
    git(&["checkout", "-qB", "theirs", "HEAD~1"]).unwrap();
    commit(&world.read("g.yaml").replace("in.x", "in.theirs"));
    git(&["checkout", "-q", "main"]).unwrap();
    let (is_merged, told) = git(&["merge", "-q", "theirs", "-m", "merge"]).unwrap();
    assert!(!is_merged && told.contains("conflict in t/a: transform.expr"), "a true conflict is one for git: {told}");
}

#[test]
fn a_workflow_is_imported_once_with_its_places_and_a_report() {
    let world = World::new();
    let flow = json!({"name": "Hello", "nodes": [{"id": "a", "type": "slack-message", "x": 10, "y": 20, "config": {"name": "Say", "channel": "#c"}}], "connections": []});
    world.write("flow.json", &flow.to_string());
    let done = world.run(&["import", "flow.json"]).expect(0);
    done.says("flow.yaml: written");
    assert!(done.stdout.starts_with("`Say` (slack-message): a placeholder"), "{}", done.stdout);
    assert!(world.read("flow.canvas.yaml").contains("say: [10, 20]"), "{}", world.read("flow.canvas.yaml"));
    world.run(&["check", "flow.yaml"]).expect(0);
    world.run(&["import", "flow.json"]).expect(2).says("is there already");
    world.run(&["import", "flow.json", "-o", "other.yaml"]).expect(0);
    assert_eq!(world.read("other.yaml"), world.read("flow.yaml"), "under another name it is the same");
    world.run(&["import", "flow.yaml"]).expect(2).says("JSON");
}

#[test]
fn an_export_runs_alone_where_the_graph_needed_others() {
    let world = World::new();
    let call = "version: '1'\nserver: {name: s, version: '1'}\ntools:\n  - name: t\n    description: d\n    inputSchema: {type: object}\n    nodes:\n      \
        - {id: in, type: entry, next: a}\n      - {id: a, type: call, tool: 'lib/g.yaml#t', args: {x: {expr: in.x}}, next: out}   # far\n      - {id: out, type: exit}\n";
    world.write("main.yaml", call);
    world.write("lib/g.yaml", &BASE.replace("inputSchema: {}", "inputSchema: {type: object}"));
    let done = world.run(&["export", "main.yaml", "-o", "alone/g.yaml"]);
    assert_ne!(done.code, Some(0), "a folder that is not there is not made");
    world.write("alone/x", "");
    world.run(&["export", "main.yaml", "-o", "alone/g.yaml"]).expect(0).says("the tool `t` of `lib/g.yaml`: brought in as `t_2`");
    assert!(world.read("alone/g.yaml").contains("# far"), "comments stay");
    for file in ["main.yaml", "alone/g.yaml"] {
        let done = world.run(&["run", file, "t", "--json", r#"{"x": 7}"#, "--quiet"]).expect(0);
        assert_eq!(done.stdout.trim(), "7", "{file} gives what it gave");
    }
}

#[test]
fn nodes_are_begun_inserted_pasted_and_collapsed_from_the_command_line() {
    let world = World::new();
    world.write("g.yaml", BASE);
    let edits = [
        "insert-node a transform between",
        "set-kind between wait",
        "collapse a,between,b part",
        "paste t - {id: part, type: transform, transform: {expr: part}, next: out}",
        "new-node t switch which",
    ];
    world.run(&[&["edit", "g.yaml"], &edits[..]].concat()).expect(0);
    let text = world.read("g.yaml");
    for line in ["- id: part\n", "- id: part_2\n", "- id: which\n", "  - name: part\n", "for: PT1S\n"] {
        assert!(text.contains(line), "`{}` is there: {text}", line.trim());
    }
    world.run(&["edit", "g.yaml", "new-node t nonsense x"]).expect(2).says("the kinds are entry");
    world.run(&["edit", "g.yaml", "collapse in,out other"]).expect(2).says("the tool's own");
}
