//! The window: Leptos views over the canvas, the inspector and the form. Knows the app only by `protocol`.

#![cfg_attr(test, allow(clippy::unwrap_used))]
// The component macro makes what it writes public, wherever the component may be used.
#![allow(unreachable_pub)]

mod action;
mod adding;
mod app;
mod areas;
mod bridge;
mod canvas_view;
mod clock;
mod collapse;
mod commands;
mod complete;
mod debug_bar;
mod debugger;
mod desk;
mod dialog;
mod editor;
mod expression;
mod finding;
mod form;
mod form_view;
mod icon;
mod inspector;
mod json;
mod live;
mod markdown;
mod menu;
mod mirror;
mod model;
mod opening;
mod painter;
mod palette;
mod panel;
mod picker;
mod rail;
mod reducer;
mod rule;
mod rule_view;
mod schema;
mod search;
mod server_words;
mod settings;
mod side;
mod signal;
mod slot;
mod stage;
mod store;
mod testing;
mod text;
mod toast;
mod top_bar;
mod tour;
mod tour_view;
mod value;
mod value_view;
mod wish;
mod wishes;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
