//! The packet oracle.
