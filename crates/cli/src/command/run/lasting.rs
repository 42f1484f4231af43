//! How long something took, as a person reads it.

use std::time::Duration;

/// Such as `0.4 ms`, `312 ms`, `4.1 s`, `2 min 5 s`.
pub(in crate::command) fn lasting(took: Duration) -> String {
    let micros = took.as_micros();
    match micros {
        0..10_000 => format!("{}.{} ms", micros / 1000, micros % 1000 / 100),
        10_000..1_000_000 => format!("{} ms", micros / 1000),
        1_000_000..60_000_000 => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
        _ => format!("{} min {} s", micros / 60_000_000, micros % 60_000_000 / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_has_its_unit() {
        for (micros, expected) in [
            (0, "0.0 ms"),
            (449, "0.4 ms"),
            (9_999, "9.9 ms"),
            (10_000, "10 ms"),
            (999_999, "999 ms"),
            (4_190_000, "4.1 s"),
            (125_000_000, "2 min 5 s"),
        ] {
            assert_eq!(lasting(Duration::from_micros(micros)), expected, "{micros} µs");
        }
    }
}
