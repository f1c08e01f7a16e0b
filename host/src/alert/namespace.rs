//! The namespace of a Stealthwatch Cloud source.
