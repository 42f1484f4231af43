//! Every verb of the product: the only place where the pieces meet.
