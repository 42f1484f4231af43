//! Edges: curves with an arrow, and their labels.

use canvas::{Canvas, Detail, Draft, EdgeRow, Point, Rect};
use graph::Port;

use super::pen::Pen;
use super::{marks, stops};

/// The length of an arrow.
const ARROW: f64 = 8.0;
/// How many curves go into one stroke.
const BATCH: usize = 64;
/// The size under which an edge is not worth painting, in pixels.
const LEAST: f64 = 3.0;

/// Paints the edges of the base that touch `part`: all but those of nodes that are picked up.
pub(super) fn paint_resting(pen: &mut Pen<'_>, canvas: &Canvas, part: &Rect) {
    let lifted = canvas.lifted_edges();
    let rows = canvas.scene().edges_in(part);
    let edges: Vec<&EdgeRow> = rows
        .into_iter()
        .map(|row| &canvas.scene().edges().rows[row])
        .filter(|edge| lifted.binary_search(&edge.key).is_err() && edge.bounds.w.max(edge.bounds.h) * pen.zoom >= LEAST)
        .collect();
    let (shown, plain): (Vec<&EdgeRow>, Vec<&EdgeRow>) = edges.into_iter().partition(|edge| edge.walked.is_some());
    let colour = pen.theme.edge.clone();
    paint(pen, &plain, &colour, 1.5, canvas.detail());
    let (never, walked): (Vec<&EdgeRow>, Vec<&EdgeRow>) = shown.into_iter().partition(|edge| edge.walked == Some(0));
    for (edges, times) in [(never, 0), (walked, 1)] {
        let colour = marks::walked_colour(pen, times);
        paint(pen, &edges, &colour, 2.0, canvas.detail());
    }
}

/// Paints edges in one colour.
pub(super) fn paint(pen: &mut Pen<'_>, edges: &[&EdgeRow], colour: &str, width: f64, detail: Detail) {
    let width = width.max(pen.pixels(1.0));
    for dash in [0.0_f64, 5.0, 2.0] {
        pen.dash(dash.max(pen.pixels(dash)));
        let alike: Vec<&EdgeRow> = edges.iter().copied().filter(|edge| dash_of(edge) == dash).collect();
        for batch in alike.chunks(BATCH) {
            pen.context.begin_path();
            batch.iter().for_each(|edge| pen.trace(&edge.curve));
            pen.stroke(colour, width);
        }
    }
    pen.dash(0.0);
    if detail > Detail::Box {
        arrows(pen, edges, colour);
        edges.iter().for_each(|edge| stops::paint_edge(pen, edge));
    }
    if detail == Detail::Card {
        edges.iter().for_each(|edge| label(pen, edge, colour));
        edges.iter().for_each(|edge| count(pen, edge, colour));
    }
}

/// A way that is taken only when something went wrong is dashed; one of which is shown that no test took it, dotted.
fn dash_of(edge: &EdgeRow) -> f64 {
    match edge.port {
        _ if edge.walked == Some(0) => 2.0,
        Port::OnError | Port::OnReject => 5.0,
        Port::Next | Port::Case(_) | Port::Branch(_) | Port::Body | Port::Join => 0.0,
    }
}

/// Every edge enters its node from the left, so every arrow points right.
fn arrows(pen: &Pen<'_>, edges: &[&EdgeRow], colour: &str) {
    pen.context.begin_path();
    for end in edges.iter().filter_map(|edge| edge.line.last()) {
        arrow(pen, *end);
    }
    pen.fill(colour);
}

fn arrow(pen: &Pen<'_>, end: Point) {
    let tip = pen.at(end);
    pen.context.move_to(tip.x, tip.y);
    pen.context.line_to(tip.x - ARROW, tip.y - ARROW * 0.55);
    pen.context.line_to(tip.x - ARROW, tip.y + ARROW * 0.55);
    pen.context.close_path();
}

/// Paints the edge that is being drawn.
pub(super) fn paint_draft(pen: &Pen<'_>, draft: &Draft) {
    let refused = draft.refusal.is_some();
    let colour = if refused { &pen.theme.failed } else { &pen.theme.accent };
    // What is not joined yet at both ends is dashed.
    pen.dash(if refused || draft.from.is_none() || draft.to.is_none() { 6.0 } else { 0.0 });
    pen.context.begin_path();
    pen.trace(&draft.curve);
    pen.stroke(colour, 2.0_f64.max(pen.pixels(1.5)));
    pen.dash(0.0);
    if let Some(last) = draft.curve.last() {
        pen.context.begin_path();
        arrow(pen, last.to);
        pen.fill(colour);
    }
}

/// The box of a label. The room is an estimate; the box is as wide as its text. Beside a port it begins where the room does.
fn label_box(pen: &mut Pen<'_>, edge: &EdgeRow) -> Option<Rect> {
    let room = edge.label_box?;
    let width = pen.width(&edge.label, &pen.theme.label_font).min(room.w - 12.0) + 12.0;
    let x = if edge.leads_back() { room.center().x - width / 2.0 } else { room.x };
    Some(Rect { x, w: width, ..room })
}

/// How often an edge was taken, in the run or by tests: a small number on its label's corner, or on its way.
fn count(pen: &mut Pen<'_>, edge: &EdgeRow, line: &str) {
    let text = match edge.walked {
        Some(times) => marks::walked_word(times),
        None if edge.count == 0 => return,
        None => format!("{}×", edge.count),
    };
    let on_label = label_box(pen, edge).map(|label| canvas::pt(label.right(), label.y));
    let Some(middle) = on_label.or_else(|| edge.count_at()) else { return };
    let theme = pen.theme;
    let width = pen.width(&text, &theme.label_font);
    let shown = Rect::new(middle.x - width / 2.0 - 5.0, middle.y - 8.0, width + 10.0, 16.0);
    pen.round_rect(&shown, 8.0);
    pen.fill(&theme.ground);
    pen.stroke(line, pen.pixels(1.0).min(1.0));
    pen.write(&text, canvas::pt(shown.x + 5.0, middle.y + 4.0), width + 1.0, &theme.label_font, &theme.text);
}

/// What is written at an edge, in its box.
pub(super) fn label(pen: &mut Pen<'_>, edge: &EdgeRow, line: &str) {
    let Some(shown) = label_box(pen, edge) else { return };
    let (theme, most) = (pen.theme, shown.w - 12.0);
    pen.round_rect(&shown, 6.0);
    pen.fill(&theme.ground);
    pen.stroke(line, pen.pixels(1.0).min(1.0));
    pen.write(&edge.label, canvas::pt(shown.x + 6.0, shown.center().y + 4.0), most + 1.0, &theme.label_font, &theme.muted);
}
