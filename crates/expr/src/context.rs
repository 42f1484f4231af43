//! What an expression sees, how far it may go, and how it is stopped. Refuses to know who runs it.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;

use crate::engine::CancelToken;

/// What an expression sees. Implemented by the run; every answer must stay the same during one evaluation.
pub trait Context: Send + Sync {
    /// A root field: a node id's latest output, or `input` in the dialects that have it.
    fn get(&self, name: &str) -> Option<Arc<Value>>;
    /// The root itself, where it is one value rather than fields by name: `$` is then this value, of any type.
    fn root(&self) -> Option<Arc<Value>> {
        None
    }
    /// All root names in order. Asked only for expressions that read the root whole.
    fn names(&self) -> Vec<String>;
    /// What `$name` is bound to from outside: `item`, `index`, `error`. The name comes without its `$`.
    fn binding(&self, name: &str) -> Option<Arc<Value>>;
    /// The output of the node executed `n` executions ago: 1 is the latest.
    fn previous(&self, n: usize) -> Option<Arc<Value>>;
    /// How often the node `id` was executed.
    fn count(&self, id: &str) -> usize;
    /// The output of one execution of the node `id`: 0 is the first, -1 the last.
    fn execution(&self, id: &str, i: i64) -> Option<Arc<Value>>;
    /// The outputs of all executions of the node `id`, in order.
    fn executions(&self, id: &str) -> Vec<Arc<Value>>;
    /// The recorded clock, in milliseconds since 1970 (UTC): `$now()` and `$millis()`.
    fn now_ms(&self) -> i64;
    /// The recorded seed of `$random()` and `$shuffle()`: the same seed gives the same numbers.
    fn seed(&self) -> u64;
}

/// A context without history: the members of one JSON object are the root fields. The clock stands at 0, as does the
/// seed, unless they are set.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    fields: IndexMap<String, Arc<Value>>,
    /// The clock, in milliseconds since 1970 (UTC).
    pub now_ms: i64,
    /// The seed.
    pub seed: u64,
}

impl Fields {
    /// The members of `object` as root fields; any other value has none.
    pub fn new(object: Value) -> Self {
        let members = match object {
            Value::Object(members) => members,
            _ => serde_json::Map::new(),
        };
        let fields = members.into_iter().map(|(name, value)| (name, Arc::new(value))).collect();
        Self { fields, ..Self::default() }
    }
}

impl Context for Fields {
    fn get(&self, name: &str) -> Option<Arc<Value>> {
        self.fields.get(name).cloned()
    }
    fn names(&self) -> Vec<String> {
        self.fields.keys().cloned().collect()
    }
    fn binding(&self, _name: &str) -> Option<Arc<Value>> {
        None
    }
    fn previous(&self, _n: usize) -> Option<Arc<Value>> {
        None
    }
    fn count(&self, _id: &str) -> usize {
        0
    }
    fn execution(&self, _id: &str, _i: i64) -> Option<Arc<Value>> {
        None
    }
    fn executions(&self, _id: &str) -> Vec<Arc<Value>> {
        Vec::new()
    }
    fn now_ms(&self) -> i64 {
        self.now_ms
    }
    fn seed(&self) -> u64 {
        self.seed
    }
}

/// How far one evaluation may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Wall-clock time; `None` is no limit. Never applied in a browser, where there is no clock that may be asked.
    pub time: Option<Duration>,
    /// Levels of evaluation; a recursive call costs about three.
    pub depth: usize,
    /// Items in any one sequence, and values in the result.
    pub items: usize,
    /// Bytes of text in the result, and bytes of text built on the way to it.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Some(Duration::from_secs(1)),
            // A browser's stack is 1 MiB and cannot grow.
            depth: if cfg!(target_arch = "wasm32") { 200 } else { 10_000 },
            items: 1_000_000,
            bytes: 16 << 20,
        }
    }
}

/// A handle that stops evaluations from another thread. Clones share one flag, which cannot be taken back.
#[derive(Clone, Debug, Default)]
pub struct Cancel(pub(crate) CancelToken);

impl Cancel {
    /// A handle that nobody has used yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops every evaluation that was given a clone of this handle.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether [`Cancel::cancel`] was called on any clone.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
