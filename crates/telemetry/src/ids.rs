//! The ids of a run's trace and of its spans, made of what is written down of the run: so every process that goes on with it tells of
//! the same trace, and a call that is made again is the same span.

use opentelemetry::trace::{SpanId, TraceId};
use run::StepId;
use sha2::{Digest, Sha256};

/// Where the ids of a run come from: its number and its seed, of which the seed is 64 random bits.
#[derive(Clone)]
pub(crate) struct Ids(Sha256);

impl Ids {
    pub(crate) fn of(run: u64, seed: u64) -> Self {
        Self(Sha256::new().chain_update("patchbay run").chain_update(run.to_be_bytes()).chain_update(seed.to_be_bytes()))
    }

    /// The id of its trace, where no caller has given one.
    pub(crate) fn trace(&self) -> TraceId {
        TraceId::from_bytes(first(&self.0.clone().chain_update("trace").finalize()))
    }

    /// The id of the span of a run: the run itself with an empty path, or one that the last step of the path has started.
    pub(crate) fn run(&self, path: &[StepId]) -> SpanId {
        self.span("run", path)
    }

    /// The id of the span of a step, which is the last of the path; before it are the `call` steps that it lies beneath.
    pub(crate) fn step(&self, path: &[StepId]) -> SpanId {
        self.span("step", path)
    }

    fn span(&self, what: &str, path: &[StepId]) -> SpanId {
        let all = path.iter().fold(self.0.clone().chain_update(what), |all, step| all.chain_update(step.0.to_be_bytes()));
        SpanId::from_bytes(first(&all.finalize()))
    }
}

/// The first bytes of a hash.
fn first<const N: usize>(hash: &[u8]) -> [u8; N] {
    std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_spans_of_a_run_share_an_id_and_no_two_runs_a_trace() {
        let ids = Ids::of(1, 2);
        let (one, other) = (StepId(0), StepId(1));
        let paths: [&[StepId]; 5] = [&[], &[one], &[other], &[one, other], &[other, one]];
        let all: HashSet<SpanId> = paths.iter().flat_map(|path| [ids.run(path), ids.step(path)]).collect();
        assert_eq!(all.len(), 10, "each path has a run and a step, all different");
        assert_ne!(Ids::of(1, 3).trace(), ids.trace(), "the seed counts");
        assert_ne!(Ids::of(2, 2).trace(), ids.trace(), "so does the number: a fork has the seed of its run");
        assert_eq!(Ids::of(1, 2).step(&[one]), ids.step(&[one]), "another process comes to the same");
    }
}
