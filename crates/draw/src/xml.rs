//! XML as text: elements with their attributes, and what must be escaped in them.

use std::fmt::{Display, Write};

/// XML that is being written.
#[derive(Debug, Default)]
pub(crate) struct Xml {
    text: String,
    /// The elements that are begun and not ended.
    inside: Vec<&'static str>,
}

/// What is written of an attribute.
pub(crate) type Attribute<'a> = (&'a str, &'a dyn Display);

impl Xml {
    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[Attribute<'_>]) {
        self.begin(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element with a text.
    pub(crate) fn text(&mut self, name: &str, attributes: &[Attribute<'_>], text: &str) {
        self.begin(name, attributes);
        self.text.push('>');
        escape(text, &mut self.text);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    /// Begins an element that others stand in, until [`Xml::end`].
    pub(crate) fn open(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.begin(name, attributes);
        self.text.push_str(">\n");
        self.inside.push(name);
    }

    /// Ends the element that was begun last.
    pub(crate) fn end(&mut self) {
        if let Some(name) = self.inside.pop() {
            self.indent();
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push_str(">\n");
        }
    }

    /// What was written.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.inside.len()));
    }

    fn begin(&mut self, name: &str, attributes: &[Attribute<'_>]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            self.text.push(' ');
            self.text.push_str(key);
            self.text.push_str("=\"");
            let mut plain = String::new();
            // Writing into a string does not fail.
            write!(plain, "{value}").unwrap_or_default();
            escape(&plain, &mut self.text);
            self.text.push('"');
        }
    }
}

/// What XML 1.0 has no form for at all is left out.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}

/// A length with two decimals at most.
pub(crate) struct Number(pub(crate) f64);

impl Display for Number {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rounded = (self.0 * 100.0).round() / 100.0;
        // Minus zero is zero.
        write!(out, "{}", if rounded == 0.0 { 0.0 } else { rounded })
    }
}
