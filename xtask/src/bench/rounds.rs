//! The measuring itself: what is asked of whom, how often, in which order. It prints nothing and judges nothing.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::{Value, json};

use super::{
    Error,
    figures::{Figures, Round, What, Who, median, milliseconds},
    node_red::NodeRed,
    peers::Peer,
    rpc::Client,
};

/// Node-RED takes seconds to start, so it is started in every fourth round only.
const NODE_RED_STARTS_EVERY: usize = 4;
const WARM_UP_CALLS: usize = 200;
const CALLS_PER_ROUND: usize = 250;
/// Two lengths of the loop, within the thousand nodes that mcpgraph executes at most: a loop of n executes 2 n + 3 nodes.
const SHORT_LOOP: u64 = 50;
const LONG_LOOP: u64 = 450;
const LOOPS_PER_ROUND: usize = 5;
/// More runs than a server remembers, so that each that is measured takes the place of an old one, as in a server that has been
/// up for a while.
const WARM_UP_RUNS: usize = 120;
/// 1,001 and 10,001 nodes.
const THOUSAND_NODES: u64 = 499;
const TEN_THOUSAND_NODES: u64 = 4_999;
pub(super) const TOGETHER: usize = 200;
pub(super) const SLOW_MS: u64 = 100;

/// A program that serves a graph file over its standard streams.
pub(super) struct GraphServer {
    pub(super) who: Who,
    pub(super) program: PathBuf,
    /// What stands before the graph file on its command line.
    pub(super) arguments: Vec<OsString>,
}

impl GraphServer {
    fn start(&self, file: &Path, more: &[OsString]) -> Result<Client, Error> {
        Client::start(self.who.name(), Command::new(&self.program).args(&self.arguments).arg(file).args(more))
    }

    fn start_greeted(&self, file: &Path, more: &[OsString]) -> Result<Client, Error> {
        let mut client = self.start(file, more)?;
        client.greet()?;
        Ok(client)
    }
}

/// Everything that takes part.
pub(super) struct Field {
    /// Ourselves, and mcpgraph where it can be had.
    pub(super) servers: Vec<GraphServer>,
    pub(super) node_red: Option<Peer>,
    /// mcpgraph's own examples, or the same in our shape where it cannot be had.
    pub(super) switch_file: PathBuf,
    pub(super) loop_file: PathBuf,
    /// Ours only: the loop with a raised limit, and the call that waits, with what names its server.
    pub(super) long_loop_file: PathBuf,
    pub(super) slow_file: PathBuf,
    pub(super) slow_arguments: Vec<OsString>,
    /// The flow of Node-RED, and a folder for it to write to.
    pub(super) flow: PathBuf,
    pub(super) scratch: PathBuf,
}

/// One of those that answer the same two questions.
enum Asked {
    Server { who: Who, switch: Box<Client>, sum: Box<Client> },
    NodeRed(Box<NodeRed>),
}

impl Asked {
    fn who(&self) -> Who {
        match self {
            Self::Server { who, .. } => *who,
            Self::NodeRed(_) => Who::NodeRed,
        }
    }

    /// Resident memory of the one that answers the switch example's tool.
    fn resident(&self) -> Option<f64> {
        match self {
            Self::Server { switch, .. } => switch.process.resident(),
            Self::NodeRed(flow) => flow.process.resident(),
        }
    }

    /// The switch example's tool; `index` chooses the branch.
    fn switch(&mut self, index: usize) -> Result<(), Error> {
        let (value, result) = [(11, "high"), (10, "low"), (0, "zero_or_negative"), (-3, "zero_or_negative")][index % 4];
        let (arguments, expected) = (json!({"value": value}), json!({"result": result}));
        match self {
            Self::Server { switch, .. } => switch.call("test_switch", arguments, &expected),
            Self::NodeRed(flow) => flow.call("/call", &arguments, &expected),
        }
    }

    /// The loop example's tool.
    fn sum(&mut self, n: u64) -> Result<(), Error> {
        match self {
            Self::Server { sum, .. } => sum.call("sum_to_n", json!({"n": n}), &sum_to(n)),
            Self::NodeRed(flow) => flow.call("/loop", &json!({"n": n}), &sum_to(n)),
        }
    }
}

fn sum_to(n: u64) -> Value {
    json!({"sum": n * (n + 1) / 2})
}

impl Field {
    /// Measures everything in so many rounds for each part.
    pub(super) fn measure(&self, rounds: usize, say: impl Fn(&str)) -> Result<Figures, Error> {
        let mut figures = Figures::default();
        say("starting, and weighing what has started");
        self.starts(rounds, &mut figures)?;
        let mut asked = self.start_all()?;
        say("calling the switch example");
        calls(&mut asked, rounds, &mut figures)?;
        say("looping");
        loops(&mut asked, rounds, &mut figures)?;
        drop(asked);
        say("looping for 10,000 nodes");
        self.growth(rounds, &mut figures)?;
        say("calling 200 times at once");
        self.together(rounds, &mut figures)?;
        Ok(figures)
    }

    fn starts(&self, rounds: usize, figures: &mut Figures) -> Result<(), Error> {
        for round in (0..rounds).map(Round::begin) {
            for server in round.order(self.servers.iter().collect()) {
                let start = Instant::now();
                let client = server.start_greeted(&self.switch_file, &[])?;
                figures.add(round, server.who, What::Start, milliseconds(start.elapsed()));
                weigh(figures, round, server.who, What::Memory, client.process.resident());
            }
            if round.index.is_multiple_of(NODE_RED_STARTS_EVERY)
                && let Some(peer) = &self.node_red
            {
                let start = Instant::now();
                let flow = NodeRed::start(peer, &self.flow, &self.scratch)?;
                figures.add(round, Who::NodeRed, What::Start, milliseconds(start.elapsed()));
                weigh(figures, round, Who::NodeRed, What::Memory, flow.process.resident());
            }
        }
        Ok(())
    }

    fn start_all(&self) -> Result<Vec<Asked>, Error> {
        let mut asked = Vec::new();
        for server in &self.servers {
            asked.push(Asked::Server {
                who: server.who,
                switch: Box::new(server.start_greeted(&self.switch_file, &[])?),
                sum: Box::new(server.start_greeted(&self.loop_file, &[])?),
            });
        }
        if let Some(peer) = &self.node_red {
            asked.push(Asked::NodeRed(Box::new(NodeRed::start(peer, &self.flow, &self.scratch)?)));
        }
        Ok(asked)
    }

    /// Each length has a server of its own, so that no run pays for letting a longer one be forgotten.
    fn growth(&self, rounds: usize, figures: &mut Figures) -> Result<(), Error> {
        for server in self.servers.iter().filter(|server| server.who == Who::Patchbay) {
            let mut clients = Vec::new();
            for (what, n) in [(What::Thousand, THOUSAND_NODES), (What::TenThousand, TEN_THOUSAND_NODES)] {
                let mut client = server.start_greeted(&self.long_loop_file, &[])?;
                (0..WARM_UP_RUNS).try_for_each(|_| client.call("sum_to_n", json!({"n": n}), &sum_to(n)))?;
                clients.push((what, n, client));
            }
            for round in (0..rounds).map(Round::begin) {
                for (what, n, client) in round.order(clients.iter_mut().collect()) {
                    let took = fastest(LOOPS_PER_ROUND, || client.call("sum_to_n", json!({"n": *n}), &sum_to(*n)))?;
                    figures.add(round, server.who, *what, took);
                }
            }
        }
        Ok(())
    }

    fn together(&self, rounds: usize, figures: &mut Figures) -> Result<(), Error> {
        let (arguments, expected) = (json!({"ms": SLOW_MS}), json!({"said": "done"}));
        for server in self.servers.iter().filter(|server| server.who == Who::Patchbay) {
            let mut client = server.start_greeted(&self.slow_file, &self.slow_arguments)?;
            // The first call starts the server that waits.
            client.call("slow", json!({"ms": 0}), &expected)?;
            for round in (0..rounds).map(Round::begin) {
                let took = timed(1, |_| client.call_together("slow", &arguments, &expected, TOGETHER))?;
                figures.add(round, server.who, What::Together, took);
            }
        }
        Ok(())
    }
}

fn weigh(figures: &mut Figures, round: Round, who: Who, what: What, resident: Option<f64>) {
    if let Some(resident) = resident {
        figures.add(round, who, what, resident);
    }
}

fn calls(asked: &mut [Asked], rounds: usize, figures: &mut Figures) -> Result<(), Error> {
    for one in &mut *asked {
        (0..WARM_UP_CALLS).try_for_each(|index| one.switch(index))?;
    }
    for round in (0..rounds).map(Round::begin) {
        for one in round.order(asked.iter_mut().collect()) {
            let took = timed(CALLS_PER_ROUND, |index| one.switch(index))?;
            figures.add(round, one.who(), What::Call, took);
        }
    }
    let after = Round::begin(rounds);
    for one in asked {
        weigh(figures, after, one.who(), What::MemoryInUse, one.resident());
    }
    Ok(())
}

/// The cost of a node is the slope between a short and a long loop, so that what a call costs by itself is not in it.
fn loops(asked: &mut [Asked], rounds: usize, figures: &mut Figures) -> Result<(), Error> {
    for one in &mut *asked {
        fastest(LOOPS_PER_ROUND, || one.sum(LONG_LOOP))?;
    }
    for round in (0..rounds).map(Round::begin) {
        for one in round.order(asked.iter_mut().collect()) {
            let short = fastest(LOOPS_PER_ROUND, || one.sum(SHORT_LOOP))?;
            let long = fastest(LOOPS_PER_ROUND, || one.sum(LONG_LOOP))?;
            let nodes = 2 * (LONG_LOOP - SHORT_LOOP);
            figures.add(round, one.who(), What::Node, (long - short) / nodes as f64);
        }
    }
    Ok(())
}

/// The median of so many times, in milliseconds.
fn timed(count: usize, act: impl FnMut(usize) -> Result<(), Error>) -> Result<f64, Error> {
    Ok(median(times(count, act)?).unwrap_or_default())
}

/// The shortest of so many times, in milliseconds: where long is held against short, since the longer a call, the likelier it is
/// that another process of the machine comes in between.
fn fastest(count: usize, mut act: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    Ok(times(count, |_| act())?.into_iter().fold(f64::INFINITY, f64::min))
}

fn times(count: usize, mut act: impl FnMut(usize) -> Result<(), Error>) -> Result<Vec<f64>, Error> {
    let mut times = Vec::with_capacity(count);
    for index in 0..count {
        let start = Instant::now();
        act(index)?;
        times.push(milliseconds(start.elapsed()));
    }
    Ok(times)
}
