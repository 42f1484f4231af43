//! How long runs are kept. One that has not ended is kept whatever its age, and with it those above it; those beneath a run go with
//! it.

use std::time::Duration;

use run::Moment;

use crate::connection::{Connection, args};
use crate::error::Error;
use crate::table;

/// How long runs are kept, for each graph by itself. None of them: for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// No longer than this.
    pub age: Option<Duration>,
    /// No more than so many, the latest.
    pub count: Option<u64>,
    /// No more than so many bytes of events together; the latest run is kept whatever it takes.
    pub bytes: Option<u64>,
}

impl Default for Keeping {
    /// 90 days, 10,000 runs and 1 GiB for each graph.
    fn default() -> Self {
        Self { age: Some(Duration::from_secs(90 * 24 * 60 * 60)), count: Some(10_000), bytes: Some(1 << 30) }
    }
}

impl Keeping {
    /// Nothing is removed.
    pub const ALL: Self = Self { age: None, count: None, bytes: None };
}

/// How many runs one transaction removes, so that those who write need not wait long.
const AT_ONCE: usize = 50;

/// Removes what need not be kept any more, and gives how many runs that were.
pub(crate) async fn prune(at: &mut Connection, keeping: Keeping, now: Moment) -> Result<u64, Error> {
    let most = |limit: Option<u64>| limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let age = keeping.age.map_or(i64::MAX, |age| i64::try_from(age.as_micros()).unwrap_or(i64::MAX));
    let sql = "SELECT id FROM (SELECT id, started,
                   row_number() OVER (PARTITION BY file ORDER BY id DESC) AS place,
                   sum(size) OVER (PARTITION BY file ORDER BY id DESC) AS size
                 FROM (SELECT id, started, file, coalesce(bytes, 0)
                         + coalesce((SELECT sum(part.bytes) FROM run AS part WHERE part.family = run.id), 0) AS size
                       FROM run WHERE ended IS NOT NULL AND family IS NULL
                         AND NOT EXISTS (SELECT 1 FROM run AS part WHERE part.family = run.id AND part.ended IS NULL)) AS sized) AS ranked
               WHERE place > $1 OR (size > $2 AND place > 1) OR started < $3 ORDER BY id";
    let values = args![most(keeping.count), most(keeping.bytes), now.0.saturating_sub(age)];
    let gone = at.read(sql, values, |row| row.int(0)).await?;
    for runs in gone.chunks(AT_ONCE) {
        at.begin_alone().await?;
        let mut done = Ok(());
        for run in runs {
            done = table::run::remove(at, *run).await;
            if done.is_err() {
                break;
            }
        }
        at.end(done).await?;
    }
    if !gone.is_empty() {
        at.begin_alone().await?;
        let swept = match table::blob::sweep(at).await {
            Ok(()) => table::version::sweep(at).await,
            failed => failed,
        };
        at.end(swept).await?;
    }
    Ok(gone.len() as u64)
}
