//! What a person at a terminal sees, on a terminal that `script` of util-linux makes.

use std::io::Write;
use std::process::Command;

use crate::world::{Running, World, calling};

/// The program on a terminal; none, said on standard error, where there is no `script`.
fn on_a_terminal(world: &World, args: &[&str], variables: &[(&str, &str)]) -> Option<Running> {
    terminal(world, &words(world, args), variables)
}

/// The program and then `after`, in a shell on a terminal.
fn in_a_shell(world: &World, args: &[&str], after: &str) -> Option<Running> {
    terminal(world, &format!("trap : INT; {}; {after}", words(world, args)), &[])
}

fn words(world: &World, args: &[&str]) -> String {
    let plain = world.command(args);
    let words = std::iter::once(plain.get_program()).chain(plain.get_args());
    words.map(|word| format!("'{}'", word.to_str().unwrap())).collect::<Vec<_>>().join(" ")
}

fn terminal(world: &World, line: &str, variables: &[(&str, &str)]) -> Option<Running> {
    if !Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: `script` of util-linux is not here");
        return None;
    }
    let plain = world.command(&[]);
    let mut script = Command::new("script");
    script.args(["-qefc", line, "/dev/null"]).current_dir(world.path(""));
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    script.env("TERM", "xterm-256color").envs(variables.iter().copied());
    Some(Running::start(&mut script))
}

#[test]
fn a_run_is_shown_in_colours_while_it_goes_on_and_without_if_nobody_wants_them() {
    let world = World::new();
    world.graph(&calling("t", "progress", "{steps: 20, ms: 20}"));
    let Some(running) = on_a_terminal(&world, &["run", "graph.yaml"], &[]) else { return };
    let shown = running.end().expect(0).stdout;
    assert!(shown.contains("\u{1b}[32m✓"), "ended steps are marked in green: {shown:?}");
    assert!(shown.contains("of 20: step "), "the tool's words are shown: {shown:?}");
    assert!(shown.trim_end().ends_with("\"done\""), "the result comes last: {shown:?}");

    let Some(running) = on_a_terminal(&world, &["run", "graph.yaml"], &[("NO_COLOR", "1")]) else { return };
    let shown = running.end().expect(0).stdout;
    assert!(shown.contains("✓ call") && !shown.contains("\u{1b}[3"), "no colours: {shown:?}");
}

#[test]
fn a_problem_is_shown_with_its_line_and_a_caret() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{}").replace("next: exit}", "next: exti}"));
    let Some(running) = on_a_terminal(&world, &["check", "graph.yaml"], &[("NO_COLOR", "1")]) else { return };
    let shown = running.end().expect(2).stdout.replace("\r\n", "\n");
    let lines: Vec<&str> = shown.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("12 |") && line.contains("next: exti")).unwrap_or_else(|| panic!("{shown}"));
    let caret = lines[at + 1].find('^').unwrap_or_else(|| panic!("{shown}"));
    assert!(lines[at][caret..].starts_with("exti"), "the caret is below what it is about:\n{shown}");
}

#[test]
fn a_difference_is_coloured() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    let Some(running) = on_a_terminal(&world, &["edit", "graph.yaml", "--dry-run", "set", "call.args.text", "5"], &[]) else { return };
    let shown = running.end().expect(0).stdout;
    assert!(shown.contains("\u{1b}[31m-") && shown.contains("\u{1b}[32m+"), "{shown:?}");
}

#[test]
fn passphrase_and_value_are_asked_for_and_never_shown() {
    let world = World::new();
    world.run(&["secret", "store", "file"]).expect(0);
    let Some(mut running) = on_a_terminal(&world, &["secret", "set", "TOKEN"], &[]) else { return };
    let mut keys = running.stdin();
    for (question, answer) in [("Value of TOKEN", "the-value"), ("New passphrase", "the-passphrase"), ("The same again", "the-passphrase")]
    {
        running.stdout().wait_for_text(question);
        writeln!(keys, "{answer}").unwrap();
    }
    let shown = running.end().expect(0).stdout;
    assert!(shown.contains("secret `TOKEN` is set"), "{shown}");
    assert!(!shown.contains("the-value") && !shown.contains("the-passphrase"), "nothing that was typed is shown: {shown}");

    let file = world.write("passphrase", "the-passphrase\n").display().to_string();
    let done = world.run_with(&["secret", "list"], &[("PATCHBAY_VAULT_PASSPHRASE_FILE", &file)], "").expect(0);
    assert_eq!(done.stdout, "TOKEN\n", "the file opens with what was typed");
}

#[test]
fn two_different_passphrases_make_no_file() {
    let world = World::new();
    world.run(&["secret", "store", "file"]).expect(0);
    let Some(mut running) = on_a_terminal(&world, &["secret", "set", "TOKEN"], &[]) else { return };
    let mut keys = running.stdin();
    for (question, answer) in [("Value of TOKEN", "the-value"), ("New passphrase", "one"), ("The same again", "other")] {
        running.stdout().wait_for_text(question);
        writeln!(keys, "{answer}").unwrap();
    }
    let done = running.end().expect(1);
    assert!(done.stdout.contains("not the same"), "{}", done.stdout);
    assert!(!world.path("data/secrets.vault").exists(), "nothing was made");
}

#[test]
fn ctrl_c_at_a_question_gives_the_terminal_back_as_it_was() {
    let world = World::new();
    world.run(&["secret", "store", "file"]).expect(0);
    let question = ["secret", "set", "TOKEN"];
    let Some(mut running) = in_a_shell(&world, &question, "echo code $?; stty -a") else { return };
    let mut keys = running.stdin();
    running.stdout().wait_for_text("Value of TOKEN");
    keys.write_all(b"\x03").unwrap();
    let shown = running.end().stdout;
    assert!(shown.contains("code 130"), "interrupted: {shown}");
    assert!(shown.split_whitespace().any(|mode| mode == "echo"), "what is typed is seen again: {shown}");
}
