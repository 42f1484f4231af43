//! What a person does with a store as a whole: check, back up, restore, vacuum, move. None of it needs a [`Store`](crate::Store).

mod carry;
mod check;
mod file;
mod vacuum;

pub use carry::Count;
pub use check::Report;
pub use vacuum::Vacuumed;
