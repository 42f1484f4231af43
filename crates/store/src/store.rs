//! The store as the rest of the product holds it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use futures::future::BoxFuture;
use run::{Event, Moment, Outcome, StepId};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Mutex, oneshot, watch};

use crate::body;
use crate::connection::Connection;
use crate::error::Error;
use crate::journal::RunJournal;
use crate::keeping::Keeping;
use crate::place::Place;
use crate::record::{Approval, Filter, NewRun, RunRecord, Signal};
use crate::table;
use crate::words::Words;
use crate::writer::{Desk, Op, Shared, Work};
use crate::{migrate, owner, postgres, sqlite};

/// The runs of a place. A cheap handle that opens nothing until it is needed; needs a tokio runtime from then on.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    /// Asks beside the writer; where it matters, after what this process has handed over.
    reader: Arc<Mutex<Option<Connection>>>,
}

/// Opens a place as it is after every migration.
pub(crate) async fn open(place: &Place, may_make: bool) -> Result<Connection, Error> {
    let mut at = match place {
        Place::File(path) if !may_make && !path.exists() => return Err(Error::Missing { place: place.to_string() }),
        Place::File(path) => sqlite::open(path, may_make).await?,
        Place::Postgres(server) => postgres::open(place, server).await?,
    };
    migrate::migrate(&mut at, place).await?;
    Ok(at)
}

pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// An error and its causes in one line, for a log.
pub(crate) fn in_full(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl Store {
    /// The store of a place. Nothing is opened yet.
    #[must_use]
    pub fn new(place: Place, keeping: Keeping) -> Self {
        Self { shared: Arc::new(Shared::new(place, keeping)), reader: Arc::default() }
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.shared.place
    }

    /// Why the store could not be opened, so that what begins now is kept nowhere; none while all is well.
    #[must_use]
    pub fn trouble(&self) -> watch::Receiver<Option<Arc<Error>>> {
        self.shared.trouble.subscribe()
    }

    /// Begins the journal of a new run. It is made together with the run's first events.
    #[must_use]
    pub fn begin(&self, run: NewRun) -> RunJournal {
        let is_void = !self.shared.is_writing();
        RunJournal::begin(self.shared.clone(), run, is_void)
    }

    /// Ends after all that was handed over is written. What begins later is kept nowhere.
    pub async fn close(&self) {
        self.shared.close().await;
        if let Some(reader) = self.reader.lock().await.take()
            && let Err(error) = reader.close().await
        {
            tracing::debug!(error = in_full(&error), "a connection was not closed well");
        }
    }

    /// Runs, the latest first. Where there is no store yet there are none.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn runs(&self, filter: &Filter) -> Result<Vec<RunRecord>, Error> {
        if !self.shared.place.is_there() {
            return Ok(Vec::new());
        }
        if filter.text.is_some()
            && let Err(error) = self.write(|at, _| Box::pin(async move { index(at, usize::MAX, true).await.map(drop) })).await
        {
            tracing::warn!(error = in_full(&error), "the latest runs could not be put into the index, and are not found by their words");
        }
        self.catch_up().await;
        let filter = filter.clone();
        let place = self.shared.place.clone();
        self.read(move |at| {
            Box::pin(async move {
                let runs = table::run::list(at, &filter).await?;
                mark_adrift(at, &place, runs).await
            })
        })
        .await
    }

    /// A run; none where it is not kept.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn run(&self, id: u64) -> Result<Option<RunRecord>, Error> {
        if !self.shared.place.is_there() {
            return Ok(None);
        }
        self.catch_up().await;
        let place = self.shared.place.clone();
        let found = self.read(move |at| {
            Box::pin(async move {
                let found = table::run::get(at, id.cast_signed()).await?;
                mark_adrift(at, &place, found.into_iter().collect()).await
            })
        });
        Ok(found.await?.pop())
    }

    /// The events of a run, in their order.
    ///
    /// # Errors
    /// Where they cannot be read, or something of them is missing.
    pub async fn events(&self, id: u64) -> Result<Vec<(Moment, Event)>, Error> {
        self.read(move |at| Box::pin(async move { events(at, id.cast_signed()).await })).await
    }

    /// The last run that a step of another has started; none where it has started none that is kept.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn beneath(&self, run: u64, step: StepId) -> Result<Option<RunRecord>, Error> {
        if !self.shared.place.is_there() {
            return Ok(None);
        }
        self.catch_up().await;
        let place = self.shared.place.clone();
        let found = self.read(move |at| {
            Box::pin(async move {
                let found = table::run::beneath(at, run.cast_signed(), step).await?;
                mark_adrift(at, &place, found.into_iter().collect()).await
            })
        });
        Ok(found.await?.pop())
    }

    /// How a run ended; none while it goes on.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn outcome(&self, id: u64) -> Result<Option<Outcome>, Error> {
        self.catch_up().await;
        self.read(move |at| {
            Box::pin(async move {
                let run = id.cast_signed();
                let Some((text, is_cut)) = table::run::outcome(at, run).await? else { return Ok(None) };
                let blobs = if is_cut { table::blob::of_run(at, run).await? } else { HashMap::new() };
                parse(at, &format!("the outcome of run {id}"), &text, is_cut, &blobs).map(Some)
            })
        })
        .await
    }

    /// The text of a graph by its hash; none where it is not kept.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn graph_text(&self, hash: &str) -> Result<Option<String>, Error> {
        let hash = hash.to_owned();
        self.read(move |at| Box::pin(async move { table::version::text(at, &hash).await })).await
    }

    /// The highest number that a run has; 0 where there is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn last_id(&self) -> Result<u64, Error> {
        if !self.shared.place.is_there() {
            return Ok(0);
        }
        Ok(self.read(|at| Box::pin(async move { table::run::last(at).await })).await?.cast_unsigned())
    }

    /// The runs that have not ended and that no process drives, the oldest first.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn adrift(&self) -> Result<Vec<RunRecord>, Error> {
        if !self.shared.place.is_there() {
            return Ok(Vec::new());
        }
        let place = self.shared.place.clone();
        let runs = self.read(move |at| {
            Box::pin(async move {
                let runs = table::run::under_way(at).await?;
                mark_adrift(at, &place, runs).await
            })
        });
        let runs = runs.await?;
        Ok(runs.into_iter().filter(|run| run.is_adrift).collect())
    }

    /// Takes a run over that is adrift, with a journal that goes on after its events. None where it is not adrift: it has ended, or
    /// some process drives it.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub async fn adopt(&self, id: u64) -> Result<Option<RunJournal>, Error> {
        let place = self.shared.place.clone();
        let reach = self.write(move |at, desk| {
            Box::pin(async move {
                let run = id.cast_signed();
                let Some((_, owner)) = table::run::get(at, run).await? else { return Ok(None) };
                let ours = desk.owner(at, &place).await?;
                // A connection would be given the lock that it holds itself.
                if owner == ours || owner::lives(at, &place, owner).await? {
                    return Ok(None);
                }
                if !table::run::adopt(at, run, owner, ours).await? {
                    return Ok(None);
                }
                Ok(Some(table::event::reach(at, run).await?))
            })
        });
        Ok(reach.await?.map(|reach| RunJournal::further(self.shared.clone(), id.cast_signed(), reach)))
    }

    /// A journal of a run that this process drives and has let go of, to go on after its events. None where it has ended, or is not
    /// ours.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn again(&self, id: u64) -> Result<Option<RunJournal>, Error> {
        let place = self.shared.place.clone();
        let reach = self.write(move |at, desk| {
            Box::pin(async move {
                let run = id.cast_signed();
                let Some((record, owner)) = table::run::get(at, run).await? else { return Ok(None) };
                if record.ended.is_some() || owner != desk.owner(at, &place).await? {
                    return Ok(None);
                }
                Ok(Some(table::event::reach(at, run).await?))
            })
        });
        Ok(reach.await?.map(|reach| RunJournal::further(self.shared.clone(), id.cast_signed(), reach)))
    }

    /// The questions that are open and the events that are waited for, the oldest first.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn approvals(&self) -> Result<Vec<Approval>, Error> {
        if !self.shared.place.is_there() {
            return Ok(Vec::new());
        }
        self.catch_up().await;
        self.read(|at| Box::pin(async move { table::approval::all(at).await })).await
    }

    /// Tells a run something from outside; it is kept until the run takes it up.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn signal(&self, signal: Signal) -> Result<(), Error> {
        self.write(move |at, _| Box::pin(async move { table::signal::add(at, &signal).await })).await
    }

    /// The runs that were told something which they have not taken up yet.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn told(&self) -> Result<Vec<u64>, Error> {
        if !self.shared.place.is_there() {
            return Ok(Vec::new());
        }
        self.read(|at| Box::pin(async move { table::signal::told(at).await })).await
    }

    /// Takes up all that a run was told, in its order.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn take_signals(&self, run: u64) -> Result<Vec<Signal>, Error> {
        self.write(move |at, _| Box::pin(async move { table::signal::take(at, run.cast_signed()).await })).await
    }

    /// Waits until all that this process has handed over is written, so that it is read. Where it could not be written, that is
    /// known already.
    async fn catch_up(&self) {
        if !self.shared.has_writer() {
            return;
        }
        let (done, written) = oneshot::channel();
        let work: Work = Box::new(move |_, _| {
            Box::pin(async move {
                let _gone = done.send(());
            })
        });
        self.shared.hand_over(Op::Work(work));
        let _refused = written.await;
    }

    /// Asks something, beside what is written.
    async fn read<T: Send>(&self, ask: impl for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, Error>>) -> Result<T, Error> {
        let mut reader = self.reader.lock().await;
        let mut at = match reader.take() {
            Some(at) => at,
            None => open(&self.shared.place, false).await?,
        };
        let answer = ask(&mut at).await;
        // A connection that broke, or that was left in the middle of an answer, is not asked again.
        if answer.is_ok() {
            *reader = Some(at);
        }
        answer
    }

    /// Does something in a transaction of the writer's, after all that was handed over before.
    async fn write<T: Send + 'static>(
        &self,
        act: impl for<'c> FnOnce(&'c mut Connection, &'c mut Desk) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let (done, answer) = oneshot::channel();
        let work: Work = Box::new(move |at, desk| {
            Box::pin(async move {
                let result = match at.begin().await {
                    Ok(()) => {
                        let result = act(at, desk).await;
                        at.end(result).await
                    }
                    Err(error) => Err(error),
                };
                let _gone = done.send(result);
            })
        });
        if !self.shared.is_writing() {
            return Err(self.shared.closed());
        }
        self.shared.hand_over(Op::Work(work));
        match answer.await {
            Ok(result) => result,
            // The writer could not open the store: whoever asks is told why, by trying.
            Err(_) => match open(&self.shared.place, false).await {
                Err(error) => Err(error),
                Ok(_) => Err(self.shared.closed()),
            },
        }
    }
}

/// Marks the runs that have not ended and whose owners are gone.
async fn mark_adrift(at: &mut Connection, place: &Place, runs: Vec<(RunRecord, i64)>) -> Result<Vec<RunRecord>, Error> {
    let mut known: HashMap<i64, bool> = HashMap::new();
    let mut marked = Vec::with_capacity(runs.len());
    for (mut run, owner) in runs {
        if run.ended.is_none() {
            let lives = match known.get(&owner) {
                Some(lives) => *lives,
                None => owner::lives(at, place, owner).await?,
            };
            known.insert(owner, lives);
            run.is_adrift = !lives;
        }
        marked.push(run);
    }
    Ok(marked)
}

/// The events of a run. Each must be there, in its place.
pub(crate) async fn events(at: &mut Connection, run: i64) -> Result<Vec<(Moment, Event)>, Error> {
    // Those that come meanwhile are more than these.
    let expected = table::event::reach(at, run).await?.events;
    let lots = table::event::of_run(at, run).await?;
    let blobs = if lots.iter().any(|lot| lot.is_cut) { table::blob::of_run(at, run).await? } else { HashMap::new() };
    let mut events = Vec::new();
    for lot in &lots {
        let what = |number: usize| format!("event {number} of run {run}");
        let gone = |number| Error::Gone { place: at.place.to_string(), what: what(number) };
        for line in lot.lines().ok_or_else(|| gone(events.len()))? {
            let number = events.len();
            if usize::try_from(line.number) != Ok(number) {
                return Err(gone(number));
            }
            events.push((Moment(line.at), parse(at, &what(number), line.body, lot.is_cut, &blobs)?));
        }
    }
    if (events.len() as i64) < expected {
        return Err(Error::Gone { place: at.place.to_string(), what: format!("event {} of run {run}", events.len()) });
    }
    Ok(events)
}

/// Reads JSON that was packed.
fn parse<T: DeserializeOwned>(at: &Connection, what: &str, text: &str, is_cut: bool, blobs: &HashMap<String, Value>) -> Result<T, Error> {
    let unreadable = |source| Error::Unreadable { place: at.place.to_string(), what: what.to_owned(), source };
    if !is_cut {
        return serde_json::from_str(text).map_err(unreadable);
    }
    let mut value: Value = serde_json::from_str(text).map_err(unreadable)?;
    body::fill(&mut value, &|hash| blobs.get(hash).cloned())
        .map_err(|hash| Error::Gone { place: at.place.to_string(), what: format!("a part of {what}, {hash},") })?;
    serde_json::from_value(value).map_err(unreadable)
}

/// Puts the words of runs into the index that are not there yet, at most so many runs; gives how many those were. Where all are
/// wanted, those that go on are put there as far as they have come.
pub(crate) async fn index(at: &mut Connection, most: usize, with_open: bool) -> Result<usize, Error> {
    let mut done = 0;
    while done < most {
        let lot = table::run::without_index(at, (most - done).min(100), with_open && done == 0).await?;
        if lot.is_empty() {
            break;
        }
        done += lot.len();
        // Whoever writes in between need not wait for all.
        let is_within = with_open;
        if !is_within {
            at.begin().await?;
        }
        let mut result = Ok(());
        for (run, events) in lot {
            result = index_run(at, run, events).await;
            if result.is_err() {
                break;
            }
        }
        if is_within { result? } else { at.end(result).await? }
    }
    Ok(done)
}

async fn index_run(at: &mut Connection, run: i64, events: i64) -> Result<(), Error> {
    let mut words = Words::default();
    for lot in table::event::of_run(at, run).await? {
        for line in lot.lines().unwrap_or_default() {
            words.take_event(&serde_json::from_str(line.body).unwrap_or_default());
        }
    }
    for value in table::blob::of_run(at, run).await?.values() {
        words.take(value);
    }
    table::word::put(at, run, words.into_text()).await?;
    table::run::is_indexed(at, run, events).await
}
