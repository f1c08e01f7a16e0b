//! The lines that a plugin logs.

use serde::{Deserialize, Serialize};

use super::{limits::Limits, text::shown};
use crate::telemetry::PLUGIN_LOG;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Step by step.
    Trace,
    /// For the plugin's author.
    Debug,
    /// For who runs the host.
    Info,
    /// Something is not as it should be.
    Warn,
    /// Something failed.
    Error,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// The text, on one line and cut to the limit.
    pub message: String,
}

impl LogLine {
    /// Whether it tells of a panic, which the decision's failure tells as well.
    pub fn is_panic(&self) -> bool {
        self.level == Level::Error && self.message.starts_with(PANIC)
    }
}

/// How the SDK's panic hook begins its line, as Rust's own does.
const PANIC: &str = "panicked at ";

/// Collects the lines of one call.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) lines: Vec<LogLine>,
    /// How many lines were dropped.
    pub(super) dropped: u64,
    /// What the panic hook logged, which is kept even when the lines are used up.
    pub(super) panic: Option<String>,
}

impl Log {
    /// Takes one line and, if there is room for it, gives it back as it is to be shown.
    pub(super) fn write(&mut self, level: Level, message: &str, limits: &Limits) -> Option<&LogLine> {
        if level == Level::Error
            && let Some(panic) = message.strip_prefix(PANIC)
        {
            // Rust puts the message on a line of its own, below the place.
            self.panic = Some(shown(&panic.replacen(":\n", ": ", 1), limits.log_line_bytes));
        }
        if self.lines.len() >= limits.log_lines {
            self.dropped += 1;
            return None;
        }
        self.lines.push(LogLine {
            level,
            message: shown(message, limits.log_line_bytes),
        });
        self.lines.last()
    }
}

/// Hands a line on to the host's own log.
pub(super) fn emit(line: &LogLine, plugin: &str, alert: &str) {
    let message = line.message.as_str();
    match line.level {
        Level::Trace => tracing::trace!(target: PLUGIN_LOG, plugin, alert, "{message}"),
        Level::Debug => tracing::debug!(target: PLUGIN_LOG, plugin, alert, "{message}"),
        Level::Info => tracing::info!(target: PLUGIN_LOG, plugin, alert, "{message}"),
        Level::Warn => tracing::warn!(target: PLUGIN_LOG, plugin, alert, "{message}"),
        Level::Error => tracing::error!(target: PLUGIN_LOG, plugin, alert, "{message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_limit_are_dropped_and_counted_but_a_panic_is_kept() {
        let limits = Limits {
            log_lines: 1,
            ..Limits::default()
        };
        let mut log = Log::default();
        assert!(log.write(Level::Info, "first", &limits).is_some());
        assert!(log.write(Level::Info, "second", &limits).is_none());
        assert!(
            log.write(Level::Error, "panicked at lib.rs:1:1:\nwhy", &limits)
                .is_none()
        );
        assert_eq!((log.lines.len(), log.dropped), (1, 2));
        assert_eq!(log.panic.as_deref(), Some("lib.rs:1:1: why"));
    }
}
