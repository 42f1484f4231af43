//! Nodes: the whole card near, the title and a bar from further away.

use canvas::{BLEED, Canvas, Detail, NodeKey, Nodes, Point, Rect, Status, pt};
use graph::Port;

use super::pen::Pen;
use super::{marks, stops};
use crate::icon;

/// The radius of a card's corners.
pub(super) const RADIUS: f64 = 10.0;
/// The room between a card's side and what is on it.
const PAD: f64 = 12.0;
/// The side of the tile with the kind's icon.
const TILE: f64 = 32.0;
/// The side of the badge with the state.
const BADGE: f64 = 18.0;
/// The radius of a port.
const PORT: f64 = 4.0;

/// Paints the nodes of the base that touch `part`: all but those that are picked up.
pub(super) fn paint_resting(pen: &mut Pen<'_>, canvas: &Canvas, part: &Rect) {
    for row in canvas.scene().nodes_in(part) {
        if !canvas.is_lifted(canvas.scene().nodes().keys[row]) {
            paint(pen, canvas, row);
        }
    }
}

/// Paints one node, if it is in view.
pub(super) fn paint_key(pen: &mut Pen<'_>, canvas: &Canvas, key: NodeKey) {
    let bleed = pen.pixels(BLEED);
    if let Some(row) = canvas.scene().row(key).filter(|row| canvas.scene().nodes().rect(*row).grown(bleed).touches(pen.view())) {
        paint(pen, canvas, row);
    }
}

fn paint(pen: &mut Pen<'_>, canvas: &Canvas, row: usize) {
    let nodes = canvas.scene().nodes();
    let kind = canvas.scene().kind(nodes.kind[row]);
    ground(pen, nodes, row);
    match canvas.detail() {
        Detail::Card => {
            face(pen, nodes, row, kind);
            ports(pen, canvas, row);
        }
        // At the border to the far view, a picked-up node is still painted here.
        Detail::Title | Detail::Box => title(pen, nodes, row, kind),
    }
    marks::paint_walked(pen, nodes, row, canvas.detail());
    stops::paint_node(pen, nodes, row);
}

fn ground(pen: &Pen<'_>, nodes: &Nodes, row: usize) {
    let rect = nodes.rect(row);
    let theme = pen.theme;
    pen.round_rect(&Rect { y: rect.y + 2.0, ..rect }, RADIUS);
    pen.fill(&theme.shade);
    pen.round_rect(&rect, RADIUS);
    pen.fill(&theme.card);
    let (line, width) = match (theme.status(nodes.status[row]), nodes.status[row]) {
        (Some(colour), Status::Running | Status::Done | Status::Failed) => (colour, 1.5_f64),
        _ => (theme.card_line.as_str(), 1.0),
    };
    pen.stroke(line, width.max(pen.pixels(1.0)));
}

fn face(pen: &mut Pen<'_>, nodes: &Nodes, row: usize, kind: &str) {
    let theme = pen.theme;
    let (rect, text, status) = (nodes.rect(row), &nodes.texts[row], nodes.status[row]);
    // What is on a card keeps its place from the top, so that cards of several heights look alike.
    let middle = rect.y + canvas::CARD_HEIGHT / 2.0;
    let tile = Rect::new(rect.x + PAD, middle - TILE / 2.0, TILE, TILE);
    let colour = theme.kind(kind);
    pen.context.set_global_alpha(0.14);
    pen.round_rect(&tile, 8.0);
    pen.fill(&colour);
    pen.context.set_global_alpha(1.0);
    pen.icon(icon::of_kind(kind), pt(tile.x + 6.0, tile.y + 6.0), TILE - 12.0, &colour, 1.7);

    let left = tile.right() + 10.0;
    let has_badge = status != Status::Idle || nodes.faulty[row];
    let right = rect.right() - PAD - if has_badge { BADGE + 6.0 } else { 0.0 };
    let ink = if status == Status::Skipped { &theme.muted } else { &theme.text };
    pen.write(canvas::title_of(&text.id), pt(left, middle - 4.0), right - left, &theme.title_font, ink);
    if status == Status::Failed && !text.note.is_empty() {
        // Why it failed says more than what it is set to.
        let ink = theme.status(status).unwrap_or(&theme.muted);
        pen.write(&text.note, pt(left, middle + 14.0), rect.right() - PAD - left, &theme.summary_font, ink);
        if has_badge {
            badge(pen, status, rect.right() - PAD - BADGE, middle - BADGE - 1.0);
        }
        return;
    }
    let note_width = if text.note.is_empty() { 0.0 } else { pen.width(&text.note, &theme.label_font) };
    let end = rect.right() - PAD;
    pen.write(
        &text.summary,
        pt(left, middle + 14.0),
        end - left - if note_width > 0.0 { note_width + 8.0 } else { 0.0 },
        &theme.summary_font,
        &theme.muted,
    );
    if note_width > 0.0 {
        let ink = theme.status(status).unwrap_or(&theme.muted);
        pen.write(&text.note, pt(end - note_width, middle + 14.0), note_width + 1.0, &theme.label_font, ink);
    }
    if has_badge {
        badge(pen, status, rect.right() - PAD - BADGE, middle - BADGE - 1.0);
    }
}

/// The state as a shape on its colour; a fault that was found before any run as a warning sign.
fn badge(pen: &Pen<'_>, status: Status, x: f64, y: f64) {
    let theme = pen.theme;
    let (Some(colour), Some(strokes)) = (theme.status(status), icon::of_status(status)) else {
        return pen.icon(icon::WARNING, pt(x, y), BADGE, &theme.warning, 1.7);
    };
    if status == Status::Running {
        // The moving ring is an element over the canvas; this is what stands still below it.
        return pen.icon(strokes, pt(x, y), BADGE, colour, 2.0);
    }
    let half = BADGE / 2.0;
    pen.circle(pt(x + half, y + half), half - 1.0);
    pen.fill(colour);
    pen.icon(strokes, pt(x + 3.0, y + 3.0), BADGE - 6.0, &theme.on_status, 2.0);
}

/// The ports that lead somewhere as dots, those that could as rings. Where nothing leads to the node yet but may, a ring too.
/// The port for errors is seen only once it is used or the pointer is on its node.
fn ports(pen: &Pen<'_>, canvas: &Canvas, row: usize) {
    let (theme, nodes) = (pen.theme, canvas.scene().nodes());
    let edges = || nodes.edges[row].iter().filter_map(|edge| canvas.scene().edge(*edge));
    let key = nodes.keys[row];
    for (at, port) in nodes.ports[row].iter().enumerate() {
        let is_used = edges().any(|edge| edge.from == key && edge.port_at == at);
        if is_used || *port != Port::OnError {
            ring(pen, nodes.output(row, at), if is_used { &theme.edge } else { &theme.card });
        }
    }
    if nodes.has_input[row] && !edges().any(|edge| edge.to == key) {
        ring(pen, nodes.input(row), &theme.card);
    }
}

fn ring(pen: &Pen<'_>, at: Point, fill: &str) {
    pen.circle(at, PORT);
    pen.fill(fill);
    pen.stroke(&pen.theme.edge, 1.5);
}

/// All ports of a node that the pointer is on: a drag from any of them draws an edge.
pub(super) fn paint_ports(pen: &Pen<'_>, canvas: &Canvas, key: NodeKey, held: Option<Port>) {
    let (theme, nodes) = (pen.theme, canvas.scene().nodes());
    let Some(row) = canvas.scene().row(key).filter(|_| canvas.detail() == Detail::Card) else { return };
    for (at, port) in nodes.ports[row].iter().enumerate() {
        let (place, is_held) = (nodes.output(row, at), held == Some(*port));
        pen.circle(place, if is_held { PORT + 3.0 } else { PORT + 1.0 });
        pen.fill(if is_held { &theme.accent } else { &theme.card });
        pen.stroke(&theme.accent, 1.5);
        if is_held {
            pen.icon(icon::PLUS, pt(place.x - 5.0, place.y - 5.0), 10.0, &theme.on_status, 1.5);
        }
    }
}

fn title(pen: &mut Pen<'_>, nodes: &Nodes, row: usize, kind: &str) {
    let theme = pen.theme;
    let (rect, status) = (nodes.rect(row), nodes.status[row]);
    let colour = theme.kind(kind);
    let bar = Rect::new(rect.x + PAD, rect.y + 16.0, 6.0, rect.h - 32.0);
    pen.round_rect(&bar, 3.0);
    pen.fill(&colour);
    let (left, middle) = (bar.right() + PAD, rect.center().y);
    let badge = 30.0;
    let has_badge = matches!(status, Status::Done | Status::Failed | Status::Running);
    let right = rect.right() - PAD - if has_badge { badge + 6.0 } else { 0.0 };
    let ink = if status == Status::Skipped { &theme.muted } else { &theme.text };
    pen.write(canvas::title_of(&nodes.texts[row].id), pt(left, middle + 8.0), right - left, &theme.far_font, ink);
    if let (true, Some(colour), Some(strokes)) = (has_badge, theme.status(status), icon::of_status(status)) {
        pen.icon(strokes, pt(rect.right() - PAD - badge, middle - badge / 2.0), badge, colour, 3.0);
    }
}
