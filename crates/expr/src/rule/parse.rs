//! Compiles a rule and finds what it reads. Refuses to evaluate.

use serde_json::Value;

use super::{Loop, Node, Operator, RuleReference};
use crate::reference::{Reference, ReferenceKind};
use crate::syntax::MAX_NESTING;
use crate::{Expression, Reads, RuleError};

pub(super) struct Parsed {
    pub(super) root: Node,
    pub(super) references: Vec<RuleReference>,
    pub(super) history: bool,
    names: Vec<String>,
    whole: bool,
}

impl Parsed {
    pub(super) fn reads(&self) -> Reads {
        if self.whole { Reads::Whole } else { Reads::Names(self.names.clone()) }
    }
}

pub(super) fn parse(rule: &Value) -> Result<Parsed, RuleError> {
    let root = Node::Literal(Value::Null);
    let mut parser = Parser {
        found: Parsed { root, references: Vec::new(), history: false, names: Vec::new(), whole: false },
        pointer: String::new(),
        nesting: 0,
        looping: false,
    };
    parser.found.root = parser.node(rule)?;
    Ok(parser.found)
}

/// The operators by name.
const OPERATORS: [(&str, Operator); 22] = [
    ("==", Operator::Equal),
    ("===", Operator::StrictlyEqual),
    ("!=", Operator::NotEqual),
    ("!==", Operator::StrictlyNotEqual),
    (">", Operator::Greater),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    ("<=", Operator::LessOrEqual),
    ("!!", Operator::Truth),
    ("!", Operator::Not),
    ("%", Operator::Remainder),
    ("log", Operator::Log),
    ("in", Operator::In),
    ("cat", Operator::Cat),
    ("substr", Operator::Substr),
    ("+", Operator::Plus),
    ("*", Operator::Times),
    ("-", Operator::Minus),
    ("/", Operator::Divide),
    ("min", Operator::Min),
    ("max", Operator::Max),
    ("merge", Operator::Merge),
];

const LOOPS: [(&str, Loop); 6] = [
    ("map", Loop::Map),
    ("filter", Loop::Filter),
    ("reduce", Loop::Reduce),
    ("all", Loop::All),
    ("some", Loop::Some),
    ("none", Loop::None),
];

impl Operator {
    pub(super) fn name(self) -> &'static str {
        OPERATORS.iter().find(|(_, operator)| *operator == self).map_or("", |(name, _)| name)
    }
}

struct Parser {
    found: Parsed,
    /// Where the parser is.
    pointer: String,
    nesting: usize,
    /// Whether the data here is an item, not the context.
    looping: bool,
}

impl Parser {
    fn error(&self, message: String) -> RuleError {
        RuleError { pointer: self.pointer.clone(), message }
    }

    /// Runs `read` one step further down.
    fn below<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> Result<T, RuleError>) -> Result<T, RuleError> {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let result = read(self)?;
        self.pointer.truncate(length);
        Ok(result)
    }

    fn node(&mut self, rule: &Value) -> Result<Node, RuleError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.error(format!("the rule nests deeper than {MAX_NESTING} levels here")));
        }
        let node = match rule {
            Value::Array(items) => Node::Array(self.all(items)?),
            Value::Object(members) => match members.iter().next() {
                Some((operator, operands)) if members.len() == 1 => self.below(operator, |parser| parser.operation(operator, operands))?,
                _ => Node::Literal(rule.clone()),
            },
            literal => Node::Literal(literal.clone()),
        };
        self.nesting -= 1;
        Ok(node)
    }

    fn all(&mut self, rules: &[Value]) -> Result<Vec<Node>, RuleError> {
        rules.iter().enumerate().map(|(i, rule)| self.below(&i.to_string(), |parser| parser.node(rule))).collect()
    }

    /// The operands as a list: a lone operand may stand without its array.
    fn operands(&mut self, operands: &Value) -> Result<Vec<Node>, RuleError> {
        match operands {
            Value::Array(operands) => self.all(operands),
            lone => Ok(vec![self.node(lone)?]),
        }
    }

    fn operation(&mut self, name: &str, operands: &Value) -> Result<Node, RuleError> {
        if let Some((_, operator)) = OPERATORS.iter().find(|(known, _)| *known == name) {
            return Ok(Node::Call(*operator, self.operands(operands)?));
        }
        if let Some((_, kind)) = LOOPS.iter().find(|(known, _)| *known == name) {
            return self.a_loop(*kind, operands);
        }
        Ok(match name {
            "var" => return self.var(operands),
            "if" | "?:" => Node::If(self.operands(operands)?),
            "and" => Node::And(self.operands(operands)?),
            "or" => Node::Or(self.operands(operands)?),
            "missing" => Node::Missing(self.missing(operands)?),
            "missing_some" => Node::MissingSome(self.missing(operands)?),
            name => return Err(self.unknown(name)),
        })
    }

    fn unknown(&self, name: &str) -> RuleError {
        let names = OPERATORS.iter().map(|(name, _)| *name).chain(LOOPS.iter().map(|(name, _)| *name));
        let others = ["var", "if", "?:", "and", "or", "missing", "missing_some"];
        let alike = names.chain(others).find(|known| known.eq_ignore_ascii_case(name.trim()) || distance(known, name) == 1);
        let hint = match alike {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("for an object as a value write {{\"var\": \"{{'{}': ...}}\"}}", name.replace('\'', "")),
        };
        self.error(format!("JSON Logic has no operator `{name}`; {hint}"))
    }

    fn a_loop(&mut self, kind: Loop, operands: &Value) -> Result<Node, RuleError> {
        let lone = std::slice::from_ref(operands);
        let (operands, listed) = operands.as_array().map_or((lone, false), |operands| (operands.as_slice(), true));
        let at = |parser: &mut Self, i: usize, looping: bool| -> Result<Option<Box<Node>>, RuleError> {
            let Some(operand) = operands.get(i) else { return Ok(None) };
            let outer = parser.looping;
            parser.looping |= looping;
            let node = if listed { parser.below(&i.to_string(), |parser| parser.node(operand))? } else { parser.node(operand)? };
            parser.looping = outer;
            Ok(Some(Box::new(node)))
        };
        let list = at(self, 0, false)?;
        let body = at(self, 1, true)?;
        let start = at(self, 2, false)?;
        let name = LOOPS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name);
        match (list, body) {
            (Some(list), Some(body)) => Ok(Node::Loop(kind, list, body, start)),
            _ => Err(self.error(format!("`{name}` needs a list and a rule for its items: {{\"{name}\": [list, rule]}}"))),
        }
    }

    fn var(&mut self, operands: &Value) -> Result<Node, RuleError> {
        let (path, default, below) = match operands {
            Value::Array(operands) => (operands.first().unwrap_or(&Value::Null), operands.get(1), true),
            lone => (lone, None, false),
        };
        let default = match default {
            Some(default) => Some(Box::new(self.below("1", |parser| parser.node(default))?)),
            None => None,
        };
        if below { self.below("0", |parser| parser.var_path(path, default)) } else { self.var_path(path, default) }
    }

    fn var_path(&mut self, path: &Value, default: Option<Box<Node>>) -> Result<Node, RuleError> {
        let text = match path {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            computed => {
                // What is computed may name anything.
                self.found.whole |= !self.looping;
                return Ok(Node::Computed(Box::new(self.node(computed)?), default));
            }
        };
        if self.looping {
            return Ok(Node::Path(text, default));
        }
        if text.is_empty() {
            self.found.whole = true;
            return Ok(Node::Path(text, default));
        }
        // To JSONata `1` is a number, which nobody needs a `var` for.
        let is_place = text.split('.').all(|step| step.bytes().all(|byte| byte.is_ascii_digit()));
        let fault = match Expression::parse(&text) {
            Ok(expression) if path.is_string() && !is_place => {
                self.note(&expression);
                return Ok(Node::Expression(expression, default));
            }
            Ok(_) => None,
            Err(fault) => Some(fault),
        };
        // `list.0.name` is no JSONata, but a path as JSON Logic has it.
        let steps = || text.split('.');
        match fault {
            Some(fault) if steps().any(|step| step.is_empty() || !step.chars().all(|c| c.is_alphanumeric() || c == '_')) => {
                Err(self.error(format!("`{text}` is not JSONata: {}", fault.message)))
            }
            _ => {
                self.key(&text);
                Ok(Node::Path(text, default))
            }
        }
    }

    /// Remembers what an expression reads.
    fn note(&mut self, expression: &Expression) {
        self.found.history |= expression.uses_history();
        self.found.references.extend(
            expression.references().iter().map(|reference| RuleReference { pointer: self.pointer.clone(), reference: reference.clone() }),
        );
        match expression.reads() {
            Reads::Whole => self.found.whole = true,
            Reads::Names(names) => names.iter().for_each(|name| self.read(name)),
        }
    }

    /// Remembers what a dotted path reads.
    fn key(&mut self, path: &str) {
        let name = path.split('.').next().unwrap_or_default();
        let reference = Reference { name: name.to_owned(), span: 0..name.len(), kind: ReferenceKind::Value };
        self.found.references.push(RuleReference { pointer: self.pointer.clone(), reference });
        self.read(name);
    }

    fn read(&mut self, name: &str) {
        if !self.found.names.iter().any(|known| known == name) {
            self.found.names.push(name.to_owned());
        }
    }

    /// The operands of `missing` and `missing_some`, whose strings name what is looked for.
    fn missing(&mut self, operands: &Value) -> Result<Vec<Node>, RuleError> {
        if !self.looping {
            self.keys(operands);
        }
        self.operands(operands)
    }

    fn keys(&mut self, operand: &Value) {
        match operand {
            Value::String(path) if !path.is_empty() => self.key(path),
            Value::Array(operands) => {
                for (i, operand) in operands.iter().enumerate() {
                    let length = self.pointer.len();
                    self.pointer.push_str(&format!("/{i}"));
                    self.keys(operand);
                    self.pointer.truncate(length);
                }
            }
            Value::Number(_) | Value::Bool(_) => {}
            // Keys that are computed, or the data itself.
            Value::Object(_) | Value::Null | Value::String(_) => self.found.whole = true,
        }
    }
}

/// How many letters must change to make one word of the other, as far as telling 0, 1 and more apart.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let change = diagonal + usize::from(l != r);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
