//! A grant: one action that IAM has to allow, on what, and under which conditions.

use std::fmt;

use crate::cloud::RULES_PER_NETWORK_ACL;

/// One action that IAM has to allow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// What it is for, as the statement's `Sid`. Grants with the same have the same resources and conditions.
    pub sid: &'static str,
    /// The action, such as `ec2:CreateTags`.
    pub action: String,
    /// On what. Not empty.
    pub resources: Vec<IamResource>,
    /// Under which conditions, all of them.
    pub conditions: Vec<Condition>,
}

/// A kind of resource that IAM knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IamResource {
    /// Everything: IAM can't narrow the action.
    Any,
    /// An Auto Scaling group.
    AutoScalingGroup,
    /// An instance.
    Instance,
    /// A network ACL.
    NetworkAcl,
    /// A network interface.
    NetworkInterface,
    /// The quota of rules in a network ACL.
    RuleQuota,
    /// A security group.
    SecurityGroup,
    /// A rule of a security group.
    SecurityGroupRule,
    /// A snapshot. It has no account in its ARN.
    Snapshot,
    /// A volume.
    Volume,
    /// A VPC.
    Vpc,
}

impl IamResource {
    /// The ARN of all resources of this kind in a region of an account.
    pub(super) fn arn(self, partition: &str, region: &str, account: &str) -> String {
        let of_ec2 = |kind: &str| format!("arn:{partition}:ec2:{region}:{account}:{kind}/*");
        match self {
            Self::Any => "*".to_owned(),
            Self::AutoScalingGroup => {
                format!("arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/*")
            }
            Self::Instance => of_ec2("instance"),
            Self::NetworkAcl => of_ec2("network-acl"),
            Self::NetworkInterface => of_ec2("network-interface"),
            Self::RuleQuota => format!("arn:{partition}:servicequotas:{region}:{account}:vpc/{RULES_PER_NETWORK_ACL}"),
            Self::SecurityGroup => of_ec2("security-group"),
            Self::SecurityGroupRule => of_ec2("security-group-rule"),
            Self::Snapshot => format!("arn:{partition}:ec2:{region}::snapshot/*"),
            Self::Volume => of_ec2("volume"),
            Self::Vpc => of_ec2("vpc"),
        }
    }
}

/// A condition of a statement: the values that a key may have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// Such as `StringEquals`.
    pub operator: &'static str,
    /// Such as `ec2:CreateAction`.
    pub key: String,
    /// One of these.
    pub values: Values,
}

/// The values of a condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Values {
    /// The regions that are configured.
    Regions,
    /// These.
    These(Vec<String>),
}

impl Condition {
    /// A key has one of these values.
    pub(super) fn equals(key: impl Into<String>, values: impl IntoIterator<Item = impl fmt::Display>) -> Self {
        Self {
            operator: "StringEquals",
            key: key.into(),
            values: Values::These(values.into_iter().map(|value| value.to_string()).collect()),
        }
    }

    /// The request has no tags but those with these keys.
    pub(super) fn only_tags(keys: &[&str]) -> Self {
        Self {
            operator: "ForAllValues:StringEquals",
            key: "aws:TagKeys".to_owned(),
            values: Values::These(keys.iter().map(|&key| key.to_owned()).collect()),
        }
    }

    /// The request is to one of the regions that are configured.
    pub(super) fn in_the_regions() -> Self {
        Self {
            operator: "StringEquals",
            key: "aws:RequestedRegion".to_owned(),
            values: Values::Regions,
        }
    }
}
