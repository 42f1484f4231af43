//! A graph as one file: all that it calls is in it, under names of its own, and no credential is.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;

use format::{Error, File, Source, bundle, servers_from_mcp_json};

const MAIN: &str = "\
version: '1'
server: {name: main, version: '1'}
mcpServers:
  files: {command: files}   # ours
tools:
  # What people call
  - name: start
    description: d
    inputSchema: {}
    nodes:
      - {id: in, type: entry, next: a}
      - {id: a, type: call, tool: 'lib/other.yaml#help', next: b}   # elsewhere
      - {id: b, type: call, tool: '#own', next: c}
      - {id: c, type: mcp, server: beside, tool: t, next: d}
      - {id: d, type: call, tool: 'lib/other.yaml#own', next: out}
      - {id: out, type: exit}
  - name: own
    description: d
    inputSchema: {}
    nodes:
      - {id: in, type: entry, next: m}
      - {id: m, type: mcp, server: files, tool: t, next: out}
      - {id: out, type: exit}
";

const OTHER: &str = "\
version: '1'
server: {name: other, version: '1'}
mcpServers:
  files: {command: files, cwd: data}
  unused: {command: unused}
tools:
  - name: help
    description: helps
    inputSchema: {}
    nodes:
      - {id: in, type: entry, next: m}
      - {id: m, type: mcp, server: files, tool: t, next: x}
      - {id: x, type: call, tool: own, next: y}
      - {id: y, type: call, tool: '../main.yaml#own', next: z}
      - {id: z, type: call, tool: 'gone.yaml#x', next: out}
      - {id: out, type: exit}
  - name: own
    description: theirs
    inputSchema: {}
    nodes: [{id: in, type: entry, next: m}, {id: m, type: mcp, server: beside, tool: t, next: out}, {id: out, type: exit}]
";

fn made(main: &str, files: &[(&str, &str, &str)]) -> Result<(Source, Vec<String>), Error> {
    let known: HashMap<(&str, &str), (&str, &str)> = [
        (("main.yaml", "lib/other.yaml"), ("lib/other.yaml", OTHER)),
        (("lib/other.yaml", "../main.yaml"), ("main.yaml", main)),
        (("lib/other.yaml", "gone.yaml"), ("lib/gone.yaml", "version: '1'\nserver: {name: s, version: '1'}\ntools: []\n")),
    ]
    .into_iter()
    .chain(files.iter().map(|(path, name, text)| (("main.yaml", *path), (*name, *text))))
    .collect();
    let beside = servers_from_mcp_json(
        r#"{"mcpServers": {"beside": {"command": "x", "env": {"API_TOKEN": "t0p", "MODE": "fast", "KEY": "${env:K}"}}, "other": {"command": "y"}}}"#,
    )?;
    let main = File { name: "main.yaml".into(), text: main.into() };
    let bundle = bundle(&main, &beside, |from, path| {
        let (name, text) = known.get(&(from, path)).unwrap_or_else(|| panic!("{from} names {path}"));
        Ok::<_, Error>(File { name: (*name).into(), text: (*text).into() })
    })?;
    let report = bundle.report.iter().map(|line| format!("{}: {}", line.what, line.became)).collect();
    Ok((Source::parse(bundle.text)?, report))
}

#[test]
fn a_bundle_holds_all_that_is_called_under_free_names() {
    let (source, report) = made(MAIN, &[]).unwrap();
    let shown: String = source
        .graph()
        .tools
        .iter()
        .map(|tool| {
            let calls: Vec<String> = tool
                .nodes
                .iter()
                .filter_map(|node| {
                    node.fields.get("tool").or(node.fields.get("server")).map(|_| {
                        let text = |field: &str| node.fields.get(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
                        format!("{} {}", node.kind, if node.kind == "mcp" { text("server") } else { text("tool") })
                    })
                })
                .collect();
            format!("{}: {}\n", tool.name, calls.join(", "))
        })
        .collect();
    assert_eq!(
        shown,
        "start: call help, call own, mcp beside, call own_2\nown: mcp files\nhelp: mcp files_2, call own_2, call own, call gone.yaml#x\nown_2: mcp beside\n",
        "each call leads to the tool that it led to"
    );
    let servers: Vec<&str> = source.graph().servers.keys().map(graph::ServerName::as_str).collect();
    assert_eq!(servers, ["files", "beside", "files_2"], "and only the servers that are used are there");
    assert_eq!(
        report,
        [
            "the tool `help` of `lib/other.yaml`: brought in",
            "`env.API_TOKEN` of the server `beside`: left out; store it with `patchbay secret set BESIDE_API_TOKEN`",
            "the server `beside` beside the file: brought in",
            "the tool `own` of `lib/other.yaml`: brought in as `own_2`",
            "the server `files` of `lib/other.yaml`: brought in as `files_2`",
            "the paths of the server `files_2`: left as they are, and taken from the folder of the bundle now",
            "the call of `gone.yaml#x`: left as it is: there is no such tool",
        ]
    );
    assert!(graph::check(source.graph()).is_empty(), "the drawing is whole");
}

#[test]
fn no_credential_comes_into_a_bundle_and_every_comment_stays() {
    let (source, _) = made(MAIN, &[]).unwrap();
    let text = source.text();
    assert!(!text.contains("t0p") && text.contains("${secret:BESIDE_API_TOKEN}"), "a secret is only named: {text}");
    assert!(text.contains("MODE: fast") && text.contains("${env:K}"), "what is none stays: {text}");
    for comment in ["# ours", "# What people call", "# elsewhere"] {
        assert!(text.contains(comment), "`{comment}` is still there: {text}");
    }
}

#[test]
fn a_file_that_refers_to_nothing_stays_byte_for_byte() {
    let alone = MAIN
        .replace("'lib/other.yaml#help'", "own")
        .replace("'lib/other.yaml#own'", "own")
        .replace("server: beside", "server: files")
        .replace("'#own'", "own");
    let (source, report) = made(&alone, &[]).unwrap();
    assert_eq!(source.text(), alone, "nothing was to be brought in");
    assert_eq!(report, Vec::<String>::new(), "and nothing is told");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let main = MAIN.replace("lib/other.yaml#help", "broken.yaml#help");
    let error = made(&main, &[("broken.yaml", "broken.yaml", "a: [")]).unwrap_err();
    assert!(matches!(error, Error::Syntax(_)), "{error}");
}
