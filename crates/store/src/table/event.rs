//! What has happened to runs, in its order: the moment, and the event's JSON.
//!
//! SQLite has them in the order in which they came, with an index beside: in the order of their key a hundred runs that go on at once
//! would write in a hundred places of the file with each commit, and rows as long as these make a tree of such a table deep.

use super::{Script, Table, Type};
use crate::connection::{Arg, Connection, args};
use crate::error::Error;

pub(crate) const TABLE: Table = Table {
    name: "event",
    migrations: &[
        (
            1,
            Script::Both(
                "CREATE TABLE event (run BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL, cut BIGINT NOT NULL,
             PRIMARY KEY (run, number)){sorted}",
            ),
        ),
        (
            4,
            Script::Each {
                sqlite: "CREATE TABLE event_as_it_comes (run BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL,
                         cut BIGINT NOT NULL);
                         INSERT INTO event_as_it_comes SELECT run, number, at, body, cut FROM event ORDER BY run, number;
                         DROP TABLE event;
                         ALTER TABLE event_as_it_comes RENAME TO event;
                         CREATE UNIQUE INDEX event_of_run ON event (run, number)",
                // It keeps rows so from the beginning.
                postgres: "SELECT 1",
            },
        ),
    ],
    columns: &[("run", Type::Int), ("number", Type::Int), ("at", Type::Int), ("body", Type::Text), ("cut", Type::Int)],
    key: 2,
};

/// An event on its way.
pub(crate) struct Row {
    pub(crate) run: i64,
    /// From 0, without a gap.
    pub(crate) number: i64,
    pub(crate) at: i64,
    pub(crate) body: String,
    /// Whether what was large was cut out.
    pub(crate) is_cut: bool,
}

pub(crate) async fn add(at: &mut Connection, rows: impl Iterator<Item = &Row>) -> Result<(), Error> {
    let mut values: Vec<Arg> = Vec::new();
    for row in rows {
        values.extend(args![row.run, row.number, row.at, row.body.as_str(), i64::from(row.is_cut)]);
    }
    at.insert("INSERT INTO event (run, number, at, body, cut)", "", 5, values).await
}

/// The events of a run from a number on, in their order.
pub(crate) async fn of_run(at: &mut Connection, run: i64, from: i64) -> Result<Vec<Row>, Error> {
    let sql = "SELECT number, at, body, cut FROM event WHERE run = $1 AND number >= $2 ORDER BY number";
    let read =
        |row: &crate::connection::Row| Ok(Row { run, number: row.int(0)?, at: row.int(1)?, body: row.text(2)?, is_cut: row.int(3)? != 0 });
    at.read(sql, args![run, from], read).await
}
