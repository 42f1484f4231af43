//! What a node did in the last run: each execution with its input, output, time and failure.

use graph::NodeId;
use leptos::prelude::*;
use protocol::{GetStep, RunId, StepDetail, StepState, StepView};

use super::fork::Fork;
use super::held::OutputInstead;
use super::question::{Question, event_of};
use super::step_changes::StepChanges;
use super::trouble::{Failing, Trouble};
use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::text;
use crate::value_view::ValueView;

/// How many executions are offered to pick from; of more, the last.
const MOST_OFFERED: usize = 50;

/// The executions; nothing where the node did not run.
#[component]
pub(crate) fn Steps(
    /// The node.
    id: NodeId,
) -> impl IntoView {
    let store = use_store();
    let walked = id.clone();
    let steps = Memo::new(move |_| {
        let steps = store.of_run(|run| {
            let steps = run.node(&id)?.steps.iter().map(|at| run.steps()[*at].clone()).collect::<Vec<_>>();
            Some((run.id, steps))
        });
        steps.flatten()
    });
    let shown = Memo::new(move |_| {
        let (run, steps) = steps.get()?;
        let picked = store.picked.get().and_then(|picked| steps.iter().find(|step| step.id == picked));
        Some((run, picked.or(steps.last())?.clone()))
    });
    view! {
        <Show when=move || shown.with(Option::is_some)>
            <section class="steps" aria-label="Last run">
                <Walk id=walked.clone() />
                <h3 class="small-head">{move || if store.of_past(|_| ()).is_some() { "This run" } else { "Last run" }}</h3>
                <Show when=move || steps.with(|steps| steps.as_ref().is_some_and(|(_, steps)| steps.len() > 1))>
                    <Picker steps=steps shown=shown />
                </Show>
                {move || shown.get().map(|(_, step)| view! { <StepLine step=step /> })}
                <StepDataOf steps=steps shown=shown />
            </section>
        </Show>
    }
}

/// To the times that the node ran before and after, in a run that is looked back at.
#[component]
fn Walk(
    /// The node.
    id: NodeId,
) -> impl IntoView {
    let store = use_store();
    let is_past = Memo::new(move |_| store.of_past(|_| ()).is_some());
    let button = move |label: &'static str, path: &'static str, is_back: bool, id: NodeId| {
        let of = id.clone();
        let has_none = Memo::new(move |_| store.of_past(|past| past.next_of(&of, is_back)).flatten().is_none());
        view! {
            <button
                type="button"
                class="plain"
                aria-label=label
                title=label
                disabled=move || has_none.get()
                on:click=move |_| store.seek(|past| past.next_of(&id, is_back))
            >
                <Icon path=path />
            </button>
        }
    };
    move || {
        is_past.get().then(|| {
            view! {
                <div class="walk" role="group" aria-label="Times that it ran">
                    {button("The time before that this node ran", icon::BACK, true, id.clone())}
                    {button("The next time that this node ran", icon::NEXT, false, id.clone())}
                </div>
            }
        })
    }
}

/// What is there of a node's steps in the last run.
type StepsOfRun = Memo<Option<(RunId, Vec<StepView>)>>;

/// Which execution to show.
#[component]
fn Picker(
    /// All of them.
    steps: StepsOfRun,
    /// The one that is shown.
    shown: Memo<Option<(RunId, StepView)>>,
) -> impl IntoView {
    let store = use_store();
    let shown_id = move || shown.with(|shown| shown.as_ref().map(|(_, step)| step.id));
    let offered = move || {
        let steps = steps.get().map(|(_, steps)| steps).unwrap_or_default();
        let first = steps.len().saturating_sub(MOST_OFFERED);
        steps.into_iter().enumerate().skip(first).map(|(at, step)| (at + 1, step)).collect::<Vec<_>>()
    };
    view! {
        <div class="picker" role="group" aria-label="Executions">
            <For each=offered key=|(at, step)| (*at, word(step.state), step.duration_us) let:entry>
                {
                    let (at, step) = entry;
                    view! {
                        <button
                            type="button"
                            class="pick"
                            data-status=word(step.state)
                            title=describe(&step)
                            aria-pressed=move || (shown_id() == Some(step.id)).to_string()
                            on:click=move |_| store.picked.set(Some(step.id))
                        >
                            {at}
                        </button>
                    }
                }
            </For>
        </div>
    }
}

/// How an execution stands, and how long it took.
#[component]
fn StepLine(
    /// The execution.
    step: StepView,
) -> impl IntoView {
    let store = use_store();
    let progress = move || {
        store.of_run(|run| run.progress(step.id).cloned()).flatten().map(|progress| {
            let share = progress.total.map_or_else(|| format!("{}", progress.done), |total| format!("{} of {total}", progress.done));
            progress.message.map_or_else(|| share.clone(), |message| format!("{share}: {message}"))
        })
    };
    let is_active = !step.state.has_ended();
    view! {
        <p class="outcome-line">
            <span class="badge" data-status=word(step.state)>
                {icon::of_status(status(step.state)).map(|path| view! { <Icon path=path /> })}
            </span>
            <strong>{describe(&step)}</strong>
            <span class="muted">{move || is_active.then(progress).flatten()}</span>
        </p>
        {step.failure.map(|failure| view! { <Failing failure=failure /> })}
    }
}

fn status(state: StepState) -> canvas::Status {
    match state {
        StepState::Evaluating | StepState::Calling | StepState::Waiting | StepState::Asking | StepState::Uncertain | StepState::Joining => {
            canvas::Status::Running
        }
        StepState::Done => canvas::Status::Done,
        StepState::Failed => canvas::Status::Failed,
        StepState::Cancelled => canvas::Status::Skipped,
    }
}

fn word(state: StepState) -> &'static str {
    icon::status_word(status(state))
}

/// An execution in a few words: `Done in 12 ms · attempt 2 · item 3`.
fn describe(step: &StepView) -> String {
    let state = match step.state {
        StepState::Evaluating => "Working",
        StepState::Calling => "Calling",
        StepState::Waiting => "Waiting",
        StepState::Asking => "Waits for an answer",
        StepState::Uncertain => "Uncertain: asks what to do",
        StepState::Joining => "Joining",
        StepState::Done => "Done",
        StepState::Failed => "Failed",
        StepState::Cancelled => "Given up",
    };
    let time = step.duration_us.map(|us| format!(" in {}", text::duration(us))).unwrap_or_default();
    let attempt = if step.attempt > 1 { format!(" · attempt {}", step.attempt) } else { String::new() };
    let item = step.item.map(|item| format!(" · item {}", item + 1)).unwrap_or_default();
    format!("{state}{time}{attempt}{item}")
}

/// The data of the execution that is shown, asked for anew when it asks somebody and when it ends; with what it asks.
#[component]
fn StepDataOf(
    /// All executions of the node.
    steps: StepsOfRun,
    /// The execution.
    shown: Memo<Option<(RunId, StepView)>>,
) -> impl IntoView {
    let store = use_store();
    let key = Memo::new(move |_| shown.with(|shown| shown.as_ref().map(|(run, step)| (*run, step.id, phase(step.state)))));
    let detail = LocalResource::new(move || {
        let key = key.get();
        async move {
            let (run, step, _) = key?;
            Some(((run, step), store.bridge.call(&GetStep { run, step }).await))
        }
    });
    move || {
        let wanted = key.get().map(|(run, step, _)| (run, step));
        let loaded = detail.get().flatten().filter(|(of, _)| Some(*of) == wanted);
        match loaded {
            Some(((run, step), Ok(detail))) => {
                let (state, input) = (detail.step.state, detail.input.clone());
                let node = detail.step.node.clone();
                let event = store.model.with_untracked(|model| event_of(model.tool()?.node(node.as_str())?));
                // At the moment that is looked at, it may not have come so far.
                let has_output = key.get().is_some_and(|(_, _, (has_ended, _))| has_ended);
                let data = StepDetail { output: detail.output.clone().filter(|_| has_output), ..detail.clone() };
                let before = steps.with_untracked(|steps| {
                    let (_, steps) = steps.as_ref()?;
                    let at = steps.iter().position(|known| known.id == step)?;
                    steps.get(at.checked_sub(1)?).map(|before| before.id)
                });
                let beneath = detail.beneath.map(|run| {
                    view! {
                        <button id="step-beneath" type="button" title="Look at what the tool that it calls did" on:click=move |_| store.open_past(run)>
                            "Open its run"
                        </button>
                    }
                });
                let of = data.clone();
                let (is_done, output) = (state == StepState::Done, data.output.clone());
                view! {
                    <Question run=run step=step state=state input=input event=event />
                    {beneath}
                    <StepData detail=data />
                    <OutputInstead step=step is_done=is_done output=output />
                    {before.map(|before| view! { <StepChanges run=run before=before detail=of /> })}
                    <Fork run=run detail=detail />
                }
                .into_any()
            }
            Some((_, Err(failed))) => view! { <Trouble failed=failed /> }.into_any(),
            None => view! { <p class="muted">"Loading…"</p> }.into_any(),
        }
    }
}

/// What its data depends on: whether it has ended, and whether it waits for somebody.
fn phase(state: StepState) -> (bool, bool) {
    (state.has_ended(), matches!(state, StepState::Asking | StepState::Uncertain | StepState::Waiting))
}

/// Input and output.
#[component]
fn StepData(
    /// The execution.
    detail: StepDetail,
) -> impl IntoView {
    let output_name = text::name_in_expression(detail.step.node.as_str());
    let part = |title: &'static str, id: &'static str, root: String, value: Option<serde_json::Value>| {
        value.map(|value| {
            view! {
                <h4 class="small-head">{title}</h4>
                <div id=id>
                    <ValueView value=value label=title root=root />
                </div>
            }
        })
    };
    view! {
        {part("Input", "step-input", "$".to_owned(), detail.input)}
        {part("Output", "step-output", output_name, detail.output)}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::StepId;

    #[test]
    fn an_execution_is_told_in_a_few_words() {
        let step = |state, attempt, item, duration_us| StepView {
            id: StepId(0),
            node: "a".into(),
            attempt,
            item,
            state,
            started_us: 0,
            duration_us,
            failure: None,
            began_by: None,
            left_by: None,
        };
        for (step, expected) in [
            (step(StepState::Done, 1, None, Some(12_000)), "Done in 12 ms"),
            (step(StepState::Failed, 2, Some(2), Some(5)), "Failed in 5 µs · attempt 2 · item 3"),
            (step(StepState::Calling, 1, None, None), "Calling"),
        ] {
            assert_eq!(describe(&step), expected);
        }
    }
}
