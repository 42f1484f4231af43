//! What an input means. Intents are values: the canvas carries out those that only look, choose or move; whoever shows the
//! canvas reads those that ask for a change of the graph.

use graph::Port;

use crate::{Camera, Draft, EdgeKey, Guide, Hit, ItemKey, NodeKey, Point, Rect, Selection};

/// One thing that an input means.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Look from here.
    Look(Camera),
    /// Select exactly this.
    Select(Selection),
    /// The pointer is over this.
    Hover(Hit),
    /// The frame that is being drawn around nodes; none when it is done.
    Frame(Option<Rect>),
    /// These are picked up: until they are put down, only they and the nodes' edges change.
    PickUp(Vec<NodeKey>, Vec<ItemKey>),
    /// A node's upper left corner goes there.
    Place(NodeKey, Point),
    /// An item's upper left corner goes there.
    PlaceItem(ItemKey, Point),
    /// An item has this place and size.
    ResizeItem(ItemKey, Rect),
    /// The lines that what is dragged is level with.
    Guides(Vec<Guide>),
    /// The edge that what is dragged would go into.
    Over(Option<EdgeKey>),
    /// The edge that is being drawn; none when it is done.
    Draw(Option<Draft>),
    /// What was picked up is put down where it is.
    PutDown,
    /// The person wants to see and change this node.
    Open(NodeKey),
    /// The person wants to see and change this item.
    OpenItem(ItemKey),
    /// The small picture of the whole is to be shown, or hidden.
    Overview,
    /// Asks that these be kept where they were put.
    Moved(Vec<NodeKey>, Vec<ItemKey>),
    /// Asks for an edge, in place of the one that leaves the port.
    Connect {
        /// The node that it leaves.
        from: NodeKey,
        /// The port that it leaves by.
        port: Port,
        /// The node that it leads to.
        to: NodeKey,
    },
    /// Asks that an edge join others.
    Reconnect {
        /// The edge.
        edge: EdgeKey,
        /// The node that it leaves from now on.
        from: NodeKey,
        /// The port that it leaves by.
        port: Port,
        /// The node that it leads to.
        to: NodeKey,
    },
    /// Asks that an edge go.
    Disconnect(EdgeKey),
    /// Asks that nodes and items go.
    Remove(Vec<NodeKey>, Vec<ItemKey>),
    /// Asks what shall follow a port, to stand here.
    Offer {
        /// The node.
        from: NodeKey,
        /// Its port.
        port: Port,
        /// The upper left corner of what follows.
        at: Point,
    },
    /// Asks what shall be added, to stand here.
    Add {
        /// Its upper left corner.
        at: Point,
        /// What it follows.
        after: Option<(NodeKey, Port)>,
    },
    /// Asks that a node go into an edge.
    InsertOn {
        /// The edge.
        edge: EdgeKey,
        /// The node.
        node: NodeKey,
        /// The node's port that leads on.
        port: Port,
    },
}
