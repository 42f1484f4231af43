//! Every kind of node, one file each. Knows nothing of time, of processes, or of the order in which nodes run.
