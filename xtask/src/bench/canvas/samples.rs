//! What the browser measured: a line of JSON for each figure, and medians over those rounds that nothing else on the machine
//! disturbed.

use serde_json::Value;

use super::super::figures::median;

/// Whose canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Patchbay,
    /// React Flow that draws only what is in view.
    Culled,
    /// React Flow as it is by default.
    Plain,
}

impl Who {
    fn of(name: &str) -> Option<Self> {
        match name {
            "patchbay" => Some(Self::Patchbay),
            "culled" => Some(Self::Culled),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Sample {
    who: Who,
    size: u64,
    what: String,
    value: f64,
    calibration: f64,
}

/// All figures of a bench.
#[derive(Debug, Default)]
pub(super) struct Samples {
    samples: Vec<Sample>,
    /// What could not be measured, in words.
    pub(super) faults: Vec<String>,
}

impl Samples {
    /// Takes a line of the driver; says whether it was one.
    pub(super) fn take(&mut self, line: &str) -> bool {
        let Ok(line) = serde_json::from_str::<Value>(line) else { return false };
        let text = |key: &str| line[key].as_str();
        if let (Some("fault"), Some(said)) = (text("what"), text("value")) {
            self.faults.push(said.to_owned());
            return true;
        }
        let sample = || {
            Some(Sample {
                who: Who::of(text("who")?)?,
                size: line["size"].as_u64()?,
                what: text("what")?.to_owned(),
                value: line["value"].as_f64()?,
                calibration: line["calibration"].as_f64()?,
            })
        };
        let sample = sample();
        let is_one = sample.is_some();
        self.samples.extend(sample);
        is_one
    }

    /// The median over the rounds that count; none where nothing was measured.
    pub(super) fn median(&self, who: Who, size: u64, what: &str) -> Option<f64> {
        let limit = 2.0 * self.best_calibration();
        let is_it = |sample: &&Sample| sample.who == who && sample.size == size && sample.what == what && sample.calibration < limit;
        median(self.samples.iter().filter(is_it).map(|sample| sample.value).collect())
    }

    /// The sizes that were measured, the smallest first.
    pub(super) fn sizes(&self) -> Vec<u64> {
        let mut sizes: Vec<u64> = self.samples.iter().map(|sample| sample.size).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// How long the fixed work took at best and at the median, in milliseconds.
    pub(super) fn machine(&self) -> Option<(f64, f64)> {
        let middle = median(self.samples.iter().map(|sample| sample.calibration).collect())?;
        Some((self.best_calibration(), middle))
    }

    fn best_calibration(&self) -> f64 {
        self.samples.iter().map(|sample| sample.calibration).fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(who: &str, value: f64, calibration: f64) -> String {
        format!(r#"{{"round":0,"size":100,"who":"{who}","what":"pan median","value":{value},"calibration":{calibration}}}"#)
    }

    #[test]
    fn figures_of_a_disturbed_round_do_not_count() {
        let mut samples = Samples::default();
        for (value, calibration) in [(3.0, 10.0), (4.0, 12.0), (5.0, 11.0), (99.0, 20.0)] {
            assert!(samples.take(&line("patchbay", value, calibration)), "it is a figure");
        }
        assert_eq!(samples.median(Who::Patchbay, 100, "pan median"), Some(4.0), "of 3, 4 and 5");
        assert_eq!(samples.median(Who::Culled, 100, "pan median"), None, "nobody measured it");
        assert_eq!((samples.sizes(), samples.machine()), (vec![100], Some((10.0, 12.0))));
    }

    #[test]
    fn a_fault_is_kept_in_words_and_anything_else_is_no_figure() {
        let mut samples = Samples::default();
        assert!(samples.take(r#"{"round":0,"size":100,"who":"plain","what":"fault","value":"pan: nothing moved","calibration":1}"#));
        assert_eq!(samples.faults, ["pan: nothing moved"]);
        assert!(!samples.take("hello") && !samples.take(&line("somebody", 1.0, 1.0)), "neither can be counted");
    }
}
