//! From figures to verdicts, and to the tables that people read. It measures nothing.

use super::super::report::{as_ratio, digits, table};
use super::samples::{Samples, Who};

/// What a hand does, by the driver's names, and how it is called.
pub(super) const GESTURES: &[(&str, &str)] = &[
    ("pan", "pan"),
    ("pan whole", "pan, all in view"),
    ("zoom", "zoom"),
    ("drag one", "drag a node"),
    ("drag 100", "drag about 100 nodes"),
    ("drag whole", "drag a node, all in view"),
    ("marquee", "select by a frame"),
    ("connect", "draw an edge"),
    ("status", "20 states change"),
    ("undo", "undo or redo a move"),
    ("paste", "paste 200 nodes"),
];

/// What a figure of ours must be beside React Flow's.
struct Goal {
    size: u64,
    what: &'static str,
    text: &'static str,
    /// The largest ratio to React Flow's, culling, that meets it.
    at_most: f64,
}

const fn goal(size: u64, what: &'static str, text: &'static str, at_most: f64) -> Goal {
    Goal { size, what, text, at_most }
}

/// What one display frame lasts, and two.
const FRAME: f64 = 16.7;
const TWO_FRAMES: f64 = 33.3;

/// The goals of single figures; those of every gesture are in [`goals`].
const GOALS: &[Goal] = &[
    goal(10_000, "pan cpu", "pan: processor time a frame", 0.5),
    goal(10_000, "drag one cpu", "drag a node: processor time a frame", 0.5),
    goal(10_000, "drag 100 cpu", "drag about 100 nodes: processor time a frame", 0.5),
    goal(10_000, "zoom cpu", "zoom: processor time a frame", 1.0 / 3.0),
    goal(10_000, "pan whole cpu", "pan, all in view: processor time a frame", 0.02),
    goal(10_000, "first", "first painted input", 0.125),
    goal(10_000, "heap", "heap", 0.2),
];

/// What a figure of ours must be, beside nobody's.
struct Limit {
    what: &'static str,
    text: &'static str,
    unit: &'static str,
    at_most: f64,
}

const fn limit(what: &'static str, text: &'static str, unit: &'static str, at_most: f64) -> Limit {
    Limit { what, text, unit, at_most }
}

/// At which size they are looked at.
const OWN_SIZE: u64 = 1_000;

const LIMITS: &[Limit] = &[
    limit("open", "opening a file, until its canvas follows", "ms", 500.0),
    limit("type p95", "a key in the text beside the canvas: its longest frame, 95th percentile", "ms", 16.0),
    limit("layout", "layout", "ms", 100.0),
    limit("step p95", "a step of the debugger, from the key to the canvas, 95th percentile", "ms", 20.0),
    limit("bundle", "what the page loads before it can be used, gzipped", "MB", 1.5),
];

/// The tables, and how many goals they do not meet.
pub(super) struct Report {
    pub(super) tables: String,
    pub(super) missed: usize,
}

pub(super) fn report(samples: &Samples) -> Report {
    let sizes = samples.sizes();
    let by_size = sizes.iter().map(|size| format!("### {} nodes\n\n{}\n", thousands(*size), figures(samples, *size)));
    let (verdicts, missed) = goals(samples, &sizes);
    Report { tables: by_size.chain([format!("### Goals\n\n{verdicts}")]).collect(), missed }
}

const HEAD: [&str; 7] = ["", "Patchbay", "React Flow, culling", "React Flow", "ratio to culling", "CPU a frame", "its ratio to culling"];

/// Frames as median / 95th percentile.
fn figures(samples: &Samples, size: u64) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    for (name, title) in GESTURES {
        let at = |who, end: &str| samples.median(who, size, &format!("{name} {end}"));
        let frames = |who| pair(at(who, "median"), at(who, "p95"));
        let cpu = at(Who::Patchbay, "cpu");
        rows.push([
            (*title).to_owned(),
            frames(Who::Patchbay),
            frames(Who::Culled),
            frames(Who::Plain),
            ratio(at(Who::Patchbay, "median"), at(Who::Culled, "median")),
            cpu.map(|cpu| format!("{} ms", digits(cpu))).unwrap_or_default(),
            ratio(cpu, at(Who::Culled, "cpu")),
        ]);
    }
    for (what, title, unit) in [("first", "first painted input", " ms"), ("heap", "heap", " MB"), ("elements", "elements of the page", "")]
    {
        let at = |who| samples.median(who, size, what);
        let shown = |who| at(who).map(|value| if unit.is_empty() { format!("{value:.0}") } else { format!("{}{unit}", digits(value)) });
        let shown = |who| shown(who).unwrap_or_default();
        let ratio = ratio(at(Who::Patchbay), at(Who::Culled));
        rows.push([title.to_owned(), shown(Who::Patchbay), shown(Who::Culled), shown(Who::Plain), ratio, String::new(), String::new()]);
    }
    table(&rows)
}

fn pair(median: Option<f64>, p95: Option<f64>) -> String {
    median.zip(p95).map(|(median, p95)| format!("{} / {} ms", digits(median), digits(p95))).unwrap_or_default()
}

fn ratio(ours: Option<f64>, other: Option<f64>) -> String {
    ours.zip(other).map(|(ours, other)| as_ratio(ours / other)).unwrap_or_default()
}

fn goals(samples: &Samples, sizes: &[u64]) -> (String, usize) {
    let mut rows = vec![["", "nodes", "figure", "at most", "goal"].map(str::to_owned)];
    let mut missed = 0;
    let mut judge = |text: String, size: u64, figure: Option<(String, bool)>, at_most: String| {
        let verdict = match &figure {
            Some((_, true)) => "met",
            Some((_, false)) => {
                missed += 1;
                "**not met**"
            }
            None => "not measured",
        };
        rows.push([text, thousands(size), figure.map(|figure| figure.0).unwrap_or_default(), at_most, verdict.to_owned()]);
    };
    for (size, at_most) in [(10_000, FRAME), (100_000, TWO_FRAMES)] {
        let (what, most) = slowest(|name| samples.median(Who::Patchbay, size, &format!("{name} p95")));
        let figure = most.map(|ms| (format!("{} ms ({what})", digits(ms)), ms <= at_most));
        judge("the slowest gesture's 95th percentile".to_owned(), size, figure, format!("{at_most} ms"));
    }
    for Goal { size, what, text, at_most } in GOALS {
        let at = |who| samples.median(who, *size, what);
        let figure = at(Who::Patchbay).zip(at(Who::Culled)).map(|(ours, theirs)| (as_ratio(ours / theirs), ours / theirs <= *at_most));
        judge((*text).to_owned(), *size, figure, as_ratio(*at_most));
    }
    for Limit { what, text, unit, at_most } in LIMITS {
        let ours = samples.median(Who::Patchbay, OWN_SIZE, what);
        let figure = ours.map(|ours| (format!("{} {unit}", digits(ours)), ours <= *at_most));
        judge((*text).to_owned(), OWN_SIZE, figure, format!("{at_most} {unit}"));
    }
    for size in sizes.iter().filter(|size| samples.median(Who::Culled, **size, "first").is_some()) {
        let at = |who, name: &str| samples.median(who, *size, &format!("{name} median"));
        let (what, most) = slowest(|name| Some(at(Who::Patchbay, name)? / at(Who::Culled, name)?));
        let figure = most.map(|ratio| (format!("{} ({what})", as_ratio(ratio)), ratio <= 1.0));
        judge("the gesture that is slowest beside React Flow's, culling".to_owned(), *size, figure, as_ratio(1.0));
    }
    (table(&rows), missed)
}

/// The gesture with the greatest figure.
fn slowest(figure: impl Fn(&str) -> Option<f64>) -> (&'static str, Option<f64>) {
    let figures = GESTURES.iter().filter_map(|(name, title)| Some((*title, figure(name)?)));
    figures.max_by(|one, other| one.1.total_cmp(&other.1)).map_or(("", None), |(title, value)| (title, Some(value)))
}

/// As `10,000`.
fn thousands(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(figures: &[(&str, u64, &str, f64)]) -> Report {
        let mut samples = Samples::default();
        for (who, size, what, value) in figures {
            let line = format!(r#"{{"round":0,"size":{size},"who":"{who}","what":"{what}","value":{value},"calibration":1.0}}"#);
            assert!(samples.take(&line), "{line}");
        }
        report(&samples)
    }

    #[test]
    fn the_slowest_gesture_decides_and_is_named() {
        let report = of(&[("patchbay", 10_000, "pan p95", 9.0), ("patchbay", 10_000, "marquee p95", 17.0)]);
        assert_eq!(report.missed, 1, "17 ms is more than a frame:\n{}", report.tables);
        assert!(report.tables.contains("17.0 ms (select by a frame)"), "{}", report.tables);
    }

    #[test]
    fn a_gesture_that_is_slower_than_the_peer_at_any_size_misses() {
        let figures =
            |ours: f64| [("patchbay", 100, "pan median", ours), ("culled", 100, "pan median", 4.0), ("culled", 100, "first", 50.0)];
        assert_eq!(of(&figures(4.0)).missed, 0, "as fast is not slower");
        assert_eq!(of(&figures(4.1)).missed, 1, "slower");
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let report = of(&[("patchbay", 100, "heap", 9.5)]);
        assert_eq!(report.missed, 0, "{}", report.tables);
        assert!(report.tables.contains("| heap ") && report.tables.contains("9.50 MB"), "what was is shown:\n{}", report.tables);
    }
}
