//! The tables, a file each: what makes it, its columns, its statements. `{...}` in what makes a table is the database's own word.

use crate::connection::Backend;

pub(crate) mod approval;
pub(crate) mod blob;
pub(crate) mod event;
pub(crate) mod run;
pub(crate) mod signal;
pub(crate) mod version;
pub(crate) mod word;

/// A table.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// What makes it and what changes it later, each with the store's form that it leads to.
    pub(crate) migrations: &'static [(i64, Script)],
    /// Its columns with their types, the key first: what is carried from one store to another. Empty for what can be made anew.
    pub(crate) columns: &'static [(&'static str, Type)],
    /// How many of them, from the first, are its key.
    pub(crate) key: usize,
}

/// A text of statements.
pub(crate) enum Script {
    /// One for both databases, with the words of [`fit`] in braces.
    Both(&'static str),
    /// One for each.
    Each { sqlite: &'static str, postgres: &'static str },
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Int,
    Text,
    Bytes,
}

/// Every table; one that names another's rows after it.
pub(crate) const TABLES: &[&Table] = &[
    &version::TABLE,
    &run::TABLE,
    &event::TABLE,
    &event::JOURNAL,
    &event::ROOM,
    &blob::TABLE,
    &blob::USE,
    &word::TABLE,
    &approval::TABLE,
    &signal::TABLE,
];

/// The store's form that this program writes.
pub(crate) fn form() -> i64 {
    TABLES.iter().flat_map(|table| table.migrations).map(|(form, _)| *form).max().unwrap_or_default()
}

impl Script {
    /// The statements for a database.
    pub(crate) fn on(&self, backend: Backend) -> String {
        match (self, backend) {
            (Script::Both(text), Backend::Sqlite) => text
                .replace("{key}", "INTEGER PRIMARY KEY")
                .replace("{bytes}", "BLOB")
                .replace("{sorted}", " WITHOUT ROWID")
                .replace("{binary}", ""),
            (Script::Both(text), Backend::Postgres) => text
                .replace("{key}", "BIGINT PRIMARY KEY")
                .replace("{bytes}", "BYTEA")
                .replace("{sorted}", "")
                .replace("{binary}", " COLLATE \"C\""),
            (Script::Each { sqlite, .. }, Backend::Sqlite) => (*sqlite).to_owned(),
            (Script::Each { postgres, .. }, Backend::Postgres) => (*postgres).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_table_only_grow_and_no_name_is_there_twice() {
        for (at, table) in TABLES.iter().enumerate() {
            let forms: Vec<i64> = table.migrations.iter().map(|(form, _)| *form).collect();
            assert!(!forms.is_empty() && forms.is_sorted() && forms[0] >= 1, "`{}` is made by forms that grow: {forms:?}", table.name);
            assert!(TABLES[..at].iter().all(|before| before.name != table.name), "`{}` is there twice", table.name);
            assert!(table.key <= table.columns.len(), "the key of `{}` is made of its columns", table.name);
        }
    }
}
