//! EC2's dry runs.

use std::error::Error;

use aws_sdk_ec2::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{InstanceSpecification, ResourceType, RuleAction},
};

use super::super::{convert, fault::cloud_error};
use crate::cloud::{
    acl::{Direction, PortRange},
    call::Call,
    error::CloudError,
    group_rule::RuleSpec,
    id::{AclId, InstanceId, InterfaceId, SecurityGroupId, VpcId},
    security_group::Peer,
    tag::Tag,
    trial::Subject,
};

/// What entries and rules would be for that are tried: a host that nobody has (TEST-NET-1), at the discard port.
const NOBODY: &str = "192.0.2.1/32";
const DISCARD: i32 = 9;

/// What EC2 says of a call on a subject. None if the call has no dry run on it.
pub(super) async fn answer(client: &Client, call: Call, on: &Subject, tags: &[Tag]) -> Option<Result<(), CloudError>> {
    match on {
        Subject::Acl(acl, number) => of_acl(client, call, acl, *number).await,
        Subject::Vpc(vpc) => of_vpc(client, call, vpc, tags).await,
        Subject::Group(group) => of_group(client, call, group, tags).await,
        Subject::Interface(interface, groups) => of_interface(client, call, interface, groups).await,
        Subject::Instance(instance) => of_instance(client, call, instance, tags).await,
    }
}

async fn of_acl(client: &Client, call: Call, acl: &AclId, number: u16) -> Option<Result<(), CloudError>> {
    let (acl, number) = (acl.as_str(), i32::from(number));
    let result = match call {
        Call::CreateNetworkAclEntry => {
            let asked = client
                .create_network_acl_entry()
                .network_acl_id(acl)
                .rule_number(number);
            let asked = asked.egress(false).protocol("-1").rule_action(RuleAction::Deny);
            said(call, asked.cidr_block(NOBODY).dry_run(true).send().await)
        }
        Call::ReplaceNetworkAclEntry => {
            let asked = client
                .replace_network_acl_entry()
                .network_acl_id(acl)
                .rule_number(number);
            let asked = asked.egress(false).protocol("-1").rule_action(RuleAction::Deny);
            said(call, asked.cidr_block(NOBODY).dry_run(true).send().await)
        }
        Call::DeleteNetworkAclEntry => {
            let asked = client
                .delete_network_acl_entry()
                .network_acl_id(acl)
                .rule_number(number);
            said(call, asked.egress(false).dry_run(true).send().await)
        }
        _ => return None,
    };
    Some(result)
}

async fn of_vpc(client: &Client, call: Call, vpc: &VpcId, tags: &[Tag]) -> Option<Result<(), CloudError>> {
    if call != Call::CreateSecurityGroup {
        return None;
    }
    let asked = client
        .create_security_group()
        .vpc_id(vpc.as_str())
        // No group of Quell's own is called so.
        .group_name("quell-dry-run")
        .description("Quell asks whether it may make security groups")
        .set_tag_specifications(convert::written_tags(ResourceType::SecurityGroup, tags));
    Some(said(call, asked.dry_run(true).send().await))
}

async fn of_group(
    client: &Client,
    call: Call,
    group: &SecurityGroupId,
    tags: &[Tag],
) -> Option<Result<(), CloudError>> {
    let rule = convert::written_rule(&RuleSpec {
        direction: Direction::Ingress,
        protocol: "tcp".to_owned(),
        ports: Some(PortRange {
            first: DISCARD,
            last: DISCARD,
        }),
        peer: Peer::Prefix(NOBODY.parse().ok()?),
        description: None,
        tags: Vec::new(),
    });
    let tags = convert::written_tags(ResourceType::SecurityGroupRule, tags);
    let group = group.as_str();
    let result = match call {
        Call::AuthorizeSecurityGroupIngress => {
            let asked = client
                .authorize_security_group_ingress()
                .group_id(group)
                .ip_permissions(rule);
            said(call, asked.set_tag_specifications(tags).dry_run(true).send().await)
        }
        Call::AuthorizeSecurityGroupEgress => {
            let asked = client
                .authorize_security_group_egress()
                .group_id(group)
                .ip_permissions(rule);
            said(call, asked.set_tag_specifications(tags).dry_run(true).send().await)
        }
        Call::RevokeSecurityGroupIngress => {
            let asked = client
                .revoke_security_group_ingress()
                .group_id(group)
                .ip_permissions(rule);
            said(call, asked.dry_run(true).send().await)
        }
        Call::RevokeSecurityGroupEgress => {
            let asked = client
                .revoke_security_group_egress()
                .group_id(group)
                .ip_permissions(rule);
            said(call, asked.dry_run(true).send().await)
        }
        _ => return None,
    };
    Some(result)
}

async fn of_interface(
    client: &Client,
    call: Call,
    interface: &InterfaceId,
    groups: &[SecurityGroupId],
) -> Option<Result<(), CloudError>> {
    if call != Call::ModifyNetworkInterfaceAttribute {
        return None;
    }
    let asked = client
        .modify_network_interface_attribute()
        .network_interface_id(interface.as_str())
        .set_groups(Some(groups.iter().map(ToString::to_string).collect()));
    Some(said(call, asked.dry_run(true).send().await))
}

async fn of_instance(
    client: &Client,
    call: Call,
    instance: &InstanceId,
    tags: &[Tag],
) -> Option<Result<(), CloudError>> {
    let id = instance.as_str();
    let result = match call {
        Call::StopInstances => said(
            call,
            client.stop_instances().instance_ids(id).dry_run(true).send().await,
        ),
        Call::StartInstances => said(
            call,
            client.start_instances().instance_ids(id).dry_run(true).send().await,
        ),
        Call::RebootInstances => said(
            call,
            client.reboot_instances().instance_ids(id).dry_run(true).send().await,
        ),
        Call::CreateSnapshots => {
            let asked = client
                .create_snapshots()
                .instance_specification(InstanceSpecification::builder().instance_id(id).build())
                .set_tag_specifications(convert::written_tags(ResourceType::Snapshot, tags));
            said(call, asked.dry_run(true).send().await)
        }
        _ => return None,
    };
    Some(result)
}

/// What was said, without what an answer holds: a dry run's says nothing.
fn said<Answer, E>(call: Call, answer: Result<Answer, SdkError<E>>) -> Result<(), CloudError>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    answer.map(drop).map_err(|error| cloud_error(call, &error))
}
