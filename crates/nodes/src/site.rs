//! Reading a node's settings: each reader takes a field, says what is wrong with it, and knows the place to say it of.

use std::collections::HashSet;

use expr::{Expression, ReferenceKind, Rule};
use graph::{Graph, Node, Path, Problem, Tool};
use serde_json::Value;

use crate::args::Template;

/// The variables that a run binds. `$item` and `$index` belong to a loop's body, `$error` to what follows an error edge.
const BOUND: [&str; 4] = ["item", "index", "error", "arguments"];

/// Those of `before` and `after`.
const BOUND_WHILE_SHAPING: [&str; 5] = ["item", "index", "error", "arguments", "context"];

/// The node that is being compiled, and what is wrong with it so far.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    /// The graph that holds it.
    pub(crate) graph: &'a Graph,
    /// The tool that holds it.
    pub(crate) tool: &'a Tool,
    /// The node.
    pub(crate) node: &'a Node,
    at: Path,
    names: &'a HashSet<&'a str>,
    problems: Vec<Problem>,
}

impl<'a> Site<'a> {
    /// `at` is the node's path; `names` are the root names that an expression may read.
    pub(crate) fn new(graph: &'a Graph, tool: &'a Tool, node: &'a Node, at: Path, names: &'a HashSet<&'a str>) -> Self {
        Self { graph, tool, node, at, names, problems: Vec::new() }
    }

    /// What is wrong, each with its place.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let Self { tool, node, problems, .. } = self;
        problems.into_iter().map(|problem| problem.in_tool(&tool.name).in_node(&node.id)).collect()
    }

    /// A field of the node.
    #[must_use]
    pub(crate) fn field(&self, name: &str) -> Option<&'a Value> {
        self.node.fields.get(name)
    }

    /// An error at a field of the node; at the node itself where it lacks the field.
    pub(crate) fn fail(&mut self, at: &Path, message: impl Into<String>, remedy: impl Into<String>) {
        let path = self.place(at);
        self.problems.push(Problem::error(path, message, remedy));
    }

    /// A warning at a field of the node.
    pub(crate) fn warn(&mut self, at: &Path, message: impl Into<String>, remedy: impl Into<String>) {
        let path = self.place(at);
        self.problems.push(Problem::warning(path, message, remedy));
    }

    /// Whether an error was said of this very field.
    pub(crate) fn has_failed(&self, at: &Path) -> bool {
        let path = self.place(at);
        self.problems.iter().any(|problem| problem.is_error() && problem.path == path)
    }

    fn place(&self, at: &Path) -> Path {
        self.at.clone().join(at)
    }

    /// A text that the node cannot do without.
    pub(crate) fn required_text(&mut self, name: &str, meaning: &str) -> Option<&'a str> {
        match self.field(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            Some(value) => {
                let what = if value.is_string() { "empty" } else { "not a text" };
                self.fail(&Path::root().key(name), format!("`{name}` is {what}"), format!("give {meaning}"));
                None
            }
            None => {
                self.fail(&Path::root(), format!("the {} node has no `{name}`", self.node.kind), format!("add `{name}`: {meaning}"));
                None
            }
        }
    }

    /// A whole number of at least `least`, where the field is there.
    pub(crate) fn whole_number(&mut self, at: &Path, least: u64) -> Option<u64> {
        let value = at.find_in(self.node)?;
        let number = value.as_u64().filter(|number| *number >= least);
        if number.is_none() {
            self.fail(at, format!("`{at}` is {value}"), format!("give a whole number of at least {least}"));
        }
        number
    }

    /// A JSONata expression at `at`, with its references checked.
    pub(crate) fn expression(&mut self, at: &Path) -> Option<Expression> {
        let text = self.expression_text(at)?;
        let expression = self.parse(at, text)?;
        for reference in expression.references().iter().filter(|reference| reference.kind != ReferenceKind::Outputs) {
            self.reference(at, &reference.name, Some(reference.span.clone()));
        }
        self.variables(at, &expression, &BOUND);
        Some(expression)
    }

    /// A JSONata expression whose `$` is one value and not the outputs of the nodes.
    pub(crate) fn shaping_expression(&mut self, at: &Path) -> Option<Expression> {
        let text = self.expression_text(at)?;
        let expression = self.parse(at, text)?;
        for reference in expression.references().iter().filter(|reference| reference.kind != ReferenceKind::Value) {
            self.reference(at, &reference.name, Some(reference.span.clone()));
        }
        self.variables(at, &expression, &BOUND_WHILE_SHAPING);
        Some(expression)
    }

    /// Warns of a variable that is bound nowhere: its value would be nothing, silently.
    fn variables(&mut self, at: &Path, expression: &Expression, bound: &[&str]) {
        for name in expression.variables().iter().filter(|name| !bound.contains(&name.as_str())) {
            let near = graph::nearest(name, bound.iter().copied());
            let remedy = near.map_or_else(
                || format!("bind it with `${name} := ...`, or read a node's output by its id"),
                |near| format!("did you mean `${near}`?"),
            );
            self.warn(at, format!("`${name}` is bound nowhere, so that it gives nothing"), remedy);
        }
    }

    fn expression_text(&mut self, at: &Path) -> Option<&'a str> {
        match at.find_in(self.node) {
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.fail(at, format!("`{at}` is not an expression"), "write a JSONata expression as a text");
                None
            }
            None => None,
        }
    }

    fn parse(&mut self, at: &Path, text: &str) -> Option<Expression> {
        match Expression::parse(text) {
            Ok(expression) => Some(expression),
            Err(error) => {
                let path = self.place(at);
                let problem =
                    Problem::error(path, format!("the expression cannot be read: {}", error.message), "correct the JSONata expression");
                self.problems.push(problem.within(error.offset..error.offset + error.length));
                None
            }
        }
    }

    /// A JSON Logic rule at `at`, with its operators and references checked.
    pub(crate) fn rule(&mut self, at: &Path) -> Option<Rule> {
        let value = at.find_in(self.node)?;
        match Rule::parse(value) {
            Ok(rule) => {
                for reference in rule.references() {
                    let place = at.clone().join(&Path::from_pointer(&reference.pointer, value));
                    self.reference(&place, &reference.reference.name, Some(reference.reference.span.clone()));
                }
                Some(rule)
            }
            Err(error) => {
                let place = at.clone().join(&Path::from_pointer(&error.pointer, value));
                self.fail(&place, format!("the rule cannot be read: {}", error.message), "use the operators of JSON Logic");
                None
            }
        }
    }

    /// A value with `{expr: ...}` in it at any depth.
    pub(crate) fn template(&mut self, at: &Path) -> Option<Template> {
        let value = at.find_in(self.node)?;
        Template::compile(self, at, value)
    }

    fn reference(&mut self, at: &Path, name: &str, within: Option<std::ops::Range<usize>>) {
        if self.names.contains(name) {
            return;
        }
        let mut problem = Problem::error(
            self.place(at),
            format!("`{name}` is not a node of this tool"),
            graph::nearest(name, self.names.iter().copied())
                .map_or_else(|| "name a node of this tool".to_owned(), |near| format!("did you mean `{near}`?")),
        );
        problem.within = within;
        self.problems.push(problem);
    }
}

/// Finding a path in a node as the file shows it.
pub(crate) trait FindIn {
    fn find_in<'n>(&self, node: &'n Node) -> Option<&'n Value>;
}

impl FindIn for Path {
    fn find_in<'n>(&self, node: &'n Node) -> Option<&'n Value> {
        let (first, rest) = self.segments().split_first()?;
        let graph::Segment::Key(key) = first else { return None };
        let field = node.fields.get(key)?;
        rest.iter().try_fold(field, |at, segment| match segment {
            graph::Segment::Key(key) => at.get(key),
            graph::Segment::Index(index) => at.get(index),
        })
    }
}
