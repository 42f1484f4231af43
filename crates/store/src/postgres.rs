//! What is PostgreSQL's own: how a database is reached. Everything is in a schema of its own, `patchbay`.

use sqlx::ConnectOptions;

use crate::connection::Connection;
use crate::error::Error;
use crate::place::{Place, Server};

/// Reaches a database.
pub(crate) async fn open(place: &Place, server: &Server) -> Result<Connection, Error> {
    let shown = place.to_string();
    let options = server
        .options
        .clone()
        .application_name("patchbay")
        // What is committed is on disk, whatever the server's default.
        .options([("search_path", "patchbay"), ("synchronous_commit", "on"), ("client_min_messages", "warning")])
        .disable_statement_logging();
    let connection = options.connect().await.map_err(|source| match source {
        // Before there is a connection, whatever goes wrong is that there is none.
        source @ (sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_)) => {
            Error::Unreachable { place: shown.clone(), source }
        }
        source => Error::of(&shown, source),
    })?;
    Ok(Connection::postgres(shown.into(), connection))
}
