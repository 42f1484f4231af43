//! Fields that are bound to a graph: each shows what stands at its place, and what is typed is a change of it.

mod args;
mod choose;
mod typed;

use expr::Sees;
use leptos::prelude::*;
use serde_json::{Value, json};

use crate::app::use_store;
use crate::expression::ExpressionField;
use crate::form::{Control, Field};
use crate::form_view::choice_label;
use crate::icon::{self, Icon};
use crate::panel::Prose;
use crate::rule_view::RuleField;
use crate::slot::{Slot, Target};
use crate::store::Store;

pub(crate) use args::ArgsField;
pub(crate) use typed::{Typed, json_text};

/// A field at a place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    /// Where what it shows stands.
    pub(crate) slot: Slot,
    /// What it takes.
    pub(crate) field: Field,
    /// Whether an expression may stand in its place.
    pub(crate) is_argument: bool,
    /// Whether it can be removed as a whole: what no schema knows.
    pub(crate) is_extra: bool,
}

impl Setting {
    /// A setting that takes values only.
    pub(crate) fn new(slot: Slot, field: Field) -> Self {
        Self { slot, field, is_argument: false, is_extra: false }
    }

    /// The setting of a field of this one.
    fn inner(&self, slot: Slot, field: Field) -> Self {
        Self { slot, field, is_argument: self.is_argument, is_extra: false }
    }

    fn expression_slot(&self) -> Slot {
        self.slot.key("expr")
    }
}

/// Whether a value is an expression that stands in place of one.
fn is_expression(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.len() == 1 && fields.get("expr").is_some_and(Value::is_string))
}

/// How the value at a place is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Value,
    Expression,
    /// A value that its field cannot show.
    Json,
}

fn mode(setting: &Setting, value: Option<&Value>) -> Mode {
    let Some(value) = value else { return Mode::Value };
    if setting.is_argument && is_expression(value) {
        return Mode::Expression;
    }
    let fits = match &setting.field.control {
        // What is inside has fields of its own, which look for themselves.
        Control::Object(_) => value.is_object(),
        Control::List(_) => value.is_array(),
        control => control.fits(value),
    };
    if fits || is_special(&setting.field) { Mode::Value } else { Mode::Json }
}

/// Whether a field is shown by its format rather than by its type.
fn is_special(field: &Field) -> bool {
    matches!(field.format.as_deref(), Some("json-logic" | "arguments"))
}

/// A setting. A plain function, since a setting may hold settings.
pub(crate) fn setting(setting: Setting) -> AnyView {
    let store = use_store();
    let setting = flat(setting);
    let value = setting.slot.memo(store);
    let looked = StoredValue::new(setting.clone());
    let mode = Memo::new(move |_| value.with(|value| looked.with_value(|setting| mode(setting, value.as_ref()))));
    let id = setting.slot.element_id();
    let switch = setting.is_argument.then(|| {
        let toggle = move |_| looked.with_value(|setting| switch(store, setting, mode.get_untracked(), value.get_untracked()));
        let label = format!("Use an expression for {}", name(&setting.field));
        view! {
            <button
                type="button"
                class="plain switch"
                aria-label=label.clone()
                title=label
                aria-pressed=move || (mode.get() == Mode::Expression).to_string()
                on:click=toggle
            >
                <Icon path=icon::FUNCTION />
            </button>
        }
    });
    let remove = setting.is_extra.then(|| {
        let label = format!("Remove {}", name(&setting.field));
        view! {
            <button
                type="button"
                class="plain"
                aria-label=label.clone()
                title=label
                on:click=move |_| looked.with_value(|setting| setting.slot.set(store, None, None))
            >
                <Icon path=icon::CLOSE />
            </button>
        }
    });
    let title = name(&setting.field);
    let is_group = matches!(setting.field.control, Control::Object(_) | Control::List(_) | Control::OneOf(_));
    let is_toggle = matches!(setting.field.control, Control::Toggle) && !setting.is_argument;
    let head = (!title.is_empty() && !is_toggle).then(|| {
        let required = setting.field.required.then(|| view! { <span class="required" title="A value is needed">"*"</span> });
        if is_group {
            view! { <span class="setting-title" id=format!("{id}-title")>{title.clone()}{required}</span> }.into_any()
        } else {
            view! { <label class="setting-title" for=id.clone()>{title.clone()}{required}</label> }.into_any()
        }
    });
    let about = setting
        .field
        .description
        .clone()
        .filter(|_| !is_toggle)
        .map(|text| view! { <p class="setting-about muted"><Prose text=text /></p> });
    view! {
        <div class="setting" class:of-group=is_group data-path=setting.slot.path.to_string()>
            <div class="setting-head">{head}<span class="spring"></span>{switch}{remove}</div>
            {about}
            {move || looked.with_value(|setting| body(setting, mode.get()))}
        </div>
    }
    .into_any()
}

/// A setting that holds nothing but an expression is that expression.
fn flat(setting: Setting) -> Setting {
    match &setting.field.control {
        Control::Object(fields) => match fields.as_slice() {
            [only] if only.required && only.format.as_deref() == Some("jsonata") => {
                let title = name(&setting.field);
                let slot = setting.slot.key(&only.name);
                Setting { slot, field: Field { title, ..only.clone() }, ..setting }
            }
            _ => setting,
        },
        _ => setting,
    }
}

fn name(field: &Field) -> String {
    if field.title.is_empty() { field.name.clone() } else { field.title.clone() }
}

/// Puts an expression in the place of a value, or a value in the place of an expression. What stands there is kept where it can
/// be said in the other way.
fn switch(store: Store, setting: &Setting, mode: Mode, value: Option<Value>) {
    let next = match (mode, value) {
        (Mode::Expression, value) => {
            let source = value.as_ref().and_then(|value| value.get("expr")?.as_str()).unwrap_or_default();
            let literal = serde_json::from_str::<Value>(source).ok().filter(|literal| setting.field.control.fits(literal));
            literal.unwrap_or_else(|| setting.field.blank())
        }
        (Mode::Value | Mode::Json, value) => {
            let source = value.filter(|value| value.as_str() != Some("")).map(|value| value.to_string()).unwrap_or_default();
            json!({"expr": source})
        }
    };
    setting.slot.write(store, None, Some(next));
}

fn body(setting: &Setting, mode: Mode) -> AnyView {
    match (mode, setting.field.format.as_deref()) {
        (Mode::Expression, _) => expression(&setting.expression_slot(), &setting.slot.element_id(), &name(&setting.field), Sees::Outputs),
        (Mode::Json, _) => typed::json_field(setting),
        (Mode::Value, Some("jsonata")) => expression(&setting.slot, &setting.slot.element_id(), &name(&setting.field), sees(&setting.slot)),
        (Mode::Value, Some("json-logic")) => view! { <RuleField at=setting.slot.clone() /> }.into_any(),
        (Mode::Value, Some("server")) => choose::server(setting),
        (Mode::Value, Some("tool")) => choose::tool(setting),
        (Mode::Value, Some("graph-tool")) => choose::graph_tool(setting),
        (Mode::Value, Some("arguments")) => view! { <ArgsField at=setting.slot.clone() /> }.into_any(),
        (Mode::Value, _) if is_node(setting) => choose::node(setting),
        (Mode::Value, _) => by_control(setting),
    }
}

/// Whether it takes the name of a node: an edge.
fn is_node(setting: &Setting) -> bool {
    matches!(setting.slot.target, Target::Node(..)) && graph::Port::at(&setting.slot.path).is_some()
}

/// What an expression at a place sees.
fn sees(slot: &Slot) -> Sees {
    match (&slot.target, slot.path.to_string().as_str()) {
        (Target::Node(_, node), "after") => Sees::OutputOf(node.to_string()),
        (_, "before") => Sees::Unknown,
        (_, _) => Sees::Outputs,
    }
}

/// A field for an expression that is the text at a place.
pub(crate) fn expression(slot: &Slot, id: &str, label: &str, sees: Sees) -> AnyView {
    let store = use_store();
    let value = slot.memo(store);
    let text = Signal::derive(move || value.with(|value| value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()));
    let gesture = StoredValue::new(store.gesture());
    let slot = slot.clone();
    view! {
        <ExpressionField
            id=id.to_owned()
            label=label.to_owned()
            text=text
            on_text=Callback::new(move |text: String| slot.set(store, Some(gesture.get_value()), Some(text.into())))
            on_focus=Callback::new(move |()| gesture.set_value(store.gesture()))
            sees=sees
        />
    }
    .into_any()
}

fn by_control(setting: &Setting) -> AnyView {
    match setting.field.control.clone() {
        Control::Text | Control::Number { .. } => typed::line(setting),
        Control::Json => typed::json_field(setting),
        Control::Toggle => toggle(setting),
        Control::Choice(choices) => choice(setting, choices),
        Control::Object(fields) => object(setting, fields),
        Control::List(item) => list(setting, *item),
        Control::OneOf(fields) => one_of(setting, fields),
    }
}

fn toggle(setting: &Setting) -> AnyView {
    let store = use_store();
    let (slot, value) = (setting.slot.clone(), setting.slot.memo(store));
    let default = setting.field.default == Some(Value::Bool(true));
    let is_on = move || value.with(|value| value.as_ref().and_then(Value::as_bool).unwrap_or(default));
    view! {
        <label class="toggle">
            <input
                id=setting.slot.element_id()
                type="checkbox"
                prop:checked=is_on
                on:change=move |event| slot.set(store, None, Some(event_target_checked(&event).into()))
            />
            {name(&setting.field)}
        </label>
        {setting.field.description.clone().map(|text| view! { <p class="setting-about muted">{text}</p> })}
    }
    .into_any()
}

fn choice(setting: &Setting, choices: Vec<Value>) -> AnyView {
    let store = use_store();
    let (slot, value) = (setting.slot.clone(), setting.slot.memo(store));
    let default = setting.field.default.clone();
    let can_be_empty = !setting.field.required;
    let shown = choices.clone();
    let at = Memo::new(move |_| value.with(|value| value.as_ref().and_then(|value| shown.iter().position(|choice| choice == value))));
    let none = default.map_or_else(|| "—".to_owned(), |default| format!("{} (default)", choice_label(&default)));
    let labels: Vec<String> = choices.iter().map(choice_label).collect();
    let change = move |event| {
        let chosen = event_target_value(&event).parse::<usize>().ok().and_then(|at| choices.get(at).cloned());
        slot.write(store, None, chosen);
    };
    view! {
        <select id=setting.slot.element_id() on:change=change>
            <option value="" disabled=!can_be_empty selected=move || at.get().is_none()>{none}</option>
            {labels
                .into_iter()
                .enumerate()
                .map(|(number, label)| view! { <option value=number.to_string() selected=move || at.get() == Some(number)>{label}</option> })
                .collect_view()}
        </select>
    }
    .into_any()
}

fn object(setting: &Setting, fields: Vec<Field>) -> AnyView {
    let store = use_store();
    let value = setting.slot.memo(store);
    let is_there = Memo::new(move |_| value.with(Option::is_some));
    let kept = StoredValue::new((setting.clone(), fields));
    let is_optional = !setting.field.required;
    let inner = move || {
        kept.with_value(|(setting, fields)| {
            let fields = fields.iter().map(|field| self::setting(setting.inner(setting.slot.key(&field.name), field.clone())));
            fields.collect_view()
        })
    };
    let put = move |value: Option<Value>| kept.with_value(|(setting, _)| setting.slot.set(store, None, value));
    let blank = move || kept.with_value(|(setting, _)| setting.field.blank());
    view! {
        <Show
            when=move || is_there.get() || !is_optional
            fallback=move || view! { <button type="button" class="small" on:click=move |_| put(Some(blank()))><Icon path=icon::PLUS />"Set"</button> }
        >
            <div class="nested">
                {inner()}
                <Show when=move || is_optional>
                    <button type="button" class="small" on:click=move |_| put(None)>"Remove"</button>
                </Show>
            </div>
        </Show>
    }
    .into_any()
}

fn list(setting: &Setting, item: Field) -> AnyView {
    let store = use_store();
    let value = setting.slot.memo(store);
    let length = Memo::new(move |_| value.with(|value| value.as_ref().and_then(Value::as_array).map_or(0, Vec::len)));
    let kept = StoredValue::new((setting.clone(), item));
    let one = move |number: usize| {
        let (slot, inner) = kept.with_value(|(setting, item)| {
            let mut item = item.clone();
            item.title = (number + 1).to_string();
            (setting.slot.index(number), setting.inner(setting.slot.index(number), item))
        });
        let label = format!("Remove {}", number + 1);
        view! {
            <li>
                {self::setting(inner)}
                <button type="button" class="plain" aria-label=label.clone() title=label on:click=move |_| slot.set(store, None, None)>
                    <Icon path=icon::CLOSE />
                </button>
            </li>
        }
    };
    let add = move |_| {
        kept.with_value(|(setting, item)| {
            let at = length.get_untracked();
            let (slot, value) =
                if at == 0 { (setting.slot.clone(), json!([item.blank()])) } else { (setting.slot.index(at), item.blank()) };
            slot.write(store, None, Some(value));
        });
    };
    view! {
        <div class="nested">
            <ol class="items">{move || (0..length.get()).map(one).collect_view()}</ol>
            <button type="button" class="small" on:click=add><Icon path=icon::PLUS />"Add"</button>
        </div>
    }
    .into_any()
}

fn one_of(setting: &Setting, fields: Vec<Field>) -> AnyView {
    let store = use_store();
    let value = setting.slot.memo(store);
    let kept = StoredValue::new((setting.clone(), fields));
    let chosen = Memo::new(move |_| {
        value.with(|value| {
            kept.with_value(|(_, fields)| fields.iter().position(|field| value.as_ref().is_some_and(|value| field.control.fits(value))))
        })
    });
    let titles = kept.with_value(|(_, fields)| fields.iter().map(|field| field.title.clone()).collect::<Vec<_>>());
    let none = setting.field.default.as_ref().map_or_else(|| "—".to_owned(), |default| format!("{} (default)", choice_label(default)));
    let change = move |event| {
        let at = event_target_value(&event).parse::<usize>().ok();
        kept.with_value(|(setting, fields)| setting.slot.set(store, None, at.and_then(|at| fields.get(at)).map(Field::blank)));
    };
    view! {
        <select id=setting.slot.element_id() aria-label=format!("Sort of {}", name(&setting.field)) on:change=change>
            <option value="" selected=move || chosen.get().is_none()>{none}</option>
            {titles
                .into_iter()
                .enumerate()
                .map(|(number, title)| view! { <option value=number.to_string() selected=move || chosen.get() == Some(number)>{title}</option> })
                .collect_view()}
        </select>
        {move || {
            let at = chosen.get()?;
            kept.with_value(|(setting, fields)| {
                let inner = Field { title: String::new(), required: true, ..fields.get(at)?.clone() };
                Some(view! { <div class="nested">{by_control(&setting.inner(setting.slot.clone(), inner))}</div> })
            })
        }}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::fields;

    #[test]
    fn a_value_is_shown_in_the_way_that_loses_nothing() {
        let schema = json!({"properties": {"n": {"type": "integer"}, "o": {"type": "object", "properties": {"x": {"type": "string"}}}, "l": {"type": "array", "items": {"type": "string"}}}});
        let all = fields(&schema);
        let shown = |name: &str, is_argument: bool, value: Value| {
            let field = all.iter().find(|field| field.name == name).unwrap().clone();
            let slot = Slot::of_node(&"t".into(), &"a".into()).key("args").key(name);
            mode(&Setting { slot, field, is_argument, is_extra: false }, Some(&value))
        };
        assert_eq!(shown("n", true, json!(3)), Mode::Value);
        assert_eq!(shown("n", true, json!({"expr": "a.b"})), Mode::Expression);
        assert_eq!(shown("n", false, json!({"expr": "a.b"})), Mode::Json, "only an argument may be an expression");
        assert_eq!(shown("n", true, json!("three")), Mode::Json);
        assert_eq!(shown("o", true, json!({"x": {"expr": "a"}, "more": 1})), Mode::Value, "what is inside looks for itself");
        assert_eq!(shown("l", true, json!([{"expr": "a"}])), Mode::Value);
        assert_eq!(shown("l", true, json!({"a": 1, "expr": "a"})), Mode::Json, "that is an object, not an expression");
    }
}
