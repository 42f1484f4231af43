//! A note's Markdown as pieces. No HTML of the text becomes HTML of anything: it is shown as the text that it is.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};

/// A piece of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A text.
    Text(String),
    /// A text in the letters of code.
    Code(String),
    /// A new line.
    Break,
    /// A line across.
    Rule,
    /// What holds other pieces.
    Of(Sort, Vec<Piece>),
}

/// What a piece that holds others is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A paragraph.
    Paragraph,
    /// A heading of a level, from 1.
    Heading(u8),
    /// Emphasised.
    Emphasis,
    /// Strongly emphasised.
    Strong,
    /// Struck out.
    Struck,
    /// A quotation.
    Quote,
    /// A list with dots.
    List,
    /// A list with numbers, and the first of them.
    Numbered(u64),
    /// An item of a list.
    Item,
    /// Lines of code.
    CodeBlock,
    /// A link to an address; none where it could do more than open a page.
    Link(Option<String>),
}

/// The pieces of a text.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut open: Vec<(Option<Sort>, Vec<Piece>)> = vec![(None, Vec::new())];
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        let piece = match event {
            Event::Start(tag) => {
                open.push((sort(tag), Vec::new()));
                continue;
            }
            Event::End(_) => {
                let Some((sort, inner)) = open.pop() else { continue };
                match sort {
                    Some(sort) => Piece::Of(sort, inner),
                    // What has no look of its own is its content.
                    None => {
                        if let Some((_, around)) = open.last_mut() {
                            around.extend(inner);
                        }
                        continue;
                    }
                }
            }
            Event::Code(text) => Piece::Code(text.into_string()),
            Event::SoftBreak => Piece::Text(" ".to_owned()),
            Event::HardBreak => Piece::Break,
            Event::Rule => Piece::Rule,
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                Piece::Text(text.into_string())
            }
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => continue,
        };
        if let Some((_, around)) = open.last_mut() {
            match (around.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
                (_, piece) => around.push(piece),
            }
        }
    }
    open.into_iter().next().map(|(_, pieces)| pieces).unwrap_or_default()
}

fn sort(tag: Tag<'_>) -> Option<Sort> {
    Some(match tag {
        Tag::Paragraph => Sort::Paragraph,
        Tag::Heading { level, .. } => Sort::Heading(match level {
            HeadingLevel::H1 => 1,
            HeadingLevel::H2 => 2,
            HeadingLevel::H3 => 3,
            HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => 4,
        }),
        Tag::Emphasis => Sort::Emphasis,
        Tag::Strong => Sort::Strong,
        Tag::Strikethrough => Sort::Struck,
        Tag::BlockQuote(_) => Sort::Quote,
        Tag::List(None) => Sort::List,
        Tag::List(Some(first)) => Sort::Numbered(first),
        Tag::Item => Sort::Item,
        Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => Sort::CodeBlock,
        Tag::Link { dest_url, .. } => Sort::Link(Some(dest_url.into_string()).filter(|url| is_safe(url))),
        _ => return None,
    })
}

/// Whether an address only opens a page or a letter.
fn is_safe(url: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text, and its pieces in brackets.
    fn check(text: &str, expected: &str) {
        fn tell(pieces: &[Piece]) -> String {
            let one = |piece: &Piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Code(text) => format!("`{text}`"),
                Piece::Break => "/".to_owned(),
                Piece::Rule => "---".to_owned(),
                Piece::Of(sort, inner) => format!("{sort:?}[{}]", tell(inner)),
            };
            pieces.iter().map(one).collect()
        }
        assert_eq!(tell(&pieces(text)), expected, "of `{text}`");
    }

    #[test]
    fn what_a_note_needs_is_read() {
        check("# A\n\n*b* **c** `d` ~~e~~", "Heading(1)[A]Paragraph[Emphasis[b] Strong[c] `d` Struck[e]]");
        check("- a\n- b", "List[Item[a]Item[b]]");
        check("3. a", "Numbered(3)[Item[a]]");
        check("```rust\nlet x;\n```", "CodeBlock[let x;\n]");
        check("[a](https://b.c)", "Paragraph[Link(Some(\"https://b.c\"))[a]]");
    }

    #[test]
    fn nothing_of_a_note_can_act() {
        check("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>");
        check("a <b>c</b>", "Paragraph[a <b>c</b>]");
        check("[a](javascript:alert(1))", "Paragraph[Link(None)[a]]");
        check("![a](https://b.c/d.png)", "Paragraph[a]");
    }
}
