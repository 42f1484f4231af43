//! Canvas workflows in JSON as graphs: what Patchbay has becomes it, what it lacks a placeholder, and nothing is dropped.
#![allow(clippy::unwrap_used)]

use format::{Import, Source, import, new_text};
use serde_json::{Value, json};

const ORDERS: &str = include_str!("workflows/orders.json");
const FAN: &str = include_str!("workflows/fan.json");
const LOOP: &str = include_str!("workflows/loop.json");

fn read(text: &str) -> Import {
    import(text, &|text| !text.contains('?')).unwrap()
}

#[track_caller]
fn check(text: &str, nodes: &str, report: &str) -> Import {
    let made = read(text);
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let shown: Vec<String> = made.graph.tools[0].nodes.iter().map(|node| node.to_json().to_string()).collect();
    assert_eq!(shown, lines(nodes), "the nodes");
    let told: Vec<String> = made.report.iter().map(|line| format!("{}: {}", line.what, line.became)).collect();
    assert_eq!(told, lines(report), "the report");
    let problems: Vec<_> = graph::check(&made.graph).into_iter().map(|problem| problem.message).collect();
    assert_eq!(problems, Vec::<String>::new(), "the drawing is whole");
    let written = Source::parse(new_text(&made.graph).unwrap()).unwrap();
    assert_eq!(written.graph(), &made.graph, "and it can be written");
    made
}

#[test]
fn a_workflow_becomes_a_tool_with_its_places() {
    let made = check(
        ORDERS,
        r##"
        {"id":"new_order","type":"entry","next":"total"}
        {"id":"total","type":"transform","transform":{"expr":"new_order.({\"total\": price * quantity, \"customer\": $$.new_order.customer.name})"},"next":"large"}
        {"id":"large","type":"switch","conditions":[{"rule":{">":[{"var":"total.total"},1000]},"next":"tell_sales"}],"next":"remember"}
        {"id":"tell_sales","type":"placeholder","was":"slack-message","data":{"channel":"#sales","text":"{{n2.total}}"},"next":"chart"}
        {"id":"remember","type":"placeholder","was":"kv-set","data":{"key":"last"},"next":"chart"}
        {"id":"chart","type":"placeholder","was":"chart-line","next":"end"}
        {"id":"end","type":"exit"}
        "##,
        "
        `New order` (trigger): the `entry` of the tool
        `Total` (transform): a `transform` named `total`
        `Large?` (conditional): a `switch` named `large`
        `Tell sales` (slack-message): a placeholder that keeps its data; bind it to a tool named `tell_sales`
        `Remember` (kv-set): a placeholder that keeps its data; bind it to a tool named `remember`
        `Chart` (chart-line): a placeholder that keeps its data; bind it to a tool named `chart`
        `n7` (note): a note on the canvas
        what no field is for: kept under the graph's `imported`
        ",
    );
    let tool = &made.graph.tools[0];
    assert_eq!((tool.name.as_str(), tool.description.as_str()), ("order_intake", "Takes an order and tells the team"));
    assert_eq!(
        tool.input_schema["properties"],
        json!({"customer": {"description": "`{{customer}}` of the workflow"}}),
        "variables are arguments"
    );
    let drawing = made.layout.drawing("order_intake").unwrap();
    assert_eq!((drawing.nodes["total"].x, drawing.nodes["total"].y), (200.0, 100.0), "places are kept");
    let note = serde_json::to_value(&drawing.items["n7"]).unwrap();
    assert_eq!(note, json!({"x": 0.0, "y": 300.0, "w": 300.0, "h": 120.0, "type": "note", "text": "# Hello"}));
}

#[test]
fn a_fan_out_runs_at_once_and_a_fan_in_is_its_join() {
    check(
        FAN,
        r#"
        {"id":"start","type":"entry","next":"a"}
        {"id":"a","type":"placeholder","was":"home-assistant-state","data":{"entity":"sensor.out"},"next":"a_all"}
        {"id":"b","type":"placeholder","was":"home-assistant-light","data":{"brightness":40},"next":"e"}
        {"id":"c","type":"wait","for":"PT2S","next":"d"}
        {"id":"d","type":"placeholder","was":"home-assistant-blind","next":"e"}
        {"id":"e","type":"transform","transform":{"expr":"{\"b\": b, \"d\": d}"},"next":"f"}
        {"id":"a_all","type":"parallel","branches":["b","c"],"join":"e"}
        {"id":"f","type":"exit"}
        "#,
        "
        the connection {\"from\":\"e\",\"to\":\"gone\"}: dropped: it leads from or to no node of the file
        several ways out of `a` (home-assistant-state): a `parallel` node and its join
        `a` (home-assistant-state): a placeholder that keeps its data; bind it to a tool
        `b` (home-assistant-light): a placeholder that keeps its data; bind it to a tool
        `c` (delay): a `wait`
        `d` (home-assistant-blind): a placeholder that keeps its data; bind it to a tool
        `e` (merge): a `transform` that gathers what comes in
        `f` (end): the `exit` of the tool
        what no field is for: kept under the graph's `imported`
        ",
    );
}

#[test]
fn a_loop_runs_its_body_for_each_item() {
    check(
        LOOP,
        r#"
        {"id":"t","type":"entry","next":"l"}
        {"id":"l","type":"forEach","items":"t.servers","body":"p","join":"r"}
        {"id":"p","type":"placeholder","was":"terraform-plan","data":{"dir":"{{item.dir}}"},"next":"q"}
        {"id":"q","type":"transform","transform":{"expr":"p.({\"n\": changes + 1})"},"next":"r"}
        {"id":"r","type":"placeholder","was":"artifacts-put","next":"s"}
        {"id":"s","type":"placeholder","was":"events-send","next":"u"}
        {"id":"u","type":"placeholder","was":"transform","data":{"operations":[{"field":"n","formula":"what ? is ? this"}]},"next":"end"}
        {"id":"end","type":"exit"}
        "#,
        "
        `t` (manual-trigger): the `entry` of the tool
        `l` (loop): a `forEach`, whose body ends at its join
        `p` (terraform-plan): a placeholder that keeps its data; bind it to a tool
        `q` (transform): a `transform`
        `r` (artifacts-put): a placeholder that keeps its data; bind it to a tool
        `s` (events-send): a placeholder that keeps its data; bind it to a tool
        `u` (transform): a placeholder that keeps its data; bind it to a tool
        what no field is for: kept under the graph's `imported`
        ",
    );
}

/// Every text and number that is anywhere in a value.
fn scalars(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(_, value)| scalars(value, found)),
        Value::Array(items) => items.iter().for_each(|item| scalars(item, found)),
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.as_f64().unwrap().to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

#[test]
fn nothing_of_a_file_is_dropped() {
    for text in [ORDERS, FAN, LOOP] {
        let made = read(text);
        let mut whole = [made.graph.to_json(), serde_json::to_value(&made.layout).unwrap()];
        let mut kept = Vec::new();
        whole.iter_mut().for_each(|value| scalars(value, &mut kept));
        let all = format!("{} {}", kept.join(" | "), made.report.iter().map(|line| line.what.clone()).collect::<String>());
        let mut said = Vec::new();
        let file: Value = serde_json::from_str(text).unwrap();
        let mut parts = file.clone();
        parts.as_object_mut().unwrap().remove("connections");
        scalars(&parts, &mut said);
        // These are said in other words: a rule, a duration, a variable.
        let translated = ["total > 1000", "{{customer.name}}", "{{servers}}"];
        for text in said.iter().filter(|text| !translated.contains(&text.as_str())) {
            let is_kind_of_ours = ["transform", "conditional", "loop", "delay", "merge"].contains(&text.as_str());
            assert!(is_kind_of_ours || all.contains(text.as_str()), "`{text}` is still there: {all}");
        }
    }
}

#[test]
fn what_is_no_workflow_is_refused_with_its_reason() {
    for (text, words) in [
        ("{", "JSON"),
        ("[]", "not an object"),
        ("{}", "no list of `nodes`"),
        (r#"{"nodes": [1]}"#, "`nodes[0]` is not an object"),
        (r#"{"nodes": [], "connections": 1}"#, "not a list"),
    ] {
        let error = import(text, &|_| true).unwrap_err().to_string();
        assert!(error.contains(words), "{text} says `{words}`: {error}");
    }
}

#[test]
fn any_connections_make_a_drawing_that_is_whole() {
    // Every graph of four plain nodes and a choice, by the bits of a number.
    let pairs: Vec<(usize, usize)> = (0..5).flat_map(|from| (0..5).map(move |to| (from, to))).filter(|(from, to)| from != to).collect();
    for seed in 0u64..400 {
        let bits = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let wires: Vec<Value> = pairs
            .iter()
            .enumerate()
            .filter(|(i, _)| bits >> (2 * i) & 3 == 0)
            .map(|(_, (from, to))| json!({"from": from, "to": to}))
            .collect();
        let nodes: Vec<Value> = (0..5).map(|i| json!({"id": i, "type": if i == 2 { "conditional" } else { "x" }})).collect();
        let made = read(&json!({"nodes": nodes, "connections": wires}).to_string());
        let errors: Vec<String> = graph::check(&made.graph)
            .into_iter()
            .filter(|problem| problem.is_error() && !problem.message.contains("no way leads"))
            .map(|problem| problem.message)
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{wires:?}");
        assert_eq!(made.graph.tools[0].nodes.iter().filter(|node| node.kind == "placeholder").count(), 4, "every node is there");
    }
}
