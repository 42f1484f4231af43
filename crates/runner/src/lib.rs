//! Does what a run asks: tools, time, journal.
