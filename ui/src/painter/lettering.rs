//! Widths of texts, measured once, and texts cut to a width.

use std::collections::HashMap;

use web_sys::CanvasRenderingContext2d;

/// How many texts are remembered before all are forgotten.
const MOST: usize = 20_000;

/// See the module. By text and font; cut texts by the width too.
#[derive(Default)]
pub(super) struct Lettering {
    widths: HashMap<(String, String), f64>,
    cut: HashMap<(String, String, u32), String>,
}

impl Lettering {
    /// The width of a text. The context must have the font set already.
    pub(super) fn width(&mut self, context: &CanvasRenderingContext2d, text: &str, font: &str) -> f64 {
        if self.widths.len() > MOST {
            self.widths.clear();
        }
        let key = (text.to_owned(), font.to_owned());
        *self.widths.entry(key).or_insert_with(|| context.measure_text(text).map_or(0.0, |metrics| metrics.width()))
    }

    /// The text, or as much of its beginning as fits `most` with an ellipsis. The context must have the font set already.
    pub(super) fn fit(&mut self, context: &CanvasRenderingContext2d, text: &str, font: &str, most: f64) -> &str {
        if self.cut.len() > MOST {
            self.cut.clear();
        }
        let key = (text.to_owned(), font.to_owned(), most.round() as u32);
        self.cut.entry(key).or_insert_with(|| {
            let width = |text: &str| context.measure_text(text).map_or(0.0, |metrics| metrics.width());
            if width(text) <= most {
                return text.to_owned();
            }
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let fits = ends.partition_point(|end| width(&format!("{}…", &text[..*end])) <= most);
            let end = fits.checked_sub(1).map_or(0, |last| ends[last]);
            format!("{}…", text[..end].trim_end())
        })
    }
}
