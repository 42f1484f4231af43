//! The colours and fonts of the page's style sheets, as the painter needs them: the sheets are the one place where they are
//! chosen.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use canvas::{Palette, Rgba, Status};
use web_sys::CssStyleDeclaration;

/// Colours by name: a style is slow to ask, and every card asks.
type Known = RefCell<HashMap<String, Rc<str>>>;

/// See the module.
pub(super) struct Theme {
    style: Option<CssStyleDeclaration>,
    kinds: Known,
    items: Known,
    pub(super) ground: String,
    pub(super) dot: String,
    pub(super) card: String,
    pub(super) card_line: String,
    pub(super) shade: String,
    pub(super) text: String,
    pub(super) muted: String,
    pub(super) edge: String,
    pub(super) accent: String,
    pub(super) accent_veil: String,
    pub(super) on_status: String,
    running: String,
    pub(super) done: String,
    pub(super) failed: String,
    pub(super) surface: String,
    /// The lines that show what is level.
    pub(super) guide: String,
    ui_font: String,
    skipped: String,
    pub(super) warning: String,
    /// The fonts of a card's title, of its summary, of labels, and of titles from further away.
    pub(super) title_font: String,
    pub(super) summary_font: String,
    pub(super) label_font: String,
    pub(super) far_font: String,
}

impl Theme {
    /// Reads the style of the page as it is now: light or dark.
    pub(super) fn read() -> Self {
        let window = web_sys::window();
        let root = window.as_ref().and_then(|window| window.document()?.document_element());
        let style = window.zip(root).and_then(|(window, root)| window.get_computed_style(&root).ok().flatten());
        let value = |name: &str| property(style.as_ref(), name);
        let (ui, mono) = (value("--font-ui"), value("--font-mono"));
        Self {
            ground: value("--ground"),
            dot: value("--dot"),
            card: value("--card"),
            card_line: value("--card-line"),
            shade: value("--shade"),
            text: value("--text"),
            muted: value("--muted"),
            edge: value("--edge"),
            accent: value("--accent"),
            accent_veil: value("--accent-veil"),
            on_status: value("--on-status"),
            running: value("--running"),
            done: value("--done"),
            failed: value("--failed"),
            surface: value("--surface"),
            guide: value("--guide"),
            skipped: value("--skipped"),
            warning: value("--warning"),
            title_font: format!("600 13px {ui}"),
            summary_font: format!("400 11px {mono}"),
            label_font: format!("500 11px {ui}"),
            far_font: format!("600 22px {ui}"),
            ui_font: ui,
            kinds: Known::default(),
            items: Known::default(),
            style,
        }
    }

    /// The font of a word that is as large at every zoom, where a pixel is so many units.
    pub(super) fn word_font(&self, unit: f64) -> String {
        format!("500 {}px {}", 12.0 * unit, self.ui_font)
    }

    /// The colour of a state; none for one that has none.
    pub(super) fn status(&self, status: Status) -> Option<&str> {
        match status {
            Status::Idle => None,
            Status::Running => Some(&self.running),
            Status::Done => Some(&self.done),
            Status::Failed => Some(&self.failed),
            Status::Skipped => Some(&self.skipped),
        }
    }

    /// The colour of a kind.
    pub(super) fn kind(&self, name: &str) -> Rc<str> {
        named(&self.kinds, name, |name| property(self.style.as_ref(), &format!("--kind-{name}")), "other")
    }

    /// The colour of a note or a frame, by its name; a plain one for a name that is not known.
    pub(super) fn item(&self, name: &str) -> Rc<str> {
        named(&self.items, name, |name| property(self.style.as_ref(), &format!("--item-{name}")), "gray")
    }

    /// The veil and the line of the rectangle that the small picture has where one looks.
    pub(super) fn map_view(&self) -> (Rgba, Rgba) {
        let line = rgba(&self.accent);
        ([line[0], line[1], line[2], 36], line)
    }

    /// The colours of a far view of a scene with these kinds.
    pub(super) fn palette(&self, kinds: &[String]) -> Palette {
        let mut edge = rgba(&self.edge);
        edge[3] = 160;
        let mut item = rgba(&self.item("gray"));
        item[3] = 56;
        Palette {
            background: rgba(&self.ground),
            edge,
            item,
            kinds: kinds.iter().map(|kind| rgba(&self.kind(kind))).collect(),
            running: rgba(&self.running),
            done: rgba(&self.done),
            failed: rgba(&self.failed),
        }
    }
}

/// The colour of a name: the known one, or what is read; that of `otherwise` where there is none.
fn named(known: &Known, name: &str, read: impl Fn(&str) -> String, otherwise: &str) -> Rc<str> {
    let mut known = known.borrow_mut();
    if let Some(colour) = known.get(name) {
        return colour.clone();
    }
    let own = read(name);
    let colour: Rc<str> = if own.is_empty() { read(otherwise) } else { own }.into();
    known.insert(name.to_owned(), colour.clone());
    colour
}

fn property(style: Option<&CssStyleDeclaration>, name: &str) -> String {
    style.and_then(|style| style.get_property_value(name).ok()).map(|value| value.trim().to_owned()).unwrap_or_default()
}

/// `#rrggbb` as a colour; the style sheets write those that the far view needs so. Anything else is a middle grey.
fn rgba(colour: &str) -> Rgba {
    let hex = colour.strip_prefix('#').filter(|hex| hex.len() == 6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let [_, red, green, blue] = hex.unwrap_or(0x0080_8080).to_be_bytes();
    [red, green, blue, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_of_the_sheets_becomes_bytes() {
        assert_eq!(rgba("#12ab00"), [0x12, 0xab, 0, 255]);
        assert_eq!(rgba("blue"), [128, 128, 128, 255], "what cannot be read is grey");
        assert_eq!(rgba("#äö12"), [128, 128, 128, 255], "and no cause to panic");
    }

    #[test]
    fn a_colour_is_read_once() {
        let (known, asked) = (Known::default(), RefCell::new(Vec::new()));
        let read = |name: &str| {
            asked.borrow_mut().push(name.to_owned());
            if name == "odd" { String::new() } else { format!("the colour of {name}") }
        };
        for (name, expected) in [("entry", "the colour of entry"), ("odd", "the colour of other"), ("entry", "the colour of entry")] {
            assert_eq!(&*named(&known, name, read, "other"), expected);
        }
        assert_eq!(*asked.borrow(), ["entry", "odd", "other"], "the style was not asked again");
    }
}
