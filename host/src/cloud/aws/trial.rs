//! Trying calls at Amazon: reads of a few things, and EC2's dry runs.

use async_trait::async_trait;
use aws_sdk_ec2::{
    Client,
    types::{Filter, InstanceSpecification, ResourceType, RuleAction, SecurityGroup},
};

use super::{
    Ec2Cloud, convert,
    fault::{cloud_error, fault, unread},
    interface::interfaces_of,
    quota,
};
use crate::cloud::{
    acl::{Direction, NetworkAcl, PortRange},
    call::Call,
    error::{CloudError, Fault},
    group_rule::RuleSpec,
    id::{AclId, InstanceId, InterfaceId, SecurityGroupId, VpcId},
    place::CloudPlace,
    security_group::Peer,
    tag::Tag,
    trial::{CALLER, Found, Subject, Trial, judged, no_dry_run},
};

/// The shortest page that all of EC2's listings give.
const PAGE: i32 = 5;
/// How many things are listed at most where several are looked at.
const SOME: i32 = 100;
/// What entries and rules would be for that are tried: a host that nobody has (TEST-NET-1), at the discard port.
const NOBODY: &str = "192.0.2.1/32";
const DISCARD: i32 = 9;

#[async_trait]
impl Trial for Ec2Cloud {
    fn place(&self) -> &CloudPlace {
        &self.place
    }

    async fn account(&self) -> Result<String, CloudError> {
        let answer = self.sts.get_caller_identity().send().await;
        let answer = answer.map_err(|error| CloudError::new(CALLER, fault(&error)))?;
        answer.account.ok_or_else(|| {
            let fault = Fault::Other {
                code: "unreadable".to_owned(),
                message: "the answer names no account".to_owned(),
            };
            CloudError::new(CALLER, fault)
        })
    }

    async fn look(&self, call: Call, found: &mut Found) -> Result<(), CloudError> {
        match call {
            Call::DescribeInstances => found.instance = instance(&self.ec2).await?,
            Call::DescribeNetworkAcls => found.note_acls(&acls(&self.ec2).await?),
            Call::DescribeVpcs => {
                let asked = self.ec2.describe_vpcs().max_results(PAGE).send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::DescribeSecurityGroups => {
                found.group = group(&self.ec2, None).await?;
                let own = Filter::builder().name("tag-key").values(Tag::OWN_GROUP).build();
                found.own_group = group(&self.ec2, Some(own)).await?;
            }
            Call::DescribeNetworkInterfaces => found.interface = interface(&self.ec2, found.instance.as_ref()).await?,
            Call::DescribeSecurityGroupRules => {
                let asked = self.ec2.describe_security_group_rules().max_results(PAGE).send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::DescribeAutoScalingInstances => {
                let asked = self.scaling.describe_auto_scaling_instances().max_records(1).send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::DescribeTargetGroups => {
                let asked = self.balancing.describe_target_groups().page_size(1).send();
                let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
                let first = answer.target_groups().first();
                found.target_group = first.and_then(|group| group.target_group_arn().map(str::to_owned));
            }
            Call::DescribeTargetHealth => {
                let asked = self.balancing.describe_target_health();
                let asked = asked.set_target_group_arn(found.target_group.clone()).send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::GetServiceQuota => {
                quota::rules_per_network_acl(&self.quotas).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn dry_run(&self, call: Call, on: &Subject, tags: &[Tag]) -> Result<(), CloudError> {
        let answer = match on {
            Subject::Acl(acl, number) => of_acl(&self.ec2, call, acl, *number).await,
            Subject::Vpc(vpc) => of_vpc(&self.ec2, call, vpc, tags).await,
            Subject::Group(group) => of_group(&self.ec2, call, group, tags).await,
            Subject::Interface(interface, groups) => of_interface(&self.ec2, call, interface, groups).await,
            Subject::Instance(instance) => of_instance(&self.ec2, call, instance, tags).await,
        };
        match answer {
            Some(answer) => judged(call, answer),
            None => Err(no_dry_run(call, on)),
        }
    }
}

async fn instance(client: &Client) -> Result<Option<InstanceId>, CloudError> {
    let call = Call::DescribeInstances;
    // Terminated ones are told for a while, and nothing can be done to them, not even for show.
    let there = Filter::builder()
        .name("instance-state-name")
        .values("running")
        .values("stopped")
        .build();
    let asked = client.describe_instances().filters(there).max_results(PAGE).send();
    let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
    let mut listed = answer.reservations().iter().flat_map(|some| some.instances());
    let first = listed.next();
    first
        .map(|instance| convert::parsed(instance.instance_id(), "instanceId").map_err(unread(call)))
        .transpose()
}

async fn acls(client: &Client) -> Result<Vec<NetworkAcl>, CloudError> {
    let call = Call::DescribeNetworkAcls;
    let answer = client.describe_network_acls().max_results(SOME).send().await;
    let answer = answer.map_err(|error| cloud_error(call, &error))?;
    let acls = answer.network_acls().iter().map(convert::network_acl);
    acls.collect::<Result<_, _>>().map_err(unread(call))
}

async fn group(client: &Client, filter: Option<Filter>) -> Result<Option<SecurityGroupId>, CloudError> {
    let call = Call::DescribeSecurityGroups;
    let asked = client
        .describe_security_groups()
        .set_filters(filter.map(|filter| vec![filter]));
    let answer = asked.max_results(PAGE).send().await;
    let answer = answer.map_err(|error| cloud_error(call, &error))?;
    let first = answer.security_groups().first().map(SecurityGroup::group_id);
    first
        .map(|id| convert::parsed(id, "groupId").map_err(unread(call)))
        .transpose()
}

/// An interface of this instance: others may be a service's, and nobody else may change them.
async fn interface(
    client: &Client,
    instance: Option<&InstanceId>,
) -> Result<Option<(InterfaceId, Vec<SecurityGroupId>)>, CloudError> {
    let call = Call::DescribeNetworkInterfaces;
    let Some(instance) = instance else {
        let asked = client.describe_network_interfaces().max_results(PAGE).send();
        return asked.await.map(|_| None).map_err(|error| cloud_error(call, &error));
    };
    let first = interfaces_of(client, instance).await?.into_iter().next();
    Ok(first.map(|interface| (interface.id, interface.security_groups)))
}

async fn of_acl(client: &Client, call: Call, acl: &AclId, number: u16) -> Option<Result<(), CloudError>> {
    let number = i32::from(number);
    let result = match call {
        Call::CreateNetworkAclEntry => {
            let asked = client
                .create_network_acl_entry()
                .network_acl_id(acl.as_str())
                .rule_number(number);
            let asked = asked
                .egress(false)
                .protocol("-1")
                .rule_action(RuleAction::Deny)
                .cidr_block(NOBODY);
            asked
                .dry_run(true)
                .send()
                .await
                .map(drop)
                .map_err(|error| cloud_error(call, &error))
        }
        Call::ReplaceNetworkAclEntry => {
            let asked = client
                .replace_network_acl_entry()
                .network_acl_id(acl.as_str())
                .rule_number(number);
            let asked = asked
                .egress(false)
                .protocol("-1")
                .rule_action(RuleAction::Deny)
                .cidr_block(NOBODY);
            asked
                .dry_run(true)
                .send()
                .await
                .map(drop)
                .map_err(|error| cloud_error(call, &error))
        }
        Call::DeleteNetworkAclEntry => {
            let asked = client
                .delete_network_acl_entry()
                .network_acl_id(acl.as_str())
                .rule_number(number);
            let answer = asked.egress(false).dry_run(true).send().await;
            answer.map(drop).map_err(|error| cloud_error(call, &error))
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
        .set_tag_specifications(convert::written_tags(ResourceType::SecurityGroup, tags))
        .dry_run(true);
    let answer = asked.send().await;
    Some(answer.map(drop).map_err(|error| cloud_error(call, &error)))
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
    let id = group.as_str();
    let result = match call {
        Call::AuthorizeSecurityGroupIngress => {
            let asked = client
                .authorize_security_group_ingress()
                .group_id(id)
                .ip_permissions(rule);
            let answer = asked.set_tag_specifications(tags).dry_run(true).send().await;
            answer.map(drop).map_err(|error| cloud_error(call, &error))
        }
        Call::AuthorizeSecurityGroupEgress => {
            let asked = client
                .authorize_security_group_egress()
                .group_id(id)
                .ip_permissions(rule);
            let answer = asked.set_tag_specifications(tags).dry_run(true).send().await;
            answer.map(drop).map_err(|error| cloud_error(call, &error))
        }
        Call::RevokeSecurityGroupIngress => {
            let asked = client.revoke_security_group_ingress().group_id(id).ip_permissions(rule);
            let answer = asked.dry_run(true).send().await;
            answer.map(drop).map_err(|error| cloud_error(call, &error))
        }
        Call::RevokeSecurityGroupEgress => {
            let asked = client.revoke_security_group_egress().group_id(id).ip_permissions(rule);
            let answer = asked.dry_run(true).send().await;
            answer.map(drop).map_err(|error| cloud_error(call, &error))
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
        .set_groups(Some(groups.iter().map(ToString::to_string).collect()))
        .dry_run(true);
    let answer = asked.send().await;
    Some(answer.map(drop).map_err(|error| cloud_error(call, &error)))
}

async fn of_instance(
    client: &Client,
    call: Call,
    instance: &InstanceId,
    tags: &[Tag],
) -> Option<Result<(), CloudError>> {
    let id = instance.as_str();
    let result = match call {
        Call::StopInstances => {
            let answer = client.stop_instances().instance_ids(id).dry_run(true).send().await;
            answer.map(drop).map_err(|error| cloud_error(call, &error))
        }
        Call::StartInstances => {
            let answer = client.start_instances().instance_ids(id).dry_run(true).send().await;
            answer.map(drop).map_err(|error| cloud_error(call, &error))
        }
        Call::RebootInstances => {
            let answer = client.reboot_instances().instance_ids(id).dry_run(true).send().await;
            answer.map(drop).map_err(|error| cloud_error(call, &error))
        }
        Call::CreateSnapshots => {
            let asked = client
                .create_snapshots()
                .instance_specification(InstanceSpecification::builder().instance_id(id).build())
                .set_tag_specifications(convert::written_tags(ResourceType::Snapshot, tags))
                .dry_run(true);
            let answer = asked.send().await;
            answer.map(drop).map_err(|error| cloud_error(call, &error))
        }
        _ => return None,
    };
    Some(result)
}
