//! Lists of servers as other clients keep them. Knows nothing of graphs but their servers.

use graph::{Graph, ServerEntry, ServerName};
use indexmap::IndexMap;
use serde_json::Value;

use crate::{Error, SyntaxError};

/// Reads the usual `{"mcpServers": {...}}`; `servers` is taken too.
///
/// # Errors
/// Where the text is no JSON, or holds no such list.
pub fn servers_from_mcp_json(text: &str) -> Result<IndexMap<ServerName, ServerEntry>, Error> {
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| SyntaxError {
        line: error.line(),
        column: error.column(),
        message: "this is not JSON".to_owned(),
        remedy: "look for a comma too many, a quote or a bracket that is missing, or a comment".to_owned(),
    })?;
    let fail = |reason: &str| Error::Servers { reason: reason.to_owned() };
    let list = value.get("mcpServers").or_else(|| value.get("servers")).ok_or_else(|| fail("it has no `mcpServers`"))?;
    let list = list.as_object().ok_or_else(|| fail("`mcpServers` is not an object"))?;
    list.iter()
        .map(|(name, entry)| match entry {
            Value::Object(fields) => Ok((name.as_str().into(), ServerEntry { fields: fields.clone() })),
            _ => Err(fail(&format!("`{name}` is not an object"))),
        })
        .collect()
}

/// The servers of a graph with others beside it. On a clash the graph's own wins.
#[must_use]
pub fn merge_servers(graph: &Graph, more: IndexMap<ServerName, ServerEntry>) -> IndexMap<ServerName, ServerEntry> {
    let mut all = graph.servers.clone();
    for (name, entry) in more {
        all.entry(name).or_insert(entry);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_graph_wins_over_the_list_beside_it() {
        let text = r#"{"mcpServers": {"a": {"command": "theirs"}, "b": {"url": "http://x"}}}"#;
        let json = json!({"version": "1", "server": {"name": "s", "version": "1"}, "tools": [], "mcpServers": {"a": {"command": "ours"}}});
        let (graph, _) = Graph::from_json(&json);
        let all = merge_servers(&graph, servers_from_mcp_json(text).unwrap());
        assert_eq!(all["a"].fields["command"], json!("ours"), "a clash");
        assert_eq!(all["b"].fields["url"], json!("http://x"), "no clash");
    }

    #[test]
    fn other_clients_word_for_the_list_is_read() {
        assert!(servers_from_mcp_json(r#"{"servers": {"a": {"command": "x"}}}"#).unwrap().contains_key("a"), "`servers`");
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_reason() {
        for (text, word) in
            [("{", "JSON"), ("{}", "no `mcpServers`"), (r#"{"mcpServers": 1}"#, "not an object"), (r#"{"mcpServers": {"a": 1}}"#, "`a`")]
        {
            let error = servers_from_mcp_json(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text} says `{word}`: {error}");
        }
    }
}
