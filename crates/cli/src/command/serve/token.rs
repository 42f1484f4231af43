//! What clients show to be let in: named by the environment or a file, or made anew.

use std::path::Path;

use app::endpoint::Token;

use crate::args::Serve;
use crate::error::Error;

const VARIABLE: &str = "PATCHBAY_TOKEN";

/// The shortest token that is taken from outside; shorter ones can be guessed.
const LEAST: usize = 16;

/// The bytes of a token that is made here.
const BYTES: usize = 32;

/// A token, and its text where it was made here and has to be shown.
pub(super) struct Made {
    pub(super) token: Token,
    pub(super) shown: Option<String>,
}

/// The token that `args` ask for; none where everybody is let in.
pub(super) fn token(args: &Serve) -> Result<Option<Made>, Error> {
    if args.no_token {
        return Ok(None);
    }
    let given = match &args.token_file {
        Some(path) => Some((read(path)?, format!("in `{}`", path.display()))),
        None => std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()).map(|text| (text, format!("in `{VARIABLE}`"))),
    };
    match given {
        Some((text, from)) => Ok(Some(Made { token: check(text, from)?, shown: None })),
        None => {
            let text = random()?;
            Ok(Some(Made { token: Token::new(text.clone()), shown: Some(text) }))
        }
    }
}

fn read(path: &Path) -> Result<String, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn check(text: String, from: String) -> Result<Token, Error> {
    let fault = if text.len() < LEAST {
        "is too short"
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        "has other characters"
    } else {
        return Ok(Token::new(text));
    };
    Err(Error::BadToken { from, fault, least: LEAST })
}

fn random() -> Result<String, Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(Error::NoRandomness)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_can_be_guessed_or_that_no_header_can_carry_is_refused() {
        for (text, expected) in [
            ("", Some("is too short")),
            ("fifteen-letters", Some("is too short")),
            ("sixteen-letters!", None),
            ("with blanks in it", Some("has other characters")),
            ("sixteen-létters!", Some("has other characters")),
        ] {
            let error = check(text.to_owned(), "here".to_owned()).err().map(|error| error.to_string());
            assert_eq!(error.is_some(), expected.is_some(), "`{text}`: {error:?}");
            let told = error.unwrap_or_default();
            assert!(told.contains(expected.unwrap_or_default()), "`{text}`: {told}");
            assert!(text.is_empty() || !told.contains(text), "an error never holds the token: {told}");
        }
    }

    #[test]
    fn a_token_that_is_made_here_has_256_bits_and_is_new_each_time() {
        let (one, two) = (random().unwrap(), random().unwrap());
        assert_eq!(one.len(), 64, "two hexadecimal digits for each of {BYTES} bytes");
        assert_ne!(one, two, "nobody can foresee it");
    }
}
