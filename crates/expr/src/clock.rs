//! How much of an evaluation's time is left. Refuses to ask for the time in a browser, where asking traps.

use std::time::Duration;

use crate::EvalError;

/// Counts from its start to a limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    #[cfg(not(target_arch = "wasm32"))]
    running: Option<(std::time::Instant, Duration)>,
}

impl Clock {
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn start(limit: Option<Duration>) -> Self {
        Self { running: limit.map(|limit| (std::time::Instant::now(), limit)) }
    }

    #[cfg(target_arch = "wasm32")]
    pub(crate) fn start(_limit: Option<Duration>) -> Self {
        Self {}
    }

    /// The time left, or `None` where there is no limit.
    ///
    /// # Errors
    /// The limit was reached.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn left(&self) -> Result<Option<Duration>, EvalError> {
        let Some((start, limit)) = self.running else { return Ok(None) };
        match limit.checked_sub(start.elapsed()) {
            Some(left) => Ok(Some(left)),
            None => Err(EvalError::Time { limit }),
        }
    }

    #[cfg(target_arch = "wasm32")]
    pub(crate) fn left(&self) -> Result<Option<Duration>, EvalError> {
        Ok(None)
    }
}
