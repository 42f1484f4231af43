//! The functions that an expression has beside JSONata's own: a node's history, and the recorded clock and seed in place
//! of the machine's. Refuses to hold the run: a question that has no answer yet is left for the caller to ask.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use jsonata_core::evaluator::{self, Evaluator, EvaluatorError, HostFnResult};
use jsonata_core::value::JValue;
use serde_json::Value;

use crate::reference::{HISTORY, Reading};
use crate::{Context, convert};

/// What an expression needs from outside, found when it is parsed.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Variables to bind, without their `$`.
    pub(crate) variables: Vec<String>,
    pub(crate) history: bool,
    pub(crate) clock: bool,
    pub(crate) chance: bool,
    pub(crate) guards: bool,
}

impl Needs {
    pub(crate) fn of(reading: &Reading, guards: bool) -> Self {
        // An expression made at run time may use anything.
        let eval = reading.uses("eval");
        let any = |names: &[&str]| eval || names.iter().any(|name| reading.uses(name));
        let mut variables = reading.variables();
        if eval {
            variables.extend(["item", "index", "error"].map(str::to_owned));
        }
        Self { variables, history: any(&HISTORY), clock: any(&["now", "millis"]), chance: any(&["random", "shuffle"]), guards }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.variables.is_empty() && !self.history && !self.clock && !self.chance && !self.guards
    }
}

/// A question about the history.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Question {
    Previous(usize),
    Count(String),
    Execution(String, i64),
    Executions(String),
}

/// What was asked and answered so far in one evaluation.
#[derive(Default)]
pub(crate) struct Answers {
    known: HashMap<Question, JValue>,
    /// The question that stopped the evaluation.
    pub(crate) asked: Option<Question>,
    /// How often a single execution of a node was asked for: from the second time on all are fetched at once, so that a
    /// loop over a history does not begin anew for each.
    singles: HashMap<String, usize>,
    previous: usize,
}

impl Answers {
    /// Asks `context` and keeps the answer.
    pub(crate) fn answer(&mut self, question: Question, context: &dyn Context) {
        let form = |value: Option<Arc<Value>>| value.map_or(JValue::Undefined, |value| convert::shared_to_engine(&value));
        match &question {
            Question::Previous(n) => {
                // Twice as many each time, for the same reason.
                self.previous = (self.previous * 2).max(1);
                for n in *n..n.saturating_add(self.previous) {
                    self.known.insert(Question::Previous(n), form(context.previous(n)));
                }
            }
            Question::Count(id) => {
                self.known.insert(question.clone(), JValue::from(context.count(id)));
            }
            Question::Executions(id) => {
                let all = context.executions(id).iter().map(convert::shared_to_engine).collect();
                self.known.insert(question.clone(), JValue::array(all));
            }
            Question::Execution(id, i) => {
                let asked = self.singles.entry(id.clone()).or_default();
                *asked += 1;
                if *asked == 1 {
                    self.known.insert(question.clone(), form(context.execution(id, *i)));
                } else {
                    self.answer(Question::Executions(id.clone()), context);
                }
            }
        }
    }

    fn find(&mut self, question: Question) -> HostFnResult {
        if let Some(known) = self.known.get(&question) {
            return Ok(known.clone());
        }
        if let Question::Execution(id, i) = &question
            && let Some(all) = self.known.get(&Question::Executions(id.clone())).and_then(JValue::as_array)
        {
            let place = usize::try_from(*i).ok().or_else(|| all.len().checked_add_signed(isize::try_from(*i).ok()?));
            return Ok(place.and_then(|place| all.get(place)).cloned().unwrap_or(JValue::Undefined));
        }
        self.asked = Some(question);
        Err(EvaluatorError::EvaluationError("the history has to be asked".to_owned()))
    }
}

/// Gives `evaluator` the functions that `needs` names.
pub(crate) fn register(
    evaluator: &mut Evaluator,
    needs: &Needs,
    context: &dyn Context,
    answers: &Rc<RefCell<Answers>>,
) -> Result<(), EvaluatorError> {
    if needs.history {
        for function in HISTORY {
            let answers = Rc::clone(answers);
            evaluator.register_fn(function, move |arguments: &[JValue]| {
                let Some(question) = question(function, arguments)? else { return Ok(JValue::Undefined) };
                answers.borrow_mut().find(question)
            })?;
        }
    }
    if needs.clock {
        let now = context.now_ms();
        evaluator.register_fn_override("millis", move |_: &[JValue]| Ok(JValue::from(now)))?;
        evaluator.register_fn_override("now", move |arguments: &[JValue]| format_time(now, arguments))?;
    }
    if needs.chance {
        let chance = Rc::new(Chance(Cell::new(context.seed())));
        let shuffle = Rc::clone(&chance);
        evaluator.register_fn_override("random", move |_: &[JValue]| Ok(JValue::from(chance.next())))?;
        evaluator.register_fn_override("shuffle", move |arguments: &[JValue]| Ok(shuffle.shuffle(arguments)))?;
    }
    Ok(())
}

fn question(function: &str, arguments: &[JValue]) -> Result<Option<Question>, EvaluatorError> {
    let wrong = |what: &str| {
        let text = format!("T0410: ${function} needs {what}");
        Err(EvaluatorError::TypeError(text))
    };
    let id = match arguments.first() {
        Some(JValue::String(id)) => id.to_string(),
        Some(JValue::Undefined) => return Ok(None),
        None if function == "previousNode" => return Ok(Some(Question::Previous(1))),
        Some(JValue::Number(n)) if function == "previousNode" && *n >= 1.0 => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked, and it saturates")]
            return Ok(Some(Question::Previous(*n as usize)));
        }
        _ if function == "previousNode" => return wrong("a number of at least 1, or nothing"),
        _ => return wrong("the id of a node, a string, as its first argument"),
    };
    match (function, arguments.get(1)) {
        ("executionCount", _) => Ok(Some(Question::Count(id))),
        ("nodeExecutions", _) => Ok(Some(Question::Executions(id))),
        ("nodeExecution", Some(JValue::Number(i))) => {
            #[expect(clippy::cast_possible_truncation, reason = "an index past 2^63 finds nothing either way")]
            return Ok(Some(Question::Execution(id, *i as i64)));
        }
        ("nodeExecution", Some(JValue::Undefined)) => Ok(None),
        ("nodeExecution", _) => wrong("the index of an execution, a number, as its second argument"),
        _ => wrong("a number of at least 1, or nothing"),
    }
}

/// `$now(picture?, timezone?)` by the engine's own `$fromMillis`.
fn format_time(now: i64, arguments: &[JValue]) -> HostFnResult {
    let mut bindings = evaluator::Context::new();
    bindings.bind("ms".to_owned(), JValue::from(now));
    for (name, value) in ["picture", "zone"].iter().zip(arguments) {
        bindings.bind((*name).to_owned(), value.clone());
    }
    let source = "$fromMillis($ms, $picture, $zone)";
    let ast = jsonata_core::parser::parse(source).map_err(|error| EvaluatorError::EvaluationError(error.to_string()))?;
    Evaluator::with_context(bindings).evaluate(&ast, &JValue::Undefined)
}

/// Numbers from a seed, by SplitMix64 (Steele, Lea and Flood, 2014): small, and the same on every machine.
struct Chance(Cell<u64>);

impl Chance {
    fn bits(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut mixed = self.0.get();
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least 0 and less than 1, with the 53 bits that `f64` holds.
    fn next(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let bits = (self.bits() >> 11) as f64;
        bits / (1_u64 << 53) as f64
    }

    fn shuffle(&self, arguments: &[JValue]) -> JValue {
        let mut items = match arguments.first() {
            None | Some(JValue::Undefined) => return JValue::Undefined,
            Some(JValue::Array(items)) => items.to_vec(),
            Some(other) => vec![other.clone()],
        };
        for end in (1..items.len()).rev() {
            #[expect(clippy::cast_possible_truncation, reason = "below `end`")]
            items.swap(end, (self.bits() % (end as u64 + 1)) as usize);
        }
        JValue::array(items)
    }
}
