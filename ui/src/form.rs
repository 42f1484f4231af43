//! A form out of a JSON Schema, as values: which fields there are, what was typed, and the arguments that it makes. No views.

mod collect;
mod entries;
mod field;

pub(crate) use collect::{Fault, collect, parse};
pub(crate) use entries::{Entries, alternative};
pub(crate) use field::{Control, Field, fields, single};
