//! Reads the beginning of a JSON text as if it ended where it was cut: what is open is closed. Knows nothing of messages.

use serde_json::Value;

/// Stands at the end of the text that was cut; no text has it of itself.
pub(super) const CUT: char = '\u{f8ff}';

/// What was read.
pub(super) struct Read {
    pub(super) value: Value,
    /// Whether the text went on.
    pub(super) is_cut: bool,
}

/// What a place in the text is within.
enum Open {
    List,
    /// An object, and whether a key would come next or is just being written.
    Object {
        key: bool,
    },
}

/// The value of a text, or of what there is of it; none where it is no JSON.
pub(super) fn read(text: &[u8], is_cut: bool) -> Option<Read> {
    if !is_cut {
        return serde_json::from_slice(text).ok().map(|value| Read { value, is_cut });
    }
    let mended = mend(text)?;
    serde_json::from_slice(&mended).ok().map(|value| Read { value, is_cut })
}

/// Closes what is open at the end. A key or a number that was cut goes; a string that was cut ends in [`CUT`].
fn mend(text: &[u8]) -> Option<Vec<u8>> {
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    // Up to where everything is whole, and may be followed by closing brackets.
    let mut whole = 0;
    let mut depth_when_whole = Vec::new();
    while at < text.len() {
        match text[at] {
            b'"' => {
                let is_key = matches!(open.last(), Some(Open::Object { key: true }));
                match end_of_string(&text[at + 1..]) {
                    Some(length) => at += length + 1,
                    None if is_key => break,
                    None => {
                        let mut mended = text[..whole_of_string(text, at + 1)].to_vec();
                        let mut letters = [0; 4];
                        mended.extend_from_slice(CUT.encode_utf8(&mut letters).as_bytes());
                        mended.push(b'"');
                        close(&mut mended, &open);
                        return Some(mended);
                    }
                }
                if !is_key {
                    (whole, depth_when_whole) = (at + 1, closing(&open));
                }
            }
            b'{' => {
                open.push(Open::Object { key: true });
                (whole, depth_when_whole) = (at + 1, closing(&open));
            }
            b'[' => {
                open.push(Open::List);
                (whole, depth_when_whole) = (at + 1, closing(&open));
            }
            b'}' | b']' => {
                open.pop()?;
                (whole, depth_when_whole) = (at + 1, closing(&open));
            }
            b':' => {
                if let Some(Open::Object { key }) = open.last_mut() {
                    *key = false;
                }
            }
            b',' => {
                (whole, depth_when_whole) = (at, closing(&open));
                if let Some(Open::Object { key }) = open.last_mut() {
                    *key = true;
                }
            }
            _ => {}
        }
        at += 1;
    }
    let mut mended = text[..whole].to_vec();
    mended.extend(depth_when_whole);
    Some(mended)
}

fn closing(open: &[Open]) -> Vec<u8> {
    let mut brackets = Vec::new();
    close(&mut brackets, open);
    brackets
}

fn close(text: &mut Vec<u8>, open: &[Open]) {
    text.extend(open.iter().rev().map(|open| match open {
        Open::List => b']',
        Open::Object { .. } => b'}',
    }));
}

/// How many bytes a string has before its closing quote.
fn end_of_string(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// Up to where a string that begins at `from` has whole characters and whole escapes.
fn whole_of_string(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        let length = match text[at] {
            b'\\' if text.get(at + 1) == Some(&b'u') => 6,
            b'\\' => 2,
            byte if byte < 0x80 => 1,
            byte if byte >= 0xf0 => 4,
            byte if byte >= 0xe0 => 3,
            _ => 2,
        };
        if at + length > text.len() {
            break;
        }
        // The second half of a pair stays with the first.
        let is_high = length == 6 && matches!(&text[at + 2..at + 4], [b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B']);
        if is_high && at + 12 > text.len() {
            break;
        }
        at += length;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wherever_a_text_is_cut_what_is_left_of_it_is_read() {
        let text = r#"{"a": [1, -2.5e3, "x\"\u00fc\ud83d\ude00é", {"b": null, "c": {}}], "de": true, "f": "end"}"#;
        for at in 1..text.len() {
            let read = read(&text.as_bytes()[..at], true);
            assert!(read.is_some_and(|read| read.value.is_object()), "cut after {at} bytes: {:?}", &text.as_bytes()[..at]);
        }
        let check = |at: usize, expected: &str| {
            let value = read(&text.as_bytes()[..at], true).map(|read| read.value.to_string()).unwrap_or_default();
            assert_eq!(value.replace(CUT, "…"), expected, "cut after {at} bytes");
        };
        check(3, "{}");
        check(10, r#"{"a":[1]}"#);
        check(21, r#"{"a":[1,-2500.0,"x…"]}"#);
        check(text.len() - 3, r#"{"a":[1,-2500.0,"x\"ü😀é",{"b":null,"c":{}}],"de":true,"f":"en…"}"#);
        assert!(read(b"nonsense", false).is_none(), "what is no JSON is not shown");
    }
}
