//! The product as a person has it: the real window on a display without a screen, and the page in a browser. It knows the
//! product only by what is shown and pressed.
#![allow(clippy::unwrap_used)]

mod browser;
mod driver;
mod group;
mod scenario;
mod stage;
mod window;
