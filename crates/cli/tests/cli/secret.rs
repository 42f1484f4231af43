//! `secret`, and that a value gets to its server and nowhere else.

use serde_json::json;

use crate::world::{Done, World, calling};

const VALUE: &str = "hunter2-is-the-value";

/// A world whose secrets are in an encrypted file.
struct Safe {
    world: World,
    passphrase: String,
}

impl Safe {
    fn new() -> Self {
        let world = World::new();
        world.run(&["secret", "store", "file"]).expect(0).says("the encrypted file");
        let passphrase = world.write("passphrase", "open sesame\n").display().to_string();
        Self { world, passphrase }
    }

    fn run(&self, args: &[&str], input: &str) -> Done {
        let done = self.world.run_with(args, &[("PATCHBAY_VAULT_PASSPHRASE_FILE", &self.passphrase), ("PATCHBAY_LOG", "trace")], input);
        for (stream, text) in [("output", &done.stdout), ("error", &done.stderr)] {
            assert!(!text.contains(VALUE), "the value is on standard {stream} of {args:?}: {text}");
        }
        done
    }
}

#[test]
fn a_secret_is_set_from_standard_input_listed_by_name_and_removed() {
    let safe = Safe::new();
    safe.run(&["secret", "set", "B_TOKEN"], &format!("{VALUE}\n")).expect(0).says("secret `B_TOKEN` is set");
    safe.run(&["secret", "set", "A_TOKEN"], VALUE).expect(0);
    assert_eq!(safe.run(&["secret", "list"], "").expect(0).stdout, "A_TOKEN\nB_TOKEN\n", "names in order, no values");
    assert_eq!(safe.run(&["secret", "list", "--output", "json"], "").expect(0).json(), json!(["A_TOKEN", "B_TOKEN"]), "the same");
    safe.run(&["secret", "remove", "A_TOKEN"], "").expect(0).says("is removed");
    safe.run(&["secret", "remove", "A_TOKEN"], "").expect(1).says("is not set");
    assert_eq!(safe.run(&["secret", "list"], "").expect(0).stdout, "B_TOKEN\n", "one is left");
}

#[test]
fn a_value_reaches_its_server_and_no_output_trace_log_or_file() {
    let safe = Safe::new();
    safe.run(&["secret", "set", "TOKEN"], &format!("{VALUE}\r\n")).expect(0);
    safe.world.graph_with(
        "    env: {GOT: \"<${secret:TOKEN}>\"}\n",
        &format!("{}{}", calling("show", "env", "{name: GOT}"), calling("loud", "noisy", "{stderr: something}")),
    );
    // The server gives it back, and it is masked on its way here.
    let done = safe.run(&["run", "graph.yaml", "show", "--output", "json", "--trace"], "").expect(0).json();
    let shown = done["result"].as_str().unwrap();
    assert!(shown.starts_with('<') && shown.ends_with('>') && shown != "<>", "without its line break, and masked: {shown}");
    safe.run(&["run", "graph.yaml", "loud"], "").expect(0);
    safe.run(&["servers", "graph.yaml"], "").expect(0);
    for entry in walk(safe.world.path("")) {
        let bytes = std::fs::read(&entry).unwrap();
        assert!(!bytes.windows(VALUE.len()).any(|window| window == VALUE.as_bytes()), "the value is in `{}`", entry.display());
    }
}

fn walk(folder: std::path::PathBuf) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(path) } else { vec![path] }).collect()
}

#[test]
fn a_secret_that_is_not_set_is_named_with_the_command_that_sets_it() {
    let safe = Safe::new();
    safe.run(&["secret", "set", "OTHER"], VALUE).expect(0);
    safe.world.graph_with("    env: {GOT: \"${secret:TOKEN}\"}\n", &calling("t", "env", "{name: GOT}"));
    safe.run(&["run", "graph.yaml"], "").expect(1).says("patchbay secret set TOKEN");
}

#[test]
fn without_a_passphrase_or_with_a_wrong_one_the_file_stays_closed() {
    let safe = Safe::new();
    safe.run(&["secret", "set", "TOKEN"], VALUE).expect(0);
    safe.world.run(&["secret", "list"]).expect(1).says("PATCHBAY_VAULT_PASSPHRASE_FILE");
    let wrong = safe.world.write("wrong", "open barley\n").display().to_string();
    let done = safe.world.run_with(&["secret", "list"], &[("PATCHBAY_VAULT_PASSPHRASE_FILE", &wrong)], "").expect(1);
    done.says("the passphrase does not open");
}

#[test]
fn what_cannot_be_a_name_or_a_value_is_bad_use_and_is_not_repeated() {
    let safe = Safe::new();
    let done = safe.run(&["secret", "set", "my password!"], VALUE).expect(2);
    assert!(!done.stderr.contains("password!"), "it may be a value in the wrong place: {}", done.stderr);
    safe.run(&["secret", "set", "TOKEN"], "\n").expect(2).says("its value is empty");
    // The value has no place on the command line.
    safe.run(&["secret", "set", "TOKEN", "x"], "").expect(2);
}

#[test]
fn the_choice_of_a_store_is_kept_and_can_be_seen() {
    let world = World::new();
    let shown = |expected: &str| {
        let done = world.run(&["secret", "store"]).expect(0);
        assert!(done.stdout.contains(expected), "{expected}: {}", done.stdout);
    };
    shown("the system's keychain");
    world.run(&["secret", "store", "file", "my.vault"]).expect(0);
    shown("my.vault");
    world.run(&["secret", "store", "keychain"]).expect(0);
    shown("the system's keychain");
}
