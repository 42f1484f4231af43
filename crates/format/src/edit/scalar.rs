//! One scalar in place of another, in the style that it has where that can hold the new one.

use serde_json::Value;

use super::reconcile::{Editor, Slot};
use crate::Error;
use crate::yaml::{Node, Style, block_lines, literal, scalar_text};

impl Editor<'_> {
    /// `old` is the style, the text and the value that the scalar has.
    pub(super) fn fix_scalar(&mut self, node: &Node, old: (Style, &str, &Value), target: &Value, slot: Slot) -> Result<(), Error> {
        let (style, _, value) = old;
        let in_flow = matches!(slot, Slot::Flow);
        let Value::String(new) = target else {
            return self.put_scalar(node, &target.to_string(), slot);
        };
        let is_block = matches!(style, Style::Literal | Style::Folded);
        if is_block
            && !node.is_tagged
            && let Some(text) = self.block(node, style, old.1, new, slot)
        {
            self.put_lines(node, &text);
            return Ok(());
        }
        if new.contains('\n') && !in_flow && node.anchor.is_none() && !is_block {
            let indent = match slot {
                Slot::Value { indent, .. } => Some(indent + self.manner.step),
                Slot::Item { indent, .. } => Some(indent),
                _ => None,
            };
            // A comment behind the scalar would end up in the block, and so would one below it that stands as deep.
            let is_last_on_line = self.text[node.range.end..self.line_end(node.range.end)].trim().is_empty();
            let indent = indent.filter(|indent| self.manner.blocks && is_last_on_line && !self.swallows(node.range.end, *indent));
            if let Some(text) = indent.and_then(|indent| literal(new, indent, self.manner.eol)) {
                return self.put_scalar(node, &text, slot);
            }
        }
        let style = match style {
            _ if !value.is_string() => self.manner.style(),
            Style::Literal | Style::Folded => self.manner.style(),
            style => style,
        };
        self.put_scalar(node, &scalar_text(new, style, in_flow), slot)
    }

    fn put_scalar(&mut self, node: &Node, text: &str, slot: Slot) -> Result<(), Error> {
        // A tag said what the old value was to be taken for; it goes, and the anchor stays.
        let start = if node.is_tagged { node.start } else { node.range.start };
        let anchor = node.anchor.clone().filter(|anchor| node.is_tagged && anchor.start >= start);
        let anchor = anchor.map_or(String::new(), |anchor| format!("{} ", &self.text[anchor]));
        if matches!(slot, Slot::Unmarked | Slot::Root) && node.range.is_empty() {
            return Err(Error::text("the value stands where a new one cannot be put"));
        }
        // Where nothing was written, the mark or the anchor is right before.
        let space = if node.range.is_empty() && start > 0 && !self.text[..start].ends_with([' ', '\n']) { " " } else { "" };
        self.put(start..node.range.end, format!("{space}{anchor}{text}"));
        Ok(())
    }

    /// Replaces a scalar of several lines, leaving the lines at its head and its end that stay the same.
    fn put_lines(&mut self, node: &Node, new: &str) {
        let old = &self.text[node.range.clone()];
        let (old_lines, new_lines): (Vec<_>, Vec<_>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
        let head = old_lines.iter().zip(&new_lines).take_while(|(a, b)| a == b).count();
        let spare = old_lines.len().min(new_lines.len()) - head;
        let tail = old_lines.iter().rev().zip(new_lines.iter().rev()).take(spare).take_while(|(a, b)| a == b).count();
        let start = node.range.start + old_lines[..head].concat().len();
        let end = node.range.end - old_lines[old_lines.len() - tail..].concat().len();
        self.put(start..end, new_lines[head..new_lines.len() - tail].concat());
    }

    /// The new text as a block with the header and the indentation of the old one; none where that cannot hold it.
    fn block(&self, node: &Node, style: Style, old: &str, new: &str, slot: Slot) -> Option<String> {
        let source = &self.text[node.range.clone()];
        let (header, body) = source.split_once('\n')?;
        let header = header.trim_end_matches('\r');
        let eol = if source[..header.len() + 2].ends_with('\r') { "\r\n" } else { self.manner.eol };
        let (marks, comment) = header.split_at(header.find([' ', '\t', '#']).unwrap_or(header.len()));
        let digit: String = marks.chars().filter(char::is_ascii_digit).collect();
        // With a digit the first line may have spaces of its own.
        let own = if digit.is_empty() { 0 } else { leading(old)? };
        let indent = leading(body)?.checked_sub(own)?;
        let needs_digit = new.lines().find(|line| !line.is_empty()).is_some_and(|line| line.starts_with(' '));
        let digit = match slot {
            _ if !digit.is_empty() || !needs_digit => digit,
            Slot::Value { indent: outer, .. } => indent.checked_sub(outer).filter(|step| (1..=9).contains(step))?.to_string(),
            _ => return None,
        };
        let chomp = match (new.ends_with('\n'), marks.contains('+')) {
            (false, _) => "-",
            (true, true) => "+",
            (true, false) => "",
        };
        let body = match style {
            Style::Folded => self.folded_body(body, old, new, indent, eol)?,
            _ => block_lines(new, indent, eol, marks.contains('+'))?,
        };
        let mark = if style == Style::Folded { '>' } else { '|' };
        Some(format!("{mark}{digit}{chomp}{comment}{eol}{body}"))
    }

    /// The lines of a folded block. A paragraph that was there keeps its folds, a new one is written on one line.
    fn folded_body(&self, body: &str, old: &str, new: &str, indent: usize, eol: &str) -> Option<String> {
        let is_simple = |text: &str| !text.lines().any(|line| line.starts_with([' ', '\t']) || line.ends_with([' ', '\t']));
        if !is_simple(old) || !is_simple(new) || new.starts_with('\n') {
            return None;
        }
        let known: Vec<(String, Vec<&str>)> = paragraphs(body)
            .into_iter()
            .map(|lines| {
                let text: Vec<_> = lines.iter().map(|line| line.trim()).collect();
                (text.join(" "), lines)
            })
            .collect();
        let text = new.strip_suffix('\n').unwrap_or(new);
        // One paragraph a line, each line break one more in the block; `block_lines` checks what a block can hold.
        block_lines(&text.replace('\n', "\n\n"), indent, eol, false)?;
        let mut out = Vec::new();
        for (i, line) in text.split('\n').enumerate() {
            if i > 0 && !line.is_empty() {
                out.push(String::new());
            }
            match known.iter().find(|(text, _)| text == line && !line.is_empty()) {
                Some((_, lines)) => out.extend(lines.iter().map(|line| line.trim_end_matches('\r').to_owned())),
                None if line.is_empty() => out.push(String::new()),
                None => out.push(format!("{:indent$}{line}", "")),
            }
        }
        Some(out.join(eol))
    }
}

/// The spaces at the head of the first line that is not blank.
fn leading(text: &str) -> Option<usize> {
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    Some(line.len() - line.trim_start_matches(' ').len())
}

/// The runs of lines that are not blank.
fn paragraphs(body: &str) -> Vec<Vec<&str>> {
    let mut all = vec![Vec::new()];
    for line in body.lines() {
        match all.last_mut() {
            _ if line.trim().is_empty() => all.push(Vec::new()),
            Some(last) => last.push(line),
            None => {}
        }
    }
    all.retain(|lines| !lines.is_empty());
    all
}
