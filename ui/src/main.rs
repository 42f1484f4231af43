//! The window: Leptos views over the canvas, the inspector and the palette.
fn main() {}
