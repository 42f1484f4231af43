//! From the canvas's keys to the graph's names: what an intent asks for as a wish, and what is selected.

use canvas::{Canvas, EdgeKey, Intent, ItemKey, NodeKey, Point, Rect};
use graph::{ItemId, NodeId, Port, Spot};

use super::Chosen;
use crate::wish::{Moved, Outlet, Where, Wish};
use draw::port_word;

/// What an intent asks for; none where it only looks, chooses or moves, or what it means is gone.
pub(super) fn wish(canvas: &Canvas, intent: &Intent) -> Option<Wish> {
    match intent {
        Intent::Connect { from, port, to } => Some(Wish::Connect { from: outlet(canvas, *from, *port)?, to: id(canvas, *to)? }),
        Intent::Reconnect { edge, from, port, to } => {
            Some(Wish::Reconnect { was: left_by(canvas, *edge)?, from: outlet(canvas, *from, *port)?, to: id(canvas, *to)? })
        }
        Intent::Disconnect(edge) => Some(Wish::Disconnect { edge: left_by(canvas, *edge)? }),
        Intent::Remove(nodes, items) => Some(Wish::Remove { nodes: ids(canvas, nodes), items: item_ids(canvas, items) }),
        Intent::Offer { from, port, at } => Some(Wish::Add { at: place(canvas, *at), after: Some(outlet(canvas, *from, *port)?) }),
        Intent::Add { at, after } => {
            let after = after.and_then(|(node, port)| outlet(canvas, node, port));
            Some(Wish::Add { at: place(canvas, *at), after })
        }
        Intent::InsertOn { edge, node, port } => Some(Wish::InsertOn {
            edge: left_by(canvas, *edge)?,
            to: id(canvas, canvas.scene().edge(*edge)?.to)?,
            node: id(canvas, *node)?,
            port: *port,
            moved: moved(canvas, &[*node], &[]),
        }),
        Intent::Moved(nodes, items) => Some(Wish::Moved(moved(canvas, nodes, items))),
        Intent::Look(_)
        | Intent::Select(_)
        | Intent::Hover(_)
        | Intent::Frame(_)
        | Intent::PickUp(..)
        | Intent::Place(..)
        | Intent::PlaceItem(..)
        | Intent::ResizeItem(..)
        | Intent::Guides(_)
        | Intent::Over(_)
        | Intent::Draw(_)
        | Intent::PutDown
        | Intent::Open(_)
        | Intent::OpenItem(_)
        | Intent::Overview => None,
    }
}

/// Every node without a place of its own, and where it stands.
pub(super) fn unplaced(canvas: &Canvas) -> Vec<(NodeId, Spot)> {
    canvas.scene().unplaced().into_iter().map(|(id, at)| (id, Spot { x: at.x, y: at.y })).collect()
}

/// What is selected.
pub(super) fn chosen(canvas: &Canvas) -> Chosen {
    let selection = canvas.selection();
    Chosen {
        nodes: ids(canvas, &selection.nodes),
        items: item_ids(canvas, &selection.items),
        edge: selection.edge.and_then(|edge| left_by(canvas, edge)),
    }
}

/// What is going on, in a sentence; empty while nothing is that one would have to see.
pub(super) fn told(canvas: &Canvas) -> String {
    let name = |key: NodeKey| id(canvas, key).map(|id| id.to_string()).unwrap_or_default();
    if let Some(draft) = canvas.draft() {
        if let Some(refusal) = draft.refusal {
            return refusal.text().to_owned();
        }
        let from = draft.from.map(|(node, port)| format!("{} ({})", name(node), port_word(port)));
        return match (from, draft.to.map(name)) {
            (Some(from), Some(to)) => format!("Connect {from} to {to}"),
            (Some(from), None) => format!("Connect {from} to something new"),
            (None, to) => format!("Connect a port to {}", to.unwrap_or_default()),
        };
    }
    let edge = canvas.selected_edge().and_then(|key| canvas.scene().edge(key));
    edge.map(|edge| format!("The edge from {} to {}", name(edge.from), name(edge.to))).unwrap_or_default()
}

/// Where these are now, and with the first nodes that get places all those that have none.
fn moved(canvas: &Canvas, nodes: &[NodeKey], items: &[ItemKey]) -> Moved {
    let scene = canvas.scene();
    let mut nodes: Vec<(NodeId, Spot)> = nodes
        .iter()
        .filter_map(|key| {
            let row = scene.row(*key).filter(|row| scene.nodes().placed[*row])?;
            let at = scene.nodes().rect(row).origin();
            Some((scene.nodes().texts[row].id.clone(), Spot { x: at.x, y: at.y }))
        })
        .chain(unplaced(canvas).into_iter().filter(|_| !nodes.is_empty()))
        .collect();
    // Whole units: a file that people read has no use for more.
    nodes.iter_mut().for_each(|(_, spot)| *spot = Spot { x: spot.x.round(), y: spot.y.round() });
    let rounded = |rect: Rect| Rect { x: rect.x.round(), y: rect.y.round(), w: rect.w.round(), h: rect.h.round() };
    let items = items.iter().filter_map(|key| scene.item(*key)).map(|item| (item.id.clone(), rounded(item.rect)));
    Moved { nodes, items: items.collect() }
}

fn place(canvas: &Canvas, at: Point) -> Where {
    Where { spot: Spot { x: at.x.round(), y: at.y.round() }, pixel: canvas.camera().to_screen(at) }
}

fn id(canvas: &Canvas, key: NodeKey) -> Option<NodeId> {
    canvas.scene().id(key).cloned()
}

fn ids(canvas: &Canvas, keys: &[NodeKey]) -> Vec<NodeId> {
    keys.iter().filter_map(|key| id(canvas, *key)).collect()
}

fn item_ids(canvas: &Canvas, keys: &[ItemKey]) -> Vec<ItemId> {
    keys.iter().filter_map(|key| Some(canvas.scene().item(*key)?.id.clone())).collect()
}

fn outlet(canvas: &Canvas, node: NodeKey, port: Port) -> Option<Outlet> {
    Some(Outlet { node: id(canvas, node)?, port })
}

fn left_by(canvas: &Canvas, key: EdgeKey) -> Option<Outlet> {
    let edge = canvas.scene().edge(key)?;
    outlet(canvas, edge.from, edge.port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use canvas::{Held, Input, Key, Pixel, Pointer, Scene};
    use graph::{Drawing, Tool};
    use serde_json::json;

    /// `entry` at (0, 0) and `exit` at (400, 0), joined; the second alone has a place of its own.
    fn canvas() -> Canvas {
        let nodes = json!([{"id": "entry", "type": "entry", "next": "exit"}, {"id": "exit", "type": "exit"}]);
        let tool = json!({"name": "t", "description": "d", "inputSchema": {"type": "object"}, "nodes": nodes});
        let mut drawing = Drawing::default();
        drawing.nodes.insert("exit".into(), Spot { x: 400.0, y: 0.0 });
        let mut canvas = Canvas::default();
        canvas.show(Scene::from_tool(&Tool::from_json(&tool).unwrap(), &drawing, draw::face));
        canvas
    }

    /// The wishes that come of events.
    fn check(events: Vec<canvas::Event>, expected: &[&str]) {
        let mut canvas = canvas();
        let mut told = Vec::new();
        let size = canvas::Event::Resize(1000.0, 800.0);
        canvas.handle(&Input { time: 0.0, held: Held::default(), event: size });
        canvas.look(canvas::Camera { origin: canvas::pt(0.0, -100.0), zoom: 1.0, ..*canvas.camera() });
        for event in events {
            let outcome = canvas.handle(&Input { time: 0.0, held: Held { alt: true, ..Held::default() }, event });
            told.extend(outcome.intents.iter().filter_map(|intent| wish(&canvas, intent)).map(|wish| format!("{wish:?}")));
        }
        assert_eq!(told, expected);
    }

    fn drag(from: (f32, f32), to: (f32, f32)) -> Vec<canvas::Event> {
        let (mouse, pixel) = (Pointer { id: 1, is_touch: false }, |(x, y)| Pixel { x, y });
        vec![
            canvas::Event::Down(mouse, canvas::Button::Main, pixel(from)),
            canvas::Event::Move(mouse, pixel(to)),
            canvas::Event::Up(mouse, pixel(to)),
        ]
    }

    #[test]
    fn the_first_node_that_is_moved_brings_all_that_have_no_place() {
        let entry = canvas().scene().rect(canvas().scene().find("entry").unwrap()).unwrap();
        let spot = |x: f64, y: f64| format!("Spot {{ x: {x:?}, y: {y:?} }}");
        let from = (420.0, 120.0);
        check(
            drag(from, (440.0, 150.0)),
            &[&format!(
                "Moved(Moved {{ nodes: [(\"exit\", {}), (\"entry\", {})], items: [] }})",
                spot(420.0, 30.0),
                spot(entry.x.round(), entry.y.round())
            )],
        );
    }

    #[test]
    fn a_node_that_is_to_go_is_named() {
        let press = |key| canvas::Event::Press(key);
        check(vec![press(Key::End), press(Key::Delete)], &["Remove { nodes: [\"exit\"], items: [] }"]);
        check(
            vec![press(Key::Tab)],
            &["Add { at: Where { spot: Spot { x: 500.0, y: 300.0 }, pixel: Pixel { x: 500.0, y: 400.0 } }, after: None }"],
        );
    }
}
