//! Lines for the host's log. The host tags them with the plugin's name and the alert's id, and bounds their number and length.
//!
//! In tests, where there is no host, they go to standard error.
//!
//! ```
//! let skipped = 3;
//! quell_plugin::log::debug(format_args!("{skipped} observations name no remote address"));
//! ```

use std::fmt::Display;

pub use crate::bindings::quell::plugin::log::Level;

/// Step by step.
///
/// ```
/// quell_plugin::log::trace("looking at the second observation");
/// ```
pub fn trace(message: impl Display) {
    write(Level::Trace, message);
}

/// For the plugin's author.
///
/// ```
/// quell_plugin::log::debug("the source is `Network`: looking for scanned_ip");
/// ```
pub fn debug(message: impl Display) {
    write(Level::Debug, message);
}

/// For who runs the host. What explains a decision belongs into its reasons and notes instead, which are kept.
///
/// ```
/// quell_plugin::log::info("the address was blocked twice before");
/// ```
pub fn info(message: impl Display) {
    write(Level::Info, message);
}

/// Something is not as it should be.
///
/// ```
/// quell_plugin::log::warn("scanner_ip is a number");
/// ```
pub fn warn(message: impl Display) {
    write(Level::Warn, message);
}

/// Something failed.
///
/// ```
/// quell_plugin::log::error("the observations are not JSON");
/// ```
pub fn error(message: impl Display) {
    write(Level::Error, message);
}

/// Write one line.
///
/// ```
/// use quell_plugin::log::{Level, write};
///
/// write(Level::Info, "the same as log::info");
/// ```
pub fn write(level: Level, message: impl Display) {
    #[cfg(target_family = "wasm")]
    crate::bindings::quell::plugin::log::write(level, &message.to_string());
    #[cfg(not(target_family = "wasm"))]
    eprintln!("{level:?}: {message}");
}

/// Log what a panic says: on this target it would be lost, and all that the host sees is `unreachable`.
pub(crate) fn install_panic_hook() {
    #[cfg(target_family = "wasm")]
    std::panic::set_hook(Box::new(|panic| error(panic)));
}
