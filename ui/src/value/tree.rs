//! A value as the rows of a tree, of which only those are made that are open: a list of a hundred thousand items costs what is seen of it.

use std::sync::Arc;

use graph::{Path, Segment};
use serde_json::Value;

/// How deep a tree is open at first, and how many rows that may make.
const DEPTH: usize = 3;
const ROWS: usize = 60;

/// A row: a part of the value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// Where the part is.
    pub(crate) path: Path,
    /// Its place among its siblings, from 1, and how many there are.
    pub(crate) place: (usize, usize),
    /// How many parts it has; none where it can have none.
    pub(crate) parts: usize,
    /// Whether they are shown.
    pub(crate) is_open: bool,
}

impl Row {
    /// How many parts it is in.
    pub(crate) fn depth(&self) -> usize {
        self.path.segments().len()
    }
}

/// Where a key leads in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// A row up.
    Up,
    /// A row down.
    Down,
    /// Closes what is open, or leads to what holds it.
    Left,
    /// Opens what is closed, or leads into it.
    Right,
    /// To the first row.
    Home,
    /// To the last.
    End,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// Opens or closes.
    Enter,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    value: Arc<Value>,
    rows: Vec<Row>,
    /// The row that has the keyboard.
    current: usize,
}

impl Tree {
    /// A value's tree, open as far as fits.
    pub(crate) fn new(value: Arc<Value>) -> Self {
        let root = Row { path: Path::root(), place: (1, 1), parts: parts(&value), is_open: false };
        let mut tree = Self { value, rows: vec![root], current: 0 };
        tree.open(0);
        let mut depth = 1;
        while depth < DEPTH {
            // A level is opened whole or not at all: else it would depend on chance what one sees.
            let more: usize = tree.rows.iter().filter(|row| row.depth() == depth).map(|row| row.parts).sum();
            if more == 0 || tree.rows.len() + more > ROWS {
                break;
            }
            let mut at = 0;
            while at < tree.rows.len() {
                if tree.rows[at].depth() == depth {
                    tree.open(at);
                }
                at += 1;
            }
            depth += 1;
        }
        tree
    }

    /// The rows that are shown.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row that has the keyboard.
    pub(crate) fn current(&self) -> usize {
        self.current
    }

    /// What a row shows; nothing where there is no such row.
    pub(crate) fn value(&self, row: usize) -> Option<&Value> {
        self.rows.get(row)?.path.find(&self.value)
    }

    /// Gives the keyboard to a row.
    pub(crate) fn go(&mut self, row: usize) {
        self.current = row.min(self.rows.len() - 1);
    }

    /// Opens or closes a row.
    pub(crate) fn toggle(&mut self, row: usize) {
        match self.rows.get(row).map(|row| row.is_open) {
            Some(true) => self.close(row),
            Some(false) => self.open(row),
            None => {}
        }
    }

    /// Does what a key means; `page` is how many rows are in view.
    pub(crate) fn press(&mut self, key: Key, page: usize) {
        let at = self.current;
        let (depth, is_open, parts) = (self.rows[at].depth(), self.rows[at].is_open, self.rows[at].parts);
        match key {
            Key::Up => self.go(at.saturating_sub(1)),
            Key::Down => self.go(at + 1),
            Key::PageUp => self.go(at.saturating_sub(page)),
            Key::PageDown => self.go(at + page),
            Key::Home => self.go(0),
            Key::End => self.go(usize::MAX),
            Key::Left if is_open => self.close(at),
            Key::Left => self.go(self.rows[..at].iter().rposition(|row| row.depth() < depth).unwrap_or(at)),
            Key::Right if parts > 0 && is_open => self.go(at + 1),
            Key::Right => self.open(at),
            Key::Enter => self.toggle(at),
        }
    }

    /// Opens all that holds a place, and gives it the keyboard.
    pub(crate) fn reveal(&mut self, path: &Path) {
        let (mut at, mut along) = (0, Path::root());
        for segment in path.segments() {
            self.open(at);
            along = match segment {
                Segment::Key(key) => along.key(key.as_str()),
                Segment::Index(index) => along.index(*index),
            };
            let Some(next) = self.rows[at..].iter().position(|row| row.path == along) else { break };
            at += next;
        }
        self.current = at;
    }

    fn open(&mut self, at: usize) {
        let Some(row) = self.rows.get_mut(at).filter(|row| row.parts > 0 && !row.is_open) else { return };
        row.is_open = true;
        let path = row.path.clone();
        let Some(value) = path.find(&self.value) else { return };
        let count = parts(value);
        let row = |place: usize, path: Path, value: &Value| Row { path, place: (place + 1, count), parts: parts(value), is_open: false };
        let new: Vec<Row> = match value {
            Value::Object(fields) => {
                fields.iter().enumerate().map(|(place, (key, value))| row(place, path.clone().key(key.as_str()), value)).collect()
            }
            Value::Array(items) => items.iter().enumerate().map(|(place, value)| row(place, path.clone().index(place), value)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        };
        if self.current > at {
            self.current += new.len();
        }
        self.rows.splice(at + 1..at + 1, new);
    }

    fn close(&mut self, at: usize) {
        let depth = self.rows[at].depth();
        let count = self.rows[at + 1..].iter().take_while(|row| row.depth() > depth).count();
        self.rows[at].is_open = false;
        self.rows.drain(at + 1..at + 1 + count);
        if self.current > at {
            self.current = self.current.saturating_sub(count).max(at);
        }
    }
}

fn parts(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.len(),
        Value::Array(items) => items.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The rows, as `+` for closed, `-` for open and the last step of each; the current in brackets.
    fn told(tree: &Tree) -> String {
        let row = |(at, row): (usize, &Row)| {
            let sign = if row.parts == 0 { "" } else { ["+", "-"][usize::from(row.is_open)] };
            let last = row.path.segments().last().map_or_else(
                || "$".to_owned(),
                |last| match last {
                    Segment::Key(key) => key.clone(),
                    Segment::Index(index) => index.to_string(),
                },
            );
            if at == tree.current { format!("[{sign}{last}]") } else { format!("{sign}{last}") }
        };
        tree.rows.iter().enumerate().map(row).collect::<Vec<_>>().join(" ")
    }

    /// The tree of a value after keys have been pressed, each by its letter: `u d l r h e x` (Enter), `f b` (pages of two rows).
    fn check(value: &Value, keys: &str, expected: &str) {
        let mut tree = Tree::new(value.clone().into());
        for key in keys.chars() {
            let key = match key {
                'u' => Key::Up,
                'd' => Key::Down,
                'l' => Key::Left,
                'r' => Key::Right,
                'h' => Key::Home,
                'e' => Key::End,
                'f' => Key::PageDown,
                'b' => Key::PageUp,
                _ => Key::Enter,
            };
            tree.press(key, 2);
        }
        assert_eq!(told(&tree), expected, "after `{keys}`");
    }

    #[test]
    fn the_keys_lead_through_the_tree_and_open_and_close_it() {
        let value = json!({ "a": { "b": [1, 2], "c": 3 }, "d": [] });
        check(&value, "", "[-$] -a -b 0 1 c d");
        check(&value, "u", "[-$] -a -b 0 1 c d");
        check(&value, "dd", "$ -a [-b] 0 1 c d".replace("$ ", "-$ ").as_str());
        check(&value, "ddl", "-$ -a [+b] c d");
        check(&value, "ddll", "-$ [-a] +b c d");
        check(&value, "ddlr", "-$ -a [-b] 0 1 c d");
        check(&value, "ddr", "-$ -a -b [0] 1 c d");
        check(&value, "eee", "-$ -a -b 0 1 c [d]");
        check(&value, "erx", "-$ -a -b 0 1 c [d]");
        check(&value, "dx", "-$ [+a] d");
        check(&value, "dxx", "-$ [-a] +b c d");
        check(&value, "ffb", "-$ -a [-b] 0 1 c d");
        check(&value, "el", "[-$] -a -b 0 1 c d");
    }

    #[test]
    fn a_level_too_large_to_be_seen_at_once_is_closed_at_first() {
        let wide = json!({ "many": vec![0; 100_000], "few": [1] });
        let tree = Tree::new(wide.into());
        assert_eq!(told(&tree), "[-$] +many +few", "nothing is made that nobody sees");
        let mut tree = Tree::new(json!(vec![json!([1]); 100]).into());
        assert_eq!(tree.rows().len(), 101, "the value itself is always open");
        tree.go(1);
        tree.press(Key::Enter, 1);
        assert_eq!((tree.rows().len(), tree.value(2)), (102, Some(&json!(1))));
        assert_eq!(tree.rows()[3].place, (2, 100));
    }

    #[test]
    fn what_is_found_is_shown_wherever_it_is() {
        let mut tree = Tree::new(json!({ "a": vec![json!({ "x": [1, { "y": 2 }] }); 80] }).into());
        tree.reveal(&Path::root().key("a").index(70).key("x").index(1).key("y"));
        assert_eq!(tree.value(tree.current()), Some(&json!(2)));
        assert_eq!(tree.rows()[tree.current()].path.to_string(), "a[70].x[1].y");
        let before = tree.rows().len();
        tree.toggle(1);
        assert_eq!((tree.rows().len(), tree.current(), before), (2, 1, 86), "what is closed gives the keyboard to what holds it");
    }
}
