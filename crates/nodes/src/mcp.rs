//! `mcp`: calls a tool of an MCP server.

use std::sync::Arc;

use graph::{Path, ServerName};
use serde_json::{Value, json};

use crate::args::Arguments;
use crate::ask::{Answer, Ask, ToolResult};
use crate::failure::{Failure, FailureKind};
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;

#[derive(Debug)]
pub(crate) struct Mcp;

#[derive(Debug)]
struct Compiled {
    server: ServerName,
    tool: String,
    args: Arguments,
    takes_text: bool,
}

impl Kind for Mcp {
    fn name(&self) -> &'static str {
        "mcp"
    }

    fn title(&self) -> &'static str {
        "MCP tool"
    }

    fn summary(&self) -> &'static str {
        "Calls a tool of an MCP server"
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
                "server": {"type": "string", "format": "server", "description": "A server of `mcpServers`"},
                "tool": {"type": "string", "format": "tool", "description": "The tool's name on that server"},
                "args": {"type": "object", "format": "arguments", "description": "The tool's arguments; `{expr: ...}` stands for a JSONata value"},
                "output": {"enum": ["auto", "text"], "default": "auto", "description": "`text` takes the text that the tool answered, also where it answered structured content"},
                "next": {"type": "string", "description": "The node that follows"}
            },
            "required": ["server", "tool", "next"]
        })
    }
}

impl Compile for Mcp {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let server = site.required_text("server", "the name of a server of `mcpServers`").map(ServerName::from);
        let tool = site.required_text("tool", "the name of a tool of that server").map(str::to_owned);
        if let Some(server) = server.as_ref().filter(|server| !site.graph.servers.contains_key(*server)) {
            let near = graph::nearest(server.as_str(), site.graph.servers.keys().map(ServerName::as_str));
            let remedy = near.map_or_else(
                || format!("add `{server}` under `mcpServers`, or give a file that has it with `-m mcp.json`"),
                |near| format!("did you mean `{near}`?"),
            );
            site.fail(&Path::root().key("server"), format!("there is no server `{server}`"), remedy);
        }
        let args = Arguments::compile(site);
        let takes_text = match site.field("output") {
            None => false,
            Some(Value::String(text)) if text == "auto" => false,
            Some(Value::String(text)) if text == "text" => true,
            Some(other) => {
                site.fail(&Path::root().key("output"), format!("`output` is {other}"), "use `auto` or `text`");
                false
            }
        };
        Some(Arc::new(Compiled { server: server?, tool: tool?, args: args?, takes_text }))
    }
}

impl Program for Compiled {
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        let args = self.args.fill(evaluation)?;
        Ok(Ask::Call { server: self.server.clone(), tool: self.tool.clone(), args })
    }

    fn finish(&self, answer: &Answer) -> Result<Arc<Value>, Failure> {
        match answer {
            Answer::Tool(result) if result.is_error => Err(self.refused(result)),
            Answer::Tool(result) if self.takes_text => Ok(Arc::new(Value::String(result.text()))),
            Answer::Tool(result) => Ok(Arc::new(output(result))),
            Answer::Value(value) => Ok(value.clone()),
            Answer::Person(_) => Err(Failure::new(FailureKind::Tool, "a person answered a node that had not asked one")),
        }
    }

    fn calls(&self) -> Option<(&ServerName, &str)> {
        Some((&self.server, &self.tool))
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        self.args.expressions().into_iter().map(ReadBy::Expression).collect()
    }
}

impl Compiled {
    fn refused(&self, result: &ToolResult) -> Failure {
        let text = result.text();
        let said = if text.is_empty() { "it gave no reason".to_owned() } else { text };
        Failure::new(FailureKind::Tool, format!("the tool `{}` of the server `{}` failed: {said}", self.tool, self.server))
    }
}

/// `structuredContent` where there is one; else a single text, as JSON where it is JSON; else all items.
fn output(result: &ToolResult) -> Value {
    if let Some(structured) = &result.structured {
        return structured.clone();
    }
    match result.content.as_slice() {
        [only] if only["type"] == "text" => {
            let text = only["text"].as_str().unwrap_or_default();
            serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
        }
        items => Value::Array(items.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: Value, structured: Option<Value>, expected: Value) {
        let Value::Array(content) = content else { panic!("content is a list") };
        assert_eq!(output(&ToolResult { content, structured, is_error: false }), expected, "the output rule of the format");
    }

    #[test]
    fn structured_content_comes_first_even_when_it_is_falsy() {
        check(json!([{"type": "text", "text": "x"}]), Some(json!({"a": 1})), json!({"a": 1}));
        check(json!([{"type": "text", "text": "x"}]), Some(json!(0)), json!(0));
        check(json!([{"type": "text", "text": "x"}]), Some(json!(null)), json!(null));
    }

    #[test]
    fn a_single_text_is_json_where_it_is_json() {
        for (text, expected) in
            [("0", json!(0)), ("false", json!(false)), ("", json!("")), ("null", json!(null)), ("[1]", json!([1])), ("a b", json!("a b"))]
        {
            check(json!([{"type": "text", "text": text}]), None, expected);
        }
    }

    #[test]
    fn no_content_item_is_dropped() {
        let items = json!([{"type": "text", "text": "a"}, {"type": "image", "data": "", "mimeType": "image/png"}]);
        check(items.clone(), None, items);
        check(json!([]), None, json!([]));
    }
}
