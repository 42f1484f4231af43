//! What a scalar means, by the core schema of YAML 1.2 (section 10.3.2). Knows nothing of how one is written.

use serde_json::{Number, Value};

/// What a plain scalar means. `Err` is a number that JSON cannot hold.
pub(super) fn plain(text: &str) -> Result<Value, NotJson> {
    if let Some(value) = null(text).or_else(|| boolean(text)).or_else(|| integer(text)) {
        return Ok(value);
    }
    match float(text) {
        Some(number) => Number::from_f64(number).map(Value::Number).ok_or(NotJson),
        None => Ok(Value::from(text)),
    }
}

/// An infinity, or what is not a number.
pub(super) struct NotJson;

/// What a scalar with a tag of the core schema means; none where the text does not fit the tag.
pub(super) fn tagged(text: &str, kind: &str) -> Option<Value> {
    match kind {
        "str" => Some(Value::from(text)),
        "null" => null(text),
        "bool" => boolean(text),
        "int" => integer(text),
        "float" => {
            let number = float(text).or_else(|| integer(text).and_then(|number| number.as_f64()))?;
            Number::from_f64(number).map(Value::Number)
        }
        _ => None,
    }
}

fn null(text: &str) -> Option<Value> {
    matches!(text, "" | "~" | "null" | "Null" | "NULL").then_some(Value::Null)
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "true" | "True" | "TRUE" => Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// `[-+]?[0-9]+`, `0o[0-7]+`, `0x[0-9a-fA-F]+`. What is past 64 bits becomes a float, as JSON readers have it.
fn integer(text: &str) -> Option<Value> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'o', ..] => (&text[2..], 8),
        [b'0', b'x', ..] => (&text[2..], 16),
        _ => (text.strip_prefix(['-', '+']).unwrap_or(text), 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let is_negative = text.starts_with('-');
    let small = u64::from_str_radix(digits, radix)
        .ok()
        .and_then(|size| if is_negative { 0i64.checked_sub_unsigned(size).map(Value::from) } else { Some(Value::from(size)) });
    small.or_else(|| {
        let size = digits.chars().fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit.to_digit(radix).unwrap_or(0)));
        let size = if radix == 10 { digits.parse().unwrap_or(size) } else { size };
        Number::from_f64(if is_negative { -size } else { size }).map(Value::Number)
    })
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, `[-+]?\.inf`, `\.nan`.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(e) => (&unsigned[..e], Some(&unsigned[e + 1..])),
        None => (unsigned, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if exponent.is_some_and(|exponent| !is_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))) {
        return None;
    }
    let is_mantissa = match mantissa.split_once('.') {
        None => is_digits(mantissa),
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
    };
    if is_mantissa { text.parse().ok() } else { None }
}

/// Whether a reader of YAML 1.1 would take the plain text for something other than a text.
pub(super) fn is_ambiguous(text: &str) -> bool {
    const WORDS: [&str; 12] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "="];
    if text.is_empty() || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    // Numbers of any base, with `_` and `:` between digits, dates and times: all begin with a digit, a sign or a dot.
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let Some(first) = unsigned.bytes().next() else { return false };
    if first == b'.' {
        let word = unsigned[1..].to_ascii_lowercase();
        return word == "inf" || word == "nan" || word.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    }
    if !first.is_ascii_digit() {
        return false;
    }
    let is_number = |c: char| c.is_ascii_hexdigit() || matches!(c, '_' | '.' | ':' | '-' | '+' | 'x' | 'o' | 'T' | 't' | 'Z' | 'z' | ' ');
    unsigned.chars().all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_mean_what_the_core_schema_says() {
        let table = [
            ("", json!(null)),
            ("~", json!(null)),
            ("Null", json!(null)),
            ("nULL", json!("nULL")),
            ("yes", json!("yes")),
            ("on", json!("on")),
            ("No", json!("No")),
            ("TRUE", json!(true)),
            ("tRUE", json!("tRUE")),
            ("1_000", json!("1_000")),
            ("0o17", json!(15)),
            ("0x1F", json!(31)),
            ("0b11", json!("0b11")),
            ("017", json!(17)),
            ("+12", json!(12)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
            ("1.", json!(1.0)),
            (".5", json!(0.5)),
            ("1e3", json!(1000.0)),
            ("1e", json!("1e")),
            ("-", json!("-")),
            (".", json!(".")),
            ("12:30:45", json!("12:30:45")),
            ("2001-12-14", json!("2001-12-14")),
        ];
        for (text, value) in table {
            assert_eq!(plain(text).ok(), Some(value), "`{text}` by YAML 1.2");
        }
        for text in [".inf", "-.INF", ".nan", "1e999"] {
            assert!(plain(text).is_err(), "`{text}` is no JSON value");
        }
    }

    #[test]
    fn what_old_readers_misread_is_known() {
        for text in
            ["yes", "On", "y", "1_000", "0o7", "0b1", "2001-12-14", "1:30", "2001-12-14t21:59:43.10-05:00", ".5", "=", "1e3", "-.inf"]
        {
            assert!(is_ambiguous(text), "`{text}` needs quotes");
        }
        for text in ["yesterday", "a1", "-x", "$.input", "list.content", "node_1", "2 rooms", "noon"] {
            assert!(!is_ambiguous(text), "`{text}` is a text to everyone");
        }
    }
}
