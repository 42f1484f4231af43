//! `patchbay runs fork`: runs anew from one step of a run, with a change there, and waits for the end.

use std::sync::Arc;

use app::App;
use protocol::{Change, RunId, StepId, StepView};

use super::resume;
use crate::args::{RunsFork, StepName};
use crate::error::Error;
use crate::out;

pub(super) async fn fork(app: &App, args: RunsFork) -> Result<(), Error> {
    let id = RunId(args.run);
    let steps = app.run_view(id).await?.steps;
    let step = find(&steps, &args.step).ok_or_else(|| Error::NoSuchStep { run: args.run, step: args.step.to_string() })?;
    let change = match (args.input, args.output) {
        (Some(value), _) => Change::Input { value: Arc::new(value) },
        (None, Some(value)) => Change::Output { value: Arc::new(value) },
        (None, None) => Change::Nothing,
    };
    let mut events = app.subscribe();
    let run = app.fork_run(id, step, change, args.now).await?;
    out::say(format_args!("run {} begins as run {id} did, up to step {}", run.id, step.0));
    resume::tell_rest(app, &run, &mut events, None).await;
    Ok(())
}

/// The step of a number, or the execution of a node: the last where none is named.
fn find(steps: &[StepView], name: &StepName) -> Option<StepId> {
    match name {
        StepName::Number(number) => steps.iter().find(|step| step.id.0 == *number).map(|step| step.id),
        StepName::Node(node, time) => {
            let mut of_node = steps.iter().filter(|step| step.node.as_str() == node);
            match time {
                Some(time) => of_node.nth(time.checked_sub(1)?),
                None => of_node.next_back(),
            }
            .map(|step| step.id)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::StepState;

    #[test]
    fn a_step_is_named_by_its_number_or_by_its_node() {
        let nodes = ["entry", "a", "b", "a"];
        let step = |(at, node): (usize, &&str)| StepView {
            id: StepId(u32::try_from(at).unwrap()),
            node: (*node).into(),
            attempt: 1,
            item: None,
            state: StepState::Done,
            started_us: 0,
            duration_us: None,
            failure: None,
            began_by: None,
            left_by: None,
        };
        let steps: Vec<StepView> = nodes.iter().enumerate().map(step).collect();
        for (name, expected) in [("2", Some(2)), ("a", Some(3)), ("a:1", Some(1)), ("a:3", None), ("a:0", None), ("c", None), ("9", None)] {
            assert_eq!(find(&steps, &name.parse().unwrap()), expected.map(StepId), "{name}");
        }
    }
}
