//! The authors' tools: what looks at a plugin, measures it and tries it on recordings.
//!
//! Nothing here needs a credential or a daemon. The commands in `command/plugin` parse and print; what they print is made here.

pub mod component;
pub mod inspected;
pub mod workshop;
