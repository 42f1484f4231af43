//! What an input means. Intents are values: the canvas carries them out, and whoever shows the canvas reads them.

use crate::{Camera, Hit, NodeKey, Point, Rect};

/// One thing that an input means.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Look from here.
    Look(Camera),
    /// Select exactly these nodes; the last is the current one.
    Select(Vec<NodeKey>),
    /// The pointer is over this.
    Hover(Hit),
    /// The frame that is being drawn around nodes; none when it is done.
    Frame(Option<Rect>),
    /// These nodes are picked up: until they are put down, only they and their edges change.
    PickUp(Vec<NodeKey>),
    /// A node's upper left corner goes there.
    Place(NodeKey, Point),
    /// What was picked up is put down where it is. The places are to be kept.
    PutDown,
    /// The person wants to see and change this node.
    Open(NodeKey),
}
