//! Where runs are held, and those that are.

use graph::{NodeId, Port, ToolName};
use protocol::debug::{Breakpoint, Pause, Place, Stops};
use protocol::{GraphId, RunId};

use super::Model;

/// A run that is held.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Held {
    /// The run that a person or a client started.
    pub(crate) run: RunId,
    /// Its graph.
    pub(crate) graph: GraphId,
    /// Where.
    pub(crate) pause: Pause,
}

impl Held {
    /// The tool that was started: the outermost.
    pub(crate) fn tool(&self) -> &ToolName {
        self.pause.callers.first().map_or(&self.pause.tool, |caller| &caller.tool)
    }
}

impl Model {
    /// The run of the graph that is shown that was held last, and still is. None while a run is looked back at.
    pub(crate) fn held(&self) -> Option<&Held> {
        let shown = self.shown.filter(|_| self.past.is_none())?;
        self.held.iter().rev().find(|held| held.graph == shown)
    }

    /// Where runs of the graph that is shown are held.
    pub(crate) fn stops(&self) -> Option<&Stops> {
        self.stops.get(&self.shown?)
    }

    /// A run is held, or held elsewhere than it was.
    pub(crate) fn hold(&mut self, held: Held) {
        self.let_go(held.run);
        self.held.push(held);
    }

    /// A run is not held any more; says whether it was.
    pub(crate) fn let_go(&mut self, run: RunId) -> bool {
        let before = self.held.len();
        self.held.retain(|held| held.run != run);
        self.held.len() < before
    }
}

/// The breakpoint at a place.
pub(crate) fn stop_at<'s>(stops: &'s Stops, tool: &ToolName, place: &Place) -> Option<&'s Breakpoint> {
    stops.breakpoints.iter().find(|stop| stop.tool == *tool && stop.place == *place)
}

/// Sets a breakpoint at a place, or takes it away. A new one has a number that none has.
pub(crate) fn toggle(stops: &mut Stops, tool: &ToolName, place: Place) {
    if let Some(id) = stop_at(stops, tool, &place).map(|stop| stop.id) {
        return stops.breakpoints.retain(|stop| stop.id != id);
    }
    let id = stops.breakpoints.iter().map(|stop| stop.id).max().map_or(1, |most| most.saturating_add(1));
    stops.breakpoints.push(Breakpoint { id, tool: tool.clone(), place, condition: None, count: 1, is_enabled: true });
}

/// How a breakpoint is drawn.
pub(crate) fn drawn(stop: &Breakpoint) -> canvas::Stop {
    match (stop.is_enabled, stop.condition.is_some() || stop.count > 1) {
        (false, _) => canvas::Stop::Off,
        (true, true) => canvas::Stop::Sometimes,
        (true, false) => canvas::Stop::Always,
    }
}

/// The breakpoints of a tool, as they are drawn.
pub(crate) struct DrawnStops {
    nodes: Vec<(NodeId, canvas::Stop)>,
    edges: Vec<(NodeId, Port, canvas::Stop)>,
}

impl DrawnStops {
    /// Those of a tool.
    pub(crate) fn of(stops: Option<&Stops>, tool: &ToolName) -> Self {
        let mut drawn_stops = Self { nodes: Vec::new(), edges: Vec::new() };
        for stop in stops.into_iter().flat_map(|stops| &stops.breakpoints).filter(|stop| stop.tool == *tool) {
            match &stop.place {
                Place::Node { node } => drawn_stops.nodes.push((node.clone(), drawn(stop))),
                Place::Edge { node, port } => drawn_stops.edges.push((node.clone(), *port, drawn(stop))),
            }
        }
        drawn_stops
    }

    /// That before a node.
    pub(crate) fn before(&self, node: &NodeId) -> Option<canvas::Stop> {
        self.nodes.iter().find(|(at, _)| at == node).map(|(_, stop)| *stop)
    }

    /// That on an edge.
    pub(crate) fn on(&self, node: &NodeId, port: Port) -> Option<canvas::Stop> {
        self.edges.iter().find(|(at, by, _)| at == node && *by == port).map(|(.., stop)| *stop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breakpoint_is_set_and_taken_away_and_keeps_its_number() {
        let (tool, node, edge) = ("t".into(), Place::Node { node: "a".into() }, Place::Edge { node: "a".into(), port: Port::Next });
        let mut stops = Stops::default();
        toggle(&mut stops, &tool, node.clone());
        toggle(&mut stops, &tool, edge.clone());
        toggle(&mut stops, &tool, node.clone());
        toggle(&mut stops, &"other".into(), node.clone());
        let numbers: Vec<u32> = stops.breakpoints.iter().map(|stop| stop.id).collect();
        assert_eq!(numbers, [2, 3], "1 is gone, 2 is still the edge's");
        assert_eq!((stop_at(&stops, &tool, &node), stop_at(&stops, &tool, &edge).map(|stop| stop.id)), (None, Some(2)));
    }

    #[test]
    fn what_holds_only_sometimes_looks_otherwise() {
        let mut stops = Stops::default();
        toggle(&mut stops, &"t".into(), Place::Node { node: "a".into() });
        let look = |stops: &Stops, tool: &str| DrawnStops::of(Some(stops), &tool.into()).before(&"a".into());
        assert_eq!((look(&stops, "t"), look(&stops, "u")), (Some(canvas::Stop::Always), None));
        stops.breakpoints[0].count = 3;
        assert_eq!(look(&stops, "t"), Some(canvas::Stop::Sometimes), "from the third time on");
        stops.breakpoints[0].is_enabled = false;
        assert_eq!(look(&stops, "t"), Some(canvas::Stop::Off));
    }
}
