//! Notes, frames and pictures. A note's text is an element over the canvas where it can be read; here is its paper.

use canvas::{Canvas, Detail, FRAME_BAR, Handle, ItemKey, ItemRow, Rect, pt};
use graph::ItemContent;

use super::pen::Pen;
use super::pictures::Pictures;
use crate::icon;

/// The radius of an item's corners.
const RADIUS: f64 = 10.0;
/// The room between an item's side and what is written on it.
const PAD: f64 = 12.0;
/// The side of a handle, in pixels.
const HANDLE: f64 = 9.0;

/// Paints the items of the base that touch `part`, either those in front of the nodes or those behind; all but those that are
/// picked up.
pub(super) fn paint_resting(pen: &mut Pen<'_>, canvas: &Canvas, part: &Rect, in_front: bool, pictures: &mut Pictures) {
    let items = canvas.scene().items().iter().filter(|item| item.is_in_front() == in_front && item.rect.touches(part));
    for item in items.filter(|item| !canvas.lifted_items().contains(&item.key)) {
        paint(pen, canvas.detail(), item, pictures);
    }
}

/// Paints one item wherever it is.
pub(super) fn paint_key(pen: &mut Pen<'_>, canvas: &Canvas, key: ItemKey, pictures: &mut Pictures) {
    if let Some(item) = canvas.scene().item(key) {
        paint(pen, canvas.detail(), item, pictures);
    }
}

fn paint(pen: &mut Pen<'_>, detail: Detail, item: &ItemRow, pictures: &mut Pictures) {
    match &item.content {
        ItemContent::Note { color, text } => note(pen, detail, &item.rect, color.as_deref().unwrap_or("yellow"), text),
        ItemContent::Frame { title, color } => frame(pen, detail, &item.rect, title, color.as_deref().unwrap_or("gray")),
        ItemContent::Picture { src, alt, .. } => picture(pen, &item.rect, src, alt, pictures),
    }
}

fn note(pen: &mut Pen<'_>, detail: Detail, rect: &Rect, colour: &str, text: &str) {
    let (colour, theme) = (pen.theme.item(colour), pen.theme);
    pen.round_rect(&Rect { y: rect.y + 2.0, ..*rect }, RADIUS);
    pen.fill(&theme.shade);
    pen.round_rect(rect, RADIUS);
    pen.fill(&theme.card);
    pen.veil(&colour, 0.16);
    pen.context.set_global_alpha(0.5);
    pen.stroke(&colour, pen.pixels(1.0).max(1.0));
    pen.context.set_global_alpha(1.0);
    if detail != Detail::Card {
        let line = text.trim_start_matches(['#', ' ']).lines().next().unwrap_or_default();
        pen.write(line, pt(rect.x + PAD, rect.y + 30.0), rect.w - 2.0 * PAD, &theme.far_font, &theme.text);
    }
}

fn frame(pen: &mut Pen<'_>, detail: Detail, rect: &Rect, title: &str, colour: &str) {
    let (colour, theme) = (pen.theme.item(colour), pen.theme);
    pen.round_rect(rect, RADIUS);
    pen.veil(&colour, 0.07);
    pen.context.save();
    pen.context.clip();
    pen.round_rect(&Rect { h: FRAME_BAR, ..*rect }, 0.0);
    pen.veil(&colour, 0.16);
    pen.context.restore();
    pen.round_rect(rect, RADIUS);
    pen.context.set_global_alpha(0.55);
    pen.stroke(&colour, pen.pixels(1.0).max(1.0));
    pen.context.set_global_alpha(1.0);
    let (font, down) = if detail == Detail::Card { (&theme.title_font, 5.0) } else { (&theme.far_font, 8.0) };
    pen.write(title, pt(rect.x + PAD, rect.y + FRAME_BAR / 2.0 + down), rect.w - 2.0 * PAD, font, &theme.text);
}

fn picture(pen: &mut Pen<'_>, rect: &Rect, src: &str, alt: &str, pictures: &mut Pictures) {
    let at = pen.at(rect.origin());
    if let Some(image) = pictures.get(src) {
        // A picture that has been loaded is refused only where its rectangle is not finite.
        pen.context.draw_image_with_html_image_element_and_dw_and_dh(&image, at.x, at.y, rect.w, rect.h).unwrap_or_default();
        return;
    }
    let theme = pen.theme;
    pen.round_rect(rect, RADIUS);
    pen.veil(&theme.muted, 0.08);
    pen.stroke(&theme.card_line, pen.pixels(1.0).max(1.0));
    let size = 28.0;
    let middle = rect.center();
    pen.icon(draw::icon::NO_PICTURE, pt(middle.x - size / 2.0, middle.y - size), size, &theme.muted, 1.5);
    let word = if alt.is_empty() { src } else { alt };
    let most = rect.w - 2.0 * PAD;
    let width = pen.width(word, &theme.label_font).min(most);
    pen.write(word, pt(middle.x - width / 2.0, middle.y + 18.0), most, &theme.label_font, &theme.muted);
}

/// The ring of a selected item, and the handles by which it gets another size.
pub(super) fn paint_selected(pen: &Pen<'_>, item: &ItemRow, with_handles: bool) {
    let accent = &pen.theme.accent;
    pen.round_rect(&item.rect, RADIUS);
    pen.stroke(accent, pen.pixels(2.0));
    if !with_handles || item.is_locked() {
        return;
    }
    let side = pen.pixels(HANDLE);
    for handle in Handle::ALL {
        let at = handle.of(&item.rect);
        pen.round_rect(&Rect::new(at.x - side / 2.0, at.y - side / 2.0, side, side), pen.pixels(2.0));
        pen.fill(&pen.theme.card);
        pen.stroke(accent, pen.pixels(1.5));
    }
}

/// A lock on a picture that stays where it is, while it is selected.
pub(super) fn paint_lock(pen: &Pen<'_>, item: &ItemRow) {
    if item.is_locked() {
        let size = pen.pixels(18.0);
        let at = pt(item.rect.x + pen.pixels(10.0), item.rect.y + pen.pixels(10.0));
        pen.icon(icon::LOCK, at, size, &pen.theme.accent, pen.pixels(1.7));
    }
}
