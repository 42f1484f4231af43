//! The last messages between us and a server, both ways, kept as they were on the wire and shown without anything secret.
//!
//! Keeping one costs a copy of its first few kilobytes; it is read, and secrets are hidden in it, only when somebody looks.

mod cut;
mod hide;

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use hide::Hide;

/// How many messages are kept.
const MOST: usize = 200;

/// How much of one message is kept, in bytes.
const MOST_OF_ONE: usize = 8 * 1024;

/// How much of all messages is kept together, in bytes.
const MOST_OF_ALL: usize = 512 * 1024;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// From us to the server.
    Out,
    /// From the server to us.
    In,
}

/// What a message is in JSON-RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// It asks for an answer.
    Request,
    /// It answers a request.
    Answer,
    /// It refuses a request.
    Error,
    /// It only tells something.
    Notification,
}

/// A message without anything secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its number among all that there were, from 1.
    pub number: u64,
    /// When it went by, in microseconds since 1970.
    pub at_us: i64,
    /// Which way it went.
    pub way: Way,
    /// What it is.
    pub sort: Sort,
    /// Its method; that of the request, for what answers one that is still kept.
    pub method: Option<String>,
    /// How long the request took that it answers, in microseconds.
    pub took_us: Option<u64>,
    /// How long it is, in bytes.
    pub bytes: usize,
    /// Its parameters, its result or its error. Of a long message, as much as was kept: then a text ends in `…`.
    pub body: Value,
    /// Whether it was too long to be kept whole.
    pub is_cut: bool,
}

struct Kept {
    number: u64,
    at_us: i64,
    way: Way,
    bytes: usize,
    start: Vec<u8>,
}

/// The messages of one server over all of its starts.
#[derive(Default)]
pub(crate) struct Traffic(Mutex<Ring>);

#[derive(Default)]
struct Ring {
    kept: VecDeque<Kept>,
    held: usize,
    ever: u64,
    hide: Hide,
}

impl Traffic {
    /// Hides these values from now on, in all that is kept, beside those that were hidden before.
    pub(crate) fn hide(&self, launch: &crate::launch::Launch) {
        self.ring().hide.add(launch);
    }

    /// Keeps a message.
    pub(crate) fn keep(&self, way: Way, text: &[u8]) {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let start = &text[..text.len().min(MOST_OF_ONE)];
        let mut ring = self.ring();
        ring.ever += 1;
        while ring.kept.len() >= MOST || ring.held + start.len() > MOST_OF_ALL {
            let Some(oldest) = ring.kept.pop_front() else { break };
            ring.held -= oldest.start.len();
        }
        ring.held += start.len();
        let at_us = i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX);
        let number = ring.ever;
        ring.kept.push_back(Kept { number, at_us, way, bytes: text.len(), start: start.to_vec() });
    }

    /// The messages after this number, oldest first.
    pub(crate) fn after(&self, number: u64) -> Vec<Message> {
        let ring = self.ring();
        let mut asked: HashMap<(Way, String), (String, i64)> = HashMap::new();
        let mut messages = Vec::new();
        for kept in &ring.kept {
            let Some(read) = cut::read(&kept.start, kept.bytes > kept.start.len()) else { continue };
            let text = |key: &str| read.value.get(key).and_then(Value::as_str).map(str::to_owned);
            let id = read.value.get("id").filter(|id| !id.is_null()).map(plain);
            let method = text("method");
            let (sort, body) = match (&method, &id) {
                (Some(_), Some(_)) => (Sort::Request, "params"),
                (Some(_), None) => (Sort::Notification, "params"),
                (None, _) if read.value.get("error").is_some() => (Sort::Error, "error"),
                (None, _) => (Sort::Answer, "result"),
            };
            let mut took_us = None;
            let method = match (method, id) {
                (Some(method), Some(id)) => {
                    asked.insert((kept.way, id), (method.clone(), kept.at_us));
                    Some(method)
                }
                (Some(method), None) => Some(method),
                (None, id) => id.and_then(|id| asked.remove(&(kept.way.other(), id))).map(|(method, since)| {
                    took_us = u64::try_from(kept.at_us - since).ok();
                    method
                }),
            };
            if kept.number > number {
                let (number, at_us, way, bytes, is_cut) = (kept.number, kept.at_us, kept.way, kept.bytes, read.is_cut);
                let body = ring.hide.value(read.value.get(body).cloned().unwrap_or_default());
                messages.push(Message { number, at_us, way, sort, method, took_us, bytes, body, is_cut });
            }
        }
        messages
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Way {
    fn other(self) -> Self {
        match self {
            Way::Out => Way::In,
            Way::In => Way::Out,
        }
    }
}

/// Some servers send a number back as a text.
fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::launch::{Launch, Transport};
    use crate::mask::Masks;

    fn launch(secrets: &[&str]) -> Launch {
        let env = BTreeMap::from([("API_KEY".to_owned(), "k3y!".to_owned()), ("HOME_OF_IT".to_owned(), "/srv/of/it".to_owned())]);
        let transport = Transport::Stdio { command: "x".into(), args: Vec::new(), env, cwd: None };
        Launch { transport, masks: Masks::new(secrets.iter().copied()) }
    }

    fn keep(traffic: &Traffic, way: Way, message: &Value) {
        traffic.keep(way, message.to_string().as_bytes());
    }

    #[test]
    fn an_answer_is_known_by_its_request_whichever_side_asked() {
        let traffic = Traffic::default();
        keep(&traffic, Way::Out, &json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "t"}}));
        keep(&traffic, Way::In, &json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}));
        keep(&traffic, Way::Out, &json!({"jsonrpc": "2.0", "id": 1, "result": {}}));
        keep(&traffic, Way::In, &json!({"jsonrpc": "2.0", "id": "1", "result": {"content": []}}));
        keep(&traffic, Way::In, &json!({"jsonrpc": "2.0", "id": 9, "error": {"code": 1, "message": "no"}}));
        keep(&traffic, Way::In, &json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info"}}));
        let told: Vec<_> = traffic
            .after(0)
            .into_iter()
            .map(|m| format!("{} {:?} {:?} {} {} {}", m.number, m.way, m.sort, m.method.unwrap_or_default(), m.body, m.took_us.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                r#"1 Out Request tools/call {"name":"t"} false"#,
                "2 In Request ping null false",
                "3 Out Answer ping {} true",
                r#"4 In Answer tools/call {"content":[]} true"#,
                r#"5 In Error  {"code":1,"message":"no"} false"#,
                r#"6 In Notification notifications/message {"level":"info"} false"#,
            ]
        );
        assert_eq!(traffic.after(4).len(), 2, "only what is new, for who has the rest");
    }

    #[test]
    fn only_so_many_messages_and_bytes_are_kept() {
        let traffic = Traffic::default();
        let small = json!({"jsonrpc": "2.0", "method": "m"});
        (0..MOST + 50).for_each(|_| keep(&traffic, Way::In, &small));
        assert_eq!((traffic.after(0).len(), traffic.after(0)[0].number), (MOST, 51), "the oldest went");
        let large = json!({"jsonrpc": "2.0", "method": "m", "params": "x".repeat(3 * MOST_OF_ONE)});
        (0..MOST).for_each(|_| keep(&traffic, Way::In, &large));
        let held: usize = traffic.ring().kept.iter().map(|kept| kept.start.capacity()).sum();
        assert!(held <= MOST_OF_ALL, "{held} bytes are held");
        let last = traffic.after(0).pop().unwrap();
        assert!(last.is_cut && last.bytes > 3 * MOST_OF_ONE, "it says how long it was");
        assert!(last.body.as_str().is_some_and(|text| text.starts_with("xxx") && text.ends_with('…')), "and shows its beginning");
    }

    /// Keeps a message to a server with these secrets; neither they nor `told`, which nobody called secret, are shown.
    #[track_caller]
    fn check(message: &str, secrets: &[&str], told: &[&str]) {
        let traffic = Traffic::default();
        traffic.hide(&launch(secrets));
        traffic.keep(Way::In, message.as_bytes());
        let shown = format!("{:?}", traffic.after(0));
        assert_eq!(traffic.after(0).len(), 1, "it is shown: {message}");
        for secret in secrets.iter().chain(told).chain(&["k3y!", "/srv/of/it"]) {
            let part: String = secret.chars().take(8.min(secret.chars().count())).collect();
            assert!(!shown.contains(&part), "`{part}` can be read in {shown}");
        }
    }

    #[test]
    fn nothing_secret_is_shown_however_it_is_written() {
        let params = |inner: &str| format!(r#"{{"jsonrpc":"2.0","method":"m","params":{inner}}}"#);
        check(&params(r#"{"a": "with hunter22hunter22 in it", "k3y!": ["/srv/of/it/x"]}"#), &["hunter22hunter22"], &[]);
        // As other programs escape it.
        check(&params(r#"{"a": "with p\u0061ss\/word\u00fc in it"}"#), &["pass/wordü"], &[]);
        check(&params(r#"{"a": "-----BEGIN\nline-of-a-key\nmore-of-it\n"}"#), &["-----BEGIN\nline-of-a-key\nmore-of-it\n"], &[]);
        for name in ["Authorization", "password", "api_key", "accessToken", "X-Api-Key", "client-secret", "set-cookie"] {
            check(&params(&format!(r#"{{"deep": [{{"{name}": "told-in-clear"}}]}}"#)), &[], &["told-in-clear"]);
        }
        check(&params(r#"{"text": "curl -H 'Authorization: Bearer abcdefghijkl' x"}"#), &[], &["abcdefghijkl"]);
    }

    #[test]
    fn a_secret_that_is_cut_off_is_not_shown_in_part() {
        let secret = "0123456789abcdef0123456789abcdef";
        for before in (MOST_OF_ONE - 120)..MOST_OF_ONE {
            let head = r#"{"jsonrpc":"2.0","method":"m","params":{"a":""#;
            let filler = "x".repeat(before - head.len());
            check(&format!("{head}{filler}{secret} and more{}\"}}}}", "y".repeat(200)), &[secret], &[]);
        }
    }
}
