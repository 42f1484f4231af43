//! What the guards do when an expression runs: they count what it makes, and refuse what no count could bound. Refuses to
//! know where they were put.

use std::cell::Cell;
use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::functions;
use jsonata_core::value::{JValue, with_stack};

use super::{ITEMS, PICTURE, REPLACE, SOURCE, TEXT, WIDTH};
use crate::Limits;

/// The code of our own error for what grew past [`crate::Limits::bytes`].
pub(crate) const TOO_MUCH: &str = "U1004";
/// The code of our own error for a format or a text that is refused.
pub(crate) const REFUSED: &str = "U1005";

/// The longest picture of a number or a date.
const MAX_PICTURE: usize = 500;
/// The widest field that a picture may ask for.
const MAX_FIELD: f64 = 1_000.0;

/// Gives `evaluator` the guards for one evaluation.
pub(crate) fn register(evaluator: &mut Evaluator, limits: &Limits) -> Result<(), EvaluatorError> {
    let left = Cell::new(limits.bytes.saturating_mul(TIMES));
    let purse = Rc::new(Purse { left, bytes: limits.bytes, items: limits.items });
    type Check = fn(&Purse, &[JValue]) -> Result<(), EvaluatorError>;
    let checks: [(&str, Check); 6] = [
        (TEXT, |purse, args| purse.text(args)),
        (ITEMS, |purse, args| match args.first() {
            Some(JValue::Array(items)) => purse.items(items.len()),
            _ => Ok(()),
        }),
        (REPLACE, |purse, args| purse.replace(args)),
        (WIDTH, |purse, args| match args.first().and_then(JValue::as_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
            Some(width) => purse.spend((width.abs() * 4.0) as usize),
            None => Ok(()),
        }),
        (PICTURE, |_, args| match args.first().and_then(JValue::as_str).and_then(picture_fault) {
            Some(fault) => Err(EvaluatorError::EvaluationError(format!("{REFUSED}: {fault}"))),
            None => Ok(()),
        }),
        (SOURCE, |_, args| match args.first().and_then(JValue::as_str) {
            Some(source) => source_check(source),
            None => Ok(()),
        }),
    ];
    for (name, check) in checks {
        let purse = Rc::clone(&purse);
        evaluator.register_fn(name, move |args: &[JValue]| {
            check(&purse, args)?;
            Ok(args.first().cloned().unwrap_or(JValue::Undefined))
        })?;
    }
    Ok(())
}

/// How many times the size of the largest text an evaluation may put together in all: most of what it makes on the way
/// is dropped at once.
const TIMES: usize = 8;

/// What a place in a text costs that is looked for and replaced: the engine replaces all places at once, and cannot be
/// stopped between two.
const PLACE: usize = 16;

/// What one evaluation may still spend.
struct Purse {
    left: Cell<usize>,
    /// The longest text and the longest array.
    bytes: usize,
    items: usize,
}

impl Purse {
    fn spend(&self, bytes: usize) -> Result<(), EvaluatorError> {
        match self.left.get().checked_sub(bytes) {
            Some(left) if bytes <= self.bytes => {
                self.left.set(left);
                Ok(())
            }
            _ => Err(EvaluatorError::EvaluationError(format!("{TOO_MUCH}: too much text"))),
        }
    }

    /// So many items put into another array.
    fn items(&self, count: usize) -> Result<(), EvaluatorError> {
        if count > self.items {
            // In the engine's words for its own sequences.
            return Err(EvaluatorError::EvaluationError("D2015: too many items".to_owned()));
        }
        self.spend(count.saturating_mul(16))
    }

    /// A value to be written as text, and a separator between its items.
    fn text(&self, args: &[JValue]) -> Result<(), EvaluatorError> {
        if let [JValue::Array(items), JValue::String(separator)] = args {
            self.spend(items.len().saturating_mul(separator.len()))?;
        }
        args.first().map_or(Ok(()), |value| self.written(value, 0))
    }

    /// What `value` costs when it is written out, indented. Parts that it shares count each time they are met.
    fn written(&self, value: &JValue, depth: usize) -> Result<(), EvaluatorError> {
        match value {
            JValue::String(text) => self.spend(text.len()),
            JValue::Array(items) => with_stack(|| {
                self.spend(items.len().saturating_mul(8 + 2 * depth))?;
                items.iter().try_for_each(|item| self.written(item, depth + 1))
            }),
            JValue::Object(members) => with_stack(|| {
                members.iter().try_for_each(|(name, member)| {
                    self.spend(name.len() + 8 + 2 * depth)?;
                    self.written(member, depth + 1)
                })
            }),
            _ => Ok(()),
        }
    }

    /// A text, what is looked for in it, and what replaces that.
    fn replace(&self, args: &[JValue]) -> Result<(), EvaluatorError> {
        let [JValue::String(text), pattern, replacement] = args else { return Ok(()) };
        self.spend(text.len())?;
        let JValue::String(replacement) = replacement else { return Ok(()) };
        // As many as there can be, counted only where that would be much.
        let mut places = text.len() + 1;
        if places.saturating_mul(replacement.len() + PLACE) > 1 << 16 {
            places = match pattern {
                JValue::String(pattern) => text.matches(&**pattern).count(),
                JValue::Regex { pattern, flags } => {
                    functions::string::build_regex(pattern, flags).map_or(0, |regex| regex.find_iter(text).count())
                }
                _ => places,
            };
        }
        // `$1` and the like in a replacement stand for up to the whole text.
        let groups = replacement.matches('$').count();
        self.spend(places.saturating_mul(replacement.len() + PLACE))?;
        self.spend(groups.saturating_mul(text.len()))
    }
}

/// Why a picture is refused. The engine would pad to any width, or stop.
pub(super) fn picture_fault(picture: &str) -> Option<String> {
    if picture.len() > MAX_PICTURE {
        return Some(format!("the picture has {} characters, and {MAX_PICTURE} are the most", picture.len()));
    }
    // In a date's picture a component is `[`, its letter and form, and its widths after a comma.
    let widths = picture.split('[').skip(1).filter_map(|part| part.split(']').next()?.split_once(','));
    let digits = widths.flat_map(|(_, widths)| widths.split(|c: char| !c.is_ascii_digit()));
    let widest = digits.filter_map(|digits| digits.parse::<f64>().ok()).fold(0.0, f64::max);
    (widest > MAX_FIELD).then(|| format!("the picture `{picture}` asks for a field wider than {MAX_FIELD} characters"))
}

/// Text that becomes an expression at run time has no guards, so it may have no need of them.
fn source_check(source: &str) -> Result<(), EvaluatorError> {
    let short = source.len() <= crate::MAX_SOURCE && !crate::syntax::nests_too_deep(source);
    if short && !jsonata_core::parser::parse(source).is_ok_and(super::needs_guards) {
        return Ok(());
    }
    let text = "text given to $eval may not put text or arrays together; let the expression itself do it";
    Err(EvaluatorError::EvaluationError(format!("{REFUSED}: {text}")))
}
