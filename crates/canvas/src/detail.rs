//! How much of a node is worth drawing at a zoom. Knows nothing of how it is drawn.

/// How much of each node is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// A coloured box, from the rasteriser.
    Box,
    /// The title and a bar in the colour of the kind.
    Title,
    /// The whole card.
    #[default]
    Card,
}

/// The zoom under which a card is no longer readable: its summary is then under 7 pixels high.
const CARD_FROM: f64 = 0.55;
/// The zoom under which a title is no longer readable.
const TITLE_FROM: f64 = 0.22;
/// How far past a border the zoom must go before the detail follows, so that it does not flicker at the border.
const SLACK: f64 = 1.12;

impl Detail {
    /// The detail to draw at this zoom, if this is what is drawn now.
    #[must_use]
    pub fn at(self, zoom: f64) -> Detail {
        let border = |lower: Detail, from: f64| if self > lower { from / SLACK } else { from * SLACK };
        if zoom >= border(Detail::Title, CARD_FROM) {
            Detail::Card
        } else if zoom >= border(Detail::Box, TITLE_FROM) {
            Detail::Title
        } else {
            Detail::Box
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_follows_the_zoom() {
        for (zoom, detail) in [(4.0, Detail::Card), (0.7, Detail::Card), (0.4, Detail::Title), (0.1, Detail::Box), (0.01, Detail::Box)] {
            for before in [Detail::Box, Detail::Title, Detail::Card] {
                assert_eq!(before.at(zoom), detail, "at {zoom}, whatever was before ({before:?})");
            }
        }
    }

    #[test]
    fn detail_stays_while_the_zoom_hovers_at_a_border() {
        for (border, above, below) in [(CARD_FROM, Detail::Card, Detail::Title), (TITLE_FROM, Detail::Title, Detail::Box)] {
            for zoom in [border * 0.95, border, border * 1.05] {
                assert_eq!(above.at(zoom), above, "{zoom} is not yet far enough below");
                assert_eq!(below.at(zoom), below, "{zoom} is not yet far enough above");
            }
        }
    }
}
