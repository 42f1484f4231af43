//! From what the app keeps to what the window shows.

use graph::Problem;
use protocol::{Place, Reported, StepView};
use run::{Run, StepId};

/// A problem with its place in the file that `source` is.
pub(crate) fn reported(source: &format::Source, problem: Problem) -> Reported {
    let location = source.locate(&problem.path, problem.within.clone());
    Reported { place: Some(Place { line: location.line, column: location.column }), problem }
}

/// A step without its data; none where the run has no such.
pub(crate) fn step(run: &Run, id: StepId) -> Option<StepView> {
    let step = run.get(id)?;
    Some(StepView {
        id,
        node: run.plan().node(step.node).id.clone(),
        attempt: step.attempt,
        item: step.item,
        state: step.state,
        started_us: step.started.0,
        duration_us: step.ended.map(|ended| ended.since(step.started)),
        failure: step.failure.clone(),
        began_by: step.began_by.map(|(node, port)| (run.plan().node(node).id.clone(), port)),
        left_by: step.left_by,
    })
}
