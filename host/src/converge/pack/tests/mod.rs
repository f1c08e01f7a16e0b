//! Tests of the packing.
