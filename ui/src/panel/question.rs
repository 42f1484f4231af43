//! What a step asks a person: an approval with its form, or what is to become of a call of which nobody knows whether it happened.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use nodes::{Approval, Reply};
use protocol::{Command, DecideRun, Decision, Failed, ReplyRun, RunId, SignalRun, StepId, StepState};
use serde_json::Value;

use super::json_field::{JsonField, JsonText};
use super::prose::Prose;
use super::trouble::Trouble;
use crate::app::use_store;
use crate::form_view::{Form, FormFields};
use crate::store::Store;

/// Why a person's step failed, where the person said so.
const SAID_SO: &str = "a person said that it failed";

/// The question; nothing where the step asks nobody.
#[component]
pub(super) fn Question(
    /// The run.
    run: RunId,
    /// The step.
    step: StepId,
    /// How it stands.
    state: StepState,
    /// What it asked with.
    input: Option<Value>,
    /// The type of the event that its node waits for, where it waits for one.
    event: Option<String>,
) -> impl IntoView {
    match state {
        StepState::Waiting => event.map(|event| view! { <Signalled run=run event=event /> }.into_any()),
        StepState::Asking => {
            let approval = input.and_then(|input| serde_json::from_value::<Approval>(input).ok());
            approval.map(|approval| view! { <Asked run=run step=step approval=approval /> }.into_any())
        }
        StepState::Uncertain => Some(view! { <Undecided run=run step=step /> }.into_any()),
        StepState::Evaluating | StepState::Calling | StepState::Joining | StepState::Done | StepState::Failed | StepState::Cancelled => {
            None
        }
    }
}

/// Sends an answer; says why it was not taken.
fn send<C: Command<Reply = ()> + 'static>(store: Store, command: C, failed: RwSignal<Option<Failed>>) {
    failed.set(None);
    spawn_local(async move {
        // The step's own change tells that it was taken, and the question goes.
        match store.bridge.call(&command).await {
            // A run that was looked back at goes on: it is followed from now on.
            Ok(()) => store.follow_past(),
            Err(error) => failed.set(Some(error)),
        }
    });
}

/// An approval.
#[component]
pub(super) fn Asked(
    /// The run.
    run: RunId,
    /// The step.
    step: StepId,
    /// What is asked.
    approval: Approval,
) -> impl IntoView {
    let store = use_store();
    let (form, failed) = (Form::new(format!("answer-{run}-{}", step.0)), RwSignal::new(None::<Failed>));
    form.take_schema(approval.schema.as_deref());
    let by = RwSignal::new(approval.approvers.first().cloned());
    let reply = move |reply: Reply| send(store, ReplyRun { run, step, reply }, failed);
    let approve = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(values) = form.collect() {
            reply(Reply::Approved { values: Arc::new(values), by: by.get_untracked() });
        }
    };
    let reject = move |_| reply(Reply::Rejected { reason: None, by: by.get_untracked() });
    let approvers = (!approval.approvers.is_empty()).then(|| {
        let options =
            approval.approvers.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view();
        view! {
            <label class="field">
                <span>"You are"</span>
                <select on:change=move |event| by.set(Some(event_target_value(&event)))>{options}</select>
            </label>
        }
    });
    view! {
        // A form with a name of its own would be a landmark, of which no two may be named alike.
        <div role="group" aria-label="Approval">
            <form class="run-form question" novalidate on:submit=approve>
                <Prose text=approval.message />
                <FormFields form=form />
                {approvers}
                <div class="buttons">
                    <button data-verb="approve" type="submit" class="primary">"Approve"</button>
                    <button data-verb="reject" type="button" on:click=reject>"Reject"</button>
                </div>
                {move || failed.get().map(|failed| view! { <Trouble failed=failed /> })}
            </form>
        </div>
    }
}

/// A step that waits for an event, which can be told here.
#[component]
pub(super) fn Signalled(
    /// The run.
    run: RunId,
    /// The type of the event.
    event: String,
) -> impl IntoView {
    let store = use_store();
    let failed = RwSignal::new(None::<Failed>);
    let detail = JsonText::empty();
    let name = StoredValue::new(event.clone());
    let tell = move |submitted: web_sys::SubmitEvent| {
        submitted.prevent_default();
        if let Some(detail) = detail.read_or_null() {
            send(store, SignalRun { run, event: name.get_value(), detail }, failed);
        }
    };
    view! {
        <div role="group" aria-label="Event">
            <form class="run-form question" on:submit=tell>
                <p>"Waits for the event " <code class="mono">{event}</code></p>
                <JsonField json=detail label="What is told with it, as JSON; may be empty" rows=2 verb="detail" />
                <div class="buttons">
                    <button data-verb="signal" type="submit" class="primary">"Signal"</button>
                </div>
                {move || failed.get().map(|failed| view! { <Trouble failed=failed /> })}
            </form>
        </div>
    }
}

/// The type of the event that a node waits for; none where it waits for none.
pub(super) fn event_of(node: &::graph::Node) -> Option<String> {
    node.fields.get("event")?.get("type")?.as_str().map(str::to_owned)
}

/// A call that was under way when its process died.
#[component]
pub(super) fn Undecided(
    /// The run.
    run: RunId,
    /// The step.
    step: StepId,
) -> impl IntoView {
    let store = use_store();
    let failed = RwSignal::new(None::<Failed>);
    let output = JsonText::of(None);
    let decide = move |decision: Decision| send(store, DecideRun { run, step, decision }, failed);
    let skip = move |_| {
        if let Some(value) = output.read() {
            decide(Decision::Skip { output: Arc::new(value) });
        }
    };
    view! {
        <div class="run-form question" role="group" aria-label="Uncertain">
            <p>"Whether this call happened before its process ended is not known. Look, and then say what is to become of it."</p>
            <JsonField json=output label="Output, where it is taken for done" rows=2 verb="output" />
            <div class="buttons">
                <button data-verb="retry" type="button" class="primary" on:click=move |_| decide(Decision::Retry)>"Call again"</button>
                <button data-verb="skip" type="button" on:click=skip>"Take for done"</button>
                <button data-verb="fail" type="button" on:click=move |_| decide(Decision::Fail { message: SAID_SO.to_owned() })>"It failed"</button>
            </div>
            {move || failed.get().map(|failed| view! { <Trouble failed=failed /> })}
        </div>
    }
}
