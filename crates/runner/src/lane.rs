//! The slow lane: threads for expressions that are not done at once, of lower priority than everything else.

use std::sync::OnceLock;

use rayon::ThreadPool;

/// More than there are cores, so that one endless expression does not hold up a merely long one; the time limit of each
/// keeps the queue moving.
const THREADS: usize = 32;

/// Runs `work` on a thread of the slow lane; on the spot where there can be no such thread.
pub(crate) fn run(work: impl FnOnce() + Send + 'static) {
    static LANE: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let lane = LANE.get_or_init(|| {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(THREADS).thread_name(|i| format!("expression-{i}"));
        let lane = builder.start_handler(|_| lower_priority()).build();
        lane.inspect_err(|error| tracing::warn!(%error, "there are no threads for slow expressions")).ok()
    });
    match lane {
        Some(lane) => lane.spawn(work),
        None => work(),
    }
}

/// On Linux a thread has a priority of its own; elsewhere the scheduler's fairness has to do.
#[cfg(target_os = "linux")]
fn lower_priority() {
    let thread = Some(rustix::thread::gettid());
    if let Err(error) = rustix::process::setpriority_process(thread, 19) {
        tracing::debug!(%error, "slow expressions run at the usual priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}
