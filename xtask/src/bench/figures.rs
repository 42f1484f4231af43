//! What was measured: samples in rounds, and medians of those rounds that nothing else on the machine disturbed. It measures
//! nothing but the machine itself.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// Who was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Patchbay,
    McpGraph,
    NodeRed,
}

impl Who {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Patchbay => "Patchbay",
            Self::McpGraph => "mcpgraph",
            Self::NodeRed => "Node-RED",
        }
    }
}

/// What was measured: a time in milliseconds, or memory in MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// From the start of the process to the answer that proves it ready.
    Start,
    /// Resident memory after that.
    Memory,
    /// Resident memory after thousands of calls.
    MemoryInUse,
    /// A call of the switch example.
    Call,
    /// A node in the loop example.
    Node,
    /// A call of the loop that executes 1,000 nodes.
    Thousand,
    /// A call of the loop that executes 10,000 nodes.
    TenThousand,
    /// 200 calls at once of a graph that waits 100 ms in a tool.
    Together,
}

impl What {
    /// Memory is the same on a machine that is busy with other things.
    pub(super) fn is_memory(self) -> bool {
        matches!(self, Self::Memory | Self::MemoryInUse)
    }
}

/// A stretch of measuring, with the speed of the machine at its beginning.
#[derive(Clone, Copy)]
pub(super) struct Round {
    pub(super) index: usize,
    calibration: Duration,
}

impl Round {
    pub(super) fn begin(index: usize) -> Self {
        Self { index, calibration: calibrate() }
    }

    /// The same list, turned round in each second round, so that nobody always goes first.
    pub(super) fn order<T>(&self, mut list: Vec<T>) -> Vec<T> {
        if self.index % 2 == 1 {
            list.reverse();
        }
        list
    }
}

/// A fixed piece of work that no compiler can shorten, about 20 ms on a quiet machine.
fn calibrate() -> Duration {
    let start = Instant::now();
    let mut state = black_box(0x9e37_79b9_7f4a_7c15_u64);
    for _ in 0..black_box(10_000_000) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
    start.elapsed()
}

struct Sample {
    who: Who,
    what: What,
    value: f64,
    calibration: Duration,
}

#[derive(Default)]
pub(super) struct Figures {
    samples: Vec<Sample>,
}

impl Figures {
    pub(super) fn add(&mut self, round: Round, who: Who, what: What, value: f64) {
        self.samples.push(Sample { who, what, value, calibration: round.calibration });
    }

    /// The median over the rounds that count; none where nothing was measured.
    pub(super) fn median(&self, who: Who, what: What) -> Option<f64> {
        let counts = |sample: &&Sample| sample.who == who && sample.what == what && self.counts(sample);
        median(self.samples.iter().filter(counts).map(|sample| sample.value).collect())
    }

    /// The fastest and the median calibration, in milliseconds, and the share of samples that do not count.
    pub(super) fn machine(&self) -> Option<(f64, f64, f64)> {
        let middle = median(self.samples.iter().map(|sample| milliseconds(sample.calibration)).collect())?;
        let disturbed = self.samples.iter().filter(|sample| !self.counts(sample)).count();
        Some((milliseconds(self.limit()) / 2.0, middle, disturbed as f64 / self.samples.len() as f64))
    }

    fn counts(&self, sample: &Sample) -> bool {
        sample.what.is_memory() || sample.calibration < self.limit()
    }

    /// A round in which the fixed work took twice as long as in the best one says nothing of times.
    fn limit(&self) -> Duration {
        self.samples.iter().map(|sample| sample.calibration).min().unwrap_or_default() * 2
    }
}

/// The middle value; of an even count the upper of the two.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_on_a_machine_that_was_twice_as_slow_does_not_count() {
        let mut figures = Figures::default();
        for (ms, value) in [(10, 1.0), (12, 2.0), (19, 3.0), (20, 99.0), (30, 99.0)] {
            figures.add(Round { index: 0, calibration: Duration::from_millis(ms) }, Who::Patchbay, What::Call, value);
        }
        assert_eq!(figures.median(Who::Patchbay, What::Call), Some(2.0), "of 1, 2 and 3");
        assert_eq!(figures.median(Who::McpGraph, What::Call), None, "it was not measured");
        assert_eq!(figures.machine(), Some((10.0, 19.0, 0.4)), "best, median, and two of five disturbed");
        figures.add(Round { index: 0, calibration: Duration::from_millis(30) }, Who::Patchbay, What::Memory, 5.0);
        assert_eq!(figures.median(Who::Patchbay, What::Memory), Some(5.0), "memory is the same on a slow machine");
    }

    #[test]
    fn each_second_round_goes_the_other_way() {
        let order = |index| Round { index, calibration: Duration::ZERO }.order(vec![1, 2, 3]);
        assert_eq!((order(0), order(1)), (vec![1, 2, 3], vec![3, 2, 1]), "even and odd");
    }
}
