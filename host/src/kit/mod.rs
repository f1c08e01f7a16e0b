//! The authors' tools: what makes, looks at and measures a plugin, and tries it on recordings.
//!
//! From a name to a folder that builds is [`new`], from a folder to a component [`build`]. Nothing here needs a credential or a daemon. The
//! commands in `command/plugin` parse and print; what they print is made here.

pub mod bench;
pub mod build;
pub mod component;
pub mod inspected;
pub mod lock;
pub mod new;
mod recorded;
pub mod replay;
pub mod test;
pub mod watch;
pub mod workshop;
