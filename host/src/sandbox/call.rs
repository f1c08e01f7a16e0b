//! One call of a plugin, in a fresh store and instance.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use wasmtime::Store;

use crate::{
    duration::{HumanDuration, seconds},
    fact::Facts,
};

use super::{
    bindings, convert::passed::Passed, engine::Use, fault::Fault, guest_time, log::LogLine, plugin::Plugin,
    state::State,
};

/// A function that a plugin exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `describe`.
    Describe,
    /// `validate-settings`.
    ValidateSettings,
    /// `decide`.
    Decide,
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Describe => "describe",
            Self::ValidateSettings => "validate-settings",
            Self::Decide => "decide",
        })
    }
}

/// What one call used up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cost {
    /// How long the plugin's own code ran. In seconds where it is serialized, as all durations that are measured.
    #[serde(rename = "guest-seconds", with = "seconds")]
    pub guest_time: Duration,
    /// How long it took over all: making the instance and waiting for facts included, waiting for a free place not.
    #[serde(rename = "wall-clock-seconds", with = "seconds")]
    pub wall_clock: Duration,
    /// How much memory it had in the end, in bytes.
    pub memory_bytes: usize,
    /// How many facts it asked for.
    pub host_calls: u32,
    /// How much its answer took in the host, in bytes, as `passed-bytes` counts it. Of a call without an answer 0.
    #[serde(default)]
    pub output_bytes: usize,
    /// How much fuel it used, roughly a unit for each instruction. None unless fuel is counted: see
    /// [`Use::Measure`](super::Use::Measure).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fuel: Option<u64>,
    /// How many log lines it wrote beyond the limit; they are lost.
    pub log_lines_dropped: u64,
}

/// A call that gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plugin `{plugin}` ({call}) {fault}")]
pub struct CallError {
    /// The plugin's name in the configuration.
    pub plugin: String,
    /// What was called.
    pub call: Call,
    /// What went wrong.
    pub fault: Fault,
    /// What it logged until then.
    pub log: Vec<LogLine>,
    /// What it used up until then.
    pub cost: Cost,
}

impl CallError {
    /// Whether the same call may succeed later, with nothing changed but time.
    pub fn is_passing(&self) -> bool {
        self.fault.is_passing()
    }
}

/// An answer, with what the call logged and used up.
pub(super) struct Answered<T> {
    pub(super) answer: T,
    pub(super) log: Vec<LogLine>,
    pub(super) cost: Cost,
}

/// The instance that is called.
pub(super) type Guest = bindings::exports::quell::plugin::decider::Guest;

impl Plugin {
    /// Makes an instance, calls it, reads its answer, and tells what that took.
    pub(super) async fn call<W: Passed, T>(
        &self,
        call: Call,
        alert: String,
        facts: Arc<dyn Facts>,
        function: impl AsyncFnOnce(&Guest, &mut Store<State>) -> wasmtime::Result<W>,
        read: impl FnOnce(W) -> Result<T, Fault>,
    ) -> Result<Answered<T>, Box<CallError>> {
        let host = &self.host;
        let limits = &self.limits;
        // The semaphore is never closed; were it, the pool itself would say that it is full.
        let _place = host.places.acquire().await.ok();
        let _running = host.ticker.running();

        let begin = Instant::now();
        let state = State::new(self.name.clone(), alert, limits.clone(), facts);
        let mut store = Store::new(&host.engine, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(limits.passed_bytes);
        guest_time::arm(&mut store, limits);
        if host.purpose == Use::Measure {
            // Fails only if the engine counts no fuel, and this one does; then the plugin would be told to be out of it.
            let _ = store.set_fuel(limits.fuel);
        }

        let answer = tokio::time::timeout(limits.wall_clock.0, async {
            store.data().guest_time.resume();
            let plugin = self.component.instantiate_async(&mut store).await?;
            function(plugin.quell_plugin_decider(), &mut store).await
        })
        .await;

        let fuel = store.get_fuel().ok().map(|left| limits.fuel.saturating_sub(left));
        let state = store.into_data();
        state.guest_time.pause();
        let cost = Cost {
            guest_time: state.guest_time.spent(),
            wall_clock: begin.elapsed(),
            memory_bytes: state.limiter.memory_bytes(),
            host_calls: state.host_calls,
            output_bytes: match &answer {
                Ok(Ok(answer)) => answer.passed_bytes(),
                _ => 0,
            },
            fuel,
            log_lines_dropped: state.log.dropped,
        };
        let answer = match answer {
            Ok(Ok(answer)) => read(answer),
            Ok(Err(error)) => Err(Fault::of(error, state.log.panic, limits)),
            Err(_) => Err(Fault::WallClock {
                limit: limits.wall_clock,
                guest_time: HumanDuration(cost.guest_time),
            }),
        };
        let log = state.log.lines;
        match answer {
            Ok(answer) => Ok(Answered { answer, log, cost }),
            Err(fault) => Err(Box::new(CallError {
                plugin: self.name.to_string(),
                call,
                fault,
                log,
                cost,
            })),
        }
    }
}
