//! A strict simulation of one AWS account in memory.
//!
//! It refuses what EC2 refuses, with EC2's own codes: a full ACL, a number that is taken or out of range, an unknown id, too many calls. Test
//! servers that others wrote let most of that through, so what passes there may fail in AWS; what passes here should not.
//!
//! It has a second side for tests and the demo: someone else's hand on the same account, calls that fail, and a log of the
//! calls that were made.

mod account;
mod error;
mod script;
mod validation;
mod written;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use ipnet::IpNet;

pub use self::{account::Account, error::AccountError, script::LoggedCall};
use self::{
    script::{Failures, When},
};
use super::{
    Cloud,
    bucket::{Bucket, rate},
    acl::{Direction, Entry, NetworkAcl, RuleAction},
    call::Call,
    error::{CloudError, Fault},
    id::{AclId, SecurityGroupId, SubnetId, VpcId},
    instance::{Instance, InstanceName},
    place::CloudPlace,
    security_group::SecurityGroup,
};
use crate::clock::Clock;

/// An AWS account in memory.
pub struct SimulatedCloud {
    clock: Arc<dyn Clock>,
    place: CloudPlace,
    state: Mutex<State>,
}

struct State {
    account: Account,
    buckets: HashMap<Call, Bucket>,
    failures: Failures,
    calls: Vec<LoggedCall>,
}

impl SimulatedCloud {
    /// An account in which nothing has been called yet. The clock refills the token buckets.
    pub fn new(account: Account, clock: Arc<dyn Clock>) -> Self {
        let place = account.place.clone();
        let state = Mutex::new(State {
            account,
            buckets: HashMap::new(),
            failures: Failures::default(),
            calls: Vec::new(),
        });
        Self { clock, place, state }
    }

    /// A network ACL as it is now, without a call.
    pub fn peek(&self, acl: &AclId) -> Option<NetworkAcl> {
        self.state().account.acls.get(acl).cloned()
    }

    /// All calls so far, the failed ones too.
    pub fn calls(&self) -> Vec<LoggedCall> {
        self.state().calls.clone()
    }

    /// How often a call was made so far, failed or not.
    pub fn count(&self, call: Call) -> usize {
        self.state().calls.iter().filter(|logged| logged.call == call).count()
    }

    /// Empties the log of calls.
    pub fn forget_calls(&self) {
        self.state().calls.clear();
    }

    /// Lets the next `call` fail, with nothing done. Asked for twice, the next two fail.
    pub fn fail_next(&self, call: Call, fault: Fault) {
        self.state().failures.add(call, When::Before, fault);
    }

    /// Lets the next `call` do its work and fail then, as when the answer is lost on the way.
    pub fn fail_next_after_it_is_done(&self, call: Call, fault: Fault) {
        self.state().failures.add(call, When::After, fault);
    }

    /// Puts an entry into an ACL as another person would, in the place of one with the same number and direction.
    pub fn put_entry_as_someone_else(&self, acl: &AclId, entry: &Entry) -> Result<(), Fault> {
        let mut state = self.state();
        let rule_quota = state.account.rule_quota;
        let acl = state.account.acl_mut(acl)?;
        let mut changed = acl.clone();
        changed
            .entries
            .retain(|other| other.is_final() || (other.direction, other.number) != (entry.direction, entry.number));
        validation::insert(&mut changed, entry, rule_quota)?;
        *acl = changed;
        Ok(())
    }

    /// Takes an entry out of an ACL as another person would.
    pub fn remove_entry_as_someone_else(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), Fault> {
        validation::remove(self.state().account.acl_mut(acl)?, direction, number)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The way of every call: it is logged, it costs a token, it may be one that has to fail, and then it does its work.
    fn call<T>(
        &self,
        call: Call,
        about: impl fmt::Display,
        work: impl FnOnce(&mut Account) -> Result<T, Fault>,
    ) -> Result<T, CloudError> {
        let now = self.clock.now();
        let mut state = self.state();
        let bucket = state
            .buckets
            .entry(call)
            .or_insert_with(|| Bucket::full(rate(call), now));
        let result = if bucket.take(now) {
            match state.failures.take(call) {
                Some((When::Before, fault)) => Err(fault),
                Some((When::After, fault)) => work(&mut state.account).and(Err(fault)),
                None => work(&mut state.account),
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
        result.map_err(|fault| CloudError::new(call.name(), fault))
    }
}

impl fmt::Debug for SimulatedCloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SimulatedCloud").finish_non_exhaustive()
    }
}

#[async_trait]
impl Cloud for SimulatedCloud {
    fn place(&self) -> &CloudPlace {
        &self.place
    }

    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
        self.call(Call::DescribeInstances, name, |account| {
            let named = account
                .instances
                .values()
                .filter(|instance| instance.state != "terminated" && name.names(instance));
            Ok(named.cloned().collect())
        })
    }

    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError> {
        self.call(Call::DescribeNetworkAcls, id, |account| account.acl_mut(id).cloned())
    }

    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError> {
        self.call(Call::DescribeNetworkAcls, subnet, |account| {
            let acl = account.acls.values().find(|acl| acl.subnets.contains(subnet));
            acl.cloned()
                .ok_or_else(|| not_found("InvalidSubnetID.NotFound", "subnet ID", subnet))
        })
    }

    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
        self.call(Call::DescribeVpcs, vpc, |account| {
            let prefixes = account.vpcs.get(vpc).cloned();
            prefixes.ok_or_else(|| not_found("InvalidVpcID.NotFound", "vpc ID", vpc))
        })
    }

    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError> {
        self.call(Call::DescribeSecurityGroups, id, |account| {
            let group = account.security_groups.get(id).cloned();
            group.ok_or_else(|| not_found("InvalidGroup.NotFound", "security group", id))
        })
    }

    async fn create_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.call(Call::CreateNetworkAclEntry, about(acl, entry), |account| {
            let rule_quota = account.rule_quota;
            validation::insert(account.acl_mut(acl)?, entry, rule_quota)
        })
    }

    async fn replace_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.call(Call::ReplaceNetworkAclEntry, about(acl, entry), |account| {
            let rule_quota = account.rule_quota;
            validation::replace(account.acl_mut(acl)?, entry, rule_quota)
        })
    }

    async fn delete_entry(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), CloudError> {
        let about = format!("{acl} {direction} {number}");
        self.call(Call::DeleteNetworkAclEntry, about, |account| {
            validation::remove(account.acl_mut(acl)?, direction, number)
        })
    }

    async fn rule_quota(&self) -> Result<Option<u16>, CloudError> {
        self.call(Call::GetServiceQuota, "L-2AEEBF1A", |account| {
            Ok(Some(account.rule_quota))
        })
    }
}

/// What a call that writes an entry is about.
fn about(acl: &AclId, entry: &Entry) -> String {
    let action = match entry.action {
        RuleAction::Allow => "allow",
        RuleAction::Deny => "deny",
    };
    format!("{acl} {} {} {action} {}", entry.direction, entry.number, entry.prefix)
}

impl Account {
    fn acl_mut(&mut self, id: &AclId) -> Result<&mut NetworkAcl, Fault> {
        let acl = self.acls.get_mut(id);
        acl.ok_or_else(|| not_found("InvalidNetworkAclID.NotFound", "networkAcl ID", id))
    }
}

fn not_found(code: &str, what: &str, id: impl fmt::Display) -> Fault {
    Fault::NotFound {
        code: code.to_owned(),
        message: format!("The {what} '{id}' does not exist"),
    }
}

#[cfg(test)]
mod tests;
