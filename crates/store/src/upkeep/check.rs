//! Looks whether all that should be there is there, and is what it was.

use std::collections::HashMap;

use crate::body;
use crate::connection::{Backend, Connection, args};
use crate::error::Error;
use crate::place::Place;
use crate::store::{events, in_full, open};
use crate::{sqlite, table};

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// How many runs there are.
    pub runs: u64,
    /// How many events.
    pub events: u64,
    /// What is wrong, each in a sentence; empty where nothing is.
    pub faults: Vec<String>,
}

impl Place {
    /// Reads everything, and says what is missing or damaged.
    ///
    /// # Errors
    /// Where there is no store, or it cannot be reached.
    pub async fn check(&self) -> Result<Report, Error> {
        let mut report = Report::default();
        match look(self, &mut report).await {
            Ok(()) => Ok(report),
            Err(error @ Error::Damaged { .. }) => {
                report.faults.push(format!("the file is damaged: {}", in_full(&error)));
                Ok(report)
            }
            Err(error) => Err(error),
        }
    }
}

async fn look(place: &Place, report: &mut Report) -> Result<(), Error> {
    let mut at = open(place, false).await?;
    if at.backend() == Backend::Sqlite {
        report.faults.extend(sqlite::faults(&mut at).await?);
    }
    // Runs may go on meanwhile: everything is read as it is at one moment.
    at.begin_reading().await?;
    let done = read_all(&mut at, report).await;
    at.end(done).await?;
    if let Err(error) = table::word::check(&mut at).await {
        report.faults.push(format!("the index of words is damaged: {}", in_full(&error)));
    }
    at.close().await
}

async fn read_all(at: &mut Connection, report: &mut Report) -> Result<(), Error> {
    let count = super::carry::count(at).await?;
    (report.runs, report.events) = (count.runs, count.events);
    for hash in at.read("SELECT DISTINCT version FROM run", args![], |row| row.text(0)).await? {
        match table::version::text(at, &hash).await {
            Ok(Some(_)) => {}
            Ok(None) => report.faults.push(format!("the text of the graph {hash} is missing")),
            Err(error) => report.faults.push(in_full(&error)),
        }
    }
    check_blobs(at, report).await?;
    let kept = "SELECT run, CAST(sum(events) AS BIGINT) FROM event GROUP BY run";
    let kept: HashMap<i64, i64> = at.read(kept, args![], |row| Ok((row.int(0)?, row.int(1)?))).await?.into_iter().collect();
    for (run, expected) in at.read("SELECT id, events FROM run", args![], |row| Ok((row.int(0)?, row.maybe_int(1)?))).await? {
        match events(at, run).await {
            Ok(events) if expected.is_some_and(|expected| expected != events.len() as i64) => {
                report.faults.push(format!("run {run} has {} events and should have {}", events.len(), expected.unwrap_or_default()));
            }
            Ok(events) => {
                let apart = kept.get(&run).copied().unwrap_or_default() - events.len() as i64;
                if apart != 0 {
                    report.faults.push(format!("{apart} events of run {run} have lost their place in it"));
                }
            }
            Err(error) => report.faults.push(in_full(&error)),
        }
    }
    let stray = "SELECT CAST(coalesce(sum(events), 0) AS BIGINT) FROM event WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.id = event.run)";
    let stray = at.number(stray, args![]).await?;
    if stray > 0 {
        report.faults.push(format!("{stray} events belong to no run"));
    }
    Ok(())
}

async fn check_blobs(at: &mut Connection, report: &mut Report) -> Result<(), Error> {
    for hash in at.read("SELECT hash FROM blob", args![], |row| row.text(0)).await? {
        let bytes = at.read("SELECT bytes FROM blob WHERE hash = $1", args![hash.as_str()], |row| row.bytes(0)).await?.pop();
        let text = bytes.and_then(|bytes| table::blob::expand(&bytes));
        if text.is_none_or(|text| body::hash(&text) != hash) {
            report.faults.push(format!("the large value {hash} is damaged"));
        }
    }
    Ok(())
}
