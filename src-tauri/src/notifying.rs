//! Desktop notifications of what runs ask people: shown while nobody looks at the window, taken back when the question is answered,
//! wherever that is. A click brings the window to the front, at the question.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use app::App;
use notify_rust::{Notification, NotificationResponse, Timeout};
use protocol::{Event, Question, RunId, StepId, StepState};
use tauri::{AppHandle, Manager};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

use crate::window;

/// How often one looks for what the runs of other processes ask.
const LOOK: Duration = Duration::from_secs(5);
/// How long events gather before one looks: a run of a thousand steps is no reason to look a thousand times.
const GATHER: Duration = Duration::from_millis(200);
/// More questions than these at once are told in one notification.
const FEW: usize = 3;

/// A question: the run and the step that ask.
type Key = (RunId, StepId);

/// A notification's words, and the questions that it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Note {
    of: Vec<Key>,
    title: String,
    body: String,
}

/// What is known of the questions, and which of them stand on the desktop.
#[derive(Default)]
struct Told {
    known: BTreeSet<Key>,
    /// By the first of its questions; dropping the sender takes the notification back.
    notes: BTreeMap<Key, (Vec<Key>, oneshot::Sender<()>)>,
}

impl Told {
    /// Takes the questions that are open now. Notifications that tell of none of them any more are taken back; what is new comes
    /// back in as few notifications as a person wants to see, and in none where the person looks at the window.
    fn take(&mut self, now: &[Question], is_looked_at: bool) -> Vec<Note> {
        let open: BTreeSet<Key> = now.iter().map(key).collect();
        self.notes.retain(|_, (of, _)| of.iter().any(|key| open.contains(key)));
        let new: Vec<&Question> = now.iter().filter(|question| !self.known.contains(&key(question))).collect();
        let notes = if is_looked_at { Vec::new() } else { notes(&new) };
        self.known = open;
        notes
    }

    /// Whether another question may be open after this event, or one less.
    fn may_differ_after(&self, event: &Event) -> bool {
        match event {
            Event::StepChanged { run, step } | Event::StepEnded { run, step } => {
                matches!(step.state, StepState::Asking | StepState::Uncertain) || self.known.contains(&(*run, step.id))
            }
            Event::RunEnded { run, .. } => self.known.iter().any(|(asks, _)| asks == run),
            Event::Missed { .. } => true,
            _ => false,
        }
    }
}

fn key(question: &Question) -> Key {
    (question.run, question.step)
}

fn notes(new: &[&Question]) -> Vec<Note> {
    if new.len() <= FEW {
        return new.iter().map(|question| note(question)).collect();
    }
    let title = format!("{} runs wait for an answer", new.len());
    let mut tools: Vec<&str> = new.iter().map(|question| question.tool.as_str()).collect();
    tools.sort_unstable();
    tools.dedup();
    vec![Note { of: new.iter().map(|question| key(question)).collect(), title, body: tools.join(", ") }]
}

fn note(question: &Question) -> Note {
    let file = Path::new(&question.path).file_name().unwrap_or_default().to_string_lossy();
    let Question { tool, node, .. } = question;
    let (title, body) = match question.is_uncertain {
        false => (format!("{tool} asks"), question.message.clone()),
        true => (format!("{tool} does not know how to go on"), format!("Nobody knows whether the call of {node} happened.")),
    };
    let body = if body.is_empty() { format!("{node} · {file}") } else { format!("{body}\n{node} · {file}") };
    Note { of: vec![key(question)], title, body }
}

/// Follows what runs ask, as long as the app goes on.
pub(crate) fn start(shell: &AppHandle) {
    let shell = shell.clone();
    tauri::async_runtime::spawn(async move {
        let app = App::clone(&shell.state::<App>());
        let mut events = app.subscribe();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = Told::default();
        loop {
            tokio::select! {
                _ = look.tick() => {}
                event = events.recv() => match event {
                    Ok(event) if !told.may_differ_after(&event) => continue,
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        tokio::time::sleep(GATHER).await;
                        // What came meanwhile is seen in the same look.
                        while !matches!(events.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
                    }
                    Err(RecvError::Closed) => return,
                },
            }
            match app.questions().await {
                Ok(now) => told.take(&now, is_looked_at(&shell)).into_iter().for_each(|note| {
                    let (taken_back, end) = oneshot::channel();
                    if let Some(first) = note.of.first() {
                        told.notes.insert(*first, (note.of.clone(), taken_back));
                    }
                    show(&shell, note, end);
                }),
                Err(error) => tracing::debug!(error = error.in_full(), "what runs ask cannot be read"),
            }
        }
    });
}

fn is_looked_at(shell: &AppHandle) -> bool {
    window(shell).is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Shows a notification until it is clicked, dismissed, or taken back. A desktop without notifications is no fault: the window
/// counts what is asked.
fn show(shell: &AppHandle, note: Note, taken_back: oneshot::Receiver<()>) {
    let identifier = shell.config().identifier.clone();
    let shell = shell.clone();
    let on_click = move || {
        let question = match note.of.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        shell.state::<App>().question_chosen(question);
        crate::bring_to_front(&shell);
    };
    let mut shown = Notification::new();
    shown.appname("Patchbay").summary(&note.title).body(&note.body).timeout(Timeout::Never).action("default", "Answer");
    platform::show(shown, &identifier, on_click, taken_back);
}

#[cfg(all(unix, not(target_os = "macos")))]
mod platform {
    use super::*;

    /// The desktop's service is told to take it back.
    pub(super) fn show(
        mut shown: Notification,
        identifier: &str,
        on_click: impl FnOnce() + Send + 'static,
        taken_back: oneshot::Receiver<()>,
    ) {
        shown.hint(notify_rust::Hint::DesktopEntry(identifier.to_owned()));
        tauri::async_runtime::spawn(async move {
            let handle = match shown.show_async().await {
                Ok(handle) => handle,
                Err(error) => return tracing::debug!(%error, "the desktop shows no notification"),
            };
            let clicked = handle.wait_for_action_async(|response: &NotificationResponse| {
                if matches!(response, NotificationResponse::Default | NotificationResponse::Action(_)) {
                    on_click();
                }
            });
            tokio::select! {
                () = clicked => {}
                _ = taken_back => {}
            }
            // Not every desktop does so after a click.
            handle.close_async().await;
        });
    }
}

#[cfg(any(windows, target_os = "macos"))]
mod platform {
    use super::*;

    /// These systems take nothing back: a click on what was answered meanwhile shows the window.
    pub(super) fn show(
        mut shown: Notification,
        identifier: &str,
        on_click: impl FnOnce() + Send + 'static,
        _taken_back: oneshot::Receiver<()>,
    ) {
        // A name that the system does not know, as that of a build not installed, shows nothing on Windows.
        #[cfg(windows)]
        if !cfg!(debug_assertions) {
            shown.app_id(identifier);
        }
        #[cfg(target_os = "macos")]
        if let Err(error) = notify_rust::set_application(identifier) {
            tracing::debug!(%error, "notifications go out in another program's name");
        }
        // It waits for the person.
        std::thread::spawn(move || {
            let waited = shown.show().and_then(|handle| {
                handle.wait_for_response(|response: &NotificationResponse| {
                    if matches!(response, NotificationResponse::Default | NotificationResponse::Action(_)) {
                        on_click();
                    }
                })
            });
            if let Err(error) = waited {
                tracing::debug!(%error, "the desktop shows no notification");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(run: u64) -> Question {
        Question {
            run: RunId(run),
            step: StepId(4),
            path: "/graphs/order.yaml".to_owned(),
            graph: None,
            tool: "order".into(),
            node: "ask".into(),
            is_uncertain: false,
            message: "How many lamps?".to_owned(),
            schema: None,
            approvers: Vec::new(),
            opened_us: 0,
            deadline_us: None,
        }
    }

    /// The titles of what is shown for these open questions.
    fn titles(told: &mut Told, open: &[u64], is_looked_at: bool) -> Vec<String> {
        let now: Vec<Question> = open.iter().map(|run| question(*run)).collect();
        told.take(&now, is_looked_at).into_iter().map(|note| note.title).collect()
    }

    #[test]
    fn a_question_is_told_once_and_only_where_nobody_looks() {
        let mut told = Told::default();
        assert_eq!(titles(&mut told, &[1], false), ["order asks"], "it is new");
        assert!(titles(&mut told, &[1], false).is_empty(), "it is known");
        assert!(titles(&mut told, &[1, 2], true).is_empty(), "the window itself shows it");
        assert!(titles(&mut told, &[1, 2], false).is_empty(), "and it was seen there");
    }

    #[test]
    fn many_at_once_are_told_in_one_notification() {
        let mut told = Told::default();
        assert_eq!(titles(&mut told, &[1, 2, 3, 4], false), ["4 runs wait for an answer"]);
        assert_eq!(titles(&mut told, &[1, 2, 3, 4, 5], false), ["order asks"], "a later one comes alone");
    }

    #[test]
    fn a_notification_is_taken_back_when_the_last_of_its_questions_is_answered() {
        let mut told = Told::default();
        let (sender, mut end) = oneshot::channel();
        told.notes.insert((RunId(1), StepId(4)), (vec![(RunId(1), StepId(4)), (RunId(2), StepId(4))], sender));
        told.take(&[question(2)], false);
        assert_eq!(end.try_recv(), Err(oneshot::error::TryRecvError::Empty), "one of two is open");
        told.take(&[], false);
        assert_eq!(end.try_recv(), Err(oneshot::error::TryRecvError::Closed), "none is open");
    }

    #[test]
    fn a_note_says_who_asks_what_and_where() {
        let asked = note(&question(1));
        assert_eq!((asked.title.as_str(), asked.body.as_str()), ("order asks", "How many lamps?\nask · order.yaml"));
        let uncertain = note(&Question { is_uncertain: true, message: String::new(), ..question(1) });
        assert_eq!(uncertain.body, "Nobody knows whether the call of ask happened.\nask · order.yaml");
    }
}
