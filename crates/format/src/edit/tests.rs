//! Random changes of real YAML files, whatever they hold: the text after each means what was meant, or it is refused.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Comments, rewrite};
use crate::yaml::parse;

/// A stream of numbers that is the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides.max(1)
    }
}

/// Changes a random place: another scalar, an entry or an item more, or one fewer.
fn change(value: &mut Value, dice: &mut Dice, depth: usize) -> bool {
    let new = [
        json!("plain"),
        json!("yes"),
        json!("a: b #c"),
        json!("two\nlines\n"),
        json!(7),
        json!(null),
        json!({"k": ["x", 1]}),
        json!(["x"]),
    ][dice.roll(8)]
    .clone();
    let goes_down = dice.roll(4) > 0 || depth == 0;
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let at = dice.roll(fields.len());
            if goes_down && let Some((_, below)) = fields.iter_mut().nth(at) {
                return change(below, dice, depth + 1);
            }
            match dice.roll(3) {
                0 => drop(fields.shift_remove_index(at)),
                1 => drop(fields.insert(format!("new {at}"), new)),
                _ => drop(fields.iter_mut().nth(at).map(|(_, below)| *below = new)),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = dice.roll(items.len());
            if goes_down {
                return change(&mut items[at], dice, depth + 1);
            }
            match dice.roll(4) {
                0 => drop(items.remove(at)),
                1 => items.insert(at, new),
                2 => items.rotate_left(at),
                _ => items[at] = new,
            }
        }
        _ if depth > 0 => *value = new,
        _ => return false,
    }
    true
}

trait RemoveIndex {
    fn shift_remove_index(&mut self, at: usize) -> Option<Value>;
}

impl RemoveIndex for serde_json::Map<String, Value> {
    fn shift_remove_index(&mut self, at: usize) -> Option<Value> {
        let key = self.keys().nth(at)?.clone();
        self.shift_remove(&key)
    }
}

#[derive(Debug, Default)]
struct Figures {
    files: usize,
    right: usize,
    refused: usize,
    wrong: usize,
    /// Lines that an edit touched, in all.
    lines: usize,
    /// Why changes were refused, how often, and one of them.
    reasons: std::collections::BTreeMap<String, (usize, String)>,
}

fn survey(files: &[PathBuf], edits: u64) -> Figures {
    let mut figures = Figures::default();
    for file in files {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let Ok(tree) = parse(&text) else { continue };
        figures.files += 1;
        for seed in 0..edits {
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (seed + 1).wrapping_mul(0x2545_f491_4f6c_dd1d) ^ text.len() as u64);
            let old = tree.to_value();
            let mut meant = old.clone();
            if !change(&mut meant, &mut dice, 0) || meant == old {
                continue;
            }
            match rewrite(&text, &tree, &meant, Comments::Go) {
                Ok(new) => {
                    // `rewrite` has read it itself; this is a second opinion.
                    let again = parse(&new.text).unwrap().to_value();
                    let is_back = new.change.inverse().apply(&new.text).unwrap() == text;
                    if again == meant && is_back {
                        figures.right += 1
                    } else {
                        figures.wrong += 1
                    }
                    let lines = crate::diff(&text, &new.text);
                    figures.lines += lines.lines().filter(|line| line.starts_with(['+', '-'])).count();
                }
                Err(error) => {
                    figures.refused += 1;
                    let first = format!("{} {seed}", file.display());
                    figures.reasons.entry(error.to_string()).or_insert((0, first)).0 += 1;
                }
            }
        }
    }
    figures
}

fn yaml_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            yaml_files(&path, into);
        } else if path.extension().is_some_and(|end| end == "yml" || end == "yaml") {
            into.push(path);
        }
    }
}

#[test]
fn random_changes_of_the_fixtures_are_right() {
    let mut files = Vec::new();
    yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), &mut files);
    files.sort();
    let figures = survey(&files, 40);
    assert!(figures.files >= 9 && figures.right > 300, "there are files, and changes of them: {figures:#?}");
    assert_eq!(figures.wrong, 0, "a text means something else, or its inverse gives other bytes: {figures:#?}");
    assert!(figures.refused * 50 <= figures.right, "hardly any change is refused: {figures:#?}");
}

/// `YAML_FOLDER=~/.cargo/registry/src cargo test -p format --release real_files -- --ignored --nocapture`: the figures of
/// the decision page.
#[test]
#[ignore = "needs a folder of YAML files in YAML_FOLDER"]
fn random_changes_of_real_files_are_right_or_refused() {
    let Some(folder) = std::env::var_os("YAML_FOLDER") else { panic!("set YAML_FOLDER to a folder with YAML files") };
    let mut files = Vec::new();
    yaml_files(Path::new(&folder), &mut files);
    files.sort();
    let figures = survey(&files, 40);
    println!("{figures:#?}");
    assert_eq!(figures.wrong, 0, "a text means something else, or its inverse gives other bytes");
}
