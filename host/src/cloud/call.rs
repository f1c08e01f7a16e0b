//! The calls to AWS that Quell makes in an account: most to EC2, three to Auto Scaling, two to Elastic Load Balancing, one to Service Quotas.

use std::fmt;

/// A call by the API's own name for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Call {
    /// Lists instances.
    DescribeInstances,
    /// Lists network ACLs.
    DescribeNetworkAcls,
    /// Lists VPCs.
    DescribeVpcs,
    /// Lists security groups.
    DescribeSecurityGroups,
    /// Adds an entry to a network ACL.
    CreateNetworkAclEntry,
    /// Swaps an entry of a network ACL for another one of the same direction and number.
    ReplaceNetworkAclEntry,
    /// Takes an entry out of a network ACL.
    DeleteNetworkAclEntry,
    /// Lists network interfaces.
    DescribeNetworkInterfaces,
    /// Lists the rules of security groups.
    DescribeSecurityGroupRules,
    /// Gives a network interface other security groups.
    ModifyNetworkInterfaceAttribute,
    /// Makes a security group.
    CreateSecurityGroup,
    /// Gives a security group a rule for what may come in.
    AuthorizeSecurityGroupIngress,
    /// Gives a security group a rule for what may go out.
    AuthorizeSecurityGroupEgress,
    /// Takes a rule for what may come in away from a security group.
    RevokeSecurityGroupIngress,
    /// Takes a rule for what may go out away from a security group.
    RevokeSecurityGroupEgress,
    /// Switches instances off.
    StopInstances,
    /// Switches instances on.
    StartInstances,
    /// Restarts instances.
    RebootInstances,
    /// Takes snapshots of all volumes of an instance, at one moment.
    CreateSnapshots,
    /// Tells the Auto Scaling groups of instances. Auto Scaling's.
    DescribeAutoScalingInstances,
    /// Puts an instance of an Auto Scaling group aside. Auto Scaling's.
    EnterStandby,
    /// Puts an instance back into the service of its Auto Scaling group. Auto Scaling's.
    ExitStandby,
    /// Lists the target groups of load balancers. Elastic Load Balancing's.
    DescribeTargetGroups,
    /// Lists the targets of a target group, and how they stand. Elastic Load Balancing's.
    DescribeTargetHealth,
    /// Lists elastic addresses.
    DescribeAddresses,
    /// Lists customer gateways: the far ends of VPN connections.
    DescribeCustomerGateways,
    /// Reads a quota. Service Quotas' only one.
    GetServiceQuota,
}

/// The service that a call is made to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Amazon EC2.
    Ec2,
    /// Amazon EC2 Auto Scaling.
    AutoScaling,
    /// Elastic Load Balancing.
    LoadBalancing,
    /// Service Quotas.
    ServiceQuotas,
}

impl Service {
    /// What IAM puts before the colon of an action.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::AutoScaling => "autoscaling",
            Self::LoadBalancing => "elasticloadbalancing",
            Self::ServiceQuotas => "servicequotas",
        }
    }

    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "EC2",
            Self::AutoScaling => "Auto Scaling",
            Self::LoadBalancing => "Elastic Load Balancing",
            Self::ServiceQuotas => "Service Quotas",
        }
    }
}

impl Call {
    /// All of them. The last one stays last, so that a new one can't be left out.
    pub const ALL: [Self; Self::GetServiceQuota as usize + 1] = [
        Self::DescribeInstances,
        Self::DescribeNetworkAcls,
        Self::DescribeVpcs,
        Self::DescribeSecurityGroups,
        Self::CreateNetworkAclEntry,
        Self::ReplaceNetworkAclEntry,
        Self::DeleteNetworkAclEntry,
        Self::DescribeNetworkInterfaces,
        Self::DescribeSecurityGroupRules,
        Self::ModifyNetworkInterfaceAttribute,
        Self::CreateSecurityGroup,
        Self::AuthorizeSecurityGroupIngress,
        Self::AuthorizeSecurityGroupEgress,
        Self::RevokeSecurityGroupIngress,
        Self::RevokeSecurityGroupEgress,
        Self::StopInstances,
        Self::StartInstances,
        Self::RebootInstances,
        Self::CreateSnapshots,
        Self::DescribeAutoScalingInstances,
        Self::EnterStandby,
        Self::ExitStandby,
        Self::DescribeTargetGroups,
        Self::DescribeTargetHealth,
        Self::DescribeAddresses,
        Self::DescribeCustomerGateways,
        Self::GetServiceQuota,
    ];

    /// The call of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.name() == name)
    }

    /// Whose call it is.
    pub fn service(self) -> Service {
        match self {
            Self::DescribeAutoScalingInstances | Self::EnterStandby | Self::ExitStandby => Service::AutoScaling,
            Self::DescribeTargetGroups | Self::DescribeTargetHealth => Service::LoadBalancing,
            Self::GetServiceQuota => Service::ServiceQuotas,
            _ => Service::Ec2,
        }
    }

    /// The API's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::DescribeInstances => "DescribeInstances",
            Self::DescribeNetworkAcls => "DescribeNetworkAcls",
            Self::DescribeVpcs => "DescribeVpcs",
            Self::DescribeSecurityGroups => "DescribeSecurityGroups",
            Self::CreateNetworkAclEntry => "CreateNetworkAclEntry",
            Self::ReplaceNetworkAclEntry => "ReplaceNetworkAclEntry",
            Self::DeleteNetworkAclEntry => "DeleteNetworkAclEntry",
            Self::DescribeNetworkInterfaces => "DescribeNetworkInterfaces",
            Self::DescribeSecurityGroupRules => "DescribeSecurityGroupRules",
            Self::ModifyNetworkInterfaceAttribute => "ModifyNetworkInterfaceAttribute",
            Self::CreateSecurityGroup => "CreateSecurityGroup",
            Self::AuthorizeSecurityGroupIngress => "AuthorizeSecurityGroupIngress",
            Self::AuthorizeSecurityGroupEgress => "AuthorizeSecurityGroupEgress",
            Self::RevokeSecurityGroupIngress => "RevokeSecurityGroupIngress",
            Self::RevokeSecurityGroupEgress => "RevokeSecurityGroupEgress",
            Self::StopInstances => "StopInstances",
            Self::StartInstances => "StartInstances",
            Self::RebootInstances => "RebootInstances",
            Self::CreateSnapshots => "CreateSnapshots",
            Self::DescribeAutoScalingInstances => "DescribeAutoScalingInstances",
            Self::EnterStandby => "EnterStandby",
            Self::ExitStandby => "ExitStandby",
            Self::DescribeTargetGroups => "DescribeTargetGroups",
            Self::DescribeTargetHealth => "DescribeTargetHealth",
            Self::DescribeAddresses => "DescribeAddresses",
            Self::DescribeCustomerGateways => "DescribeCustomerGateways",
            Self::GetServiceQuota => "GetServiceQuota",
        }
    }

    /// Whether it changes something.
    pub fn is_write(self) -> bool {
        match self {
            Self::CreateNetworkAclEntry
            | Self::ReplaceNetworkAclEntry
            | Self::DeleteNetworkAclEntry
            | Self::ModifyNetworkInterfaceAttribute
            | Self::CreateSecurityGroup
            | Self::AuthorizeSecurityGroupIngress
            | Self::AuthorizeSecurityGroupEgress
            | Self::RevokeSecurityGroupIngress
            | Self::RevokeSecurityGroupEgress
            | Self::StopInstances
            | Self::StartInstances
            | Self::RebootInstances
            | Self::CreateSnapshots
            | Self::EnterStandby
            | Self::ExitStandby => true,
            Self::DescribeInstances
            | Self::DescribeNetworkAcls
            | Self::DescribeVpcs
            | Self::DescribeSecurityGroups
            | Self::DescribeNetworkInterfaces
            | Self::DescribeSecurityGroupRules
            | Self::DescribeAutoScalingInstances
            | Self::DescribeTargetGroups
            | Self::DescribeTargetHealth
            | Self::DescribeAddresses
            | Self::DescribeCustomerGateways
            | Self::GetServiceQuota => false,
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
