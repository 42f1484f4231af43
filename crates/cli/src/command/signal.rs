//! `patchbay signal`: tells a run an event, whichever process drives it.

use std::path::Path;

use app::{Heard, Said};
use protocol::RunId;
use serde_json::Value;

use crate::error::Error;
use crate::exit::Exit;
use crate::{out, setup};

pub(super) fn run(data: Option<&Path>, run: u64, name: &str, detail: Value) -> Result<Exit, Error> {
    say(data, run, &app::event(name, detail))
}

/// Says something to a run, and tells the person what became of it.
pub(super) fn say(data: Option<&Path>, run: u64, word: &Said) -> Result<Exit, Error> {
    setup::block_on(async |stop| {
        let app = setup::app(data)?;
        let said = tokio::select! {
            said = app.say(RunId(run), word) => said.map(Some),
            () = stop.asked() => Ok(None),
        };
        app.shutdown().await;
        match said? {
            Some(Heard::Now) => out::say(format_args!("run {run} has it")),
            Some(Heard::Later) => out::say(format_args!(
                "no process took it up; run {run} hears it when it goes on: when its graph is served, the window is opened, or by \
                 `patchbay runs resume {run}`"
            )),
            None => {}
        }
        Ok(stop.exit())
    })
}
