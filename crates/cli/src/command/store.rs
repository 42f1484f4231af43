//! `patchbay store`: checks, backs up, restores, vacuums and moves what runs are kept in.

use std::path::Path;
use std::time::Duration;

use app::store::{Keeping, Place};

use crate::args::{Output, StoreVerb};
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, BAD, one_line};
use crate::setup;

pub(super) fn run(data: Option<&Path>, verb: StoreVerb) -> Result<Exit, Error> {
    setup::block_on(async |_| {
        let place = setup::app(data)?.runs_place()?;
        carry_out(&place, verb).await
    })
}

async fn carry_out(place: &Place, verb: StoreVerb) -> Result<Exit, Error> {
    match verb {
        StoreVerb::Check { output } => {
            let report = place.check().await.map_err(app::Error::from)?;
            match output {
                Output::Json => out::json(&report)?,
                Output::Text => {
                    for fault in &report.faults {
                        out::text(format_args!("{BAD}wrong{BAD:#}  {}\n", one_line(fault)))?;
                    }
                    out::say(format_args!("{place}: {} runs, {} events, {} faults", report.runs, report.events, report.faults.len()));
                }
            }
            return Ok(if report.faults.is_empty() { Exit::Done } else { Exit::Failed });
        }
        StoreVerb::Backup { file } => {
            let count = place.back_up(&file).await.map_err(app::Error::from)?;
            out::say(format_args!("{} runs with {} events are in {}", count.runs, count.events, file.display()));
        }
        StoreVerb::Restore { file, replace } => {
            let count = place.restore(&file, replace).await.map_err(app::Error::from)?;
            out::say(format_args!("{} runs with {} events are back in {place}", count.runs, count.events));
        }
        StoreVerb::Vacuum { days, count, size, output } => {
            let keeping = Keeping {
                age: days.map(|days| Duration::from_secs(days.saturating_mul(24 * 60 * 60))),
                count,
                bytes: size.map(|size| size.saturating_mul(1 << 20)),
            };
            let asked = days.is_some() || count.is_some() || size.is_some();
            let done = place.vacuum(if asked { keeping } else { Keeping::default() }).await.map_err(app::Error::from)?;
            match output {
                Output::Json => out::json(&done)?,
                Output::Text => {
                    let mib = |bytes: u64| format!("{}.{} MiB", bytes >> 20, (bytes >> 10) % 1024 * 10 / 1024);
                    out::say(format_args!(
                        "{} runs removed; {} before, {} now",
                        done.removed,
                        mib(done.bytes_before),
                        mib(done.bytes_after)
                    ));
                }
            }
        }
        StoreVerb::Move { to } => {
            let target = Place::parse(&to).map_err(app::Error::from)?;
            let count = place.move_to(&target).await.map_err(app::Error::from)?;
            out::say(format_args!("{} runs with {} events are in {target}; name it with `--data` from now on", count.runs, count.events));
        }
    }
    Ok(Exit::Done)
}
