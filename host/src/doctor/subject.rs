//! What calls are tried on: something of what the reads came upon.

use crate::{
    cloud::{Call, Found, Subject, Tag},
    hold::MachineChange,
    permission::{Extent, Needs},
};

/// Why a read has nothing to be tried on. None if it has, or needs nothing.
pub(super) fn lacking_for_read(call: Call, found: &Found) -> Option<&'static str> {
    let is_lacking = call == Call::DescribeTargetHealth && found.target_group.is_none();
    is_lacking.then_some("there is no target group of a load balancer, or none is shown")
}

/// What a write is tried on: something of what was come upon.
pub(super) fn of_write(call: Call, extent: Extent, found: &Found) -> Option<Subject> {
    let group = || match extent {
        Extent::All => found.group.clone(),
        Extent::OwnGroups => found.own_group.clone(),
    };
    match call {
        Call::CreateNetworkAclEntry | Call::ReplaceNetworkAclEntry | Call::DeleteNetworkAclEntry => {
            let (acl, number) = found.acls.first()?;
            Some(Subject::Acl(acl.clone(), *number))
        }
        Call::CreateSecurityGroup => found.vpcs.first().cloned().map(Subject::Vpc),
        Call::AuthorizeSecurityGroupIngress
        | Call::AuthorizeSecurityGroupEgress
        | Call::RevokeSecurityGroupIngress
        | Call::RevokeSecurityGroupEgress => group().map(Subject::Group),
        Call::ModifyNetworkInterfaceAttribute => {
            let (interface, groups) = found.interface.clone()?;
            Some(Subject::Interface(interface, groups))
        }
        Call::StopInstances | Call::StartInstances | Call::RebootInstances | Call::CreateSnapshots => {
            found.instance.clone().map(Subject::Instance)
        }
        // Reads are done, and the calls of other services have no dry run.
        _ => None,
    }
}

/// Why there is nothing to try a write on.
pub(super) fn lacking_for_write(call: Call, extent: Extent) -> &'static str {
    match call {
        Call::CreateNetworkAclEntry | Call::ReplaceNetworkAclEntry | Call::DeleteNetworkAclEntry => {
            "there is no network ACL, or none is shown"
        }
        Call::CreateSecurityGroup => "there is no network ACL, and so no VPC, or none is shown",
        Call::ModifyNetworkInterfaceAttribute => "no interface of an instance is there or shown",
        Call::StopInstances | Call::StartInstances | Call::RebootInstances | Call::CreateSnapshots => {
            "there is no instance, or none is shown"
        }
        _ if extent == Extent::OwnGroups => "Quell has made no group of its own yet: the first isolation makes it",
        _ => "there is no security group, or none is shown",
    }
}

/// The tags that the real call would give, so that the right to tag is tried as well.
pub(super) fn tags(call: Call, extent: Extent, needs: &Needs) -> Vec<Tag> {
    let tag = |key: &str, value: &str| Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    match call {
        Call::CreateSecurityGroup => {
            let role = needs.own_groups().first();
            role.map(|role| tag(Tag::OWN_GROUP, role.name())).into_iter().collect()
        }
        Call::CreateSnapshots => vec![tag(MachineChange::SNAPSHOT_TAG, "doctor")],
        Call::AuthorizeSecurityGroupIngress if extent == Extent::All => vec![tag("quell:dry-run", "doctor")],
        _ => Vec::new(),
    }
}
