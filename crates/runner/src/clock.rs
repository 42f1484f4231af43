//! The time that events are written with: wall time that never goes back.

use std::time::{SystemTime, UNIX_EPOCH};

use run::Moment;
use tokio::time::Instant;

/// Wall time, read once and then counted on, so that a run's moments do not go back when somebody sets the clock.
pub(crate) struct Clock {
    wall_us: i64,
    since: Instant,
}

impl Clock {
    /// A clock that shows the wall's time now, or `not_before` where that is later: a run that is taken up again goes on
    /// behind its last moment, whatever became of the wall's clock.
    pub(crate) fn start(now: Instant, not_before: Moment) -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall_us = i64::try_from(wall.as_micros()).unwrap_or(i64::MAX);
        Self { wall_us: wall_us.max(not_before.0), since: now }
    }

    pub(crate) fn at(&self, now: Instant) -> Moment {
        let passed = i64::try_from(now.duration_since(self.since).as_micros()).unwrap_or(i64::MAX);
        Moment(self.wall_us.saturating_add(passed))
    }
}
