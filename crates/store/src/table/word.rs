//! The full-text index over the inputs and outputs of runs. It can be made anew from the events, so it is neither carried nor backed
//! up with care.

use super::{Script, Table};
use crate::connection::{Backend, Connection, args};
use crate::error::Error;

pub(crate) const TABLE: Table = Table {
    name: "word",
    migrations: &[(
        1,
        Script::Each {
            // Without its own copy of the text: what is found is a run's number.
            sqlite: "CREATE VIRTUAL TABLE word USING fts5(text, content='', contentless_delete=1, detail=none, tokenize='unicode61 \
                     remove_diacritics 0')",
            postgres: "CREATE TABLE word (run BIGINT PRIMARY KEY, text TSVECTOR NOT NULL); CREATE INDEX word_text ON word USING gin (text)",
        },
    )],
    columns: &[],
    key: 0,
};

/// Puts a run's words into the index, in place of those that it had.
pub(crate) async fn put(at: &mut Connection, run: i64, words: String) -> Result<(), Error> {
    remove(at, run).await?;
    let sql = match at.backend() {
        Backend::Sqlite => "INSERT INTO word (rowid, text) VALUES ($1, $2)",
        Backend::Postgres => "INSERT INTO word (run, text) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))",
    };
    at.run(sql, args![run, words]).await.map(drop)
}

pub(crate) async fn remove(at: &mut Connection, run: i64) -> Result<(), Error> {
    let sql = match at.backend() {
        Backend::Sqlite => "DELETE FROM word WHERE rowid = $1",
        Backend::Postgres => "DELETE FROM word WHERE run = $1",
    };
    at.run(sql, args![run]).await.map(drop)
}

/// The condition that a run has the words of the value `$at`.
pub(crate) fn condition(backend: Backend, at: usize) -> String {
    match backend {
        Backend::Sqlite => format!("id IN (SELECT rowid FROM word WHERE word MATCH ${at})"),
        Backend::Postgres => format!("id IN (SELECT run FROM word WHERE text @@ ${at}::tsquery)"),
    }
}

/// Whether the index is sound, as far as the database can tell.
pub(crate) async fn check(at: &mut Connection) -> Result<(), Error> {
    match at.backend() {
        Backend::Sqlite => at.run("INSERT INTO word (word) VALUES ('integrity-check')", args![]).await.map(drop),
        Backend::Postgres => Ok(()),
    }
}
