//! Mappings and lists in lines: entries and items are whole lines, with the comments right above and behind them.

use std::ops::Range;

use serde_json::{Map, Value};

use super::align::align;
use super::reconcile::{Editor, Slot};
use crate::Error;
use crate::yaml::{At, Entry, Item, key_text};

/// What becomes of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate<'t> {
    Stays,
    Renamed(&'t str),
    Goes,
}

impl Editor<'_> {
    /// What becomes of each entry, and which fields are new. A merge key that would bring what is not wanted goes, and
    /// what else it brought is written out.
    pub(super) fn fates<'t>(&self, entries: &[Entry], fields: &'t Map<String, Value>) -> (Vec<Fate<'t>>, Vec<(&'t String, &'t Value)>) {
        let mut merged = Map::new();
        let mut fates = vec![Fate::Stays; entries.len()];
        for (i, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.is_merge) {
            match self.merged(entry.value).filter(|brings| brings.keys().all(|key| fields.contains_key(key))) {
                Some(brings) => brings.into_iter().for_each(|(key, value)| {
                    merged.entry(key).or_insert(value);
                }),
                None => fates[i] = Fate::Goes,
            }
        }
        let is_own = |key: &str| entries.iter().any(|entry| !entry.is_merge && entry.name == key);
        let mut added: Vec<_> = fields.iter().filter(|(key, value)| !is_own(key) && merged.get(*key) != Some(*value)).collect();
        for (entry, fate) in entries.iter().zip(&mut fates) {
            if entry.is_merge || fields.contains_key(&entry.name) {
                continue;
            }
            let same = added.iter().position(|(_, value)| self.tree.equals(entry.value, value));
            *fate = same.map_or(Fate::Goes, |i| Fate::Renamed(added.remove(i).0));
        }
        (fates, added)
    }

    pub(super) fn fix_block_mapping(&mut self, at: At, entries: &[Entry], fields: &Map<String, Value>, slot: Slot) -> Result<(), Error> {
        let (fates, added) = self.fates(entries, fields);
        let Some(last) = fates.iter().rposition(|fate| *fate != Fate::Goes) else {
            return self.replace(at, &Value::Object(fields.clone()), slot);
        };
        let starts: Vec<_> = entries.iter().map(|entry| self.entry_start(entry)).collect();
        let ends: Vec<_> = entries.iter().map(|entry| self.entry_end(entry)).collect();
        let indent = self.column(starts[0]);
        for (i, (entry, fate)) in entries.iter().zip(&fates).enumerate() {
            match fate {
                Fate::Goes => self.forget(entry.value),
                Fate::Stays if entry.is_merge => {}
                Fate::Stays => {
                    let slot = entry.colon.map_or(Slot::Unmarked, |mark| Slot::Value { mark, indent });
                    self.fix(entry.value, &fields[&entry.name], slot)?;
                }
                Fate::Renamed(name) => self.rename_key(entry, name),
            }
            if *fate == Fate::Goes {
                let floor = if i == 0 { 0 } else { ends[i - 1] };
                self.cut(i, &starts, &ends, floor, |i| fates[i] == Fate::Goes);
            }
        }
        let line = self.last_line(starts[last], ends[last]);
        for (key, value) in added {
            let text = format!("{}{}", self.manner.eol, self.manner.entry(key, value, indent));
            self.put(line..line, text);
        }
        Ok(())
    }

    pub(super) fn fix_block_sequence(&mut self, at: At, items: &[Item], values: &[Value], slot: Slot) -> Result<(), Error> {
        let dashes: Option<Vec<usize>> = items.iter().map(|item| item.dash).collect();
        let Some(starts) = dashes else { return Err(Error::text("a list is written in a way that cannot be changed piece by piece")) };
        let ends: Vec<_> = items.iter().zip(&starts).map(|(item, dash)| self.tree.node(item.node).range.end.max(dash + 1)).collect();
        let old: Vec<_> = items.iter().map(|item| self.tree.value(item.node)).collect();
        let alignment = align(&old, values);
        let stays = alignment.stays(items.len());
        let Some(first) = stays.iter().position(|stays| *stays) else {
            return self.replace(at, &Value::Array(values.to_vec()), slot);
        };
        let pad = self.pad(items, &starts);
        // Where most items have a blank line between them, a new one gets one too.
        let is_gap =
            |i: usize| self.text[ends[i]..self.line_start(starts[i + 1]).max(ends[i])].lines().skip(1).any(|line| line.trim().is_empty());
        let is_spaced = (0..items.len() - 1).filter(|i| is_gap(*i)).count() * 2 > items.len() - 1;
        for i in (0..items.len()).filter(|i| !stays[*i]) {
            self.forget(items[i].node);
            let floor = if i == 0 { 0 } else { ends[i - 1] };
            self.cut(i, &starts, &ends, floor, |i| !stays[i]);
        }
        let mut after: Option<usize> = None;
        let (kept_from, moved_from) = (alignment.kept_from(values.len()), alignment.moved_from(values.len()));
        for (new, value) in values.iter().enumerate() {
            if let Some(i) = kept_from[new] {
                let indent = self.column(starts[i]) + pad;
                self.fix(items[i].node, value, Slot::Item { mark: starts[i], indent })?;
                after = Some(i);
                continue;
            }
            let column = self.column(starts[first]);
            let text = moved_from[new].filter(|i| old[*i] == *value).and_then(|i| self.whole_lines(i, &starts, &ends));
            let text = match text {
                Some(range) => self.text[range].trim_end_matches(['\r', '\n']).to_owned(),
                None => format!("{:column$}-{:pad$}{}", "", "", self.manner.after_dash(value, column + pad), pad = pad - 1),
            };
            let eol = self.manner.eol;
            let apart = if is_spaced { eol } else { "" };
            match after {
                Some(i) => {
                    let line = self.last_line(starts[i], ends[i]);
                    self.put(line..line, format!("{eol}{apart}{text}"));
                }
                None if self.is_first_on_line(starts[0]) => {
                    let floor = if first == 0 { 0 } else { ends[first - 1] };
                    let line = self.comments_above(starts[first], floor);
                    self.put(line..line, format!("{text}{eol}{apart}"));
                }
                None => {
                    let at = starts[0];
                    self.put(at..at, format!("{}{eol}{:column$}", text.trim_start_matches(' '), ""));
                }
            }
        }
        Ok(())
    }

    /// Takes out what stands from `starts[i]` to `ends[i]`: whole lines, or, for what begins behind a dash, up to the next
    /// that stays. `goes` tells which others go.
    fn cut(&mut self, i: usize, starts: &[usize], ends: &[usize], floor: usize, goes: impl Fn(usize) -> bool) {
        let head = (0..starts.len()).take_while(|i| goes(*i)).count();
        if self.is_first_on_line(starts[0]) || i >= head {
            self.cut_lines(starts[i], ends[i], floor);
            return;
        }
        // The run of those that go at the head of a mapping or list that begins behind a dash: all of it at once.
        if i > 0 || head >= starts.len() {
            return;
        }
        let below = self.next_line(ends[head - 1]);
        if self.text[below.min(starts[head])..starts[head]].contains('#') {
            // Comments of the next one stay above it; the dash keeps its line to itself.
            let dash = self.text[..starts[0]].trim_end_matches(' ').len();
            self.put(dash..self.line_end(ends[head - 1]), "");
        } else {
            self.put(starts[0]..starts[head], "");
        }
    }

    fn cut_lines(&mut self, start: usize, end: usize, floor: usize) {
        if !self.keeps_comments {
            let range = self.lines(start, end, floor);
            self.put(range, "");
            return;
        }
        let lines = self.line_start(start)..self.next_line(end);
        let column = self.column(start);
        let inside = self.tree.comments().iter().filter(|comment| lines.contains(&comment.start));
        let comments = inside.map(|comment| format!("{:column$}{}{}", "", self.text[comment.clone()].trim_end(), self.manner.eol));
        let comments: String = comments.collect();
        self.put(lines, comments);
    }

    /// The lines of an item with its comments, where it has lines of its own.
    fn whole_lines(&self, i: usize, starts: &[usize], ends: &[usize]) -> Option<Range<usize>> {
        if !self.is_first_on_line(starts[i]) {
            return None;
        }
        let floor = if i == 0 { 0 } else { ends[i - 1] };
        Some(self.comments_above(starts[i], floor)..self.next_line(self.last_line(starts[i], ends[i])))
    }

    /// The columns from a dash to what follows it, as the first item has them.
    fn pad(&self, items: &[Item], starts: &[usize]) -> usize {
        let columns = items.iter().zip(starts).filter_map(|(item, dash)| {
            let start = self.tree.node(item.node).start;
            let is_same_line = start > dash + 1 && self.line_start(start) == self.line_start(*dash);
            is_same_line.then(|| self.column(start) - self.column(*dash))
        });
        columns.min().unwrap_or(2).max(2)
    }

    pub(super) fn entry_start(&self, entry: &Entry) -> usize {
        entry.question.unwrap_or(self.tree.node(entry.key).start)
    }

    pub(super) fn entry_end(&self, entry: &Entry) -> usize {
        let key = self.tree.node(entry.key).range.end;
        self.tree.node(entry.value).range.end.max(entry.colon.map_or(key, |colon| colon + 1))
    }

    pub(super) fn rename_key(&mut self, entry: &Entry, name: &str) {
        let key = self.tree.node(entry.key);
        let quotes = self.quotes_of(entry.key);
        self.put(key.range.clone(), key_text(name, quotes));
    }
}
