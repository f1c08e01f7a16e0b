//! The second side of the simulated account, for tests and the demo: someone else's hand on it, calls that fail or lag, and what was called.

use std::time::Duration;

use super::{SimulatedCloud, State, script::When, validation};
use crate::cloud::{
    acl::{Direction, Entry, NetworkAcl},
    call::Call,
    error::Fault,
    id::AclId,
    simulated::LoggedCall,
};

/// Is shown a network ACL right after a write.
pub(super) type Watch = Box<dyn Fn(&NetworkAcl) + Send + Sync>;

impl SimulatedCloud {
    /// A network ACL as it is now, without a call.
    pub fn peek(&self, acl: &AclId) -> Option<NetworkAcl> {
        self.state().account.acls.get(acl).cloned()
    }

    /// All calls since the log was emptied, the failed ones too.
    pub fn calls(&self) -> Vec<LoggedCall> {
        self.state().calls.clone()
    }

    /// How often a call was made since the log was emptied, failed or not.
    pub fn count(&self, call: Call) -> usize {
        self.state().calls.iter().filter(|logged| logged.call == call).count()
    }

    /// How many calls that write were made since the log was emptied, failed or not.
    pub fn writes(&self) -> usize {
        let state = self.state();
        state.calls.iter().filter(|logged| logged.call.is_write()).count()
    }

    /// Empties the log of calls.
    pub fn forget_calls(&self) {
        self.state().calls.clear();
    }

    /// Shows `watch` the network ACL after every call that changed it, failed or not, before the call returns. Someone else's changes are not
    /// shown.
    pub fn on_write(&self, watch: Box<dyn Fn(&NetworkAcl) + Send + Sync>) {
        *self.watch.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(watch);
    }

    /// Lets the next `call` fail, with nothing done. Asked for twice, the next two fail.
    pub fn fail_next(&self, call: Call, fault: Fault) {
        self.state().failures.add(call, When::Before, fault);
    }

    /// Lets the next `call` do its work and fail then, as when the answer is lost on the way.
    pub fn fail_next_after_it_is_done(&self, call: Call, fault: Fault) {
        self.state().failures.add(call, When::After, fault);
    }

    /// From here on, a network ACL that is read is told as it was this long ago by the clock, as EC2 may do for some seconds after a write.
    /// Zero ends it. Writes see the present.
    pub fn answer_stale(&self, how_long: Duration) {
        self.state().lag = how_long;
    }

    /// From here on, every call takes this much of real time: half of it before its work is done and half after. Zero ends it.
    pub fn answer_after(&self, latency: Duration) {
        self.state().latency = latency;
    }

    /// Puts an entry into an ACL as another person would, in the place of one with the same number and direction.
    pub fn put_entry_as_someone_else(&self, acl: &AclId, entry: &Entry) -> Result<(), Fault> {
        self.as_someone_else(acl, |changed, rule_quota| {
            changed
                .entries
                .retain(|other| other.is_final() || (other.direction, other.number) != (entry.direction, entry.number));
            validation::insert(changed, entry, rule_quota)
        })
    }

    /// Takes an entry out of an ACL as another person would.
    pub fn remove_entry_as_someone_else(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), Fault> {
        self.as_someone_else(acl, |changed, _| validation::remove(changed, direction, number))
    }

    /// Changes an ACL without a call of ours. What fails changes nothing.
    fn as_someone_else(
        &self,
        id: &AclId,
        change: impl FnOnce(&mut NetworkAcl, u16) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let now = self.clock.now();
        let mut state = self.state();
        let State { account, past, .. } = &mut *state;
        let rule_quota = account.rule_quota;
        let acl = account.acl_mut(id)?;
        let mut changed = acl.clone();
        change(&mut changed, rule_quota)?;
        past.remember(now, std::mem::replace(acl, changed));
        Ok(())
    }
}
