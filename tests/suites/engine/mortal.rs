//! An account that is written to by a process that may die at any write.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ipnet::IpNet;
use quell::cloud::{
    AclId, Cloud, CloudError, CloudPlace, Direction, Entry, Instance, InstanceName, NetworkAcl, SecurityGroup,
    SecurityGroupId, SubnetId, VpcId, simulated::SimulatedCloud,
};
use tokio::sync::Notify;

use crate::case::Death;

/// The account as it is for one process after the other.
pub(crate) struct Mortal {
    account: Arc<SimulatedCloud>,
    death: Mutex<Option<Death>>,
    died: Notify,
}

impl Mortal {
    pub(crate) fn new(account: Arc<SimulatedCloud>) -> Self {
        Self {
            account,
            death: Mutex::default(),
            died: Notify::new(),
        }
    }

    /// Lets the process die as is said. None lets it live.
    pub(crate) fn let_die(&self, death: Option<Death>) {
        *self.death.lock().unwrap() = death;
    }

    /// Returns when the process has died.
    pub(crate) async fn died(&self) {
        self.died.notified().await;
    }

    async fn write(&self, write: impl Future<Output = Result<(), CloudError>>) -> Result<(), CloudError> {
        let dies = {
            let mut death = self.death.lock().unwrap();
            match &mut *death {
                Some(Death { at: 0, .. }) => death.take(),
                Some(Death { at, .. }) => {
                    *at -= 1;
                    None
                }
                None => None,
            }
        };
        let Some(death) = dies else {
            return write.await;
        };
        if death.is_done {
            // Nobody is left to hear the answer.
            drop(write.await);
        }
        self.died.notify_one();
        std::future::pending().await
    }
}

#[async_trait]
impl Cloud for Mortal {
    fn place(&self) -> &CloudPlace {
        self.account.place()
    }

    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
        self.account.instances(name).await
    }

    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError> {
        self.account.network_acl(id).await
    }

    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError> {
        self.account.network_acl_of_subnet(subnet).await
    }

    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
        self.account.vpc_prefixes(vpc).await
    }

    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError> {
        self.account.security_group(id).await
    }

    async fn create_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.write(self.account.create_entry(acl, entry)).await
    }

    async fn replace_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.write(self.account.replace_entry(acl, entry)).await
    }

    async fn delete_entry(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), CloudError> {
        self.write(self.account.delete_entry(acl, direction, number)).await
    }

    async fn rule_quota(&self) -> Result<Option<u16>, CloudError> {
        self.account.rule_quota().await
    }
}
