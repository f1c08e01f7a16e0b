//! The decoder for Stealthwatch Cloud.
