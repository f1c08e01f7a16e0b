//! What each call needs. The resources and condition keys are those that AWS's service authorization reference names for each action; a test holds them
//! against a copy of it that others made.

use std::collections::BTreeSet;

use super::{
    grant::{Condition, Grant, IamResource},
    need::Extent,
};
use crate::{
    cloud::{Call, Tag},
    hold::{GroupRole, MachineChange},
};

/// What IAM has to allow for a call, made on so much. `own_groups` are the security groups that Quell may make.
pub fn grants(call: Call, extent: Extent, own_groups: &BTreeSet<GroupRole>) -> Vec<Grant> {
    match call {
        // None of these services knows resources for what it lists.
        Call::DescribeInstances
        | Call::DescribeNetworkAcls
        | Call::DescribeVpcs
        | Call::DescribeSecurityGroups
        | Call::DescribeNetworkInterfaces
        | Call::DescribeSecurityGroupRules
        | Call::DescribeAutoScalingInstances
        | Call::DescribeTargetGroups
        | Call::DescribeTargetHealth
        | Call::DescribeAddresses
        | Call::DescribeCustomerGateways => {
            vec![grant("Look", call, [IamResource::Any]).under([Condition::in_the_regions()])]
        }
        // Where a quota was never changed, Service Quotas may know only Amazon's default.
        Call::GetServiceQuota => vec![
            grant("ReadTheQuota", call, [IamResource::RuleQuota]),
            Grant {
                action: "servicequotas:GetAWSDefaultServiceQuota".to_owned(),
                ..grant("ReadTheDefaultQuota", call, [IamResource::Any]).under([Condition::in_the_regions()])
            },
        ],
        // IAM has no key for an entry's number, prefix or action: the guards see to these.
        Call::CreateNetworkAclEntry | Call::ReplaceNetworkAclEntry | Call::DeleteNetworkAclEntry => {
            vec![grant("ChangeEntriesOfNetworkAcls", call, [IamResource::NetworkAcl])]
        }
        // All groups: an interface is put back into those that it was in.
        Call::ModifyNetworkInterfaceAttribute => vec![grant(
            "ChangeGroupsOfInterfaces",
            call,
            [IamResource::NetworkInterface, IamResource::SecurityGroup],
        )],
        Call::CreateSecurityGroup => vec![
            grant("MakeOwnGroups", call, [IamResource::SecurityGroup]).under([is_own(REQUESTED, own_groups)]),
            grant("MakeOwnGroupsInVpcs", call, [IamResource::Vpc]),
            tags("TagOwnGroups", call, IamResource::SecurityGroup)
                .under([is_own(REQUESTED, own_groups), Condition::only_tags(&[Tag::OWN_GROUP])]),
        ],
        Call::AuthorizeSecurityGroupIngress | Call::AuthorizeSecurityGroupEgress => {
            let mut grants = vec![
                of_groups(call, extent, own_groups),
                // A rule alone is worth nothing: its group has to be allowed, too.
                grant("MakeRules", call, [IamResource::SecurityGroupRule]),
            ];
            if extent == Extent::All {
                // A rule that is put back gets the tags that it had.
                let sid = match call {
                    Call::AuthorizeSecurityGroupEgress => "TagRulesForEgress",
                    _ => "TagRules",
                };
                grants.push(tags(sid, call, IamResource::SecurityGroupRule));
            }
            grants
        }
        Call::RevokeSecurityGroupIngress | Call::RevokeSecurityGroupEgress => {
            vec![of_groups(call, extent, own_groups)]
        }
        Call::StopInstances | Call::StartInstances | Call::RebootInstances => {
            vec![grant("SetStatesOfInstances", call, [IamResource::Instance])]
        }
        Call::CreateSnapshots => vec![
            grant(
                "TakeSnapshots",
                call,
                [IamResource::Instance, IamResource::Snapshot, IamResource::Volume],
            ),
            tags("TagSnapshots", call, IamResource::Snapshot)
                .under([Condition::only_tags(&[MachineChange::SNAPSHOT_TAG])]),
        ],
        Call::EnterStandby | Call::ExitStandby => {
            vec![grant("PutInstancesAside", call, [IamResource::AutoScalingGroup])]
        }
    }
}

/// The prefix of the condition keys of tags that a resource has.
const PRESENT: &str = "aws:ResourceTag";
/// The prefix of the condition keys of tags that a request gives.
const REQUESTED: &str = "aws:RequestTag";

fn grant<const N: usize>(sid: &'static str, call: Call, resources: [IamResource; N]) -> Grant {
    Grant {
        sid,
        action: action(call),
        resources: resources.into(),
        conditions: Vec::new(),
    }
}

/// The action that IAM knows a call by.
pub fn action(call: Call) -> String {
    format!("{}:{}", call.service().prefix(), call.name())
}

/// A change of a group's rules.
fn of_groups(call: Call, extent: Extent, own_groups: &BTreeSet<GroupRole>) -> Grant {
    match extent {
        Extent::All => grant("ChangeRulesOfGroups", call, [IamResource::SecurityGroup]),
        Extent::OwnGroups => {
            grant("ChangeRulesOfOwnGroups", call, [IamResource::SecurityGroup]).under([is_own(PRESENT, own_groups)])
        }
    }
}

/// The tags that a call gives to what it makes. Nothing that is there already can be tagged by this.
fn tags(sid: &'static str, call: Call, resource: IamResource) -> Grant {
    Grant {
        sid,
        action: "ec2:CreateTags".to_owned(),
        resources: vec![resource],
        conditions: vec![Condition::equals("ec2:CreateAction", [call.name()])],
    }
}

fn is_own(tag: &str, own_groups: &BTreeSet<GroupRole>) -> Condition {
    Condition::equals(format!("{tag}/{}", Tag::OWN_GROUP), own_groups)
}

impl Grant {
    fn under<const N: usize>(mut self, conditions: [Condition; N]) -> Self {
        self.conditions.extend(conditions);
        self
    }
}
