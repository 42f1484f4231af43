//! `forEach`: runs its body once for each item, and goes on at the join with all the outputs.

use std::sync::Arc;

use expr::Expression;
use graph::Path;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::failure::Failure;
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;
use crate::ways;

#[derive(Debug)]
pub(crate) struct ForEach;

#[derive(Debug)]
struct Compiled {
    items: Expression,
    at: Path,
    at_once: usize,
}

impl Kind for ForEach {
    fn name(&self) -> &'static str {
        "forEach"
    }

    fn title(&self) -> &'static str {
        "For each"
    }

    fn summary(&self) -> &'static str {
        "Runs its body once for each item of a list"
    }

    fn ports(&self) -> Ports {
        Ports::Body
    }

    fn settings(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "items": {"type": "string", "format": "jsonata", "examples": ["$previousNode()"], "description": "JSONata that gives the items; in the body they are `$item` and `$index`"},
                "body": {"type": "string", "description": "The first node of the body; the body ends where it comes to the join"},
                "join": {"type": "string", "description": "The node that follows when all items are done"},
                "maxConcurrency": {"type": "integer", "minimum": 1, "default": 1, "description": "How many items may be under way at once"}
            },
            "required": ["items", "body", "join"]
        })
    }
}

impl Compile for ForEach {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let at = Path::root().key("items");
        site.required_text("items", "a JSONata expression that gives the items");
        let body = site.required_text("body", "the id of the body's first node");
        let join = site.required_text("join", "the id of the node that follows when all items are done");
        if let (Some(body), Some(join)) = (body, join) {
            ways::check(site, "body", &Path::root().key("body"), body, join);
        }
        let at_once = site.whole_number(&Path::root().key("maxConcurrency"), 1);
        let at_once = at_once.and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
        let items = site.field("items").filter(|items| items.is_string()).and_then(|_| site.expression(&at))?;
        Some(Arc::new(Compiled { items, at, at_once }))
    }
}

impl Program for Compiled {
    /// One value that is not a list is one item; nothing is none, as everywhere in JSONata.
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        let items = match evaluation.eval(&self.items, &self.at)? {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(one) => vec![one],
        };
        Ok(Ask::Each { items: Arc::new(items), at_once: self.at_once })
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        vec![ReadBy::Expression(&self.items)]
    }
}
