//! Words and places for syntax errors, which the engine's parser reports without a place. Refuses to judge the syntax
//! itself.

use std::ops::Range;

use jsonata_core::parser::{self, ParserError};

use crate::SyntaxError;
use crate::token::{Broken, Kind, Token};

/// Finds the place of `error`: the token with which the source becomes impossible to complete.
pub(crate) fn locate(source: &str, tokens: &[Token], broken: Option<Broken>, error: &ParserError) -> SyntaxError {
    let (code, text) = split(error);
    let impossible = |count: &usize| {
        let end = tokens[*count - 1].span.end;
        !may_go_on(source[..end].trim_end(), end == source.len())
    };
    let counts: Vec<usize> = (1..=tokens.len()).collect();
    let first = counts.partition_point(|count| !impossible(count));
    let span = match (tokens.get(first), broken) {
        (Some(token), _) => token.span.clone(),
        (None, Some(broken)) => broken.offset..source.len(),
        (None, None) => source.len()..source.len(),
    };
    let comment = broken.is_some_and(|broken| source[broken.offset..].starts_with("/*"));
    let code = if comment { Some("S0106".to_owned()) } else { code };
    let message = message(source, &span, broken.is_some() && first == tokens.len(), code.as_deref(), &text);
    SyntaxError { message, offset: span.start, length: span.len(), code }
}

/// The first regular expression that cannot be compiled: the engine would say so only when it runs.
pub(crate) fn bad_regex(source: &str, tokens: &[Token]) -> Option<SyntaxError> {
    tokens.iter().filter(|token| token.kind == Kind::Literal).find_map(|token| {
        let text = source[token.span.clone()].strip_prefix('/')?;
        let (pattern, flags) = text.rsplit_once('/')?;
        let error = jsonata_core::functions::string::build_regex(pattern, flags).err()?;
        let text = error.to_string();
        let cause = text.lines().rev().find_map(|line| line.strip_prefix("error: ")).unwrap_or("it cannot be compiled");
        let message = format!("this regular expression is not supported: {cause}");
        Some(SyntaxError { message, offset: token.span.start, length: token.span.len(), code: None })
    })
}

/// Whether some text after `prefix` could make it an expression.
fn may_go_on(prefix: &str, whole: bool) -> bool {
    match parser::parse(prefix) {
        Ok(_) => true,
        // What only the end of the source, or a variable still to come, is missing for.
        Err(error) => match split(&error).0.as_deref() {
            Some("S0203" | "S0207") => true,
            Some("S0214") => !whole && prefix.ends_with(['@', '#']),
            _ => false,
        },
    }
}

/// JSONata's code of an error, where it has one, and the words after it.
fn split(error: &ParserError) -> (Option<String>, String) {
    let text = match error {
        ParserError::InvalidSyntax(text) | ParserError::InvalidNumber(text) => text.clone(),
        other => other.to_string(),
    };
    match jsonata_core::evaluator::error_code_prefix(&text) {
        Some(code) => (Some(code.to_owned()), text[code.len() + 1..].trim().to_owned()),
        None => (None, text),
    }
}

fn message(source: &str, span: &Range<usize>, broken: bool, code: Option<&str>, text: &str) -> String {
    let found = &source[span.clone()];
    let shown: String = found.chars().take(40).collect();
    if broken {
        return match found.chars().next() {
            Some('"' | '\'') => "this string is not closed, or has an escape that JSON does not have".to_owned(),
            Some('`') => "this quoted name is not closed with a back-tick".to_owned(),
            Some('/') if found.starts_with("/*") => "this comment is not closed with `*/`".to_owned(),
            Some('/') => "this regular expression is not closed with a `/`".to_owned(),
            _ => format!("`{}` is not part of JSONata", found.chars().take(1).collect::<String>()),
        };
    }
    match code {
        _ if source.trim().is_empty() => "the expression is empty".to_owned(),
        Some("S0203" | "S0207") => "the expression ends before it is complete".to_owned(),
        Some("S0201" | "S0202" | "S0204" | "S0211") | None => format!("`{shown}` does not belong here"),
        Some(_) => {
            let mut letters = text.chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}
