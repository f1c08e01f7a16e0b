//! What a store holds for one call of a plugin.

use std::sync::Arc;

use crate::fact::{Answer, FactError, Facts, Question};

use super::{
    fault::Fault,
    guest_time::GuestTime,
    limiter::Limiter,
    limits::Limits,
    log::{Level, Log, emit},
};

/// All that the functions which a plugin imports can reach. There is no credential here, and nothing that writes.
pub(super) struct State {
    /// The plugin's name in the configuration.
    plugin: Arc<str>,
    /// The alert's id, or empty.
    alert: String,
    limits: Arc<Limits>,
    facts: Arc<dyn Facts>,
    pub(super) guest_time: GuestTime,
    pub(super) limiter: Limiter,
    pub(super) log: Log,
    /// How many facts were asked for.
    pub(super) host_calls: u32,
}

impl State {
    pub(super) fn new(plugin: Arc<str>, alert: String, limits: Arc<Limits>, facts: Arc<dyn Facts>) -> Self {
        Self {
            plugin,
            alert,
            facts,
            guest_time: GuestTime::default(),
            limiter: Limiter::new(limits.clone()),
            limits,
            log: Log::default(),
            host_calls: 0,
        }
    }

    /// Asks for a fact, off the plugin's own time.
    ///
    /// # Errors
    /// The outer error ends the plugin: it asked too often. The inner one is the answer.
    pub(super) async fn ask(&mut self, question: Question) -> Result<Result<Answer, FactError>, Fault> {
        let limit = self.limits.host_calls;
        if self.host_calls >= limit {
            return Err(Fault::HostCalls { limit });
        }
        self.host_calls += 1;
        self.guest_time.pause();
        let answer = self.facts.ask(&question).await;
        self.guest_time.resume();
        Ok(answer)
    }

    /// Forgets what the last call used up.
    pub(super) fn begin_again(&mut self) {
        self.guest_time.forget();
        self.log = Log::default();
        self.host_calls = 0;
    }

    /// Takes a line of the plugin's log, on the plugin's own time: to log for ever is to loop for ever.
    pub(super) fn write(&mut self, level: Level, message: &str) {
        if let Some(line) = self.log.write(level, message, &self.limits) {
            emit(line, &self.plugin, &self.alert);
        }
    }
}
