//! An edge that is being drawn, and the lines that show what is level: what only the overlay shows.

use graph::Port;

use crate::{Cubic, EdgeKey, NodeKey, Point, Rect, Refusal};

/// An edge that is being drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Its port; none while the end at the port is the loose one and over none.
    pub from: Option<(NodeKey, Port)>,
    /// Its node; none while the end at the node is the loose one and over none.
    pub to: Option<NodeKey>,
    /// The edge that it takes the place of.
    pub replaces: Option<EdgeKey>,
    /// Where the loose end is.
    pub tip: Point,
    /// What is drawn.
    pub curve: Vec<Cubic>,
    /// Why it may not be so.
    pub refusal: Option<Refusal>,
}

/// A line on which sides or middles meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guide {
    /// Its one end.
    pub from: Point,
    /// Its other end; straight beside or under the first.
    pub to: Point,
}

impl Draft {
    /// The rectangle around the curve.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        let points: Vec<Point> = self.curve.iter().flat_map(|piece| [piece.from, piece.out, piece.into, piece.to]).collect();
        Rect::around(&points).unwrap_or_default()
    }
}

impl Guide {
    /// The rectangle around the line.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        Rect::spanning(self.from, self.to)
    }
}
