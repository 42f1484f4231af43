//! What one line of execution has seen: the latest output of each node, and all of them in their order.
//!
//! A branch or an item has a scope of its own over its parent's; at the join the outputs are added to the parent's in the
//! order of the branches, so that two runs of the same answers see the same.

use std::sync::Arc;

use expr::Context;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::Moment;
use crate::part::Seen;
use crate::plan::{NodeIndex, Plan};
use crate::step::StepId;

/// An output: which node gave it, in which step. None for what was there before the run.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) node: NodeIndex,
    pub(crate) step: Option<StepId>,
    pub(crate) value: Arc<Value>,
}

/// The item that a body works on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The item.
    pub value: Arc<Value>,
    /// Its position, from 0.
    pub index: u32,
}

/// The outputs that a line of execution sees.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    parent: Option<Arc<Scope>>,
    arguments: Arc<Value>,
    given: Vec<Given>,
    /// For each node, its positions in `given`.
    of_node: Vec<Vec<u32>>,
    item: Option<Item>,
    error: Option<Arc<Value>>,
}

impl Scope {
    pub(crate) fn root(plan: &Plan, arguments: Arc<Value>) -> Self {
        Self { parent: None, arguments, given: Vec::new(), of_node: vec![Vec::new(); plan.len()], item: None, error: None }
    }

    /// A scope in which all is there that was seen before. Of nodes that the plan lacks there is nothing.
    pub(crate) fn after(plan: &Plan, arguments: Arc<Value>, seen: &Seen) -> Self {
        let mut scope = Self::root(plan, arguments);
        for (id, value) in &seen.given {
            if let Some(node) = plan.find(id) {
                scope.give(Given { node, step: None, value: value.clone() });
            }
        }
        (scope.item, scope.error) = (seen.item.clone(), seen.error.clone());
        scope
    }

    /// All that is seen here, the outermost first.
    pub(crate) fn seen(&self, plan: &Plan, last: Option<Arc<Value>>) -> Seen {
        let lines: Vec<&Scope> = self.lines().collect();
        let given = lines.iter().rev().flat_map(|scope| &scope.given);
        Seen {
            given: given.map(|given| (plan.node(given.node).id.clone(), given.value.clone())).collect(),
            last,
            item: lines.iter().find_map(|scope| scope.item.clone()),
            error: lines.iter().find_map(|scope| scope.error.clone()),
        }
    }

    /// A scope for a branch, or for an item.
    pub(crate) fn inner(outer: &Arc<Scope>, item: Option<Item>) -> Self {
        Self {
            parent: Some(outer.clone()),
            arguments: outer.arguments.clone(),
            given: Vec::new(),
            of_node: vec![Vec::new(); outer.of_node.len()],
            item,
            error: None,
        }
    }

    pub(crate) fn give(&mut self, given: Given) {
        #[allow(clippy::cast_possible_truncation)]
        // Steps are numbered in 32 bits, and a step gives at most once.
        let position = self.given.len() as u32;
        self.of_node[given.node.index()].push(position);
        self.given.push(given);
    }

    /// A scope in which a step has given another output; the same where it has given none. `done` keeps those that were made, so
    /// that lines which share a scope share it afterwards.
    pub(crate) fn with_output(
        scope: &Arc<Scope>,
        step: StepId,
        output: &Arc<Value>,
        done: &mut FxHashMap<*const Scope, Arc<Scope>>,
    ) -> Arc<Scope> {
        if let Some(made) = done.get(&Arc::as_ptr(scope)) {
            return made.clone();
        }
        let parent = scope.parent.as_ref().map(|parent| (parent, Self::with_output(parent, step, output, done)));
        let has_it = scope.given.iter().any(|given| given.step == Some(step));
        let is_same = !has_it && parent.as_ref().is_none_or(|(was, is)| Arc::ptr_eq(was, is));
        let made = if is_same {
            scope.clone()
        } else {
            let mut made = Scope::clone(scope);
            made.parent = parent.map(|(_, is)| is);
            made.given.iter_mut().filter(|given| given.step == Some(step)).for_each(|given| given.value = output.clone());
            Arc::new(made)
        };
        done.insert(Arc::as_ptr(scope), made.clone());
        made
    }

    /// What this scope's own line has given, without what its parent saw.
    pub(crate) fn into_given(self: Arc<Self>) -> Vec<Given> {
        Arc::try_unwrap(self).map_or_else(|shared| shared.given.clone(), |scope| scope.given)
    }

    pub(crate) fn set_error(&mut self, error: Arc<Value>) {
        self.error = Some(error);
    }

    pub(crate) fn item_index(&self) -> Option<u32> {
        self.lines().find_map(|scope| scope.item.as_ref()).map(|item| item.index)
    }

    pub(crate) fn latest(&self, node: NodeIndex) -> Option<&Given> {
        self.lines().find_map(|scope| scope.of_node[node.index()].last().map(|at| &scope.given[*at as usize]))
    }

    /// This scope, then its parent, then the parent's.
    fn lines(&self) -> impl Iterator<Item = &Scope> {
        std::iter::successors(Some(self), |scope| scope.parent.as_deref())
    }

    fn count(&self, node: NodeIndex) -> usize {
        self.lines().map(|scope| scope.of_node[node.index()].len()).sum()
    }

    /// The `n`th output of a node, from 0.
    fn nth(&self, node: NodeIndex, n: usize) -> Option<&Given> {
        let before = self.parent.as_ref().map_or(0, |parent| parent.count(node));
        match n.checked_sub(before) {
            Some(own) => self.of_node[node.index()].get(own).map(|at| &self.given[*at as usize]),
            None => self.parent.as_ref()?.nth(node, n),
        }
    }
}

/// A scope at one moment of a run: what expressions see.
pub(crate) struct View<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) scope: &'a Scope,
    pub(crate) now: Moment,
    pub(crate) seed: u64,
}

impl View<'_> {
    fn node(&self, id: &str) -> Option<NodeIndex> {
        self.plan.index.get(id).copied()
    }
}

impl Context for View<'_> {
    fn get(&self, name: &str) -> Option<Arc<Value>> {
        match self.node(name) {
            Some(node) => self.scope.latest(node).map(|given| given.value.clone()),
            None if name == "input" && self.plan.input_alias => Some(self.scope.arguments.clone()),
            None => None,
        }
    }

    fn names(&self) -> Vec<String> {
        let alias = self.plan.input_alias && self.node("input").is_none();
        let seen = self.plan.nodes.iter().filter(|node| self.get(node.id.as_str()).is_some()).map(|node| node.id.to_string());
        alias.then(|| "input".to_owned()).into_iter().chain(seen).collect()
    }

    fn binding(&self, name: &str) -> Option<Arc<Value>> {
        match name {
            "arguments" => Some(self.scope.arguments.clone()),
            "item" => self.scope.lines().find_map(|scope| scope.item.as_ref()).map(|item| item.value.clone()),
            "index" => self.scope.item_index().map(|index| Arc::new(index.into())),
            "error" => self.scope.lines().find_map(|scope| scope.error.clone()),
            _ => None,
        }
    }

    fn previous(&self, n: usize) -> Option<Arc<Value>> {
        let mut left = n.checked_sub(1)?;
        for scope in self.scope.lines() {
            match scope.given.len().checked_sub(left + 1) {
                Some(at) => return Some(scope.given[at].value.clone()),
                None => left -= scope.given.len(),
            }
        }
        None
    }

    fn count(&self, id: &str) -> usize {
        self.node(id).map_or(0, |node| self.scope.count(node))
    }

    fn execution(&self, id: &str, i: i64) -> Option<Arc<Value>> {
        let node = self.node(id)?;
        let n = match usize::try_from(i) {
            Ok(n) => n,
            Err(_) => self.scope.count(node).checked_sub(usize::try_from(i.unsigned_abs()).ok()?)?,
        };
        self.scope.nth(node, n).map(|given| given.value.clone())
    }

    fn executions(&self, id: &str) -> Vec<Arc<Value>> {
        let Some(node) = self.node(id) else { return Vec::new() };
        (0..self.scope.count(node)).filter_map(|n| self.scope.nth(node, n)).map(|given| given.value.clone()).collect()
    }

    fn now_ms(&self) -> i64 {
        self.now.as_millis()
    }

    fn seed(&self) -> u64 {
        self.seed
    }
}
