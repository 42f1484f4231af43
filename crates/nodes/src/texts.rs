//! Where a node's expressions and rules stand, and what each reads. Knows nothing of what is done with them.

use expr::{Expression, Reads, Reference, ReferenceKind, Rule};
use graph::{Node, Path};
use serde_json::Value;

/// An expression or a rule of a node.
#[derive(Debug)]
pub(crate) struct Text {
    /// Where it stands, from the node down.
    pub(crate) path: Path,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    /// Its root is the outputs of the nodes.
    Expression(Expression),
    /// Its root is one value, and the outputs are `$context`.
    Shaping(Expression),
    Rule(Rule),
    /// It cannot be read.
    Unreadable,
}

/// Every expression and rule of a node.
pub(crate) fn texts(node: &Node) -> Vec<Text> {
    let mut found = Vec::new();
    let root = Path::root;
    for field in ["before", "after"] {
        if let Some(Value::String(text)) = node.fields.get(field) {
            found.push(Text { path: root().key(field), content: Expression::parse(text).map_or(Content::Unreadable, Content::Shaping) });
        }
    }
    let mut take = |path: Path, text: &str| {
        found.push(Text { path, content: Expression::parse(text).map_or(Content::Unreadable, Content::Expression) });
    };
    for field in ["items", "until"] {
        if let Some(Value::String(text)) = node.fields.get(field) {
            take(root().key(field), text);
        }
    }
    if let Some(Value::String(text)) = node.fields.get("transform").and_then(|transform| transform.get("expr")) {
        take(root().key("transform").key("expr"), text);
    }
    for field in ["args", "message", "detail"] {
        if let Some(args) = node.fields.get(field) {
            in_args(args, root().key(field), &mut take);
        }
    }
    let conditions = node.fields.get("conditions").and_then(Value::as_array);
    for (i, rule) in conditions.into_iter().flatten().enumerate().filter_map(|(i, condition)| Some((i, condition.get("rule")?))) {
        let path = root().key("conditions").index(i).key("rule");
        found.push(Text { path, content: Rule::parse(rule).map_or(Content::Unreadable, Content::Rule) });
    }
    if let Some(rule) = node.fields.get("event").and_then(|event| event.get("where")) {
        found.push(Text { path: root().key("event").key("where"), content: Rule::parse(rule).map_or(Content::Unreadable, Content::Rule) });
    }
    found
}

fn in_args(value: &Value, at: Path, take: &mut impl FnMut(Path, &str)) {
    match value {
        Value::Object(fields) => match (fields.len(), fields.get("expr")) {
            (1, Some(Value::String(text))) => take(at.key("expr"), text),
            _ => fields.iter().for_each(|(key, value)| in_args(value, at.clone().key(key), take)),
        },
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| in_args(item, at.clone().index(i), take)),
        _ => {}
    }
}

const PREVIOUS: &str = "$previousNode";

impl Text {
    /// The places that name a node.
    pub(crate) fn references(&self) -> Vec<Reference> {
        match &self.content {
            Content::Expression(expression) => outputs(expression, ReferenceKind::Outputs),
            Content::Shaping(expression) => outputs(expression, ReferenceKind::Value),
            Content::Rule(rule) => rule.references().iter().map(|found| found.reference.clone()).collect(),
            Content::Unreadable => Vec::new(),
        }
    }

    /// Whether it may read the outputs of any node.
    pub(crate) fn reads_whole(&self) -> bool {
        match &self.content {
            Content::Expression(expression) => *expression.reads() == Reads::Whole,
            Content::Shaping(expression) => {
                let named = expression.references().iter().filter(|found| found.kind == ReferenceKind::Outputs).count();
                expression.source().matches("$context").count() > named || expression.source().contains("$eval")
            }
            Content::Rule(rule) => *rule.reads() == Reads::Whole,
            Content::Unreadable => true,
        }
    }

    /// Whether it reads what the node before it gave.
    pub(crate) fn uses_previous(&self) -> bool {
        self.source().contains(PREVIOUS)
    }

    /// Whether it reads what a node further back gave.
    pub(crate) fn looks_further_back(&self) -> bool {
        let source = self.source();
        source.matches(PREVIOUS).count() > previous_calls(&source).len()
    }

    /// Whether it reads a variable.
    pub(crate) fn has_variable(&self, name: &str) -> bool {
        match &self.content {
            Content::Expression(expression) | Content::Shaping(expression) => expression.variables().iter().any(|known| known == name),
            // The expressions in a rule do not tell.
            Content::Rule(_) | Content::Unreadable => self.source().contains(&format!("${name}")),
        }
    }

    fn source(&self) -> String {
        match &self.content {
            Content::Expression(expression) | Content::Shaping(expression) => expression.source().to_owned(),
            Content::Rule(rule) => rule.source().to_string(),
            Content::Unreadable => String::new(),
        }
    }
}

fn outputs(expression: &Expression, but: ReferenceKind) -> Vec<Reference> {
    expression.references().iter().filter(|found| found.kind != but).cloned().collect()
}

/// The bytes of each `$previousNode()` without an argument.
pub(crate) fn previous_calls(source: &str) -> Vec<std::ops::Range<usize>> {
    let call = |at: usize| {
        let rest = source[at + PREVIOUS.len()..].trim_start().strip_prefix('(')?.trim_start().strip_prefix(')')?;
        Some(at..source.len() - rest.len())
    };
    source.match_indices(PREVIOUS).filter_map(|(at, _)| call(at)).collect()
}
