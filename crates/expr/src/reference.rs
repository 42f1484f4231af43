//! Finds what an expression reads: root names with their places, variables, the root as a whole. Refuses to know the
//! values; what it cannot tell apart counts as reading everything.

use std::ops::Range;

use crate::syntax::Node;
use crate::token;

/// A place in an expression or in a rule that names a root field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name, without quotes.
    pub name: String,
    /// Its bytes in the source, quotes and back-ticks included.
    pub span: Range<usize>,
    /// Whether the field's value is read, or the node's history.
    pub kind: ReferenceKind,
}

/// What a reference asks of the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceKind {
    /// The latest value: `$.list.content`.
    Value,
    /// The history: `$executionCount("list")`.
    History,
    /// The latest value by way of `$context`, which is bound where the root is another value: `$context.list.content`.
    Outputs,
}

/// Which root fields an evaluation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Only these, each once, in the order of the source.
    Names(Vec<String>),
    /// All of them.
    Whole,
}

/// The functions that an expression has on top of JSONata's.
pub(crate) const HISTORY: [&str; 4] = ["previousNode", "executionCount", "nodeExecution", "nodeExecutions"];

/// JSONata's own functions.
const FUNCTIONS: [&str; 64] = [
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "eval",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parseInteger",
    "power",
    "random",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "zip",
];

/// JSONata's own functions and ours.
fn is_function(name: &str) -> bool {
    HISTORY.contains(&name) || FUNCTIONS.contains(&name)
}

/// What [`find`] found.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) references: Vec<Reference>,
    pub(crate) whole: bool,
    /// Variables, functions included, that the expression uses and does not define, each once.
    pub(crate) free: Vec<String>,
    /// Whether `$error` is read as a value: what an error edge binds, not JSONata's function of that name.
    pub(crate) reads_error: bool,
    /// Variables that the expression defines somewhere.
    pub(crate) defined: Vec<String>,
}

impl Reading {
    /// What is known of an expression that could not be read: nothing, so everything.
    pub(crate) fn unknown() -> Self {
        Self { whole: true, free: vec!["eval".to_owned()], ..Self::default() }
    }

    pub(crate) fn uses(&self, variable: &str) -> bool {
        self.free.iter().any(|name| name == variable)
    }

    /// The variables that come from outside, functions left out.
    pub(crate) fn variables(&self) -> Vec<String> {
        let is_value = |name: &str| if name == "error" { self.reads_error } else { !is_function(name) };
        self.free.iter().filter(|name| is_value(name)).cloned().collect()
    }

    pub(crate) fn reads(&self) -> Reads {
        if self.whole {
            return Reads::Whole;
        }
        let mut names: Vec<String> = Vec::new();
        for reference in self.references.iter().filter(|reference| reference.kind == ReferenceKind::Value) {
            if !names.contains(&reference.name) {
                names.push(reference.name.clone());
            }
        }
        Reads::Names(names)
    }
}

/// Walks the tree of `source`.
pub(crate) fn find(source: &str, tree: &Node) -> Reading {
    let mut finder = Finder { source, reading: Reading::default(), scopes: vec![Vec::new()] };
    finder.walk(tree, Sees::Root);
    finder.reading.references.sort_by_key(|reference| reference.span.start);
    finder.reading
}

/// What a part of the expression has as its context.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sees {
    Root,
    /// The fields of `$context`.
    Outputs,
    /// A field or an item: its names are no root names.
    Other,
}

impl Sees {
    /// What a name is a reference to here, if to anything.
    fn kind(self) -> Option<ReferenceKind> {
        match self {
            Sees::Root => Some(ReferenceKind::Value),
            Sees::Outputs => Some(ReferenceKind::Outputs),
            Sees::Other => None,
        }
    }
}

struct Finder<'a> {
    source: &'a str,
    reading: Reading,
    scopes: Vec<Vec<String>>,
}

impl Finder<'_> {
    fn walk(&mut self, node: &Node, sees: Sees) {
        match node {
            Node::Literal | Node::String(_) => {}
            Node::Name(span) => self.name(span, sees),
            Node::Wild => self.reading.whole |= sees == Sees::Root,
            // The parent of a root field is the root.
            Node::Parent => self.reading.whole = true,
            Node::Variable(name) => {
                self.reading.reads_error |= name == "error" && !self.is_defined(name);
                self.variable(name, sees);
            }
            Node::Path(left, right) => {
                self.step_input(left, sees);
                let inner = self.after(left, sees);
                self.step(right, inner);
            }
            Node::Within(input, parts) => {
                self.walk(input, sees);
                let inner = self.after(input, sees);
                self.all(parts, inner);
            }
            Node::Focus(input, name) | Node::Index(input, name) => {
                self.walk(input, sees);
                self.define(name);
            }
            Node::Call(callee, arguments) => self.call(callee, arguments, sees),
            Node::Lambda(parameters, body) => {
                self.scopes.push(Vec::new());
                parameters.iter().for_each(|name| self.define(name));
                self.walk(body, sees);
                self.scopes.pop();
            }
            Node::Block(parts) => {
                self.scopes.push(Vec::new());
                self.all(parts, sees);
                self.scopes.pop();
            }
            Node::Parts(parts) => self.all(parts, sees),
            Node::Bind(name, value) => {
                // Only a function sees its own name.
                if matches!(**value, Node::Lambda(..)) {
                    self.define(name);
                }
                self.walk(value, sees);
                self.define(name);
            }
            Node::Pipe(left, right) => {
                self.walk(left, sees);
                match &**right {
                    Node::Transform(location, parts) if self.is_root(left, sees) => {
                        self.walk(location, Sees::Root);
                        self.all(parts, Sees::Other);
                    }
                    right => self.walk(right, sees),
                }
            }
            Node::Transform(location, parts) => {
                self.walk(location, Sees::Other);
                self.all(parts, Sees::Other);
            }
        }
    }

    fn all(&mut self, parts: &[Node], sees: Sees) {
        for part in parts {
            self.walk(part, sees);
        }
    }

    fn name(&mut self, span: &Range<usize>, sees: Sees) {
        if let Some(kind) = sees.kind() {
            let name = token::name_of(&self.source[span.clone()]).to_owned();
            self.refer(name, span, kind);
        }
    }

    fn refer(&mut self, name: String, span: &Range<usize>, kind: ReferenceKind) {
        self.reading.references.push(Reference { name, span: span.clone(), kind });
    }

    fn variable(&mut self, name: &str, sees: Sees) {
        match name {
            "" => self.reading.whole |= sees == Sees::Root,
            "$" => self.reading.whole = true,
            name => {
                let known = self.is_defined(name);
                if !known && !self.reading.uses(name) {
                    self.reading.free.push(name.to_owned());
                }
                // Text that becomes an expression may read anything.
                self.reading.whole |= name == "eval" && !known;
            }
        }
    }

    fn is_defined(&self, name: &str) -> bool {
        self.scopes.iter().flatten().any(|defined| defined == name)
    }

    fn define(&mut self, name: &str) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name.to_owned());
        }
        self.reading.defined.push(name.to_owned());
    }

    /// What stands before a `.`: the root itself, taken apart at once, is not read whole.
    fn step_input(&mut self, node: &Node, sees: Sees) {
        match node {
            Node::Variable(_) if self.is_root(node, sees) => {}
            Node::Within(input, parts) if self.is_root(input, sees) => {
                self.step_input(input, sees);
                self.all(parts, Sees::Root);
            }
            node => self.step(node, sees),
        }
    }

    /// A step of a path: a string there is a name.
    fn step(&mut self, node: &Node, sees: Sees) {
        match node {
            Node::String(span) => {
                if let (Some(kind), Some(name)) = (sees.kind(), token::string_of(&self.source[span.clone()])) {
                    self.refer(name, span, kind);
                }
            }
            node => self.walk(node, sees),
        }
    }

    fn is_root(&self, node: &Node, sees: Sees) -> bool {
        match node {
            Node::Variable(name) => name == "$" || name.is_empty() && sees == Sees::Root,
            Node::Within(input, _) => self.is_root(input, sees),
            _ => false,
        }
    }

    /// What the step after `node` sees.
    fn after(&self, node: &Node, sees: Sees) -> Sees {
        match node {
            Node::Variable(_) if self.is_root(node, sees) => Sees::Root,
            Node::Variable(name) if name == "context" && !self.is_defined(name) => Sees::Outputs,
            Node::Within(input, _) | Node::Index(input, _) => self.after(input, sees),
            Node::Focus(input, _) => self.seen_by(input, sees),
            _ => Sees::Other,
        }
    }

    /// What the last step of `node` sees.
    fn seen_by(&self, node: &Node, sees: Sees) -> Sees {
        match node {
            Node::Path(left, _) => self.after(left, sees),
            Node::Within(input, _) | Node::Index(input, _) | Node::Focus(input, _) => self.seen_by(input, sees),
            _ => sees,
        }
    }

    fn call(&mut self, callee: &Node, arguments: &[Node], sees: Sees) {
        let (function, sees) = match callee {
            Node::Path(left, function) => {
                self.step_input(left, sees);
                (&**function, self.after(left, sees))
            }
            callee => (callee, sees),
        };
        match function {
            Node::Variable(name) => self.variable(name, sees),
            function => self.walk(function, sees),
        }
        self.all(arguments, sees);
        let Node::Variable(name) = function else { return };
        if !self.reading.uses(name) {
            return;
        }
        // Given fewer arguments than these, the function takes the context for the first.
        let full = match name.as_str() {
            "string" | "boolean" | "not" | "keys" | "spread" | "type" => 1,
            "lookup" | "each" | "sift" => 2,
            _ => 0,
        };
        self.reading.whole |= sees == Sees::Root && arguments.len() < full;
        if let Some(Node::String(span)) = arguments.first().filter(|_| HISTORY.contains(&name.as_str()))
            && let Some(id) = token::string_of(&self.source[span.clone()])
        {
            self.refer(id, span, ReferenceKind::History);
        }
    }
}

/// The source with each reference to `from` renamed, or `None` where there is none.
pub(crate) fn rename(source: &str, references: &[Reference], from: &str, to: &str) -> Option<String> {
    let mut renamed = String::with_capacity(source.len() + to.len());
    let mut done = 0;
    for reference in references.iter().filter(|reference| reference.name == from) {
        renamed.push_str(&source[done..reference.span.start]);
        let quoted = source[reference.span.clone()].starts_with(['"', '\'']);
        let after_dot = source[..reference.span.start].trim_end().ends_with('.');
        if quoted {
            renamed.push_str(&quote(to, source.as_bytes()[reference.span.start] == b'\''));
        } else if token::is_bare_name(to) {
            renamed.push_str(to);
        } else if !to.contains('`') {
            renamed.extend(["`", to, "`"]);
        } else {
            // A name with a back-tick can only be written as a string, which is a name only in a path.
            renamed.extend([if after_dot { "" } else { "$$." }, &quote(to, false)]);
        }
        done = reference.span.end;
    }
    renamed.push_str(&source[done..]);
    (done > 0).then_some(renamed)
}

/// `text` as a JSONata string. JSONata has JSON's escapes in both kinds of quotes, and none for a single quote.
fn quote(text: &str, single: bool) -> String {
    let json = serde_json::Value::from(text).to_string();
    if single && !text.contains('\'') { format!("'{}'", json[1..json.len() - 1].replace("\\\"", "\"")) } else { json }
}

#[cfg(all(test, feature = "engine"))]
mod tests {
    use jsonata_core::evaluator::Evaluator;
    use jsonata_core::value::JValue;

    use super::*;

    #[test]
    fn a_function_is_what_the_engine_takes_for_one() {
        let is_known = |name: &str| Evaluator::new().register_fn(name, |_: &[JValue]| Ok(JValue::Null)).is_err();
        for name in FUNCTIONS {
            assert!(is_known(name), "`${name}` is a variable to the engine");
        }
        for name in ["clone", "item", "String", ""] {
            assert_eq!(is_known(name), FUNCTIONS.contains(&name), "`${name}` is the same here and there");
        }
    }
}
