//! What changes while a person does something: rings, the hovered edge, what is picked up, the frame.

use canvas::{Canvas, EdgeRow, Hit, NodeKey, Rect};

use super::pen::Pen;
use super::{card, edge};

/// Paints all of the overlay; the pen is confined to what is out of date.
pub(super) fn paint(pen: &mut Pen<'_>, canvas: &Canvas) {
    let (accent, line) = (pen.theme.accent.clone(), pen.theme.edge.clone());
    let row = |key| canvas.scene().edge_row(key).map(|row| &canvas.scene().edges().rows[row]);
    let lifted: Vec<&EdgeRow> = canvas.lifted_edges().into_iter().filter_map(row).collect();
    edge::paint(pen, &lifted, &line, 1.5, canvas.detail());
    let lit = lit_edges(canvas);
    edge::paint(pen, &lit, &accent, 2.0, canvas.detail());
    for key in canvas.lifted() {
        card::paint_key(pen, canvas, *key);
    }
    if let Some(key) = canvas.hover().node().filter(|key| !canvas.selected().contains(key)) {
        pen.context.set_global_alpha(0.45);
        ring(pen, canvas, key, 1.5);
        pen.context.set_global_alpha(1.0);
    }
    for key in canvas.selected() {
        ring(pen, canvas, *key, 2.0);
    }
    if let Some(frame) = canvas.frame() {
        pen.round_rect(frame, 0.0);
        pen.fill(&pen.theme.accent_veil);
        pen.stroke(&accent, pen.pixels(1.0));
    }
}

/// The hovered edge, and those of the current node.
fn lit_edges(canvas: &Canvas) -> Vec<&EdgeRow> {
    let scene = canvas.scene();
    let hovered = match canvas.hover() {
        Hit::Edge(key) => Some(key),
        Hit::Node(_) | Hit::Port(..) | Hit::Nothing => None,
    };
    let current = canvas.selected().last().and_then(|key| scene.row(*key));
    let own = current.map(|row| scene.nodes().edges[row].as_slice()).unwrap_or_default();
    let keys = own.iter().copied().chain(hovered.filter(|key| !own.contains(key)));
    keys.filter_map(|key| scene.edge_row(key)).map(|row| &scene.edges().rows[row]).collect()
}

fn ring(pen: &Pen<'_>, canvas: &Canvas, key: NodeKey, pixels: f64) {
    let Some(rect) = canvas.scene().rect(key) else { return };
    let gap = pen.pixels(3.0);
    pen.round_rect(&Rect::grown(&rect, gap), card::RADIUS + gap);
    pen.stroke(&pen.theme.accent, pen.pixels(pixels));
}
