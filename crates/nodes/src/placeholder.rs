//! `placeholder`: stands for a step that is still to be bound to a tool, and keeps what is known of it.

use std::sync::Arc;

use graph::Path;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::failure::{Failure, FailureKind};
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;

#[derive(Debug)]
pub(crate) struct Placeholder;

#[derive(Debug)]
struct Compiled {
    what: String,
}

impl Kind for Placeholder {
    fn name(&self) -> &'static str {
        "placeholder"
    }

    fn title(&self) -> &'static str {
        "Placeholder"
    }

    fn summary(&self) -> &'static str {
        "Stands for a step that is still to be bound to a tool"
    }

    fn ports(&self) -> Ports {
        Ports::Next
    }

    fn settings(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "was": {"type": "string", "description": "What kind of step it was where it was imported from"},
                "data": {"description": "What is known of it, kept as it was"},
                "next": {"type": "string", "description": "The node that follows"}
            },
            "required": ["next"]
        })
    }
}

impl Compile for Placeholder {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let was = site.field("was").and_then(Value::as_str);
        let what = was.map_or_else(|| "a step that is not there yet".to_owned(), |was| format!("`{was}`, which Patchbay has no kind for"));
        site.warn(
            &Path::root(),
            format!("`{}` stands for {what}: a run fails here", site.node.id),
            "make it an `mcp` node with the `server` and the `tool` that do it, or a node of another kind",
        );
        Some(Arc::new(Compiled { what }))
    }
}

impl Program for Compiled {
    fn begin(&self, _evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        Err(Failure::new(FailureKind::Expression, format!("nothing was called: this node stands for {}", self.what))
            .with_remedy("make it an `mcp` node with the `server` and the `tool` that do it"))
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        Vec::new()
    }
}
