//! What can go wrong in a plugin, in words for who runs the host.

use std::str::Utf8Error;

use wasmtime::Trap;

use crate::duration::HumanDuration;

use super::limits::Limits;

/// Why a call of a plugin gave no answer. Each names the limit and the remedy where there is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The plugin itself says that it can't decide.
    #[error("could not decide: {0}")]
    Failed(Failure),
    /// Its own code ran too long.
    #[error(
        "ran for longer than its {limit} and was ended: look for an endless loop in it, or raise `plugin.limits.guest-time`"
    )]
    GuestTime {
        /// The limit.
        limit: HumanDuration,
    },
    /// It executed too many instructions, where they are counted.
    #[error(
        "used more than its {limit} of fuel, roughly a unit for each instruction, and was ended: look for an endless loop in it, or raise \
         `plugin.limits.fuel`"
    )]
    Fuel {
        /// The limit.
        limit: u64,
    },
    /// It took too long over all, most likely because facts were slow.
    #[error(
        "took longer than its {limit} over all and was ended; its own code ran for {guest_time} of that and waited for the rest: \
         see which fact was slow, or raise `plugin.limits.wall-clock`"
    )]
    WallClock {
        /// The limit.
        limit: HumanDuration,
        /// How much of it the plugin's own code took.
        guest_time: HumanDuration,
    },
    /// It asked for too much memory.
    #[error(
        "asked for {wanted} bytes of memory, more than its {limit}, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`"
    )]
    Memory {
        /// How much it would have had.
        wanted: usize,
        /// The limit.
        limit: usize,
    },
    /// It asked for too many table elements.
    #[error(
        "asked for {wanted} table elements, more than its {limit}, and was ended: see what it keeps, or raise `sandbox.limits.table-elements`"
    )]
    TableElements {
        /// How many it would have had.
        wanted: usize,
        /// The limit.
        limit: usize,
    },
    /// It is made of too many parts.
    #[error("has too many parts ({reason}): raise `instances`, `memories` or `tables` below `sandbox.limits`")]
    Parts {
        /// Which, in wasmtime's words.
        reason: String,
    },
    /// Its calls are nested too deep.
    #[error(
        "nested its calls too deep for its stack of {limit} bytes: look for an endless recursion in it, or raise `sandbox.limits.stack-bytes`"
    )]
    Stack {
        /// The limit.
        limit: usize,
    },
    /// It reached outside its memory.
    #[error(
        "reached outside its own memory: most often its own stack ran over, which its compiler lays out and no limit of the \
         host can raise; look for an endless recursion or a large local variable in it"
    )]
    OutOfMemoryBounds,
    /// It panicked, and its panic hook logged why.
    #[error("panicked at {message}")]
    Panicked {
        /// What the hook logged: the place and the message.
        message: String,
    },
    /// It trapped in another way.
    #[error("trapped: {trap}; build it with the SDK, whose panic hook logs the reason of a panic")]
    Trapped {
        /// The trap, in wasmtime's words.
        trap: String,
    },
    /// It asked for too many facts.
    #[error(
        "asked for more than its {limit} facts and was ended: look for an endless loop in it, or raise `plugin.limits.host-calls`"
    )]
    HostCalls {
        /// The limit.
        limit: u32,
    },
    /// It passed too much to the host at once.
    #[error(
        "passed more than its {limit} bytes to the host at once and was ended: see what it answers or logs, or raise `plugin.limits.passed-bytes`"
    )]
    PassedBytes {
        /// The limit.
        limit: usize,
    },
    /// Its answer has too many items.
    #[error("answered with {count} {what}, more than its {limit}: raise `plugin.limits.{limit_name}` if that is right")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// The limit's key.
        limit_name: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A text in its answer is too long.
    #[error(
        "answered with {what} of {bytes} bytes, more than its {limit}: raise `plugin.limits.{limit_name}` if that is right"
    )]
    TooLong {
        /// Which text.
        what: String,
        /// Its length.
        bytes: usize,
        /// The limit's key.
        limit_name: &'static str,
        /// The limit.
        limit: usize,
    },
    /// It describes an action that the contract does not know.
    #[error(
        "describes an action `{name}`, which the contract does not have: it has block, isolate, revoke-ingress, \
         set-instance-state and custom"
    )]
    UnknownAction {
        /// What it says.
        name: String,
    },
    /// It passed text that is not text.
    #[error("passed text that is not UTF-8 ({reason}); its language's bindings to the contract are wrong")]
    NotUtf8 {
        /// Where.
        reason: String,
    },
    /// It broke the rules of the component model, or the host could not run it.
    #[error("could not be run: {reason}")]
    Unrunnable {
        /// Why, in wasmtime's words.
        reason: String,
    },
}

/// Why a plugin says that it can't decide. The texts are the plugin's, escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The settings can't be used.
    #[error("its settings can't be used: {0}")]
    Settings(String),
    /// A fact could not be had; perhaps later.
    #[error("a fact could not be had: {0}")]
    Facts(String),
    /// The alert can't be understood.
    #[error("the alert can't be understood: {0}")]
    Alert(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Fault {
    /// Whether the same call may succeed later, with nothing changed but time: a fact was missing or slow.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Failed(Failure::Facts(_)) | Self::WallClock { .. })
    }

    /// Reads the error that ended a call. `panic` is what the plugin's panic hook logged, if it did.
    pub(super) fn of(error: wasmtime::Error, panic: Option<String>, limits: &Limits) -> Self {
        // What the host's own functions raised is a fault already.
        let error = match error.downcast::<Self>() {
            Ok(fault) => return fault,
            Err(error) => error,
        };
        if let Some(trap) = error.downcast_ref::<Trap>() {
            return match (trap, panic) {
                (Trap::StackOverflow, _) => Self::Stack {
                    limit: limits.stack_bytes,
                },
                (Trap::OutOfFuel, _) => Self::Fuel { limit: limits.fuel },
                (_, Some(message)) => Self::Panicked { message },
                (Trap::MemoryOutOfBounds, _) => Self::OutOfMemoryBounds,
                (trap, None) => Self::Trapped { trap: trap.to_string() },
            };
        }
        if let Some(error) = error.downcast_ref::<Utf8Error>() {
            return Self::NotUtf8 {
                reason: error.to_string(),
            };
        }
        let reason = error.root_cause().to_string();
        // wasmtime has no types for these two.
        if reason.contains("fuel allocated for hostcalls has been exhausted") {
            return Self::PassedBytes {
                limit: limits.passed_bytes,
            };
        }
        if reason.starts_with("resource limit exceeded") {
            return Self::Parts { reason };
        }
        Self::Unrunnable { reason }
    }
}
