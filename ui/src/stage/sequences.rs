//! Random gestures over a drawing, each made to the files as the app makes it; and then all of it taken back.

use std::sync::Arc;

use canvas::{Button, Canvas, Direction, Event, Held, Input, Key, Pixel, Pointer, Rect, Scene};
use format::{LayoutSource, Source, TextChange};
use graph::ToolName;
use proptest::prelude::*;
use protocol::{GraphId, GraphView};

use super::asking;
use crate::wishes::{self, Answer};

const GRAPH: &str = include_str!("../../../graphs/loop.yaml");
const LAYOUT: &str = "\
# Where it stands
tools:
  sum_to_n: # the only one
    nodes:
      increment: [260, 40] # moved by hand
    items:
      - id: frame
        type: frame
        title: The loop
        at: [220, -60]
        size: [900, 320]
      - {id: note, type: note, text: hello, at: [0, 300], size: [160, 80]}
";

/// What a hand does.
#[derive(Clone, Debug)]
enum Act {
    /// Drags from the n-th of the places that mean something, with keys held.
    Drag(usize, To, Held),
    /// Clicks there.
    Click(usize, Held),
    Press(Key, Held),
}

/// Where something is dragged.
#[derive(Clone, Debug)]
enum To {
    /// By so much, in CSS pixels.
    By(f32, f32),
    /// To the n-th of the places.
    Place(usize),
}

/// The files and the drawing of them.
struct World {
    canvas: Canvas,
    source: Source,
    layout: LayoutSource,
    /// Each step as the changes of both texts.
    steps: Vec<[TextChange; 2]>,
    tool: ToolName,
    time: f64,
}

impl World {
    fn new() -> Self {
        let source = Source::parse(GRAPH.to_owned()).unwrap();
        let layout = LayoutSource::parse(LAYOUT.to_owned()).unwrap();
        assert_eq!(layout.faults(), [], "the layout is all understood");
        let tool = source.graph().tools[0].name.clone();
        let mut world = Self { canvas: Canvas::default(), source, layout, steps: Vec::new(), tool, time: 0.0 };
        let drawn = world.source.graph().tools[0].clone();
        let drawing = world.layout.layout().drawing(world.tool.as_str()).cloned().unwrap_or_default();
        world.canvas.show(Scene::from_tool(&drawn, &drawing, draw::face));
        world.input(Held::default(), Event::Resize(1200.0, 800.0));
        world
    }

    fn view(&self) -> GraphView {
        GraphView {
            id: GraphId(1),
            path: "/loop.yaml".to_owned(),
            dialect: String::new(),
            graph: Arc::new(self.source.graph().clone()),
            layout: self.layout.layout().clone(),
            problems: Vec::new(),
            revision: 1,
            undo: None,
            redo: None,
            unsaved: None,
            conflict: None,
        }
    }

    /// Places at which a gesture may begin: cards, ports, items, and between them.
    fn places(&self) -> Vec<Pixel> {
        let scene = self.canvas.scene();
        let nodes = scene.nodes();
        let corner = |rect: &Rect| canvas::pt(rect.x + 4.0, rect.y + 4.0);
        let mut places: Vec<canvas::Point> = (0..nodes.len()).map(|row| nodes.rect(row).center()).collect();
        places.extend(scene.edges().rows.iter().filter_map(|edge| scene.output(edge.from, edge.port)));
        places.extend(scene.edges().rows.iter().filter_map(|edge| edge.line.get(edge.line.len() / 2).copied()));
        places.extend(scene.items().iter().map(|item| corner(&item.rect)));
        places.extend([canvas::pt(-150.0, -150.0), canvas::pt(400.0, 500.0)]);
        places.into_iter().map(|place| self.canvas.camera().to_screen(place)).collect()
    }

    fn input(&mut self, held: Held, event: Event) {
        self.time += 40.0;
        let intents = self.canvas.handle(&Input { time: self.time, held, event }).intents;
        for intent in &intents {
            let Some(wish) = asking::wish(&self.canvas, intent) else { continue };
            // What a graph cannot become is refused; what is asked for first is no change yet.
            if let Ok(Answer::Change(change)) = wishes::answer(&self.view(), &self.tool, wish) {
                self.make(change.edit.as_ref(), change.layout.as_ref());
            }
        }
    }

    fn make(&mut self, edit: Option<&graph::Edit>, layout: Option<&graph::LayoutEdit>) {
        let nothing = TextChange { splices: Vec::new() };
        let graph = edit.map_or(Ok(nothing.clone()), |edit| self.source.apply(edit)).unwrap();
        let layout = layout.map_or(Ok(nothing), |layout| self.layout.apply(layout)).unwrap();
        self.steps.push([graph, layout]);
        let Some(tool) = self.source.graph().tool(self.tool.as_str()).cloned() else { unreachable!("no gesture removes a tool") };
        let drawing = self.layout.layout().drawing(self.tool.as_str()).cloned().unwrap_or_default();
        self.canvas.follow(&tool, &drawing, draw::face);
    }

    fn act(&mut self, act: &Act) {
        let mouse = Pointer { id: 1, is_touch: false };
        match act {
            Act::Drag(at, to, held) => {
                let places = self.places();
                let from = places[at % places.len()];
                let (dx, dy) = match to {
                    To::By(dx, dy) => (*dx, *dy),
                    To::Place(at) => (places[at % places.len()].x - from.x, places[at % places.len()].y - from.y),
                };
                let at = |share: f32| Pixel { x: from.x + dx * share, y: from.y + dy * share };
                self.input(*held, Event::Move(mouse, from));
                self.input(*held, Event::Down(mouse, Button::Main, from));
                for share in [0.3, 0.7, 1.0] {
                    self.input(*held, Event::Move(mouse, at(share)));
                }
                self.input(*held, Event::Up(mouse, at(1.0)));
            }
            Act::Click(at, held) => {
                let places = self.places();
                let at = places[at % places.len()];
                self.input(*held, Event::Move(mouse, at));
                self.input(*held, Event::Down(mouse, Button::Main, at));
                self.input(*held, Event::Up(mouse, at));
            }
            Act::Press(key, held) => {
                self.input(*held, Event::Press(*key));
                self.input(*held, Event::Release(*key));
            }
        }
        self.sweep(act);
    }

    /// What holds after every act.
    fn sweep(&self, act: &Act) {
        let again = Source::parse(self.source.text().to_owned()).unwrap_or_else(|error| panic!("after {act:?}: {error}"));
        assert_eq!(again.graph(), self.source.graph(), "the text says what the graph is, after {act:?}");
        assert_eq!(
            LayoutSource::parse(self.layout.text().to_owned()).unwrap().layout(),
            self.layout.layout(),
            "and the layout's, after {act:?}"
        );
        let tool = self.source.graph().tool(self.tool.as_str()).unwrap();
        let scene = self.canvas.scene();
        assert_eq!(scene.nodes().len(), tool.nodes.len(), "each node is drawn once, after {act:?}");
        assert!(tool.nodes.iter().all(|node| scene.find(node.id.as_str()).is_some()), "by its own id, after {act:?}");
        let selection = self.canvas.selection();
        assert!(selection.nodes.iter().all(|key| scene.row(*key).is_some()), "what is selected is there, after {act:?}");
    }
}

fn held() -> impl Strategy<Value = Held> {
    prop_oneof![
        6 => Just(Held::default()),
        1 => Just(Held { shift: true, ..Held::default() }),
        1 => Just(Held { control: true, ..Held::default() }),
        1 => Just(Held { alt: true, ..Held::default() }),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let directions = [Direction::Left, Direction::Right, Direction::Up, Direction::Down];
    let arrows = directions.map(Key::Arrow);
    let others = [Key::Escape, Key::Enter, Key::Delete, Key::Home, Key::End, Key::Character('m'), Key::Character('c'), Key::Character('e')];
    let keys: Vec<Key> = arrows.into_iter().chain(arrows).chain(others).collect();
    let to = prop_oneof![
        (-500.0f32..500.0, -300.0f32..300.0).prop_map(|(dx, dy)| To::By(dx, dy)),
        any::<prop::sample::Index>().prop_map(|at| To::Place(at.index(64))),
    ];
    prop_oneof![
        4 => (any::<prop::sample::Index>(), to, held()).prop_map(|(at, to, held)| Act::Drag(at.index(64), to, held)),
        2 => (any::<prop::sample::Index>(), held()).prop_map(|(at, held)| Act::Click(at.index(64), held)),
        3 => (prop::sample::select(keys), held()).prop_map(|(key, held)| Act::Press(key, held)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn after_any_gestures_and_all_of_them_undone_the_files_have_the_same_bytes(acts in prop::collection::vec(act(), 1..24)) {
        let mut world = World::new();
        for act in &acts {
            world.act(act);
        }
        let (mut graph, mut layout) = (world.source.text().to_owned(), world.layout.text().to_owned());
        for [of_graph, of_layout] in world.steps.iter().rev() {
            graph = of_graph.inverse().apply(&graph).unwrap();
            layout = of_layout.inverse().apply(&layout).unwrap();
        }
        prop_assert_eq!(graph, GRAPH, "the graph after {} steps", world.steps.len());
        prop_assert_eq!(layout, LAYOUT, "the layout");
    }
}

#[test]
fn the_acts_do_reach_the_files() {
    let mut world = World::new();
    for (from, to) in (0..world.places().len()).flat_map(|from| [(from, To::By(120.0, 90.0)), (from, To::Place(1))]) {
        world.act(&Act::Drag(from, to, Held::default()));
    }
    assert!(world.steps.iter().any(|[_, layout]| !layout.is_empty()), "something was moved");
    assert!(world.steps.iter().any(|[graph, _]| !graph.is_empty()), "something was connected");
}
