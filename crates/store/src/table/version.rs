//! The texts of graphs, each once by its hash, compressed.

use run::Moment;

use super::{Script, Table, Type};
use crate::body;
use crate::connection::{Connection, args};
use crate::error::Error;
use crate::record::GraphText;

pub(crate) const TABLE: Table = Table {
    name: "version",
    migrations: &[(1, Script::Both("CREATE TABLE version (hash TEXT{binary} PRIMARY KEY, text {bytes} NOT NULL, at BIGINT NOT NULL)"))],
    columns: &[("hash", Type::Text), ("text", Type::Bytes), ("at", Type::Int)],
    key: 1,
};

/// Keeps a text that is not there yet.
pub(crate) async fn add(at: &mut Connection, graph: &GraphText, when: Moment) -> Result<(), Error> {
    if at.number("SELECT count(*) FROM version WHERE hash = $1", args![graph.hash.as_str()]).await? == 0 {
        let text = super::blob::compress(graph.text.as_bytes().to_vec()).await;
        let sql = "INSERT INTO version (hash, text, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        at.run(sql, args![graph.hash.as_str(), text, when.0]).await?;
    }
    Ok(())
}

/// A text by its hash, whole and as it was.
pub(crate) async fn text(at: &mut Connection, hash: &str) -> Result<Option<String>, Error> {
    let kept = at.read("SELECT text FROM version WHERE hash = $1", args![hash], |row| row.bytes(0)).await?.pop();
    let Some(kept) = kept else { return Ok(None) };
    let text = super::blob::expand(&kept).and_then(|text| String::from_utf8(text).ok()).filter(|text| body::hash(text.as_bytes()) == hash);
    let gone = || Error::Gone { place: at.place.to_string(), what: format!("the text of the graph {hash}") };
    Ok(Some(text.ok_or_else(gone)?))
}

/// Removes the texts that no run needs any more.
pub(crate) async fn sweep(at: &mut Connection) -> Result<(), Error> {
    at.run("DELETE FROM version WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.version = version.hash)", args![]).await.map(drop)
}
