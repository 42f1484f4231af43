//! What changes while a person does something: rings, the edges that are meant, what is picked up, the edge that is being
//! drawn, lines that show what is level, the frame.

use canvas::{BLEED, Canvas, Draft, EdgeKey, EdgeRow, Guide, Hit, NodeKey, Point, Rect, WORD_ROOM, pt};

use super::pen::Pen;
use super::pictures::Pictures;
use super::{card, edge, item, stops};
use draw::port_word;

/// How far from what it is about a word stands, in pixels.
const WORD_OFFSET: f64 = 14.0;
/// The height of a word's box, in pixels.
const WORD_HEIGHT: f64 = 26.0;

/// Paints all of the overlay; the pen is confined to what is out of date.
pub(super) fn paint(pen: &mut Pen<'_>, canvas: &Canvas, pictures: &mut Pictures) {
    let (accent, line) = (pen.theme.accent.clone(), pen.theme.edge.clone());
    for key in canvas.lifted_items() {
        item::paint_key(pen, canvas, *key, pictures);
    }
    let lifted: Vec<&EdgeRow> = canvas.lifted_edges().into_iter().filter_map(|key| canvas.scene().edge(key)).collect();
    edge::paint(pen, &lifted, &line, 1.5, canvas.detail());
    edge::paint(pen, &lit_edges(canvas), &accent, 2.0, canvas.detail());
    let strong: Vec<&EdgeRow> = strong_edges(canvas).filter_map(|key| canvas.scene().edge(key)).collect();
    edge::paint(pen, &strong, &accent, 3.0, canvas.detail());
    strong.iter().filter(|edge| canvas.selected_edge() == Some(edge.key)).for_each(|edge| ends(pen, edge));
    for key in canvas.lifted() {
        card::paint_key(pen, canvas, *key);
    }
    rings(pen, canvas);
    ringed_stops(pen, canvas);
    hovered_ports(pen, canvas);
    canvas.guides().iter().for_each(|guide| level(pen, guide));
    if let Some(draft) = canvas.draft() {
        drawn(pen, canvas, draft);
    }
    if let Some(frame) = canvas.frame() {
        pen.round_rect(frame, 0.0);
        pen.fill(&pen.theme.accent_veil);
        pen.stroke(&accent, pen.pixels(1.0));
    }
    stops::paint_held(pen, canvas);
}

/// Whether there is nothing to paint.
pub(super) fn is_blank(canvas: &Canvas) -> bool {
    let is_idle = canvas.scene().held().is_none()
        && canvas.hover() == Hit::Nothing
        && canvas.frame().is_none()
        && canvas.draft().is_none()
        && canvas.over().is_none();
    is_idle && canvas.selection().is_empty() && canvas.lifted().is_empty() && canvas.lifted_items().is_empty() && canvas.guides().is_empty()
}

/// The hovered edge, and those of the current node.
fn lit_edges(canvas: &Canvas) -> Vec<&EdgeRow> {
    let scene = canvas.scene();
    let hovered = match canvas.hover() {
        Hit::Edge(key) => Some(key),
        Hit::Node(_) | Hit::Port(..) | Hit::End(..) | Hit::Item(_) | Hit::Handle(..) | Hit::Nothing => None,
    };
    let current = canvas.selected().last().and_then(|key| scene.row(*key));
    let own = current.map(|row| scene.nodes().edges[row].as_slice()).unwrap_or_default();
    let keys = own.iter().copied().chain(hovered.filter(|key| !own.contains(key)));
    keys.filter_map(|key| scene.edge(key)).collect()
}

/// The selected edge, and the one that what is dragged would go into.
fn strong_edges(canvas: &Canvas) -> impl Iterator<Item = EdgeKey> {
    // While its end is in hand, the edge itself is only where it was.
    let selected = canvas.selected_edge().filter(|_| canvas.draft().is_none());
    selected.into_iter().chain(canvas.over())
}

/// The two ends of the selected edge, to be taken hold of.
fn ends(pen: &Pen<'_>, edge: &EdgeRow) {
    for end in [edge.line.first(), edge.line.last()].into_iter().flatten() {
        pen.circle(*end, pen.pixels(5.0));
        pen.fill(&pen.theme.card);
        pen.stroke(&pen.theme.accent, pen.pixels(2.0));
    }
}

fn rings(pen: &Pen<'_>, canvas: &Canvas) {
    let selection = canvas.selection();
    let hovered = canvas.hover().node().filter(|key| !selection.nodes.contains(key));
    pen.context.set_global_alpha(0.45);
    if let Some(key) = hovered {
        ring(pen, canvas, key, 1.5, &pen.theme.accent);
    }
    if let Hit::Item(key) = canvas.hover()
        && let Some(item) = canvas.scene().item(key).filter(|item| !item.is_locked() && !selection.items.contains(&key))
    {
        item::paint_selected(pen, item, false);
    }
    pen.context.set_global_alpha(1.0);
    let gap = pen.pixels(3.0);
    let selected = selection.nodes.iter().filter_map(|key| canvas.scene().rect(*key)).map(|rect| rect.grown(gap));
    pen.stroke_rects(selected.filter(|rect| rect.touches(pen.view())), card::RADIUS + gap, &pen.theme.accent, pen.pixels(2.0));
    let is_alone = selection.nodes.is_empty() && selection.items.len() == 1;
    for item in selection.items.iter().filter_map(|key| canvas.scene().item(*key)) {
        item::paint_selected(pen, item, is_alone);
        item::paint_lock(pen, item);
    }
}

/// The breakpoints of the nodes that have a ring, over it.
fn ringed_stops(pen: &Pen<'_>, canvas: &Canvas) {
    let nodes = &canvas.selection().nodes;
    let hovered = canvas.hover().node().filter(|key| !nodes.contains(key));
    let rows = nodes.iter().copied().chain(hovered).filter_map(|key| canvas.scene().row(key));
    let in_view = rows.filter(|row| canvas.scene().nodes().rect(*row).grown(pen.pixels(BLEED)).touches(pen.view()));
    in_view.for_each(|row| stops::paint_node(pen, canvas.scene().nodes(), row));
}

fn ring(pen: &Pen<'_>, canvas: &Canvas, key: NodeKey, pixels: f64, colour: &str) {
    let Some(rect) = canvas.scene().rect(key) else { return };
    let gap = pen.pixels(3.0);
    pen.round_rect(&Rect::grown(&rect, gap), card::RADIUS + gap);
    pen.stroke(colour, pen.pixels(pixels));
}

/// The ports of the node under the pointer; at a port that leads nowhere yet, what an edge from it would be.
fn hovered_ports(pen: &mut Pen<'_>, canvas: &Canvas) {
    if canvas.draft().is_some() || !canvas.lifted().is_empty() {
        return;
    }
    match canvas.hover() {
        Hit::Node(key) => card::paint_ports(pen, canvas, key, None),
        Hit::Port(key, port) => {
            card::paint_ports(pen, canvas, key, Some(port));
            let at = canvas.scene().output(key, port).filter(|_| canvas.scene().edge_from(key, port).is_none());
            if let Some(at) = at {
                let muted = pen.theme.muted.clone();
                word(pen, port_word(port), at, &muted);
            }
        }
        Hit::Edge(_) | Hit::End(..) | Hit::Item(_) | Hit::Handle(..) | Hit::Nothing => {}
    }
}

fn level(pen: &Pen<'_>, guide: &Guide) {
    pen.line(guide.from, guide.to);
    pen.stroke(&pen.theme.guide, pen.pixels(1.0));
}

/// The edge that is being drawn, the node that it is over, and why it may not lead there.
fn drawn(pen: &mut Pen<'_>, canvas: &Canvas, draft: &Draft) {
    let failed = pen.theme.failed.clone();
    if let Some(key) = draft.to {
        let colour = if draft.refusal.is_some() { failed.clone() } else { pen.theme.accent.clone() };
        ring(pen, canvas, key, 2.0, &colour);
    }
    edge::paint_draft(pen, draft);
    if let Some(refusal) = draft.refusal {
        word(pen, refusal.text(), draft.tip, &failed);
    }
}

/// A word beside a place, as large at every zoom.
fn word(pen: &mut Pen<'_>, text: &str, at: Point, colour: &str) {
    let theme = pen.theme;
    let unit = pen.pixels(1.0);
    let font = theme.word_font(unit);
    let most = (WORD_ROOM.0 - 2.0 * WORD_OFFSET) * unit;
    let width = pen.width(text, &font).min(most - 20.0 * unit);
    let left = at.x + WORD_OFFSET * unit;
    let room = Rect::new(left, at.y - WORD_HEIGHT / 2.0 * unit, width + 20.0 * unit, WORD_HEIGHT * unit);
    pen.round_rect(&room, 7.0 * unit);
    pen.fill(&theme.surface);
    pen.stroke(colour, unit);
    pen.write(text, pt(left + 10.0 * unit, at.y + 4.0 * unit), width + unit, &font, colour);
}
