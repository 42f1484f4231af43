//! Moves the items of the top-level `nodes` into the tools, with every comment and blank line between them. Knows of graphs
//! only that both are lists.

use super::reconcile::Editor;
use crate::Error;
use crate::change::TextChange;
use crate::yaml::{At, Content, Entry, Tree};

/// The change that writes, at the end of each tool, the nodes that are listed for it.
///
/// # Errors
/// Where tools or nodes are not written in lines.
pub(crate) fn regroup(text: &str, tree: &Tree, owners: &[Vec<usize>]) -> Result<TextChange, Error> {
    let mut editor = Editor::new(text, tree, super::manner(text, tree));
    let unfit = || Error::text("`tools` and `nodes` are not written as lists of lines");
    let Some(Content::Mapping { is_flow: false, entries }) = tree.root().map(|root| &tree.node(root).content) else { return Err(unfit()) };
    let entry = |name: &str| entries.iter().find(|entry| entry.name == name);
    let Some((nodes, tools)) = entry("nodes").zip(entry("tools")) else { return Err(unfit()) };
    let (Some(nodes_at), Some(tools_at)) = (editor.items(nodes.value), editor.items(tools.value)) else { return Err(unfit()) };
    let chunks = editor.chunks(nodes, &nodes_at);
    let header = editor.header(nodes);
    let from = editor.column(nodes_at[0].0);
    let mut is_header_due = true;
    for ((_, tool), own) in tools_at.iter().zip(owners) {
        let Content::Mapping { is_flow: false, entries } = &tree.node(*tool).content else { return Err(unfit()) };
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Err(unfit()) };
        let indent = editor.column(editor.entry_start(first));
        let to = if editor.manner.indents_lists { indent + editor.manner.step } else { indent };
        let eol = editor.manner.eol;
        let (above, behind) = if std::mem::take(&mut is_header_due) { header.clone() } else { (String::new(), String::new()) };
        let mut out = shifted(&above, 0, indent);
        out.push_str(&format!("{:indent$}nodes:{behind}{eol}", ""));
        for (i, chunk) in own.iter().filter_map(|i| chunks.get(*i)).enumerate() {
            let chunk = if i == 0 { chunk.trim_start_matches(['\r', '\n']) } else { chunk };
            out.push_str(&shifted(chunk, from, to));
            if !out.ends_with('\n') {
                out.push_str(eol);
            }
        }
        let line = editor.last_line(editor.entry_start(last), editor.entry_end(last));
        editor.put(line..line, format!("{eol}{}", out.trim_end_matches(['\r', '\n'])));
    }
    let start = editor.comments_above(editor.entry_start(nodes), 0);
    let (dash, last) = nodes_at[nodes_at.len() - 1];
    let end = editor.next_line(editor.last_line(dash, tree.node(last).range.end));
    editor.put(start..end, "");
    editor.finish()
}

impl Editor<'_> {
    /// The dashes and the nodes of a list of lines; none where it is something else or empty.
    fn items(&self, at: At) -> Option<Vec<(usize, At)>> {
        let Content::Sequence { is_flow: false, items } = &self.tree.node(at).content else { return None };
        let items: Option<Vec<_>> = items.iter().map(|item| item.dash.map(|dash| (dash, item.node))).collect();
        items.filter(|items| !items.is_empty() && items.iter().all(|(dash, _)| self.is_first_on_line(*dash)))
    }

    /// The lines of each item, with everything since the one before it.
    fn chunks(&self, nodes: &Entry, items: &[(usize, At)]) -> Vec<String> {
        let mut from = self.next_line(nodes.colon.unwrap_or(0));
        let mut chunks = Vec::with_capacity(items.len());
        for (dash, node) in items {
            let end = self.next_line(self.last_line(*dash, self.tree.node(*node).range.end));
            chunks.push(self.text[from.min(end)..end].to_owned());
            from = end;
        }
        chunks
    }

    /// The comment lines above `nodes:`, and the comment behind it.
    fn header(&self, nodes: &Entry) -> (String, String) {
        let start = self.entry_start(nodes);
        let above = &self.text[self.comments_above(start, 0)..self.line_start(start)];
        let colon = nodes.colon.unwrap_or(start);
        (above.to_owned(), self.text[colon + 1..self.line_end(colon)].trim_end().to_owned())
    }
}

/// Lines that began at one column, beginning at another.
fn shifted(lines: &str, from: usize, to: usize) -> String {
    let shift = |line: &str| match line.trim().is_empty() {
        true => line.to_owned(),
        false if to >= from => format!("{:shift$}{line}", "", shift = to - from),
        false => {
            let spare = line.len() - line.trim_start_matches(' ').len();
            line[spare.min(from - to)..].to_owned()
        }
    };
    lines.split_inclusive('\n').map(shift).collect()
}
