//! How a file is written: its indentation, its quotes, its brackets. What is added is written so too.

use crate::yaml::{At, Content, Manner, Quotes, Style, Tree, column, is_plain};

/// The longest list or mapping that says something about brackets, in items.
const SHORT: usize = 4;

/// The manner in which most of a file is written.
pub(crate) fn manner(text: &str, tree: &Tree) -> Manner {
    let mut count = Count::default();
    for (at, node) in tree.nodes() {
        count.node(text, tree, at, &node.content);
    }
    let is_windows = text.matches("\r\n").count() * 2 > text.matches('\n').count();
    let step = (1..=8).max_by_key(|step| (count.steps[*step], *step == 2)).filter(|step| count.steps[*step] > 0).unwrap_or(2);
    Manner {
        step,
        indents_lists: count.lists[1] >= count.lists[0],
        quotes: most(count.values),
        keys: most(count.keys),
        flow_lists: count.short_lists[1] >= count.short_lists[0],
        flow_maps: count.short_maps[1] >= count.short_maps[0],
        blocks: true,
        eol: if is_windows { "\r\n" } else { "\n" },
    }
}

#[derive(Default)]
struct Count {
    /// By the columns between a key and the keys below it.
    steps: [usize; 9],
    /// Lists under a key whose dashes stand below it, or deeper.
    lists: [usize; 2],
    /// Texts that need no quotes: without, with single, with double ones.
    values: [usize; 3],
    keys: [usize; 3],
    /// Short lists of scalars: in lines, in brackets.
    short_lists: [usize; 2],
    short_maps: [usize; 2],
}

impl Count {
    fn node(&mut self, text: &str, tree: &Tree, at: At, content: &Content) {
        match content {
            Content::Mapping { is_flow, entries } => {
                for entry in entries {
                    self.scalar(tree, entry.key, true);
                    self.scalar(tree, entry.value, false);
                    if !*is_flow {
                        self.child(column(text, tree.node(entry.key).start), text, tree, entry.value);
                    }
                }
                let is_short = entries.len() <= 2 && entries.iter().all(|entry| is_scalar(tree, entry.value));
                if is_short && !entries.is_empty() && tree.root() != Some(at) {
                    self.short_maps[usize::from(*is_flow)] += 1;
                }
            }
            Content::Sequence { is_flow, items } => {
                for item in items {
                    self.scalar(tree, item.node, false);
                }
                if items.len() <= SHORT && !items.is_empty() && items.iter().all(|item| is_scalar(tree, item.node)) {
                    self.short_lists[usize::from(*is_flow)] += 1;
                }
            }
            Content::Scalar { .. } | Content::Alias { .. } => {}
        }
    }

    fn scalar(&mut self, tree: &Tree, at: At, is_key: bool) {
        if let Content::Scalar { style, text, value } = &tree.node(at).content
            && value.is_string()
            && is_plain(text, false)
        {
            let into = if is_key { &mut self.keys } else { &mut self.values };
            match style {
                Style::Plain => into[0] += 1,
                Style::Single => into[1] += 1,
                Style::Double => into[2] += 1,
                Style::Literal | Style::Folded => {}
            }
        }
    }

    fn child(&mut self, key: usize, text: &str, tree: &Tree, at: At) {
        match &tree.node(at).content {
            Content::Mapping { is_flow: false, entries } => {
                let below = entries.first().map_or(key, |entry| column(text, tree.node(entry.key).start));
                if let Some(count) = below.checked_sub(key).and_then(|step| self.steps.get_mut(step)) {
                    *count += 1;
                }
            }
            Content::Sequence { is_flow: false, items } => {
                let below = items.first().and_then(|item| item.dash).map_or(key, |dash| column(text, dash));
                self.lists[usize::from(below > key)] += 1;
            }
            _ => {}
        }
    }
}

fn is_scalar(tree: &Tree, at: At) -> bool {
    matches!(&tree.node(at).content, Content::Scalar { text, .. } if text.len() < 40 && !text.contains('\n'))
}

fn most(count: [usize; 3]) -> Quotes {
    match count {
        [plain, single, double] if double > plain + single => Quotes::Double,
        [plain, single, double] if single > plain + double => Quotes::Single,
        _ => Quotes::None,
    }
}
