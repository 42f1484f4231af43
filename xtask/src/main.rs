//! The commands of this repository: `cargo xtask run | test | check | bench | doctor`.
fn main() {}
