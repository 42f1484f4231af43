//! Every behaviour of a store, on each backend: a file of SQLite, and a real PostgreSQL server where there is one.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use nodes::{Answer, Ask, Failure, FailureKind, ToolResult};
use run::{Event, Moment, Outcome, Part, StepId, StopReason};
use serde_json::{Value, json};
use store::{Approval, Caller, End, Filter, GraphText, Keeping, NewRun, Place, Signal, State, Store};

/// Runs a behaviour on each backend.
async fn on_each(behaviour: impl AsyncFn(Place)) {
    let folder = tempfile::tempdir().unwrap();
    behaviour(Place::within(folder.path())).await;
    if let Some(address) = testkit::postgres() {
        behaviour(Place::parse(&address).unwrap()).await;
    }
}

fn open(place: &Place) -> Store {
    Store::new(place.clone(), Keeping::ALL)
}

fn new_run(id: u64) -> NewRun {
    NewRun {
        id,
        file: "/graphs/a.yaml".to_owned(),
        tool: "t".to_owned(),
        graph: GraphText::new("version: '1.0'\n"),
        part: Part::default(),
        parent: None,
        caller: None,
        started: Moment(id.cast_signed()),
    }
}

fn started(arguments: Value) -> Event {
    Event::Started { arguments: Arc::new(arguments), seed: u64::MAX, part: Part::default(), seen: None, trace: None }
}

fn gave(step: u32, output: Value) -> Event {
    Event::Evaluated { step: StepId(step), result: Ok(Ask::Done { output: Arc::new(output) }) }
}

fn end(at: i64, result: Value) -> End {
    End { at: Moment(at), outcome: Outcome::Done { result: Arc::new(result) }, steps: 2 }
}

/// A whole run, safe when this returns.
async fn make(store: &Store, run: NewRun, events: &[Event], result: Option<Value>) {
    let id = run.id;
    let mut journal = store.begin(run);
    for (at, event) in (id.cast_signed()..).zip(events) {
        journal.append(Moment(at), event);
    }
    if let Some(result) = result {
        journal.ending().end(end(id.cast_signed() + 100, result));
    }
    journal.settle().await.unwrap();
}

fn ids(runs: &[store::RunRecord]) -> Vec<u64> {
    runs.iter().map(|run| run.id).collect()
}

#[tokio::test]
async fn events_come_back_as_they_were_after_the_store_was_opened_anew() {
    on_each(async |place| {
        let long = "x".repeat(100_000);
        let tool = ToolResult { content: vec![json!({"type": "text", "text": long})], structured: Some(Value::Null), is_error: false };
        let events = [
            started(json!({"n": 0.1, "big": u64::MAX, "small": -1e-300, "third": 0.333_333_333_333_333_37, "nul": "\u{0}\u{1F600}"})),
            gave(0, json!(null)),
            Event::Answered { step: StepId(1), result: Ok(Answer::Tool(tool)) },
            Event::Answered { step: StepId(2), result: Err(Failure::new(FailureKind::Tool, "no").with_remedy("yes")) },
            gave(3, json!({"again": long, "$kept": 1, "z": 1, "a": 2})),
            Event::Stopped { reason: run::StopReason::Shutdown },
        ];
        let store = open(&place);
        make(&store, new_run(7), &events, Some(json!([long]))).await;
        store.close().await;
        let store = open(&place);
        let kept = store.events(7).await.unwrap();
        assert_eq!(kept.iter().map(|(at, _)| at.0).collect::<Vec<_>>(), (7..13).collect::<Vec<_>>(), "{place}: the moments");
        assert!(kept.iter().map(|(_, event)| event).eq(&events), "{place}: the events, in their order");
        assert_eq!(store.outcome(7).await.unwrap(), Some(Outcome::Done { result: Arc::new(json!([long])) }), "{place}: the outcome");
        let run = store.run(7).await.unwrap().unwrap();
        assert_eq!((run.state, run.events, run.steps, run.is_adrift), (State::Done, 6, Some(2), false), "{place}: its record");
        let text = store.graph_text(&run.graph).await.unwrap();
        assert_eq!(text.as_deref(), Some("version: '1.0'\n"), "{place}: the graph that it ran");
        assert_eq!(place.check().await.unwrap().faults, Vec::<String>::new(), "{place}: all is sound");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered_by_graph_tool_state_time_and_words() {
    on_each(async |place| {
        let store = open(&place);
        let other = |run: NewRun| NewRun { file: "/graphs/b.yaml".to_owned(), tool: "u".to_owned(), ..run };
        make(&store, new_run(1), &[started(json!({"name": "Anna"}))], Some(json!(1))).await;
        make(&store, other(new_run(2)), &[started(json!({})), gave(0, json!("Berta's ANNEX"))], Some(json!(2))).await;
        make(&store, new_run(3), &[started(json!({"name": "Carl"}))], None).await;
        let all = Filter::default();
        for (what, filter, expected) in [
            ("all", all.clone(), vec![3, 2, 1]),
            ("a graph", Filter { file: Some("/graphs/a.yaml".to_owned()), ..all.clone() }, vec![3, 1]),
            ("a tool", Filter { tool: Some("u".to_owned()), ..all.clone() }, vec![2]),
            ("states", Filter { states: vec![State::Done, State::Failed], ..all.clone() }, vec![2, 1]),
            ("since", Filter { since: Some(Moment(2)), ..all.clone() }, vec![3, 2]),
            ("until", Filter { until: Some(Moment(2)), ..all.clone() }, vec![2, 1]),
            ("further on", Filter { before: Some(3), limit: 1, ..all.clone() }, vec![2]),
            ("the beginning of a word", Filter { text: Some("ann".to_owned()), ..all.clone() }, vec![2, 1]),
            ("two words", Filter { text: Some("annex berta".to_owned()), ..all.clone() }, vec![2]),
            ("a word of a run that goes on", Filter { text: Some("carl".to_owned()), ..all.clone() }, vec![3]),
            ("a word that is nowhere", Filter { text: Some("dora".to_owned()), ..all.clone() }, vec![]),
            ("no word", Filter { text: Some("'\" -".to_owned()), ..all.clone() }, vec![]),
        ] {
            assert_eq!(ids(&store.runs(&filter).await.unwrap()), expected, "{place}: {what}");
        }
        assert_eq!(store.last_id().await.unwrap(), 3, "{place}: the highest number");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_whose_process_is_gone_is_adrift_and_one_other_takes_it_over() {
    on_each(async |place| {
        let (first, second) = (open(&place), open(&place));
        make(&first, new_run(1), &[started(json!({}))], None).await;
        assert!(second.adrift().await.unwrap().is_empty(), "{place}: its process lives");
        assert!(second.adopt(1).await.unwrap().is_none(), "{place}: so nobody takes it over");
        first.close().await;
        assert_eq!(ids(&second.adrift().await.unwrap()), [1], "{place}: its process is gone");
        let mut journal = second.adopt(1).await.unwrap().expect("it is adrift");
        assert!(second.adopt(1).await.unwrap().is_none(), "{place}: only once");
        journal.append(Moment(9), &gave(0, json!(2)));
        journal.settle().await.unwrap();
        assert_eq!(second.events(1).await.unwrap().len(), 2, "{place}: it goes on behind its events");
        drop(journal);
        let third = open(&place);
        assert!(third.again(1).await.unwrap().is_none(), "{place}: who let go of it takes it up again, and nobody else");
        third.close().await;
        let mut journal = second.again(1).await.unwrap().expect("it is ours");
        journal.append(Moment(10), &gave(1, json!(2)));
        journal.settle().await.unwrap();
        assert_eq!(second.events(1).await.unwrap().len(), 3, "{place}: it goes on behind its events once more");
        journal.ending().end(end(10, json!(2)));
        second.close().await;
        let run = open(&place).run(1).await.unwrap().unwrap();
        assert_eq!((run.state, run.events), (State::Done, 3), "{place}: and ends");
        assert!(open(&place).again(1).await.unwrap().is_none(), "{place}: an end is one");
    })
    .await;
}

#[tokio::test]
async fn what_need_not_be_kept_goes_and_a_run_that_has_not_ended_stays() {
    on_each(async |place| {
        let store = open(&place);
        let long = json!("y".repeat(70_000));
        make(&store, new_run(1), &[started(json!({"old": true}))], None).await;
        for id in 2..=5 {
            make(&store, new_run(id), &[started(json!({"id": id})), gave(0, long.clone())], Some(json!(1))).await;
        }
        make(&store, NewRun { file: "/b.yaml".to_owned(), ..new_run(6) }, &[started(json!({}))], Some(json!(1))).await;
        store.close().await;
        let done = place.vacuum(Keeping { count: Some(2), ..Keeping::ALL }).await.unwrap();
        let left = open(&place);
        assert_eq!(done.removed, 2, "{place}: two of four that had ended");
        assert_eq!(ids(&left.runs(&Filter::default()).await.unwrap()), [6, 5, 4, 1], "{place}: the latest of each graph, and what goes on");
        let by_size = Keeping { bytes: Some(1000), ..Keeping::ALL };
        assert_eq!(place.vacuum(by_size).await.unwrap().removed, 1, "{place}: the latest stays whatever it takes");
        assert!(left.events(5).await.is_ok(), "{place}: what runs share stays as long as one needs it");
        let by_age = Keeping { age: Some(Duration::from_secs(1)), ..Keeping::ALL };
        assert_eq!(place.vacuum(by_age).await.unwrap().removed, 2, "{place}: all that have ended are from 1970");
        assert_eq!(ids(&left.runs(&Filter::default()).await.unwrap()), [1], "{place}: what goes on stays");
        assert_eq!(place.check().await.unwrap().faults, Vec::<String>::new(), "{place}: all is sound");
        left.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_a_part_of_another_is_found_by_it_and_goes_with_it() {
    on_each(async |place| {
        let store = open(&place);
        let beneath = |id: u64, run: u64, step: u32| NewRun { caller: Some(Caller { run, step: StepId(step), family: 1 }), ..new_run(id) };
        make(&store, new_run(1), &[started(json!({}))], Some(json!(1))).await;
        make(&store, beneath(2, 1, 4), &[started(json!({"who": "Emil"}))], Some(json!(1))).await;
        make(&store, beneath(3, 2, 0), &[started(json!({}))], Some(json!(1))).await;
        make(&store, beneath(4, 1, 4), &[started(json!({}))], None).await;
        make(&store, new_run(5), &[started(json!({}))], Some(json!(1))).await;
        let all = Filter::default();
        assert_eq!(ids(&store.runs(&all).await.unwrap()), [5, 1], "{place}: a part is not in the list");
        let parts = Filter { caller: Some(1), ..all.clone() };
        assert_eq!(ids(&store.runs(&parts).await.unwrap()), [4, 2], "{place}: it is among those of its caller");
        let by_words = Filter { text: Some("emil".to_owned()), ..all.clone() };
        assert_eq!(ids(&store.runs(&by_words).await.unwrap()), [2], "{place}: and found by its words");
        let last = async |run, step| store.beneath(run, StepId(step)).await.unwrap().map(|run| (run.id, run.caller));
        assert_eq!(last(1, 4).await, Some((4, Some(Caller { run: 1, step: StepId(4), family: 1 }))), "{place}: the last one of a step");
        assert_eq!(last(1, 5).await, None, "{place}: of a step that has started none");
        store.close().await;
        assert_eq!(ids(&open(&place).adrift().await.unwrap()), [4], "{place}: it is adrift by itself");
        let done = place.vacuum(Keeping { count: Some(1), ..Keeping::ALL }).await.unwrap();
        assert_eq!(done.removed, 0, "{place}: one that goes on keeps its family");
        let goes_on = open(&place);
        let end = End { at: Moment(9), outcome: Outcome::Stopped { reason: StopReason::Asked }, steps: 1 };
        goes_on.adopt(4).await.unwrap().unwrap().ending().end(end);
        goes_on.close().await;
        let done = place.vacuum(Keeping { count: Some(1), ..Keeping::ALL }).await.unwrap();
        assert_eq!(done.removed, 1, "{place}: one of two, whose parts do not count");
        let left = open(&place);
        let words = Filter { text: Some("emil".to_owned()), ..all.clone() };
        let left =
            [left.runs(&all).await.unwrap(), left.runs(&parts).await.unwrap(), left.runs(&words).await.unwrap()].map(|runs| ids(&runs));
        assert_eq!(left, [vec![5], vec![], vec![]], "{place}: its parts have gone with it");
        assert_eq!(place.check().await.unwrap().faults, Vec::<String>::new(), "{place}: all is sound");
    })
    .await;
}

#[tokio::test]
async fn questions_and_signals_are_kept_until_they_are_taken_up() {
    on_each(async |place| {
        let store = open(&place);
        let mut journal = store.begin(new_run(1));
        let ending = journal.ending();
        journal.append(Moment(1), &started(json!({})));
        let asked = Approval {
            run: 1,
            step: StepId(3),
            node: "ask".to_owned(),
            is_uncertain: false,
            event: None,
            approvers: vec!["ann".to_owned()],
            message: "go on?".to_owned(),
            schema: Some(json!({"type": "object"})),
            deadline: Some(Moment(9)),
            opened: Moment(5),
        };
        let bell = Approval { step: StepId(4), event: Some("bell".to_owned()), opened: Moment(6), ..asked.clone() };
        ending.ask(asked.clone());
        ending.ask(asked.clone());
        ending.ask(bell.clone());
        ending.mark(State::Waiting);
        journal.settle().await.unwrap();
        for (name, at) in [("go", 1), ("stop", 2)] {
            store.signal(Signal { run: 1, name: name.to_owned(), value: json!({"n": at}), at: Moment(at) }).await.unwrap();
        }
        store.close().await;
        let store = open(&place);
        assert_eq!(store.approvals().await.unwrap(), [asked, bell], "{place}: it is open, once, after a restart");
        assert_eq!(store.run(1).await.unwrap().unwrap().state, State::Waiting, "{place}: the run waits for it");
        assert_eq!(store.told().await.unwrap(), [1], "{place}: something was said to it");
        let names: Vec<String> = store.take_signals(1).await.unwrap().into_iter().map(|signal| signal.name).collect();
        assert_eq!(names, ["go", "stop"], "{place}: in their order");
        assert!(store.take_signals(1).await.unwrap().is_empty(), "{place}: once");
        assert_eq!(store.told().await.unwrap(), Vec::<u64>::new(), "{place}: it has taken up all");
        let goes_on = store.adopt(1).await.unwrap().unwrap().ending();
        goes_on.answered(StepId(3));
        goes_on.answered(StepId(4));
        goes_on.mark(State::Running);
        assert_eq!(store.approvals().await.unwrap(), Vec::<Approval>::new(), "{place}: who asks now hears that the question is answered");
        assert_eq!(store.run(1).await.unwrap().unwrap().state, State::Running, "{place}: it goes on");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn everything_moves_from_one_place_to_another_and_back_from_a_backup() {
    on_each(async |place| {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&place);
        let long = json!("z".repeat(70_000));
        for id in 1..=3 {
            make(&store, new_run(id), &[started(json!({"who": "Dora"})), gave(0, long.clone())], Some(long.clone())).await;
        }
        let backup = folder.path().join("backup.db");
        assert_eq!(place.back_up(&backup).await.unwrap().events, 6, "{place}: a backup of a store that is in use");
        make(&store, new_run(4), &[started(json!({}))], Some(json!(1))).await;
        store.close().await;

        let elsewhere = Place::File(folder.path().join("elsewhere.db"));
        assert_eq!(place.move_to(&elsewhere).await.unwrap().runs, 4, "{place}: all are there");
        let moved = open(&elsewhere);
        let filter = Filter { text: Some("dora".to_owned()), ..Filter::default() };
        assert_eq!(ids(&moved.runs(&filter).await.unwrap()), [3, 2, 1], "{place}: and are found by their words");
        moved.close().await;
        assert_eq!(elsewhere.check().await.unwrap().faults, Vec::<String>::new(), "{place}: sound");

        let error = place.restore(&folder.path().join("none.db"), true).await.unwrap_err();
        assert!(matches!(error, store::Error::Missing { .. }), "{place}: there is no such backup: {error}");
        place.restore(&backup, true).await.unwrap();
        let back = open(&place);
        assert_eq!(ids(&back.runs(&Filter::default()).await.unwrap()), [3, 2, 1], "{place}: as it was at the backup");
        assert_eq!(back.outcome(2).await.unwrap(), Some(Outcome::Done { result: Arc::new(long) }), "{place}: with all that is large");
        back.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_sound_and_so_is_its_backup_while_runs_go_on() {
    on_each(async |place| {
        let folder = tempfile::tempdir().unwrap();
        let stores = [open(&place), open(&place)];
        make(&stores[0], new_run(1), &[started(json!({}))], Some(json!(1))).await;
        let is_over = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let run = |(store, id): (&Store, u64)| {
            let (store, is_over) = (store.clone(), is_over.clone());
            tokio::spawn(async move {
                let mut journal = store.begin(new_run(id));
                journal.append(Moment(0), &started(json!({"id": id})));
                let mut step = 0;
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    journal.append(Moment(i64::from(step)), &gave(step, json!(step)));
                    journal.settle().await.unwrap();
                    step += 1;
                }
                journal.ending().end(end(100, json!(id)));
                journal.settle().await.unwrap();
            })
        };
        // Two processes, so to speak, whose rows lie in two places.
        let runs: Vec<_> = [(&stores[0], 2), (&stores[1], 3), (&stores[0], 4), (&stores[1], 5)].map(run).into();
        let backup = folder.path().join("backup.db");
        for _ in 0..8 {
            assert_eq!(place.check().await.unwrap().faults, Vec::<String>::new(), "{place}: sound while runs go on");
            place.back_up(&backup).await.unwrap();
            let report = Place::File(backup.clone()).check().await.unwrap();
            assert_eq!(report.faults, Vec::<String>::new(), "{place}: and the backup is");
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        for run in runs {
            run.await.unwrap();
        }
        for store in stores {
            store.close().await;
        }
        // An emptied store takes what another holds.
        place.vacuum(Keeping { age: Some(Duration::ZERO), ..Keeping::ALL }).await.unwrap();
        let elsewhere = Place::File(folder.path().join("elsewhere.db"));
        let other = open(&elsewhere);
        make(&other, new_run(7), &[started(json!({})), gave(0, json!(1))], Some(json!(1))).await;
        other.close().await;
        elsewhere.move_to(&place).await.unwrap();
        let moved = open(&place);
        make(&moved, new_run(8), &[started(json!({})), gave(0, json!(1))], Some(json!(1))).await;
        assert_eq!((moved.events(7).await.unwrap().len(), moved.events(8).await.unwrap().len()), (2, 2), "{place}: and goes on");
        moved.close().await;
        assert_eq!(place.check().await.unwrap().faults, Vec::<String>::new(), "{place}: sound");
    })
    .await;
}

#[tokio::test]
async fn runs_at_once_are_each_kept_whole_and_one_that_cannot_be_kept_harms_no_other() {
    on_each(async |place| {
        let store = open(&place);
        make(&store, new_run(50), &[started(json!({"first": true}))], None).await;
        let run = |id: u64| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut journal = store.begin(new_run(id));
                journal.append(Moment(0), &started(json!({"id": id})));
                for step in 0..20 {
                    journal.append(Moment(i64::from(step)), &gave(step, json!(step)));
                    journal.settle().await?;
                }
                journal.ending().end(end(100, json!(id)));
                journal.settle().await
            })
        };
        // The number 50 is there already.
        for (id, task) in (1..=100).map(|id| (id, run(id))).collect::<Vec<_>>() {
            let kept = task.await.unwrap();
            assert_eq!(kept.is_err(), id == 50, "{place}: run {id}: {kept:?}");
        }
        assert_eq!(store.events(50).await.unwrap().len(), 1, "{place}: the one that was there is as it was");
        store.close().await;
        let report = place.check().await.unwrap();
        assert_eq!((report.runs, report.events, report.faults), (100, 99 * 21 + 1, Vec::new()), "{place}: all of the others");
    })
    .await;
}
