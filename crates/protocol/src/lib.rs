//! What the window and the app say to each other.
