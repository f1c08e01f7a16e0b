//! A strict simulation of one AWS account in memory.
//!
//! It refuses what EC2 refuses, with EC2's own codes: a full ACL, a number that is taken or out of range, a sixth security group, an instance in a wrong
//! state, an unknown id, too many calls. Instances go on and off by the clock, and an Auto Scaling group gives up one that it misses. Test
//! servers that others wrote let most of that through, so what passes there may fail in AWS; what passes here should not.
//!
//! It has a second side for tests and the demo: someone else's hand on the same account, calls that fail or lag, and what was called.

mod account;
mod api;
mod calls;
mod card;
mod error;
mod group;
mod hand;
mod past;
mod power;
mod rule;
mod script;
mod server;
mod state;
mod text;
mod trial;
mod validation;
mod written;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

pub use self::{account::Account, error::AccountError, script::LoggedCall};
use self::{hand::Watch, script::When, state::State};
use super::{
    acl::NetworkAcl,
    bucket::{Bucket, rate},
    call::Call,
    error::{CloudError, Fault},
    id::AclId,
    place::CloudPlace,
    request::RequestId,
};
use crate::clock::Clock;

/// An AWS account in memory.
pub struct SimulatedCloud {
    clock: Arc<dyn Clock>,
    place: CloudPlace,
    state: Mutex<State>,
    /// Apart from the state, so that who watches may look into the account.
    watch: Mutex<Option<Watch>>,
}

impl SimulatedCloud {
    /// An account in which nothing has been called yet. The clock refills the token buckets.
    pub fn new(account: Account, clock: Arc<dyn Clock>) -> Self {
        let place = account.place.clone();
        let state = Mutex::new(State::new(account, clock.now()));
        Self {
            clock,
            place,
            state,
            watch: Mutex::default(),
        }
    }

    /// The account at the present time.
    fn state(&self) -> MutexGuard<'_, State> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        state.pass(now);
        state
    }

    /// The way of every call: it is logged, it costs a token, it may be one that has to fail, and then it does its work.
    async fn call<T>(
        &self,
        call: Call,
        about: impl fmt::Display,
        work: impl FnOnce(&mut State) -> Result<T, Fault>,
    ) -> Result<T, CloudError> {
        let latency = self.state().latency;
        pass(latency / 2).await;
        let result = self.act(call, about, work);
        pass(latency / 2).await;
        result.map_err(|fault| CloudError::new(call.name(), fault))
    }

    fn act<T>(
        &self,
        call: Call,
        about: impl fmt::Display,
        work: impl FnOnce(&mut State) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut state = self.state();
        let now = state.now;
        let bucket = state
            .buckets
            .entry(call)
            .or_insert_with(|| Bucket::full(rate(call), now));
        let result = if bucket.take(now) {
            match state.failures.take(call) {
                _ if state.account.not_permitted.contains(&call) => Err(trial::not_permitted(call)),
                Some((When::Before, fault)) => Err(fault),
                Some((When::After, fault)) => work(&mut state).and(Err(fault)),
                None => work(&mut state),
            }
        } else {
            Err(Fault::Throttled {
                code: "RequestLimitExceeded".to_owned(),
                message: "Request limit exceeded.".to_owned(),
            })
        };
        state.calls.push(LoggedCall {
            call,
            about: about.to_string(),
            failed: result.is_err(),
        });
        let answered = !matches!(result, Err(Fault::Unreachable { .. }));
        RequestId::note(answered.then(|| RequestId::simulated(state.calls.len())));
        let written = state.written.take();
        drop(state);
        let watch = self.watch.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let (Some(acl), Some(watch)) = (&written, &*watch) {
            watch(acl);
        }
        result
    }

    /// A call that writes to one ACL.
    async fn write(
        &self,
        call: Call,
        about: String,
        id: &AclId,
        change: impl FnOnce(&mut NetworkAcl, u16) -> Result<(), Fault> + Send,
    ) -> Result<(), CloudError> {
        self.call(call, about, |state| {
            state.written = Some(state.change_acl(id, change)?);
            Ok(())
        })
        .await
    }
}

async fn pass(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

impl fmt::Debug for SimulatedCloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SimulatedCloud").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
