//! The offered tools in rmcp's own types, made once for each change. Knows nothing of sessions.

use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use rmcp::model::{
    Annotations, CallToolResponse, CallToolResult, ContentBlock, InputRequest, InputRequiredResult, MetaObject, RequestStateCodec,
    RequestStateError, SealOptions,
};
use serde_json::Value;
use tokio::sync::{OnceCell, watch};

use super::{Answer, Offer};
use crate::tool::{CallResult, Tool};

type Tools = Arc<[rmcp::model::Tool]>;

/// What all sessions of one endpoint share.
pub(super) struct Catalog {
    offer: Arc<dyn Offer>,
    changed: watch::Receiver<u64>,
    made: Mutex<Option<(u64, Tools)>>,
    /// None where no tool asks anything. Unset until it is needed.
    seal: OnceCell<Option<RequestStateCodec>>,
}

impl Catalog {
    pub(super) fn new(offer: Arc<dyn Offer>) -> Self {
        let changed = offer.changed();
        Self { offer, changed, made: Mutex::default(), seal: OnceCell::new() }
    }

    pub(super) fn offer(&self) -> &Arc<dyn Offer> {
        &self.offer
    }

    /// Tells of changes from now on.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        let mut changed = self.changed.clone();
        changed.mark_unchanged();
        changed
    }

    /// The tools of this moment.
    pub(super) fn tools(&self) -> Tools {
        let version = *self.changed.borrow();
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match &*made {
            Some((of, tools)) if *of == version => tools.clone(),
            _ => {
                let tools: Tools = self.offer.tools().into_iter().map(definition).collect();
                *made = Some((version, tools.clone()));
                tools
            }
        }
    }

    /// How a call ends, as rmcp has it. A state is sealed for this tool: that of another is not taken for it.
    pub(super) async fn response(&self, tool: &str, answer: Answer) -> Result<CallToolResponse, RequestStateError> {
        match answer {
            Answer::Done(done) => Ok(CallToolResponse::Complete(result(done))),
            Answer::Asks { forms, state } => {
                let state = self.seal().await?.seal_json_with(&state, &SealOptions::new().associated_data(tool.as_bytes()))?;
                let forms = forms.into_iter().map(|(name, form)| (name, InputRequest::Elicitation(form.request())));
                Ok(CallToolResponse::InputRequired(InputRequiredResult::new(Some(forms.collect()), Some(state))))
            }
        }
    }

    /// What a state holds that came back with a call of this tool.
    pub(super) async fn open(&self, tool: &str, state: &str) -> Result<Value, RequestStateError> {
        self.seal().await?.open_json_with(state, tool.as_bytes())
    }

    async fn seal(&self) -> Result<&RequestStateCodec, RequestStateError> {
        // A key of 32 bytes is long enough.
        let made = self.seal.get_or_init(|| self.offer.key().map(|key| key.map(RequestStateCodec::new_unchecked))).await;
        made.as_ref().ok_or(RequestStateError::UnknownKeyId)
    }

    /// The tool of this name.
    pub(super) fn tool(&self, name: &str) -> Option<rmcp::model::Tool> {
        self.tools().iter().find(|tool| tool.name == name).cloned()
    }
}

/// A definition as rmcp has it. Keys that it does not know are left out, and so is a part that it cannot read.
fn definition(tool: Tool) -> rmcp::model::Tool {
    let mut rest = tool.rest;
    let mut theirs = rmcp::model::Tool::new_with_raw(tool.name, tool.description.map(Into::into), Arc::new(tool.input_schema));
    theirs.title = tool.title;
    theirs.output_schema = tool.output_schema.map(Arc::new);
    theirs.annotations = tool.annotations.and_then(|hints| serde_json::from_value(Value::Object(hints)).ok());
    theirs.icons = rest.remove("icons").and_then(|icons| serde_json::from_value(icons).ok());
    theirs.meta = rest.remove("_meta").and_then(|meta| serde_json::from_value(meta).ok());
    theirs
}

/// A result as rmcp has it. A content item of a type that it does not know is carried as JSON text, so that none is lost.
fn result(result: CallResult) -> CallToolResult {
    let content = result.content.into_iter().map(content).collect();
    let mut theirs = if result.is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
    theirs.structured_content = result.structured;
    theirs.meta = result.meta.map(MetaObject);
    theirs
}

fn content(item: Value) -> ContentBlock {
    // By far the most common form, read without a copy of the item.
    match item {
        Value::Object(mut map) if map.get("type").is_some_and(|kind| kind == "text") => {
            let Some(Value::String(text)) = map.remove("text") else {
                return ContentBlock::text(Value::Object(map).to_string());
            };
            let mut block = rmcp::model::TextContent::new(text);
            block.annotations = map.remove("annotations").and_then(|hints| serde_json::from_value::<Annotations>(hints).ok());
            block.meta = map.remove("_meta").and_then(|meta| serde_json::from_value(meta).ok());
            ContentBlock::Text(block)
        }
        item => serde_json::from_value(item.clone()).unwrap_or_else(|_| ContentBlock::text(item.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_content_item_reaches_the_client() {
        let items = [
            json!({"type": "text", "text": "a", "annotations": {"priority": 0.5}, "_meta": {"k": 1}}),
            json!({"type": "image", "data": "AAAA", "mimeType": "image/png"}),
            json!({"type": "resource", "resource": {"uri": "file:///b", "text": "b"}}),
            json!({"type": "hologram", "shape": [1]}),
        ];
        let made = result(CallResult { content: items.to_vec(), ..CallResult::default() });
        let made = serde_json::to_value(made).unwrap();
        assert_eq!(made["content"][0], items[0], "text with all its keys");
        assert_eq!(made["content"][1], items[1], "an image");
        assert_eq!(made["content"][2], items[2], "a resource");
        assert_eq!(made["content"][3], json!({"type": "text", "text": items[3].to_string()}), "the unknown as text");
    }
}
