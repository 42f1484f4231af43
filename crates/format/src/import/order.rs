//! Connections between any ports as the ways that a graph has: one way out of each port, branches that meet at a join, bodies
//! that end at theirs. Knows nothing of what nodes do but which of them choose and which repeat.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::Line;
use super::flow::{Flow, Step, Wire};

/// A place to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Stop {
    /// A node of the file.
    Step(usize),
    /// A fork that was put in.
    Fork(usize),
    /// The end.
    Exit,
}

/// A way out of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Way {
    /// What follows; where a switch goes when its rule does not hold.
    Next,
    /// Where a switch goes when its rule holds.
    Holds,
    /// What a loop does for each item.
    Body,
    /// What follows a loop.
    Join,
    /// Where a failure leads.
    Failed,
}

/// Branches that run at once.
#[derive(Clone, Debug)]
pub(super) struct Fork {
    /// The node that is left by them; none for the beginning.
    pub(super) from: Option<usize>,
    pub(super) branches: Vec<Stop>,
    pub(super) join: Stop,
}

/// The ways of a whole flow.
pub(super) struct Ways {
    /// Where the flow begins.
    pub(super) first: Stop,
    /// The node that the entry is made of.
    pub(super) trigger: Option<usize>,
    pub(super) of: Vec<BTreeMap<Way, Stop>>,
    /// Some are none any more: their branches do not run at once.
    pub(super) forks: Vec<Option<Fork>>,
    /// Connections that a graph has no form for.
    pub(super) dropped: Vec<Value>,
}

pub(super) fn is_trigger(step: &Step) -> bool {
    step.kind.contains("trigger") || matches!(step.kind.as_str(), "start" | "entry" | "input" | "webhook" | "schedule")
}

pub(super) fn is_end(step: &Step) -> bool {
    matches!(step.kind.as_str(), "end" | "exit" | "output" | "response" | "stop")
}

pub(super) fn is_note(step: &Step) -> bool {
    matches!(step.kind.as_str(), "note" | "comment" | "sticky" | "sticky-note")
}

pub(super) fn chooses(step: &Step) -> bool {
    matches!(step.kind.as_str(), "conditional" | "condition" | "if" | "switch" | "branch" | "decision")
}

pub(super) fn repeats(step: &Step) -> bool {
    matches!(step.kind.as_str(), "loop" | "foreach" | "for-each" | "forEach" | "iterator" | "map")
}

/// Which way an output is.
fn way(step: &Step, output: &str) -> Way {
    let is = |words: &[&str]| words.contains(&output);
    if is(&["error", "failed", "failure", "catch"]) && !chooses(step) {
        Way::Failed
    } else if chooses(step) {
        if is(&["false", "no", "else", "default", "1", "otherwise"]) { Way::Next } else { Way::Holds }
    } else if repeats(step) {
        if is(&["done", "complete", "completed", "end", "after", "1", "finished"]) { Way::Join } else { Way::Body }
    } else {
        Way::Next
    }
}

/// Gives the connections the form that a graph has.
pub(super) fn order(flow: &Flow, report: &mut Vec<Line>) -> Ways {
    let steps = &flow.nodes;
    let trigger = steps.iter().position(is_trigger);
    let mut ways = Ways { first: Stop::Exit, trigger, of: vec![BTreeMap::new(); steps.len()], forks: Vec::new(), dropped: Vec::new() };
    let mut wires: Vec<&Wire> = flow.wires.iter().filter(|wire| !is_note(&steps[wire.from]) && !is_note(&steps[wire.to])).collect();
    wires.retain(|wire| {
        let is_odd = is_trigger(&steps[wire.to]) || is_end(&steps[wire.from]) || wire.from == wire.to;
        if is_odd {
            ways.dropped.push(wire.whole.clone());
            let (from, to) = (&steps[wire.from], &steps[wire.to]);
            report.push(Line::new(
                format!("the connection from {} to {}", from.told(), to.told()),
                "kept under `imported`: nothing can go that way",
            ));
        }
        !is_odd
    });
    let stop = |to: usize| if is_end(&steps[to]) { Stop::Exit } else { Stop::Step(to) };
    let mut targets: BTreeMap<(usize, Way), Vec<Stop>> = BTreeMap::new();
    let mut begins: Vec<Stop> = Vec::new();
    for wire in &wires {
        let list = if is_trigger(&steps[wire.from]) {
            &mut begins
        } else {
            targets.entry((wire.from, way(&steps[wire.from], &wire.output))).or_default()
        };
        if !list.contains(&stop(wire.to)) {
            list.push(stop(wire.to));
        }
    }
    let entered: HashSet<usize> = wires.iter().map(|wire| wire.to).collect();
    for (i, step) in steps.iter().enumerate() {
        if !entered.contains(&i) && !is_trigger(step) && !is_note(step) && !is_end(step) {
            begins.push(Stop::Step(i));
        }
    }
    for ((from, way), stops) in targets {
        let to = ways.lead(Some(from), stops);
        ways.of[from].insert(way, to);
    }
    ways.first = ways.lead(None, begins);
    for (i, step) in steps.iter().enumerate().filter(|(_, step)| !is_trigger(step) && !is_note(step) && !is_end(step)) {
        let onward = if repeats(step) { Way::Join } else { Way::Next };
        ways.of[i].entry(onward).or_insert(Stop::Exit);
        if chooses(step) {
            ways.of[i].entry(Way::Holds).or_insert(Stop::Exit);
        }
    }
    for (i, _) in steps.iter().enumerate().filter(|(_, step)| repeats(step)) {
        ways.close_body(flow, i, report);
    }
    ways.join_forks(flow, report);
    ways.simplify_forks();
    for ways in &mut ways.of {
        // All of the body was what follows the loop.
        if ways.get(&Way::Body).is_some_and(|body| ways.get(&Way::Join) == Some(body)) {
            ways.remove(&Way::Body);
        }
    }
    ways
}

impl Ways {
    /// Where several ways lead together: to the one, or to a fork.
    fn lead(&mut self, from: Option<usize>, mut stops: Vec<Stop>) -> Stop {
        // What also leads to the end leads there anyway.
        if stops.len() > 1 {
            stops.retain(|stop| *stop != Stop::Exit);
        }
        match stops.as_slice() {
            [] => Stop::Exit,
            [one] => *one,
            _ => {
                self.forks.push(Some(Fork { from, branches: stops, join: Stop::Exit }));
                Stop::Fork(self.forks.len() - 1)
            }
        }
    }

    /// Where one can go from a stop.
    fn after(&self, at: Stop) -> Vec<Stop> {
        match at {
            Stop::Step(i) => self.of[i].values().copied().collect(),
            Stop::Fork(i) => self.forks[i].as_ref().map(|fork| fork.branches.clone()).unwrap_or_default(),
            Stop::Exit => Vec::new(),
        }
    }

    /// All that is reached from a stop before another.
    fn reach(&self, from: Stop, end: Stop) -> HashSet<Stop> {
        let mut queue = vec![from];
        let mut seen = HashSet::new();
        while let Some(at) = queue.pop() {
            if at != end && seen.insert(at) {
                queue.extend(self.after(at));
            }
        }
        seen
    }

    /// Lets the body of a loop end at its join, where it led back to the loop, to nowhere, or to what follows the loop.
    fn close_body(&mut self, flow: &Flow, holder: usize, report: &mut Vec<Line>) {
        let own = Stop::Step(holder);
        let (Some(join), Some(body)) = (self.of[holder].get(&Way::Join).copied(), self.of[holder].get(&Way::Body).copied()) else { return };
        let mut outside = self.reach(join, own);
        outside.extend([own, join, Stop::Exit]);
        if outside.contains(&body) {
            self.of[holder].remove(&Way::Body);
            report.push(Line::new(format!("the body of {}", flow.nodes[holder].told()), "left out: it is what follows the loop too"));
            return;
        }
        let mut queue = vec![body];
        let mut inside = HashSet::new();
        while let Some(at) = queue.pop() {
            if !outside.contains(&at) && inside.insert(at) {
                queue.extend(self.after(at));
            }
        }
        let mut is_cut = false;
        let mut closed = |to: &mut Stop| {
            is_cut |= outside.contains(to) && ![own, join, Stop::Exit].contains(to);
            if outside.contains(to) {
                *to = join;
            }
        };
        for at in inside {
            match at {
                Stop::Step(i) => self.of[i].values_mut().for_each(&mut closed),
                Stop::Fork(i) => self.forks[i].iter_mut().flat_map(|fork| &mut fork.branches).for_each(&mut closed),
                Stop::Exit => {}
            }
        }
        if is_cut {
            report.push(Line::new(
                format!("the body of {}", flow.nodes[holder].told()),
                "ended at its join, where it led on to what follows the loop",
            ));
        }
    }

    fn join_forks(&mut self, flow: &Flow, report: &mut Vec<Line>) {
        for i in 0..self.forks.len() {
            let Some(mut fork) = self.forks[i].clone() else { continue };
            unique(&mut fork.branches);
            self.drop_back(flow, i, &mut fork, report);
            let join = self.meeting(&fork.branches);
            fork.join = join;
            fork.branches.retain(|branch| *branch != join);
            if fork.branches.len() < 2 {
                let only = fork.branches.first().copied().unwrap_or(join);
                self.forks[i] = None;
                self.redirect(Stop::Fork(i), only);
                continue;
            }
            let told = fork
                .from
                .map_or_else(|| "several beginnings".to_owned(), |from| format!("several ways out of {}", flow.nodes[from].told()));
            let reached: Vec<HashSet<Stop>> = fork.branches.iter().map(|branch| self.reach(*branch, join)).collect();
            let is_apart = (0..reached.len()).all(|a| (a + 1..reached.len()).all(|b| reached[a].is_disjoint(&reached[b])));
            let all: HashSet<Stop> = reached.into_iter().flatten().collect();
            if is_apart {
                report.push(Line::new(told, "a `parallel` node and its join"));
                self.forks[i] = Some(fork);
            } else if let Some(line) = self.line(flow, &all) {
                self.forks[i] = None;
                for (at, next) in line.iter().zip(line.iter().skip(1).copied().chain([join])) {
                    if let Stop::Step(step) = at {
                        self.of[*step].insert(Way::Next, next);
                    }
                }
                all.iter().for_each(|at| {
                    if let Stop::Fork(inner) = at {
                        self.forks[*inner] = None
                    }
                });
                self.redirect(Stop::Fork(i), line[0]);
                report.push(Line::new(told, "nodes one after another, since their branches share some of them"));
            } else {
                report.push(Line::new(told, "a `parallel` node; what its branches share is run in each of them"));
                self.forks[i] = Some(fork);
            }
        }
    }

    /// Forks of which one way is left are none.
    fn simplify_forks(&mut self) {
        while let Some((i, only)) = self.forks.iter_mut().enumerate().find_map(|(i, fork)| {
            let fork = fork.as_mut()?;
            let join = fork.join;
            fork.branches.retain(|branch| *branch != join);
            unique(&mut fork.branches);
            (fork.branches.len() < 2).then(|| (i, fork.branches.first().copied().unwrap_or(join)))
        }) {
            self.forks[i] = None;
            self.redirect(Stop::Fork(i), only);
        }
    }

    /// Takes away the branches that only lead back to where they began: they would never come to a join.
    fn drop_back(&mut self, flow: &Flow, i: usize, fork: &mut Fork, report: &mut Vec<Line>) {
        let begins = fork.from.map_or(Stop::Fork(i), Stop::Step);
        let (onward, back): (Vec<Stop>, Vec<Stop>) =
            fork.branches.iter().partition(|branch| self.reach(**branch, begins).contains(&Stop::Exit));
        for branch in back {
            let Stop::Step(to) = branch else { continue };
            let to_told = flow.nodes[to].told();
            let from_told = fork.from.map_or_else(|| "the beginning".to_owned(), |from| flow.nodes[from].told());
            report.push(Line::new(
                format!("the connection from {from_told} to {to_told}"),
                "kept under `imported`: it leads round for ever beside other ways",
            ));
            let wires = flow.wires.iter().filter(|wire| Some(wire.from) == fork.from && wire.to == to);
            self.dropped.extend(wires.map(|wire| wire.whole.clone()));
        }
        fork.branches = onward;
        self.forks[i] = Some(fork.clone());
    }

    /// The first stop that all ways from these pass.
    fn meeting(&self, stops: &[Stop]) -> Stop {
        let candidates: Vec<Stop> = {
            // In the order of a walk, so that the nearest comes first.
            let mut queue = std::collections::VecDeque::from(stops.to_vec());
            let mut seen: HashSet<Stop> = stops.iter().copied().collect();
            let mut order = Vec::new();
            while let Some(at) = queue.pop_front() {
                order.push(at);
                queue.extend(self.after(at).into_iter().filter(|to| seen.insert(*to)));
            }
            order
        };
        let is_passed = |candidate: Stop| {
            stops.iter().all(|stop| *stop == candidate || !self.reach(*stop, candidate).contains(&Stop::Exit))
                && stops
                    .iter()
                    .all(|stop| *stop == candidate || self.reach(*stop, candidate).iter().any(|at| self.after(*at).contains(&candidate)))
        };
        candidates
            .into_iter()
            .filter(|candidate| !matches!(candidate, Stop::Fork(_) | Stop::Exit))
            .find(|candidate| is_passed(*candidate))
            .unwrap_or(Stop::Exit)
    }

    /// Plain nodes, each behind all that lead to it; none where some choose, repeat or go round.
    fn line(&self, flow: &Flow, all: &HashSet<Stop>) -> Option<Vec<Stop>> {
        let mut left: Vec<usize> = all.iter().filter_map(|at| if let Stop::Step(i) = at { Some(*i) } else { None }).collect();
        left.sort_unstable();
        let is_plain =
            |i: &usize| !chooses(&flow.nodes[*i]) && !repeats(&flow.nodes[*i]) && self.of[*i].keys().all(|way| *way == Way::Next);
        if !left.iter().all(is_plain) {
            return None;
        }
        let mut line = Vec::new();
        while !left.is_empty() {
            let free = left.iter().position(|i| !flow.wires.iter().any(|wire| wire.to == *i && left.contains(&wire.from)))?;
            line.push(Stop::Step(left.remove(free)));
        }
        Some(line)
    }

    fn redirect(&mut self, from: Stop, to: Stop) {
        let change = |stop: &mut Stop| {
            if *stop == from {
                *stop = to;
            }
        };
        change(&mut self.first);
        self.of.iter_mut().flat_map(BTreeMap::values_mut).for_each(change);
        self.forks.iter_mut().flatten().flat_map(|fork| fork.branches.iter_mut().chain([&mut fork.join])).for_each(change);
    }
}

fn unique(stops: &mut Vec<Stop>) {
    let mut seen = HashSet::new();
    stops.retain(|stop| seen.insert(*stop));
}
