//! The drawing as SVG. Everything is written as plain attributes, so that any viewer shows it; a text carries its width, so
//! that a font in place of ours does not break out of its card.

use canvas::{CARD_HEIGHT, Cubic, EdgeRow, FRAME_BAR, ItemRow, NodeKey, Point, Rect, Scene, pt};
use graph::{ItemContent, Port};

use crate::icon;
use crate::letters::Font;
use crate::look::{Colour, Look};
use crate::prose::{self, Set};
use crate::xml::{Number, Xml};

/// The room around everything.
const MARGIN: f64 = 32.0;
/// The radius of the corners of cards and items.
const RADIUS: f64 = 10.0;
/// The room between a side and what is written beside it.
const PAD: f64 = 12.0;
/// The side of the tile with the kind's icon.
const TILE: f64 = 32.0;
/// The radius of a port.
const PORT: f64 = 4.0;
/// The length of an arrow.
const ARROW: f64 = 8.0;
/// The room around a note's text: from the left, from above.
const NOTE_ROOM: (f64, f64) = (12.0, 10.0);

const TITLE: Font = Font { is_mono: false, weight: 600, size: 13.0 };
const SUMMARY: Font = Font { is_mono: true, weight: 400, size: 11.0 };
const LABEL: Font = Font { is_mono: false, weight: 500, size: 11.0 };

/// What of a drawing is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// These nodes with the edges between them, and these items.
    Only {
        /// The nodes' ids.
        nodes: Vec<graph::NodeId>,
        /// The items' ids.
        items: Vec<graph::ItemId>,
    },
}

/// A picture of a drawing as a `data:` address, by its source; none for one that is not there.
pub type Pictures<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How a drawing is drawn.
#[derive(Clone, Copy)]
pub struct Svg<'a> {
    /// What it is called, for those who do not see it.
    pub title: &'a str,
    /// Its colours.
    pub look: &'a Look,
    /// What of it.
    pub part: &'a Part,
    /// The pictures on it.
    pub pictures: Pictures<'a>,
    /// CSS that brings fonts along; empty where the viewer has its own.
    pub fonts: &'a str,
}

/// The drawing of a scene, with a little room around it. States of a run are not drawn.
#[must_use]
pub fn svg(scene: &Scene, how: Svg<'_>) -> String {
    let drawn = Drawn::of(scene, how.part);
    let around = drawn.bounds(scene).unwrap_or(Rect::new(0.0, 0.0, 1.0, 1.0)).grown(MARGIN);
    // Whole units, so that one pixel of a card is one pixel of the picture.
    let (x, y) = (around.x.floor(), around.y.floor());
    let (w, h) = ((around.right() - x).ceil(), (around.bottom() - y).ceil());
    let mut writer = Writer { xml: Xml::default(), how, clips: 0 };
    writer.whole(scene, &drawn, Rect::new(x, y, w, h));
    writer.xml.finish()
}

/// The rows that are drawn.
struct Drawn<'s> {
    nodes: Vec<usize>,
    edges: Vec<&'s EdgeRow>,
    items: Vec<&'s ItemRow>,
}

impl<'s> Drawn<'s> {
    fn of(scene: &'s Scene, part: &Part) -> Self {
        let has_node = |key: NodeKey| match part {
            Part::Whole => true,
            Part::Only { nodes, .. } => scene.id(key).is_some_and(|id| nodes.contains(id)),
        };
        let has_item = |item: &&ItemRow| match part {
            Part::Whole => true,
            Part::Only { items, .. } => items.contains(&item.id),
        };
        Self {
            nodes: (0..scene.nodes().len()).filter(|row| has_node(scene.nodes().keys[*row])).collect(),
            edges: scene.edges().rows.iter().filter(|edge| has_node(edge.from) && has_node(edge.to)).collect(),
            items: scene.items().iter().filter(has_item).collect(),
        }
    }

    fn bounds(&self, scene: &Scene) -> Option<Rect> {
        let nodes = self.nodes.iter().map(|row| scene.nodes().rect(*row));
        let rects = nodes.chain(self.edges.iter().map(|edge| edge.bounds)).chain(self.items.iter().map(|item| item.rect));
        rects.reduce(|all, rect| all.union(&rect))
    }
}

struct Writer<'a> {
    xml: Xml,
    how: Svg<'a>,
    /// How many clips there are.
    clips: usize,
}

impl Writer<'_> {
    fn whole(&mut self, scene: &Scene, drawn: &Drawn<'_>, room: Rect) {
        let Rect { x, y, w, h } = room;
        let view = format!("{x} {y} {w} {h}");
        let attributes: [(&str, &dyn std::fmt::Display); 7] = [
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("xmlns:xlink", &"http://www.w3.org/1999/xlink"),
            ("width", &w),
            ("height", &h),
            ("viewBox", &view),
            ("role", &"img"),
            ("font-family", &self.how.look.family(false)),
        ];
        self.xml.open("svg", &attributes);
        self.xml.text("title", &[], self.how.title);
        if !self.how.fonts.is_empty() {
            self.xml.text("style", &[], self.how.fonts);
        }
        self.rect(&room, 0.0, &[("fill", &self.hex("ground"))]);
        for item in drawn.items.iter().filter(|item| !item.is_in_front()) {
            self.item(item);
        }
        self.edges(&drawn.edges);
        for row in &drawn.nodes {
            self.card(scene, drawn, *row);
        }
        for item in drawn.items.iter().filter(|item| item.is_in_front()) {
            self.item(item);
        }
        self.xml.end();
    }

    fn hex(&self, name: &str) -> String {
        self.how.look.colour(name).hex
    }

    fn rect(&mut self, rect: &Rect, radius: f64, more: &[(&str, &dyn std::fmt::Display)]) {
        let (x, y, w, h, radius) = (Number(rect.x), Number(rect.y), Number(rect.w), Number(rect.h), Number(radius));
        let mut attributes: Vec<(&str, &dyn std::fmt::Display)> = vec![("x", &x), ("y", &y), ("width", &w), ("height", &h)];
        if radius.0 > 0.0 {
            attributes.push(("rx", &radius));
        }
        attributes.extend_from_slice(more);
        self.xml.empty("rect", &attributes);
    }

    /// What lies below a card or a note, a little lower.
    fn shade(&mut self, rect: &Rect) {
        let Colour { hex, opacity } = self.how.look.colour("shade");
        self.rect(&Rect { y: rect.y + 2.0, ..*rect }, RADIUS, &[("fill", &hex), ("fill-opacity", &opacity)]);
    }

    fn write(&mut self, at: Point, font: Font, text: &str, fill: &str, more: &[(&str, &dyn std::fmt::Display)]) {
        if text.is_empty() {
            return;
        }
        let (x, y, width) = (Number(at.x), Number(at.y), Number(font.width(text)));
        let size = Number(font.size);
        let family = self.how.look.family(true);
        let mut attributes: Vec<(&str, &dyn std::fmt::Display)> = vec![("x", &x), ("y", &y), ("font-size", &size), ("fill", &fill)];
        if font.is_mono {
            attributes.push(("font-family", &family));
            // Spaces at the beginning and doubled ones mean something in code.
            attributes.push(("xml:space", &"preserve"));
        }
        if font.weight != 400 {
            attributes.push(("font-weight", &font.weight));
        }
        attributes.extend_from_slice(&[("textLength", &width as &dyn std::fmt::Display), ("lengthAdjust", &"spacingAndGlyphs")]);
        attributes.extend_from_slice(more);
        self.xml.text("text", &attributes, text);
    }

    fn icon(&mut self, strokes: &str, at: Point, size: f64, colour: &str, width: f64) {
        let scale = size / 24.0;
        let place = format!("translate({} {}) scale({})", Number(at.x), Number(at.y), Number(scale));
        let width = Number(width / scale);
        self.xml.empty(
            "path",
            &[
                ("d", &strokes),
                ("transform", &place),
                ("fill", &"none"),
                ("stroke", &colour),
                ("stroke-width", &width),
                ("stroke-linecap", &"round"),
                ("stroke-linejoin", &"round"),
            ],
        );
    }

    fn edges(&mut self, edges: &[&EdgeRow]) {
        let colour = self.hex("edge");
        for edge in edges {
            let way = path(&edge.curve);
            let is_unusual = matches!(edge.port, Port::OnError | Port::OnReject);
            let mut attributes: Vec<(&str, &dyn std::fmt::Display)> =
                vec![("d", &way), ("fill", &"none"), ("stroke", &colour), ("stroke-width", &"1.5"), ("stroke-linecap", &"round")];
            if is_unusual {
                attributes.push(("stroke-dasharray", &"5 5"));
            }
            self.xml.empty("path", &attributes);
            if let Some(tip) = edge.line.last() {
                let points = [*tip, tip.offset(-ARROW, -ARROW * 0.55), tip.offset(-ARROW, ARROW * 0.55)];
                let points = points.map(|p| format!("{},{}", Number(p.x), Number(p.y))).join(" ");
                self.xml.empty("polygon", &[("points", &points), ("fill", &colour)]);
            }
        }
        for edge in edges {
            self.label(edge, &colour);
        }
    }

    fn label(&mut self, edge: &EdgeRow, line: &str) {
        let Some(room) = edge.label_box else { return };
        let shown = LABEL.fit(&edge.label, room.w - 12.0);
        let width = LABEL.width(&shown) + 12.0;
        let x = if edge.leads_back() { room.center().x - width / 2.0 } else { room.x };
        self.rect(&Rect { x, w: width, ..room }, 6.0, &[("fill", &self.hex("ground")), ("stroke", &line)]);
        self.write(pt(x + 6.0, room.center().y + 4.0), LABEL, &shown, &self.hex("muted"), &[]);
    }

    fn card(&mut self, scene: &Scene, drawn: &Drawn<'_>, row: usize) {
        let (nodes, rect) = (scene.nodes(), scene.nodes().rect(row));
        self.shade(&rect);
        self.rect(&rect, RADIUS, &[("fill", &self.hex("card")), ("stroke", &self.hex("card-line"))]);
        let kind = scene.kind(nodes.kind[row]);
        let colour = self.how.look.kind(kind).hex;
        let middle = rect.y + CARD_HEIGHT / 2.0;
        let tile = Rect::new(rect.x + PAD, middle - TILE / 2.0, TILE, TILE);
        self.rect(&tile, 8.0, &[("fill", &colour), ("fill-opacity", &"0.14")]);
        self.icon(icon::of_kind(kind), pt(tile.x + 6.0, tile.y + 6.0), TILE - 12.0, &colour, 1.7);
        let left = tile.right() + 10.0;
        let most = rect.right() - PAD - left;
        let text = &nodes.texts[row];
        self.write(pt(left, middle - 4.0), TITLE, &TITLE.fit(canvas::title_of(&text.id), most), &self.hex("text"), &[]);
        self.write(pt(left, middle + 14.0), SUMMARY, &SUMMARY.fit(&text.summary, most), &self.hex("muted"), &[]);
        let key = nodes.keys[row];
        let (fill, line) = (self.hex("edge"), self.hex("edge"));
        for at in drawn.edges.iter().filter(|edge| edge.from == key).map(|edge| nodes.output(row, edge.port_at)) {
            let (x, y) = (Number(at.x), Number(at.y));
            self.xml.empty("circle", &[("cx", &x), ("cy", &y), ("r", &PORT), ("fill", &fill), ("stroke", &line), ("stroke-width", &"1.5")]);
        }
    }

    fn item(&mut self, item: &ItemRow) {
        match &item.content {
            ItemContent::Note { text, color } => self.note(&item.rect, text, color.as_deref().unwrap_or("yellow")),
            ItemContent::Frame { title, color } => self.frame(&item.rect, title, color.as_deref().unwrap_or("gray")),
            ItemContent::Picture { src, alt, .. } => self.picture(&item.rect, src, alt),
        }
    }

    fn note(&mut self, rect: &Rect, text: &str, colour: &str) {
        let colour = self.how.look.item(colour).hex;
        self.shade(rect);
        self.rect(rect, RADIUS, &[("fill", &self.hex("card"))]);
        let line: [(&str, &dyn std::fmt::Display); 4] =
            [("fill", &colour), ("fill-opacity", &"0.16"), ("stroke", &colour), ("stroke-opacity", &"0.5")];
        self.rect(rect, RADIUS, &line);
        let corner = rect.origin().offset(NOTE_ROOM.0, NOTE_ROOM.1);
        let sets = prose::set(text, rect.w - 2.0 * NOTE_ROOM.0);
        let inside = rect.grown(-1.0);
        self.clip(&inside, 0.0, |writer| sets.iter().for_each(|set| writer.set(set, corner)));
    }

    fn set(&mut self, set: &Set, corner: Point) {
        let placed = |rect: &Rect| Rect { x: corner.x + rect.x, y: corner.y + rect.y, ..*rect };
        match set {
            Set::Ground(rect) => self.rect(&placed(rect), 6.0, &[("fill", &self.hex("sunken"))]),
            Set::Bar(rect) => self.rect(&placed(rect), 0.0, &[("fill", &self.hex("line"))]),
            Set::Run { at, text, style, .. } => {
                let fill = self.hex(match (style.is_link, style.is_quiet) {
                    (true, _) => "accent",
                    (false, true) => "muted",
                    (false, false) => "text",
                });
                let mut more: Vec<(&str, &dyn std::fmt::Display)> = Vec::new();
                if style.is_slanted {
                    more.push(("font-style", &"italic"));
                }
                if style.is_struck {
                    more.push(("text-decoration", &"line-through"));
                }
                self.write(corner.offset(at.x, at.y), style.font(), text, &fill, &more);
            }
        }
    }

    fn frame(&mut self, rect: &Rect, title: &str, colour: &str) {
        let colour = self.how.look.item(colour).hex;
        self.rect(rect, RADIUS, &[("fill", &colour), ("fill-opacity", &"0.07"), ("stroke", &colour), ("stroke-opacity", &"0.55")]);
        self.clip(rect, RADIUS, |writer| {
            writer.rect(&Rect { h: FRAME_BAR, ..*rect }, 0.0, &[("fill", &colour), ("fill-opacity", &"0.16")]);
        });
        let at = pt(rect.x + PAD, rect.y + FRAME_BAR / 2.0 + 5.0);
        self.write(at, TITLE, &TITLE.fit(title, rect.w - 2.0 * PAD), &self.hex("text"), &[]);
    }

    fn picture(&mut self, rect: &Rect, src: &str, alt: &str) {
        let word = if alt.is_empty() { src } else { alt };
        if let Some(address) = (self.how.pictures)(src) {
            let (x, y, w, h) = (Number(rect.x), Number(rect.y), Number(rect.w), Number(rect.h));
            let place: [(&str, &dyn std::fmt::Display); 7] = [
                ("x", &x),
                ("y", &y),
                ("width", &w),
                ("height", &h),
                ("preserveAspectRatio", &"none"),
                ("aria-label", &word),
                // Viewers of the older standard know an address by this name only, and those of the newer by both.
                ("xlink:href", &address),
            ];
            return self.xml.empty("image", &place);
        }
        let muted = self.hex("muted");
        let line = self.hex("card-line");
        self.rect(rect, RADIUS, &[("fill", &muted), ("fill-opacity", &"0.08"), ("stroke", &line)]);
        let (size, middle) = (28.0, rect.center());
        self.icon(icon::NO_PICTURE, pt(middle.x - size / 2.0, middle.y - size), size, &muted, 1.5);
        let word = LABEL.fit(word, rect.w - 2.0 * PAD);
        self.write(pt(middle.x - LABEL.width(&word) / 2.0, middle.y + 18.0), LABEL, &word, &muted, &[]);
    }

    /// What `inside` writes, as far as it is in the rectangle.
    fn clip(&mut self, rect: &Rect, radius: f64, inside: impl FnOnce(&mut Self)) {
        self.clips += 1;
        let name = format!("clip-{}", self.clips);
        self.xml.open("clipPath", &[("id", &name)]);
        self.rect(rect, radius, &[]);
        self.xml.end();
        self.xml.open("g", &[("clip-path", &format!("url(#{name})"))]);
        inside(self);
        self.xml.end();
    }
}

/// A curve as the data of a path.
fn path(curve: &[Cubic]) -> String {
    let pair = |p: Point| format!("{} {}", Number(p.x), Number(p.y));
    let begin = curve.first().map(|first| format!("M{}", pair(first.from)));
    let pieces = curve.iter().map(|piece| format!("C{} {} {}", pair(piece.out), pair(piece.into), pair(piece.to)));
    begin.into_iter().chain(pieces).collect()
}
