//! The values of runs, as a person may look at them: as a tree, a table, a text or pictures. Plain values; no views.

mod find;
mod picture;
mod table;
mod tree;

use graph::{Path, Segment};
use serde_json::Value;

pub(crate) use find::{find, ranges};
pub(crate) use picture::{Picture, pictures};
pub(crate) use table::Table;
pub(crate) use tree::{Key, Row, Tree};

use crate::text::name_in_expression;

/// The least rows and the most columns of a table that is shown unasked.
const WORTH_A_TABLE: (usize, usize) = (2, 8);

/// A way to look at a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// What holds what, to be opened and closed.
    Tree,
    /// A row for each item.
    Table,
    /// JSON; a text as it is.
    Text,
    /// The pictures in it.
    Picture,
}

impl Way {
    /// Its name on its button.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Way::Tree => "Tree",
            Way::Table => "Table",
            Way::Text => "Text",
            Way::Picture => "Picture",
        }
    }
}

/// The ways in which a value can be looked at.
pub(crate) fn ways(value: &Value) -> Vec<Way> {
    let fits = |way: &Way| match way {
        Way::Tree => has_parts(value),
        Way::Table => Table::of(value).is_some(),
        Way::Text => true,
        Way::Picture => !pictures(value).is_empty(),
    };
    [Way::Tree, Way::Table, Way::Text, Way::Picture].into_iter().filter(fits).collect()
}

/// The way in which a value says the most.
pub(crate) fn best_way(value: &Value) -> Way {
    let (rows, columns) = WORTH_A_TABLE;
    match Table::of(value) {
        _ if picture::is_picture(value) => Way::Picture,
        Some(table) if table.len() >= rows && table.columns().len() <= columns => Way::Table,
        _ if has_parts(value) => Way::Tree,
        _ => Way::Text,
    }
}

fn has_parts(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// A place in a value as JSONata: `count.items[3].name`; `root` is the value itself.
pub(crate) fn expression(root: &str, path: &Path) -> String {
    path.segments().iter().fold(root.to_owned(), |at, segment| match segment {
        Segment::Index(index) => format!("{at}[{index}]"),
        // In back-ticks it would end.
        Segment::Key(key) if key.contains('`') => format!("$lookup({at}, {})", Value::from(key.as_str())),
        Segment::Key(key) => format!("{at}.{}", name_in_expression(key)),
    })
}

/// A value in a line: a text in quotes, of what has parts how many.
pub(crate) fn in_a_line(value: &Value, most: usize) -> String {
    match value {
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Object(fields) => format!("{{{}}}", fields.len()),
        Value::Array(items) => format!("[{}]", items.len()),
        // Only the beginning of a long text is written at all.
        Value::String(text) => match text.char_indices().nth(most) {
            Some((end, _)) => format!("{}…", Value::from(&text[..end]).to_string().trim_end_matches('"')),
            None => value.to_string(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_shown_in_the_way_in_which_it_says_the_most() {
        let rows = json!([{ "a": 1 }, { "a": 2, "b": [] }]);
        let image = json!({ "content": [{ "type": "image", "mimeType": "image/png", "data": "aGk=" }] });
        for (value, expected, all) in [
            (json!(3), Way::Text, "Text"),
            (json!("data:image/png;base64,aGk="), Way::Picture, "Text Picture"),
            (json!("long\ntext"), Way::Text, "Text"),
            (json!({}), Way::Text, "Text"),
            (json!([1, 2]), Way::Tree, "Tree Text"),
            (json!([{ "a": 1 }]), Way::Tree, "Tree Table Text"),
            (json!({ "rows": rows }), Way::Table, "Tree Table Text"),
            (json!({ "rows": rows, "n": 2 }), Way::Tree, "Tree Text"),
            (rows.clone(), Way::Table, "Tree Table Text"),
            (json!({ "deep": [{ "image": image }] }), Way::Tree, "Tree Table Text Picture"),
            (image, Way::Picture, "Tree Table Text Picture"),
        ] {
            let offered: Vec<_> = ways(&value).into_iter().map(Way::label).collect();
            assert_eq!((best_way(&value), offered.join(" ").as_str()), (expected, all), "of {value}");
        }
    }

    #[test]
    fn a_place_is_an_expression_that_leads_there() {
        for (path, expected) in [
            (Path::root(), "count"),
            (Path::root().key("items").index(3).key("name"), "count.items[3].name"),
            (Path::root().index(0).index(1), "count[0][1]"),
            (Path::root().key("a b").key("and"), "count.`a b`.`and`"),
            (Path::root().key("a`b").key("c"), r#"$lookup(count, "a`b").c"#),
        ] {
            assert_eq!(expression("count", &path), expected);
        }
    }

    #[test]
    fn a_value_fits_in_a_line() {
        for (value, expected) in [
            (json!("a\nb"), r#""a\nb""#),
            (json!("abcdefgh"), "\"abcde…"),
            (json!({ "a": 1, "b": 2 }), "{2}"),
            (json!([]), "[]"),
            (json!([0]), "[1]"),
            (json!(null), "null"),
        ] {
            assert_eq!(in_a_line(&value, 5), expected);
        }
    }
}
