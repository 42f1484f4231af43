//! What has happened to runs, in its order: the moment, and the event's JSON.

use super::{Script, Table, Type};
use crate::connection::{Arg, Connection, args};
use crate::error::Error;

pub(crate) const TABLE: Table = Table {
    name: "event",
    migrations: &[(
        1,
        Script::Both(
            "CREATE TABLE event (run BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL, cut BIGINT NOT NULL,
             PRIMARY KEY (run, number)){sorted}",
        ),
    )],
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
