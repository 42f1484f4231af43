//! Several graphs in one scene, each in its frame with its servers: to see them side by side and to go into one. Nothing in it
//! can be moved or joined.

use graph::{Drawing, Item, ItemContent, ItemId, Node, NodeId, Tool, ToolName};

use super::{CARD_HEIGHT, CARD_WIDTH, Face, NodeKey, NodeSpec, Scene};
use crate::{Point, Rect, geometry::pt};

/// The kind of the cards that stand for servers.
pub const SERVER_KIND: &str = "server";

/// Between the parts of a node's id on a board; no graph has it in an id that a person typed.
const SEPARATOR: char = '\u{1f}';

/// The room between a frame and what is in it, and above it for its title.
const PAD: f64 = 40.0;
const HEAD: f64 = 56.0;

/// The room between two frames, and between two cards of servers.
const GAP: f64 = 80.0;

/// How much wider than high the canvas is, as a rule.
const SHAPE: f64 = 1.5;

/// A graph on a board.
#[derive(Clone, Debug)]
pub struct Sheet<'g> {
    /// What stands on its frame.
    pub title: String,
    /// Its tools, each with where its nodes stand.
    pub tools: Vec<(&'g Tool, Option<&'g Drawing>)>,
    /// Its servers: the name, and a line on what each is.
    pub servers: Vec<(String, String)>,
}

/// What a card of a board stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The graph's position on the board.
    pub sheet: usize,
    /// The tool and the node; none for a server.
    pub node: Option<(ToolName, NodeId)>,
}

/// The id of a node on a board.
#[must_use]
pub fn board_id(sheet: usize, tool: &ToolName, node: &NodeId) -> NodeId {
    NodeId::from(format!("{sheet}{SEPARATOR}{tool}{SEPARATOR}{node}"))
}

/// What a card stands for, by its id; none for an id that is not of a board.
#[must_use]
pub fn board_spot(id: &NodeId) -> Option<Spot> {
    let mut parts = id.as_str().splitn(3, SEPARATOR);
    let (sheet, tool, node) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    Some(Spot { sheet, node: (!tool.is_empty()).then(|| (tool.into(), node.into())) })
}

/// What stands on a node's card.
#[must_use]
pub fn title_of(id: &NodeId) -> &str {
    id.as_str().rsplit(SEPARATOR).next().unwrap_or_default()
}

/// What is put on a board: a scene of its own, moved by `by`.
struct Part {
    sheet: usize,
    tool: ToolName,
    scene: Scene,
    by: Point,
}

/// A sheet with where its parts are, from its own corner.
struct Laid {
    parts: Vec<Part>,
    /// The frame of each tool, where there are several.
    frames: Vec<(String, Rect)>,
    /// The corner of each server's card.
    servers: Vec<Point>,
    size: (f64, f64),
}

impl Scene {
    /// Graphs side by side.
    #[must_use]
    pub fn board(sheets: &[Sheet<'_>], face: impl Fn(&Node) -> Face + Copy) -> Self {
        let laid: Vec<Laid> = sheets.iter().enumerate().map(|(at, sheet)| lay(at, sheet, face)).collect();
        let corners = shelve(&laid.iter().map(|laid| laid.size).collect::<Vec<_>>());
        let mut scene = Scene { is_still: true, ..Scene::default() };
        let mut items: Vec<(ItemId, Item)> = Vec::new();
        for (at, ((sheet, laid), corner)) in sheets.iter().zip(laid).zip(corners).enumerate() {
            let (w, h) = laid.size;
            items.push(frame(&format!("{at}"), &sheet.title, Rect::new(corner.x, corner.y, w, h), None));
            for (name, rect) in &laid.frames {
                let rect = moved(rect, corner);
                items.push(frame(&format!("{at}{SEPARATOR}{name}"), name, rect, Some("blue")));
            }
            for ((name, about), place) in sheet.servers.iter().zip(laid.servers) {
                let id = NodeId::from(format!("{at}{SEPARATOR}{SEPARATOR}{name}"));
                let at = place.offset(corner.x, corner.y);
                let (kind, summary) = (SERVER_KIND.to_owned(), about.clone());
                scene.add_node(NodeSpec { id, kind, summary, at, ports: Vec::new(), has_input: false });
            }
            for part in laid.parts {
                let by = part.by.offset(corner.x, corner.y);
                scene.take_in(&part, by);
                items.extend(part.scene.items().iter().filter(|row| !matches!(row.content, ItemContent::Picture { .. })).map(|row| {
                    let Rect { x, y, w, h } = moved(&row.rect, by);
                    let id = ItemId::from(format!("{at}{SEPARATOR}{}{SEPARATOR}{}", part.tool, row.id));
                    (id, Item { x, y, w, h, content: row.content.clone(), extra: graph::Fields::new() })
                }));
            }
        }
        scene.set_items(items.iter().map(|(id, item)| (id, item)), &[]);
        scene
    }

    /// Whether nothing in it can be moved or joined: it shows two versions, or several graphs.
    #[must_use]
    pub fn is_still(&self) -> bool {
        self.is_still || self.is_compared()
    }

    /// Takes in the nodes and edges of a tool.
    fn take_in(&mut self, part: &Part, by: Point) {
        let (nodes, from) = (&part.scene.nodes, &part.scene);
        let mut keys: Vec<NodeKey> = Vec::with_capacity(nodes.len());
        for row in 0..nodes.len() {
            let text = &nodes.texts[row];
            keys.push(self.add_node(NodeSpec {
                id: board_id(part.sheet, &part.tool, &text.id),
                kind: from.kind(nodes.kind[row]).to_owned(),
                summary: text.summary.clone(),
                at: nodes.rect(row).origin().offset(by.x, by.y),
                ports: nodes.ports[row].clone(),
                has_input: nodes.has_input[row],
            }));
        }
        for edge in &from.edges.rows {
            if let (Some(start), Some(end)) = (from.row(edge.from), from.row(edge.to)) {
                self.add_edge(keys[start], edge.port, keys[end], &edge.label);
            }
        }
    }
}

/// Lays the tools of a sheet out one below the other, and its servers below them.
fn lay(sheet: usize, of: &Sheet<'_>, face: impl Fn(&Node) -> Face + Copy) -> Laid {
    let none = Drawing::default();
    let has_frames = of.tools.len() > 1;
    let (left, mut down, mut right) = (PAD, HEAD, CARD_WIDTH);
    let (mut parts, mut frames) = (Vec::new(), Vec::new());
    for (tool, drawing) in &of.tools {
        let scene = Scene::from_tool(tool, drawing.unwrap_or(&none), face);
        let Some(bounds) = scene.bounds() else { continue };
        let (inner, head) = if has_frames { (PAD, HEAD) } else { (0.0, 0.0) };
        let by = pt(left + inner - bounds.x, down + head - bounds.y);
        parts.push(Part { sheet, tool: tool.name.clone(), scene, by });
        let (w, h) = (bounds.w + 2.0 * inner, bounds.h + head + inner);
        if has_frames {
            frames.push((tool.name.to_string(), Rect::new(left, down, w, h)));
        }
        (right, down) = (right.max(left + w), down + h + PAD);
    }
    let mut servers = Vec::new();
    for number in 0..of.servers.len() {
        servers.push(pt(left + number as f64 * (CARD_WIDTH + PAD), down));
        right = right.max(left + number as f64 * (CARD_WIDTH + PAD) + CARD_WIDTH);
    }
    if !of.servers.is_empty() {
        down += CARD_HEIGHT + PAD;
    }
    Laid { parts, frames, servers, size: (right + PAD, down.max(HEAD + PAD)) }
}

/// A corner for each of some rectangles: rows from left to right, so wide that all of them are seen as large as can be.
fn shelve(sizes: &[(f64, f64)]) -> Vec<Point> {
    let widest = sizes.iter().fold(0.0f64, |widest, (w, _)| widest.max(*w));
    let sums = sizes.iter().scan(-GAP, |sum, (w, _)| {
        *sum += w + GAP;
        Some(sum.max(widest))
    });
    let extent = |corners: &[Point]| {
        corners.iter().zip(sizes).fold((0.0f64, 0.0f64), |(right, down), (at, (w, h))| (right.max(at.x + w), down.max(at.y + h)))
    };
    let size = |corners: &Vec<Point>| {
        let (w, h) = extent(corners);
        (w / SHAPE).max(h)
    };
    sums.map(|room| rows(sizes, room)).min_by(|a, b| size(a).total_cmp(&size(b))).unwrap_or_default()
}

/// Rows from left to right, as many in each as fit.
fn rows(sizes: &[(f64, f64)], room: f64) -> Vec<Point> {
    let (mut x, mut y, mut tallest) = (0.0, 0.0, 0.0f64);
    let mut corners = Vec::new();
    for (w, h) in sizes {
        if x > 0.0 && x + w > room {
            (x, y, tallest) = (0.0, y + tallest + GAP, 0.0);
        }
        corners.push(pt(x, y));
        (x, tallest) = (x + w + GAP, tallest.max(*h));
    }
    corners
}

fn moved(rect: &Rect, by: Point) -> Rect {
    Rect { x: rect.x + by.x, y: rect.y + by.y, ..*rect }
}

fn frame(id: &str, title: &str, rect: Rect, color: Option<&str>) -> (ItemId, Item) {
    let content = ItemContent::Frame { title: title.to_owned(), color: color.map(str::to_owned) };
    (ItemId::from(id), Item { x: rect.x, y: rect.y, w: rect.w, h: rect.h, content, extra: graph::Fields::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use graph::Port;
    use serde_json::json;

    fn tool(name: &str) -> Tool {
        let nodes = json!([
            {"id": "entry", "type": "entry", "next": "work"},
            {"id": "work", "type": "transform", "transform": {"expr": "1"}, "next": "exit"},
            {"id": "exit", "type": "exit"},
        ]);
        Tool::from_json(&json!({"name": name, "description": "d", "inputSchema": {"type": "object"}, "nodes": nodes})).unwrap()
    }

    fn face(node: &Node) -> Face {
        let ports = if node.kind == "exit" { Vec::new() } else { vec![Port::Next] };
        Face { summary: node.kind.clone(), ports, has_input: node.kind != "entry" }
    }

    fn board(tools: &[Vec<Tool>]) -> Scene {
        let sheets: Vec<Sheet<'_>> = tools
            .iter()
            .enumerate()
            .map(|(at, tools)| Sheet {
                title: format!("graph {at}"),
                tools: tools.iter().map(|tool| (tool, None)).collect(),
                servers: vec![("files".to_owned(), "npx files".to_owned())],
            })
            .collect();
        Scene::board(&sheets, face)
    }

    #[test]
    fn each_graph_has_its_nodes_and_servers_in_its_frame_and_no_two_frames_meet() {
        let scene = board(&[vec![tool("one")], vec![tool("one"), tool("two")], vec![]]);
        let frames: Vec<(&str, Rect)> = scene.items().iter().map(|item| (item.id.as_str(), item.rect)).collect();
        let whole = |sheet: usize| frames.iter().find(|(id, _)| *id == sheet.to_string()).unwrap().1;
        for (one, other) in [(0, 1), (1, 2), (0, 2)] {
            assert!(!whole(one).touches(&whole(other)), "graphs {one} and {other} lie apart: {frames:?}");
        }
        let nodes = scene.nodes();
        for row in 0..nodes.len() {
            let spot = board_spot(&nodes.texts[row].id).unwrap();
            assert!(whole(spot.sheet).encloses(&nodes.rect(row)), "{spot:?} is in the frame of its graph");
            if let (1, Some((tool, _))) = (spot.sheet, &spot.node) {
                let of_tool = frames.iter().find(|(id, _)| id.ends_with(&format!("\u{1f}{tool}"))).unwrap().1;
                assert!(of_tool.encloses(&nodes.rect(row)), "and in that of its tool");
            }
        }
        assert_eq!(nodes.len(), 3 * 3 + 3, "nine nodes of three tools, and three servers");
        assert_eq!(scene.edges().rows.len(), 6, "the edges of each tool");
        assert!(scene.is_still() && !scene.is_compared(), "nothing can be moved");
    }

    #[test]
    fn graphs_are_put_in_rows_so_that_all_are_seen_as_large_as_can_be() {
        let columns = |sizes: &[(f64, f64)]| shelve(sizes).iter().filter(|at| at.y == 0.0).count();
        assert_eq!(columns(&[(1000.0, 250.0); 4]), 1, "wide ones one below the other");
        assert_eq!(columns(&[(500.0, 500.0); 4]), 2, "square ones in a square");
        assert_eq!(columns(&[(200.0, 900.0); 4]), 4, "high ones side by side");
        assert!(shelve(&[]).is_empty());
    }

    #[test]
    fn a_card_is_known_by_its_id_and_bears_its_own_name() {
        let id = board_id(7, &"my tool".into(), &"a node".into());
        assert_eq!(board_spot(&id), Some(Spot { sheet: 7, node: Some(("my tool".into(), "a node".into())) }));
        assert_eq!(title_of(&id), "a node");
        assert_eq!((board_spot(&"a node".into()), title_of(&"a node".into())), (None, "a node"), "as elsewhere");
        let scene = board(&[vec![]]);
        let server = &scene.nodes().texts[0].id;
        assert_eq!((board_spot(server), title_of(server)), (Some(Spot { sheet: 0, node: None }), "files"));
    }
}
