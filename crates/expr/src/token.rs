//! Cuts JSONata source into tokens that know their place, since the engine's own tokens do not. Refuses to know what
//! the tokens mean together.

use std::ops::Range;

/// What a token is, as far as finding references needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, bare or in back-ticks.
    Name { quoted: bool },
    /// `$name`, `$` or `$$`.
    Variable,
    /// A string in either kind of quotes.
    String,
    /// A number, a regular expression, `true`, `false`, `null` or `undefined`.
    Literal,
    /// `function` or `λ`.
    Function,
    /// An operator or a bracket; its text tells which.
    Symbol,
}

/// A token and its bytes in the source.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

/// Why the source could not be cut: the offset where the unfinished or foreign token begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Broken {
    #[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "for the engine"))]
    pub(crate) offset: usize,
}

const PAIRS: [&str; 9] = ["..", ":=", "!=", ">=", "<=", "~>", "??", "?:", "**"];
const SYMBOLS: &str = "()[]{},;:?.+-*/%^#@=<>&|";

/// Cuts `source` whole, comments and blanks left out. The tokens found before a fault are returned with it.
pub(crate) fn cut(source: &str) -> (Vec<Token>, Option<Broken>) {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        let (kind, length) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if rest.starts_with("/*") {
            match rest.find("*/") {
                Some(end) => at += end + 2,
                None => return (tokens, Some(Broken { offset: at })),
            }
            continue;
        } else if first == '"' || first == '\'' {
            (Kind::String, quoted_length(rest, first, true))
        } else if first == '`' {
            (Kind::Name { quoted: true }, quoted_length(rest, first, false))
        } else if first.is_ascii_digit() {
            (Kind::Literal, Some(number_length(rest)))
        } else if first == '$' {
            (Kind::Variable, Some(1 + word_length(&rest[1..])))
        } else if first == 'λ' {
            (Kind::Function, Some(first.len_utf8()))
        } else if first.is_alphabetic() || first == '_' {
            let length = word_length(rest);
            let kind = match &rest[..length] {
                "true" | "false" | "null" | "undefined" => Kind::Literal,
                "function" => Kind::Function,
                _ => Kind::Name { quoted: false },
            };
            (kind, Some(length))
        } else if first == '/' && regex_may_begin(source, tokens.last()) {
            (Kind::Literal, regex_length(rest))
        } else if PAIRS.iter().any(|pair| rest.starts_with(pair)) {
            (Kind::Symbol, Some(2))
        } else if SYMBOLS.contains(first) {
            (Kind::Symbol, Some(1))
        } else {
            (Kind::Symbol, None)
        };
        match length {
            Some(length) => {
                tokens.push(Token { kind, span: at..at + length });
                at += length;
            }
            None => return (tokens, Some(Broken { offset: at })),
        }
    }
    (tokens, None)
}

/// The decoded name of a name token.
pub(crate) fn name_of(text: &str) -> &str {
    text.strip_prefix('`').and_then(|text| text.strip_suffix('`')).unwrap_or(text)
}

/// The decoded text of a string token, or `None` for one that the engine refuses.
pub(crate) fn string_of(text: &str) -> Option<String> {
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    let mut json = String::with_capacity(text.len());
    json.push('"');
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                json.push('\\');
                json.extend(chars.next());
            }
            '"' => json.push_str("\\\""),
            c if c < ' ' => json.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json.push('"');
    serde_json::from_str(&json).ok()
}

/// Whether `name` can stand in an expression without back-ticks.
pub(crate) fn is_bare_name(name: &str) -> bool {
    let word = name.chars().next().is_some_and(|c| c.is_alphabetic() && c != 'λ' || c == '_') && word_length(name) == name.len();
    word && !matches!(name, "and" | "or" | "in" | "true" | "false" | "null" | "undefined" | "function")
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(text.len())
}

fn quoted_length(text: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some(at + 1);
        }
        if escapes && c == '\\' {
            chars.next();
        }
    }
    None
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}

fn number_length(text: &str) -> usize {
    let mut length = if text.starts_with('0') { 1 } else { digits(text) };
    if text[length..].starts_with('.') && digits(&text[length + 1..]) > 0 {
        length += 1 + digits(&text[length + 1..]);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        match digits(&text[length + 1 + sign..]) {
            0 => {}
            exponent => length += 1 + sign + exponent,
        }
    }
    length
}

fn regex_length(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => _ = chars.next(),
            '/' => {
                let flags = &text[at + 1..];
                return Some(at + 1 + flags.find(|c: char| !c.is_alphabetic()).unwrap_or(flags.len()));
            }
            _ => {}
        }
    }
    None
}

/// A `/` begins a regular expression where a value may begin, and divides after a value.
fn regex_may_begin(source: &str, last: Option<&Token>) -> bool {
    let Some(last) = last else { return true };
    let text = &source[last.span.clone()];
    match last.kind {
        Kind::Symbol => !matches!(text, ")" | "]" | "}" | "*" | "**" | "%" | "." | ".." | "^" | "#" | "@" | "|" | "/"),
        Kind::Name { quoted: false } => matches!(text, "and" | "or" | "in"),
        _ => false,
    }
}
