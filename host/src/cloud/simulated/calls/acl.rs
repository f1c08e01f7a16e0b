//! Network ACLs, their subnets and VPCs.

use ipnet::IpNet;

use super::not_found;
use crate::cloud::{
    acl::NetworkAcl,
    error::Fault,
    id::{AclId, SubnetId, VpcId},
    simulated::state::State,
};

impl State {
    /// An ACL as a call that reads it tells it.
    pub(in crate::cloud::simulated) fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, Fault> {
        let acl = self.past_acls.at(self.told_time(), id, &self.account.acls);
        acl.cloned().ok_or_else(|| unknown_acl(id))
    }

    pub(in crate::cloud::simulated) fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, Fault> {
        let acl = self.account.acls.values().find(|acl| acl.subnets.contains(subnet));
        let acl = acl.ok_or_else(|| not_found("InvalidSubnetID.NotFound", "subnet ID", subnet))?;
        self.network_acl(&acl.id)
    }

    pub(in crate::cloud::simulated) fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, Fault> {
        let prefixes = self.account.vpcs.get(vpc).cloned();
        prefixes.ok_or_else(|| not_found("InvalidVpcID.NotFound", "vpc ID", vpc))
    }

    /// Changes an ACL, and gives it as it is then. What fails changes nothing.
    pub(in crate::cloud::simulated) fn change_acl(
        &mut self,
        id: &AclId,
        change: impl FnOnce(&mut NetworkAcl, u16) -> Result<(), Fault>,
    ) -> Result<NetworkAcl, Fault> {
        let acl = self.account.acls.get_mut(id).ok_or_else(|| unknown_acl(id))?;
        let mut changed = acl.clone();
        change(&mut changed, self.account.rule_quota)?;
        let before = std::mem::replace(acl, changed.clone());
        self.past_acls.remember(self.now, id.clone(), Some(before));
        Ok(changed)
    }

    /// Deletes an ACL that is not its VPC's default one, to which its subnets go back.
    pub(in crate::cloud::simulated) fn remove_acl(&mut self, id: &AclId) -> Result<(), Fault> {
        let acl = self.account.acls.get(id).cloned().ok_or_else(|| unknown_acl(id))?;
        if acl.is_default {
            return Err(Fault::Invalid {
                code: "InvalidParameterValue".to_owned(),
                message: format!("cannot delete default network ACL {id}"),
            });
        }
        let mut others = self.account.acls.values();
        let default = others.find(|other| other.is_default && other.vpc == acl.vpc);
        if let Some(default) = default.map(|default| default.id.clone()) {
            self.change_acl(&default, |default, _| {
                default.subnets.extend(acl.subnets.iter().cloned());
                default.subnets.sort();
                Ok(())
            })?;
        }
        self.account.acls.remove(id);
        self.past_acls.remember(self.now, id.clone(), Some(acl));
        Ok(())
    }
}

fn unknown_acl(id: &AclId) -> Fault {
    not_found("InvalidNetworkAclID.NotFound", "networkAcl ID", id)
}
