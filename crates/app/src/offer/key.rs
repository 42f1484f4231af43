//! The key with which the endpoint seals what clients hold between two calls: made once for each folder of data, so that such a
//! call can go on after a restart.

use std::path::Path;

use crate::disk;
use crate::error::Error;

const NAME: &str = "endpoint.key";

/// The key of a folder of data. Where it cannot be kept, it is good for this process.
pub(super) fn of(data: Option<&Path>) -> [u8; 32] {
    let made = make();
    let Some(data) = data else { return made };
    kept(data, made).unwrap_or_else(|error| {
        tracing::warn!(error = error.in_full(), "the endpoint's key cannot be kept: what clients are asked now ends with this process");
        made
    })
}

fn kept(data: &Path, made: [u8; 32]) -> Result<[u8; 32], Error> {
    let path = data.join(NAME);
    if let Some(key) = disk::read_if_there(&path)?.as_deref().and_then(read) {
        return Ok(key);
    }
    disk::make_private_folder(data).map_err(|source| Error::Create { path: path.clone(), source })?;
    let text: String = made.iter().map(|byte| format!("{byte:02x}")).collect();
    disk::write_private(&path, &text)?;
    Ok(made)
}

fn make() -> [u8; 32] {
    let mut key = [0; 32];
    let (parts, _) = key.as_chunks_mut::<8>();
    parts.iter_mut().for_each(|part| *part = crate::clock::seed().to_ne_bytes());
    key
}

fn read(text: &str) -> Option<[u8; 32]> {
    let digits = text.trim();
    let is_key = digits.len() == 64 && digits.is_ascii();
    let mut key = [0; 32];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    is_key.then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_at_the_next_start_and_nobody_elses() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key = of(Some(here.path()));
        assert_eq!(of(Some(here.path())), key, "the same folder");
        assert_ne!(of(Some(there.path())), key, "another folder");
        assert_ne!(of(None), of(None), "no folder");
        std::fs::write(here.path().join(NAME), "broken").unwrap();
        let new = of(Some(here.path()));
        assert_ne!(new, key, "what cannot be read is made anew");
        assert_eq!(of(Some(here.path())), new, "and kept");
    }
}
