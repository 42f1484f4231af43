//! Graph files as text: every dialect, no comment lost. Knows nothing of what a kind of node does.
