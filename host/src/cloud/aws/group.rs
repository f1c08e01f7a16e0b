//! Security groups and their rules.

use aws_sdk_ec2::{
    Client,
    types::{Filter, ResourceType, SecurityGroupRule},
};

use super::{
    MAX_PAGES, convert,
    fault::{cloud_error, unread},
    too_many_pages,
};
use crate::cloud::{
    acl::Direction,
    call::Call,
    error::CloudError,
    group_rule::{GroupRule, RuleSpec},
    id::{SecurityGroupId, SecurityGroupRuleId, VpcId},
    security_group::SecurityGroup,
    tag::Tag,
};

/// The groups of a VPC that have a tag, by id.
pub(super) async fn groups_tagged(client: &Client, vpc: &VpcId, tag: &Tag) -> Result<Vec<SecurityGroup>, CloudError> {
    let call = Call::DescribeSecurityGroups;
    let of_vpc = Filter::builder().name("vpc-id").values(vpc.as_str()).build();
    let with_tag = Filter::builder()
        .name(format!("tag:{}", tag.key))
        .values(as_filter(&tag.value))
        .build();
    let asked = client.describe_security_groups().filters(of_vpc).filters(with_tag);
    let mut pages = asked.into_paginator().send();
    let mut groups = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else {
            groups.sort_by(|one: &SecurityGroup, other| one.id.cmp(&other.id));
            return Ok(groups);
        };
        for group in page.map_err(|error| cloud_error(call, &error))?.security_groups() {
            groups.push(convert::security_group(group).map_err(unread(call))?);
        }
    }
    Err(too_many_pages(call))
}

/// A text as the value of a filter that means just this text: `*` and `?` are wildcards there.
fn as_filter(text: &str) -> String {
    text.chars().fold(String::new(), |mut filter, character| {
        if matches!(character, '*' | '?' | '\\') {
            filter.push('\\');
        }
        filter.push(character);
        filter
    })
}

/// Makes a group.
pub(super) async fn create_group(
    client: &Client,
    vpc: &VpcId,
    name: &str,
    description: &str,
    tags: &[Tag],
) -> Result<SecurityGroupId, CloudError> {
    let call = Call::CreateSecurityGroup;
    let made = client
        .create_security_group()
        .vpc_id(vpc.as_str())
        .group_name(name)
        .description(description)
        .set_tag_specifications(convert::written_tags(ResourceType::SecurityGroup, tags))
        .send()
        .await
        .map_err(|error| cloud_error(call, &error))?;
    convert::parsed(made.group_id(), "groupId").map_err(unread(call))
}

/// All rules of a group, by id.
pub(super) async fn group_rules(client: &Client, group: &SecurityGroupId) -> Result<Vec<GroupRule>, CloudError> {
    let call = Call::DescribeSecurityGroupRules;
    let of_group = Filter::builder().name("group-id").values(group.as_str()).build();
    let asked = client.describe_security_group_rules().filters(of_group);
    let mut pages = asked.into_paginator().send();
    let mut rules = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else {
            rules.sort_by(|one: &GroupRule, other| one.id.cmp(&other.id));
            return Ok(rules);
        };
        for rule in page.map_err(|error| cloud_error(call, &error))?.security_group_rules() {
            rules.push(convert::group_rule(rule).map_err(unread(call))?);
        }
    }
    Err(too_many_pages(call))
}

/// Adds a rule.
pub(super) async fn authorize_rule(
    client: &Client,
    group: &SecurityGroupId,
    rule: &RuleSpec,
) -> Result<SecurityGroupRuleId, CloudError> {
    let permission = convert::written_rule(rule);
    let tags = convert::written_tags(ResourceType::SecurityGroupRule, &rule.tags);
    match rule.direction {
        Direction::Ingress => {
            let call = Call::AuthorizeSecurityGroupIngress;
            let answer = client
                .authorize_security_group_ingress()
                .group_id(group.as_str())
                .ip_permissions(permission)
                .set_tag_specifications(tags)
                .send()
                .await
                .map_err(|error| cloud_error(call, &error))?;
            id_of_new(call, answer.security_group_rules())
        }
        Direction::Egress => {
            let call = Call::AuthorizeSecurityGroupEgress;
            let answer = client
                .authorize_security_group_egress()
                .group_id(group.as_str())
                .ip_permissions(permission)
                .set_tag_specifications(tags)
                .send()
                .await
                .map_err(|error| cloud_error(call, &error))?;
            id_of_new(call, answer.security_group_rules())
        }
    }
}

/// One permission with one peer makes one rule.
fn id_of_new(call: Call, rules: &[SecurityGroupRule]) -> Result<SecurityGroupRuleId, CloudError> {
    let id = rules.first().and_then(|rule| rule.security_group_rule_id());
    convert::parsed(id, "securityGroupRuleId").map_err(unread(call))
}

/// Takes a rule out.
pub(super) async fn revoke_rule(
    client: &Client,
    group: &SecurityGroupId,
    direction: Direction,
    rule: &SecurityGroupRuleId,
) -> Result<(), CloudError> {
    match direction {
        Direction::Ingress => {
            client
                .revoke_security_group_ingress()
                .group_id(group.as_str())
                .security_group_rule_ids(rule.as_str())
                .send()
                .await
                .map_err(|error| cloud_error(Call::RevokeSecurityGroupIngress, &error))?;
        }
        Direction::Egress => {
            client
                .revoke_security_group_egress()
                .group_id(group.as_str())
                .security_group_rule_ids(rule.as_str())
                .send()
                .await
                .map_err(|error| cloud_error(Call::RevokeSecurityGroupEgress, &error))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_with_a_wildcard_means_itself() {
        assert_eq!(as_filter("isolation"), "isolation");
        assert_eq!(as_filter(r"a*b?c\d"), r"a\*b\?c\\d");
    }
}
