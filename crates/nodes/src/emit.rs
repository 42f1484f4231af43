//! `emit`: tells an event to whoever waits for it.

use std::sync::Arc;

use graph::Path;
use serde_json::{Value, json};

use crate::args::Template;
use crate::ask::Ask;
use crate::failure::Failure;
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;

#[derive(Debug)]
pub(crate) struct Emit;

#[derive(Debug)]
struct Compiled {
    event: Arc<str>,
    detail: Template,
}

impl Kind for Emit {
    fn name(&self) -> &'static str {
        "emit"
    }

    fn title(&self) -> &'static str {
        "Tell an event"
    }

    fn summary(&self) -> &'static str {
        "Tells an event to whoever waits for it"
    }

    fn ports(&self) -> Ports {
        Ports::Next
    }

    fn settings(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "event": {"type": "string", "description": "The type of the event, such as `order.paid`"},
                "detail": {"description": "What is told with it; `{expr: ...}` stands for a JSONata value at any depth"},
                "next": {"type": "string", "description": "The node that follows"}
            },
            "required": ["event", "next"]
        })
    }
}

impl Compile for Emit {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let event = site.required_text("event", "the type of the event, such as `order.paid`");
        let detail = match site.field("detail") {
            None => Some(Template::Literal(Arc::default())),
            Some(_) => site.template(&Path::root().key("detail")),
        };
        Some(Arc::new(Compiled { event: Arc::from(event?), detail: detail? }))
    }
}

impl Program for Compiled {
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        Ok(Ask::Emit { event: self.event.clone(), detail: self.detail.fill(evaluation)? })
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        self.detail.expressions().into_iter().map(ReadBy::Expression).collect()
    }
}
