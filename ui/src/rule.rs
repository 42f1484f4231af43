//! A JSON Logic rule as rows that a person can fill in, and back. What has no rows is left to its text. No views.

use serde_json::{Number, Value, json};

/// A rule as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Row {
    /// Rows of which all, or any, must hold.
    Group {
        /// All of them, or any.
        all: bool,
        /// The rows.
        rows: Vec<Row>,
    },
    /// Two values and how they are to stand to each other.
    Compare {
        /// The one before the operator.
        left: Operand,
        /// The operator, of [`COMPARISONS`].
        operator: &'static str,
        /// The one after it.
        right: Operand,
    },
    /// One value, and whether it is to count as true.
    Test {
        /// The value.
        operand: Operand,
        /// As true, or as false.
        truth: bool,
    },
}

/// A value in a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    /// JSONata over the outputs so far.
    Read(String),
    /// A text.
    Text(String),
    /// A number, as it is typed.
    Number(Number),
    /// Yes or no.
    Flag(bool),
    /// Nothing.
    Null,
}

/// The operators between two values, with what they mean.
pub(crate) const COMPARISONS: [(&str, &str); 9] = [
    ("==", "equals"),
    ("!=", "differs from"),
    ("===", "is exactly"),
    ("!==", "is not exactly"),
    (">", "is more than"),
    (">=", "is at least"),
    ("<", "is less than"),
    ("<=", "is at most"),
    ("in", "is in"),
];

/// How deep groups are shown; what is deeper is left to its text.
const DEEPEST: usize = 3;

impl Row {
    /// A row to begin with.
    pub(crate) fn first() -> Self {
        Row::Compare { left: Operand::Read(String::new()), operator: "==", right: Operand::Text(String::new()) }
    }

    /// The rows of a rule; none where it says what rows cannot.
    pub(crate) fn read(rule: &Value) -> Option<Self> {
        read(rule, 0)
    }

    /// The rule.
    pub(crate) fn write(&self) -> Value {
        match self {
            Row::Group { all, rows } => {
                let operator = if *all { "and" } else { "or" };
                json!({ operator: rows.iter().map(Row::write).collect::<Vec<_>>() })
            }
            Row::Compare { left, operator, right } => json!({ *operator: [left.write(), right.write()] }),
            Row::Test { operand, truth } => {
                let operator = if *truth { "!!" } else { "!" };
                json!({ operator: [operand.write()] })
            }
        }
    }

    /// The row at a place: the numbers of the rows that lead to it.
    pub(crate) fn at(&self, place: &[usize]) -> Option<&Row> {
        match (place, self) {
            ([], row) => Some(row),
            ([first, rest @ ..], Row::Group { rows, .. }) => rows.get(*first)?.at(rest),
            (_, Row::Compare { .. } | Row::Test { .. }) => None,
        }
    }

    /// The rule with another row at a place.
    pub(crate) fn with(&self, place: &[usize], row: Row) -> Row {
        match (place, self) {
            ([], _) => row,
            ([first, rest @ ..], Row::Group { all, rows }) => {
                let changed = rows.iter().enumerate().map(|(at, old)| if at == *first { old.with(rest, row.clone()) } else { old.clone() });
                Row::Group { all: *all, rows: changed.collect() }
            }
            (_, Row::Compare { .. } | Row::Test { .. }) => self.clone(),
        }
    }

    /// The rule without the row at a place; a group with one row left is that row.
    pub(crate) fn without(&self, place: &[usize]) -> Row {
        let Some((last, parents)) = place.split_last() else { return Row::first() };
        let Some(Row::Group { all, rows }) = self.at(parents) else { return self.clone() };
        let mut rows = rows.clone();
        if *last < rows.len() {
            rows.remove(*last);
        }
        let left = if rows.len() == 1 { rows.remove(0) } else { Row::Group { all: *all, rows } };
        self.with(parents, left)
    }

    /// The rule with one more row beside the one at a place: in its group, or in a new group with it.
    pub(crate) fn beside(&self, place: &[usize]) -> Row {
        match self.at(place) {
            Some(Row::Group { all, rows }) => {
                let rows = rows.iter().cloned().chain([Row::first()]).collect();
                self.with(place, Row::Group { all: *all, rows })
            }
            Some(row) => self.with(place, Row::Group { all: true, rows: vec![row.clone(), Row::first()] }),
            None => self.clone(),
        }
    }
}

fn read(rule: &Value, depth: usize) -> Option<Row> {
    let fields = rule.as_object().filter(|fields| fields.len() == 1)?;
    let (operator, operands) = fields.iter().next()?;
    let list = operands.as_array();
    match operator.as_str() {
        "and" | "or" => {
            let rows = list.filter(|_| depth < DEEPEST)?.iter().map(|row| read(row, depth + 1)).collect::<Option<Vec<_>>>()?;
            Some(Row::Group { all: operator == "and", rows }).filter(|row| !matches!(row, Row::Group { rows, .. } if rows.is_empty()))
        }
        "!" | "!!" => {
            let only = match list.map(Vec::as_slice) {
                Some([only]) => only,
                Some(_) => return None,
                None => operands,
            };
            Some(Row::Test { operand: Operand::read(only)?, truth: operator == "!!" })
        }
        "var" => Some(Row::Test { operand: Operand::read(rule)?, truth: true }),
        _ => {
            let (operator, _) = COMPARISONS.iter().find(|(known, _)| known == operator)?;
            let [left, right] = list?.as_slice() else { return None };
            Some(Row::Compare { left: Operand::read(left)?, operator, right: Operand::read(right)? })
        }
    }
}

impl Operand {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Operand::Null),
            Value::Bool(flag) => Some(Operand::Flag(*flag)),
            Value::Number(number) => Some(Operand::Number(number.clone())),
            Value::String(text) => Some(Operand::Text(text.clone())),
            Value::Object(fields) if fields.len() == 1 => {
                let path = match fields.get("var")? {
                    Value::Array(path) if path.len() == 1 => &path[0],
                    path => path,
                };
                path.as_str().map(|path| Operand::Read(path.to_owned()))
            }
            Value::Object(_) | Value::Array(_) => None,
        }
    }

    fn write(&self) -> Value {
        match self {
            Operand::Read(path) => json!({"var": path}),
            Operand::Text(text) => Value::from(text.as_str()),
            Operand::Number(number) => Value::Number(number.clone()),
            Operand::Flag(flag) => Value::Bool(*flag),
            Operand::Null => Value::Null,
        }
    }

    /// What it is, as the choice of its sort names it.
    pub(crate) fn sort(&self) -> &'static str {
        match self {
            Operand::Read(_) => "read",
            Operand::Text(_) => "text",
            Operand::Number(_) => "number",
            Operand::Flag(true) => "true",
            Operand::Flag(false) => "false",
            Operand::Null => "null",
        }
    }

    /// What is typed for it; none for what has nothing to type.
    pub(crate) fn typed(&self) -> Option<String> {
        match self {
            Operand::Read(text) | Operand::Text(text) => Some(text.clone()),
            Operand::Number(number) => Some(number.to_string()),
            Operand::Flag(_) | Operand::Null => None,
        }
    }

    /// The value of a sort with this typed; where that is no number, 0 stands for it.
    pub(crate) fn of(sort: &str, typed: &str) -> Self {
        match sort {
            "text" => Operand::Text(typed.to_owned()),
            "number" => Operand::Number(number(typed).unwrap_or_else(|| 0.into())),
            "true" => Operand::Flag(true),
            "false" => Operand::Flag(false),
            "null" => Operand::Null,
            _ => Operand::Read(typed.to_owned()),
        }
    }
}

/// A number as it is typed; none where it is none.
pub(crate) fn number(typed: &str) -> Option<Number> {
    let typed = typed.trim();
    let whole = typed.parse::<i64>().ok().map(Number::from);
    whole.or_else(|| typed.parse::<f64>().ok().and_then(Number::from_f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rows_can_say_is_written_as_it_was_read() {
        for rule in [
            json!({">": [{"var": "count.n"}, 10]}),
            json!({"==": [{"var": "a"}, "x"]}),
            json!({"and": [{"<": [{"var": "a"}, 1.5]}, {"or": [{"!": [{"var": "b"}]}, {"===": [{"var": "c"}, null]}]}]}),
            json!({"in": [{"var": "a"}, "abc"]}),
            json!({"!!": [{"var": "a"}]}),
            json!({"==": [true, false]}),
        ] {
            assert_eq!(Row::read(&rule).map(|row| row.write()), Some(rule.clone()), "{rule} keeps its meaning");
        }
    }

    #[test]
    fn shorter_ways_to_say_the_same_have_rows_too() {
        for (rule, same) in [
            (json!({"!": {"var": "a"}}), json!({"!": [{"var": "a"}]})),
            (json!({"==": [{"var": ["a"]}, 1]}), json!({"==": [{"var": "a"}, 1]})),
            (json!({"var": "a"}), json!({"!!": [{"var": "a"}]})),
        ] {
            assert_eq!(Row::read(&rule).map(|row| row.write()), Some(same), "{rule}");
        }
    }

    #[test]
    fn what_rows_cannot_say_is_left_to_its_text() {
        for rule in [
            json!(true),
            json!({"if": [{"var": "a"}, 1, 2]}),
            json!({"<": [1, {"var": "a"}, 3]}),
            json!({"==": [{"var": ["a", 1]}, 1]}),
            json!({"==": [{"+": [1, 2]}, 3]}),
            json!({"and": []}),
            json!({"and": [{"and": [{"and": [{"and": [{"var": "a"}]}]}]}]}),
            json!({"==": [1, 2], "!=": [1, 2]}),
        ] {
            assert_eq!(Row::read(&rule), None, "{rule}");
        }
    }

    #[test]
    fn rows_come_and_go() {
        let one = Row::read(&json!({">": [{"var": "n"}, 1]})).unwrap();
        let two = one.beside(&[]);
        assert!(matches!(&two, Row::Group { all: true, rows } if rows.len() == 2), "a second row makes a group: {two:?}");
        let three = two.beside(&[]);
        assert!(matches!(&three, Row::Group { rows, .. } if rows.len() == 3), "a group grows: {three:?}");
        assert_eq!(three.without(&[1]).without(&[1]), one, "the last row stands alone again");
        let nested = two.beside(&[1]);
        assert!(matches!(nested.at(&[1, 1]), Some(Row::Compare { .. })), "a row in a group may become a group");
        assert_eq!(nested.without(&[1, 1]), two, "and a row again");
    }
}
