//! Reads JSONata into a tree that keeps only what finding references needs: who gives whom its context, and where each
//! name stands. Refuses to know how anything is evaluated; the engine parses for itself.

use std::ops::Range;

use crate::token::{Kind, Token};

/// How deep brackets and operands may nest, and how long a chain of postfix operators may be.
pub(crate) const MAX_NESTING: usize = 200;
const MAX_CHAIN: usize = 900;

/// A part of an expression. Spans are token indices' byte ranges in the source.
#[derive(Debug)]
pub(crate) enum Node {
    /// Reads nothing and gives no context: a literal.
    Literal,
    String(Range<usize>),
    Name(Range<usize>),
    /// `$name` without the `$`; empty is the context, `$` the root.
    Variable(String),
    /// `*` or `**`.
    Wild,
    /// `%`.
    Parent,
    /// `left.right`.
    Path(Box<Node>, Box<Node>),
    /// `input[part]`, `input^(parts)`, `input{parts}`: the parts see each item of the input.
    Within(Box<Node>, Vec<Node>),
    /// `input@$name`: the next step sees the context that the input saw.
    Focus(Box<Node>, String),
    /// `input#$name`.
    Index(Box<Node>, String),
    Call(Box<Node>, Vec<Node>),
    Lambda(Vec<String>, Box<Node>),
    /// `( ...; ... )`, a scope of its own.
    Block(Vec<Node>),
    /// Parts that see the context of the whole: operands, items, pairs.
    Parts(Vec<Node>),
    Bind(String, Box<Node>),
    /// `left ~> right`.
    Pipe(Box<Node>, Box<Node>),
    /// `|location|update, delete|`: the rest sees what the location found.
    Transform(Box<Node>, Vec<Node>),
}

/// Why no tree could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Nested deeper than [`MAX_NESTING`]; the token where it became so.
    Deep(usize),
    /// Not JSONata; the engine's own parser tells why.
    Other,
}

/// Reads `tokens` of `source` whole.
pub(crate) fn read(source: &str, tokens: &[Token]) -> Result<Node, Stop> {
    let mut reader = Reader { source, tokens, at: 0, depth: 0 };
    let node = reader.expression(0)?;
    if reader.at == tokens.len() { Ok(node) } else { Err(Stop::Other) }
}

/// Whether `source` nests deeper than the engine's parser should be asked to follow.
#[cfg(feature = "engine")]
pub(crate) fn nests_too_deep(source: &str) -> bool {
    let (tokens, _) = crate::token::cut(source);
    matches!(read(source, &tokens), Err(Stop::Deep(_)))
}

struct Reader<'a> {
    source: &'a str,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn text(&self) -> &str {
        self.tokens.get(self.at).map_or("", |token| &self.source[token.span.clone()])
    }

    fn is(&self, symbol: &str) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.kind == Kind::Symbol) && self.text() == symbol
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Stop> {
        if self.take(symbol) { Ok(()) } else { Err(Stop::Other) }
    }

    fn variable(&mut self) -> Result<String, Stop> {
        match self.tokens.get(self.at) {
            Some(token) if token.kind == Kind::Variable => {
                let name = self.text()[1..].to_owned();
                self.at += 1;
                Ok(name)
            }
            _ => Err(Stop::Other),
        }
    }

    /// How strongly the token at hand binds the operand to its left, and the least strength that its own right side takes.
    fn strength(&self) -> Option<(u8, u8)> {
        let token = self.tokens.get(self.at)?;
        Some(match (token.kind, self.text()) {
            (Kind::Name { .. }, "or" | "`or`") => (25, 26),
            (Kind::Name { .. }, "and" | "`and`") => (30, 31),
            (Kind::Name { .. }, "in" | "`in`") => (40, 41),
            (Kind::Symbol, "=" | "!=" | "<" | "<=" | ">" | ">=" | "~>") => (40, 41),
            (Kind::Symbol, "&" | "+" | "-") => (50, 51),
            (Kind::Symbol, "*" | "/" | "%") => (60, 61),
            (Kind::Symbol, ".") => (75, 85),
            (Kind::Symbol, "[" | "(" | "{" | "^" | "#" | "@") => (80, 81),
            (Kind::Symbol, "?" | "..") => (20, 21),
            (Kind::Symbol, "??" | "?:") => (15, 16),
            (Kind::Symbol, ":=") => (10, 9),
            _ => return None,
        })
    }

    fn expression(&mut self, least: u8) -> Result<Node, Stop> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(Stop::Deep(self.at));
        }
        let mut left = self.primary()?;
        let mut chain = 0;
        while let Some((_, right)) = self.strength().filter(|(strength, _)| *strength >= least) {
            chain += 1;
            if chain > MAX_CHAIN {
                return Err(Stop::Deep(self.at));
            }
            left = self.postfix(left, right)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn postfix(&mut self, left: Node, strength: u8) -> Result<Node, Stop> {
        let operator = self.text().to_owned();
        self.at += 1;

        Ok(match operator.as_str() {
            "." => Node::Path(Box::new(left), Box::new(self.expression(strength)?)),
            "[" if self.take("]") => Node::Within(Box::new(left), Vec::new()),
            "[" => {
                let part = self.expression(0)?;
                self.expect("]")?;
                Node::Within(Box::new(left), vec![part])
            }
            "(" => Node::Call(Box::new(left), self.arguments()?),
            "{" => Node::Within(Box::new(left), self.pairs()?),
            "^" => {
                self.expect("(")?;
                let mut terms = Vec::new();
                loop {
                    let _ordered = self.take("<") || self.take(">");
                    terms.push(self.expression(0)?);
                    if !self.take(",") {
                        break;
                    }
                }
                self.expect(")")?;
                Node::Within(Box::new(left), terms)
            }
            "#" => Node::Index(Box::new(left), self.variable()?),
            "@" => Node::Focus(Box::new(left), self.variable()?),
            "?" => {
                let mut parts = vec![left, self.expression(0)?];
                if self.take(":") {
                    parts.push(self.expression(0)?);
                }
                Node::Parts(parts)
            }
            ":=" => match left {
                Node::Variable(name) => Node::Bind(name, Box::new(self.expression(strength)?)),
                _ => return Err(Stop::Other),
            },
            "~>" => Node::Pipe(Box::new(left), Box::new(self.expression(strength)?)),
            _ => {
                let right = self.expression(strength)?;
                match left {
                    // A long chain of operators stays flat.
                    Node::Parts(mut parts) => {
                        parts.push(right);
                        Node::Parts(parts)
                    }
                    left => Node::Parts(vec![left, right]),
                }
            }
        })
    }

    fn primary(&mut self) -> Result<Node, Stop> {
        let token = self.tokens.get(self.at).ok_or(Stop::Other)?.clone();
        let text = self.text().to_owned();
        self.at += 1;
        Ok(match (token.kind, text.as_str()) {
            (Kind::Literal, _) => Node::Literal,
            (Kind::String, _) => Node::String(token.span),
            (Kind::Name { .. }, _) => Node::Name(token.span),
            (Kind::Variable, _) => Node::Variable(text[1..].to_owned()),
            (Kind::Function, _) if self.take("(") => self.lambda()?,
            (Kind::Function, _) => Node::Name(token.span),
            (Kind::Symbol, "(") => {
                let mut parts = Vec::new();
                while !self.take(")") {
                    parts.push(self.expression(0)?);
                    if !self.take(";") {
                        self.expect(")")?;
                        break;
                    }
                }
                Node::Block(parts)
            }
            (Kind::Symbol, "[") => Node::Parts(self.list("]")?),
            (Kind::Symbol, "{") => Node::Parts(self.pairs()?),
            (Kind::Symbol, "-") => Node::Parts(vec![self.expression(70)?]),
            (Kind::Symbol, "*" | "**") => Node::Wild,
            (Kind::Symbol, "%") => Node::Parent,
            (Kind::Symbol, "|") => {
                let location = self.expression(0)?;
                self.expect("|")?;
                let mut parts = vec![self.expression(0)?];
                if self.take(",") {
                    parts.push(self.expression(0)?);
                }
                self.expect("|")?;
                Node::Transform(Box::new(location), parts)
            }
            (Kind::Symbol, _) => return Err(Stop::Other),
        })
    }

    fn lambda(&mut self) -> Result<Node, Stop> {
        let mut names = Vec::new();
        while !self.take(")") {
            names.push(self.variable()?);
            if !self.take(",") {
                self.expect(")")?;
                break;
            }
        }
        if self.take("<") {
            // A signature: its brackets nest, and `?:` and the like are tokens of their own.
            let mut open = 1;
            while open > 0 {
                match self.text() {
                    "" => return Err(Stop::Other),
                    "<" => open += 1,
                    ">" => open -= 1,
                    _ => {}
                }
                self.at += 1;
            }
        }
        self.expect("{")?;
        let body = self.expression(0)?;
        self.expect("}")?;
        Ok(Node::Lambda(names, Box::new(body)))
    }

    fn arguments(&mut self) -> Result<Vec<Node>, Stop> {
        let mut parts = Vec::new();
        while !self.take(")") {
            // A placeholder of a partial application.
            if self.take("?") {
                parts.push(Node::Literal);
            } else {
                parts.push(self.expression(0)?);
            }
            if !self.take(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(parts)
    }

    fn list(&mut self, end: &str) -> Result<Vec<Node>, Stop> {
        let mut parts = Vec::new();
        while !self.take(end) {
            parts.push(self.expression(0)?);
            if !self.take(",") {
                self.expect(end)?;
                break;
            }
        }
        Ok(parts)
    }

    fn pairs(&mut self) -> Result<Vec<Node>, Stop> {
        let mut parts = Vec::new();
        while !self.take("}") {
            parts.push(self.expression(0)?);
            self.expect(":")?;
            parts.push(self.expression(0)?);
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(parts)
    }
}
