//! Brings a store to the form that this program writes: forward only, whole or not at all, a backup before.

use crate::connection::{Backend, Connection, args};
use crate::error::Error;
use crate::owner;
use crate::place::Place;
use crate::sqlite;
use crate::table::{Script, TABLES, form};

/// What changes a store, by the form that it leads to.
pub(crate) type Step<'s> = (i64, &'s Script);

/// Brings a store to this program's form.
pub(crate) async fn migrate(at: &mut Connection, place: &Place) -> Result<(), Error> {
    let mut steps: Vec<Step<'_>> = TABLES.iter().flat_map(|table| table.migrations).map(|(form, script)| (*form, script)).collect();
    steps.sort_by_key(|(form, _)| *form);
    migrate_by(at, place, &steps, form()).await
}

async fn migrate_by(at: &mut Connection, place: &Place, steps: &[Step<'_>], known: i64) -> Result<(), Error> {
    let found = look(at).await?;
    refuse_newer(at, found, known)?;
    if found == known {
        return Ok(());
    }
    // An older program that drives runs could not go on with them.
    if found > 0 && is_in_use(at, place).await? {
        return Err(Error::InUse { place: place.to_string() });
    }
    if let (Place::File(path), true) = (place, found > 0) {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".form-{found}"));
        sqlite::copy_into(at, name.as_ref()).await?;
    }
    if at.backend() == Backend::Postgres {
        at.script("CREATE SCHEMA IF NOT EXISTS patchbay").await?;
    }
    at.begin_alone().await?;
    let done = advance(at, steps, known).await;
    at.end(done).await
}

/// Whether a process drives runs there.
async fn is_in_use(at: &mut Connection, place: &Place) -> Result<bool, Error> {
    for owner in at.read("SELECT DISTINCT owner FROM run WHERE ended IS NULL", args![], |row| row.int(0)).await? {
        if owner::lives(at, place, owner).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes the steps that are still to be taken: another process may have taken some in the meantime.
async fn advance(at: &mut Connection, steps: &[Step<'_>], known: i64) -> Result<(), Error> {
    let found = look(at).await?;
    refuse_newer(at, found, known)?;
    for (_, script) in steps.iter().filter(|(form, _)| *form > found) {
        at.script(script.on(at.backend())).await?;
    }
    if found == 0 {
        at.script("CREATE TABLE about (form BIGINT NOT NULL); INSERT INTO about (form) VALUES (0)").await?;
    }
    at.run("UPDATE about SET form = $1", args![known]).await.map(drop)
}

/// The form of the store; 0 for a database with nothing in it.
async fn look(at: &mut Connection) -> Result<i64, Error> {
    let sql = match at.backend() {
        Backend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Backend::Postgres => "SELECT table_name::TEXT FROM information_schema.tables WHERE table_schema = 'patchbay'",
    };
    let tables = at.read(sql, args![], |row| row.text(0)).await?;
    if tables.is_empty() {
        return Ok(0);
    }
    if !tables.iter().any(|table| table == "about") || !tables.iter().any(|table| table == "run") {
        return Err(Error::NotAStore { place: at.place.to_string() });
    }
    at.number("SELECT form FROM about", args![]).await
}

fn refuse_newer(at: &Connection, found: i64, known: i64) -> Result<(), Error> {
    if found > known {
        return Err(Error::Newer { place: at.place.to_string(), found, known, program: env!("CARGO_PKG_VERSION") });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;
    use crate::table::event::{Lot, Reach};

    /// A store, brought to the next form by a step of the test's own.
    #[tokio::test]
    async fn a_step_is_taken_once_after_a_backup_and_an_older_program_refuses_what_came_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let place = Place::File(path.clone());
        let mut at = sqlite::open(&path, true).await.unwrap();
        migrate(&mut at, &place).await.unwrap();
        at.run("INSERT INTO signal (run, number, name, body, at) VALUES (1, 1, 'n', '1', 0)", args![]).await.unwrap();
        let step = Script::Both("ALTER TABLE signal ADD COLUMN extra BIGINT");
        let (form, next) = (table::form(), table::form() + 1);
        let steps = [(next, &step)];
        for _ in 0..2 {
            migrate_by(&mut at, &place, &steps, next).await.unwrap();
        }
        assert_eq!(at.number("SELECT count(extra) + count(*) FROM signal", args![]).await.unwrap(), 1, "the column is there, and the row");

        let mut before = sqlite::open(&folder.path().join(format!("runs.db.form-{form}")), false).await.unwrap();
        assert_eq!(look(&mut before).await.unwrap(), form, "the backup is of the old form");
        assert_eq!(before.number("SELECT count(*) FROM signal", args![]).await.unwrap(), 1, "and has what there was");

        let error = migrate(&mut at, &place).await.unwrap_err().to_string();
        let program = env!("CARGO_PKG_VERSION");
        let expected = format!("its form is {next}, and this one ({program}) knows forms up to {form}");
        assert!(error.contains(&expected) && error.contains("--data"), "both versions and the remedy: {error}");
    }

    #[tokio::test]
    async fn what_an_older_store_holds_is_there_in_the_newest_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let at = sqlite::open(&path, true).await.unwrap();
        is_there_in_the_newest_form(Place::File(path), at).await;
        if let Some(address) = testkit::postgres() {
            let place = Place::parse(&address).unwrap();
            let Place::Postgres(server) = &place else { panic!("`{address}` names a server") };
            let at = crate::postgres::open(&place, server).await.unwrap();
            is_there_in_the_newest_form(place, at).await;
        }
    }

    async fn open_anew(place: &Place) -> Connection {
        match place {
            Place::File(path) => sqlite::open(path, false).await.unwrap(),
            Place::Postgres(server) => crate::postgres::open(place, server).await.unwrap(),
        }
    }

    async fn is_there_in_the_newest_form(place: Place, mut at: Connection) {
        let steps: Vec<Step<'_>> = TABLES.iter().flat_map(|table| table.migrations).map(|(form, script)| (*form, script)).collect();
        let mut steps: Vec<Step<'_>> = steps.into_iter().filter(|(form, _)| *form <= 3).collect();
        steps.sort_by_key(|(form, _)| *form);
        migrate_by(&mut at, &place, &steps, 3).await.unwrap();
        for (run, number) in [(2, 0), (1, 0), (1, 1)] {
            let values = args![run, number, 10 * run + number, format!("[{run},{number}]"), i64::from(run == 2)];
            at.run("INSERT INTO event (run, number, at, body, cut) VALUES ($1, $2, $3, $4, $5)", values).await.unwrap();
        }
        let owner = owner::Owner::become_one(&mut at, &place).await.unwrap();
        at.run(
            "INSERT INTO run (id, file, tool, version, state, part, started, cut, indexed, owner) VALUES (1, 'f', 't', 'v', 'running', '', 0, 0, 0, $1)",
            args![owner.number],
        )
        .await
        .unwrap();
        let refused = {
            let mut other = open_anew(&place).await;
            migrate(&mut other, &place).await
        };
        assert!(matches!(refused, Err(Error::InUse { .. })), "{place}: not while a process drives a run: {refused:?}");
        owner.let_go(&mut at).await;
        drop(owner);
        migrate(&mut at, &place).await.unwrap();
        let next = |run: i64, number: i64, reach| {
            let mut lot = Lot::behind(run, reach);
            lot.add(10 * run + number, &[run, number]);
            [lot]
        };
        let mut room = 0..0;
        table::event::make_room(&mut at, &mut room, 4).await.unwrap();
        let expected = table::event::Reach { events: 2, bytes: 10, last: 2 };
        assert_eq!(table::event::reach(&mut at, 1).await.unwrap(), expected, "{place}: two events of five letters");
        for (run, number) in [(2, 1), (1, 2), (2, 2)] {
            let reach = table::event::reach(&mut at, run).await.unwrap();
            table::event::add(&mut at, &mut room, next(run, number, reach).iter()).await.unwrap();
        }
        for run in [1, 2] {
            let lots = table::event::of_run(&mut at, run).await.unwrap();
            let lines = lots.iter().flat_map(|lot| lot.lines().unwrap().into_iter().map(|line| (line, lot.is_cut)));
            let found: Vec<_> = lines.map(|(line, is_cut)| (line.number, line.at, line.body.to_owned(), is_cut)).collect();
            let expected = [0, 1, 2].map(|number| (number, 10 * run + number, format!("[{run},{number}]"), run == 2 && number == 0));
            assert_eq!(found, expected, "{place}: the events of run {run}, those from before and those from after");
        }
        let late = next(1, 1, Reach { events: 1, ..Reach::default() });
        let added = table::event::add(&mut at, &mut room, late.iter()).await;
        assert!(matches!(added, Err(Error::Overtaken { .. })), "{place}: a place in a run is taken once");
    }

    #[tokio::test]
    async fn a_step_that_fails_leaves_the_store_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.db");
        let place = Place::File(path.clone());
        let mut at = sqlite::open(&path, true).await.unwrap();
        migrate(&mut at, &place).await.unwrap();
        let steps = [Script::Both("CREATE TABLE half (a BIGINT)"), Script::Both("CREATE TABLE run (a BIGINT)")];
        let next = table::form() + 1;
        let steps: Vec<Step<'_>> = steps.iter().map(|script| (next, script)).collect();
        migrate_by(&mut at, &place, &steps, next).await.unwrap_err();
        assert_eq!(look(&mut at).await.unwrap(), table::form(), "the form is the old one");
        let half = "SELECT count(*) FROM sqlite_master WHERE name = 'half'";
        assert_eq!(at.number(half, args![]).await.unwrap(), 0, "and nothing of the step is there");
    }
}
