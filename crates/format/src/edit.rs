//! From a value that is meant to the few bytes that must change. Knows YAML and JSON, not graphs.
//!
//! Three steps. [`merge`] brings what changed between two written forms of the graph into the value of the file, so that
//! what the graph does not hold stays. [`reconcile`] walks the file's tree beside that value and collects splices where
//! the two differ. [`rewrite`] then reads the new text and compares: a text that means something else is never given out.

mod align;
mod block;
mod flow;
mod manner;
mod merge;
mod reconcile;
mod regroup;
mod scalar;
#[cfg(test)]
mod tests;

pub(crate) use manner::manner;
pub(crate) use merge::merge;
pub(crate) use reconcile::Comments;
pub(crate) use regroup::regroup;

use serde_json::Value;

use crate::Error;
use crate::change::TextChange;
use crate::yaml::{Tree, parse};

/// A text after a change, and what it was read to be.
#[derive(Debug)]
pub(crate) struct Rewritten {
    pub(crate) change: TextChange,
    pub(crate) text: String,
    pub(crate) tree: Tree,
}

/// Changes a text so that it means `meant`, and touches no more of it than that takes.
///
/// # Errors
/// Where no change was found after which the text, read again, means just that.
pub(crate) fn rewrite(text: &str, tree: &Tree, meant: &Value, comments: Comments) -> Result<Rewritten, Error> {
    let manner = manner(text, tree);
    let attempt = |blocks: bool| {
        let change = reconcile::reconcile(text, tree, meant, comments, crate::yaml::Manner { blocks, ..manner.clone() })?;
        let text = change.apply(text)?;
        let tree = parse(&text).map_err(|error| Error::text(format!("it would not be YAML any more ({error})")))?;
        if tree.to_value() != *meant {
            return Err(Error::text("the new text would mean something else"));
        }
        Ok(Rewritten { change, text, tree })
    };
    // A new block scalar may take in the blanks or the comments below it; between quotes it cannot.
    attempt(true).or_else(|_| attempt(false))
}
