//! Breakpoints, and the node before which a run is held: shapes first, then colours.

use canvas::{Canvas, Detail, EdgeRow, HELD_ROOM, Nodes, Point, Rect, Stop, pt};

use super::pen::Pen;

/// The radius of a breakpoint, and the least that it has on the screen, in pixels.
const RADIUS: f64 = 7.0;
const LEAST: f64 = 5.0;
/// The height of the sign at the node before which a run is held, and the room beside its word, in pixels.
const SIGN: f64 = 20.0;
const ROOM: f64 = 8.0;

/// Paints the breakpoint before a node, on its upper left corner.
pub(super) fn paint_node(pen: &Pen<'_>, nodes: &Nodes, row: usize) {
    if let Some(stop) = nodes.stop[row] {
        let rect = nodes.rect(row);
        paint(pen, stop, pt(rect.x + 2.0, rect.y + 2.0));
    }
}

/// Paints the breakpoint on an edge.
pub(super) fn paint_edge(pen: &Pen<'_>, edge: &EdgeRow) {
    if let Some((stop, at)) = edge.stop.zip(edge.stop_at()) {
        paint(pen, stop, at);
    }
}

/// A disc; with a question in it where it holds only sometimes, and a ring where it is switched off.
fn paint(pen: &Pen<'_>, stop: Stop, at: Point) {
    let radius = RADIUS.max(pen.pixels(LEAST));
    pen.circle(at, radius);
    pen.fill(if stop == Stop::Off { &pen.theme.ground } else { &pen.theme.failed });
    pen.stroke(if stop == Stop::Off { &pen.theme.failed } else { &pen.theme.ground }, radius / 4.0);
    if stop == Stop::Sometimes {
        let half = radius / 2.0;
        for y in [at.y - radius / 4.0, at.y + radius / 4.0] {
            pen.line(pt(at.x - half, y), pt(at.x + half, y));
            pen.stroke(&pen.theme.on_status, radius / 5.0);
        }
    }
}

/// Paints the sign at the node before which the run is held, over and around the ring of what is selected; within [`HELD_ROOM`].
pub(super) fn paint_held(pen: &mut Pen<'_>, canvas: &Canvas) {
    let Some(rect) = canvas.scene().held().and_then(|key| canvas.scene().rect(key)) else { return };
    let (unit, colour, ink) = (pen.pixels(1.0), pen.theme.warning.clone(), pen.theme.on_status.clone());
    let ring = HELD_ROOM.0 - 4.0;
    pen.round_rect(&rect.grown(ring * unit), super::card::RADIUS + ring * unit);
    pen.stroke(&colour, 3.0 * unit);
    let font = pen.theme.word_font(unit);
    let word = if canvas.detail() == Detail::Card { "held here" } else { "held" };
    let width = pen.width(word, &font) + 2.0 * ROOM * unit;
    let high = SIGN * unit;
    let room = Rect::new(rect.center().x - width / 2.0, rect.y - (ring + SIGN + 6.0) * unit, width, high);
    pen.round_rect(&room, high / 2.0);
    pen.fill(&colour);
    pen.write(word, pt(room.x + ROOM * unit, room.y + high / 2.0 + 4.0 * unit), width, &font, &ink);
}
