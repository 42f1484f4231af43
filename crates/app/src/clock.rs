//! The clock and the dice, in one place.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970.
pub(crate) fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A number that nobody can foresee; the clock's where the system has none.
pub(crate) fn seed() -> u64 {
    getrandom::u64().unwrap_or_else(|_| now_us().unsigned_abs())
}
