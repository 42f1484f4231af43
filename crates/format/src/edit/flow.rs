//! Mappings and lists in brackets: on one line, or, as JSON is written, with an entry on each.

use std::ops::Range;

use serde_json::{Map, Value};

use super::align::align;
use super::block::Fate;
use super::reconcile::{Editor, Slot};
use crate::Error;
use crate::yaml::{At, Entry, Item, key_text, skip_blank};

impl Editor<'_> {
    pub(super) fn fix_flow_mapping(&mut self, at: At, entries: &[Entry], fields: &Map<String, Value>, slot: Slot) -> Result<(), Error> {
        let (fates, added) = self.fates(entries, fields);
        let last = fates.iter().rposition(|fate| *fate != Fate::Goes);
        let has_brackets = self.text[self.tree.node(at).range.start..].starts_with('{');
        let Some(last) = last.filter(|_| has_brackets || added.is_empty()) else {
            return self.replace(at, &Value::Object(fields.clone()), slot);
        };
        for (entry, fate) in entries.iter().zip(&fates) {
            match fate {
                Fate::Goes => self.forget(entry.value),
                Fate::Stays if entry.is_merge => {}
                Fate::Stays => self.fix_flow_value(entry, &fields[&entry.name])?,
                Fate::Renamed(name) => self.rename_key(entry, name),
            }
        }
        let spans: Vec<_> = entries.iter().map(|entry| self.entry_start(entry)..self.entry_end(entry)).collect();
        self.cut_flow(&spans, |i| fates[i] != Fate::Goes);
        let quotes = self.quotes_of(entries[last].key);
        for (key, value) in added {
            let text = format!("{}: {}", key_text(key, quotes), self.manner.flow(value));
            self.add_after(&spans[last], &text);
        }
        Ok(())
    }

    fn fix_flow_value(&mut self, entry: &Entry, target: &Value) -> Result<(), Error> {
        let value = self.tree.node(entry.value);
        if !value.range.is_empty() || value.start < value.range.start || self.tree.equals(entry.value, target) {
            return self.fix(entry.value, target, Slot::Flow);
        }
        // Nothing is written there yet, perhaps not even the colon.
        let colon = if entry.colon.is_some() { " " } else { ": " };
        let at = self.entry_end(entry);
        self.put(at..at, format!("{colon}{}", self.manner.flow(target)));
        Ok(())
    }

    pub(super) fn fix_flow_sequence(&mut self, at: At, items: &[Item], values: &[Value], slot: Slot) -> Result<(), Error> {
        let old: Vec<_> = items.iter().map(|item| self.tree.value(item.node)).collect();
        let alignment = align(&old, values);
        let stays = alignment.stays(items.len());
        let Some(first) = stays.iter().position(|stays| *stays) else {
            return self.replace(at, &Value::Array(values.to_vec()), slot);
        };
        let spans: Vec<_> = items
            .iter()
            .map(|item| {
                let node = self.tree.node(item.node);
                node.start..node.range.end
            })
            .collect();
        for (_, item) in items.iter().enumerate().filter(|(i, _)| !stays[*i]) {
            self.forget(item.node);
        }
        self.cut_flow(&spans, |i| stays[i]);
        let mut after: Option<usize> = None;
        let kept_from = alignment.kept_from(values.len());
        for (new, value) in values.iter().enumerate() {
            if let Some(i) = kept_from[new] {
                self.fix(items[i].node, value, Slot::Flow)?;
                after = Some(i);
                continue;
            }
            let text = self.manner.flow(value);
            match after {
                Some(i) => self.add_after(&spans[i], &text),
                None => {
                    let at = spans[first].start;
                    let apart = if self.is_first_on_line(at) {
                        format!("{}{:column$}", self.manner.eol, "", column = self.column(at))
                    } else {
                        " ".to_owned()
                    };
                    self.put(at..at, format!("{text},{apart}"));
                }
            }
        }
        Ok(())
    }

    /// Adds an entry after another: on a line of its own where that one has one.
    fn add_after(&mut self, span: &Range<usize>, text: &str) {
        let apart = if self.is_first_on_line(span.start) {
            format!("{}{:column$}", self.manner.eol, "", column = self.column(span.start))
        } else {
            " ".to_owned()
        };
        self.put(span.end..span.end, format!(",{apart}{text}"));
    }

    /// Takes entries out, with the comma that goes with each.
    fn cut_flow(&mut self, spans: &[Range<usize>], stays: impl Fn(usize) -> bool) {
        let mut i = 0;
        while i < spans.len() {
            if stays(i) {
                i += 1;
                continue;
            }
            let end = (i..spans.len()).find(|i| stays(*i)).unwrap_or(spans.len());
            let has_lines = (i..end).all(|i| self.is_first_on_line(spans[i].start) && self.has_rest_of_line(spans[i].end));
            if has_lines {
                for (i, span) in spans.iter().enumerate().take(end).skip(i) {
                    let floor = if i == 0 { 0 } else { spans[i - 1].end };
                    let range = self.lines(span.start, span.end, floor);
                    self.put(range, "");
                }
                // JSON has no comma before the bracket.
                let last_comma = (end == spans.len() && i > 0).then(|| skip_blank(self.text, spans[i - 1].end));
                let has_own = self.text[skip_blank(self.text, spans[end - 1].end)..].starts_with(',');
                if let Some(comma) = last_comma.filter(|comma| !has_own && self.text[*comma..].starts_with(',')) {
                    self.put(comma..comma + 1, "");
                }
            } else if end < spans.len() {
                self.put(spans[i].start..spans[end].start, "");
            } else {
                self.put(spans[i - 1].end..spans[end - 1].end, "");
            }
            i = end;
        }
    }

    /// Whether only a comma and a comment follow on the line.
    fn has_rest_of_line(&self, end: usize) -> bool {
        let rest = self.text[end..self.line_end(end)].trim_start();
        let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        (rest.is_empty() || rest.starts_with('#')) && self.line_end(end) < self.text.len()
    }
}
