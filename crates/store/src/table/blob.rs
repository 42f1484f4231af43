//! What is large: JSON over 64 KiB, once for each content, compressed; and which runs name it.

use std::collections::HashMap;

use serde_json::Value;

use super::{Script, Table, Type};
use crate::body;
use crate::connection::{Connection, args};
use crate::error::Error;

pub(crate) const TABLE: Table = Table {
    name: "blob",
    migrations: &[(1, Script::Both("CREATE TABLE blob (hash TEXT{binary} PRIMARY KEY, size BIGINT NOT NULL, bytes {bytes} NOT NULL)"))],
    columns: &[("hash", Type::Text), ("size", Type::Int), ("bytes", Type::Bytes)],
    key: 1,
};

pub(crate) const USE: Table = Table {
    name: "blob_use",
    migrations: &[(
        1,
        Script::Both(
            "CREATE TABLE blob_use (run BIGINT NOT NULL, hash TEXT{binary} NOT NULL, PRIMARY KEY (run, hash)){sorted};
             CREATE INDEX blob_use_of ON blob_use (hash)",
        ),
    )],
    columns: &[("run", Type::Int), ("hash", Type::Text)],
    key: 2,
};

/// Keeps what was cut out of a run's JSON.
pub(crate) async fn add(at: &mut Connection, run: i64, blobs: &[(String, String)]) -> Result<(), Error> {
    for (hash, text) in blobs {
        if at.number("SELECT count(*) FROM blob WHERE hash = $1", args![hash.as_str()]).await? == 0 {
            let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
            let bytes = compress(text.clone().into_bytes()).await;
            let sql = "INSERT INTO blob (hash, size, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            at.run(sql, args![hash.as_str(), size, bytes]).await?;
        }
        at.run("INSERT INTO blob_use (run, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING", args![run, hash.as_str()]).await?;
    }
    Ok(())
}

/// Everything that was cut out of a run's JSON, by its hash. What is damaged is left out.
pub(crate) async fn of_run(at: &mut Connection, run: i64) -> Result<HashMap<String, Value>, Error> {
    let sql = "SELECT blob.hash, blob.bytes FROM blob_use JOIN blob ON blob.hash = blob_use.hash WHERE blob_use.run = $1";
    let kept = at.read(sql, args![run], |row| Ok((row.text(0)?, row.bytes(1)?))).await?;
    let read = |(hash, bytes): (String, Vec<u8>)| {
        let value = is_whole(&hash, &bytes).and_then(|text| serde_json::from_slice(&text).ok())?;
        Some((hash, value))
    };
    Ok(kept.into_iter().filter_map(read).collect())
}

/// The text that a blob holds, if it is the one that its hash names.
pub(crate) fn is_whole(hash: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    expand(bytes).filter(|text| body::hash(text) == hash)
}

/// Removes what no run names any more.
pub(crate) async fn sweep(at: &mut Connection) -> Result<(), Error> {
    at.run("DELETE FROM blob WHERE NOT EXISTS (SELECT 1 FROM blob_use WHERE blob_use.hash = blob.hash)", args![]).await.map(drop)
}

/// Compresses on a thread that may be busy.
pub(crate) async fn compress(text: Vec<u8>) -> Vec<u8> {
    let compressed = tokio::task::spawn_blocking(move || zstd::bulk::compress(&text, LEVEL)).await;
    // Compressing into memory fails only without memory.
    compressed.ok().and_then(Result::ok).unwrap_or_default()
}

/// The quick one: it must not be what a run waits for.
const LEVEL: i32 = 3;

pub(crate) fn expand(bytes: &[u8]) -> Option<Vec<u8>> {
    zstd::stream::decode_all(bytes).ok()
}
