//! The lazily loaded script of the text editor, `ui/editor`, as it is called from here. Knows no signals.

use js_sys::{Function, JSON, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

#[wasm_bindgen(raw_module = "./lazy.js")]
extern "C" {
    #[wasm_bindgen(js_name = loadEditor)]
    fn load_editor() -> Promise;
}

#[wasm_bindgen]
extern "C" {
    /// An editor on the page.
    #[derive(Clone, Debug)]
    pub(super) type Rich;

    #[wasm_bindgen(method, js_name = getText)]
    pub(super) fn text(this: &Rich) -> String;
    #[wasm_bindgen(method, js_name = change)]
    fn change_js(this: &Rich, changes: &JsValue);
    #[wasm_bindgen(method, js_name = setDiagnostics)]
    fn set_diagnostics_js(this: &Rich, diagnostics: &JsValue);
    #[wasm_bindgen(method, js_name = setCompletions)]
    pub(super) fn set_completions(this: &Rich, callback: &Function);
    #[wasm_bindgen(method, js_name = onChange)]
    pub(super) fn on_change(this: &Rich, callback: &Function);
    #[wasm_bindgen(method, js_name = onCursor)]
    pub(super) fn on_cursor(this: &Rich, callback: &Function);
    #[wasm_bindgen(method, js_name = setReadOnly)]
    pub(super) fn set_read_only(this: &Rich, is_read_only: bool);
    #[wasm_bindgen(method)]
    pub(super) fn focus(this: &Rich);
    #[wasm_bindgen(method, js_name = hasFocus)]
    pub(super) fn has_focus(this: &Rich) -> bool;
    #[wasm_bindgen(method, js_name = reveal)]
    pub(super) fn reveal(this: &Rich, line: usize, column: usize, end_line: usize, end_column: usize);
    #[wasm_bindgen(method)]
    pub(super) fn destroy(this: &Rich);
}

/// What an editor is made with; see `create` in `ui/editor/editor.js`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Options<'o> {
    pub(super) text: &'o str,
    pub(super) language: &'static str,
    pub(super) label: &'o str,
    pub(super) described_by: Option<&'o str>,
    pub(super) placeholder: &'o str,
    pub(super) is_read_only: bool,
    pub(super) is_field: bool,
    pub(super) history: bool,
}

/// Loads the script and makes an editor; none where Patchbay was built without it.
pub(super) async fn create(parent: &HtmlElement, options: &Options<'_>) -> Option<Rich> {
    let options = to_js(options);
    let module = JsFuture::from(load_editor()).await.ok()?;
    let create: Function = Reflect::get(&module, &"create".into()).ok()?.dyn_into().ok()?;
    match create.call2(&JsValue::UNDEFINED, parent, &options) {
        Ok(editor) => Some(editor.unchecked_into()),
        Err(error) => {
            leptos::logging::error!("the text editor could not be made: {error:?}");
            None
        }
    }
}

impl Rich {
    pub(super) fn change(&self, changes: &[super::change::Change]) {
        self.change_js(&to_js(changes));
    }

    pub(super) fn set_diagnostics(&self, diagnostics: &[super::Diagnostic]) {
        self.set_diagnostics_js(&to_js(diagnostics));
    }
}

/// A value as a script has it. Ours are plain data, which can always be written and read.
pub(super) fn to_js(value: &(impl Serialize + ?Sized)) -> JsValue {
    let text = serde_json::to_string(value).unwrap_or_default();
    JSON::parse(&text).unwrap_or(JsValue::NULL)
}
