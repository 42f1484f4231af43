//! The slow lane: threads for expressions that are not done at once, of lower priority than everything else.

use std::sync::OnceLock;

use rayon::ThreadPool;

/// Twice as many as there are cores, so that an endless expression does not hold up a merely long one; and no more, since
/// each has only its time limit, by the wall clock, to be done within: what waits for a thread has not begun to spend it.
fn threads() -> usize {
    2 * std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// Runs `work` on a thread of the slow lane; on the spot where there can be no such thread.
pub(crate) fn run(work: impl FnOnce() + Send + 'static) {
    static LANE: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let lane = LANE.get_or_init(|| {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(threads()).thread_name(|i| format!("expression-{i}"));
        let lane = builder.start_handler(|_| lower_priority()).build();
        lane.inspect_err(|error| tracing::warn!(%error, "there are no threads for slow expressions")).ok()
    });
    match lane {
        Some(lane) => lane.spawn(work),
        None => work(),
    }
}

/// About a tenth of what the other threads get when there is not enough for all.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// On Linux a thread has a priority of its own; elsewhere the scheduler's fairness has to do.
#[cfg(target_os = "linux")]
fn lower_priority() {
    let thread = Some(rustix::thread::gettid());
    if let Err(error) = rustix::process::setpriority_process(thread, NICE) {
        tracing::debug!(%error, "slow expressions run at the usual priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}
