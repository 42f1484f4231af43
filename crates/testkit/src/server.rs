//! A real small MCP server over standard streams, for tests. It is written without any MCP library, so that it agrees with
//! the protocol and not with our reading of it, and it can misbehave on request.

mod tools;

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// Which versions of the protocol the server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Era {
    /// 2025-11-25 and before, with `initialize`.
    Old,
    /// 2026-07-28, without.
    New,
    /// Both.
    #[default]
    Both,
}

/// How the server behaves, from its command line.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `--era old|new|both`; both when not said.
    pub era: Era,
    /// `--dies-on-probe`: it ends itself when the first message is not `initialize`, as some older servers do.
    pub dies_on_probe: bool,
    /// `--ignores-probe`: it does not answer what it does not know, as some older servers do.
    pub ignores_probe: bool,
    /// `--start-delay MS`: it reads nothing for so long.
    pub start_delay: Duration,
    /// `--ignores-eof`: it goes on when its standard input is closed.
    pub ignores_eof: bool,
    /// `--dies-at-start CODE`: it complains on standard error and ends itself.
    pub dies_at_start: Option<u8>,
}

impl Settings {
    /// Reads the arguments of the command line.
    ///
    /// # Errors
    ///
    /// The argument that is not known.
    pub fn read(arguments: impl Iterator<Item = String>) -> Result<Self, UnknownArgument> {
        let mut settings = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let unknown = || UnknownArgument(argument.clone());
            let mut number = || arguments.next().and_then(|value| value.parse::<u64>().ok()).ok_or_else(unknown);
            match argument.as_str() {
                "--dies-on-probe" => settings.dies_on_probe = true,
                "--ignores-probe" => settings.ignores_probe = true,
                "--ignores-eof" => settings.ignores_eof = true,
                "--start-delay" => settings.start_delay = Duration::from_millis(number()?),
                "--dies-at-start" => {
                    settings.dies_at_start = Some(u8::try_from(number()?).map_err(|_| unknown())?);
                }
                "--era" => {
                    settings.era = match arguments.next().as_deref() {
                        Some("old") => Era::Old,
                        Some("new") => Era::New,
                        Some("both") => Era::Both,
                        _ => return Err(unknown()),
                    }
                }
                _ => return Err(unknown()),
            }
        }
        Ok(settings)
    }
}

/// An argument that the server does not know, or whose value it cannot read.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownArgument(String);

impl std::fmt::Display for UnknownArgument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "argument `{}` is not known, or its value cannot be read", self.0)
    }
}

/// Serves standard input until its end.
pub fn serve(settings: &Settings) -> ExitCode {
    if let Some(code) = settings.dies_at_start {
        eprintln!("cannot start: the moon is in the wrong phase");
        return ExitCode::from(code);
    }
    eprintln!("test server is up");
    std::thread::sleep(settings.start_delay);
    let server = Arc::new(Server { settings: settings.clone(), ..Server::default() });
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        if let Some(code) = server.take(&line) {
            return code;
        }
    }
    if settings.ignores_eof {
        std::thread::sleep(Duration::from_secs(3600));
    }
    ExitCode::SUCCESS
}

/// What goes on in the server.
#[derive(Default)]
struct Server {
    settings: Settings,
    greeted: AtomicBool,
    cancelled: Mutex<HashMap<String, Arc<Bell>>>,
    cancelled_count: AtomicUsize,
    more_tools: AtomicBool,
    /// The id of the request on whose stream changes are told, in the newer era.
    listening: Mutex<Option<Value>>,
    log_level: Mutex<Option<String>>,
}

/// Rings once, for good.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    ring: Condvar,
}

impl Bell {
    fn ring(&self) {
        *lock(&self.rung) = true;
        self.ring.notify_all();
    }

    /// Waits for so long, or until it rings. True if it rang.
    fn wait(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        let mut rung = lock(&self.rung);
        while !*rung {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            rung = self.ring.wait_timeout(rung, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One request that wants an answer.
struct Request {
    id: Value,
    params: Map<String, Value>,
}

impl Request {
    fn progress_token(&self) -> Option<&Value> {
        self.params.get("_meta")?.get("progressToken")
    }
}

const VERSIONS: &[&str] = &["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
const NEW: &str = "2026-07-28";

impl Server {
    /// Takes one line; gives the exit code when that line ends the server.
    fn take(self: &Arc<Self>, line: &str) -> Option<ExitCode> {
        let Ok(Value::Object(mut message)) = serde_json::from_str(line) else { return None };
        let method = message.get("method")?.as_str()?.to_owned();
        let params = match message.remove("params") {
            Some(Value::Object(params)) => params,
            _ => Map::new(),
        };
        let first = !self.greeted.swap(true, Ordering::SeqCst);
        if first && self.settings.dies_on_probe && method != "initialize" {
            eprintln!("expected initialize, got {method}");
            return Some(ExitCode::from(70));
        }
        let Some(id) = message.remove("id") else {
            if method == "notifications/cancelled"
                && let Some(bell) = lock(&self.cancelled).get(&params.get("requestId")?.to_string())
            {
                bell.ring();
            }
            return None;
        };
        let request = Request { id, params };
        match method.as_str() {
            "initialize" if self.settings.era != Era::New => answer(&request.id, self.initialize(&request)),
            "ping" if self.settings.era != Era::New => answer(&request.id, json!({})),
            "logging/setLevel" => {
                *lock(&self.log_level) = request.params.get("level").and_then(Value::as_str).map(str::to_owned);
                answer(&request.id, json!({}));
            }
            "server/discover" if self.settings.era != Era::Old => answer(&request.id, self.discover()),
            "subscriptions/listen" if self.settings.era != Era::Old => {
                let wanted = request.params.get("notifications").cloned().unwrap_or_default();
                notify("notifications/subscriptions/acknowledged", json!({"_meta": subscription(&request.id), "notifications": wanted}));
                *lock(&self.listening) = Some(request.id);
            }
            "tools/list" => answer(&request.id, self.list(&request)),
            "tools/call" => {
                let bell = Arc::new(Bell::default());
                lock(&self.cancelled).insert(request.id.to_string(), bell.clone());
                let server = self.clone();
                std::thread::spawn(move || server.call(&request, &bell));
            }
            _ if self.settings.ignores_probe => {}
            _ => refuse(&request.id, -32601, &format!("method `{method}` is not known")),
        }
        None
    }

    fn capabilities() -> Value {
        json!({"tools": {"listChanged": true}, "logging": {}})
    }

    fn about() -> Value {
        json!({"name": "testkit", "title": "The test server", "version": "1.0"})
    }

    fn initialize(&self, request: &Request) -> Value {
        let asked = request.params.get("protocolVersion").and_then(Value::as_str).unwrap_or_default();
        let version = VERSIONS.iter().find(|version| **version == asked).unwrap_or(&"2025-11-25");
        json!({
            "protocolVersion": version, "capabilities": Self::capabilities(), "serverInfo": Self::about(),
            "instructions": "Use with care."
        })
    }

    fn discover(&self) -> Value {
        let versions: &[&str] = if self.settings.era == Era::New { &[NEW] } else { &["2025-11-25", NEW] };
        json!({
            "resultType": "complete", "supportedVersions": versions, "capabilities": Self::capabilities(),
            "instructions": "Use with care.", "ttlMs": 0, "cacheScope": "private",
            "_meta": {"io.modelcontextprotocol/serverInfo": Self::about()}
        })
    }

    /// Two pages, the second under the cursor `more`.
    fn list(&self, request: &Request) -> Value {
        let mut all = tools::definitions();
        if self.more_tools.load(Ordering::SeqCst) {
            all.push(json!({"name": "extra", "inputSchema": {"type": "object"}}));
        }
        let rest = all.split_off(3);
        let mut page = match request.params.get("cursor").and_then(Value::as_str) {
            None => json!({"tools": all, "nextCursor": "more"}),
            Some(_) => json!({"tools": rest}),
        };
        if request.params.get("_meta").is_some_and(|meta| meta.get("io.modelcontextprotocol/protocolVersion").is_some()) {
            page["resultType"] = json!("complete");
            page["ttlMs"] = json!(0);
            page["cacheScope"] = json!("private");
        }
        page
    }

    fn call(&self, request: &Request, bell: &Bell) {
        let name = request.params.get("name").and_then(Value::as_str).unwrap_or_default();
        let empty = Map::new();
        let arguments = request.params.get("arguments").and_then(Value::as_object).unwrap_or(&empty);
        let outcome = tools::call(self, request, bell, name, arguments);
        lock(&self.cancelled).remove(&request.id.to_string());
        match outcome {
            tools::Outcome::Result(result) => answer(&request.id, result),
            tools::Outcome::Unknown => refuse(&request.id, -32602, &format!("tool `{name}` is not known")),
            tools::Outcome::Silence => {}
        }
    }

    fn change_tools(&self) {
        self.more_tools.fetch_xor(true, Ordering::SeqCst);
        let params = match &*lock(&self.listening) {
            Some(id) => json!({"_meta": subscription(id)}),
            None => json!({}),
        };
        notify("notifications/tools/list_changed", params);
    }
}

fn subscription(id: &Value) -> Value {
    json!({"io.modelcontextprotocol/subscriptionId": id})
}

fn answer(id: &Value, result: Value) {
    say(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
}

fn refuse(id: &Value, code: i64, message: &str) {
    say(&json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}));
}

fn notify(method: &str, params: Value) {
    say(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
}

fn say(message: &Value) {
    write_line(&message.to_string());
}

/// One write for the line and its end: threads share the stream. When the reader is gone there is nobody to tell.
fn write_line(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush()).ok();
}
