//! Nodes of the file as nodes of a graph: a kind that Patchbay has, or a placeholder with all its data. Knows nothing of how
//! the ways were found.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use graph::{Drawing, Fields, Item, ItemContent, Layout, Node, NodeId, Spot, Tool};
use serde_json::{Map, Value, json};

use super::Line;
use super::flow::{Flow, Step, slug};
use super::order::{Stop, Way, Ways, chooses, is_end, is_note, is_trigger, repeats};
use super::terms;

/// The size of a note that does not say its own.
const NOTE: (f64, f64) = (240.0, 120.0);

/// The tool, the layout, and what of each node no field is for.
pub(super) struct Made {
    pub(super) tool: Tool,
    pub(super) layout: Layout,
    pub(super) kept: Vec<(String, Map<String, Value>)>,
}

pub(super) fn make(flow: &Flow, ways: &Ways, is_jsonata: &dyn Fn(&str) -> bool, report: &mut Vec<Line>) -> Made {
    let mut maker = Maker::new(flow, ways, is_jsonata);
    let mut nodes = vec![Node::new(&maker.entry, "entry", [("next", maker.name(ways.first).into())])];
    let mut drawing = Drawing::default();
    let mut kept = Vec::new();
    for (i, step) in flow.nodes.iter().enumerate() {
        let mut rest = step.rest.clone();
        if rest.get("id").and_then(Value::as_str) == Some(step.id.as_str()) {
            rest.shift_remove("id");
        }
        let spot = step.at.map(|(x, y)| Spot { x, y });
        if let Some(title) = step.title.as_ref().filter(|title| **title != step.id) {
            rest.insert("name".into(), title.as_str().into());
        }
        let (id, became) = if is_trigger(step) || is_end(step) {
            let (id, kind) = if is_end(step) { (&maker.exit, "exit") } else { (&maker.entry, "entry") };
            rest.insert("type".into(), step.kind.as_str().into());
            rest.extend((!step.config.is_empty()).then(|| ("config".to_owned(), Value::Object(step.config.clone()))));
            (Some(id.clone()), format!("the `{kind}` of the tool"))
        } else if is_note(step) {
            let item = note(step, spot.unwrap_or_default(), &mut rest);
            drawing.items.insert(step.id.as_str().into(), item);
            (None, "a note on the canvas".to_owned())
        } else {
            let (node, left, became) = maker.node(i);
            rest.extend((!left.is_empty()).then_some(("config".to_owned(), Value::Object(left))));
            nodes.push(node);
            (Some(step.id.clone()), became)
        };
        if let (Some(id), Some(spot)) = (id, spot) {
            drawing.nodes.entry(NodeId::from(id)).or_insert(spot);
        }
        let was = if step.id == step.old_id || is_trigger(step) || is_end(step) || is_note(step) {
            String::new()
        } else {
            format!(" named `{}`", step.id)
        };
        report.push(Line::new(step.told(), became + &was));
        kept.push((step.id.clone(), rest));
    }
    for (i, fork) in ways.forks.iter().enumerate() {
        if let Some(fork) = fork {
            let branches: Vec<Value> = fork.branches.iter().map(|branch| maker.name(*branch).into()).collect();
            nodes.push(Node::new(&maker.forks[i], "parallel", [("branches", branches.into()), ("join", maker.name(fork.join).into())]));
        }
    }
    nodes.push(Node::new(&maker.exit, "exit", []));
    let properties: Map<String, Value> =
        maker.variables.iter().map(|name| (name.clone(), json!({"description": format!("`{{{{{name}}}}}` of the workflow")}))).collect();
    let name = flow.title.as_deref().map(slug).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "workflow".to_owned());
    let mut description = flow.description.clone();
    if description.is_empty() {
        description = flow.title.clone().unwrap_or_else(|| "An imported workflow".to_owned());
    }
    let tool = Tool {
        name: name.into(),
        description,
        input_schema: json!({"type": "object", "properties": properties}),
        output_schema: None,
        nodes: nodes.into_iter().map(Arc::new).collect(),
        extra: Fields::new(),
    };
    let mut layout = Layout::default();
    if drawing != Drawing::default() {
        layout.tools.insert(tool.name.clone(), drawing);
    }
    Made { tool, layout, kept }
}

fn note(step: &Step, spot: Spot, rest: &mut Map<String, Value>) -> Item {
    let mut config = step.config.clone();
    let said = ["text", "content", "note", "markdown"]
        .iter()
        .find_map(|key| config.get(*key)?.as_str().map(|text| ((*key).to_owned(), text.to_owned())));
    let text = match said {
        Some((key, text)) => {
            config.shift_remove(&key);
            text
        }
        None => step.title.clone().unwrap_or_default(),
    };
    let size = |key: &str, or: f64| config.get(key).and_then(Value::as_f64).filter(|size| *size > 0.0).unwrap_or(or);
    let (w, h) = (size("width", NOTE.0), size("height", NOTE.1));
    rest.insert("type".into(), step.kind.as_str().into());
    rest.extend((!config.is_empty()).then_some(("config".to_owned(), Value::Object(config))));
    Item { x: spot.x, y: spot.y, w, h, content: ItemContent::Note { text, color: None }, extra: Fields::new() }
}

/// What a node became: its fields, its kind, what of its settings is left, and that in words.
type Settings = (&'static str, Fields, Map<String, Value>, String);

struct Maker<'f> {
    flow: &'f Flow,
    ways: &'f Ways,
    is_jsonata: &'f dyn Fn(&str) -> bool,
    entry: String,
    exit: String,
    forks: Vec<String>,
    by_old_id: HashMap<&'f str, usize>,
    /// The names that are no nodes: arguments of the tool.
    variables: BTreeSet<String>,
}

impl<'f> Maker<'f> {
    fn new(flow: &'f Flow, ways: &'f Ways, is_jsonata: &'f dyn Fn(&str) -> bool) -> Self {
        let made = |step: &&Step| !is_trigger(step) && !is_end(step) && !is_note(step);
        let mut taken: HashSet<String> = flow.nodes.iter().filter(made).map(|step| step.id.clone()).collect();
        let mut free = |wanted: &str| {
            let numbered = (2..).map(|n| format!("{wanted}_{n}"));
            std::iter::once(wanted.to_owned()).chain(numbered).find(|id| taken.insert(id.clone())).unwrap_or_default()
        };
        let entry = free(ways.trigger.map_or("start", |trigger| &flow.nodes[trigger].id));
        let end = flow.nodes.iter().find(|step| is_end(step));
        let exit = free(end.map_or("end", |end| &end.id));
        let forks = ways.forks.iter().map(|fork| match fork.as_ref().and_then(|fork| fork.from) {
            Some(from) => free(&format!("{}_all", flow.nodes[from].id)),
            None => free("all"),
        });
        let forks = forks.collect();
        let by_old_id = flow.nodes.iter().enumerate().rev().map(|(i, step)| (step.old_id.as_str(), i)).collect();
        Self { flow, ways, is_jsonata, entry, exit, forks, by_old_id, variables: BTreeSet::new() }
    }

    fn name(&self, stop: Stop) -> &str {
        match stop {
            Stop::Step(i) => &self.flow.nodes[i].id,
            Stop::Fork(i) => &self.forks[i],
            Stop::Exit => &self.exit,
        }
    }

    fn node(&mut self, i: usize) -> (Node, Map<String, Value>, String) {
        let step = &self.flow.nodes[i];
        let settings = if chooses(step) {
            Some(self.switch(i))
        } else if repeats(step) {
            self.for_each(i)
        } else {
            match step.kind.as_str() {
                "transform" | "map-fields" | "set" => self.transform(i),
                "delay" | "wait" | "sleep" | "timer" => wait(step),
                "merge" | "join" | "combine" => Some(self.gather(i)),
                _ => None,
            }
        };
        let (kind, mut fields, left, became) = settings.unwrap_or_else(|| {
            let mut fields = Fields::from_iter([("was".to_owned(), step.kind.as_str().into())]);
            if !step.config.is_empty() {
                fields.insert("data".into(), Value::Object(step.config.clone()));
            }
            ("placeholder", fields, Map::new(), "a placeholder that keeps its data; bind it to a tool".to_owned())
        });
        let ports = &self.ways.of[i];
        let to = |way: Way| ports.get(&way).map(|stop| Value::from(self.name(*stop)));
        match kind {
            "switch" => {
                if let (Some(next), Some(case)) = (to(Way::Holds), fields.get_mut("conditions").and_then(|cases| cases.get_mut(0))) {
                    case["next"] = next;
                } else {
                    fields.insert("conditions".into(), json!([]));
                }
                fields.extend(to(Way::Next).map(|next| ("next".to_owned(), next)));
            }
            "forEach" => {
                fields.extend(to(Way::Body).map(|next| ("body".to_owned(), next)));
                fields.extend(to(Way::Join).map(|next| ("join".to_owned(), next)));
            }
            _ => {
                let onward = to(Way::Next).or_else(|| to(Way::Join)).or_else(|| to(Way::Body));
                fields.extend(onward.map(|next| ("next".to_owned(), next)));
            }
        }
        fields.extend(to(Way::Failed).map(|next| ("onError".to_owned(), next)));
        (Node { id: step.id.as_str().into(), kind: kind.to_owned(), fields }, left, became)
    }

    /// What a `{{name}}` reads: a node's output, or an argument of the tool.
    fn read(&mut self, name: &str) -> String {
        let (first, rest) = name.split_once('.').map_or((name, ""), |(first, rest)| (first, rest));
        let path = |parts: &str| {
            parts.split('.').filter(|part| !part.is_empty()).map(|part| format!(".{}", terms::quoted(part))).collect::<String>()
        };
        let named = self.by_old_id.get(first).copied().or_else(|| self.flow.nodes.iter().position(|step| step.id == first));
        match named {
            Some(i) if is_trigger(&self.flow.nodes[i]) => format!("$$.{}{}", terms::quoted(&self.entry), path(rest)),
            Some(i) if !is_end(&self.flow.nodes[i]) && !is_note(&self.flow.nodes[i]) => {
                format!("$$.{}{}", terms::quoted(&self.flow.nodes[i].id), path(rest))
            }
            _ => {
                let parts = if matches!(first, "input" | "trigger" | "args") && !rest.is_empty() { rest } else { name };
                let argument = parts.split('.').next().unwrap_or_default();
                if !argument.is_empty() {
                    self.variables.insert(argument.to_owned());
                }
                format!("$$.{}{}", terms::quoted(&self.entry), path(parts))
            }
        }
    }

    /// A formula as JSONata; none where it cannot be read.
    fn formula(&mut self, text: &str) -> Option<String> {
        let filled = terms::filled(text, &mut |name| self.read(name));
        let formula = terms::expression(&filled);
        (self.is_jsonata)(&formula).then_some(formula)
    }

    /// The outputs that come into a node, those of switches left out, since these only choose.
    fn comes_from(&self, i: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut seen = HashSet::from([i]);
        let mut queue = vec![i];
        while let Some(at) = queue.pop() {
            for wire in self.flow.wires.iter().filter(|wire| wire.to == at) {
                let step = &self.flow.nodes[wire.from];
                let name = if is_trigger(step) { &self.entry } else { &step.id };
                if chooses(step) {
                    if seen.insert(wire.from) {
                        queue.push(wire.from);
                    }
                } else if !found.contains(name) {
                    found.push(name.clone());
                }
            }
        }
        if found.is_empty() {
            found.push(self.entry.clone());
        }
        found
    }

    /// What comes into a node, as an expression.
    fn input(&self, i: usize) -> String {
        let step = self.flow.wires.iter().find(|wire| {
            wire.to == i && repeats(&self.flow.nodes[wire.from]) && self.ways.of[wire.from].get(&Way::Body) == Some(&Stop::Step(i))
        });
        if step.is_some() {
            return "$item".to_owned();
        }
        match self.comes_from(i).as_slice() {
            [one] => terms::quoted(one),
            several => format!("$merge([{}])", several.iter().map(|name| terms::quoted(name)).collect::<Vec<_>>().join(", ")),
        }
    }

    fn transform(&mut self, i: usize) -> Option<Settings> {
        let mut left = self.flow.nodes[i].config.clone();
        let expression = if let Some(Value::Array(operations)) = left.get("operations").cloned() {
            let mut parts = Vec::with_capacity(operations.len());
            for operation in &operations {
                let field = operation.get("field").and_then(Value::as_str)?;
                let formula = match operation.get("formula").or_else(|| operation.get("value"))? {
                    Value::String(formula) => self.formula(formula)?,
                    other => other.to_string(),
                };
                if operation.as_object().is_some_and(|fields| fields.len() > 2) {
                    return None;
                }
                parts.push(format!("{}: {formula}", Value::from(field)));
            }
            left.shift_remove("operations");
            format!("{}.({{{}}})", self.input(i), parts.join(", "))
        } else {
            let key = ["expression", "expr", "formula", "jsonata"].into_iter().find(|key| left.get(*key).is_some_and(Value::is_string))?;
            let text = left.shift_remove(key)?.as_str()?.to_owned();
            format!("{}.({})", self.input(i), self.formula(&text)?)
        };
        if !(self.is_jsonata)(&expression) {
            return None;
        }
        let fields = Fields::from_iter([("transform".to_owned(), json!({"expr": expression}))]);
        Some(("transform", fields, left, "a `transform`".to_owned()))
    }

    /// Several outputs as one.
    fn gather(&mut self, i: usize) -> Settings {
        let step = &self.flow.nodes[i];
        let parts: Vec<String> =
            self.comes_from(i).iter().map(|name| format!("{}: {}", Value::from(name.as_str()), terms::quoted(name))).collect();
        let fields = Fields::from_iter([("transform".to_owned(), json!({"expr": format!("{{{}}}", parts.join(", "))}))]);
        ("transform", fields, step.config.clone(), "a `transform` that gathers what comes in".to_owned())
    }

    fn for_each(&mut self, i: usize) -> Option<Settings> {
        if !self.ways.of[i].contains_key(&Way::Body) {
            return None;
        }
        let mut left = self.flow.nodes[i].config.clone();
        let key = ["items", "collection", "array", "list", "over", "source"].into_iter().find(|key| left.contains_key(*key));
        let count = ["count", "iterations", "times"].into_iter().find(|key| left.contains_key(*key));
        let items = match (key.and_then(|key| left.get(key)), count.and_then(|key| left.get(key))) {
            (Some(Value::String(text)), _) if text.contains("{{") => self.formula(text)?.replace("$$.", ""),
            (Some(Value::String(text)), _) => {
                let inner = self.formula(text)?;
                format!("{}.({inner})", self.input(i))
            }
            (Some(other), _) => other.to_string(),
            (None, Some(Value::Number(times))) => format!("[1..{times}]"),
            (None, _) => self.input(i),
        };
        if !(self.is_jsonata)(&items) {
            return None;
        }
        let used = key.or(if items.starts_with("[1..") { count } else { None });
        used.map(|key| left.shift_remove(key));
        let fields = Fields::from_iter([("items".to_owned(), items.into())]);
        Some(("forEach", fields, left, "a `forEach`, whose body ends at its join".to_owned()))
    }

    fn switch(&mut self, i: usize) -> Settings {
        let mut left = self.flow.nodes[i].config.clone();
        let rule = self.rule(i, &mut left);
        let (rule, became) = match rule {
            Some(rule) => (rule, "a `switch`"),
            None => (Value::Bool(false), "a `switch` whose rule is still to be written; what it was is kept"),
        };
        let fields = Fields::from_iter([("conditions".to_owned(), json!([{"rule": rule}]))]);
        ("switch", fields, left, became.to_owned())
    }

    /// The rule that a node's settings mean; what they say is taken from them.
    fn rule(&mut self, i: usize, left: &mut Map<String, Value>) -> Option<Value> {
        let key = ["condition", "expression", "rule", "formula"].into_iter().find(|key| left.get(*key).is_some_and(Value::is_string));
        if let Some(key) = key {
            let text = left.get(key)?.as_str()?.to_owned();
            let filled = terms::filled(&text, &mut |name| self.read(name)).replace("$$.", "");
            // What names nothing of the flow is a field of what comes in.
            let whole = if text.contains("{{") { filled } else { self.of_input(i, &filled) };
            let rule = terms::rule(&whole, self.is_jsonata)?;
            left.shift_remove(key);
            return Some(rule);
        }
        let (field, operator) = (left.get("field")?.as_str()?.to_owned(), left.get("operator")?.as_str()?.to_owned());
        let operator = terms::operator(&operator)?;
        let value = left.get("value").cloned().unwrap_or(Value::Null);
        let read = if field.contains("{{") {
            terms::filled(&field, &mut |name| self.read(name)).replace("$$.", "")
        } else {
            self.of_input(i, &field)
        };
        if !(self.is_jsonata)(&read) {
            return None;
        }
        ["field", "operator", "value"].iter().for_each(|key| drop(left.shift_remove(*key)));
        let var = json!({"var": read});
        Some(if operator == "contains" { json!({"in": [value, var]}) } else { json!({operator: [var, value]}) })
    }

    /// A condition on fields of what comes in.
    fn of_input(&self, i: usize, text: &str) -> String {
        let input = self.input(i);
        let text = terms::expression(text);
        for sign in [">=", "<=", "!=", ">", "<", "="] {
            if let Some((left, right)) = text.split_once(sign) {
                let is_plain = !left.contains(['(', '"', '\'', ' ']) || !left.trim().contains([' ', '(', '"', '\'']);
                if is_plain && terms::literal(right).is_some() {
                    return format!("{input}.{} {sign} {}", left.trim(), right.trim());
                }
                break;
            }
        }
        let is_path = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        if is_path { format!("{input}.{text}") } else { format!("{input}.({text})") }
    }
}

/// A delay as an ISO 8601 duration.
fn wait(step: &Step) -> Option<Settings> {
    let mut left = step.config.clone();
    let unit = left.get("unit").and_then(Value::as_str).map(str::to_lowercase);
    let table = [
        ("seconds", 1.0),
        ("delaySeconds", 1.0),
        ("minutes", 60.0),
        ("hours", 3600.0),
        ("ms", 0.001),
        ("milliseconds", 0.001),
        ("delayMs", 0.001),
    ];
    let said = table.iter().find_map(|(key, factor)| Some((*key, left.get(*key)?.as_f64()? * factor)));
    let (key, seconds) = match (said, unit.as_deref()) {
        (Some(said), _) => said,
        (None, unit) => {
            let key = ["duration", "delay", "amount", "value"].into_iter().find(|key| left.contains_key(*key))?;
            if let Some(text) =
                left.get(key).and_then(Value::as_str).filter(|text| text.starts_with("PT") || text.starts_with('P')).map(str::to_owned)
            {
                left.shift_remove(key);
                return Some(("wait", Fields::from_iter([("for".to_owned(), text.into())]), left, "a `wait`".to_owned()));
            }
            let factor = match unit? {
                "ms" | "millisecond" | "milliseconds" => 0.001,
                "s" | "sec" | "second" | "seconds" => 1.0,
                "m" | "min" | "minute" | "minutes" => 60.0,
                "h" | "hour" | "hours" => 3600.0,
                "d" | "day" | "days" => 86_400.0,
                _ => return None,
            };
            (key, left.get(key)?.as_f64()? * factor)
        }
    };
    if !(seconds.is_finite() && seconds >= 0.0) {
        return None;
    }
    left.shift_remove(key);
    left.shift_remove("unit");
    Some(("wait", Fields::from_iter([("for".to_owned(), format!("PT{seconds}S").into())]), left, "a `wait`".to_owned()))
}
