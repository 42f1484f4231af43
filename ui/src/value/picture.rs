//! The pictures that are in a value: contents of MCP, and addresses that hold their data. None is fetched from anywhere.

use serde_json::Value;

/// The most pictures that are shown of one value.
const MOST: usize = 24;

/// The kinds of pictures that are shown; in a picture's element none of them can do anything.
const KINDS: [&str; 7] = ["png", "jpeg", "gif", "webp", "avif", "bmp", "svg+xml"];

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    /// An address that holds it.
    pub(crate) src: String,
    /// What kind it is, as `image/png`.
    pub(crate) kind: String,
}

/// The pictures in a value, from the top.
pub(crate) fn pictures(value: &Value) -> Vec<Picture> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

/// Whether a value is a picture, or what a tool answers with one.
pub(super) fn is_picture(value: &Value) -> bool {
    let contents = value.get("content").unwrap_or(value).as_array().map(Vec::as_slice).unwrap_or_default();
    own(value).is_some() || contents.iter().any(|content| own(content).is_some())
}

fn collect(value: &Value, found: &mut Vec<Picture>) {
    if found.len() >= MOST {
        return;
    }
    if let Some(picture) = own(value) {
        return found.push(picture);
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|value| collect(value, found)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The picture that a value itself is.
fn own(value: &Value) -> Option<Picture> {
    if let Value::String(text) = value {
        let (kind, _) = text.strip_prefix("data:")?.split_once([';', ','])?;
        return is_shown(kind).then(|| Picture { src: text.clone(), kind: kind.to_owned() });
    }
    let data = match value.get("type")?.as_str()? {
        "image" => value.get("data"),
        "resource" => return own_data(value.get("resource")?.get("blob"), value.get("resource")?),
        _ => None,
    };
    own_data(data, value)
}

fn own_data(data: Option<&Value>, of: &Value) -> Option<Picture> {
    let (data, kind) = (data?.as_str()?, of.get("mimeType")?.as_str()?);
    let is_base64 = data.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\r' | b'\n'));
    (is_shown(kind) && is_base64).then(|| Picture { src: format!("data:{kind};base64,{data}"), kind: kind.to_owned() })
}

fn is_shown(kind: &str) -> bool {
    kind.strip_prefix("image/").is_some_and(|kind| KINDS.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_holds_its_data_is_a_picture() {
        let image = |kind: &str, data: &str| json!({ "type": "image", "mimeType": kind, "data": data });
        for (value, expected) in [
            (image("image/png", "aGk="), Some("data:image/png;base64,aGk=")),
            (json!({ "type": "resource", "resource": { "mimeType": "image/webp", "blob": "aGk=" } }), Some("data:image/webp;base64,aGk=")),
            (json!("data:image/svg+xml,%3Csvg/%3E"), Some("data:image/svg+xml,%3Csvg/%3E")),
            (image("text/html", "aGk="), None),
            (image("image/png", "\" onerror"), None),
            (json!("https://example.org/a.png"), None),
            (json!("data:text/html,hi"), None),
            (json!({ "type": "image" }), None),
        ] {
            let found = pictures(&json!([[value]]));
            assert_eq!(found.first().map(|picture| picture.src.as_str()), expected, "of {value}");
        }
    }
}
