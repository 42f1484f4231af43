//! JSONata and JSON Logic, compiled once, evaluated within limits. Knows nothing of graphs.
