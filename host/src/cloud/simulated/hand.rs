//! The second side of the simulated account, for tests and the demo: someone else's hand on it, calls that fail or lag, and what was called.

mod group;
mod machine;

use std::time::Duration;

use super::{SimulatedCloud, script::When, validation};
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

    /// Lets a `call` fail, with nothing done, after so many more of its kind.
    pub fn fail_after(&self, more: usize, call: Call, fault: Fault) {
        self.state().failures.add_after(more, call, When::Before, fault);
    }

    /// Lets the next `call` do its work and fail then, as when the answer is lost on the way.
    pub fn fail_next_after_it_is_done(&self, call: Call, fault: Fault) {
        self.state().failures.add(call, When::After, fault);
    }

    /// From here on, a network ACL, a network interface and a security group that is read is told as it was this long ago by the clock, as EC2 may do for
    /// some seconds after a write.
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
        let change = |changed: &mut NetworkAcl, rule_quota| {
            changed
                .entries
                .retain(|other| other.is_final() || (other.direction, other.number) != (entry.direction, entry.number));
            validation::insert(changed, entry, rule_quota)
        };
        self.state().change_acl(acl, change).map(drop)
    }

    /// Takes an entry out of an ACL as another person would.
    pub fn remove_entry_as_someone_else(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), Fault> {
        let change = |changed: &mut NetworkAcl, _| validation::remove(changed, direction, number);
        self.state().change_acl(acl, change).map(drop)
    }

    /// Deletes an ACL as another person would, who has given its subnets back to the default one of their VPC. [`Fault::Invalid`] if it is that one.
    pub fn remove_acl_as_someone_else(&self, acl: &AclId) -> Result<(), Fault> {
        self.state().remove_acl(acl)
    }
}
