//! What people type or paste to name a server: a command line, an address, or the JSON of a README.

use serde_json::{Map, Value, json};

/// Programs that start another, which their arguments name.
const LAUNCHERS: [&str; 10] = ["bunx", "deno", "docker", "node", "npx", "pnpm", "python", "python3", "uv", "uvx"];
/// Words of a launcher that are not yet what it starts.
const VERBS: [&str; 5] = ["dlx", "exec", "run", "tool", "x"];
/// What says of a package no more than that it is a server.
const BEFORE: [&str; 4] = ["mcp-server-", "server-", "mcp-", "mcp_"];
const AFTER: [&str; 5] = ["-mcp-server", "-mcp", "-server", "_mcp", "_server"];

/// The servers that a text names, each with a name of its own that `is_taken` does not know, and its entry in `mcpServers`.
///
/// # Errors
/// A sentence for the person where it names none.
pub(crate) fn read(text: &str, is_taken: impl Fn(&str) -> bool) -> Result<Vec<(String, Value)>, &'static str> {
    let text = text.trim();
    let named = if text.is_empty() {
        return Err("Type the command that starts it, or its address.");
    } else if text.starts_with(['{', '"']) {
        of_json(text)?
    } else if text.starts_with("http://") || text.starts_with("https://") {
        vec![(name_of_address(text), json!({"type": "streamableHttp", "url": text}))]
    } else {
        let words = words(text).ok_or("A quote is not closed.")?;
        vec![(name_of_command(&words), entry(&words))]
    };
    let mut servers: Vec<(String, Value)> = Vec::new();
    for (name, entry) in named {
        let name: String = name.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect();
        let name = if name.is_empty() { "server".to_owned() } else { name };
        let is_free = |name: &str| !is_taken(name) && servers.iter().all(|(other, _)| other != name);
        let numbered = (2usize..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| is_free(name)).unwrap_or(name);
        servers.push((free, entry));
    }
    Ok(servers)
}

/// The entries of `{"mcpServers": {...}}`, also without its braces, of such a map, or one entry.
fn of_json(text: &str) -> Result<Vec<(String, Value)>, &'static str> {
    const NOT_SO: &str = "This is not the JSON of servers: it looks like {\"mcpServers\": {\"NAME\": {\"command\": ...}}}.";
    let whole = serde_json::from_str(text).or_else(|_| serde_json::from_str(&format!("{{{}}}", text.trim_end_matches(','))));
    let mut whole: Map<String, Value> = whole.map_err(|_| NOT_SO)?;
    if let Some(Value::Object(inner)) = whole.remove("mcpServers").or_else(|| whole.remove("servers")) {
        whole = inner;
    }
    let is_entry = |value: &Value| value.get("command").or(value.get("url")).is_some_and(Value::is_string);
    if is_entry(&Value::Object(whole.clone())) {
        let words: Vec<String> = ["command", "args"].iter().filter_map(|key| whole.get(*key)).flat_map(texts).collect();
        let name = whole.get("url").and_then(Value::as_str).map_or_else(|| name_of_command(&words), name_of_address);
        return Ok(vec![(name, Value::Object(whole))]);
    }
    if !whole.is_empty() && whole.values().all(is_entry) { Ok(whole.into_iter().collect()) } else { Err(NOT_SO) }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}

fn entry(words: &[String]) -> Value {
    match words {
        [command] => json!({"command": command}),
        [command, arguments @ ..] => json!({"command": command, "args": arguments}),
        [] => Value::Null,
    }
}

/// The words of a command line. Quotes hold words together; a backslash is itself, since paths have it on Windows.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

fn name_of_command(words: &[String]) -> String {
    let Some((command, arguments)) = words.split_first() else { return String::new() };
    let stem = |path: &str| {
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        [".exe", ".cmd", ".js", ".mjs", ".ts", ".py"].iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file).to_owned()
    };
    let command = stem(command);
    let mut named = arguments.iter().filter(|word| !word.starts_with('-') && !VERBS.contains(&word.as_str()));
    let package = if LAUNCHERS.contains(&command.as_str()) { named.next().map(|word| stem(word)) } else { None };
    let name = package.unwrap_or(command);
    let name = name.split('@').find(|part| !part.is_empty()).unwrap_or_default();
    let name = BEFORE.iter().find_map(|before| name.strip_prefix(before)).unwrap_or(name);
    AFTER.iter().find_map(|after| name.strip_suffix(after)).unwrap_or(name).to_owned()
}

fn name_of_address(address: &str) -> String {
    let host = address.split("://").nth(1).unwrap_or_default().split(['/', ':', '?']).next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    match labels[..] {
        [.., name, top] if top.chars().all(char::is_alphabetic) => name.to_owned(),
        _ => "server".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Value)]) {
        let found = read(text, |name| name == "taken").map_err(str::to_owned);
        let expected: Vec<(String, Value)> = expected.iter().map(|(name, entry)| ((*name).to_owned(), entry.clone())).collect();
        assert_eq!(found, Ok(expected), "`{text}`");
    }

    #[test]
    fn a_command_line_is_an_entry_with_a_telling_name() {
        let npx = json!({"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem@2026.8.31", "/tmp/a b"]});
        check("npx -y @modelcontextprotocol/server-filesystem@2026.8.31 '/tmp/a b'", &[("filesystem", npx)]);
        check("uvx mcp-server-git", &[("git", json!({"command": "uvx", "args": ["mcp-server-git"]}))]);
        check(r"C:\tools\notes-mcp.exe", &[("notes", json!({"command": r"C:\tools\notes-mcp.exe"}))]);
        check("docker run -i --rm mcp/fetch", &[("fetch", json!({"command": "docker", "args": ["run", "-i", "--rm", "mcp/fetch"]}))]);
        check("patchbay mcp files \"\"", &[("patchbay", json!({"command": "patchbay", "args": ["mcp", "files", ""]}))]);
        check("taken", &[("taken_2", json!({"command": "taken"}))]);
    }

    #[test]
    fn an_address_is_one_elsewhere() {
        check("https://mcp.linear.app/mcp", &[("linear", json!({"type": "streamableHttp", "url": "https://mcp.linear.app/mcp"}))]);
        check("http://127.0.0.1:3000", &[("server", json!({"type": "streamableHttp", "url": "http://127.0.0.1:3000"}))]);
    }

    #[test]
    fn the_json_of_a_readme_is_taken_as_it_is() {
        let one = json!({"command": "a", "env": {"KEY": "${secret:KEY}"}});
        let two = json!({"url": "http://b.example.org"});
        check(&json!({"mcpServers": {"one": one, "taken": two}}).to_string(), &[("one", one.clone()), ("taken_2", two.clone())]);
        check(&json!({"one": one}).to_string(), &[("one", one.clone())]);
        check(&format!("\"one\": {one},"), &[("one", one.clone())]);
        check(&two.to_string(), &[("example", two)]);
    }

    #[test]
    fn what_names_no_server_says_so() {
        for text in ["", "a 'b", "{", "{}", "{\"a\": 1}"] {
            assert!(read(text, |_| false).is_err(), "`{text}`");
        }
    }
}
