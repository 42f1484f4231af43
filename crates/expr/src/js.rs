//! JavaScript's conversions and comparisons of values, as far as JSON Logic rests on them. Refuses to know operators.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

/// A value as JavaScript has it: JSON, and the two things that JSON lacks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Js<'a> {
    Undefined,
    /// Any number, `NaN` and infinities included.
    Number(f64),
    /// Anything but a number.
    Json(&'a Value),
}

impl<'a> From<&'a Value> for Js<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            value => Self::Json(value),
        }
    }
}

/// A value without its identity: what `ToPrimitive` gives.
enum Primitive<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
}

impl<'a> Js<'a> {
    fn primitive(self) -> Primitive<'a> {
        match self {
            Self::Undefined => Primitive::Undefined,
            Self::Number(number) => Primitive::Number(number),
            Self::Json(Value::Null) => Primitive::Null,
            Self::Json(Value::Bool(truth)) => Primitive::Bool(*truth),
            Self::Json(Value::Number(number)) => Primitive::Number(number.as_f64().unwrap_or(f64::NAN)),
            Self::Json(Value::String(text)) => Primitive::Text(Cow::Borrowed(text)),
            Self::Json(Value::Array(_) | Value::Object(_)) => Primitive::Text(self.to_text()),
        }
    }

    /// `String(value)`.
    pub(crate) fn to_text(self) -> Cow<'a, str> {
        match self {
            Self::Undefined => "undefined".into(),
            Self::Number(number) => number_to_text(number).into(),
            Self::Json(Value::Null) => "null".into(),
            Self::Json(Value::String(text)) => Cow::Borrowed(text),
            Self::Json(Value::Array(items)) => join(items.iter().map(Js::from), ",").into(),
            Self::Json(Value::Object(_)) => "[object Object]".into(),
            Self::Json(value) => value.to_string().into(),
        }
    }

    /// `Number(value)`.
    pub(crate) fn to_number(self) -> f64 {
        match self.primitive() {
            Primitive::Undefined => f64::NAN,
            Primitive::Null => 0.0,
            Primitive::Bool(truth) => f64::from(u8::from(truth)),
            Primitive::Number(number) => number,
            Primitive::Text(text) => text_to_number(&text),
        }
    }

    /// `parseFloat(value)`: the number at the start of the value's text.
    pub(crate) fn parse_float(self) -> f64 {
        match self {
            Self::Number(number) => number,
            other => leading_number(other.to_text().trim_start_matches(is_blank)).0,
        }
    }

    /// Whether JSON Logic takes it for true: as JavaScript does, but that an empty array is false.
    pub(crate) fn is_truthy(self) -> bool {
        match self {
            Self::Undefined | Self::Json(Value::Null) => false,
            Self::Number(number) => number != 0.0 && !number.is_nan(),
            Self::Json(Value::Bool(truth)) => *truth,
            Self::Json(Value::String(text)) => !text.is_empty(),
            Self::Json(Value::Array(items)) => !items.is_empty(),
            Self::Json(_) => true,
        }
    }

    /// `===`. Arrays and objects are equal only to themselves.
    pub(crate) fn strictly_equals(self, other: Js) -> bool {
        match (self, other) {
            (Self::Undefined, Js::Undefined) => true,
            (Self::Number(left), Js::Number(right)) => left == right,
            (Self::Json(left), Js::Json(right)) => match (left, right) {
                (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) => std::ptr::eq(left, right),
                (left, right) => left == right,
            },
            _ => false,
        }
    }

    /// `==`.
    pub(crate) fn loosely_equals(self, other: Js) -> bool {
        let is_container = |value: Js| matches!(value, Js::Json(Value::Array(_) | Value::Object(_)));
        if is_container(self) && is_container(other) {
            return self.strictly_equals(other);
        }
        match (self.primitive(), other.primitive()) {
            (Primitive::Undefined | Primitive::Null, Primitive::Undefined | Primitive::Null) => true,
            (Primitive::Undefined | Primitive::Null, _) | (_, Primitive::Undefined | Primitive::Null) => false,
            (Primitive::Text(left), Primitive::Text(right)) => left == right,
            _ => self.to_number() == other.to_number(),
        }
    }

    /// `<`, `=` or `>`; `None` where every comparison is false.
    pub(crate) fn order(self, other: Js) -> Option<Ordering> {
        match (self.primitive(), other.primitive()) {
            (Primitive::Text(left), Primitive::Text(right)) => Some(left.encode_utf16().cmp(right.encode_utf16())),
            _ => self.to_number().partial_cmp(&other.to_number()),
        }
    }
}

/// `values.join(separator)`: null and undefined leave nothing.
pub(crate) fn join<'a>(values: impl Iterator<Item = Js<'a>>, separator: &str) -> String {
    let mut joined = String::new();
    for (i, value) in values.enumerate() {
        if i > 0 {
            joined.push_str(separator);
        }
        if !matches!(value, Js::Undefined | Js::Json(Value::Null)) {
            joined.push_str(&value.to_text());
        }
    }
    joined
}

/// A number as JavaScript prints it: digits up to 10^21, an exponent beyond and below 10^-6.
fn number_to_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = number.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&size) {
        return format!("{number}");
    }
    let mut text = format!("{number:e}");
    if let Some(at) = text.find('e').filter(|at| !text[at + 1..].starts_with('-')) {
        text.insert(at + 1, '+');
    }
    text
}

/// A number as JSON: an integer where it is one within the 53 bits that `f64` holds exactly, null where JSON has none.
pub(crate) fn number_to_json(number: f64) -> Value {
    const EXACT: f64 = (1_i64 << 53) as f64;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "within 2^53, so exact")]
        return Value::Number(Number::from(number as i64));
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// What JavaScript trims.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && c != '\u{85}' || c == '\u{feff}'
}

fn text_to_number(text: &str) -> f64 {
    let text = text.trim_matches(is_blank);
    if text.is_empty() {
        return 0.0;
    }
    for (prefixes, radix) in [(["0x", "0X"], 16), (["0o", "0O"], 8), (["0b", "0B"], 2)] {
        if let Some(digits) = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)) {
            return radix_to_number(digits, radix);
        }
    }
    match leading_number(text) {
        (number, length) if length == text.len() => number,
        _ => f64::NAN,
    }
}

fn radix_to_number(digits: &str, radix: u32) -> f64 {
    if digits.is_empty() {
        return f64::NAN;
    }
    digits.chars().try_fold(0.0, |number, c| Some(number * f64::from(radix) + f64::from(c.to_digit(radix)?))).unwrap_or(f64::NAN)
}

/// The longest number at the start of `text` and its length; `NaN` and 0 where there is none.
fn leading_number(text: &str) -> (f64, usize) {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    if text[sign..].starts_with("Infinity") {
        let infinity = if bytes[0] == b'-' { f64::NEG_INFINITY } else { f64::INFINITY };
        return (infinity, sign + "Infinity".len());
    }
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return (f64::NAN, 0);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        match digits(end + 1 + signed) {
            0 => {}
            exponent => end += 1 + signed + exponent,
        }
    }
    (text[..end].parse().unwrap_or(f64::NAN), end)
}
