//! Adds up what test runners report. It reads lines and starts nothing.

use std::fmt;

/// How many tests did what.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// Counts the line if it is a summary of Rust's own test runner; any other is nothing to it.
    pub(crate) fn add_line(&mut self, line: &str) {
        let Some(counts) = line.trim().strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else { return };
        for count in counts.1.split(';') {
            let mut words = count.split_whitespace();
            let (Some(number), Some(what)) = (words.next().and_then(|word| word.parse::<u64>().ok()), words.next()) else { continue };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Something ended badly. Without a failed test (it did not compile, or was killed) that is a failure all the same.
    pub(crate) fn broke(&mut self) {
        self.failed = self.failed.max(1);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 { write!(f, ", {} skipped", self.skipped) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, ended_well: bool, expected: &str) {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.add_line(line));
        if !ended_well {
            tally.broke();
        }
        assert_eq!(tally.to_string(), expected, "after\n{output}");
    }

    #[test]
    fn the_counts_of_every_runner_are_added_up() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s";
        let bad = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.20s";
        check("", true, "0 passed, 0 failed");
        check(ok, true, "12 passed, 0 failed, 1 skipped");
        check(&format!("running 12 tests\n{ok}\r\n\nrunning 5 tests\n{bad}\n"), false, "15 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn a_runner_that_was_killed_is_one_failure() {
        check("running 3 tests\ntest a ... ok", false, "0 passed, 1 failed");
    }

    #[test]
    fn a_line_that_only_speaks_of_a_result_is_not_counted() {
        check("said: test result: ok. 9 passed; 0 failed\ntest result: pending", true, "0 passed, 0 failed");
    }
}
