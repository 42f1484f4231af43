//! A note's text set in lines: what is written where, for who has no page that does it. Knows widths, no colours.

use canvas::{Rect, pt};

use crate::letters::Font;
use crate::markdown::{Piece, Sort, pieces};

/// The size of a note's letters, and of those in its headings by level.
const SIZE: f64 = 13.0;
const HEADINGS: [f64; 2] = [16.0, 14.0];
/// The size of letters of code against those around them.
const CODE: f64 = 0.92;
/// The height of a line against the size of its letters.
const LINE: f64 = 1.45;
/// The room between two blocks.
const GAP: f64 = 6.0;
/// How far the items of a list stand in.
const LIST: f64 = 18.0;
/// How far a quotation stands in from its bar, and how wide that is.
const QUOTE: f64 = 11.0;
const BAR: f64 = 3.0;
/// The room around lines of code, from the sides and from above.
const CODE_ROOM: (f64, f64) = (8.0, 6.0);

/// How a run of letters looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Style {
    pub(crate) is_strong: bool,
    pub(crate) is_slanted: bool,
    pub(crate) is_code: bool,
    pub(crate) is_struck: bool,
    pub(crate) is_link: bool,
    pub(crate) is_quiet: bool,
    pub(crate) size: f64,
}

/// Something at its place, from the upper left corner of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Set {
    /// Letters on a base line, this wide.
    Run { at: canvas::Point, width: f64, text: String, style: Style },
    /// The ground of lines of code.
    Ground(Rect),
    /// A line across, or a bar beside a quotation.
    Bar(Rect),
}

/// A text that is being set.
struct Setter {
    out: Vec<Set>,
    /// The left and the right side of what is set now.
    left: f64,
    right: f64,
    /// How far down the text reaches.
    down: f64,
}

/// The text in lines of this width at most.
pub(crate) fn set(text: &str, width: f64) -> Vec<Set> {
    let mut setter = Setter { out: Vec::new(), left: 0.0, right: width, down: 0.0 };
    setter.blocks(&pieces(text), Style { size: SIZE, ..Style::default() });
    setter.out
}

impl Style {
    pub(crate) fn font(self) -> Font {
        let (weight, size) = (if self.is_strong { 600 } else { 400 }, if self.is_code { self.size * CODE } else { self.size });
        Font { is_mono: self.is_code, weight, size }
    }
}

impl Setter {
    /// Blocks below each other; pieces of a line that stand among them are a block together.
    fn blocks(&mut self, pieces: &[Piece], style: Style) {
        let mut line: Vec<&Piece> = Vec::new();
        let mut is_first = true;
        let mut apart = |setter: &mut Self| {
            if !std::mem::replace(&mut is_first, false) {
                setter.down += GAP;
            }
        };
        for piece in pieces {
            if is_inline(piece) {
                line.push(piece);
                continue;
            }
            if !line.is_empty() {
                apart(self);
                self.line(&std::mem::take(&mut line), style);
            }
            apart(self);
            self.block(piece, style);
        }
        if !line.is_empty() {
            apart(self);
            self.line(&line, style);
        }
    }

    fn block(&mut self, piece: &Piece, style: Style) {
        match piece {
            Piece::Rule => {
                self.out.push(Set::Bar(Rect::new(self.left, self.down, self.right - self.left, 1.0)));
                self.down += 1.0;
            }
            Piece::Of(Sort::Heading(level), inner) => {
                let size = HEADINGS.get(usize::from(*level).saturating_sub(1)).copied().unwrap_or(SIZE);
                self.line(&inner.iter().collect::<Vec<_>>(), Style { is_strong: true, size, ..style });
            }
            Piece::Of(Sort::Quote, inner) => {
                let from = self.down;
                self.inset(QUOTE, |setter| setter.blocks(inner, Style { is_quiet: true, ..style }));
                self.out.push(Set::Bar(Rect::new(self.left, from, BAR, self.down - from)));
            }
            Piece::Of(Sort::List, items) => self.list(items, style, |_| "•".to_owned()),
            Piece::Of(Sort::Numbered(first), items) => self.list(items, style, |at| format!("{}.", first + at)),
            Piece::Of(Sort::CodeBlock, inner) => self.code(inner, style),
            Piece::Of(_, inner) => self.blocks(inner, style),
            Piece::Text(_) | Piece::Code(_) | Piece::Break => self.line(&[piece], style),
        }
    }

    fn inset(&mut self, by: f64, set: impl FnOnce(&mut Self)) {
        let left = self.left;
        self.left += by;
        set(self);
        self.left = left;
    }

    fn list(&mut self, items: &[Piece], style: Style, sign: impl Fn(u64) -> String) {
        for (at, item) in items.iter().enumerate() {
            let sign = sign(at as u64);
            let width = style.font().width(&sign);
            let base = self.down + base_of(style.size);
            self.out.push(Set::Run { at: pt(self.left + LIST - 6.0 - width, base), width, text: sign, style });
            let before = self.down;
            let inner = if let Piece::Of(_, inner) = item { inner.as_slice() } else { std::slice::from_ref(item) };
            self.inset(LIST, |setter| setter.blocks(inner, style));
            self.down = self.down.max(before + style.size * LINE);
        }
    }

    fn code(&mut self, inner: &[Piece], style: Style) {
        let style = Style { is_code: true, ..style };
        let from = self.down;
        let at = self.out.len();
        self.down += CODE_ROOM.1;
        let text: String =
            inner.iter().filter_map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None }).collect();
        for line in text.trim_end_matches('\n').split('\n') {
            let shown = style.font().fit(line, self.right - self.left - 2.0 * CODE_ROOM.0);
            let width = style.font().width(&shown);
            self.out.push(Set::Run { at: pt(self.left + CODE_ROOM.0, self.down + base_of(style.size)), width, text: shown, style });
            self.down += style.size * LINE;
        }
        self.down += CODE_ROOM.1;
        self.out.insert(at, Set::Ground(Rect::new(self.left, from, self.right - self.left, self.down - from)));
    }

    /// Pieces of a line, broken into as many lines as it takes.
    fn line(&mut self, inline: &[&Piece], style: Style) {
        let mut words = Words::default();
        inline.iter().for_each(|piece| words.take(piece, style));
        let most = self.right - self.left;
        let mut x = 0.0;
        for group in words.list.chunk_by(|_, next| next.is_glued) {
            let wide: f64 = group.iter().map(|word| word.style.font().width(&word.text)).sum();
            let space = if group[0].is_glued || x == 0.0 { 0.0 } else { group[0].style.font().width(" ") };
            if group[0].is_break || (x > 0.0 && x + space + wide > most) {
                self.down += style.size * LINE;
                x = 0.0;
            } else {
                x += space;
            }
            for word in group {
                x = self.word(word, x, style.size);
            }
        }
        self.down += style.size * LINE;
    }

    /// A word, on further lines where it is wider than one; gives where it ends.
    fn word(&mut self, word: &Word, mut x: f64, size: f64) -> f64 {
        let (font, most) = (word.style.font(), self.right - self.left);
        let mut rest = word.text.as_str();
        while !rest.is_empty() {
            let mut wide = x;
            let fits = rest.char_indices().find(|(_, c)| {
                wide += font.width(c.encode_utf8(&mut [0; 4]));
                wide > most
            });
            let end = match fits.map(|(at, _)| at) {
                None => rest.len(),
                // Where not even a letter fits, it stands out all the same.
                Some(0) if x == 0.0 => rest.chars().next().map_or(rest.len(), char::len_utf8),
                Some(at) => at,
            };
            let (now, later) = rest.split_at(end);
            if !now.is_empty() {
                let width = font.width(now);
                self.out.push(Set::Run {
                    at: pt(self.left + x, self.down + base_of(size)),
                    width,
                    text: now.to_owned(),
                    style: word.style,
                });
                x += width;
            }
            if !later.is_empty() {
                self.down += size * LINE;
                x = 0.0;
            }
            rest = later;
        }
        x
    }
}

/// Letters that a line is not broken in.
#[derive(Debug)]
struct Word {
    text: String,
    style: Style,
    /// Whether it follows the one before without a space.
    is_glued: bool,
    /// Whether it begins a line.
    is_break: bool,
}

/// How far the base line is below the top of its line.
fn base_of(size: f64) -> f64 {
    size * LINE / 2.0 + size * 0.36
}

fn is_inline(piece: &Piece) -> bool {
    match piece {
        Piece::Text(_) | Piece::Code(_) | Piece::Break => true,
        Piece::Of(sort, _) => matches!(sort, Sort::Emphasis | Sort::Strong | Sort::Struck | Sort::Link(_)),
        Piece::Rule => false,
    }
}

/// The words of a line that is being read.
#[derive(Debug, Default)]
struct Words {
    list: Vec<Word>,
    /// Whether a space was read after the last of them.
    has_space: bool,
}

impl Words {
    fn take(&mut self, piece: &Piece, style: Style) {
        match piece {
            Piece::Text(text) => self.add(text, style),
            Piece::Code(text) => self.add(text, Style { is_code: true, ..style }),
            Piece::Break => self.list.push(Word { text: String::new(), style, is_glued: false, is_break: true }),
            Piece::Rule => {}
            Piece::Of(sort, inner) => {
                let style = match sort {
                    Sort::Emphasis => Style { is_slanted: true, ..style },
                    Sort::Strong => Style { is_strong: true, ..style },
                    Sort::Struck => Style { is_struck: true, ..style },
                    Sort::Link(_) => Style { is_link: true, ..style },
                    _ => style,
                };
                inner.iter().for_each(|piece| self.take(piece, style));
            }
        }
    }

    fn add(&mut self, text: &str, style: Style) {
        self.has_space |= text.starts_with(char::is_whitespace);
        for word in text.split_whitespace() {
            let is_glued = !self.has_space && self.list.last().is_some_and(|last| !last.is_break);
            self.list.push(Word { text: word.to_owned(), style, is_glued, is_break: false });
            self.has_space = true;
        }
        self.has_space = text.ends_with(char::is_whitespace) || (text.is_empty() && self.has_space);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text in lines of this width; runs of a line are parted by a bar.
    #[track_caller]
    fn check(text: &str, width: f64, expected: &[&str]) {
        let mut lines: Vec<(f64, Vec<String>)> = Vec::new();
        for set in set(text, width) {
            let Set::Run { at, text, width: wide, .. } = set else { continue };
            assert!(at.x + wide <= width + 0.01 || text.chars().count() == 1, "`{text}` stays in its room");
            match lines.last_mut().filter(|(y, _)| (*y - at.y).abs() < 0.01) {
                Some((_, runs)) => runs.push(text),
                None => lines.push((at.y, vec![text])),
            }
        }
        assert!(lines.is_sorted_by(|a, b| a.0 < b.0), "lines go down");
        let shown: Vec<_> = lines.into_iter().map(|(_, runs)| runs.join("|")).collect();
        assert_eq!(shown, expected, "of `{text}`");
    }

    #[test]
    fn words_are_set_in_lines_and_what_is_glued_stays_together() {
        check("one two three", 60.0, &["one|two", "three"]);
        check("a **b**, c", 200.0, &["a|b|,|c"]);
        check("aaaa **bbbb**,", 60.0, &["aaaa", "bbbb|,"]);
        check("a  \nb", 200.0, &["a", "b"]);
        check("abcdefghijklmnopqrstuvwxyz", 80.0, &["abcdefghijkl", "mnopqrstuv", "wxyz"]);
    }

    #[test]
    fn lists_headings_and_code_have_their_lines() {
        check("# Head\n\n- one\n- two\n\n3. three", 200.0, &["Head", "•|one", "•|two", "3.|three"]);
        check("```\nlet a;\n  let b;\n```", 200.0, &["let a;", "  let b;"]);
        check("> said\n\n---", 200.0, &["said"]);
        check("", 200.0, &[]);
    }
}
