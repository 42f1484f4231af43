//! A list of objects as rows and columns.

use std::collections::HashSet;

use graph::Path;
use serde_json::{Map, Value};

/// How many rows are looked at for columns, and the most columns.
const LOOKED_AT: usize = 1_000;
const MOST_COLUMNS: usize = 40;

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// Where the list is.
    at: Path,
    /// How many rows there are.
    len: usize,
    /// The names of the fields, in the order in which they come up.
    columns: Vec<String>,
}

impl Table {
    /// The table that a value is: a list of objects, or an object of which such a list is the only field.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        let (at, items) = match value {
            Value::Array(items) => (Path::root(), items),
            Value::Object(fields) if fields.len() == 1 => {
                let (key, inner) = fields.iter().next()?;
                (Path::root().key(key.as_str()), inner.as_array()?)
            }
            Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
        let is_table = !items.is_empty() && items.iter().all(|item| item.as_object().is_some_and(|fields| !fields.is_empty()));
        is_table.then(|| Self { at, len: items.len(), columns: columns(items.iter().filter_map(Value::as_object)) })
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The names of the columns.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Where a row is.
    pub(crate) fn row(&self, row: usize) -> Path {
        self.at.clone().index(row)
    }

    /// The row of a place, where it is in one.
    pub(crate) fn row_of(&self, path: &Path) -> Option<usize> {
        let within = path.segments().strip_prefix(self.at.segments())?;
        match within.first()? {
            graph::Segment::Index(row) => Some(*row),
            graph::Segment::Key(_) => None,
        }
    }
}

fn columns<'v>(rows: impl Iterator<Item = &'v Map<String, Value>>) -> Vec<String> {
    let (mut known, mut columns) = (HashSet::new(), Vec::new());
    for key in rows.take(LOOKED_AT).flat_map(Map::keys) {
        if columns.len() < MOST_COLUMNS && known.insert(key) {
            columns.push(key.clone());
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_has_the_fields_of_all_its_rows() {
        let told = |value: Value| Table::of(&value).map(|table| (table.row(1).to_string(), table.len(), table.columns().join(" ")));
        let rows = json!([{ "b": 1, "a": 2 }, { "c": 3, "a": 4 }]);
        assert_eq!(told(rows.clone()), Some(("[1]".to_owned(), 2, "b a c".to_owned())));
        assert_eq!(told(json!({ "rows": rows })), Some(("rows[1]".to_owned(), 2, "b a c".to_owned())));
        for other in [json!([]), json!([1]), json!([{ "a": 1 }, 2]), json!([{}]), json!({ "a": 1 }), json!({ "a": rows, "b": 1 })] {
            assert_eq!(told(other.clone()), None, "{other} is none");
        }
    }

    #[test]
    fn a_place_is_in_the_row_that_holds_it() {
        let table = Table::of(&json!({ "rows": [{ "a": { "b": 1 } }] })).unwrap();
        let row = |path: Path| table.row_of(&path);
        assert_eq!(row(Path::root().key("rows").index(7).key("a").key("b")), Some(7));
        assert_eq!((row(Path::root().key("rows")), row(Path::root().key("x").index(1))), (None, None));
    }
}
