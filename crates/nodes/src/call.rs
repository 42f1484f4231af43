//! `call`: runs a tool of this graph or of another, as a run of its own.

use std::sync::Arc;

use graph::Path;
use serde_json::{Value, json};

use crate::args::Arguments;
use crate::ask::{Ask, ToolRef};
use crate::failure::Failure;
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;

#[derive(Debug)]
pub(crate) struct Call;

#[derive(Debug)]
struct Compiled {
    tool: ToolRef,
    args: Arguments,
}

impl Kind for Call {
    fn name(&self) -> &'static str {
        "call"
    }

    fn title(&self) -> &'static str {
        "Call a graph"
    }

    fn summary(&self) -> &'static str {
        "Runs a tool of this graph, or of another file"
    }

    fn ports(&self) -> Ports {
        Ports::Next
    }

    fn has_arguments(&self) -> bool {
        true
    }

    fn settings(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "tool": {"type": "string", "format": "graph-tool", "description": "A tool of this file, or `file#tool`"},
                "args": {"type": "object", "format": "arguments", "description": "The tool's arguments; `{expr: ...}` stands for a JSONata value"},
                "next": {"type": "string", "description": "The node that follows"}
            },
            "required": ["tool", "next"]
        })
    }
}

impl Compile for Call {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let text = site.required_text("tool", "the name of a tool of this file, or `file#tool`");
        let tool = text.map(|text| match text.rsplit_once('#') {
            Some((file, tool)) => ToolRef { file: Some(file.to_owned()).filter(|file| !file.is_empty()), tool: tool.into() },
            None => ToolRef { file: None, tool: text.into() },
        });
        if let Some(ToolRef { file: None, tool }) = &tool
            && site.graph.tool(tool.as_str()).is_none()
        {
            let near = graph::nearest(tool.as_str(), site.graph.tools.iter().map(|tool| tool.name.as_str()));
            let remedy =
                near.map_or_else(|| "name a tool of this file, or `file#tool`".to_owned(), |near| format!("did you mean `{near}`?"));
            site.fail(&Path::root().key("tool"), format!("there is no tool `{tool}` in this file"), remedy);
        }
        let args = Arguments::compile(site);
        Some(Arc::new(Compiled { tool: tool?, args: args? }))
    }
}

impl Program for Compiled {
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        Ok(Ask::Run { tool: self.tool.clone(), args: self.args.fill(evaluation)? })
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        self.args.expressions().into_iter().map(ReadBy::Expression).collect()
    }
}
