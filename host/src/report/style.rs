//! Colours. They are written always; the stream at the rim takes them out where nobody sees them.

use anstyle::{AnsiColor, Style};

/// A heading.
pub const HEADING: Style = Style::new().bold();
/// Something that is right, or lets pass.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Something that is refused or wrong.
pub const BAD: Style = AnsiColor::Red.on_default();
/// Something to look at.
pub const NOTE: Style = AnsiColor::Yellow.on_default();
/// Something that is there but not the point.
pub const QUIET: Style = Style::new().dimmed();

/// A text in a style.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
