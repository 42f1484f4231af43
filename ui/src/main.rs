//! The window: Leptos views over the canvas, the inspector and the palette.

use leptos::prelude::*;

fn main() {
    leptos::mount::mount_to_body(|| view! { <main><h1>"Patchbay"</h1></main> });
}
