//! What the machine is and how busy it is, in words, as far as the platform says so.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

/// Processor, cores, memory, system.
pub(super) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or_else(|_| "?".to_owned(), |count| count.to_string());
    let mut words = vec![format!("{} {}", std::env::consts::OS, std::env::consts::ARCH), format!("{cores} cores")];
    if let Some(model) = value_of("/proc/cpuinfo", "model name") {
        words.push(model);
    }
    let kilobytes = value_of("/proc/meminfo", "MemTotal").and_then(|total| total.split(' ').next()?.parse::<u64>().ok());
    if let Some(kilobytes) = kilobytes {
        words.push(format!("{} GiB of memory", (kilobytes as f64 / 1024.0 / 1024.0).round()));
    }
    words.join(", ")
}

/// How many processes wanted to run on average over the last 1, 5 and 15 minutes.
pub(super) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let words: Vec<_> = load.split_whitespace().take(3).collect();
    if words.is_empty() { "not measured here".to_owned() } else { words.join(" ") }
}

/// Has the disk write what waits for it, such as all that was just built: whoever waits for the disk later does not wait for that.
/// Where there is no `sync`, it waits for some time.
pub(super) fn write_back() {
    let synced = std::process::Command::new("sync").status();
    if !synced.is_ok_and(|status| status.success()) {
        std::thread::sleep(std::time::Duration::from_secs(5));
    }
}

/// The first `key : value` of a file of such lines.
fn value_of(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// In UTC, as `2026-03-04`.
pub(super) fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    format!("{year}-{month:02}-{day:02}")
}

/// The date that is so many days after 1970-01-01, by counting from a 1st of March, so that the leap day is a year's last.
fn civil(days: u64) -> (u64, u64, u64) {
    // The days since 0000-03-01, in eras of 400 years.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // 0 is March; each run of five months from March on has 153 days.
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year_of_era;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates_over_leap_years_and_their_exceptions() {
        let check = |days, date| assert_eq!(civil(days), date, "{days} days after 1970-01-01");
        check(0, (1970, 1, 1));
        check(59, (1970, 3, 1));
        check(789, (1972, 2, 29));
        check(11_016, (2000, 2, 29));
        check(19_782, (2024, 2, 29));
        check(47_540, (2100, 2, 28));
        check(47_541, (2100, 3, 1));
    }
}
