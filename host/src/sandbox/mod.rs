//! The sandbox: runs a plugin so that it can neither see, change nor hold up anything.
//!
//! A [`Sandbox`] loads components ([`Sandbox::load`]) and each [`Plugin`] decides ([`Plugin::decide`]), every time in a fresh store and instance
//! within the [`Limits`]. What a plugin can reach is the contract in `wit/`: a log, and read-only facts behind
//! [`Facts`](crate::fact::Facts). There is no credential on this side, and no AWS.

mod bindings;
mod cache;
mod call;
mod contract;
mod convert;
mod decide;
mod description;
mod engine;
mod fault;
mod guest_time;
mod host_call;
mod increments;
mod inspection;
mod limiter;
pub mod limits;
mod load;
mod log;
mod native;
mod plugin;
mod precompiled;
mod private;
mod state;
pub mod text;
mod ticker;
mod warm;

use std::{io, sync::Arc};

use tokio::sync::Semaphore;
use wasmtime::Engine;

use self::ticker::Ticker;

pub use self::{
    cache::Cache,
    call::{Call, CallError, Cost},
    contract::{Mismatch, VERSION as CONTRACT_VERSION},
    decide::{Decided, Request},
    description::{Description, SettingsProblem, is_name as is_plugin_name},
    engine::Use,
    fault::{Failure, Fault},
    increments::Increments,
    inspection::Inspection,
    limits::Limits,
    load::LoadError,
    log::{Level, LogLine},
    plugin::{Plugin, SettingsError},
    precompiled::{PrecompileError, Precompiled, Target, precompile},
    warm::Warm,
};

/// Loads plugins. A clone is the same sandbox.
#[derive(Clone)]
pub struct Sandbox {
    host: Arc<Host>,
    /// What plugins that are loaded through this handle may use up.
    limits: Arc<Limits>,
}

/// What all plugins of one sandbox share.
struct Host {
    purpose: Use,
    engine: Engine,
    ticker: Ticker,
    /// One permit a decision that may run at once.
    places: Semaphore,
    kept: Kept,
}

/// Where a sandbox finds what was compiled before. Nothing by default: then every plugin is compiled when it is loaded.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// What was compiled for the deployment.
    pub precompiled: Option<Precompiled>,
    /// What a process compiled earlier, whole plugins.
    pub cache: Option<Cache>,
    /// The same, function by function. For the author's tools.
    pub increments: Option<Increments>,
}

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Limits are out of their range.
    #[error("the limits on plugins are wrong: {}", join(.0))]
    Limits(Vec<limits::BadLimit>),
    /// wasmtime does not take its settings.
    #[error(
        "can't set up WebAssembly: {0}; if address space is short (`ulimit -v`), lower `decisions-at-once` or `memories` below \
         `sandbox.limits`"
    )]
    Engine(String),
    /// The thread that counts time can't be started.
    #[error("can't start the thread that ends plugins in time")]
    Ticker(#[source] io::Error),
}

fn join(limits: &[limits::BadLimit]) -> String {
    let limits: Vec<_> = limits.iter().map(ToString::to_string).collect();
    limits.join("; ")
}

impl Sandbox {
    /// A sandbox with these limits, and a cache for compiled plugins if one is given.
    pub fn new(purpose: Use, limits: Limits, cache: Option<Cache>) -> Result<Self, SandboxError> {
        let kept = Kept {
            cache,
            ..Kept::default()
        };
        Self::with(purpose, limits, kept)
    }

    /// A sandbox with these limits, and what was compiled before.
    pub fn with(purpose: Use, limits: Limits, kept: Kept) -> Result<Self, SandboxError> {
        let bad = limits.validate();
        if !bad.is_empty() {
            return Err(SandboxError::Limits(bad));
        }
        let engine = engine::engine(purpose, &limits, kept.increments.as_ref())
            .map_err(|error| SandboxError::Engine(format!("{error:#}")))?;
        let host = Host {
            purpose,
            ticker: Ticker::start(engine.clone(), purpose).map_err(SandboxError::Ticker)?,
            engine,
            places: Semaphore::new(limits.decisions_at_once as usize),
            kept,
        };
        Ok(Self {
            host: Arc::new(host),
            limits: Arc::new(limits),
        })
    }

    /// The same sandbox, with other limits for the plugins that are loaded through it. Limits that shape the pool stay those that it was made with:
    /// stack, parts, table elements, and decisions at once.
    pub fn within(&self, limits: Limits) -> Result<Self, SandboxError> {
        let bad = limits.validate();
        if !bad.is_empty() {
            return Err(SandboxError::Limits(bad));
        }
        Ok(Self {
            host: Arc::clone(&self.host),
            limits: Arc::new(limits),
        })
    }

    /// The limits of the plugins that are loaded through it.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}
