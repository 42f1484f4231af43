//! Commands about the pictures of a drawing: files beneath the graph file's folder.

use super::command;
use crate::view::{GraphId, PictureView};

command! {
    /// A picture of a drawing. Refused are what is not beneath the graph file's folder, what is no picture, and what is very large.
    GetPicture, "picture.get" -> PictureView {
        /// The graph.
        graph: GraphId,
        /// The file, from the graph file's folder.
        src: String,
    }
}

command! {
    /// Keeps a picture in the folder `pictures` beside the graph file; a file that is there already stays. The reply is its path
    /// from the graph file's folder.
    AddPicture, "picture.add" -> String {
        /// The graph.
        graph: GraphId,
        /// What the file was called; it may get another name.
        name: String,
        /// Its bytes, in base64.
        data: String,
    }
}
