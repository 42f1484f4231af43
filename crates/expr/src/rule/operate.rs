//! What JSON Logic's operators do to values, as JavaScript does it. Refuses to evaluate their operands.

use std::cmp::Ordering;

use serde_json::Value;

use super::Operator;
use super::eval::{Val, fresh};
use crate::js::Js;

/// What stands at the rest of a dotted path: members, items by number, characters, and `length`, as JavaScript has them.
pub(super) fn descend<'r>(value: &Value, path: Option<&str>) -> Val<'r> {
    let mut value = value;
    let mut rest = path;
    while let Some(path) = rest {
        let (step, below) = path.split_once('.').map_or((path, None), |(step, below)| (step, Some(below)));
        let index = || step.parse::<usize>().ok().filter(|index| index.to_string() == step);
        #[expect(clippy::cast_precision_loss, reason = "a length")]
        let length = |length: usize| if below.is_none() { Val::Number(length as f64) } else { Val::Undefined };
        let next = match value {
            Value::Object(members) => members.get(step),
            Value::Array(items) if step == "length" => return length(items.len()),
            Value::Array(items) => index().and_then(|index| items.get(index)),
            Value::String(text) if step == "length" => return length(text.encode_utf16().count()),
            Value::String(text) => {
                let unit = index().and_then(|index| text.encode_utf16().nth(index));
                return match unit {
                    Some(unit) if below.is_none() => fresh(String::from_utf16_lossy(&[unit])),
                    _ => Val::Undefined,
                };
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        };
        match next {
            Some(next) => value = next,
            None => return Val::Undefined,
        }
        rest = below;
    }
    match Js::from(value) {
        Js::Number(number) => Val::Number(number),
        _ => fresh(value.clone()),
    }
}

/// What a comparison of two operands gives, or `None` for an operator that is none.
pub(super) fn compare(operator: Operator, left: Js, right: Js) -> Option<bool> {
    Some(match operator {
        Operator::Equal => left.loosely_equals(right),
        Operator::NotEqual => !left.loosely_equals(right),
        Operator::StrictlyEqual => left.strictly_equals(right),
        Operator::StrictlyNotEqual => !left.strictly_equals(right),
        Operator::Greater => left.order(right) == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(left.order(right), Some(Ordering::Greater | Ordering::Equal)),
        Operator::Less => left.order(right) == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(left.order(right), Some(Ordering::Less | Ordering::Equal)),
        _ => return None,
    })
}

/// Whether a list has an item, or a text a part.
pub(super) fn is_in(needle: Js, hay: Js) -> bool {
    match hay {
        Js::Json(Value::Array(items)) => items.iter().any(|item| needle.strictly_equals(item.into())),
        Js::Json(Value::String(text)) => !text.is_empty() && text.contains(&*needle.to_text()),
        _ => false,
    }
}

/// `String.prototype.substr`, but that a negative length counts from the end. It counts in UTF-16; half a pair that is
/// left over becomes the replacement character.
pub(super) fn substr(text: Js, start: Js, length: Js) -> String {
    let units: Vec<u16> = text.to_text().encode_utf16().collect();
    let tail = cut(&units, start.to_number(), f64::INFINITY);
    let part = match length {
        Js::Undefined => tail,
        length if length.to_number() < 0.0 => {
            // In JavaScript a text added to the length makes a text.
            let rest = match length {
                Js::Json(Value::String(length)) => format!("{}{length}", tail.len()).trim().parse().unwrap_or(f64::NAN),
                #[expect(clippy::cast_precision_loss, reason = "a length")]
                length => tail.len() as f64 + length.to_number(),
            };
            cut(tail, 0.0, rest)
        }
        length => cut(&units, start.to_number(), length.to_number()),
    };
    String::from_utf16_lossy(part)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "kept between 0 and the length first")]
#[expect(clippy::cast_precision_loss, reason = "a length")]
fn cut(units: &[u16], start: f64, length: f64) -> &[u16] {
    let size = units.len() as f64;
    let whole = |number: f64| if number.is_nan() { 0.0 } else { number.trunc() };
    let start = whole(start);
    let start = if start < 0.0 { (size + start).max(0.0) } else { start.min(size) };
    let end = (start + whole(length)).clamp(start, size);
    &units[start as usize..end as usize]
}
