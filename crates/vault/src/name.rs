//! The name of a secret, checked once. Knows nothing of its value.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The name of a secret: 1 to 128 characters of `A-Z a-z 0-9 _ - .`.
///
/// The alphabet is what every keychain, every shell and a `${secret:NAME}` accept without quoting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The longest name, in characters.
    pub const MAX_LEN: usize = 128;

    /// Checks `name`.
    ///
    /// # Errors
    ///
    /// [`Error::BadName`], which does not quote the text: people do paste a value where a name belongs.
    pub fn new(name: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() {
            return Err(Error::BadName { fault: "it is empty".into() });
        }
        if let Some(place) = name.chars().position(|c| !allowed(c)) {
            return Err(Error::BadName { fault: format!("character {} is none of these", place + 1) });
        }
        if name.len() > Self::MAX_LEN {
            return Err(Error::BadName { fault: format!("it has {} characters", name.len()) });
        }
        Ok(Name(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether some keychain (the one of Windows) would take both names for one.
    pub(crate) fn differs_only_by_case(&self, other: &Name) -> bool {
        self != other && self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Name::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_of_at_most_128_characters_are_names() {
        let longest = "n".repeat(Name::MAX_LEN);
        for good in ["A", "GITHUB_TOKEN", "home.lights-2", "..", &longest] {
            assert_eq!(Name::new(good).unwrap().as_str(), good, "`{good}` keeps its spelling");
        }
        let too_long = "n".repeat(Name::MAX_LEN + 1);
        for bad in ["", " ", "A B", "A/B", "A:B", "é", "A}", "A\n", &too_long] {
            assert!(Name::new(bad).is_err(), "`{bad}` should be refused");
        }
    }

    #[test]
    fn a_refused_name_is_not_quoted_for_it_may_be_a_pasted_value() {
        let error = Name::new("my password!").unwrap_err();
        assert!(!error.to_string().contains("password!"), "{error}");
        assert!(error.to_string().contains("character 3"), "the place should be named: {error}");
    }
}
