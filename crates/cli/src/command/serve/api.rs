//! The window's commands over HTTP: a name in the path, JSON in and out. Knows no command by name.

use app::App;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, http};
use protocol::{Code, Failed};

/// Does what a command asks.
pub(super) async fn call(State(app): State<App>, Path(name): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    // A form of another page can send a body without asking us first, but not one of this type.
    if !is_json(&headers) {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the command as `Content-Type: application/json`\n").into_response();
    }
    let reply = match serde_json::from_slice(&body) {
        Ok(body) => app.dispatch(&name, body).await,
        Err(error) => {
            Err(Failed { code: Code::Failed, message: format!("the body of `{name}` is not JSON"), detail: Some(error.to_string()) })
        }
    };
    let status = reply.as_ref().map_or_else(|failed| status(failed.code), |_| StatusCode::OK);
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    match reply {
        Ok(reply) => (status, no_store, Json(reply)).into_response(),
        Err(failed) => (status, no_store, Json(failed)).into_response(),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn status(code: Code) -> http::StatusCode {
    match code {
        Code::Failed | Code::Workflow => StatusCode::BAD_REQUEST,
        Code::Gone => StatusCode::GONE,
        Code::Arguments | Code::Problems => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
