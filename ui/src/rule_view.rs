//! A JSON Logic rule as rows to fill in, or as its text.

use expr::Ruling;
use leptos::prelude::*;

use crate::app::use_store;
use crate::expression::{Answer, EngineMissing};
use crate::form::{self, Control};
use crate::icon::{self, Icon};
use crate::panel::Prose;
use crate::rule::{COMPARISONS, Operand, Row, number};
use crate::settings::json_text;
use crate::slot::Slot;
use crate::store::Store;

/// The rule at a place, as the rows see it.
#[derive(Clone, Copy)]
struct Rule {
    store: Store,
    slot: StoredValue<Slot>,
    row: Memo<Option<Row>>,
    gesture: StoredValue<u64>,
}

impl Rule {
    fn put(self, row: &Row, gesture: Option<u64>) {
        self.slot.with_value(|slot| slot.write(self.store, gesture, Some(row.write())));
    }
}

/// The rule at a place.
#[component]
pub(crate) fn RuleField(
    /// Where it stands.
    at: Slot,
) -> impl IntoView {
    let store = use_store();
    let value = at.memo(store);
    let row = Memo::new(move |_| value.with(|value| value.as_ref().map_or_else(|| Some(Row::first()), Row::read)));
    let id = at.element_id();
    let rule = Rule { store, slot: StoredValue::new(at), row, gesture: StoredValue::new(store.gesture()) };
    let wants_text = RwSignal::new(false);
    let has_rows = Memo::new(move |_| row.with(Option::is_some));
    let is_text = Memo::new(move |_| wants_text.get() || !has_rows.get());
    let way = move |label: &'static str, text: bool| {
        view! {
            <button
                type="button"
                class="small"
                aria-pressed=move || (is_text.get() == text).to_string()
                disabled=move || !text && !has_rows.get()
                title=move || (!text && !has_rows.get()).then_some("This rule says more than rows can")
                on:click=move |_| wants_text.set(text)
            >
                {label}
            </button>
        }
    };
    Effect::new(move |_| {
        store.of_run(|run| (run.id, run.is_active()));
        store.want_data();
    });
    store.engine.want();
    let decided = Memo::new(move |_| value.with(|value| store.data.with(|data| Some(store.engine.decide(value.as_ref()?, &data.outputs)))));
    let shape = Memo::new(move |_| row.get().map(|row| skeleton(&row)));
    let text_id = StoredValue::new(id);
    view! {
        <div class="rule">
            <div class="ways-to-see" role="group" aria-label="How the rule is shown">{way("Rows", false)}{way("Text", true)}</div>
            {move || {
                if is_text.get() {
                    rule.slot.with_value(|slot| json_text(slot, text_id.get_value(), |text| form::parse(&Control::Json, text).map(Some)))
                } else {
                    shape.get().map(|shape| rows(rule, &shape, Vec::new())).into_any()
                }
            }}
            <div class="verdict" aria-live="polite">{move || decided.get().map(told)}</div>
        </div>
    }
}

/// What there is to say of a rule, as it is shown under its rows.
fn told(ruling: Answer<Ruling>) -> AnyView {
    let ruling = match ruling {
        Answer::Awaited => return ().into_any(),
        Answer::Missing(why) => return view! { <EngineMissing why=why /> }.into_any(),
        Answer::Said(ruling) => ruling,
    };
    match ruling {
        Ruling::Untried => ().into_any(),
        Ruling::Holds => view! { <p class="holds">"Holds on the last run’s data"</p> }.into_any(),
        Ruling::Fails => view! { <p class="muted">"Does not hold on the last run’s data"</p> }.into_any(),
        Ruling::Wrong(message) => view! { <p class="fault"><Prose text=message /></p> }.into_any(),
    }
}

/// What of a row decides how it is drawn: all but what is typed.
fn skeleton(row: &Row) -> Row {
    let bare = |operand: &Operand| Operand::of(operand.sort(), "");
    match row {
        Row::Group { all, rows } => Row::Group { all: *all, rows: rows.iter().map(skeleton).collect() },
        Row::Compare { left, operator, right } => Row::Compare { left: bare(left), operator, right: bare(right) },
        Row::Test { operand, truth } => Row::Test { operand: bare(operand), truth: *truth },
    }
}

/// The rows from a place down. A plain function, since rows may hold rows.
fn rows(rule: Rule, shape: &Row, place: Vec<usize>) -> AnyView {
    match shape {
        Row::Group { all, rows: inner } => group(rule, *all, inner, place),
        Row::Compare { left, operator, right } => {
            let (left, right) = (operand(rule, left, place.clone(), Side::Left), operand(rule, right, place.clone(), Side::Right));
            let (middle, end) = (operators(rule, operator, place.clone()), ends(rule, place));
            view! { <div class="rule-row">{left}{middle}{right}{end}</div> }.into_any()
        }
        Row::Test { operand: only, truth } => {
            let operator = if *truth { "!!" } else { "!" };
            let only = operand(rule, only, place.clone(), Side::Left);
            let (middle, end) = (operators(rule, operator, place.clone()), ends(rule, place));
            view! { <div class="rule-row">{only}{middle}{end}</div> }.into_any()
        }
    }
}

fn group(rule: Rule, all: bool, inner: &[Row], place: Vec<usize>) -> AnyView {
    let below = |number: usize| place.iter().copied().chain([number]).collect::<Vec<_>>();
    let lines: Vec<_> = inner.iter().enumerate().map(|(number, row)| rows(rule, row, below(number))).collect();
    let (at, adds) = (StoredValue::new(place.clone()), StoredValue::new(place));
    let change = move |event| {
        let all = event_target_value(&event) == "and";
        if let Some(root) = rule.row.get_untracked()
            && let Some(Row::Group { rows, .. }) = root.at(&at.get_value())
        {
            rule.put(&root.with(&at.get_value(), Row::Group { all, rows: rows.clone() }), None);
        }
    };
    let add = move |_| {
        if let Some(root) = rule.row.get_untracked() {
            rule.put(&root.beside(&adds.get_value()), None);
        }
    };
    view! {
        <div class="rule-group" role="group" aria-label=if all { "All of these hold" } else { "Any of these holds" }>
            <select class="rule-all" aria-label="How many must hold" on:change=change>
                <option value="and" selected=all>"All of these"</option>
                <option value="or" selected=!all>"Any of these"</option>
            </select>
            {lines}
            <button type="button" class="small" on:click=add><Icon path=icon::PLUS />"Row"</button>
        </div>
    }
    .into_any()
}

/// The buttons at the end of a row: one more beside it, and away with it.
fn ends(rule: Rule, place: Vec<usize>) -> impl IntoView {
    let at = StoredValue::new(place);
    let change = move |make: fn(&Row, &[usize]) -> Row| {
        if let Some(root) = rule.row.get_untracked() {
            rule.put(&make(&root, &at.get_value()), None);
        }
    };
    let is_only = at.with_value(Vec::is_empty);
    view! {
        <span class="rule-ends">
            <button type="button" class="plain" aria-label="Add a row with this one" title="Add a row with this one" on:click=move |_| change(Row::beside)>
                <Icon path=icon::PLUS />
            </button>
            {(!is_only).then(|| view! {
                <button type="button" class="plain" aria-label="Remove the row" title="Remove the row" on:click=move |_| change(Row::without)>
                    <Icon path=icon::CLOSE />
                </button>
            })}
        </span>
    }
}

/// Which operand of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

fn of_row(row: &Row, side: Side) -> Option<&Operand> {
    match (row, side) {
        (Row::Compare { left, .. }, Side::Left) => Some(left),
        (Row::Compare { right, .. }, Side::Right) => Some(right),
        (Row::Test { operand, .. }, Side::Left) => Some(operand),
        (Row::Test { .. }, Side::Right) | (Row::Group { .. }, _) => None,
    }
}

fn with_operand(row: &Row, side: Side, operand: Operand) -> Row {
    match (row.clone(), side) {
        (Row::Compare { operator, right, .. }, Side::Left) => Row::Compare { left: operand, operator, right },
        (Row::Compare { left, operator, .. }, Side::Right) => Row::Compare { left, operator, right: operand },
        (Row::Test { truth, .. }, Side::Left) => Row::Test { operand, truth },
        (row, _) => row,
    }
}

/// The words for the sorts of operands.
const SORTS: [(&str, &str); 6] =
    [("read", "value of"), ("text", "text"), ("number", "number"), ("true", "true"), ("false", "false"), ("null", "nothing")];

fn operand(rule: Rule, shape: &Operand, place: Vec<usize>, side: Side) -> impl IntoView {
    let at = StoredValue::new(place);
    let now = move || rule.row.with(|row| of_row(row.as_ref()?.at(&at.get_value())?, side).cloned());
    let put = move |operand: Operand, gesture: Option<u64>| {
        if let Some(root) = rule.row.get_untracked()
            && let Some(row) = root.at(&at.get_value())
        {
            rule.put(&root.with(&at.get_value(), with_operand(row, side, operand)), gesture);
        }
    };
    let sort = shape.sort();
    let typed = move || now().and_then(|operand| operand.typed()).unwrap_or_default();
    let change = move |event| put(Operand::of(&event_target_value(&event), &untrack(typed)), None);
    let words = if side == Side::Left { "Left" } else { "Right" };
    let input = shape.typed().is_some().then(|| {
        let hint = match sort {
            "read" => "node.field",
            "number" => "0",
            _ => "text",
        };
        view! {
            <input
                type="text"
                class="mono"
                data-graph-field
                aria-label=format!("{words} value")
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
                prop:value=typed
                on:focus=move |_| rule.gesture.set_value(rule.store.gesture())
                on:input=move |event| {
                    let text = event_target_value(&event);
                    // Half a number is no number yet.
                    if sort != "number" || number(&text).is_some() {
                        put(Operand::of(sort, &text), Some(rule.gesture.get_value()));
                    }
                }
            />
        }
    });
    view! {
        <span class="operand">
            <select aria-label=format!("Sort of the {} value", words.to_lowercase()) on:change=change>
                {SORTS.map(|(key, label)| view! { <option value=key selected=key == sort>{label}</option> }).collect_view()}
            </select>
            {input}
        </span>
    }
}

fn operators(rule: Rule, operator: &'static str, place: Vec<usize>) -> impl IntoView {
    let change = move |event| {
        let chosen = event_target_value(&event);
        let Some(root) = rule.row.get_untracked() else { return };
        let Some(row) = root.at(&place) else { return };
        let left = of_row(row, Side::Left).cloned().unwrap_or(Operand::Null);
        let right = of_row(row, Side::Right).cloned().unwrap_or(Operand::Text(String::new()));
        let changed = match COMPARISONS.iter().find(|(known, _)| *known == chosen) {
            Some((operator, _)) => Row::Compare { left, operator, right },
            None => Row::Test { operand: left, truth: chosen == "!!" },
        };
        rule.put(&root.with(&place, changed), None);
    };
    let tests = [("!!", "is true"), ("!", "is not true")];
    view! {
        <select class="operator" aria-label="How they compare" on:change=change>
            {COMPARISONS
                .into_iter()
                .chain(tests)
                .map(|(key, label)| view! { <option value=key selected=key == operator>{label}</option> })
                .collect_view()}
        </select>
    }
}
