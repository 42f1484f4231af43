//! What can be done with several things at once that are selected: bring them in line, share out the room, lay them out.

use canvas::{Alignment, Axis};
use leptos::prelude::*;

use crate::app::use_store;
use crate::icon::Icon;
use crate::stage::Stage;

/// A way to arrange what is selected.
#[derive(Clone, Copy)]
enum Way {
    Align(Alignment),
    Distribute(Axis),
    Tidy,
}

/// Each way, its name, and the strokes of its icon.
const WAYS: [(Way, &str, &str); 9] = [
    (Way::Align(Alignment::Left), "Align left", "M4 4v16M8 7h12v3H8zM8 14h7v3H8z"),
    (Way::Align(Alignment::Center), "Align centers", "M12 4v16M6 7h12v3H6zM8 14h8v3H8z"),
    (Way::Align(Alignment::Right), "Align right", "M20 4v16M4 7h12v3H4zM9 14h7v3H9z"),
    (Way::Align(Alignment::Top), "Align top", "M4 4h16M7 8h3v12H7zM14 8h3v7h-3z"),
    (Way::Align(Alignment::Middle), "Align middles", "M4 12h16M7 6h3v12H7zM14 8h3v8h-3z"),
    (Way::Align(Alignment::Bottom), "Align bottom", "M4 20h16M7 4h3v12H7zM14 9h3v7h-3z"),
    (Way::Distribute(Axis::Horizontal), "Distribute horizontally", "M4 4v16M20 4v16M10 8h4v8h-4z"),
    (Way::Distribute(Axis::Vertical), "Distribute vertically", "M4 4h16M4 20h16M8 10h8v4H8z"),
    (Way::Tidy, "Lay out", "M4 5h6v5H4zM14 3h6v5h-6zM14 16h6v5h-6zM10 7h4M7 10v8h7"),
];

impl Way {
    fn take(self, stage: Stage) {
        match self {
            Way::Align(by) => stage.align(by),
            Way::Distribute(axis) => stage.distribute(axis),
            Way::Tidy => stage.tidy(),
        }
    }
}

/// The ways as buttons, while more than one thing is selected.
#[component]
pub(super) fn ArrangeBar() -> impl IntoView {
    let stage = use_store().stage;
    let has_several = Memo::new(move |_| stage.chosen.with(|chosen| chosen.nodes.len() + chosen.items.len() > 1));
    let buttons = move || {
        WAYS.map(|(way, name, path)| {
            view! {
                <button type="button" class="plain" aria-label=name title=name on:click=move |_| way.take(stage)>
                    <Icon path=path />
                </button>
            }
        })
    };
    view! {
        <Show when=move || has_several.get()>
            <div class="arrange" role="toolbar" aria-label="Arrange">
                {buttons()}
            </div>
        </Show>
    }
}
