//! What happens next in a run, as a pure machine. Knows no clock and no process.
