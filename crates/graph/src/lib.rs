//! The document and its edits, with undo. Knows nothing of files, of expressions, or of what a kind of node does.
