//! The walk: the tree of the file beside the value that is meant. Where they differ it says which bytes to replace.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Map, Value};

use crate::Error;
use crate::change::{Splice, TextChange};
use crate::yaml::{At, Content, Manner, Quotes, Style, Tree, column, line_end, without_break};

/// What happens to the comments of what goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comments {
    /// They go with it.
    Go,
    /// They stay, on lines of their own.
    Stay,
}

/// The change of the text after which it means `target`. The caller reads the new text and compares.
///
/// # Errors
/// Where the text can only be changed with a loss.
pub(super) fn reconcile(text: &str, tree: &Tree, target: &Value, comments: Comments, manner: Manner) -> Result<TextChange, Error> {
    let Some(root) = tree.root() else { return Err(Error::text("the file is empty")) };
    let mut editor = Editor { keeps_comments: comments == Comments::Stay, ..Editor::new(text, tree, manner) };
    editor.fix(root, target, Slot::Root)?;
    editor.finish()
}

/// Where a node is written, for the case that something else is to be written there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    Root,
    /// After the mark of a block entry (`:`) whose key stands at column `indent`.
    Value {
        mark: usize,
        indent: usize,
    },
    /// After the mark of a block item (`-`) whose content stands at column `indent`.
    Item {
        mark: usize,
        indent: usize,
    },
    /// Inside of brackets.
    Flow,
    /// Somewhere that has no mark of its own.
    Unmarked,
}

pub(super) struct Editor<'a> {
    pub(super) text: &'a str,
    pub(super) tree: &'a Tree,
    pub(super) manner: Manner,
    /// Whether the comments of what goes stay, on lines of their own.
    pub(super) keeps_comments: bool,
    out: Vec<(Range<usize>, String)>,
    /// What the anchored nodes mean after the change, for those that change; none for those that go.
    anchors: HashMap<At, Option<Value>>,
}

impl<'a> Editor<'a> {
    pub(super) fn new(text: &'a str, tree: &'a Tree, manner: Manner) -> Self {
        Self { text, tree, manner, keeps_comments: false, out: Vec::new(), anchors: HashMap::new() }
    }

    /// Replaces bytes of the text.
    pub(super) fn put(&mut self, range: Range<usize>, new: impl Into<String>) {
        let new = new.into();
        if self.text.get(range.clone()) != Some(new.as_str()) {
            self.out.push((range, new));
        }
    }

    pub(super) fn finish(mut self) -> Result<TextChange, Error> {
        // New lines after lines that go are put after the last one that stays.
        let cuts: Vec<Range<usize>> =
            self.out.iter().map(|(range, _)| range.clone()).filter(|range| self.line_start(range.start) == range.start).collect();
        for (range, _) in self.out.iter_mut().filter(|(range, new)| range.is_empty() && new.starts_with(['\r', '\n'])) {
            while let Some(cut) = cuts.iter().find(|cut| cut.start < range.start && range.start < cut.end) {
                let line = without_break(self.text, cut.start);
                *range = line..line;
            }
        }
        // Insertions at one place keep the order in which they were made, and come before what is taken away there.
        self.out.sort_by_key(|(range, _)| (range.start, range.end > range.start));
        let mut splices: Vec<Splice> = Vec::with_capacity(self.out.len());
        let mut done = 0;
        for (mut range, inserted) in std::mem::take(&mut self.out) {
            // Lines that go at the end of a text without a last break take the break before them along.
            if inserted.is_empty()
                && range.end == self.text.len()
                && !self.text.ends_with('\n')
                && self.line_start(range.start) == range.start
            {
                range.start = without_break(self.text, range.start).max(done);
            }
            let removed = self.text.get(range.clone()).filter(|_| range.start >= done);
            let removed = removed.ok_or_else(|| Error::text("two changes overlap"))?;
            done = range.end;
            match splices.last_mut() {
                Some(last) if last.at + last.removed.len() == range.start => {
                    last.removed.push_str(removed);
                    last.inserted.push_str(&inserted);
                }
                _ => splices.push(Splice { at: range.start, removed: removed.to_owned(), inserted }),
            }
        }
        Ok(TextChange { splices })
    }

    /// Makes a node mean `target`.
    pub(super) fn fix(&mut self, at: At, target: &Value, slot: Slot) -> Result<(), Error> {
        let tree = self.tree;
        let node = tree.node(at);
        let is_equal = tree.equals(at, target);
        if is_equal && (self.anchors.is_empty() || !node.has_alias) {
            return Ok(());
        }
        if node.anchor.is_some() && !is_equal {
            self.anchors.insert(at, Some(target.clone()));
        }
        match (&node.content, target) {
            (Content::Alias { to }, _) => match self.anchors.get(to) {
                Some(Some(value)) if value == target => Ok(()),
                None if is_equal => Ok(()),
                _ => self.replace(at, target, slot),
            },
            (Content::Mapping { is_flow, entries }, Value::Object(fields)) => {
                if entries.is_empty() || fields.is_empty() {
                    self.replace(at, target, slot)
                } else if *is_flow {
                    self.fix_flow_mapping(at, entries, fields, slot)
                } else {
                    self.fix_block_mapping(at, entries, fields, slot)
                }
            }
            (Content::Sequence { is_flow, items }, Value::Array(values)) => {
                if items.is_empty() || values.is_empty() {
                    self.replace(at, target, slot)
                } else if *is_flow {
                    self.fix_flow_sequence(at, items, values, slot)
                } else {
                    self.fix_block_sequence(at, items, values, slot)
                }
            }
            (Content::Scalar { style, text, value }, _) if !target.is_object() && !target.is_array() => {
                self.fix_scalar(node, (*style, text, value), target, slot)
            }
            _ => self.replace(at, target, slot),
        }
    }

    /// Writes something else where a node stands. An anchor stays with what is written.
    pub(super) fn replace(&mut self, at: At, target: &Value, slot: Slot) -> Result<(), Error> {
        let node = self.tree.node(at);
        self.forget(at);
        if node.anchor.is_some() {
            self.anchors.insert(at, Some(target.clone()));
        }
        let anchor = node.anchor.clone().map_or("", |anchor| &self.text[anchor]);
        let (mark, rest) = match slot {
            Slot::Root => return Err(Error::text("the whole file would be written anew")),
            Slot::Unmarked => return Err(Error::text("the value stands where a new one cannot be put")),
            Slot::Flow => {
                let space = if anchor.is_empty() { "" } else { " " };
                self.put(node.start..node.range.end, format!("{anchor}{space}{}", self.manner.flow(target)));
                return Ok(());
            }
            Slot::Value { mark, .. } | Slot::Item { mark, .. } if target.is_string() && self.swallows(node.range.end, 0) => {
                (mark, format!(" {}", self.manner.flow(target)))
            }
            Slot::Value { mark, indent } => (mark, self.manner.after_colon(target, indent)),
            Slot::Item { mark, indent } => (mark, format!(" {}", self.manner.after_dash(target, indent))),
        };
        let anchor = if anchor.is_empty() { String::new() } else { format!(" {anchor}") };
        let (head, tail) = match rest.find(self.manner.eol) {
            Some(end) => rest.split_at(end),
            None => (rest.as_str(), ""),
        };
        if !anchor.is_empty() && !head.is_empty() && !tail.is_empty() && !head.trim_start().starts_with(['|', '>']) {
            return Err(Error::text("an anchored item would become a mapping or a list"));
        }
        let mark_end = line_end_trimmed(self.text, mark);
        let comment_first = self.text[mark + 1..node.start.max(mark + 1)].contains('#');
        let end = node.range.end.max(mark + 1);
        if comment_first {
            // The comment stays on the mark's line; what was below it goes.
            self.put(mark + 1..mark + 1, format!("{anchor}{head}"));
            self.put(mark_end..end, tail);
        } else {
            self.put(mark + 1..end, format!("{anchor}{head}"));
            let line = line_end_trimmed(self.text, end);
            self.put(line..line, tail);
        }
        Ok(())
    }

    /// Notes that the anchors in a node go, so that aliases to them are written out.
    pub(super) fn forget(&mut self, at: At) {
        let end = self.tree.node(at).range.end;
        let inside = self.tree.nodes().skip_while(|(below, _)| *below < at).take_while(|(_, node)| node.start <= end);
        let gone: Vec<At> = inside.filter(|(_, node)| node.anchor.is_some() && node.range.end <= end).map(|(at, _)| at).collect();
        self.anchors.extend(gone.into_iter().map(|at| (at, None)));
    }

    /// The fields that a merge key brings after the change; none where what it names goes.
    pub(super) fn merged(&self, at: At) -> Option<Map<String, Value>> {
        match &self.tree.node(at).content {
            Content::Alias { to } => match self.anchors.get(to) {
                Some(changed) => changed.as_ref()?.as_object().cloned(),
                None => Some(self.tree.merged(at)),
            },
            Content::Sequence { items, .. } => {
                let mut fields = Map::new();
                for item in items {
                    for (key, value) in self.merged(item.node)? {
                        fields.entry(key).or_insert(value);
                    }
                }
                Some(fields)
            }
            Content::Mapping { .. } | Content::Scalar { .. } => Some(self.tree.merged(at)),
        }
    }

    /// The quotes that a scalar is written in.
    pub(super) fn quotes_of(&self, at: At) -> Quotes {
        match &self.tree.node(at).content {
            Content::Scalar { style: Style::Single, .. } => Quotes::Single,
            Content::Scalar { style: Style::Double, .. } => Quotes::Double,
            _ => Quotes::None,
        }
    }

    /// The column of a byte.
    pub(super) fn column(&self, byte: usize) -> usize {
        column(self.text, byte)
    }

    /// The first byte of the line.
    pub(super) fn line_start(&self, byte: usize) -> usize {
        self.text[..byte].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Whether only blanks stand before the byte on its line.
    pub(super) fn is_first_on_line(&self, byte: usize) -> bool {
        self.text[self.line_start(byte)..byte].trim_start_matches('\u{feff}').trim().is_empty()
    }

    /// The end of the line without its break.
    pub(super) fn line_end(&self, byte: usize) -> usize {
        line_end_trimmed(self.text, byte)
    }

    /// The first byte of the next line; the end of the text where there is none.
    pub(super) fn next_line(&self, byte: usize) -> usize {
        (line_end(self.text, byte) + 1).min(self.text.len())
    }

    /// The end of the last line of what begins at `start` and ends at `end`: comment lines right below belong to it where
    /// they stand deeper than it begins.
    pub(super) fn last_line(&self, start: usize, end: usize) -> usize {
        let outer = self.column(start);
        let mut last = self.line_end(end);
        loop {
            let below = self.next_line(last);
            let line = &self.text[below..self.line_end(below)];
            let hash = below + line.len() - line.trim_start_matches(' ').len();
            if below <= last || !self.text[hash..].starts_with('#') || self.column(hash) <= outer {
                return last;
            }
            last = self.line_end(below);
        }
    }

    /// Whether a block scalar at column `indent` would take in a comment on the lines after `end`.
    pub(super) fn swallows(&self, end: usize, indent: usize) -> bool {
        let mut at = self.next_line(end);
        while at < self.text.len() {
            let line = &self.text[at..self.line_end(at)];
            if !line.trim().is_empty() {
                return line.trim_start().starts_with('#') && line.len() - line.trim_start().len() >= indent;
            }
            at = self.next_line(at);
        }
        false
    }

    /// The whole lines of what begins at `start` and ends at `end`, with its comments: those right above at the same column
    /// (after `floor`), and those right below that stand deeper. Of blank lines on both sides, one side stays.
    pub(super) fn lines(&self, start: usize, end: usize, floor: usize) -> Range<usize> {
        let mut first = self.comments_above(start, floor);
        let mut end = self.next_line(self.last_line(start, end));
        let is_blank = |from: usize, to: usize| from < to && self.text[from..to].trim().is_empty();
        if first > 0 && end < self.text.len() && is_blank(self.line_start(first - 1), first) && is_blank(end, self.next_line(end)) {
            end = self.next_line(end);
        }
        // What is taken from the end of the file leaves no blank line behind.
        while end == self.text.len() && first > floor && is_blank(self.line_start(first - 1), first) && self.line_start(first - 1) >= floor
        {
            first = self.line_start(first - 1);
        }
        first..end
    }

    /// The first line of the comments right above a byte that belong to what stands there.
    pub(super) fn comments_above(&self, byte: usize, floor: usize) -> usize {
        let wanted = self.column(byte);
        let mut start = self.line_start(byte);
        while start > 0 {
            let above = self.line_start(start - 1);
            let line = &self.text[above..start];
            let hash = above + line.len() - line.trim_start_matches([' ', '\t']).len();
            if above < floor || !self.text[hash..].starts_with('#') || self.column(hash) != wanted {
                break;
            }
            start = above;
        }
        start
    }
}

/// The end of the line, before any carriage return.
fn line_end_trimmed(text: &str, byte: usize) -> usize {
    let end = line_end(text, byte);
    if end > byte && text[..end].ends_with('\r') { end - 1 } else { end }
}
