//! A value as a text: JSON, coloured; a text as it is.

use std::ops::Range;

use leptos::html;
use leptos::prelude::*;
use serde_json::Value;

use super::{Looking, pieces as cut};
use crate::json::{MOST, Sort, pieces};
use crate::value::ranges;

/// The text.
#[component]
pub(super) fn TextView(
    /// The value.
    looking: Looking,
) -> impl IntoView {
    let (shown, rest) = looking.value.with_value(|value| written(value));
    let whole: String = shown.iter().map(|(_, text)| text.as_str()).collect();
    let found = Memo::new(move |_| looking.sought.with(|sought| ranges(&whole, sought.trim())));
    let element = NodeRef::<html::Pre>::new();
    Effect::new(move |_| looking.count.set(found.with(Vec::len)));
    Effect::new(move |_| {
        looking.at.track();
        found.track();
        request_animation_frame(move || {
            let mark = element.get_untracked().and_then(|element| element.query_selector("mark.now").ok().flatten());
            if let Some((mark, element)) = mark.zip(element.get_untracked()) {
                let (at, seen) = (mark.get_bounding_client_rect(), element.get_bounding_client_rect());
                let away = at.top() - seen.top() - seen.height() / 2.0;
                if at.top() < seen.top() || at.bottom() > seen.bottom() {
                    element.set_scroll_top(element.scroll_top() + away as i32);
                }
            }
        });
    });
    let shown = StoredValue::new(shown);
    let text = move || {
        let marked = shown.with_value(|shown| found.with(|found| mark(shown, found)));
        let piece = |(sort, text, which): (Sort, String, Option<usize>)| match which {
            Some(which) => view! { <mark class:now=move || looking.at.get() == which>{text}</mark> }.into_any(),
            None => view! { <span class=sort.class()>{text}</span> }.into_any(),
        };
        marked.into_iter().map(piece).collect_view()
    };
    view! {
        <pre node_ref=element class="value-text" tabindex="0" aria-label=looking.label role="region">
            {text}
            {(rest > 0).then(|| format!("\n… {rest} more characters"))}
        </pre>
    }
}

/// The pieces of what is shown, and how many characters are left out.
fn written(value: &Value) -> (Vec<(Sort, String)>, usize) {
    match value {
        Value::String(text) => {
            let shown: String = text.chars().take(MOST).collect();
            let rest = text[shown.len()..].chars().count();
            (vec![(Sort::Text, shown)], rest)
        }
        Value::Object(_) | Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) => pieces(value, MOST),
    }
}

/// The pieces, cut where something was found; each with the number of what it is found by.
fn mark(shown: &[(Sort, String)], found: &[Range<usize>]) -> Vec<(Sort, String, Option<usize>)> {
    if found.is_empty() {
        return shown.iter().map(|(sort, text)| (*sort, text.clone(), None)).collect();
    }
    let (mut marked, mut start, mut next) = (Vec::new(), 0, 0);
    for (sort, text) in shown {
        let end = start + text.len();
        while found.get(next).is_some_and(|range| range.end <= start) {
            next += 1;
        }
        let touching = found[next..].iter().take_while(|range| range.start < end);
        let within: Vec<_> = touching.map(|range| range.start.max(start) - start..range.end.min(end) - start).collect();
        let mut which = next;
        for (piece, is_found) in cut(text, &within) {
            marked.push((*sort, piece.to_owned(), is_found.then_some(which)));
            which += usize::from(is_found);
        }
        start = end;
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_found_is_marked_across_names_and_values() {
        let (shown, _) = pieces(&json!({ "ab": "ba", "c": 12 }), MOST);
        let whole: String = shown.iter().map(|(_, text)| text.as_str()).collect();
        let told = |sought: &str| {
            let marked = mark(&shown, &ranges(&whole, sought));
            let piece =
                |(_, text, which): &(Sort, String, Option<usize>)| which.map_or_else(|| text.clone(), |which| format!("<{which}:{text}>"));
            marked.iter().map(piece).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told("b"), r#"{ "a<0:b>": "<1:b>a", "c": 12 }"#);
        assert_eq!(told("b\": \"b"), r#"{ "a<0:b"><0:: ><0:"b>a", "c": 12 }"#);
        assert_eq!(told("x"), r#"{ "ab": "ba", "c": 12 }"#);
    }
}
