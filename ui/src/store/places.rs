//! Places of a drawing to come back to, under names that a person gave them.

use graph::{Bookmark, LayoutEdit};
use leptos::prelude::*;

use super::Store;
use crate::app::focus;
use crate::model::Change;
use crate::toast::Toast;

/// The id of the field for the name of a place.
pub(crate) const PLACE_NAME: &str = "place-name";

impl Store {
    /// The places of the drawing that is shown, in their order. Follows the graph.
    pub(crate) fn places(self) -> Vec<(String, Bookmark)> {
        let places = self.of_tool(|graph, tool| {
            let drawing = graph.layout.drawing(tool.name.as_str())?;
            Some(drawing.bookmarks.iter().map(|(name, place)| (name.clone(), *place)).collect())
        });
        places.flatten().unwrap_or_default()
    }

    /// Opens the list of places, with the keyboard in the field for a new one.
    pub(crate) fn open_places(self) {
        self.places_shown.set(true);
        request_animation_frame(|| focus(PLACE_NAME));
    }

    /// Keeps what one looks at under a name; a place of that name leads here from now on.
    pub(crate) fn keep_place(self, name: &str) {
        self.set_place(name, Some(self.stage.place()), format!("kept the place {name}"));
        self.last_place.set_value(Some(name.to_owned()));
    }

    /// Forgets a place.
    pub(crate) fn forget_place(self, name: &str) {
        self.set_place(name, None, format!("forgot the place {name}"));
    }

    fn set_place(self, name: &str, value: Option<Bookmark>, label: String) {
        let Some(tool) = self.of_tool_now() else { return };
        let layout = LayoutEdit::SetBookmark { tool, name: name.to_owned(), value, at: None };
        self.make(Change::layout(label, layout));
    }

    /// Looks at a place.
    pub(crate) fn go_to_place(self, name: &str) {
        let place = untrack(|| self.places().into_iter().find(|(known, _)| known == name));
        if let Some((name, place)) = place {
            self.stage.look_at(&place);
            self.last_place.set_value(Some(name.clone()));
            self.toast.set(Some(Toast::note(name)));
        }
    }

    /// Looks at the place after the one that one came to last, or at the one before it; from the last it goes on with the first.
    pub(crate) fn next_place(self, step: isize) {
        let places = untrack(|| self.places());
        let last = self.last_place.get_value();
        let at = places.iter().position(|(name, _)| Some(name) == last.as_ref());
        match next(places.len(), at, step).and_then(|at| places.get(at)) {
            Some((name, _)) => self.go_to_place(name),
            None => self.toast.set(Some(Toast::note("No place is kept yet: “Keep this place…” keeps what you look at."))),
        }
    }
}

/// The position `step` after `at` of so many, around; the first or the last where one is at none.
fn next(length: usize, at: Option<usize>, step: isize) -> Option<usize> {
    let length = isize::try_from(length).ok().filter(|length| *length > 0)?;
    let from = at.and_then(|at| isize::try_from(at).ok()).unwrap_or(if step > 0 { -1 } else { 0 });
    usize::try_from((from + step).rem_euclid(length)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_each_other_around() {
        for (length, at, step, expected) in [
            (0, None, 1, None),
            (3, None, 1, Some(0)),
            (3, None, -1, Some(2)),
            (3, Some(1), 1, Some(2)),
            (3, Some(2), 1, Some(0)),
            (3, Some(0), -1, Some(2)),
        ] {
            assert_eq!(next(length, at, step), expected, "of {length}, from {at:?} by {step}");
        }
    }
}
