//! What a person's gestures on the canvas ask of the graph and its layout, in the graph's own names: values that the store
//! turns into commands. The canvas has not changed the graph; it has only moved what was moved by hand.

use canvas::{Pixel, Rect};
use graph::{ItemId, NodeId, Port, Spot};

/// A place that a node is left by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outlet {
    /// The node.
    pub(crate) node: NodeId,
    /// Its port. [`Port::Case`] and [`Port::Branch`] may be the one past the last: then it is to be added.
    pub(crate) port: Port,
}

/// Where something is to be added: in the world, and in the canvas's area, for the palette that asks what it shall be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Where {
    /// The upper left corner of what is added.
    pub(crate) spot: Spot,
    /// Where that is in the canvas's area, in CSS pixels.
    pub(crate) pixel: Pixel,
}

/// Where everything is that was moved in one gesture: one step for undo.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Moved {
    /// Each node's upper left corner. With the first nodes that are placed by hand come all others that stand where the layout
    /// has put them, so that the drawing stays as it is seen.
    pub(crate) nodes: Vec<(NodeId, Spot)>,
    /// Each item's rectangle.
    pub(crate) items: Vec<(ItemId, Rect)>,
}

/// One thing that a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wish {
    /// The port leads to the node from now on, in place of where it led before.
    Connect {
        /// The port.
        from: Outlet,
        /// The node.
        to: NodeId,
    },
    /// The edge that left by `was` leads from `from` to `to` from now on. If `from` is another port than `was`, nothing leaves
    /// by `was` any more, and a condition moves with its rule.
    Reconnect {
        /// Where the edge left.
        was: Outlet,
        /// Where it leaves now.
        from: Outlet,
        /// Where it leads now.
        to: NodeId,
    },
    /// The edge goes.
    Disconnect {
        /// Where it leaves.
        edge: Outlet,
    },
    /// Nodes go with all their edges, and items go.
    Remove {
        /// The nodes.
        nodes: Vec<NodeId>,
        /// The items.
        items: Vec<ItemId>,
    },
    /// Something is to be added; what, the person has yet to choose. A node that is given a place brings all others with it
    /// that have none (`Stage::unplaced`), so that the drawing stays as it is seen.
    Add {
        /// Where.
        at: Where,
        /// What it follows. Where that port leads somewhere already, it goes between.
        after: Option<Outlet>,
    },
    /// A node that has no edges yet goes into an edge, and stands where it was dropped.
    InsertOn {
        /// Where the edge leaves.
        edge: Outlet,
        /// Where it led, and where the node leads from now on.
        to: NodeId,
        /// The node.
        node: NodeId,
        /// The node's port that leads on.
        port: Port,
        /// Where everything is that was moved.
        moved: Moved,
    },
    /// Nodes and items were put somewhere, or items got another size.
    Moved(Moved),
}
