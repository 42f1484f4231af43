//! The signs between the values (dashes, headers of blocks, line breaks) that the parser does not place. Knows nothing of trees.

use std::ops::Range;

/// The first dash of a list that is a mapping's value. The parser gives that of the first item's content where the
/// dashes stand below the key.
pub(super) fn first_dash(text: &str, cursor: usize, given: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = skip_blank(text, cursor);
    while let Some(b':' | b'&' | b'!') = bytes.get(at) {
        let word = bytes[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        at = skip_blank(text, at + if bytes[at] == b':' { 1 } else { word });
    }
    if bytes.get(at) == Some(&b'-') { at } else { given }
}

/// From the header of a block scalar to the end of its last line. The parser gives the first line with content, and
/// counts blank lines and the indentation of what follows; those are no part of it unless the header keeps them.
pub(super) fn block_range(text: &str, cursor: usize, indent: Option<usize>, end: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let mut start = cursor;
    while start < bytes.len() && !matches!(bytes[start], b'|' | b'>') {
        start = match bytes[start] {
            b'#' => line_end(text, start),
            b'&' | b'!' => start + bytes[start..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count(),
            _ => start + 1,
        };
    }
    let header_end = line_end(text, start);
    let mut end = end.clamp(header_end, bytes.len());
    let last = |end: usize| text[header_end..end].rfind('\n').map_or(header_end, |newline| header_end + newline + 1);
    if text[last(end)..end].trim().is_empty() {
        end = last(end);
    }
    let keeps = text[start..header_end].split('#').next().unwrap_or_default().contains('+');
    let indent = indent.unwrap_or(usize::MAX);
    loop {
        let cut = without_break(text, end).max(header_end);
        let line = text[last(cut)..cut].trim_end_matches('\r');
        if cut == header_end || keeps || line.len() > indent || !line.trim().is_empty() {
            return start..without_break(text, end).max(start + text[start..header_end].trim_end_matches('\r').len());
        }
        end = last(cut);
    }
}

/// The end of the line that holds this byte, its break excluded.
pub(crate) fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |newline| from + newline)
}

/// The place before the line break that ends here; the same place where none does.
pub(crate) fn without_break(text: &str, end: usize) -> usize {
    let line = text[..end].strip_suffix('\n').unwrap_or(&text[..end]);
    line.strip_suffix('\r').unwrap_or(line).len()
}

/// The next byte that is neither blank nor part of a comment.
pub(crate) fn skip_blank(text: &str, mut from: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(from) {
        from = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => from + 1,
            b'#' => line_end(text, from),
            _ => break,
        };
    }
    from
}
