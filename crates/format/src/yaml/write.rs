//! Values as YAML text. Quotes what any reader, of YAML 1.1 or 1.2, would otherwise take for something else.

use serde_json::{Map, Value};

use super::{Style, scalar};

/// Which quotes a file uses for texts that need none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    None,
    Single,
    Double,
}

/// How a file is written, for what is added to it.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    /// Columns by which a level is indented.
    pub(crate) step: usize,
    /// Whether the dashes of a list stand deeper than the key above them.
    pub(crate) indents_lists: bool,
    pub(crate) quotes: Quotes,
    /// The quotes of keys.
    pub(crate) keys: Quotes,
    /// Whether short lists of scalars are written `[a, b]`.
    pub(crate) flow_lists: bool,
    /// Whether short mappings of scalars are written `{a: b}`.
    pub(crate) flow_maps: bool,
    /// Whether texts of several lines are written as blocks.
    pub(crate) blocks: bool,
    /// The line break.
    pub(crate) eol: &'static str,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            step: 2,
            indents_lists: true,
            quotes: Quotes::None,
            keys: Quotes::None,
            flow_lists: true,
            flow_maps: true,
            blocks: true,
            eol: "\n",
        }
    }
}

/// The longest list or mapping that is put on one line, in bytes.
const SHORT: usize = 72;

impl Manner {
    /// What follows `key:`, its space or line break included and the last line break left out. `indent` is the key's.
    pub(crate) fn after_colon(&self, value: &Value, indent: usize) -> String {
        match value {
            _ if self.fits_a_line(value) => format!(" {}", self.flow(value)),
            Value::Object(fields) => format!("{}{}", self.eol, self.mapping(fields, indent + self.step)),
            Value::Array(items) => {
                let indent = if self.indents_lists { indent + self.step } else { indent };
                format!("{}{}", self.eol, self.sequence(items, indent))
            }
            Value::String(text) => format!(" {}", self.text(text, indent + self.step)),
            _ => format!(" {}", self.flow(value)),
        }
    }

    /// What follows the `- ` of an item whose content stands at column `indent`.
    pub(crate) fn after_dash(&self, value: &Value, indent: usize) -> String {
        match value {
            _ if self.fits_a_line(value) => self.flow(value),
            Value::Object(fields) => self.mapping(fields, indent).trim_start_matches(' ').to_owned(),
            Value::Array(items) => self.sequence(items, indent).trim_start_matches(' ').to_owned(),
            Value::String(text) => self.text(text, indent),
            _ => self.flow(value),
        }
    }

    /// `key: value` lines at column `indent`.
    pub(crate) fn mapping(&self, fields: &Map<String, Value>, indent: usize) -> String {
        let lines = fields.iter().map(|(key, value)| self.entry(key, value, indent));
        lines.collect::<Vec<_>>().join(self.eol)
    }

    /// One `key: value` at column `indent`.
    pub(crate) fn entry(&self, key: &str, value: &Value, indent: usize) -> String {
        format!("{:indent$}{}:{}", "", key_text(key, self.keys), self.after_colon(value, indent))
    }

    /// `- item` lines at column `indent`.
    pub(crate) fn sequence(&self, items: &[Value], indent: usize) -> String {
        let lines = items.iter().map(|item| format!("{:indent$}- {}", "", self.after_dash(item, indent + 2)));
        lines.collect::<Vec<_>>().join(self.eol)
    }

    /// A value on one line, as inside of brackets.
    pub(crate) fn flow(&self, value: &Value) -> String {
        match value {
            Value::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| format!("{}: {}", key_text(key, self.keys), self.flow(value)));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
            Value::Array(items) => format!("[{}]", items.iter().map(|item| self.flow(item)).collect::<Vec<_>>().join(", ")),
            Value::String(text) => scalar_text(text, self.style(), true),
            _ => value.to_string(),
        }
    }

    /// How a text is written that needs nothing special.
    pub(crate) fn style(&self) -> Style {
        match self.quotes {
            Quotes::None => Style::Plain,
            Quotes::Single => Style::Single,
            Quotes::Double => Style::Double,
        }
    }

    fn text(&self, text: &str, indent: usize) -> String {
        let block = (self.blocks && text.contains('\n')).then(|| literal(text, indent, self.eol)).flatten();
        block.unwrap_or_else(|| scalar_text(text, self.style(), false))
    }

    fn fits_a_line(&self, value: &Value) -> bool {
        let is_flat = |value: &Value| match value {
            Value::String(text) => !text.contains('\n'),
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => true,
        };
        match value {
            Value::Object(fields) => {
                fields.is_empty() || self.flow_maps && fields.len() <= 2 && fields.values().all(is_flat) && self.flow(value).len() <= SHORT
            }
            Value::Array(items) => items.is_empty() || self.flow_lists && items.iter().all(is_flat) && self.flow(value).len() <= SHORT,
            _ => false,
        }
    }
}

/// A key: plain where it may be, else in quotes.
pub(crate) fn key_text(key: &str, quotes: Quotes) -> String {
    let style = match quotes {
        // A key of signs alone, such as `<`, is hard to tell from YAML's own.
        Quotes::None if key.chars().any(char::is_alphanumeric) => Style::Plain,
        Quotes::Single => Style::Single,
        Quotes::None | Quotes::Double => Style::Double,
    };
    scalar_text(key, style, true)
}

/// A text on one line, in the style asked for where that can hold it, else in double quotes.
pub(crate) fn scalar_text(text: &str, style: Style, in_flow: bool) -> String {
    match style {
        Style::Single if is_printable(text) => format!("'{}'", text.replace('\'', "''")),
        Style::Plain if is_plain(text, in_flow) => text.to_owned(),
        // An expression with double quotes in it reads better between single ones.
        Style::Plain if text.contains('"') && !text.contains('\'') && is_printable(text) => format!("'{text}'"),
        _ => double(text),
    }
}

fn is_printable(text: &str) -> bool {
    text.chars().all(is_inline)
}

/// Characters that any quoted or plain text may hold as they are. A tab is not among them: it hides in plain text.
fn is_inline(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Whether a text stands for itself without quotes, to every reader.
pub(crate) fn is_plain(text: &str, in_flow: bool) -> bool {
    let mut chars = text.chars();
    let (Some(first), second) = (chars.next(), chars.next()) else { return false };
    let opens = match first {
        '-' | '?' | ':' => second.is_some_and(|second| second != ' ' && !(in_flow && is_flow_indicator(second))),
        ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => false,
        _ => true,
    };
    opens
        && is_printable(text)
        && !text.starts_with([' ', '\u{a0}'])
        && !text.ends_with([' ', ':'])
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.contains(": ")
        && !text.contains(" #")
        && !(in_flow && (text.contains(is_flow_indicator) || text.contains(':')))
        && !scalar::is_ambiguous(text)
}

fn is_flow_indicator(c: char) -> bool {
    matches!(c, ',' | '[' | ']' | '{' | '}')
}

fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            c if is_inline(c) => out.push(c),
            c if u32::from(c) <= 0xff => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if u32::from(c) <= 0xffff => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// A text as a literal block, from its `|` to its last line without the break; none where a block cannot hold it.
pub(crate) fn literal(text: &str, indent: usize, eol: &str) -> Option<String> {
    // A first line that begins with a space needs a digit in the header, which counts from an indentation not known here.
    if text.lines().find(|line| !line.is_empty())?.starts_with(' ') {
        return None;
    }
    let body = block_lines(text, indent, eol, false)?;
    Some(format!("|{}{eol}{body}", chomp(text)))
}

/// `-` for a text without a last line break, nothing for one with one. More than one at the end is for no block: a
/// trailing blank line is too easily lost by whoever edits the file.
fn chomp(text: &str) -> &'static str {
    if text.ends_with('\n') { "" } else { "-" }
}

/// The lines of a block at column `indent`, without the last break; none where a block cannot hold the text. Only a block
/// that keeps its last breaks (`+`) holds more than one of them.
pub(crate) fn block_lines(text: &str, indent: usize, eol: &str, keeps: bool) -> Option<String> {
    let is_fit = |c: char| c == '\n' || c == '\t' || is_inline(c);
    let is_blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let ends_well = keeps || !text.ends_with("\n\n");
    if !ends_well || is_blank(&text.replace('\n', "")) || !text.chars().all(is_fit) {
        return None;
    }
    // A tab at the head of a line reads as indentation, and so do spaces on a line before the first or after the last.
    let is_hidden = |line: Option<&str>| line.is_some_and(|line| !line.is_empty() && is_blank(line));
    if text.lines().any(|line| line.starts_with('\t')) || is_hidden(text.lines().next()) || is_hidden(text.lines().last()) {
        return None;
    }
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let lines = lines.map(|line| if line.is_empty() { String::new() } else { format!("{:indent$}{line}", "") });
    Some(lines.collect::<Vec<_>>().join(eol))
}
