//! The narrow view of EC2, of Auto Scaling and of Elastic Load Balancing that Quell works through: only the calls that it uses, with two sides behind it, Amazon's own API
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
pub mod flow;
pub mod group_rule;
pub mod id;
pub mod instance;
pub mod machine;
pub mod oracle;
pub mod own_address;
pub mod place;
mod quota;
mod remembered;
pub mod request;
pub mod security_group;
pub mod simulated;
pub mod tag;
pub mod target_group;
pub mod trial;

use std::{collections::BTreeMap, net::IpAddr};

use async_trait::async_trait;
use ipnet::IpNet;
use jiff::Timestamp;

pub use self::{
    acl::{Direction, Entry, Family, NetworkAcl, PortRange, Protocol, RuleAction},
    cached::CachedCloud,
    call::{Call, Service},
    cause::Cause,
    clouds::Clouds,
    error::{CloudError, Fault},
    group_rule::{GroupRule, RuleSpec},
    id::{AclId, InstanceId, InterfaceId, SecurityGroupId, SecurityGroupRuleId, SnapshotId, SubnetId, VpcId},
    instance::{Instance, InstanceName, Interface},
    machine::{Machine, MachineState, ScalingMembership, Transition},
    own_address::OwnAddress,
    place::CloudPlace,
    quota::RULES_PER_NETWORK_ACL,
    request::RequestId,
    security_group::{Peer, SecurityGroup, SecurityGroupRule},
    tag::Tag,
    target_group::TargetGroupMembership,
    trial::{Found, Subject, Trial},
};

/// One account in one region.
///
/// Every method is one AWS call, or one per page. Each is bounded in time by the implementation and retried where a retry can help;
/// what comes back as an error has been retried already. A write whose answer was lost may have been retried as well: its error may be the echo of
/// its own success.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Which account and region this is.
    fn place(&self) -> &CloudPlace;

    /// The instances that `name` names, terminated ones left out; more than one if an address or a DNS name is in use in several VPCs.
    /// Ordered by id. Empty, not an error, if there is none.
    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError>;

    /// All instances of a VPC, terminated ones left out, by id. Always asked, never remembered.
    async fn instances_of_vpc(&self, vpc: &VpcId) -> Result<Vec<Instance>, CloudError>;

    /// A network ACL with its entries in the order of evaluation, ingress before egress. Always asked, never remembered.
    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError>;

    /// A network ACL as it was read last, and when that was asked for, if that is remembered and nobody has written it through this value since. Asks nobody.
    fn remembered_acl(&self, id: &AclId) -> Option<(NetworkAcl, Timestamp)> {
        let _ = id;
        None
    }

    /// The one network ACL that guards a subnet.
    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError>;

    /// All prefixes of a VPC, IPv4 and IPv6, those that are being disassociated left out.
    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError>;

    /// The prefixes of all VPCs here, as [`Self::vpc_prefixes`] has them of one. Who asks this before it is known which is needed, finds what is needed then at hand.
    async fn vpcs(&self) -> Result<BTreeMap<VpcId, Vec<IpNet>>, CloudError>;

    /// A security group with its rules.
    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError>;

    /// The public addresses of this account here. Of IPv4 those of interfaces, which instances, NAT gateways and load balancers have; elastic ones, in use or not; and the far ends of
    /// VPN connections. Of IPv6 the prefixes of all VPCs. In their order, each once. Always asked, never remembered.
    async fn own_addresses(&self) -> Result<Vec<OwnAddress>, CloudError>;

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

    /// The interfaces that are attached to an instance, by device index. Always asked, never remembered. Empty, not an error, if there is no such
    /// instance.
    async fn interfaces_of(&self, instance: &InstanceId) -> Result<Vec<Interface>, CloudError>;

    /// These interfaces, attached or not, by id. Those that are gone are left out. Always asked, never remembered.
    async fn interfaces(&self, ids: &[InterfaceId]) -> Result<Vec<Interface>, CloudError>;

    /// Replaces the whole set of security groups of an interface: 1 to 5 of its VPC. Flows that were tracked go on: [`flow`] says which.
    async fn set_groups(&self, interface: &InterfaceId, groups: &[SecurityGroupId]) -> Result<(), CloudError>;

    /// The security groups of a VPC that have this tag, by id. Always asked, never remembered.
    async fn groups_tagged(&self, vpc: &VpcId, tag: &Tag) -> Result<Vec<SecurityGroup>, CloudError>;

    /// Makes a security group with these tags. EC2 lets everything out of a new one: by a rule for IPv4, and by another for IPv6 if the VPC has an IPv6
    /// prefix. [`Fault::Duplicate`] if the VPC has a group of this name.
    async fn create_group(
        &self,
        vpc: &VpcId,
        name: &str,
        description: &str,
        tags: &[Tag],
    ) -> Result<SecurityGroupId, CloudError>;

    /// All rules of a security group, both directions, by id. Always asked, never remembered. Empty, not an error, if there is no such group.
    async fn group_rules(&self, group: &SecurityGroupId) -> Result<Vec<GroupRule>, CloudError>;

    /// Adds a rule with its description and tags. [`Fault::Duplicate`] if the group has one with equal direction, protocol, ports and peer.
    async fn authorize_rule(&self, group: &SecurityGroupId, rule: &RuleSpec)
    -> Result<SecurityGroupRuleId, CloudError>;

    /// Takes a rule out of a security group. [`Fault::NotFound`] if it is gone.
    async fn revoke_rule(
        &self,
        group: &SecurityGroupId,
        direction: Direction,
        rule: &SecurityGroupRuleId,
    ) -> Result<(), CloudError>;

    /// What bears on stopping an instance. None if EC2 knows no such instance; one that was terminated is known for about an hour. Always asked, never
    /// remembered.
    async fn machine(&self, instance: &InstanceId) -> Result<Option<Machine>, CloudError>;

    /// Stops an instance, or hibernates it, and does not wait until it is down. One that is going down or is down stays as it is, without an error.
    /// [`Fault::WrongState`] if it is coming up or terminated, or can't hibernate.
    async fn stop_instance(&self, instance: &InstanceId, hibernate: bool) -> Result<Transition, CloudError>;

    /// Starts an instance, and does not wait until it is up. One that is coming up or is up stays as it is, without an error.
    /// [`Fault::WrongState`] if it is going down or terminated.
    async fn start_instance(&self, instance: &InstanceId) -> Result<Transition, CloudError>;

    /// Restarts an instance's operating system. It stays `running` all the while. [`Fault::WrongState`] if it is not on.
    async fn reboot_instance(&self, instance: &InstanceId) -> Result<(), CloudError>;

    /// Begins snapshots of all EBS volumes of an instance, of one moment, as after a crash. They may take hours to be complete; what is written to the
    /// volumes later is not in them. A retry after a lost answer makes a second set.
    async fn create_snapshots(
        &self,
        instance: &InstanceId,
        description: &str,
        tags: &[Tag],
    ) -> Result<Vec<SnapshotId>, CloudError>;

    /// The Auto Scaling group that an instance is in. None if it is in none. Always asked, never remembered.
    async fn scaling(&self, instance: &InstanceId) -> Result<Option<ScalingMembership>, CloudError>;

    /// Puts an instance of an Auto Scaling group aside, where the group does not replace it, and asks the group for one instance less.
    async fn enter_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError>;

    /// Puts an instance back into the service of its Auto Scaling group, and asks the group for one instance more.
    async fn exit_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError>;

    /// The target groups of this VPC that an instance is in, by its id or by one of these addresses of it, ordered by name and port. Always asked, never
    /// remembered. Empty if it is in none. [`Fault::Other`] if the VPC has more groups than can be asked one by one.
    async fn target_groups(
        &self,
        instance: &InstanceId,
        vpc: &VpcId,
        addresses: &[IpAddr],
    ) -> Result<Vec<TargetGroupMembership>, CloudError>;
}
