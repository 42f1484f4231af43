//! Who is let in to the pages and their commands: the right host, the right origin, the token. The endpoint at `/mcp` has
//! checks of its own.

use app::endpoint::Token;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Who is let in. Cheap to clone.
#[derive(Clone)]
pub(super) struct Guard {
    /// The names under which we may be addressed, with or without port.
    pub(super) hosts: std::sync::Arc<[String]>,
    /// What each command has to carry; none lets everybody in.
    pub(super) token: Option<Token>,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Host,
    Origin,
    Token,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::Host => (StatusCode::FORBIDDEN, "this host name is not ours; name it with `--host` where patchbay is started\n"),
            Refusal::Origin => (StatusCode::FORBIDDEN, "pages of other origins may not call this\n"),
            Refusal::Token => (StatusCode::UNAUTHORIZED, "this needs the token, as `Authorization: Bearer TOKEN`\n"),
        }
        .into_response()
    }
}

impl Guard {
    /// Whether `token` opens.
    pub(super) fn accepts(&self, token: &str) -> bool {
        self.token.as_ref().is_none_or(|ours| ours.is(token))
    }

    fn check_host<'h>(&self, headers: &'h HeaderMap) -> Result<&'h str, Refusal> {
        let host = text(headers, header::HOST).ok_or(Refusal::Host)?;
        let is_ours = |known: &String| known.eq_ignore_ascii_case(host) || known.eq_ignore_ascii_case(without_port(host));
        if self.hosts.iter().any(is_ours) { Ok(host) } else { Err(Refusal::Host) }
    }

    /// A browser says from where a page calls; only ours may. Other programs say nothing.
    fn check_origin(host: &str, headers: &HeaderMap) -> Result<(), Refusal> {
        if !headers.contains_key(header::ORIGIN) {
            return Ok(());
        }
        let origin = text(headers, header::ORIGIN).and_then(|origin| origin.split_once("://")).ok_or(Refusal::Origin)?;
        let is_ours = matches!(origin.0, "http" | "https") && origin.1.eq_ignore_ascii_case(host);
        if is_ours { Ok(()) } else { Err(Refusal::Origin) }
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = text(headers, header::AUTHORIZATION).and_then(|value| value.split_once(' '));
        let given = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, token)| token.trim());
        if self.accepts(given) { Ok(()) } else { Err(Refusal::Token) }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// `localhost:80` and `[::1]:80` without the port.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Lets pass who names our host and comes from our pages, if from any.
pub(super) async fn check_place(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    match guard.check_host(headers).and_then(|host| Guard::check_origin(host, headers)) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Lets pass who has the token.
pub(super) async fn check_token(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.check_token(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(HeaderName, &str)], expected: Result<(), Refusal>) {
        let guard =
            Guard { hosts: ["localhost".to_owned(), "[::1]".to_owned(), "proxy:9".to_owned()].into(), token: Some(Token::new("t")) };
        let map = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        let place = guard.check_host(&map).and_then(|host| Guard::check_origin(host, &map));
        assert_eq!(place.and_then(|()| guard.check_token(&map)), expected, "{headers:?}");
    }

    #[test]
    fn only_our_host_our_origin_and_the_token_open() {
        const TOKEN: (HeaderName, &str) = (header::AUTHORIZATION, "Bearer t");
        let (host, origin) = (|value| (header::HOST, value), |value| (header::ORIGIN, value));
        check(&[host("localhost:80"), TOKEN], Ok(()));
        check(&[host("LOCALHOST"), (header::AUTHORIZATION, "bearer  t")], Ok(()));
        check(&[host("[::1]:80"), TOKEN], Ok(()));
        check(&[host("proxy:9"), origin("https://proxy:9"), TOKEN], Ok(()));
        check(&[host("localhost:80"), origin("http://localhost:80"), TOKEN], Ok(()));
        check(&[TOKEN], Err(Refusal::Host));
        check(&[host("evil.example"), TOKEN], Err(Refusal::Host));
        check(&[host("localhost.evil.example:80"), TOKEN], Err(Refusal::Host));
        check(&[host("proxy:10"), TOKEN], Err(Refusal::Host));
        check(&[host("localhost:80"), origin("http://evil.example"), TOKEN], Err(Refusal::Origin));
        check(&[host("localhost:80"), origin("http://localhost:81"), TOKEN], Err(Refusal::Origin));
        check(&[host("localhost:80"), origin("null"), TOKEN], Err(Refusal::Origin));
        check(&[host("localhost:80"), origin("file://localhost:80"), TOKEN], Err(Refusal::Origin));
        check(&[host("localhost:80")], Err(Refusal::Token));
        check(&[host("localhost:80"), (header::AUTHORIZATION, "Bearer u")], Err(Refusal::Token));
        check(&[host("localhost:80"), (header::AUTHORIZATION, "Basic t")], Err(Refusal::Token));
    }
}
