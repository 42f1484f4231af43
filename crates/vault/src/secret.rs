//! A text that must not be seen: wiped when dropped, never printed. Knows nothing of where it came from.

use std::fmt;

use zeroize::Zeroizing;

/// What is printed in a secret's place.
const HIDDEN: &str = "•••";

/// A secret text. `Debug` and `Display` print `•••`, it has no serialized form, and its memory is wiped when it is dropped.
///
/// The wiping covers the copies that this crate makes. What an operating system's keychain, a pipe or a child's environment
/// holds is out of its reach.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over `value`, without copying it.
    pub fn new(value: String) -> Self {
        Secret(Zeroizing::new(value))
    }

    /// The text itself. Each caller of this is a place to look at when a secret has leaked.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Takes over bytes that should be UTF-8; bytes that are not are wiped.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        match String::from_utf8(bytes) {
            Ok(text) => Some(Secret::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                None
            }
        }
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Secret::new(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_printed_as_dots_however_it_is_printed() {
        let secret = Secret::new("hunter2".into());
        for printed in [format!("{secret}"), format!("{secret:?}"), format!("{secret:#?}"), format!("{:?}", Some(&secret))] {
            assert!(!printed.contains("hunter2"), "the value was printed: {printed}");
            assert!(printed.contains(HIDDEN), "a reader should see that something is hidden: {printed}");
        }
        assert_eq!(secret.expose(), "hunter2", "hiding must not change the value");
    }

    #[test]
    fn bytes_that_are_not_text_are_no_secret() {
        assert!(Secret::from_bytes(vec![0xff, 0xfe]).is_none(), "0xff 0xfe is not UTF-8");
        assert_eq!(Secret::from_bytes("déjà".into()).unwrap().expose(), "déjà", "UTF-8 comes through as it is");
    }
}
