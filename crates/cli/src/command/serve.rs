//! `patchbay serve FILE...`: offers the tools of graph files to MCP clients, over standard streams or HTTP, and the window's
//! pages to a browser.

use std::io::{IsTerminal, stdin};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use app::endpoint::serve_stdio;
use app::{App, GraphFile, Offered};

use crate::args::Serve;
use crate::error::Error;
use crate::exit::Exit;
use crate::stop::Stop;
use crate::{out, setup};

mod api;
mod events;
mod guard;
mod http;
mod pages;
mod token;

/// The signal with which a service is told to end.
const TERMINATE: u8 = 15;

pub(super) fn run(data: Option<&Path>, args: Serve) -> Result<Exit, Error> {
    setup::block_on(async |stop| {
        let app = setup::app_that_parks(data, !args.no_journal, &args.told, Some(app::LINGERS))?;
        let served = serve(&app, &stop, &args).await;
        app.shutdown().await;
        served?;
        Ok(match stop.exit() {
            // Being told to end is how a service ends well.
            Exit::Signal(TERMINATE) => Exit::Done,
            other => other,
        })
    })
}

async fn serve(app: &App, stop: &Stop, args: &Serve) -> Result<(), Error> {
    // What can be refused without work is refused before any.
    let address = args.http.or_else(|| args.ui.then(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
    let door = address.map(|address| http::Door::open(address, args)).transpose()?;
    let mut files = Vec::with_capacity(args.files.len());
    for path in &args.files {
        let servers = args.beside.mcp.as_deref();
        // What a person sees in the window is found again there.
        files.push(if args.ui { app.open(path, servers).await? } else { app.load(path, servers).await? });
    }
    files.iter().for_each(|file| warn(file));
    go_on(app, &files);
    let offered = Arc::new(Offered::new(app.clone(), files, stop.token()));
    match door {
        None => {
            if stdin().is_terminal() {
                out::say("speaking MCP on standard input and output, for a client that starts this; Ctrl-C ends it");
            }
            serve_stdio(offered, stop.token()).await.map_err(Error::Serve)
        }
        Some(door) => door.serve(app, offered, stop).await,
    }
}

/// Goes on with the runs of these files that were not finished; of all files, where none is named. Clients need not wait for it.
fn go_on(app: &App, files: &[Arc<GraphFile>]) {
    let (app, files) = (app.clone(), files.to_vec());
    tokio::spawn(async move {
        match app.take_up_runs(&files).await {
            Ok(runs) if runs.is_empty() => {}
            Ok(runs) => out::say(format_args!("runs that were not finished and go on now: {}; see `patchbay runs list`", runs.len())),
            Err(error) => out::say_warning(&Error::from(error).in_full()),
        }
    });
}

/// Says what keeps tools from running. The endpoint says it too, to who calls them.
fn warn(file: &GraphFile) {
    let errors = file.problems().iter().filter(|reported| reported.problem.is_error()).count();
    if errors > 0 {
        let path = file.path.display();
        out::say_warning(&format!("`{path}` has problems that keep tools from running; see `patchbay check {path}`"));
    }
}
