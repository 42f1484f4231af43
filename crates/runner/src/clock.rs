//! The time that events are written with: wall time that never goes back, and that knows when the machine slept.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use run::Moment;
use tokio::time::Instant;

/// How far the wall's clock must run ahead of the machine's own for the machine to have slept: what is less is a clock set right.
const SLEPT: Duration = Duration::from_secs(3);

/// Wall time, read once and then counted on, so that a run's moments do not go back when somebody sets the clock.
pub(crate) struct Clock {
    wall_us: i64,
    since: Instant,
    /// What both clocks showed when they were last looked at.
    looked: (Instant, i64),
}

impl Clock {
    /// A clock that shows the wall's time, or `not_before` where that is later: a run that is taken up again goes on behind its last
    /// moment, whatever became of the wall's clock.
    pub(crate) fn start(now: Instant, wall: Moment, not_before: Moment) -> Self {
        Self { wall_us: wall.0.max(not_before.0), since: now, looked: (now, wall.0) }
    }

    pub(crate) fn at(&self, now: Instant) -> Moment {
        Moment(self.wall_us.saturating_add(passed(self.since, now)))
    }

    /// For how many microseconds the machine has slept since this was asked last: its own clock stood still then, the wall's went on.
    /// They are counted from now on. None where it was awake.
    pub(crate) fn slept(&mut self, now: Instant, wall: Moment) -> Option<u64> {
        let (was, wall_was) = std::mem::replace(&mut self.looked, (now, wall.0));
        let ahead = wall.0.saturating_sub(wall_was).saturating_sub(passed(was, now));
        let slept = u64::try_from(ahead).ok().filter(|ahead| u128::from(*ahead) >= SLEPT.as_micros())?;
        self.wall_us = self.wall_us.saturating_add(ahead);
        Some(slept)
    }
}

fn passed(since: Instant, now: Instant) -> i64 {
    i64::try_from(now.duration_since(since).as_micros()).unwrap_or(i64::MAX)
}

/// What the wall's clock shows.
pub(crate) fn wall() -> Moment {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(wall.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn a_night_is_counted_once_and_a_clock_that_is_set_right_is_not() {
        let began = Instant::now();
        let mut clock = Clock::start(began, Moment(HOUR), Moment(0));
        let later = |seconds: u64| began + Duration::from_secs(seconds);
        let wall = |us: i64| Moment(HOUR + us);
        assert_eq!(clock.slept(later(10), wall(10_500_000)), None, "half a second was set right");
        assert_eq!(clock.slept(later(20), wall(20_500_000 + 8 * HOUR)), Some(8 * HOUR.unsigned_abs()), "eight hours");
        assert_eq!(clock.at(later(20)), wall(20_000_000 + 8 * HOUR), "what comes next is after them");
        assert_eq!(clock.slept(later(30), wall(30_500_000 + 8 * HOUR)), None, "and that was all");
        assert_eq!(clock.slept(later(40), wall(0)), None, "a clock that is set back changes nothing");
        assert_eq!(clock.at(later(40)), wall(40_000_000 + 8 * HOUR));
    }
}
