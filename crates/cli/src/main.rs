//! The product without a window: `patchbay`.
fn main() {}
