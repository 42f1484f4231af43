//! The colours of a drawing. They are chosen once, in the page's style sheets: a drawing in a file has the same.

use std::collections::BTreeMap;

/// The sheets with the colours.
const SHEETS: [&str; 2] = [include_str!("../../../ui/style/10-theme.css"), include_str!("../../../ui/style/35-canvas.css")];

/// The condition of what is only for the dark.
const DARK: &str = "(prefers-color-scheme: dark)";

/// See the module.
#[derive(Clone, Debug)]
pub struct Look {
    values: BTreeMap<&'static str, &'static str>,
}

/// A colour as every viewer understands it, and how much it covers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Colour {
    /// `#rrggbb`.
    pub(crate) hex: String,
    /// From 0 to 1.
    pub(crate) opacity: f64,
}

impl Look {
    /// For a light ground.
    #[must_use]
    pub fn light() -> Self {
        Self::with(false)
    }

    /// For a dark ground.
    #[must_use]
    pub fn dark() -> Self {
        Self::with(true)
    }

    fn with(is_dark: bool) -> Self {
        let mut values = BTreeMap::new();
        for sheet in SHEETS {
            let mut depth = 0;
            let mut is_taken = true;
            for line in sheet.lines().map(str::trim) {
                if depth == 0 && line.starts_with('@') {
                    is_taken = is_dark && line.contains(DARK);
                } else if depth == 0 && !line.is_empty() {
                    is_taken = line.starts_with(":root");
                }
                if let Some((name, value)) = line.strip_prefix("--").and_then(|rest| rest.split_once(':')).filter(|_| is_taken) {
                    values.insert(name, value.trim().trim_end_matches(';'));
                }
                depth += line.matches('{').count();
                depth -= line.matches('}').count();
            }
        }
        Self { values }
    }

    fn value(&self, name: &str) -> Option<&'static str> {
        self.values.get(name).copied()
    }

    /// A colour by its name in the sheets; grey for one that they do not have.
    pub(crate) fn colour(&self, name: &str) -> Colour {
        self.value(name).and_then(read).unwrap_or_else(|| Colour { hex: "#808080".to_owned(), opacity: 1.0 })
    }

    /// The colour of a kind.
    pub(crate) fn kind(&self, name: &str) -> Colour {
        let own = format!("kind-{name}");
        self.colour(if self.values.contains_key(own.as_str()) { &own } else { "kind-other" })
    }

    /// The colour of a note or a frame, by its name; a plain one for a name that is not known.
    pub(crate) fn item(&self, name: &str) -> Colour {
        let own = format!("item-{name}");
        self.colour(if self.values.contains_key(own.as_str()) { &own } else { "item-gray" })
    }

    /// The families of the page's two fonts.
    pub(crate) fn family(&self, is_mono: bool) -> String {
        self.value(if is_mono { "font-mono" } else { "font-ui" }).unwrap_or("sans-serif").replace('"', "'")
    }
}

/// `#rrggbb`, or `rgb(r g b / o%)`.
fn read(value: &str) -> Option<Colour> {
    if value.starts_with('#') {
        return Some(Colour { hex: value.to_owned(), opacity: 1.0 });
    }
    let (parts, opacity) = value.strip_prefix("rgb(")?.strip_suffix(')')?.split_once('/')?;
    let mut parts = parts.split_whitespace().map(str::parse::<u8>);
    let mut part = || parts.next()?.ok();
    let (red, green, blue) = (part()?, part()?, part()?);
    let opacity = opacity.trim().strip_suffix('%')?.parse::<f64>().ok()? / 100.0;
    Some(Colour { hex: format!("#{red:02x}{green:02x}{blue:02x}"), opacity })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_and_dark_have_the_colours_of_the_sheets() {
        let (light, dark) = (Look::light(), Look::dark());
        for (name, by_day, by_night) in
            [("card", "#ffffff", "#1d222c"), ("item-blue", "#2469d6", "#6aa6ff"), ("kind-mcp", "#5a4fcf", "#a79dff")]
        {
            assert_eq!(light.colour(name).hex, by_day, "`{name}` by day");
            assert_eq!(dark.colour(name).hex, by_night, "`{name}` by night");
        }
        assert_eq!(light.colour("shade"), Colour { hex: "#141928".to_owned(), opacity: 0.07 }, "what covers little says so");
        assert_eq!(dark.family(true), light.family(true), "fonts are the same by night");
        assert!(light.family(false).starts_with("Inter, "), "{}", light.family(false));
    }

    #[test]
    fn every_colour_that_is_drawn_with_can_be_read() {
        for look in [Look::light(), Look::dark()] {
            let names = look.values.keys().filter(|name| !name.starts_with("font") && !name.starts_with("shadow"));
            for name in names {
                let value = look.values[name];
                assert!(value.starts_with("var(") || read(value).is_some(), "`--{name}: {value}`");
            }
        }
    }
}
