//! Edits of a file: graph and text change together or not at all. Knows nothing of how bytes are found.

use std::collections::HashMap;

use graph::{Document, Edit, Graph, Problem};
use serde_json::Value;

use crate::change::TextChange;
use crate::{Dialect, Error, Source, edit};

impl Source {
    /// Makes an edit in graph and text, and returns what it did to the text.
    ///
    /// Only what the edit means changes; comments, order, quotes and line breaks of the rest stay. The new text is read
    /// again before it is taken, and refused if it does not mean just what was asked for.
    ///
    /// # Errors
    /// Where the edit does not fit the graph, the file was read with errors, the file's shape cannot hold it, or the text
    /// cannot be changed so. Graph and text are then as they were.
    pub fn apply(&mut self, edit: &Edit) -> Result<TextChange, Error> {
        if let Some(problem) = self.problems().iter().find(|problem| problem.is_error()) {
            return Err(Error::Unreadable(Box::new(problem.clone())));
        }
        let target = edited(self.graph(), edit)?;
        let (next, change) = match (self.changed(&target, edit), edit) {
            (Ok(done), _) => done,
            // What is too much for one pass may be possible one step at a time, as a rename with a removal beside it.
            (Err(error), Edit::Batch { edits }) => self.step_by_step(edits, &target).map_err(|_| error)?,
            (Err(error), _) => return Err(error),
        };
        *self = next;
        Ok(change)
    }

    /// Makes a change of the text, such as the inverse of one that [`Source::apply`] returned.
    ///
    /// # Errors
    /// Where the change was made for another text, or what it leaves is not YAML. The source is then as it was.
    pub fn splice(&mut self, change: &TextChange) -> Result<(), Error> {
        *self = Self::parse(change.apply(self.text())?)?;
        Ok(())
    }

    fn changed(&self, target: &Graph, edit: &Edit) -> Result<(Self, TextChange), Error> {
        let shape = self.dialect.shape();
        let base = shape.write(&self.graph.to_json(), &self.file)?;
        let wanted = shape.write(&target.to_json(), &renamed(&self.file, edit))?;
        let meant = edit::merge(&self.file, &base, &wanted);
        let edit::Rewritten { change, text, tree } = edit::rewrite(&self.text, &self.tree, &meant, edit::Comments::Go)?;
        let next = Self::of(text, tree);
        // A text with errors of reading could not be edited any further.
        if next.graph != *target || next.problems().iter().any(Problem::is_error) {
            return Err(self.unlike(&next, edit));
        }
        Ok((next, change))
    }

    /// Why a text that holds what was written does not give the graph that was meant.
    fn unlike(&self, next: &Self, edit: &Edit) -> Error {
        if next.dialect != self.dialect && self.dialect == Dialect::E {
            return Error::text(
                "a text that starts with `$` would be an expression, as in the older shapes, since no argument is an `{expr: ...}`; \
                 write it as `{expr: '\"$...\"'}`",
            );
        }
        if next.dialect != self.dialect {
            return Error::shape(self.dialect, subject(edit), "the file would look like one of another shape");
        }
        match next.problems().iter().find(|problem| problem.is_error()) {
            Some(_) if self.dialect == Dialect::A => {
                Error::shape(self.dialect, subject(edit), "a tool without an entry or an exit is not one")
            }
            Some(Problem { message, remedy, .. }) => Error::text(format!("{message}; {remedy}")),
            None => Error::shape(self.dialect, subject(edit), "there a node belongs to the tools that reach it"),
        }
    }

    fn step_by_step(&self, edits: &[Edit], target: &Graph) -> Result<(Self, TextChange), Error> {
        let mut next = Self::parse(self.text.clone())?;
        for edit in edits {
            next.apply(edit)?;
        }
        if next.graph != *target {
            return Err(Error::text("the steps lead to another graph"));
        }
        let change = TextChange::between(&self.text, &next.text);
        Ok((next, change))
    }
}

fn edited(graph: &Graph, edit: &Edit) -> Result<Graph, Error> {
    let mut document = Document::new(graph.clone());
    document.apply("", edit)?;
    Ok(document.into_graph())
}

/// What an edit is about, for an error.
fn subject(edit: &Edit) -> String {
    match edit {
        Edit::SetNode { node, path, .. } => format!("{node}: {path}"),
        Edit::SetNodeId { from, .. } => from.to_string(),
        Edit::InsertNode { node, .. } => node.id.to_string(),
        Edit::RemoveNode { node, .. } => node.to_string(),
        Edit::SetTool { tool, path, .. } => format!("{tool}: {path}"),
        Edit::SetToolName { from, .. } => from.to_string(),
        Edit::InsertTool { tool, .. } => tool.name.to_string(),
        Edit::RemoveTool { tool } => tool.to_string(),
        Edit::SetGraph { path, .. } => path.to_string(),
        Edit::SetServerName { from, .. } => from.to_string(),
        Edit::Batch { edits } => edits.first().map_or_else(|| "nothing".to_owned(), subject),
    }
}

/// The file with the ids and names that it will have, so that a renamed node is still known by how it is written.
fn renamed(file: &Value, edit: &Edit) -> Value {
    let mut names = HashMap::new();
    collect(edit, &mut names);
    let mut file = file.clone();
    if names.is_empty() {
        return file;
    }
    let rename = |item: &mut Value, key: &str| {
        let new = item.get(key).and_then(Value::as_str).and_then(|name| names.get(name)).cloned();
        if let Some(new) = new {
            item[key] = new.into();
        }
    };
    let list = |value: &mut Value, key: &str, each: &dyn Fn(&mut Value)| {
        value.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().for_each(each);
    };
    list(&mut file, "nodes", &|node| rename(node, "id"));
    list(&mut file, "tools", &|tool| {
        rename(tool, "name");
        list(tool, "nodes", &|node| rename(node, "id"));
    });
    file
}

fn collect(edit: &Edit, names: &mut HashMap<String, String>) {
    match edit {
        Edit::SetNodeId { from, to, .. } => {
            names.insert(from.to_string(), to.to_string());
        }
        Edit::SetToolName { from, to } => {
            names.insert(from.to_string(), to.to_string());
        }
        Edit::Batch { edits } => edits.iter().for_each(|edit| collect(edit, names)),
        _ => {}
    }
}
