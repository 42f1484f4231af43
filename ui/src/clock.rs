//! Points in time, as the person's own system writes them.

use wasm_bindgen::JsValue;

/// A time, in microseconds since 1970, with its date.
pub(crate) fn when(at_us: i64) -> String {
    let date = js_sys::Date::new(&((at_us / 1000) as f64).into());
    String::from(date.to_locale_string("default", &JsValue::UNDEFINED))
}
