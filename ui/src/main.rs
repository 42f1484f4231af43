//! The window: Leptos views over the canvas, the inspector and the form. Knows the app only by `protocol`.

#![cfg_attr(test, allow(clippy::unwrap_used))]
// The component macro makes what it writes public, wherever the component may be used.
#![allow(unreachable_pub)]

mod action;
mod app;
mod bridge;
mod canvas_view;
mod desk;
mod dialog;
mod editor;
mod form;
mod form_view;
mod icon;
mod inspector;
mod json;
mod live;
mod mirror;
mod model;
mod opening;
mod painter;
mod panel;
mod rail;
mod reducer;
mod stage;
mod store;
mod summary;
mod text;
mod top_bar;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
