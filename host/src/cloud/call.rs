//! The calls to AWS that Quell makes in an account: those to EC2, and one to Service Quotas.

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
    /// Reads a quota. The only call that is not EC2's.
    GetServiceQuota,
}

impl Call {
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
            Self::GetServiceQuota => "GetServiceQuota",
        }
    }

    /// Whether it changes something.
    pub fn is_write(self) -> bool {
        match self {
            Self::CreateNetworkAclEntry | Self::ReplaceNetworkAclEntry | Self::DeleteNetworkAclEntry => true,
            Self::DescribeInstances
            | Self::DescribeNetworkAcls
            | Self::DescribeVpcs
            | Self::DescribeSecurityGroups
            | Self::GetServiceQuota => false,
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
