//! The narrow view of EC2 that Quell works through: only the calls that it uses, with two sides behind it, Amazon's own API
//! ([`aws`], behind the `aws` feature) and a strict simulation in memory ([`simulated`]).
//!
//! Nothing here decides anything. One [`Cloud`] is one account in one region; [`Clouds`] are all that are configured.

pub mod acl;
#[cfg(feature = "aws")]
pub mod aws;
pub(crate) mod bucket;
pub mod cached;
pub mod call;
pub mod cause;
pub mod clouds;
pub mod error;
pub mod id;
pub mod instance;
pub mod oracle;
pub mod place;
mod quota;
mod remembered;
pub mod security_group;
pub mod simulated;

use async_trait::async_trait;
use ipnet::IpNet;

pub use self::{
    acl::{Direction, Entry, Family, NetworkAcl, PortRange, Protocol, RuleAction},
    cached::CachedCloud,
    call::Call,
    cause::Cause,
    clouds::Clouds,
    error::{CloudError, Fault},
    id::{AclId, InstanceId, SecurityGroupId, SubnetId, VpcId},
    instance::{Instance, InstanceName, Interface},
    place::CloudPlace,
    security_group::{Peer, SecurityGroup, SecurityGroupRule},
};

/// One account in one region.
///
/// Every method is one AWS call, or one per page. Each is bounded in time by the implementation and retried where a retry can help;
/// what comes back as an error has been retried already.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Which account and region this is.
    fn place(&self) -> &CloudPlace;

    /// The instances that `name` names, terminated ones left out; more than one if an address or a DNS name is in use in several VPCs.
    /// Ordered by id. Empty, not an error, if there is none.
    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError>;

    /// A network ACL with its entries in the order of evaluation, ingress before egress.
    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError>;

    /// The one network ACL that guards a subnet.
    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError>;

    /// All prefixes of a VPC, IPv4 and IPv6, those that are being disassociated left out.
    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError>;

    /// A security group with its rules.
    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError>;

    /// Adds an entry. [`Fault::EntryExists`] if its number is taken in that direction, even by an equal entry.
    async fn create_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError>;

    /// Swaps the entry with this direction and number for `entry`, in one step: there is no moment with neither. [`Fault::NotFound`] with
    /// `InvalidNetworkAclEntry.NotFound` if there is none.
    async fn replace_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError>;

    /// Removes the entry with this number. [`Fault::NotFound`] if there is none.
    async fn delete_entry(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), CloudError>;

    /// How many rules a network ACL may have in each direction here: the quota `L-2AEEBF1A` of Amazon VPC, from Service Quotas. None where it can't
    /// be had, because it is not permitted or the service is not there. That is never an error: who asks has another figure to go by.
    async fn rule_quota(&self) -> Result<Option<u16>, CloudError>;
}
