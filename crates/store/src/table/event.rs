//! What has happened to runs. A row is a lot: events of one run that came together, each a line of its moment and its JSON. Rows lie in
//! the order in which they came, each names the one before it of the same run, and the run's journal names the last.
//!
//! So a commit writes at the end of the table and, in the journals, at one or two places more, however many runs go on at once. An index
//! of run and number would be written in a place for each run.

use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::Serialize;

use super::{Script, Table, Type};
use crate::body::{self, Packed};
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
        (
            5,
            Script::Both(
                "CREATE TABLE event_in_lots (id {key}, run BIGINT NOT NULL, number BIGINT NOT NULL, events BIGINT NOT NULL, previous BIGINT,
                 body TEXT NOT NULL, cut BIGINT NOT NULL);
                 INSERT INTO event_in_lots
                   SELECT id, run, number, 1, lag(id) OVER (PARTITION BY run ORDER BY number), at || ' ' || body, cut
                   FROM (SELECT row_number() OVER (ORDER BY run, number) AS id, run, number, at, body, cut FROM event) AS placed;
                 DROP TABLE event;
                 ALTER TABLE event_in_lots RENAME TO event",
            ),
        ),
    ],
    columns: &[
        ("id", Type::Int),
        ("run", Type::Int),
        ("number", Type::Int),
        ("events", Type::Int),
        ("previous", Type::Int),
        ("body", Type::Text),
        ("cut", Type::Int),
    ],
    key: 1,
};

/// Where each run's journal ends: its last lot, the number of the first event that was written with it, how many events there are, and
/// how many bytes of JSON.
pub(crate) const JOURNAL: Table = Table {
    name: "journal",
    migrations: &[(
        5,
        Script::Each {
            sqlite: "CREATE TABLE journal (run INTEGER PRIMARY KEY, last BIGINT NOT NULL, number BIGINT NOT NULL, events BIGINT NOT NULL,
                     bytes BIGINT NOT NULL);
                     INSERT INTO journal SELECT run, max(id), max(number), max(number) + 1,
                       sum(length(CAST(body AS BLOB)) - instr(body, ' ')) FROM event GROUP BY run",
            postgres: "CREATE TABLE journal (run BIGINT PRIMARY KEY, last BIGINT NOT NULL, number BIGINT NOT NULL, events BIGINT NOT NULL,
                       bytes BIGINT NOT NULL);
                       INSERT INTO journal SELECT run, max(id), max(number), max(number) + 1,
                         sum(octet_length(body) - position(' ' in body)) FROM event GROUP BY run",
        },
    )],
    columns: &[("run", Type::Int), ("last", Type::Int), ("number", Type::Int), ("events", Type::Int), ("bytes", Type::Int)],
    key: 1,
};

/// The next place in the table of events that no process has taken for itself; a single row, once there is one.
pub(crate) const ROOM: Table = Table {
    name: "room",
    migrations: &[(
        5,
        Script::Both(
            "CREATE TABLE room (one {key}, next BIGINT NOT NULL);
             INSERT INTO room SELECT 1, max(id) + 1 FROM event HAVING count(*) > 0",
        ),
    )],
    columns: &[],
    key: 0,
};

/// How many places a process takes at once. They lie together, so that it writes in one place of the table, and most commits take none.
const ROOM_AT_ONCE: i64 = 4096;
/// A lot that is longer, in bytes, should take no further event.
const FULL: usize = 32 * 1024;

/// Events of one run, on their way together.
pub(crate) struct Lot {
    pub(crate) run: i64,
    /// The first one's, from 0 in each run, without a gap.
    number: i64,
    events: i64,
    /// Their lines.
    body: Vec<u8>,
    /// What was cut out of them because it is large, with its hash.
    pub(crate) blobs: Vec<(String, String)>,
    is_cut: bool,
    /// How many bytes of JSON the run has with them.
    bytes: i64,
    /// Where the last lot of the run lies that is safe; the writer's own.
    last: Arc<AtomicI64>,
}

impl Lot {
    /// A lot without events, behind what the run's journal has.
    pub(crate) fn behind(run: i64, reach: Reach) -> Self {
        let Reach { events, bytes, last } = reach;
        Self { run, number: events, events: 0, body: Vec::new(), blobs: Vec::new(), is_cut: false, bytes, last: Arc::new(last.into()) }
    }

    /// A lot without events, behind this one.
    pub(crate) fn next(&self) -> Self {
        let (number, bytes) = self.end();
        Self { number, events: 0, body: Vec::new(), blobs: Vec::new(), is_cut: false, bytes, last: self.last.clone(), ..*self }
    }

    /// Adds the run's next event. One that is large comes back as a lot of its own, without what was cut out of it, and goes behind
    /// this one.
    pub(crate) fn add(&mut self, at: i64, event: &impl Serialize) -> Option<Self> {
        let begin = self.body.len();
        if begin > 0 {
            self.body.push(b'\n');
        }
        // Writing into memory does not fail, and an event is made of values that JSON has.
        let _moment = write!(self.body, "{at} ");
        let json = self.body.len();
        let _written = serde_json::to_writer(&mut self.body, event);
        let length = self.body.len() - json;
        let bytes = self.bytes.saturating_add(i64::try_from(length).unwrap_or(i64::MAX));
        if length <= body::LARGE {
            self.events += 1;
            self.bytes = bytes;
            return None;
        }
        let text = String::from_utf8(self.body.split_off(begin)).unwrap_or_default();
        let (at, json) = text.trim_start().split_once(' ').unwrap_or_default();
        let Packed { text, blobs, is_cut } = body::pack(json.to_owned());
        let body = format!("{at} {text}").into_bytes();
        Some(Self { run: self.run, number: self.number + self.events, events: 1, body, blobs, is_cut, bytes, last: self.last.clone() })
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// Whether no further event should be added.
    pub(crate) fn is_full(&self) -> bool {
        self.body.len() >= FULL
    }

    /// The number of the event behind these, and how many bytes of JSON the run has with them.
    pub(crate) fn end(&self) -> (i64, i64) {
        (self.number + self.events, self.bytes)
    }
}

/// Where the lots of a commit lie: the last of each run's, for its journal to know once they are safe.
pub(crate) struct Places<'l>(HashMap<i64, (&'l Lot, i64)>);

impl Places<'_> {
    /// What comes next of these runs lies behind these.
    pub(crate) fn are_safe(self) {
        for (lot, place) in self.0.into_values() {
            lot.last.store(place, Ordering::Relaxed);
        }
    }
}

/// Writes lots, those of a run in their order, into `room`, which has to be large enough.
pub(crate) async fn add<'l>(at: &mut Connection, room: &mut Range<i64>, lots: impl Iterator<Item = &'l Lot>) -> Result<Places<'l>, Error> {
    let mut places: HashMap<i64, (&Lot, i64)> = HashMap::new();
    let mut journals: Vec<(i64, i64)> = Vec::new();
    let mut rows: Vec<Arg> = Vec::new();
    for lot in lots {
        let place = room.next().ok_or_else(|| Error::NoRoom { place: at.place.to_string() })?;
        let previous = match places.insert(lot.run, (lot, place)) {
            Some((_, previous)) => previous,
            None => {
                journals.push((lot.run, lot.number));
                lot.last.load(Ordering::Relaxed)
            }
        };
        let previous = (previous != NOWHERE).then_some(previous);
        rows.extend(args![place, lot.run, lot.number, lot.events, previous, lot.text(), i64::from(lot.is_cut)]);
    }
    at.insert("INSERT INTO event (id, run, number, events, previous, body, cut)", "", 7, rows).await?;
    let mut ends: Vec<Arg> = Vec::with_capacity(journals.len() * 5);
    for (run, first) in &journals {
        let (lot, place) = places[run];
        let (events, bytes) = lot.end();
        ends.extend(args![*run, place, *first, events, bytes]);
    }
    // A journal that has grown in the meantime is another process's, and is left as it is.
    let behind = "ON CONFLICT (run) DO UPDATE SET last = excluded.last, number = excluded.number, events = excluded.events,
                  bytes = excluded.bytes WHERE journal.events = excluded.number";
    let grown = at.insert("INSERT INTO journal (run, last, number, events, bytes)", behind, 5, ends).await?;
    if grown != journals.len() as u64 {
        return Err(Error::Overtaken { place: at.place.to_string() });
    }
    Ok(Places(places))
}

/// What the last place of a journal is that has none yet.
const NOWHERE: i64 = 0;

/// Takes places that nobody has, where there are not so many left. By itself, before the transaction: processes would wait for each
/// other's otherwise, each with locks of its own.
pub(crate) async fn make_room(at: &mut Connection, room: &mut Range<i64>, wanted: usize) -> Result<(), Error> {
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
    if room.end - room.start < wanted {
        let count = ROOM_AT_ONCE.max(wanted);
        let sql = "INSERT INTO room (one, next) VALUES (1, 1 + $1) ON CONFLICT (one) DO UPDATE SET next = room.next + $1 RETURNING next";
        let end = at.number(sql, args![count]).await?;
        *room = end - count..end;
    }
    Ok(())
}

/// Sees to it that nobody is given a place that is in use.
pub(crate) async fn keep_room(at: &mut Connection) -> Result<(), Error> {
    let next = at.number("SELECT coalesce(max(id), 0) + 1 FROM event", args![]).await?;
    let sql =
        "INSERT INTO room (one, next) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET next = excluded.next WHERE room.next < excluded.next";
    at.run(sql, args![next]).await.map(drop)
}

/// How far a run's journal has come: how many events there are, how many bytes of JSON, and where its last lot lies.
pub(crate) async fn reach(at: &mut Connection, run: i64) -> Result<Reach, Error> {
    let sql = "SELECT events, bytes, last FROM journal WHERE run = $1";
    let found = at.read(sql, args![run], |row| Ok(Reach { events: row.int(0)?, bytes: row.int(1)?, last: row.int(2)? })).await?.pop();
    Ok(found.unwrap_or_default())
}

/// How far a run's journal has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) events: i64,
    pub(crate) bytes: i64,
    pub(crate) last: i64,
}

/// A lot as it is read again.
pub(crate) struct KeptLot {
    number: i64,
    events: i64,
    body: String,
    pub(crate) is_cut: bool,
}

/// An event as it is read again.
pub(crate) struct Line<'l> {
    pub(crate) number: i64,
    pub(crate) at: i64,
    pub(crate) body: &'l str,
}

impl KeptLot {
    /// Its events; none where it has not as many lines as it should have, or one has no moment.
    pub(crate) fn lines(&self) -> Option<Vec<Line<'_>>> {
        let lines = (self.number..).zip(self.body.split('\n')).map(|(number, line)| {
            let (at, body) = line.split_once(' ')?;
            Some(Line { number, at: at.parse().ok()?, body })
        });
        let lines: Option<Vec<Line<'_>>> = lines.collect();
        lines.filter(|lines| lines.len() as i64 == self.events)
    }
}

/// The lots of a run in the order of its events.
pub(crate) async fn of_run(at: &mut Connection, run: i64) -> Result<Vec<KeptLot>, Error> {
    let sql = "WITH RECURSIVE chain (previous, number, events, body, cut) AS (
                 SELECT event.previous, event.number, event.events, event.body, event.cut
                 FROM journal JOIN event ON event.id = journal.last WHERE journal.run = $1 AND event.run = $1
                 UNION ALL
                 SELECT event.previous, event.number, event.events, event.body, event.cut
                 FROM chain JOIN event ON event.id = chain.previous WHERE event.run = $1 AND event.number < chain.number)
               SELECT number, events, body, cut FROM chain ORDER BY number";
    let read = |row: &crate::connection::Row| {
        Ok(KeptLot { number: row.int(0)?, events: row.int(1)?, body: row.text(2)?, is_cut: row.int(3)? != 0 })
    };
    at.read(sql, args![run], read).await
}

/// Removes all of a run.
pub(crate) async fn remove(at: &mut Connection, run: i64) -> Result<(), Error> {
    let sql = "DELETE FROM event WHERE id IN (
                 WITH RECURSIVE chain (id, previous, number) AS (
                   SELECT event.id, event.previous, event.number FROM journal JOIN event ON event.id = journal.last
                   WHERE journal.run = $1 AND event.run = $1
                   UNION ALL
                   SELECT event.id, event.previous, event.number FROM chain JOIN event ON event.id = chain.previous
                   WHERE event.run = $1 AND event.number < chain.number)
                 SELECT id FROM chain)";
    at.run(sql, args![run]).await?;
    at.run("DELETE FROM journal WHERE run = $1", args![run]).await.map(drop)
}

/// Removes what belongs to no run, such as rows that a damaged journal did not lead to when its run was removed.
pub(crate) async fn sweep(at: &mut Connection) -> Result<(), Error> {
    at.run("DELETE FROM event WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.id = event.run)", args![]).await?;
    at.run("DELETE FROM journal WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.id = journal.run)", args![]).await.map(drop)
}
