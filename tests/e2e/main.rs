//! The product as a person has it: the real window on a display without a screen, and the page in a browser. It knows the
//! product only by what is shown and pressed.
// The drivers and the look at what still runs are Linux's.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod access;
mod asking;
mod board;
mod browser;
mod debugging;
mod driver;
mod editing;
mod group;
mod hand;
mod mouse;
mod notifying;
mod past;
mod pictures;
mod running;
mod scenario;
mod stage;
mod testing;
mod tour;
mod window;
