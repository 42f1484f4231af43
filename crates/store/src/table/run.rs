//! Runs: which tool of which graph, where they stand, how they ended, who drives them.

use run::{Moment, Part, State, StepId};

use super::{Script, Table, Type};
use crate::body;
use crate::connection::{Arg, Connection, Row, args};
use crate::error::Error;
use crate::record::{Caller, End, Filter, NewRun, RunRecord};
use crate::words;

pub(crate) const TABLE: Table = Table {
    name: "run",
    migrations: &[
        (
            1,
            Script::Both(
                "CREATE TABLE run (id {key}, file TEXT NOT NULL, tool TEXT NOT NULL, version TEXT{binary} NOT NULL, state TEXT NOT NULL,
             part TEXT NOT NULL, parent BIGINT, parent_step BIGINT, started BIGINT NOT NULL, ended BIGINT, outcome TEXT,
             cut BIGINT NOT NULL, steps BIGINT, events BIGINT, bytes BIGINT, indexed BIGINT NOT NULL, owner BIGINT NOT NULL);
             CREATE INDEX run_of_file ON run (file, id);
             CREATE INDEX run_in_state ON run (state, id);
             CREATE INDEX run_of_version ON run (version);
             CREATE INDEX run_under_way ON run (id) WHERE ended IS NULL;
             CREATE INDEX run_without_index ON run (id) WHERE ended IS NOT NULL AND indexed < events",
            ),
        ),
        (
            3,
            Script::Both(
                "ALTER TABLE run ADD COLUMN caller BIGINT;
             ALTER TABLE run ADD COLUMN caller_step BIGINT;
             ALTER TABLE run ADD COLUMN family BIGINT;
             CREATE INDEX run_of_caller ON run (caller, caller_step) WHERE caller IS NOT NULL;
             CREATE INDEX run_of_family ON run (family) WHERE family IS NOT NULL;
             CREATE INDEX run_of_nobody ON run (id) WHERE family IS NULL",
            ),
        ),
    ],
    columns: &[
        ("id", Type::Int),
        ("file", Type::Text),
        ("tool", Type::Text),
        ("version", Type::Text),
        ("state", Type::Text),
        ("part", Type::Text),
        ("parent", Type::Int),
        ("parent_step", Type::Int),
        ("started", Type::Int),
        ("ended", Type::Int),
        ("outcome", Type::Text),
        ("cut", Type::Int),
        ("steps", Type::Int),
        ("events", Type::Int),
        ("bytes", Type::Int),
        ("indexed", Type::Int),
        ("owner", Type::Int),
        ("caller", Type::Int),
        ("caller_step", Type::Int),
        ("family", Type::Int),
    ],
    key: 1,
};

const COLUMNS: &str = "id, file, tool, version, state, part, parent, parent_step, started, ended, steps, \
     coalesce(events, (SELECT journal.events FROM journal WHERE journal.run = run.id)), bytes, owner, \
     caller, caller_step, family";

pub(crate) async fn add(at: &mut Connection, run: &NewRun, owner: i64) -> Result<(), Error> {
    let sql = "INSERT INTO run (id, file, tool, version, state, part, parent, parent_step, started, cut, indexed, owner, caller, caller_step, family)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, $11, $12, $13)";
    let part = if run.part.is_whole() { String::new() } else { serde_json::to_string(&run.part).unwrap_or_default() };
    let values = args![
        run.id.cast_signed(),
        run.file.as_str(),
        run.tool.as_str(),
        run.graph.hash.as_str(),
        State::Running.as_str(),
        part,
        run.parent.map(|(parent, _)| parent.cast_signed()),
        run.parent.map(|(_, step)| i64::from(step.0)),
        run.started.0,
        owner,
        run.caller.map(|caller| caller.run.cast_signed()),
        run.caller.map(|caller| i64::from(caller.step.0)),
        run.caller.map(|caller| caller.family.cast_signed()),
    ];
    match at.run(sql, values).await {
        Err(Error::Database { place, source }) if source.as_database_error().is_some_and(|error| error.is_unique_violation()) => {
            Err(Error::Taken { place, run: run.id, source })
        }
        done => done.map(drop),
    }
}

pub(crate) async fn end(at: &mut Connection, run: i64, end: &End, events: i64, bytes: i64) -> Result<(), Error> {
    let packed = body::pack(serde_json::to_string(&end.outcome).unwrap_or_default());
    super::blob::add(at, run, &packed.blobs).await?;
    let sql = "UPDATE run SET state = $2, ended = $3, outcome = $4, cut = $5, steps = $6, events = $7, bytes = $8 WHERE id = $1";
    let values = args![
        run,
        State::after(&end.outcome).as_str(),
        end.at.0,
        packed.text,
        i64::from(packed.is_cut),
        end.steps.cast_signed(),
        events,
        bytes,
    ];
    at.run(sql, values).await?;
    at.run("DELETE FROM approval WHERE run = $1", args![run]).await?;
    at.run("DELETE FROM signal WHERE run = $1", args![run]).await.map(drop)
}

/// Says where a run stands that has not ended.
pub(crate) async fn mark(at: &mut Connection, run: i64, state: State) -> Result<(), Error> {
    at.run("UPDATE run SET state = $2 WHERE id = $1 AND ended IS NULL", args![run, state.as_str()]).await.map(drop)
}

/// Takes a run over from an owner that is gone; false where somebody else was quicker, or it has ended.
pub(crate) async fn adopt(at: &mut Connection, run: i64, from: i64, owner: i64) -> Result<bool, Error> {
    let sql = "UPDATE run SET owner = $3 WHERE id = $1 AND owner = $2 AND ended IS NULL";
    Ok(at.run(sql, args![run, from, owner]).await? > 0)
}

/// The record of a row of [`COLUMNS`], and the run's owner.
fn read(row: &Row) -> Result<(RunRecord, i64), sqlx::Error> {
    let unsigned = |value: i64| value.cast_unsigned();
    let step = |step: i64| StepId(u32::try_from(step).unwrap_or(u32::MAX));
    let caller = match (row.maybe_int(14)?, row.maybe_int(15)?, row.maybe_int(16)?) {
        (Some(run), Some(at), Some(family)) => Some(Caller { run: unsigned(run), step: step(at), family: unsigned(family) }),
        _ => None,
    };
    let record = RunRecord {
        id: unsigned(row.int(0)?),
        file: row.text(1)?,
        tool: row.text(2)?,
        graph: row.text(3)?,
        state: State::of(&row.text(4)?).unwrap_or(State::Uncertain),
        part: serde_json::from_str::<Part>(&row.text(5)?).unwrap_or_default(),
        parent: row.maybe_int(6)?.map(unsigned),
        parent_step: row.maybe_int(7)?.map(step),
        caller,
        started: Moment(row.int(8)?),
        ended: row.maybe_int(9)?.map(Moment),
        steps: row.maybe_int(10)?.map(unsigned),
        events: unsigned(row.int(11)?),
        bytes: row.maybe_int(12)?.map(unsigned),
        is_adrift: false,
    };
    Ok((record, row.int(13)?))
}

/// Runs that a filter lets through, the latest first, each with its owner.
pub(crate) async fn list(at: &mut Connection, filter: &Filter) -> Result<Vec<(RunRecord, i64)>, Error> {
    let mut conditions: Vec<String> = Vec::new();
    let mut values: Vec<Arg> = Vec::new();
    let mut add = |condition: &str, value: Arg| {
        values.push(value);
        conditions.push(condition.replace("$?", &format!("${}", values.len())));
    };
    if let Some(file) = &filter.file {
        add("file = $?", file.as_str().into());
    }
    if let Some(tool) = &filter.tool {
        add("tool = $?", tool.as_str().into());
    }
    if let Some(since) = filter.since {
        add("started >= $?", since.0.into());
    }
    if let Some(until) = filter.until {
        add("started <= $?", until.0.into());
    }
    if let Some(caller) = filter.caller {
        add("caller = $?", caller.cast_signed().into());
    }
    if let Some(before) = filter.before {
        add("id < $?", before.cast_signed().into());
    }
    if let Some(text) = &filter.text {
        let wanted = match at.backend() {
            crate::connection::Backend::Sqlite => words::for_sqlite(text),
            crate::connection::Backend::Postgres => words::for_postgres(text),
        };
        let Some(wanted) = wanted else { return Ok(Vec::new()) };
        add(&super::word::condition(at.backend(), 0).replace("$0", "$?"), wanted.into());
    }
    if filter.caller.is_none() && filter.text.is_none() {
        conditions.push("family IS NULL".to_owned());
    }
    if !filter.states.is_empty() {
        let states: Vec<String> = filter.states.iter().map(|state| format!("'{}'", state.as_str())).collect();
        conditions.push(format!("state IN ({})", states.join(", ")));
    }
    let wanted = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let limit = if filter.limit == 0 { String::new() } else { format!("LIMIT {}", filter.limit) };
    at.read(format!("SELECT {COLUMNS} FROM run {wanted} ORDER BY id DESC {limit}"), values, read).await
}

/// A run with its owner.
pub(crate) async fn get(at: &mut Connection, run: i64) -> Result<Option<(RunRecord, i64)>, Error> {
    Ok(at.read(format!("SELECT {COLUMNS} FROM run WHERE id = $1"), args![run], read).await?.pop())
}

/// The last run that a step of another has started.
pub(crate) async fn beneath(at: &mut Connection, run: i64, step: StepId) -> Result<Option<(RunRecord, i64)>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM run WHERE caller = $1 AND caller_step = $2 ORDER BY id DESC LIMIT 1");
    Ok(at.read(sql, args![run, i64::from(step.0)], read).await?.pop())
}

/// Runs that have not ended, the oldest first.
pub(crate) async fn under_way(at: &mut Connection) -> Result<Vec<(RunRecord, i64)>, Error> {
    at.read(format!("SELECT {COLUMNS} FROM run WHERE ended IS NULL ORDER BY id"), args![], read).await
}

/// The outcome of a run as it was written, and whether something was cut out of it.
pub(crate) async fn outcome(at: &mut Connection, run: i64) -> Result<Option<(String, bool)>, Error> {
    let sql = "SELECT outcome, cut FROM run WHERE id = $1 AND outcome IS NOT NULL";
    Ok(at.read(sql, args![run], |row| Ok((row.text(0)?, row.int(1)? != 0))).await?.pop())
}

/// Runs whose words are not all in the index: number, and how many events they have. Those that go on only if they are wanted.
pub(crate) async fn without_index(at: &mut Connection, most: usize, with_open: bool) -> Result<Vec<(i64, i64)>, Error> {
    let pair = |row: &Row| Ok((row.int(0)?, row.int(1)?));
    let ended = format!("SELECT id, events FROM run WHERE ended IS NOT NULL AND indexed < events LIMIT {most}");
    let mut runs = at.read(ended, args![], pair).await?;
    if with_open {
        let open =
            "SELECT id, n FROM (SELECT id, indexed, coalesce((SELECT journal.events FROM journal WHERE journal.run = run.id), 0) AS n
                    FROM run WHERE ended IS NULL) AS open WHERE indexed < n";
        runs.extend(at.read(open, args![], pair).await?);
    }
    Ok(runs)
}

pub(crate) async fn is_indexed(at: &mut Connection, run: i64, events: i64) -> Result<(), Error> {
    at.run("UPDATE run SET indexed = $2 WHERE id = $1", args![run, events]).await.map(drop)
}

/// Removes a run with all that belongs to it alone, and those that are a part of it.
pub(crate) async fn remove(at: &mut Connection, run: i64) -> Result<(), Error> {
    for part in at.read("SELECT id FROM run WHERE family = $1", args![run], |row| row.int(0)).await? {
        remove_one(at, part).await?;
    }
    remove_one(at, run).await
}

async fn remove_one(at: &mut Connection, run: i64) -> Result<(), Error> {
    super::event::remove(at, run).await?;
    for sql in ["DELETE FROM blob_use WHERE run = $1", "DELETE FROM approval WHERE run = $1", "DELETE FROM signal WHERE run = $1"] {
        at.run(sql, args![run]).await?;
    }
    super::word::remove(at, run).await?;
    at.run("DELETE FROM run WHERE id = $1", args![run]).await.map(drop)
}

/// The highest number that a run has.
pub(crate) async fn last(at: &mut Connection) -> Result<i64, Error> {
    at.number("SELECT max(id) FROM run", args![]).await
}
