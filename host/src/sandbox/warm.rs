//! An instance that decides more than once. Only to measure what an instance costs: a host never does it, because what a plugin remembers of one alert
//! would be in its next decision.

use std::sync::Arc;

use wasmtime::Store;

use super::{
    CallError, Cost, bindings,
    call::Call,
    convert::{alert, reader::Reader},
    decide::Request,
    fault::Fault,
    guest_time,
    plugin::Plugin,
    state::State,
};
use crate::{decision::Decision, fact::Facts};

/// A plugin's instance that is kept.
pub struct Warm {
    plugin: Plugin,
    store: Store<State>,
    instance: bindings::Plugin,
}

impl Plugin {
    /// An instance that decides as often as it is asked to, with the same facts. Its guest time and its host calls are limited for each decision; the wall clock is
    /// not.
    pub async fn warm(&self, facts: Arc<dyn Facts>) -> Result<Warm, Box<CallError>> {
        let host = &self.host;
        let state = State::new(self.name.clone(), String::new(), self.limits.clone(), facts);
        let mut store = Store::new(&host.engine, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(self.limits.passed_bytes);
        guest_time::arm(&mut store, &self.limits);
        let _running = host.ticker.running();
        store.data().guest_time.resume();
        let instance = self.component.instantiate_async(&mut store).await;
        store.data().guest_time.pause();
        match instance {
            Ok(instance) => Ok(Warm {
                plugin: self.clone(),
                store,
                instance,
            }),
            Err(error) => Err(self.failed(Fault::of(error, None, &self.limits))),
        }
    }

    fn failed(&self, fault: Fault) -> Box<CallError> {
        Box::new(CallError {
            plugin: self.name.to_string(),
            call: Call::Decide,
            fault,
            log: Vec::new(),
            cost: Cost::default(),
        })
    }
}

impl Warm {
    /// Decides.
    pub async fn decide(&mut self, request: &Request) -> Result<Decision, Box<CallError>> {
        let host = Arc::clone(&self.plugin.host);
        let _running = host.ticker.running();
        self.store.data_mut().begin_again();
        let request = alert::request(request);
        let guest = self.instance.quell_plugin_decider();
        self.store.data().guest_time.resume();
        let answer = guest.call_decide(&mut self.store, &request).await;
        self.store.data().guest_time.pause();
        let reader = Reader(&self.plugin.limits);
        let decision = match answer {
            Ok(Ok(decision)) => reader.decision(decision),
            Ok(Err(failure)) => Err(Fault::Failed(reader.failure(failure))),
            Err(error) => Err(Fault::of(
                error,
                self.store.data_mut().log.panic.take(),
                &self.plugin.limits,
            )),
        };
        decision.map_err(|fault| self.plugin.failed(fault))
    }
}
