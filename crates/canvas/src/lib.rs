//! Camera, geometry, gestures and scene. Knows no DOM.
