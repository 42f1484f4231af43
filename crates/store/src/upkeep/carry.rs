//! Carries everything from one store to another, whatever database each is.

use crate::connection::{Arg, Connection, Row};
use crate::error::Error;
use crate::place::Place;
use crate::store::open;
use crate::table::{TABLES, Table, Type};
use crate::{owner, sqlite, table};

/// How many rows of a table were carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Runs.
    pub runs: u64,
    /// Their events.
    pub events: u64,
}

/// How many rows are read at once.
const LOT: usize = 256;

impl Place {
    /// Writes everything into a new file of SQLite, whole even while runs are written. A file that is there is replaced.
    ///
    /// # Errors
    /// Where there is no store, or the file cannot be written.
    pub async fn back_up(&self, to: &std::path::Path) -> Result<Count, Error> {
        let mut from = open(self, false).await?;
        match self {
            Place::File(path) if path == to => return Err(Error::NotEmpty { place: self.to_string() }),
            Place::File(_) => sqlite::copy_into(&mut from, to).await?,
            Place::Postgres(_) => {
                let fail = |source| Error::Disk { doing: "replace", path: to.to_owned(), source };
                if to.exists() {
                    std::fs::remove_file(to).map_err(fail)?;
                }
                let mut target = open(&Place::File(to.to_owned()), true).await?;
                carry(&mut from, &mut target, false).await?;
                target.close().await?;
            }
        }
        count(&mut from).await
    }

    /// Moves everything to an empty place. What was carried is compared before anything is given up; a file is then kept under another
    /// name, a server's database is left as it is.
    ///
    /// # Errors
    /// Where a process drives runs here, the other place is not empty, or either cannot be read or written.
    pub async fn move_to(&self, to: &Place) -> Result<Count, Error> {
        if let Place::File(path) = self
            && owner::any_lives(path)
        {
            return Err(Error::InUse { place: self.to_string() });
        }
        let mut from = open(self, false).await?;
        let mut target = open(to, true).await?;
        carry(&mut from, &mut target, false).await?;
        let (before, after) = (count(&mut from).await?, count(&mut target).await?);
        if before != after {
            let what = format!("{} runs of {}, {} events of {}", after.runs, before.runs, after.events, before.events);
            return Err(Error::Differs { place: to.to_string(), what });
        }
        from.close().await?;
        target.close().await?;
        if let Place::File(path) = self {
            super::file::set_aside(path, "moved")?;
        }
        Ok(after)
    }
}

pub(crate) async fn count(at: &mut Connection) -> Result<Count, Error> {
    let runs = at.number("SELECT count(*) FROM run", Vec::new()).await?.cast_unsigned();
    let events = at.number("SELECT CAST(coalesce(sum(events), 0) AS BIGINT) FROM event", Vec::new()).await?.cast_unsigned();
    Ok(Count { runs, events })
}

/// Carries all rows in one transaction: all arrive, or none. What is there is removed first if it may be.
pub(crate) async fn carry(from: &mut Connection, to: &mut Connection, may_replace: bool) -> Result<(), Error> {
    // Runs may go on meanwhile: all tables are read as they are at one moment.
    from.begin_reading().await?;
    let done = match to.begin_alone().await {
        Ok(()) => {
            let done = carry_all(from, to, may_replace).await;
            to.end(done).await
        }
        Err(error) => Err(error),
    };
    from.end(done).await
}

async fn carry_all(from: &mut Connection, to: &mut Connection, may_replace: bool) -> Result<(), Error> {
    if !may_replace && count(to).await? != (Count { runs: 0, events: 0 }) {
        return Err(Error::NotEmpty { place: to.place.to_string() });
    }
    // Places that a process has taken for itself stay its own.
    for table in TABLES.iter().filter(|table| may_replace && table.name != table::event::ROOM.name) {
        to.run(format!("DELETE FROM {}", table.name), Vec::new()).await?;
    }
    for table in TABLES.iter().filter(|table| !table.columns.is_empty()) {
        carry_table(from, to, table).await?;
    }
    table::event::keep_room(to).await?;
    // The index is made anew, by the next who looks for words; and nobody drives these runs.
    to.run("UPDATE run SET indexed = 0, owner = 0", Vec::new()).await.map(drop)
}

async fn carry_table(from: &mut Connection, to: &mut Connection, table: &Table) -> Result<(), Error> {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let columns = columns.join(", ");
    let key: Vec<&str> = table.columns[..table.key].iter().map(|(name, _)| *name).collect();
    let places: Vec<String> = (1..=table.key).map(|at| format!("${at}")).collect();
    let (key, places) = (key.join(", "), places.join(", "));
    let insert = insert_text(table, &columns);
    let mut last: Option<Vec<Arg>> = None;
    loop {
        let beyond = if last.is_some() { format!("WHERE ({key}) > ({places})") } else { String::new() };
        let sql = format!("SELECT {columns} FROM {} {beyond} ORDER BY {key} LIMIT {LOT}", table.name);
        let rows = from.read(sql, last.take().unwrap_or_default(), |row| values(row, table)).await?;
        let is_last = rows.len() < LOT;
        last = rows.last().map(|row| row[..table.key].to_vec());
        for row in rows {
            to.run(insert.clone(), row).await?;
        }
        if is_last {
            return Ok(());
        }
    }
}

fn insert_text(table: &Table, columns: &str) -> String {
    let places: Vec<String> = (1..=table.columns.len()).map(|at| format!("${at}")).collect();
    format!("INSERT INTO {} ({columns}) VALUES ({})", table.name, places.join(", "))
}

fn values(row: &Row, table: &Table) -> Result<Vec<Arg>, sqlx::Error> {
    let value = |(at, (_, kind)): (usize, &(&str, Type))| {
        Ok(match kind {
            Type::Int => row.maybe_int(at)?.into(),
            Type::Text => row.maybe_text(at)?.into(),
            Type::Bytes => row.bytes(at)?.into(),
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}
