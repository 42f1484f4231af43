//! From bytes to lines and columns, and from the bytes of a decoded scalar to those of its source. Decodes nothing itself:
//! it walks the source beside the text that the parser made of it.

use std::ops::Range;

use super::{Content, Node, Style};

/// Line and column of a byte, both from 1; the column counts characters.
pub(crate) fn position(text: &str, byte: usize) -> (usize, usize) {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    let before = &text[..byte];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[start..].trim_start_matches('\u{feff}').chars().count() + 1)
}

/// How many characters stand before a byte on its line.
pub(crate) fn column(text: &str, byte: usize) -> usize {
    let start = text[..byte].rfind('\n').map_or(0, |newline| newline + 1);
    text[start..byte].trim_start_matches('\u{feff}').chars().count()
}

/// Where in the source these bytes of a scalar's text are written.
pub(crate) fn bytes_in_source(source: &str, node: &Node, bytes: Range<usize>) -> Range<usize> {
    let Content::Scalar { style, text, .. } = &node.content else { return node.range.clone() };
    let mut walk = Walk { source: &source[..node.range.end], at: node.range.start, style: *style, indent: 0 };
    walk.open();
    let mut rest = text.as_str();
    let mut start = None;
    loop {
        let done = text.len() - rest.len();
        let step = walk.step(rest);
        // An offset inside of what one step decodes is at the step's beginning; one before an escaped break is after it.
        let holds = |offset: usize| rest.is_empty() || done + step.decoded > offset;
        if start.is_none() && holds(bytes.start) {
            start = Some(walk.at);
        }
        if let Some(start) = start
            && (done >= bytes.end || holds(bytes.end))
        {
            let start = start.min(node.range.end);
            return start..walk.at.clamp(start, node.range.end);
        }
        walk.at = step.next;
        rest = &rest[step.decoded..];
    }
}

struct Walk<'s> {
    source: &'s str,
    at: usize,
    style: Style,
    /// The columns by which a block scalar is indented.
    indent: usize,
}

/// What one step takes in of the decoded text, and where the source goes on.
struct Step {
    decoded: usize,
    next: usize,
}

impl Walk<'_> {
    fn is_block(&self) -> bool {
        matches!(self.style, Style::Literal | Style::Folded)
    }

    /// Moves to the first byte of content.
    fn open(&mut self) {
        match self.style {
            Style::Plain => {}
            Style::Single | Style::Double => self.at += 1,
            Style::Literal | Style::Folded => {
                let header = self.source[self.at..].find('\n').map_or(self.source.len(), |newline| self.at + newline);
                let indents = self.source[header..].lines().filter(|line| !line.trim().is_empty());
                let mut indents = indents.map(|line| line.len() - line.trim_start_matches(' ').len());
                // The digit and the chomping sign may come in either order.
                let has_digit = self.source[self.at..header].bytes().skip(1).take(2).any(|byte| byte.is_ascii_digit());
                // With a digit in the header the first line may begin with spaces of its own.
                self.indent = if has_digit { indents.min() } else { indents.next() }.unwrap_or(0);
                self.at = header;
                self.at = self.after_break();
            }
        }
    }

    /// The first byte of content after the line break at `self.at`.
    fn after_break(&self) -> usize {
        let next = (self.at + 1).min(self.source.len());
        let rest = &self.source[next..];
        if self.is_block() {
            next + rest.bytes().take_while(|byte| *byte == b' ').count().min(self.indent)
        } else {
            next + rest.len() - rest.trim_start_matches([' ', '\t']).len()
        }
    }

    fn step(&self, rest: &str) -> Step {
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let here = &self.source[self.at..];
        if !self.is_block() || here.starts_with(['\n', '\r']) {
            let blanks = here.len() - here.trim_start_matches([' ', '\t', '\r']).len();
            if here[blanks..].starts_with('\n') {
                return self.fold(rest, blanks);
            }
        }
        match self.style {
            Style::Double if here.starts_with('\\') => self.escape(rest, first),
            Style::Single if here.starts_with("''") => Step { decoded: first, next: self.at + 2 },
            _ => Step { decoded: first, next: self.at + here.chars().next().map_or(0, char::len_utf8) },
        }
    }

    /// Line breaks, and what they decode to: a space, or one break fewer than there are, or (literal) just as many.
    fn fold(&self, rest: &str, blanks: usize) -> Step {
        let mut walk = Walk { at: self.at + blanks, ..*self };
        let mut decoded = usize::from(rest.starts_with(' '));
        if self.style == Style::Literal {
            decoded = usize::from(rest.starts_with('\n'));
            return Step { decoded, next: walk.after_break() };
        }
        if decoded == 0 {
            decoded = rest.len() - rest.trim_start_matches('\n').len();
        }
        loop {
            walk.at = walk.after_break();
            let blank = walk.source[walk.at..].len() - walk.source[walk.at..].trim_start_matches('\r').len();
            if !walk.source[walk.at + blank..].starts_with('\n') {
                // Nothing decoded and nothing left would not move on.
                let decoded = if walk.at >= walk.source.len() { rest.len() } else { decoded };
                return Step { decoded, next: walk.at };
            }
            walk.at += blank;
        }
    }

    fn escape(&self, rest: &str, first: usize) -> Step {
        let code = self.source[self.at + 1..].chars().next().unwrap_or('\\');
        let length = match code {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            '\n' | '\r' => {
                let walk = Walk { at: self.source[self.at..].find('\n').map_or(self.at, |newline| self.at + newline), ..*self };
                return Step { decoded: 0, next: walk.after_break() };
            }
            code => 1 + code.len_utf8(),
        };
        let mut next = self.at + length;
        // Two escapes may make one character (a surrogate pair).
        if code == 'u'
            && rest.chars().next().is_some_and(|c| c.len_utf16() == 2)
            && self.source[next.min(self.source.len())..].starts_with("\\u")
        {
            next += 6;
        }
        Step { decoded: first, next: next.min(self.source.len()) }
    }
}
