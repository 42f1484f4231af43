//! Reads the value of a test file, and says what is wrong with it by its path. Knows nothing of lines.

use graph::{Fields, NodeId, Path, Problem, nearest};
use serde_json::Value;

use super::{Case, Claim, Expect, Fails, Reply, Stub, StubAnswer, Told};

/// What was read.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) graph: Option<String>,
    pub(super) cases: Vec<Case>,
    pub(super) problems: Vec<Problem>,
}

const TOP: &[&str] = &["graph", "cases"];
const CASE: &[&str] = &["name", "tool", "arguments", "cassette", "stubs", "replies", "events", "at", "seed", "fails", "expect"];
const ANSWERS: &[&str] = &["answer", "content", "error", "unreachable", "silent"];
const STUB: &[&str] = &["server", "tool", "with", "answer", "content", "error", "unreachable", "silent", "afterMs"];
const REPLY: &[&str] = &["node", "approve", "reject", "afterMs"];
const EVENT: &[&str] = &["type", "detail", "afterMs"];

/// Reads a test file.
pub(super) fn read(file: &Value) -> Reading {
    let mut reading = Reading::default();
    let root = Path::root();
    let Some(fields) = reading.object(file, &root, "write `cases:` with a list of cases", "there are no cases") else { return reading };
    reading.known(fields, TOP, "a test file", &root);
    reading.graph = reading.text(fields, "graph", &root);
    let at = root.clone().key("cases");
    match fields.get("cases") {
        Some(Value::Array(cases)) => {
            for (i, case) in cases.iter().enumerate() {
                let case = reading.case(case, at.clone().index(i));
                reading.cases.extend(case);
            }
        }
        Some(_) => reading.fail(at, "`cases` is not a list", "write a list of cases, each with a `name`"),
        None => reading.fail(root, "there are no cases", "write `cases:` with a list of cases"),
    }
    reading
}

impl Reading {
    fn fail(&mut self, at: Path, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem::error(at, message, remedy));
    }

    fn object<'v>(&mut self, value: &'v Value, at: &Path, remedy: &str, message: &str) -> Option<&'v Fields> {
        if !value.is_object() {
            self.fail(at.clone(), message, remedy);
        }
        value.as_object()
    }

    /// Whether all keys are ones that are known here.
    fn known(&mut self, fields: &Fields, known: &[&str], holder: &str, at: &Path) {
        for key in fields.keys().filter(|key| !known.contains(&key.as_str())) {
            let near = nearest(key, known.iter().copied());
            let remedy = near.map_or_else(|| format!("it may have: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            self.fail(at.clone().key(key), format!("{holder} has no `{key}`"), remedy);
        }
    }

    fn text(&mut self, fields: &Fields, key: &str, at: &Path) -> Option<String> {
        match fields.get(key)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            _ => {
                self.fail(at.clone().key(key), format!("`{key}` is not a text"), "write a text");
                None
            }
        }
    }

    fn required(&mut self, fields: &Fields, key: &str, holder: &str, meaning: &str, at: &Path) -> Option<String> {
        if !fields.contains_key(key) {
            self.fail(at.clone(), format!("the {holder} has no `{key}`"), format!("add `{key}`, {meaning}"));
        }
        self.text(fields, key, at)
    }

    fn number(&mut self, fields: &Fields, key: &str, at: &Path) -> u64 {
        match fields.get(key).map(|value| (value, value.as_u64())) {
            None => 0,
            Some((_, Some(number))) => number,
            Some((value, None)) => {
                self.fail(at.clone().key(key), format!("`{key}` is {value}"), "write a whole number that is not negative");
                0
            }
        }
    }

    /// The items of a list that may be left out.
    fn list<'v>(&mut self, fields: &'v Fields, key: &str, at: &Path) -> Vec<(Path, &'v Value)> {
        let at = at.clone().key(key);
        match fields.get(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().enumerate().map(|(i, item)| (at.clone().index(i), item)).collect(),
            Some(_) => {
                self.fail(at, format!("`{key}` is not a list"), "write a list");
                Vec::new()
            }
        }
    }

    fn case(&mut self, case: &Value, at: Path) -> Option<Case> {
        let fields = self.object(case, &at, "write `name`, `tool`, `arguments` and `expect`", "this is no case")?;
        self.known(fields, CASE, "a case", &at);
        let name = self.required(fields, "name", "case", "a sentence about what it shows", &at);
        if let Some(name) = name.as_ref().filter(|name| self.cases.iter().any(|case| case.name == **name)) {
            self.fail(at.clone().key("name"), format!("another case is called `{name}`"), "give each a name of its own");
        }
        let arguments = fields.get("arguments").cloned();
        if arguments.as_ref().is_some_and(|arguments| !arguments.is_object()) {
            self.fail(at.clone().key("arguments"), "`arguments` is not an object", "write `{name: value}`");
        }
        let stubs = self.list(fields, "stubs", &at).into_iter().filter_map(|(at, stub)| self.stub(stub, at)).collect();
        let replies = self.list(fields, "replies", &at).into_iter().filter_map(|(at, reply)| self.reply(reply, &at)).collect();
        let events = self.list(fields, "events", &at).into_iter().filter_map(|(at, event)| self.event(event, &at)).collect();
        let expect: Vec<Expect> =
            self.list(fields, "expect", &at).into_iter().filter_map(|(path, claim)| self.claim(claim, path)).collect();
        let fails = match fields.get("fails") {
            None | Some(Value::Bool(false)) => Fails::No,
            Some(Value::Bool(true)) => Fails::Yes,
            Some(Value::String(text)) => Fails::Saying(text.clone()),
            Some(_) => {
                self.fail(at.clone().key("fails"), "`fails` is neither true nor a text", "write `true`, or a part of the message");
                Fails::Yes
            }
        };
        if fails == Fails::No && !fields.contains_key("expect") {
            self.fail(at.clone(), "the case expects nothing", "add `expect` with a list of claims, or `fails`");
        }
        let (tool, cassette, begun) = (self.text(fields, "tool", &at), self.text(fields, "cassette", &at), self.text(fields, "at", &at));
        let seed = self.number(fields, "seed", &at);
        let tool = tool.map(|tool| tool.as_str().into());
        Some(Case { name: name?, tool, arguments, cassette, stubs, replies, events, at: begun, seed, fails, expect, path: at })
    }

    fn stub(&mut self, stub: &Value, at: Path) -> Option<Stub> {
        let fields = self.object(stub, &at, "write `server`, `tool` and `answer`", "this is no stub")?;
        self.known(fields, STUB, "a stub", &at);
        let server = self.required(fields, "server", "stub", "the name of a server of the graph", &at);
        let tool = self.required(fields, "tool", "stub", "the name of the server's tool", &at);
        let said: Vec<&str> = ANSWERS.iter().copied().filter(|key| fields.contains_key(*key)).collect();
        let quoted = |keys: &[&str]| keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        let key = match said.as_slice() {
            [one] => *one,
            [] => {
                self.fail(at, "the stub says nothing", format!("add one of {}", quoted(ANSWERS)));
                return None;
            }
            several => {
                self.fail(at, "the stub says two things", format!("keep one of {}", quoted(several)));
                return None;
            }
        };
        let answer = match (key, &fields[key]) {
            ("answer", value) => StubAnswer::Value(value.clone()),
            ("content", Value::Array(items)) => StubAnswer::Content(items.clone()),
            ("error", Value::String(text)) => StubAnswer::Error(text.clone()),
            ("unreachable", Value::String(text)) => StubAnswer::Unreachable(text.clone()),
            ("silent", Value::Bool(true)) => StubAnswer::Silence,
            (key, _) => {
                let wanted = match key {
                    "content" => "write a list of MCP's content items",
                    "silent" => "write `true`, or leave it out",
                    _ => "write a text",
                };
                self.fail(at.clone().key(key), format!("`{key}` cannot be this"), wanted);
                return None;
            }
        };
        let after_ms = self.number(fields, "afterMs", &at);
        Some(Stub { server: server?.as_str().into(), tool: tool?, with: fields.get("with").cloned(), answer, after_ms, path: at })
    }

    fn reply(&mut self, reply: &Value, at: &Path) -> Option<Told<Reply>> {
        let fields = self.object(reply, at, "write `node` with `approve` or `reject`", "this is no reply")?;
        self.known(fields, REPLY, "a reply", at);
        let node = self.text(fields, "node", at).map(|node| NodeId::from(node.as_str()));
        let after_ms = self.number(fields, "afterMs", at);
        let what = match (fields.get("approve"), fields.get("reject")) {
            (Some(Value::Bool(true)), None) => Reply::Approve(Value::Object(Fields::new())),
            (Some(values @ Value::Object(_)), None) => Reply::Approve(values.clone()),
            (None, Some(Value::Bool(true))) => Reply::Reject(None),
            (None, Some(Value::String(reason))) => Reply::Reject(Some(reason.clone())),
            _ => {
                self.fail(
                    at.clone(),
                    "the reply says neither yes nor no",
                    "write `approve: {...}` with the form's values, or `reject: why`",
                );
                return None;
            }
        };
        Some(Told { node, what, after_ms })
    }

    fn event(&mut self, event: &Value, at: &Path) -> Option<Told<(String, Value)>> {
        let fields = self.object(event, at, "write `type`, and `detail` if there is any", "this is no event")?;
        self.known(fields, EVENT, "an event", at);
        let kind = self.required(fields, "type", "event", "such as `order.paid`", at);
        let after_ms = self.number(fields, "afterMs", at);
        Some(Told { node: None, what: (kind?, fields.get("detail").cloned().unwrap_or_default()), after_ms })
    }

    fn claim(&mut self, claim: &Value, path: Path) -> Option<Expect> {
        let claim = match claim {
            Value::String(text) => Claim::Expression(text.clone()),
            Value::Object(fields) if fields.contains_key("that") || fields.contains_key("is") => {
                self.known(fields, &["that", "is"], "a claim", &path);
                let that = self.required(fields, "that", "claim", "the JSONata whose value is meant", &path);
                if !fields.contains_key("is") {
                    self.fail(path.clone(), "the claim has no `is`", "add `is`, the value that it must have");
                }
                Claim::Is { that: that?, is: fields.get("is")?.clone() }
            }
            rule @ Value::Object(fields) if fields.len() == 1 => Claim::Rule(rule.clone()),
            _ => {
                self.fail(path, "this claims nothing", "write JSONata as text, a rule of JSON Logic, or `that` with `is`");
                return None;
            }
        };
        Some(Expect { claim, path })
    }
}
