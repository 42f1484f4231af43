//! The fields that any node but entry and exit may carry: retry, time limit, what follows a crash, shaping before and after.

use expr::Expression;
use graph::Path;

use crate::kind::{Kind, Ports};
use crate::site::Site;

/// How often a node is tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    /// How often in all; at least 1.
    pub max_attempts: u64,
    /// The wait before the second attempt, in milliseconds.
    pub backoff_ms: u64,
    /// By how much each wait is longer than the one before.
    pub factor: f64,
}

/// An hour: no wait between attempts is longer.
const LONGEST_BACKOFF_MS: f64 = 3_600_000.0;

impl Retry {
    /// The wait before attempt `attempt` (the second is 2), in milliseconds; none where there is no such attempt.
    #[must_use]
    pub fn wait_before(&self, attempt: u64) -> Option<u64> {
        if attempt > self.max_attempts {
            return None;
        }
        let steps = i32::try_from(attempt.saturating_sub(2)).unwrap_or(i32::MAX);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let wait = (self.backoff_ms as f64 * self.factor.powi(steps)).min(LONGEST_BACKOFF_MS) as u64;
        Some(wait)
    }
}

/// What becomes of a call that was under way when the process died, where the tool does not say that it may be made twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnCrash {
    /// Somebody decides.
    #[default]
    Ask,
    /// It is made again.
    Retry,
}

/// What a node carries besides its own settings.
#[derive(Clone, Debug, Default)]
pub struct Common {
    /// How often it is tried; once where there is none.
    pub retry: Option<Retry>,
    /// How long one attempt may take, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// What becomes of its call when the process dies.
    pub on_crash: OnCrash,
    /// Shapes the arguments.
    pub before: Option<Expression>,
    /// Shapes the output.
    pub after: Option<Expression>,
}

const FIELDS: [&str; 6] = ["retry", "timeoutMs", "onCrash", "onError", "before", "after"];

impl Common {
    pub(crate) fn compile(site: &mut Site<'_>, kind: &dyn Kind) -> Self {
        if !kind.takes_common() {
            for name in FIELDS.iter().filter(|name| site.node.fields.contains_key(**name)) {
                site.warn(&Path::root().key(*name), format!("`{name}` has no effect on an {} node", kind.name()), "remove it");
            }
            return Self::default();
        }
        let before = Path::root().key("before");
        if site.field("before").is_some() && !kind.has_arguments() {
            site.warn(&before, format!("`before` has no effect: a {} node has no arguments", kind.name()), "remove it, or use `after`");
        }
        if site.field("after").is_some() && kind.ports() == Ports::Cases {
            site.warn(&Path::root().key("after"), "`after` has no effect: a switch gives the node that it chose", "remove it");
        }
        Self {
            retry: Self::retry(site),
            timeout_ms: site.whole_number(&Path::root().key("timeoutMs"), 1),
            on_crash: Self::on_crash(site, kind),
            before: site.shaping_expression(&before),
            after: site.shaping_expression(&Path::root().key("after")),
        }
    }

    fn on_crash(site: &mut Site<'_>, kind: &dyn Kind) -> OnCrash {
        let at = Path::root().key("onCrash");
        let read = match site.field("onCrash").map(|value| (value.as_str(), value)) {
            None => return OnCrash::default(),
            Some((Some("ask"), _)) => OnCrash::Ask,
            Some((Some("retry"), _)) => OnCrash::Retry,
            Some((_, other)) => {
                site.fail(&at, format!("`onCrash` is {other}"), "use `ask` or `retry`");
                return OnCrash::default();
            }
        };
        // What has arguments is what calls.
        if !kind.has_arguments() {
            site.warn(&at, format!("`onCrash` has no effect: a {} node calls nothing", kind.name()), "remove it");
        }
        read
    }

    fn retry(site: &mut Site<'_>) -> Option<Retry> {
        let at = Path::root().key("retry");
        let retry = site.field("retry")?;
        let max_attempts = site.whole_number(&at.clone().key("maxAttempts"), 1);
        if retry.get("maxAttempts").is_none() {
            site.fail(&at, "`retry` has no `maxAttempts`", "add `maxAttempts`: how often the node is tried in all");
        }
        let backoff_ms = site.whole_number(&at.clone().key("backoffMs"), 0).unwrap_or(500);
        let factor = match retry.get("factor") {
            None => 2.0,
            Some(value) => value.as_f64().filter(|factor| *factor >= 1.0).unwrap_or_else(|| {
                site.fail(&at.clone().key("factor"), format!("`retry.factor` is {value}"), "give a number of at least 1");
                1.0
            }),
        };
        Some(Retry { max_attempts: max_attempts?, backoff_ms, factor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_between_attempts_grow_by_the_factor_and_end_with_the_attempts() {
        let retry = Retry { max_attempts: 4, backoff_ms: 100, factor: 3.0 };
        let waits: Vec<_> = (2..=5).map(|attempt| retry.wait_before(attempt)).collect();
        assert_eq!(waits, [Some(100), Some(300), Some(900), None], "three waits lie between four attempts");
    }

    #[test]
    fn no_wait_is_longer_than_an_hour() {
        let retry = Retry { max_attempts: u64::MAX, backoff_ms: 1000, factor: 10.0 };
        assert_eq!(retry.wait_before(1_000_000), Some(3_600_000), "a huge exponent does not overflow");
    }
}
