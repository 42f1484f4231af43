//! The tree of one YAML document, over the bytes of its text. Knows nothing of how it was read.

use std::ops::Range;

use serde_json::{Map, Value};

/// The place of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct At(pub(super) usize);

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

/// One node and its bytes.
#[derive(Debug)]
pub(crate) struct Node {
    /// The content without anchor and tag. A block scalar begins with its header; no node ends with a line break.
    pub(crate) range: Range<usize>,
    /// Where the anchor or tag before the content begins; the start of the content where there is none.
    pub(crate) start: usize,
    /// The bytes of the anchor, `&` included.
    pub(crate) anchor: Option<Range<usize>>,
    /// Whether a tag is written.
    pub(crate) is_tagged: bool,
    /// Whether an alias is in it.
    pub(crate) has_alias: bool,
    pub(crate) content: Content,
}

#[derive(Debug)]
pub(crate) enum Content {
    Scalar { style: Style, text: String, value: Value },
    Mapping { is_flow: bool, entries: Vec<Entry> },
    Sequence { is_flow: bool, items: Vec<Item> },
    Alias { to: At },
}

/// One `key: value` of a mapping.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The byte of the `?` of an explicit key.
    pub(crate) question: Option<usize>,
    pub(crate) key: At,
    /// The byte of the `:`; a flow mapping may leave it out.
    pub(crate) colon: Option<usize>,
    pub(crate) value: At,
    /// The key as JSON has it.
    pub(crate) name: String,
    /// Whether it is `<<`, whose fields belong to the mapping.
    pub(crate) is_merge: bool,
}

/// One item of a sequence.
#[derive(Debug)]
pub(crate) struct Item {
    /// The byte of the `-` of a block sequence.
    pub(crate) dash: Option<usize>,
    pub(crate) node: At,
}

/// Something that was read, though perhaps not as it was meant.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) at: At,
    pub(crate) message: String,
    pub(crate) remedy: String,
}

/// One document. Its text is kept by whoever asked for the tree.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) root: Option<At>,
    pub(super) comments: Vec<Range<usize>>,
    pub(super) notes: Vec<Note>,
}

impl Tree {
    /// The tree of an empty document.
    pub(crate) fn empty() -> Self {
        Self { nodes: Vec::new(), root: None, comments: Vec::new(), notes: Vec::new() }
    }

    /// The top node; none in an empty document.
    pub(crate) fn root(&self) -> Option<At> {
        self.root
    }

    pub(crate) fn node(&self, at: At) -> &Node {
        &self.nodes[at.0]
    }

    /// The bytes of every comment, from its `#` to the end of its line.
    pub(crate) fn comments(&self) -> &[Range<usize>] {
        &self.comments
    }

    pub(crate) fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Every node, in the order of the text.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (At, &Node)> {
        self.nodes.iter().enumerate().map(|(i, node)| (At(i), node))
    }

    /// The whole document as JSON; `null` where it is empty.
    pub(crate) fn to_value(&self) -> Value {
        self.root.map_or(Value::Null, |root| self.value(root))
    }

    /// A node as JSON, aliases and merge keys resolved. Reading has made sure that this stays small.
    pub(crate) fn value(&self, at: At) -> Value {
        match &self.node(at).content {
            Content::Scalar { value, .. } => value.clone(),
            Content::Alias { to } => self.value(*to),
            Content::Sequence { items, .. } => items.iter().map(|item| self.value(item.node)).collect(),
            Content::Mapping { entries, .. } => {
                let mut fields = Map::new();
                for entry in entries.iter().filter(|entry| !entry.is_merge) {
                    fields.insert(entry.name.clone(), self.value(entry.value));
                }
                for entry in entries.iter().filter(|entry| entry.is_merge) {
                    for (key, value) in self.merged(entry.value) {
                        fields.entry(key).or_insert(value);
                    }
                }
                Value::Object(fields)
            }
        }
    }

    /// The fields that a `<<` brings, the first of a name winning.
    pub(crate) fn merged(&self, at: At) -> Map<String, Value> {
        let mut fields = Map::new();
        match self.value(at) {
            Value::Object(object) => fields = object,
            Value::Array(items) => {
                for item in items {
                    if let Value::Object(object) = item {
                        for (key, value) in object {
                            fields.entry(key).or_insert(value);
                        }
                    }
                }
            }
            _ => {}
        }
        fields
    }

    /// Whether a node holds just this value, without building it where that can be helped.
    pub(crate) fn equals(&self, at: At, value: &Value) -> bool {
        match (&self.node(at).content, value) {
            (Content::Scalar { value: own, .. }, value) => own == value,
            (Content::Alias { to }, value) => self.equals(*to, value),
            (Content::Sequence { items, .. }, Value::Array(values)) => {
                items.len() == values.len() && items.iter().zip(values).all(|(item, value)| self.equals(item.node, value))
            }
            (Content::Mapping { entries, .. }, Value::Object(fields)) => {
                if entries.iter().any(|entry| entry.is_merge) {
                    return self.value(at) == *value;
                }
                entries.len() == fields.len()
                    && entries.iter().all(|entry| fields.get(&entry.name).is_some_and(|value| self.equals(entry.value, value)))
            }
            _ => false,
        }
    }

    /// The node that an alias stands for; any other node itself.
    pub(crate) fn resolved(&self, at: At) -> At {
        match self.node(at).content {
            Content::Alias { to } => self.resolved(to),
            _ => at,
        }
    }
}
