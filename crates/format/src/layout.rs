//! The layout file beside a graph file, as text: read with a place for what is wrong, changed only where it must be. Knows
//! nothing of the graph that it belongs to.
//!
//! Its form: under `tools`, by the tool's name, `nodes` (by id, `[x, y]`), `items` (a list, from the back to the front,
//! each with its `id`, its `type`, `at: [x, y]` and `size: [width, height]`) and `bookmarks` (by name, `at: [x, y]`, the middle of
//! what is seen, and its `zoom`).

use std::sync::Arc;

use graph::{Bookmark, Drawing, Fields, Item, Layout, LayoutEdit, Path, Problem, Segment, Spot};
use serde_json::{Number, Value};

use crate::Error;
use crate::change::TextChange;
use crate::edit::{self, Comments};
use crate::yaml::{self, Content, Manner, SyntaxError, Tree};

/// A layout file: text and layout, always saying the same. One that is not there is an empty text.
#[derive(Debug)]
pub struct LayoutSource {
    text: String,
    tree: Tree,
    file: Value,
    layout: Arc<Layout>,
    faults: Vec<LayoutFault>,
}

/// What is wrong with a layout file, and where. What cannot be read stays in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutFault {
    /// What; its path is one of the layout file. Always a warning, since a graph runs without its layout.
    pub problem: Problem,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl LayoutSource {
    /// Reads a layout file. What is wrong beyond the YAML itself is in [`LayoutSource::faults`].
    ///
    /// # Errors
    /// Where the text is not YAML.
    pub fn parse(text: String) -> Result<Self, SyntaxError> {
        let tree = yaml::parse(&text)?;
        let file = tree.to_value();
        let mut reader = Reader { problems: Vec::new() };
        let layout = Arc::new(reader.layout(&file));
        let place = |problem: Problem| {
            let (line, column) = yaml::position(&text, byte_at(&tree, &problem.path));
            LayoutFault { problem, line, column }
        };
        let faults = reader.problems.into_iter().map(place).collect();
        Ok(Self { text, tree, file, layout, faults })
    }

    /// The layout of a graph that has none.
    #[must_use]
    pub fn empty() -> Self {
        let (text, tree, file) = (String::new(), Tree::empty(), Value::Null);
        Self { text, tree, file, layout: Arc::default(), faults: Vec::new() }
    }

    /// The layout.
    #[must_use]
    pub fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// The text, as it is to be saved; where it is empty, no file is needed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with the file.
    #[must_use]
    pub fn faults(&self) -> &[LayoutFault] {
        &self.faults
    }

    /// Makes an edit in layout and text, and returns what it did to the text. Comments and keys that are not known stay;
    /// places are written with one decimal at most.
    ///
    /// # Errors
    /// Where the text cannot be changed so. Layout and text are then as they were.
    pub fn apply(&mut self, edit: &LayoutEdit) -> Result<TextChange, Error> {
        let mut target = Layout::clone(&self.layout);
        target.apply(edit);
        round(&mut target, &self.layout);
        let wanted = written(&target);
        let meant = edit::merge(&self.file, &written(&self.layout), &wanted);
        let text = self.text_that_means(&meant)?;
        let next = Self::parse(text)?;
        if written(&next.layout) != wanted {
            return Err(Error::text("the layout file holds something at that place that is not a layout"));
        }
        let change = TextChange::between(&self.text, &next.text);
        *self = next;
        Ok(change)
    }

    /// Makes a change of the text, such as the inverse of one that [`LayoutSource::apply`] returned.
    ///
    /// # Errors
    /// Where the change was made for another text, or what it leaves is not YAML. The source is then as it was.
    pub fn splice(&mut self, change: &TextChange) -> Result<(), Error> {
        *self = Self::parse(change.apply(&self.text)?)?;
        Ok(())
    }

    fn text_that_means(&self, meant: &Value) -> Result<String, Error> {
        let is_empty = |value: &Value| value.as_object().is_some_and(serde_json::Map::is_empty);
        let rest = match self.tree.root() {
            _ if *meant == self.file || (is_empty(meant) && self.file.is_null()) => return Ok(self.text.clone()),
            Some(_) if !is_empty(meant) && !is_empty(&self.file) && self.file.is_object() => {
                return Ok(edit::rewrite(&self.text, &self.tree, meant, Comments::Go)?.text);
            }
            Some(_) if !self.file.is_object() && !self.file.is_null() => {
                return Err(Error::text("the layout file holds no mapping"));
            }
            Some(root) => {
                let node = self.tree.node(root);
                let first = self.text[..node.start].rfind('\n').map_or(0, |newline| newline + 1);
                let end = self.text[node.range.end..].find('\n').map_or(self.text.len(), |newline| node.range.end + newline + 1);
                format!("{}{}", &self.text[..first], &self.text[end..])
            }
            None => self.text.clone(),
        };
        if is_empty(meant) {
            return Ok(if rest.trim().is_empty() { String::new() } else { rest });
        }
        let manner = Manner { eol: if rest.contains("\r\n") { "\r\n" } else { "\n" }, ..Manner::default() };
        let entries = meant.as_object().into_iter().flatten();
        let fresh: String = entries.map(|(key, value)| format!("{}{}", manner.entry(key, value, 0), manner.eol)).collect();
        let apart = if rest.is_empty() || rest.ends_with('\n') { "" } else { manner.eol };
        Ok(format!("{rest}{apart}{fresh}"))
    }
}

/// Where the part of the file at a path begins; the nearest thing around it where there is none.
fn byte_at(tree: &Tree, path: &Path) -> usize {
    let Some(mut at) = tree.root() else { return 0 };
    let mut byte = tree.node(at).start;
    for segment in path.segments() {
        let below = match (segment, &tree.node(tree.resolved(at)).content) {
            (Segment::Key(name), Content::Mapping { entries, .. }) => {
                entries.iter().find(|entry| entry.name == *name).map(|entry| (entry.value, tree.node(entry.key).start))
            }
            (Segment::Index(index), Content::Sequence { items, .. }) => {
                items.get(*index).map(|item| (item.node, tree.node(item.node).start))
            }
            _ => None,
        };
        let Some(found) = below else { break };
        (at, byte) = found;
    }
    byte
}

/// The layout as the file has it, without what is empty.
fn written(layout: &Layout) -> Value {
    let mut out = Fields::new();
    let tools: Fields = layout.tools.iter().map(|(name, drawing)| (name.to_string(), written_drawing(drawing))).collect();
    let tools: Fields = tools.into_iter().filter(|(_, drawing)| drawing.as_object().is_some_and(|fields| !fields.is_empty())).collect();
    if !tools.is_empty() {
        out.insert("tools".into(), tools.into());
    }
    out.extend(layout.extra.clone());
    Value::Object(out)
}

fn written_drawing(drawing: &Drawing) -> Value {
    let mut out = Fields::new();
    if !drawing.nodes.is_empty() {
        let nodes: Fields = drawing.nodes.iter().map(|(id, at)| (id.to_string(), pair(at.x, at.y))).collect();
        out.insert("nodes".into(), nodes.into());
    }
    if !drawing.items.is_empty() {
        out.insert("items".into(), drawing.items.iter().map(|(id, item)| written_item(id.as_str(), item)).collect());
    }
    if !drawing.bookmarks.is_empty() {
        let written =
            |mark: &Bookmark| Fields::from_iter([("at".to_owned(), pair(mark.at.x, mark.at.y)), ("zoom".to_owned(), number(mark.zoom))]);
        let bookmarks: Fields = drawing.bookmarks.iter().map(|(name, mark)| (name.clone(), written(mark).into())).collect();
        out.insert("bookmarks".into(), bookmarks.into());
    }
    out.extend(drawing.extra.clone());
    Value::Object(out)
}

fn written_item(id: &str, item: &Item) -> Value {
    let mut out = Fields::from_iter([("id".to_owned(), Value::from(id))]);
    // The type before the rest, since it says how to read that. Only plain fields are in it, so this never fails.
    let content = serde_json::to_value(&item.content).unwrap_or_default();
    let mut content = content.as_object().cloned().unwrap_or_default();
    out.extend(content.remove_entry("type"));
    out.insert("at".into(), pair(item.x, item.y));
    out.insert("size".into(), pair(item.w, item.h));
    out.extend(content);
    for (key, value) in &item.extra {
        out.entry(key.clone()).or_insert_with(|| value.clone());
    }
    Value::Object(out)
}

fn pair(a: f64, b: f64) -> Value {
    Value::Array(vec![number(a), number(b)])
}

/// A length, without decimals where it has none.
fn number(value: f64) -> Value {
    // Where a double is whole and small, it is an integer exactly.
    if value % 1.0 == 0.0 && value.abs() < 1e15 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or_else(|| Value::from(0), Value::Number)
}

fn read_pair(value: &Value) -> Option<(f64, f64)> {
    match value.as_array()?.as_slice() {
        [a, b] => Some((a.as_f64()?, b.as_f64()?)),
        _ => None,
    }
}

fn read_bookmark(value: &Value) -> Option<Bookmark> {
    let (x, y) = read_pair(value.get("at")?)?;
    let zoom = value.get("zoom").and_then(Value::as_f64).filter(|zoom| *zoom > 0.0)?;
    Some(Bookmark { at: Spot { x, y }, zoom })
}

/// Gives what is not where it was one decimal at most: no eye sees more.
fn round(layout: &mut Layout, before: &Layout) {
    let tenth = |value: &mut f64| *value = (*value * 10.0).round() / 10.0;
    for (name, drawing) in &mut layout.tools {
        let was = before.tools.get(name);
        for (id, at) in &mut drawing.nodes {
            if was.and_then(|was| was.nodes.get(id)) != Some(at) {
                [&mut at.x, &mut at.y].into_iter().for_each(tenth);
            }
        }
        for (id, item) in &mut drawing.items {
            if was.and_then(|was| was.items.get(id)) != Some(item) {
                [&mut item.x, &mut item.y, &mut item.w, &mut item.h].into_iter().for_each(tenth);
            }
        }
        for (name, mark) in &mut drawing.bookmarks {
            if was.and_then(|was| was.bookmarks.get(name)) != Some(mark) {
                [&mut mark.at.x, &mut mark.at.y].into_iter().for_each(|at| *at = at.round());
                mark.zoom = (mark.zoom * 1000.0).round() / 1000.0;
            }
        }
    }
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn fault(&mut self, path: &Path, message: &str, remedy: &str) {
        self.problems.push(Problem::warning(path.clone(), message, remedy));
    }

    fn layout(&mut self, file: &Value) -> Layout {
        let mut layout = Layout::default();
        let Some(fields) = self.fields(file, &Path::root()) else { return layout };
        for (key, value) in fields {
            if key != "tools" {
                layout.extra.insert(key.clone(), value.clone());
                continue;
            }
            let path = Path::root().key("tools");
            for (name, drawing) in self.fields(value, &path).into_iter().flatten() {
                let drawing = self.drawing(drawing, &path.clone().key(name));
                if drawing != Drawing::default() {
                    layout.tools.insert(name.as_str().into(), drawing);
                }
            }
        }
        layout
    }

    fn drawing(&mut self, file: &Value, path: &Path) -> Drawing {
        let mut drawing = Drawing::default();
        for (key, value) in self.fields(file, path).into_iter().flatten() {
            let path = path.clone().key(key);
            match key.as_str() {
                "nodes" => {
                    for (id, spot) in self.fields(value, &path).into_iter().flatten() {
                        match read_pair(spot) {
                            Some((x, y)) => drop(drawing.nodes.insert(id.as_str().into(), Spot { x, y })),
                            None => self.fault(&path.clone().key(id), "this is not a place", "write it as `[x, y]`"),
                        }
                    }
                }
                "items" => match value.as_array() {
                    Some(items) => {
                        for (i, item) in items.iter().enumerate() {
                            self.item(item, &path.clone().index(i), &mut drawing);
                        }
                    }
                    None if value.is_null() => {}
                    None => self.fault(&path, "`items` is not a list", "write each item after a `- `"),
                },
                "bookmarks" => {
                    for (name, mark) in self.fields(value, &path).into_iter().flatten() {
                        match read_bookmark(mark) {
                            Some(mark) => drop(drawing.bookmarks.insert(name.clone(), mark)),
                            None => {
                                self.fault(&path.clone().key(name), "this is no place to come back to", "it needs `at: [x, y]` and `zoom`")
                            }
                        }
                    }
                }
                _ => drop(drawing.extra.insert(key.clone(), value.clone())),
            }
        }
        drawing
    }

    fn item(&mut self, file: &Value, path: &Path, drawing: &mut Drawing) {
        let mut rest = file.as_object().cloned().unwrap_or_default();
        let id = rest.shift_remove("id");
        let Some(id) = id.as_ref().and_then(Value::as_str) else {
            return self.fault(path, "this item has no `id`", "give it an `id` that no other item of its tool has");
        };
        if drawing.items.contains_key(id) {
            return self.fault(path, "another item before it has the same `id`", "give it an `id` of its own");
        }
        let corners = [("at", ["x", "y"]), ("size", ["w", "h"])];
        for (key, [one, two]) in corners {
            let Some((a, b)) = rest.shift_remove(key).as_ref().and_then(read_pair) else {
                return self.fault(path, &format!("this item has no `{key}`"), "it needs `at: [x, y]` and `size: [width, height]`");
            };
            rest.insert(one.to_owned(), a.into());
            rest.insert(two.to_owned(), b.into());
        }
        match serde_json::from_value::<Item>(Value::Object(rest)) {
            Ok(item) => drop(drawing.items.insert(id.into(), item)),
            Err(error) => {
                self.fault(path, &format!("this is no note, frame or picture: {error}"), "it needs a `type`, and what its type holds")
            }
        }
    }

    /// The fields of a mapping; what is empty has none.
    fn fields<'f>(&mut self, value: &'f Value, path: &Path) -> Option<&'f Fields> {
        if !value.is_object() && !value.is_null() {
            self.fault(path, "this is not a mapping", "write `key: value` lines below it");
        }
        value.as_object()
    }
}

#[cfg(test)]
mod tests;
