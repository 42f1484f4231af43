//! What has happened to runs, in its order: the moment, and the event's JSON.
//!
//! SQLite keeps rows of a table in the order of their key, so that a hundred runs that go on at once would write a hundred places of
//! the file with each commit. What comes there is written one behind the other, into `latest`, and sorted in among the rest when
//! there is time or much of it. The latest events of a run may be in either, never in both; those in `latest` are behind the others.

use super::{Script, Table, Type};
use crate::connection::{Arg, Backend, Connection, args};
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
    columns: COLUMNS,
    key: 2,
};

pub(crate) const LATEST: Table = Table {
    name: "latest",
    migrations: &[(
        4,
        Script::Both(
            "CREATE TABLE latest (run BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL, cut BIGINT NOT NULL);
             CREATE UNIQUE INDEX latest_of_run ON latest (run, number);
             CREATE VIEW happened AS SELECT run, number, at, body, cut FROM event UNION ALL SELECT run, number, at, body, cut FROM latest",
        ),
    )],
    columns: COLUMNS,
    key: 2,
};

const COLUMNS: &[(&str, Type)] = &[("run", Type::Int), ("number", Type::Int), ("at", Type::Int), ("body", Type::Text), ("cut", Type::Int)];

/// How many events are left to be sorted in before those who write are held up for it, and how many are sorted in at once.
pub(crate) const MANY: usize = 65_536;
const AT_ONCE: usize = 4096;

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
    let head = match at.backend() {
        Backend::Sqlite => "INSERT INTO latest (run, number, at, body, cut)",
        // It keeps rows in the order in which they come.
        Backend::Postgres => "INSERT INTO event (run, number, at, body, cut)",
    };
    at.insert(head, "", 5, values).await
}

/// How many events are to be sorted in.
pub(crate) async fn unsorted(at: &mut Connection) -> Result<usize, Error> {
    Ok(usize::try_from(at.number("SELECT count(*) FROM latest", args![]).await?).unwrap_or_default())
}

/// Sorts in the first of what was written one behind the other, and gives how much that was.
pub(crate) async fn sort(at: &mut Connection) -> Result<usize, Error> {
    let first = format!("WHERE rowid < (SELECT min(rowid) FROM latest) + {AT_ONCE}");
    // One that is there already came from two that drove the same run, and the first was right.
    let sql = format!(
        "INSERT OR IGNORE INTO event (run, number, at, body, cut) SELECT run, number, at, body, cut FROM latest {first} ORDER BY run, number"
    );
    at.begin().await?;
    let done = match at.run(sql, args![]).await {
        Ok(_) => at.run(format!("DELETE FROM latest {first}"), args![]).await,
        failed => failed,
    };
    Ok(usize::try_from(at.end(done).await?).unwrap_or_default())
}

/// The events of a run from a number on, in their order.
pub(crate) async fn of_run(at: &mut Connection, run: i64, from: i64) -> Result<Vec<Row>, Error> {
    let sql = "SELECT number, at, body, cut FROM happened WHERE run = $1 AND number >= $2 ORDER BY number";
    let read =
        |row: &crate::connection::Row| Ok(Row { run, number: row.int(0)?, at: row.int(1)?, body: row.text(2)?, is_cut: row.int(3)? != 0 });
    at.read(sql, args![run, from], read).await
}
