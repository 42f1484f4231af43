//! `${secret:NAME}` and `${env:NAME}` inside a text. Knows nothing of where values come from: it asks its caller.
//!
//! `$${` stands for a plain `${`. Any other `${` is an error, so that a misspelt reference never reaches a server as it is.

use std::ops::Range;

use crate::{Error, Name, Secret};

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `${secret:NAME}`: a secret of the vault.
    Secret(Name),
    /// `${env:NAME}`: a variable of the environment that patchbay was started in.
    Env(String),
}

/// One reference and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it names.
    pub source: Source,
    /// From its `$` to after its `}`, in bytes from the start of the text.
    pub range: Range<usize>,
}

/// A text with its references replaced.
#[derive(Debug)]
pub struct Resolved {
    /// The text, hidden like what was put into it.
    pub value: Secret,
    /// The values that came from `${secret:...}`, in their order: what must be kept out of logs.
    pub secrets: Vec<Secret>,
    /// The values that came from `${env:...}`, in their order. They may be as harmless as `1`.
    pub env: Vec<Secret>,
}

enum Piece<'a> {
    Text(&'a str),
    Reference(Reference),
}

/// The references in `text`, in order.
///
/// # Errors
///
/// [`Error::UnknownScheme`], [`Error::Unclosed`] and [`Error::BadReference`], with the place of the first fault.
pub fn references(text: &str) -> Result<Vec<Reference>, Error> {
    let found = pieces(text)?.into_iter().filter_map(|piece| match piece {
        Piece::Text(_) => None,
        Piece::Reference(reference) => Some(reference),
    });
    Ok(found.collect())
}

/// Replaces the references in `text` by what `secret` and `env` answer. A value is put in as it is: what looks like a
/// reference inside one is not looked at again. Nothing is asked before the whole text is known to be well formed.
///
/// # Errors
///
/// Those of [`references`] and of `secret`, and [`Error::NoVariable`] where `env` answers `None`.
pub fn resolve(
    text: &str,
    mut secret: impl FnMut(&Name) -> Result<Secret, Error>,
    mut env: impl FnMut(&str) -> Option<String>,
) -> Result<Resolved, Error> {
    let pieces = pieces(text)?;
    let (mut secrets, mut variables) = (Vec::new(), Vec::new());
    for piece in &pieces {
        match piece {
            Piece::Text(_) => {}
            Piece::Reference(Reference { source: Source::Secret(name), .. }) => secrets.push(secret(name)?),
            Piece::Reference(Reference { source: Source::Env(name), .. }) => {
                let value = env(name).ok_or_else(|| Error::NoVariable { name: name.clone() })?;
                variables.push(Secret::new(value));
            }
        }
    }
    let value = join(&pieces, &secrets, &variables);
    Ok(Resolved { value, secrets, env: variables })
}

/// Puts the text together in a buffer of its full size: one that grows leaves copies of the secrets behind.
fn join(pieces: &[Piece<'_>], secrets: &[Secret], env: &[Secret]) -> Secret {
    let (mut secrets, mut env) = (secrets.iter(), env.iter());
    let parts: Vec<&str> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Text(text) => Some(*text),
            Piece::Reference(Reference { source: Source::Secret(_), .. }) => secrets.next().map(Secret::expose),
            Piece::Reference(Reference { source: Source::Env(_), .. }) => env.next().map(Secret::expose),
        })
        .collect();
    Secret::new(parts.concat())
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Error> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some(offset) = text[from..].find("${").map(|place| from + place) {
        if text[from..offset].ends_with('$') {
            pieces.push(Piece::Text(&text[from..offset - 1]));
            pieces.push(Piece::Text("${"));
            from = offset + "${".len();
            continue;
        }
        pieces.push(Piece::Text(&text[from..offset]));
        let reference = reference(text, offset)?;
        from = reference.range.end;
        pieces.push(Piece::Reference(reference));
    }
    pieces.push(Piece::Text(&text[from..]));
    Ok(pieces)
}

/// The reference whose `${` is at `offset`. Its text is not quoted in an error, since people paste values into braces.
fn reference(text: &str, offset: usize) -> Result<Reference, Error> {
    let inside = offset + "${".len();
    let len = text[inside..].find('}').ok_or(Error::Unclosed { offset })?;
    let bad = |fault: Error| Error::BadReference { offset, source: Box::new(fault) };
    let source = match text[inside..inside + len].split_once(':') {
        Some(("secret", name)) => Source::Secret(Name::new(name).map_err(bad)?),
        Some(("env", name)) if is_variable(name) => Source::Env(name.to_owned()),
        Some(("env", _)) => return Err(bad(Error::BadVariable)),
        _ => return Err(Error::UnknownScheme { offset }),
    };
    Ok(Reference { source, range: offset..inside + len + 1 })
}

/// What every system takes for a variable's name, `ProgramFiles(x86)` included.
fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '=' || c == '$' || c == '{' || c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &Name) -> Result<Secret, Error> {
        match name.as_str() {
            "TOKEN" => Ok(Secret::new("s3cret".into())),
            "NESTED" => Ok(Secret::new("${secret:TOKEN}".into())),
            _ => Err(Error::Missing { name: name.clone() }),
        }
    }

    fn env(name: &str) -> Option<String> {
        matches!(name, "HOME" | "ProgramFiles(x86)").then(|| "/home/ann".into())
    }

    /// What `text` becomes, or the error's sentence.
    fn check(text: &str) -> String {
        resolve(text, secret, env).map_or_else(|error| error.to_string(), |resolved| resolved.value.expose().to_owned())
    }

    #[test]
    fn references_are_replaced_and_everything_else_stays() {
        for (text, expected) in [
            ("", ""),
            ("plain $5 {x} } $", "plain $5 {x} } $"),
            ("${secret:TOKEN}", "s3cret"),
            ("Bearer ${secret:TOKEN}!", "Bearer s3cret!"),
            ("${env:HOME}/x/${secret:TOKEN}${env:HOME}", "/home/ann/x/s3cret/home/ann"),
            ("${env:ProgramFiles(x86)}", "/home/ann"),
            ("$${secret:TOKEN}", "${secret:TOKEN}"),
            ("é$${HOME}é${secret:TOKEN}", "é${HOME}és3cret"),
            ("$$${x}", "$${x}"),
            ("$${$${", "${${"),
            ("${secret:NESTED}", "${secret:TOKEN}"),
        ] {
            assert_eq!(check(text), expected, "for `{text}`");
        }
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        for (text, said) in [
            ("ab${HOME}", "unknown reference at offset 2"),
            ("é${vault:X}", "unknown reference at offset 2"),
            ("${Secret:TOKEN}", "unknown reference at offset 0"),
            ("${}", "unknown reference at offset 0"),
            ("x${secret:TOKEN", "`${` at offset 1 is not closed"),
            ("${secret:TOKEN}${", "`${` at offset 15 is not closed"),
            ("${secret:}", "reference at offset 0 has no valid name"),
            ("${secret: TOKEN}", "reference at offset 0 has no valid name"),
            ("${secret:${env:HOME}}", "reference at offset 0 has no valid name"),
            ("${env:A=B}", "reference at offset 0 has no valid name"),
            ("${secret:OTHER}", "secret `OTHER` is not set: run `patchbay secret set OTHER`"),
            ("${env:OTHER}", "environment variable `OTHER` is not set"),
        ] {
            let answer = check(text);
            assert!(answer.contains(said), "`{text}` should say `{said}`, but: {answer}");
        }
    }

    #[test]
    fn a_value_pasted_into_braces_is_not_repeated_in_the_error() {
        for text in ["${sk-live-123456}", "${sk-live:123456}", "${secret:sk live 123456}", "${env:sk live 123456}"] {
            let error = resolve(text, secret, env).map(|_| ()).unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(!said.contains("123456"), "the error repeats what was in the braces: {said}");
        }
    }

    #[test]
    fn references_are_listed_with_their_ranges() {
        let text = "a ${secret:TOKEN} $${env:NO} ${env:HOME}";
        let found = references(text).unwrap();
        let shown: Vec<&str> = found.iter().map(|reference| &text[reference.range.clone()]).collect();
        assert_eq!(shown, ["${secret:TOKEN}", "${env:HOME}"], "the escaped one is none");
        assert_eq!(found[0].source, Source::Secret(Name::new("TOKEN").unwrap()), "the first is a secret");
        assert_eq!(found[1].source, Source::Env("HOME".into()), "the second is a variable");
    }

    #[test]
    fn values_are_told_apart_by_where_they_came_from_and_none_is_printed() {
        let resolved = resolve("${secret:TOKEN}${env:HOME}", secret, env).unwrap();
        let exposed = |values: &[Secret]| values.iter().map(|value| value.expose().to_owned()).collect::<Vec<_>>();
        assert_eq!(exposed(&resolved.secrets), ["s3cret"], "from the vault");
        assert_eq!(exposed(&resolved.env), ["/home/ann"], "from the environment");
        assert!(!format!("{resolved:?}").contains("s3cret"), "printing what was resolved shows the secret");
    }
}
