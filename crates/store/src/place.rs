//! Where a store is: a file, or a database of a server. Never shows a password.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::error::Error;

/// The file's name in a folder for data.
const FILE: &str = "runs.db";

/// Where a store is.
#[derive(Clone)]
pub enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// A database of a PostgreSQL server.
    Postgres(Box<Server>),
}

/// A database of a PostgreSQL server.
#[derive(Clone)]
pub struct Server {
    pub(crate) options: PgConnectOptions,
    shown: String,
}

impl Place {
    /// The store of a folder for data.
    #[must_use]
    pub fn within(folder: &Path) -> Self {
        Place::File(folder.join(FILE))
    }

    /// Whether a text is the address of a database rather than a path.
    #[must_use]
    pub fn is_address(text: &str) -> bool {
        ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
    }

    /// A place as a person names it: a file, a folder for data, or `postgres://USER@HOST/NAME`. What such an address leaves out comes
    /// from PostgreSQL's own variables and its file of passwords.
    ///
    /// # Errors
    /// Where an address is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if !Self::is_address(text) {
            let path = Path::new(text);
            return Ok(if path.is_dir() { Self::within(path) } else { Place::File(path.to_owned()) });
        }
        let shown = without_password(text);
        let options = PgConnectOptions::from_str(text).map_err(|source| Error::BadAddress { place: shown.clone(), source })?;
        Ok(Place::Postgres(Box::new(Server { options, shown })))
    }

    /// Whether there may be something: a server is believed.
    #[must_use]
    pub fn is_there(&self) -> bool {
        match self {
            Place::File(path) => path.exists(),
            Place::Postgres(_) => true,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => path.display().fmt(out),
            Place::Postgres(server) => server.shown.fmt(out),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Place({self})")
    }
}

/// An address without the password, wherever in it one may stand.
fn without_password(address: &str) -> String {
    let (address, rest) = address.split_once('?').map_or((address, None), |(address, rest)| (address, Some(rest)));
    let (scheme, rest_of) = address.split_once("://").unwrap_or(("postgres", address));
    let shown = match rest_of.rsplit_once('@') {
        Some((user, host)) => format!("{scheme}://{}@{host}", user.split(':').next().unwrap_or_default()),
        None => address.to_owned(),
    };
    let kept: Vec<&str> = rest.into_iter().flat_map(|rest| rest.split('&')).filter(|pair| !pair.starts_with("password")).collect();
    if kept.is_empty() { shown } else { format!("{shown}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_never_shows_a_password() {
        for (text, shown) in [
            ("postgres://ann:s3cret@host:5432/runs", "postgres://ann@host:5432/runs"),
            ("postgres://ann:a@b@host/runs?password=s3cret&sslmode=require", "postgres://ann@host/runs?sslmode=require"),
            ("postgresql:///runs?host=/tmp&password=s3cret", "postgresql:///runs?host=/tmp"),
            ("some/file.db", "some/file.db"),
        ] {
            let place = Place::parse(text).unwrap();
            assert_eq!(place.to_string(), shown, "`{text}`");
            assert!(!format!("{place:?}").contains("s3cret"), "`{text}` in a log");
        }
    }
}
