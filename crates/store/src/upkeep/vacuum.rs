//! Gives back the room of what is not kept any more.

use crate::connection::Backend;
use crate::error::Error;
use crate::keeping::{Keeping, prune};
use crate::place::Place;
use crate::store::{now, open};
use crate::table;

/// What a vacuum brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vacuumed {
    /// How many runs were removed.
    pub removed: u64,
    /// How many bytes the store took before.
    pub bytes_before: u64,
    /// And after.
    pub bytes_after: u64,
}

impl Place {
    /// Removes what need not be kept, and gives its room back to the disk.
    ///
    /// # Errors
    /// Where there is no store, or it cannot be written.
    pub async fn vacuum(&self, keeping: Keeping) -> Result<Vacuumed, Error> {
        let mut at = open(self, false).await?;
        let bytes_before = size(&mut at).await?;
        let removed = prune(&mut at, keeping, now()).await?;
        at.begin_alone().await?;
        let swept = table::event::sweep(&mut at).await;
        at.end(swept).await?;
        match at.backend() {
            Backend::Sqlite => {
                at.script("INSERT INTO word (word) VALUES ('optimize')").await?;
                at.script("VACUUM").await?;
                at.rows("PRAGMA wal_checkpoint(TRUNCATE)", Vec::new()).await?;
            }
            Backend::Postgres => {
                for table in crate::table::TABLES {
                    at.script(format!("VACUUM ANALYZE {}", table.name)).await?;
                }
            }
        }
        let bytes_after = size(&mut at).await?;
        at.close().await?;
        Ok(Vacuumed { removed, bytes_before, bytes_after })
    }
}

async fn size(at: &mut crate::connection::Connection) -> Result<u64, Error> {
    let sql = match at.backend() {
        Backend::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        Backend::Postgres => {
            "SELECT CAST(sum(pg_total_relation_size(oid)) AS BIGINT) FROM pg_class WHERE relnamespace = 'patchbay'::regnamespace AND relkind = 'r'"
        }
    };
    Ok(at.number(sql, Vec::new()).await?.cast_unsigned())
}
