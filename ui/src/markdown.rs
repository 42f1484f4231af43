//! A note's Markdown on the page.

use draw::markdown::{Piece, Sort, pieces};
use leptos::prelude::*;

/// A text in Markdown.
#[component]
pub(crate) fn Markdown(
    /// The text.
    text: String,
) -> impl IntoView {
    view! { <div class="markdown">{pieces(&text).into_iter().map(show).collect_view()}</div> }
}

/// A piece. A plain function, since pieces hold pieces.
fn show(piece: Piece) -> AnyView {
    let (sort, inner) = match piece {
        Piece::Text(text) => return text.into_any(),
        Piece::Code(text) => return view! { <code>{text}</code> }.into_any(),
        Piece::Break => return view! { <br /> }.into_any(),
        Piece::Rule => return view! { <hr /> }.into_any(),
        Piece::Of(sort, inner) => (sort, inner.into_iter().map(show).collect_view()),
    };
    match sort {
        Sort::Paragraph => view! { <p>{inner}</p> }.into_any(),
        // A note stands inside the page's own headings.
        Sort::Heading(level) => view! { <p class="markdown-head" role="heading" attr:aria-level=(level + 2).to_string() data-level=level.to_string()>{inner}</p> }.into_any(),
        Sort::Emphasis => view! { <em>{inner}</em> }.into_any(),
        Sort::Strong => view! { <strong>{inner}</strong> }.into_any(),
        Sort::Struck => view! { <s>{inner}</s> }.into_any(),
        Sort::Quote => view! { <blockquote>{inner}</blockquote> }.into_any(),
        Sort::List => view! { <ul>{inner}</ul> }.into_any(),
        Sort::Numbered(first) => view! { <ol start=first.to_string()>{inner}</ol> }.into_any(),
        Sort::Item => view! { <li>{inner}</li> }.into_any(),
        Sort::CodeBlock => view! { <pre>{inner}</pre> }.into_any(),
        Sort::Link(Some(url)) => view! { <a href=url target="_blank" rel="noopener noreferrer">{inner}</a> }.into_any(),
        Sort::Link(None) => view! { <span>{inner}</span> }.into_any(),
    }
}
