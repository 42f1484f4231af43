//! Builds the tree from the parser's events, within limits. Knows nothing of editing.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag};
use serde_json::Value;

use super::marks::{block_range, first_dash, skip_blank};
use super::{At, Content, Entry, Item, Node, Note, Style, SyntaxError, Tree, scalar};

/// The longest text that is taken in, in bytes.
const MAX_TEXT: usize = 64 << 20;
/// How deep nodes may nest, aliases followed.
const MAX_DEPTH: usize = 128;
/// What a document may grow to when its aliases are written out: this many bytes, and eight times its own.
const FREE_GROWTH: usize = 8 << 20;

/// Reads one document.
///
/// # Errors
/// Where the text is not YAML, names a key twice, holds a second document, or is past a limit.
pub(crate) fn parse(text: &str) -> Result<Tree, SyntaxError> {
    if text.len() > MAX_TEXT {
        return Err(SyntaxError::at(text, 0, "the file is larger than 64 MiB", "split it into several graphs"));
    }
    let options = granit_parser::options! {
        emit_anchor_events: true,
        strict_indentation: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        max_buffered_comment_events: MAX_TEXT,
    };
    let mut loader = Loader::new(text);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| loader.refused(&error))?;
        loader.take(event, &span)?;
    }
    Ok(loader.tree)
}

/// A collection whose end has not been seen.
enum Open {
    Mapping { at: At, names: HashSet<String>, key: Option<At> },
    Sequence { at: At },
}

struct Loader<'t> {
    text: &'t str,
    tree: Tree,
    open: Vec<Open>,
    anchors: HashMap<usize, At>,
    /// How deep and how large each node is with its aliases written out, by its place.
    sizes: Vec<Size>,
    /// The bytes that the document has with its aliases written out.
    grown: usize,
    /// The end of the last token.
    cursor: usize,
    documents: usize,
}

#[derive(Clone, Copy, Default)]
struct Size {
    height: usize,
    bytes: usize,
    is_closed: bool,
}

impl<'t> Loader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            tree: Tree { nodes: Vec::new(), root: None, comments: Vec::new(), notes: Vec::new() },
            open: Vec::new(),
            anchors: HashMap::new(),
            sizes: Vec::new(),
            grown: 0,
            cursor: 0,
            documents: 0,
        }
    }

    fn fail(&self, byte: usize, message: impl Into<String>, remedy: &str) -> SyntaxError {
        SyntaxError::at(self.text, byte, message, remedy)
    }

    fn refused(&self, error: &ScanError) -> SyntaxError {
        let byte = error.marker().byte_offset().unwrap_or(self.cursor);
        let message = error.info();
        let message = message.lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
        let remedy = if message.contains("tab") {
            "indent with spaces"
        } else if message.contains("anchor") {
            "define it with `&name` before it is used"
        } else {
            "correct the YAML here: look at the indentation, and for a quote or a bracket that is not closed"
        };
        self.fail(byte, message, remedy)
    }

    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), SyntaxError> {
        let range = span.byte_range().unwrap_or(self.cursor..self.cursor);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(self.fail(range.start, "a second document begins here", "keep one graph in a file"));
                }
            }
            Event::Comment(..) => {
                self.tree.comments.push(range);
                return Ok(());
            }
            Event::Alias(anchor) => self.alias(anchor, range.clone())?,
            Event::Anchor(_, _) => {
                if let Some(node) = self.tree.nodes.last_mut() {
                    node.start = node.start.min(range.start);
                    node.anchor = Some(range);
                }
                return Ok(());
            }
            Event::Scalar(content, style, anchor, tag) => self.scalar(&content, style, anchor, tag.as_deref(), span, range.clone())?,
            Event::SequenceStart(style, anchor, tag) => {
                let content = Content::Sequence { is_flow: style == StructureStyle::Flow, items: Vec::new() };
                let start = match (style, self.open.last()) {
                    (StructureStyle::Block, Some(Open::Mapping { .. })) => first_dash(self.text, self.cursor, range.start),
                    _ => range.start,
                };
                let at = self.add(content, span, start..range.end.max(start), anchor)?;
                self.collection_tag(at, tag.as_deref(), "seq")?;
                self.open.push(Open::Sequence { at });
            }
            Event::MappingStart(style, anchor, tag) => {
                let content = Content::Mapping { is_flow: style == StructureStyle::Flow, entries: Vec::new() };
                let at = self.add(content, span, range.clone(), anchor)?;
                self.collection_tag(at, tag.as_deref(), "map")?;
                self.open.push(Open::Mapping { at, names: HashSet::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&range),
            _ => {}
        }
        self.cursor = self.cursor.max(range.end);
        Ok(())
    }

    /// Puts a node into the tree and into the collection that is open.
    fn add(&mut self, content: Content, span: &Span, range: Range<usize>, anchor: usize) -> Result<At, SyntaxError> {
        let at = At(self.tree.nodes.len());
        let tag = span.tag_span().and_then(|tag| tag.byte_range());
        let start = tag.as_ref().map_or(range.start, |tag| tag.start.min(range.start));
        if self.open.len() >= MAX_DEPTH {
            return Err(self.fail(range.start, format!("values nest more than {MAX_DEPTH} deep here"), "make the structure flatter"));
        }
        let bytes = match &content {
            Content::Scalar { text, .. } => 16 + text.len(),
            Content::Alias { to } => self.sizes[to.0].bytes,
            Content::Mapping { .. } | Content::Sequence { .. } => 16,
        };
        self.grown = self.grown.saturating_add(bytes);
        if self.grown > FREE_GROWTH.saturating_add(self.text.len().saturating_mul(24)) {
            return Err(self.fail(range.start, "the aliases make this file grow beyond all measure", "write out less through aliases"));
        }
        let has_alias = matches!(content, Content::Alias { .. });
        let height = if let Content::Alias { to } = &content { self.sizes[to.0].height } else { 1 };
        let is_closed = !matches!(content, Content::Mapping { .. } | Content::Sequence { .. });
        let is_tagged = tag.is_some();
        self.tree.nodes.push(Node { range, start, anchor: None, is_tagged, has_alias, content });
        self.sizes.push(Size { height, bytes, is_closed });
        if anchor > 0 {
            self.anchors.insert(anchor, at);
        }
        self.attach(at)?;
        Ok(at)
    }

    fn attach(&mut self, at: At) -> Result<(), SyntaxError> {
        match self.open.last_mut() {
            None => self.tree.root = Some(at),
            Some(Open::Sequence { at: parent }) => {
                if let Content::Sequence { items, .. } = &mut self.tree.nodes[parent.0].content {
                    items.push(Item { dash: None, node: at });
                }
            }
            Some(Open::Mapping { key: key @ None, .. }) => *key = Some(at),
            Some(Open::Mapping { at: parent, names, key }) => {
                let Some(name_at) = key.take() else { return Ok(()) };
                let node = &self.tree.nodes[name_at.0];
                let (name, is_merge) = match &self.tree.nodes[self.tree.resolved(name_at).0].content {
                    Content::Scalar { text, style, .. } => (text.clone(), *style == Style::Plain && text == "<<" && !node.is_tagged),
                    _ => {
                        let (start, text) = (node.range.start, self.text);
                        return Err(SyntaxError::at(text, start, "a key is a list or a mapping here", "use a text as the key"));
                    }
                };
                if !names.insert(name.clone()) {
                    let start = node.range.start;
                    return Err(SyntaxError::at(self.text, start, format!("the key `{name}` is here twice"), "keep one of the two"));
                }
                if let Content::Mapping { entries, .. } = &mut self.tree.nodes[parent.0].content {
                    entries.push(Entry { question: None, key: name_at, colon: None, value: at, name, is_merge });
                }
            }
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), SyntaxError> {
        let Some(to) = self.anchors.get(&anchor).copied().filter(|to| self.sizes[to.0].is_closed) else {
            return Err(self.fail(range.start, "the alias stands for something that it is part of", "write the value out"));
        };
        if self.open.len() + self.sizes[to.0].height > MAX_DEPTH {
            return Err(self.fail(range.start, format!("values nest more than {MAX_DEPTH} deep here"), "make the structure flatter"));
        }
        let span = Span::default();
        self.add(Content::Alias { to }, &span, range, 0)?;
        Ok(())
    }

    fn scalar(
        &mut self,
        content: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: &Span,
        range: Range<usize>,
    ) -> Result<(), SyntaxError> {
        let style = match style {
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
            // The parser's styles are open-ended; what is none of the above is plain.
            _ => Style::Plain,
        };
        let range = match style {
            Style::Literal | Style::Folded => block_range(self.text, self.cursor, span.indent, range.end),
            _ => range,
        };
        // An absent plain scalar comes as `~` without bytes.
        let content = if style == Style::Plain && range.is_empty() { "" } else { content };
        let byte = range.start;
        let mut note = None;
        let value = match tag.and_then(Tag::core_suffix) {
            Some(kind) => match scalar::tagged(content, kind) {
                Some(value) => value,
                None => {
                    return Err(self.fail(
                        byte,
                        format!("`{content}` does not fit its tag `!!{kind}`"),
                        "remove the tag, or correct the value",
                    ));
                }
            },
            None if tag.is_some_and(|tag| tag.suffix() != "" || tag.handle() != "!") => {
                note = Some(("this tag is kept and has no effect", "remove it; the value is read as a text"));
                Value::from(content)
            }
            None if tag.is_some() || style != Style::Plain => Value::from(content),
            None => scalar::plain(content).unwrap_or_else(|_| {
                note = Some(("this number has no form in JSON; it is read as a text", "write a finite number, or put it in quotes"));
                Value::from(content)
            }),
        };
        let at = self.add(Content::Scalar { style, text: content.to_owned(), value }, span, range, anchor)?;
        if let Some((message, remedy)) = note {
            self.tree.notes.push(Note { at, message: message.to_owned(), remedy: remedy.to_owned() });
        }
        Ok(())
    }

    fn collection_tag(&mut self, at: At, tag: Option<&Tag>, kind: &str) -> Result<(), SyntaxError> {
        let Some(tag) = tag else { return Ok(()) };
        match tag.core_suffix() {
            Some(own) if own == kind => Ok(()),
            Some(own) => {
                let start = self.tree.nodes[at.0].start;
                Err(self.fail(start, format!("this does not fit its tag `!!{own}`"), "remove the tag, or correct the value"))
            }
            None => {
                let (message, remedy) = ("this tag is kept and has no effect".to_owned(), "remove it".to_owned());
                self.tree.notes.push(Note { at, message, remedy });
                Ok(())
            }
        }
    }

    /// Ends a collection: finds its dashes, colons and question marks, and its own end.
    fn close(&mut self, range: &Range<usize>) {
        let Some(open) = self.open.pop() else { return };
        let (Open::Mapping { at, .. } | Open::Sequence { at }) = open;
        let index = at.0;
        let start = self.tree.nodes[index].range.start;
        let mut content = std::mem::replace(&mut self.tree.nodes[index].content, Content::Alias { to: at });
        let (mut end, mut has_alias, mut height, mut bytes) = (start, false, 0, 16);
        let mut child = |loader: &Self, at: At| {
            has_alias |= loader.tree.nodes[at.0].has_alias;
            height = height.max(loader.sizes[at.0].height);
            bytes += loader.sizes[at.0].bytes;
        };
        let is_flow = match &mut content {
            Content::Sequence { is_flow, items } => {
                for item in items {
                    child(self, item.node);
                    if !*is_flow {
                        let dash = skip_blank(self.text, end);
                        item.dash = (self.text.as_bytes().get(dash) == Some(&b'-')).then_some(dash);
                        self.settle(item.node, item.dash.map_or(end, |dash| dash + 1));
                    }
                    end = self.tree.nodes[item.node.0].range.end.max(item.dash.map_or(end, |dash| dash + 1));
                }
                *is_flow
            }
            Content::Mapping { is_flow, entries } => {
                for entry in entries {
                    child(self, entry.key);
                    child(self, entry.value);
                    end = self.find_marks(entry, end);
                }
                *is_flow
            }
            Content::Scalar { .. } | Content::Alias { .. } => false,
        };
        let node = &mut self.tree.nodes[index];
        node.content = content;
        node.has_alias = has_alias;
        // A pair inside `[...]` is a flow mapping without brackets of its own.
        node.range.end = if is_flow && !range.is_empty() { range.end } else { end };
        self.sizes[index] = Size { height: height + 1, bytes, is_closed: true };
    }

    /// Finds the `?` and the `:` of an entry that begins after `from`, and returns the entry's end.
    fn find_marks(&mut self, entry: &mut Entry, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut first = skip_blank(self.text, from);
        if matches!(bytes.get(first), Some(b',' | b'{')) {
            first = skip_blank(self.text, first + 1);
        }
        let key = &self.tree.nodes[entry.key.0];
        if bytes.get(first) == Some(&b'?') && first < key.range.start.max(key.start) {
            entry.question = Some(first);
        }
        let key_end = key.range.end.max(entry.question.map_or(0, |question| question + 1));
        let colon = skip_blank(self.text, key_end);
        entry.colon = (bytes.get(colon) == Some(&b':')).then_some(colon);
        self.settle(entry.value, entry.colon.map_or(key_end, |colon| colon + 1));
        self.tree.nodes[entry.value.0].range.end.max(entry.colon.map_or(key_end, |colon| colon + 1))
    }

    /// Gives an absent value its place: right after the mark that announces it.
    fn settle(&mut self, at: At, place: usize) {
        let node = &mut self.tree.nodes[at.0];
        let is_absent = matches!(&node.content, Content::Scalar { style: Style::Plain, text, .. } if text.is_empty());
        if is_absent && node.range.is_empty() && node.anchor.is_none() && !node.is_tagged {
            node.range = place..place;
            node.start = place;
        }
    }
}
