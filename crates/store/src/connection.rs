//! One connection to either database, and statements that both understand: `$1` for values, text, bytes and whole numbers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection as _, Postgres, Row as _, SqlSafeStr, Sqlite};

use crate::error::Error;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A connection.
pub(crate) struct Connection {
    wire: Wire,
    /// As it is shown to people.
    pub(crate) place: Arc<str>,
    /// Statements with many rows, by their head and how many rows they have.
    many: HashMap<(&'static str, usize), Arc<str>>,
}

enum Wire {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// A value on its way into the database.
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Vec<u8>),
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Arg::Int(Some(value))
    }
}

impl From<Option<i64>> for Arg {
    fn from(value: Option<i64>) -> Self {
        Arg::Int(value)
    }
}

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Arg::Text(Some(value.to_owned()))
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Arg::Text(Some(value))
    }
}

impl From<Option<String>> for Arg {
    fn from(value: Option<String>) -> Self {
        Arg::Text(value)
    }
}

impl From<Vec<u8>> for Arg {
    fn from(value: Vec<u8>) -> Self {
        Arg::Bytes(value)
    }
}

/// The values of a statement, in their order.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::connection::Arg::from($value)),*] };
}
pub(crate) use args;

/// A row that came back.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn int(&self, at: usize) -> Result<i64, sqlx::Error> {
        Ok(self.maybe_int(at)?.unwrap_or_default())
    }

    pub(crate) fn maybe_int(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
        match self {
            Row::Sqlite(row) => row.try_get(at),
            Row::Postgres(row) => row.try_get(at),
        }
    }

    pub(crate) fn text(&self, at: usize) -> Result<String, sqlx::Error> {
        Ok(self.maybe_text(at)?.unwrap_or_default())
    }

    pub(crate) fn maybe_text(&self, at: usize) -> Result<Option<String>, sqlx::Error> {
        match self {
            Row::Sqlite(row) => row.try_get(at),
            Row::Postgres(row) => row.try_get(at),
        }
    }

    pub(crate) fn bytes(&self, at: usize) -> Result<Vec<u8>, sqlx::Error> {
        match self {
            Row::Sqlite(row) => row.try_get(at),
            Row::Postgres(row) => row.try_get(at),
        }
    }
}

/// How many rows one statement inserts: the largest that fits is taken, again and again. Each is a way to the database and back.
const ROWS: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

impl Connection {
    pub(crate) fn sqlite(place: Arc<str>, connection: SqliteConnection) -> Self {
        Self { wire: Wire::Sqlite(Box::new(connection)), place, many: HashMap::new() }
    }

    pub(crate) fn postgres(place: Arc<str>, connection: PgConnection) -> Self {
        Self { wire: Wire::Postgres(Box::new(connection)), place, many: HashMap::new() }
    }

    pub(crate) fn backend(&self) -> Backend {
        match self.wire {
            Wire::Sqlite(_) => Backend::Sqlite,
            Wire::Postgres(_) => Backend::Postgres,
        }
    }

    /// What a refusal means here.
    pub(crate) fn error(&self, source: sqlx::Error) -> Error {
        Error::of(&self.place, source)
    }

    /// Does a statement, and gives how many rows it touched.
    pub(crate) async fn run(&mut self, sql: impl Into<Cow<'static, str>>, args: Vec<Arg>) -> Result<u64, Error> {
        self.run_text(AssertSqlSafe(sql.into()), args).await
    }

    async fn run_text(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<u64, Error> {
        let done = match &mut self.wire {
            Wire::Sqlite(wire) => bind_sqlite(sqlx::query(sql), args).execute(&mut **wire).await.map(|done| done.rows_affected()),
            Wire::Postgres(wire) => bind_postgres(sqlx::query(sql), args).execute(&mut **wire).await.map(|done| done.rows_affected()),
        };
        done.map_err(|source| self.error(source))
    }

    /// Asks for rows.
    pub(crate) async fn rows(&mut self, sql: impl Into<Cow<'static, str>>, args: Vec<Arg>) -> Result<Vec<Row>, Error> {
        let sql = AssertSqlSafe(sql.into());
        let rows = match &mut self.wire {
            Wire::Sqlite(wire) => {
                let rows = bind_sqlite(sqlx::query(sql), args).fetch_all(&mut **wire).await;
                rows.map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
            Wire::Postgres(wire) => {
                let rows = bind_postgres(sqlx::query(sql), args).fetch_all(&mut **wire).await;
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        rows.map_err(|source| self.error(source))
    }

    /// Asks for rows, and reads each.
    pub(crate) async fn read<T>(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        args: Vec<Arg>,
        read: impl Fn(&Row) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.rows(sql, args).await?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|source| self.error(source))
    }

    /// Asks for one number; 0 where there is none.
    pub(crate) async fn number(&mut self, sql: impl Into<Cow<'static, str>>, args: Vec<Arg>) -> Result<i64, Error> {
        Ok(self.read(sql, args, |row| row.int(0)).await?.pop().unwrap_or_default())
    }

    /// Does statements without values, such as a migration's.
    pub(crate) async fn script(&mut self, sql: impl Into<Cow<'static, str>>) -> Result<(), Error> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.into()));
        let done = match &mut self.wire {
            Wire::Sqlite(wire) => sql.execute(&mut **wire).await.map(drop),
            Wire::Postgres(wire) => sql.execute(&mut **wire).await.map(drop),
        };
        done.map_err(|source| self.error(source))
    }

    /// Inserts rows of `width` values each: `head` is the statement up to `VALUES`, `tail` what follows them. Gives how many rows are new
    /// or changed.
    pub(crate) async fn insert(&mut self, head: &'static str, tail: &'static str, width: usize, args: Vec<Arg>) -> Result<u64, Error> {
        let mut args = args.into_iter();
        let mut touched = 0;
        let backend = self.backend();
        while args.len() > 0 {
            let left = args.len() / width;
            let rows = ROWS.into_iter().find(|rows| *rows <= left).unwrap_or(1);
            let text = self.many.entry((head, rows)).or_insert_with(|| many(head, tail, width, rows, backend).into()).clone();
            touched += self.run_text(AssertSqlSafe(text), args.by_ref().take(rows * width).collect()).await?;
        }
        Ok(touched)
    }

    /// Begins a transaction that writes beside others.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        match self.backend() {
            Backend::Sqlite => self.script("BEGIN IMMEDIATE").await,
            Backend::Postgres => self.script(format!("BEGIN; SELECT pg_advisory_xact_lock_shared({LOCK})")).await,
        }
    }

    /// Begins a transaction beside which nobody writes.
    pub(crate) async fn begin_alone(&mut self) -> Result<(), Error> {
        match self.backend() {
            Backend::Sqlite => self.script("BEGIN IMMEDIATE").await,
            Backend::Postgres => self.script(format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})")).await,
        }
    }

    /// Begins a transaction that sees everything as it is at one moment, and writes nothing.
    pub(crate) async fn begin_reading(&mut self) -> Result<(), Error> {
        match self.backend() {
            Backend::Sqlite => self.script("BEGIN").await,
            Backend::Postgres => self.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await,
        }
    }

    /// Ends the transaction: with what was done, or as if nothing had been.
    pub(crate) async fn end<T>(&mut self, done: Result<T, Error>) -> Result<T, Error> {
        let done = match done {
            Ok(value) => self.script("COMMIT").await.map(|()| value),
            Err(error) => Err(error),
        };
        if done.is_err() {
            // The database may have ended it by itself already.
            let _ended = self.script("ROLLBACK").await;
        }
        done
    }

    pub(crate) async fn close(self) -> Result<(), Error> {
        let place = self.place.clone();
        let closed = match self.wire {
            Wire::Sqlite(wire) => wire.close().await,
            Wire::Postgres(wire) => wire.close().await,
        };
        closed.map_err(|source| Error::of(&place, source))
    }
}

/// The lock under which a store's writers stand on PostgreSQL, of which each may have many in one database.
pub(crate) const LOCK: i64 = 0x7061_7463_6862_6179;

fn bind_sqlite<'q>(
    mut query: sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>,
    args: Vec<Arg>,
) -> sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments> {
    for arg in args {
        query = match arg {
            Arg::Int(value) => query.bind(value),
            Arg::Text(value) => query.bind(value),
            Arg::Bytes(value) => query.bind(value),
        };
    }
    query
}

fn bind_postgres<'q>(
    mut query: sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments>,
    args: Vec<Arg>,
) -> sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments> {
    for arg in args {
        query = match arg {
            Arg::Int(value) => query.bind(value),
            Arg::Text(value) => query.bind(value),
            Arg::Bytes(value) => query.bind(value),
        };
    }
    query
}

fn many(head: &str, tail: &str, width: usize, rows: usize, backend: Backend) -> String {
    let place = |at: usize| match backend {
        // Those with a number have a name, too, and SQLite finds the name of each by going through all.
        Backend::Sqlite => "?".to_owned(),
        Backend::Postgres => format!("${at}"),
    };
    let row = |row: usize| {
        let values: Vec<String> = (1..=width).map(|at| place(row * width + at)).collect();
        format!("({})", values.join(", "))
    };
    format!("{head} VALUES {} {tail}", (0..rows).map(row).collect::<Vec<_>>().join(", "))
}
