//! Standard output and standard error: colours only where a person sees them, and a reader that goes away is no fault.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::error::Error;

/// What is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What may be wrong.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What stands out.
pub(crate) const STRONG: Style = Style::new().bold();
/// What stands back.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Rules and margins around an excerpt.
pub(crate) const MARGIN: Style = AnsiColor::Blue.on_default().bold();

/// Prints text that may hold colours, as it is.
pub(crate) fn text(text: impl Display) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    finish(write!(out, "{text}").and_then(|()| out.flush()))
}

/// Prints bytes as they are.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    finish(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Prints one JSON value, indented.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|source| Error::Output(source.into()))?;
    text.push(b'\n');
    bytes(&text)
}

/// Says something on standard error. Nobody can be told where that fails.
pub(crate) fn say(text: impl Display) {
    let mut out = anstream::stderr().lock();
    drop(writeln!(out, "{text}"));
}

/// Says what went wrong, in one line.
pub(crate) fn say_error(text: &str) {
    say(format_args!("{BAD}error{BAD:#}: {}", one_line(text)));
}

/// Says what may go wrong, in one line.
pub(crate) fn say_warning(text: &str) {
    say(format_args!("{DOUBTFUL}warning{DOUBTFUL:#}: {}", one_line(text)));
}

/// A reader that has seen enough has closed the pipe.
fn finish(result: io::Result<()>) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::Output(error)),
        _ => Ok(()),
    }
}

/// Text of a server or a file as one line that cannot steer the terminal.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let text = text.trim_end();
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let lines = text.lines().map(|line| {
        let safe = |c: char| {
            if c == '\t' {
                ' '
            } else if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        };
        line.trim_end().chars().map(safe).collect::<String>()
    });
    Cow::Owned(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" | "))
}

/// Text of a file as it stands, but for what would steer the terminal.
pub(crate) fn harmless(text: &str) -> String {
    let safe = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c };
    text.replace("\r\n", "\n").chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_one_line_and_cannot_steer_the_terminal() {
        for (given, expected) in [
            ("plain", "plain"),
            ("ends\n", "ends"),
            ("two\r\n\n  lines", "two |   lines"),
            ("a\tb", "a b"),
            ("\u{1b}[2Jgone", "\u{fffd}[2Jgone"),
            ("c1 \u{9b}31m", "c1 \u{fffd}31m"),
        ] {
            assert_eq!(one_line(given), expected, "`{}`", given.escape_debug());
        }
    }

    #[test]
    fn text_of_a_file_keeps_its_lines_and_loses_only_what_steers() {
        assert_eq!(harmless("a:\t1\r\n\u{1b}[2Jb\rc\n"), "a:\t1\n\u{fffd}[2Jb\u{fffd}c\n", "lines and tabs stay");
    }
}
