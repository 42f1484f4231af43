//! What two versions of a drawing differ in, and what tests walked through: a ring, and a sign with a word, never a colour alone.

use canvas::{Canvas, Detail, EdgeRow, Nodes, Rect, pt};
use graph::Fate;

use super::pen::Pen;

/// The height of a sign, and the room beside its word, in pixels.
const SIGN: f64 = 20.0;
const ROOM: f64 = 8.0;
/// The most that a pixel of a number at a node is, in units of the world.
const FAR_UNIT: f64 = 1.9;
/// The length of a dash, in pixels.
const DASH: f64 = 6.0;

/// The sign and the word for what became of something.
pub(crate) fn sign(fate: Fate) -> (&'static str, &'static str) {
    match fate {
        Fate::Added => ("+", "added"),
        Fate::Removed => ("−", "removed"),
        Fate::Changed => ("~", "changed"),
    }
}

/// Paints the marks of what touches `part`, over what is painted there already.
pub(super) fn paint(pen: &mut Pen<'_>, canvas: &Canvas, part: &Rect) {
    let scene = canvas.scene();
    if !scene.is_compared() {
        return;
    }
    for row in scene.edges_in(part) {
        let edge = &scene.edges().rows[row];
        if let Some(fate) = scene.edge_fate(edge.key) {
            mark_edge(pen, edge, fate, canvas.detail());
        }
    }
    for row in scene.nodes_in(part) {
        if let Some(fate) = scene.fate(scene.nodes().keys[row]) {
            mark(pen, &scene.nodes().rect(row), fate, canvas.detail());
        }
    }
    for item in scene.items().iter().filter(|item| item.rect.touches(part)) {
        if let Some(fate) = scene.item_fate(item.key) {
            mark(pen, &item.rect, fate, canvas.detail());
        }
    }
}

fn colour(pen: &Pen<'_>, fate: Fate) -> String {
    match fate {
        Fate::Added => pen.theme.done.clone(),
        Fate::Removed => pen.theme.failed.clone(),
        Fate::Changed => pen.theme.warning.clone(),
    }
}

fn mark_edge(pen: &mut Pen<'_>, edge: &EdgeRow, fate: Fate, detail: Detail) {
    pen.dash(if fate == Fate::Removed { pen.pixels(DASH) } else { 0.0 });
    pen.context.begin_path();
    pen.trace(&edge.curve);
    let colour = colour(pen, fate);
    pen.stroke(&colour, 2.5_f64.max(pen.pixels(2.0)));
    pen.dash(0.0);
    if detail == Detail::Card {
        super::edge::label(pen, edge, &colour);
    }
}

fn mark(pen: &mut Pen<'_>, rect: &Rect, fate: Fate, detail: Detail) {
    let colour = colour(pen, fate);
    pen.round_rect(rect, super::card::RADIUS);
    if fate == Fate::Removed {
        // What is gone is seen as through paper.
        pen.veil(&pen.theme.ground.clone(), 0.5);
        pen.round_rect(rect, super::card::RADIUS);
    }
    pen.dash(if fate == Fate::Removed { pen.pixels(DASH) } else { 0.0 });
    pen.stroke(&colour, pen.pixels(2.5));
    pen.dash(0.0);
    let (sign, named) = sign(fate);
    let whole = format!("{sign} {named}");
    // From afar there is room for the sign alone.
    let shown = if detail == Detail::Card { whole.as_str() } else { sign };
    // On the card's edge where there is room for its title; from afar above it.
    let unit = pen.pixels(1.0);
    word(pen, rect, shown, &colour, (if detail == Detail::Card { 0.5 } else { 1.0 }, unit));
}

/// Writes a word at the upper left corner of a card, on a colour. `over` is how much of its height is above the card, `unit` how
/// large a pixel of it is.
fn word(pen: &mut Pen<'_>, card: &Rect, text: &str, colour: &str, (over, unit): (f64, f64)) {
    let font = pen.theme.word_font(unit);
    let width = pen.width(text, &font) + 2.0 * ROOM * unit;
    let (high, ink) = (SIGN * unit, pen.theme.on_status.clone());
    let room = Rect::new(card.x + 10.0, card.y - over * high, width, high);
    pen.round_rect(&room, high / 2.0);
    pen.fill(colour);
    pen.write(text, pt(room.x + ROOM * unit, room.y + high / 2.0 + 4.0 * unit), width, &font, &ink);
}

/// How often tests walked through a node, where that is shown: a ring and a number, dashes and a word where they never did.
pub(super) fn paint_walked(pen: &mut Pen<'_>, nodes: &Nodes, row: usize, detail: Detail) {
    let Some(times) = nodes.walked[row] else { return };
    let (rect, colour) = (nodes.rect(row), walked_colour(pen, times));
    pen.round_rect(&rect, super::card::RADIUS);
    pen.dash(if times == 0 { pen.pixels(DASH) } else { 0.0 });
    pen.stroke(&colour, pen.pixels(2.0));
    pen.dash(0.0);
    // From afar the title is to be seen beside it.
    let (over, unit) = if detail == Detail::Card { (0.5, pen.pixels(1.0)) } else { (0.7, pen.pixels(1.0).min(FAR_UNIT)) };
    word(pen, &rect, &walked_word(times), &colour, (over, unit));
}

/// The colour of what tests walked through so often.
pub(super) fn walked_colour(pen: &Pen<'_>, times: u32) -> String {
    if times == 0 { pen.theme.warning.clone() } else { pen.theme.done.clone() }
}

/// What is written at it.
pub(super) fn walked_word(times: u32) -> String {
    if times == 0 { "never".to_owned() } else { format!("{times}×") }
}
