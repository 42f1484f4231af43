//! The window's pages, as `cargo xtask ui` made them: carried by the program in release builds, read from `ui/dist` in debug
//! builds.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Bundle;

const INDEX: &str = "index.html";

/// Shown where the program was built without the pages.
const NO_PAGES: &str = "<!doctype html><meta charset=utf-8><title>Patchbay</title>\
    <p>This build of Patchbay has no pages. Run <code>cargo xtask ui</code> in its sources, and build it again.</p>\n";

/// As the desktop window has it in `tauri.conf.json`, but for the way to the app.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the pages.
pub(super) async fn page(uri: Uri, headers: HeaderMap) -> Response {
    let name = match uri.path().trim_start_matches('/') {
        "" => INDEX,
        name => name,
    };
    let mut response = match Bundle::get(name) {
        Some(file) => serve(name, file, &headers),
        None if name == INDEX => Html(NO_PAGES).into_response(),
        None => (StatusCode::NOT_FOUND, "there is no such page\n").into_response(),
    };
    protect(response.headers_mut(), &headers);
    response
}

fn serve(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    // Names stay the same from build to build, so a browser asks each time whether it has the present file; the page itself
    // is small and is never kept.
    let tag = format!("\"{}\"", file.metadata.sha256_hash().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    if name != INDEX && asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let keep = if name == INDEX { "no-store" } else { "no-cache" };
    let head = [(header::CONTENT_TYPE, kind(name).to_owned()), (header::CACHE_CONTROL, keep.to_owned()), (header::ETAG, tag)];
    match file.data {
        Cow::Borrowed(bytes) => (head, bytes).into_response(),
        Cow::Owned(bytes) => (head, bytes).into_response(),
    }
}

/// What keeps other pages and other people's scripts out.
fn protect(headers: &mut HeaderMap, asked: &HeaderMap) {
    let mut put = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "no-referrer");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    // Not every browser takes `'self'` for a WebSocket too. The host was checked before.
    let host = asked.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let policy = format!("{POLICY}; connect-src 'self' ws://{host} wss://{host}");
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(POLICY)));
}

/// What a bundle consists of; a browser runs WebAssembly only under its own type.
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_browser_is_held_to_the_policy_of_the_window() {
        let conf: serde_json::Value = serde_json::from_str(include_str!("../../../../../tauri.conf.json")).unwrap();
        let read = |policy: &str| -> BTreeMap<String, String> {
            let parts = policy.split(';').filter_map(|part| part.trim().split_once(' '));
            parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        let ours = read(POLICY);
        for (name, value) in read(conf["app"]["security"]["csp"].as_str().unwrap()) {
            if name != "connect-src" {
                assert_eq!(ours.get(&name), Some(&value), "`{name}` is the same in both");
            }
        }
    }
}
