//! What runs were told from outside and have not taken up yet.

use run::Moment;

use super::{Script, Table, Type};
use crate::connection::{Connection, args};
use crate::error::Error;
use crate::record::Signal;

pub(crate) const TABLE: Table = Table {
    name: "signal",
    migrations: &[(
        1,
        Script::Both(
            "CREATE TABLE signal (run BIGINT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, at BIGINT NOT NULL,
             PRIMARY KEY (run, number)){sorted}",
        ),
    )],
    columns: &[("run", Type::Int), ("number", Type::Int), ("name", Type::Text), ("body", Type::Text), ("at", Type::Int)],
    key: 2,
};

pub(crate) async fn add(at: &mut Connection, signal: &Signal) -> Result<(), Error> {
    let sql = "INSERT INTO signal (run, number, name, body, at)
               VALUES ($1, (SELECT coalesce(max(number), 0) + 1 FROM signal WHERE run = $1), $2, $3, $4)";
    let values = args![signal.run.cast_signed(), signal.name.as_str(), signal.value.to_string(), signal.at.0];
    at.run(sql, values).await.map(drop)
}

/// The runs that were told something which they have not taken up.
pub(crate) async fn told(at: &mut Connection) -> Result<Vec<u64>, Error> {
    at.read("SELECT DISTINCT run FROM signal", args![], |row| Ok(row.int(0)?.cast_unsigned())).await
}

/// Takes up all that a run was told, in its order.
pub(crate) async fn take(at: &mut Connection, run: i64) -> Result<Vec<Signal>, Error> {
    let sql = "SELECT name, body, at FROM signal WHERE run = $1 ORDER BY number";
    let read = |row: &crate::connection::Row| {
        let value = serde_json::from_str(&row.text(1)?).unwrap_or_default();
        Ok(Signal { run: run.cast_unsigned(), name: row.text(0)?, value, at: Moment(row.int(2)?) })
    };
    let signals = at.read(sql, args![run], read).await?;
    at.run("DELETE FROM signal WHERE run = $1", args![run]).await?;
    Ok(signals)
}
