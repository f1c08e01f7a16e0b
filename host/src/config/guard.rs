//! `[guard]`: what no plugin may do, whatever it decides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    never_block::{ListTable, Never},
    number::Bounded,
};
use crate::{
    duration::HumanDuration,
    guard::{Most, NeverBlock, Protection},
};

/// What no plugin may do. Private, loopback, link-local and multicast prefixes, the VPC's own and the alert's own
/// addresses are never blocked; these rules come on top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Guard {
    /// Prefixes that are never blocked, nor any prefix that contains one of them or is inside one: your offices, your
    /// partners, your monitoring. Each alone, or as a table with a reason and an end: `{ prefix = "198.51.100.0/24", reason = "our partner", until = "2030-01-31" }`.
    pub never_block: Vec<Never>,
    /// Whether the accounts' own public addresses are never blocked: of IPv4 those of instances, NAT gateways and load balancers, elastic ones, and the far ends of VPN connections; of IPv6
    /// the prefixes of all VPCs. They are asked for every five minutes in each region, which needs ec2:DescribeNetworkInterfaces, ec2:DescribeAddresses, ec2:DescribeCustomerGateways and
    /// ec2:DescribeVpcs. While they can't be had, and what was had is older than an hour, nothing is blocked.
    pub own_addresses: bool,
    /// Lists of what is never blocked that stand elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub never_block_list: Vec<ListTable>,
    /// The widest IPv4 prefix that may be blocked, as a prefix length: 24 is 256 addresses.
    pub widest_ipv4: Bounded<u8, 8, 32>,
    /// The widest IPv6 prefix that may be blocked, as a prefix length: 56 is what one customer of a provider has.
    pub widest_ipv6: Bounded<u8, 16, 128>,
    /// The most remediations of one decision. A decision with more is refused as a whole.
    pub max_remediations: Bounded<usize, 1, 1000>,
    /// The longest time that a hold may last.
    pub longest_hold: HumanDuration,
    /// Whether a hold may last until somebody releases it. Otherwise each must have an end.
    pub until_released: bool,
    /// How many instances of one VPC, and of one Auto Scaling group, may be isolated, stopped, started or rebooted within an hour: a number, or a share
    /// such as `"10%"`, rounded down, which is one at least.
    pub instances_per_hour: Most,
    /// What may never be changed.
    pub protected: Protected,
}

/// What may never be changed. Quell neither sets nor removes the tag, and where tags can't be read nothing is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Protected {
    /// Instances and security groups that have a tag of this key, with whatever value.
    pub tag: String,
    /// Instances and security groups, by id.
    pub ids: Vec<String>,
    /// All instances of these Auto Scaling groups.
    pub auto_scaling_groups: Vec<String>,
}

impl Default for Protected {
    fn default() -> Self {
        let Protection {
            tag,
            ids,
            auto_scaling_groups,
        } = Protection::default();
        Self {
            tag,
            ids,
            auto_scaling_groups,
        }
    }
}

impl From<&Protected> for Protection {
    fn from(protected: &Protected) -> Self {
        Self {
            tag: protected.tag.clone(),
            ids: protected.ids.clone(),
            auto_scaling_groups: protected.auto_scaling_groups.clone(),
        }
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            never_block: Vec::new(),
            own_addresses: false,
            never_block_list: Vec::new(),
            widest_ipv4: Bounded::default_of(24),
            widest_ipv6: Bounded::default_of(56),
            max_remediations: Bounded::default_of(20),
            longest_hold: HumanDuration::from_secs(30 * 24 * 60 * 60),
            until_released: false,
            instances_per_hour: Most::Instances(3),
            protected: Protected::default(),
        }
    }
}

impl Guard {
    /// What stands in the configuration itself.
    pub fn never_block(&self) -> Vec<NeverBlock> {
        self.never_block.iter().map(Into::into).collect()
    }
}
