//! Network ACLs and their entries.

use std::fmt;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::{AclId, SubnetId, VpcId};

/// The lowest number that a user's entry may have.
pub const FIRST_NUMBER: u16 = 1;
/// The highest number that a user's entry may have; the final denies are 32767 (IPv4) and 32768 (IPv6).
pub const LAST_NUMBER: u16 = 32_766;

/// A network ACL. A subnet has exactly one; one may guard many subnets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkAcl {
    /// Its id.
    pub id: AclId,
    /// Its VPC.
    pub vpc: VpcId,
    /// The subnets that it guards, ordered.
    pub subnets: Vec<SubnetId>,
    /// Whether it is its VPC's default ACL.
    pub is_default: bool,
    /// Its entries: ingress before egress, by ascending number. The first that matches decides.
    pub entries: Vec<Entry>,
}

impl NetworkAcl {
    /// The highest number that no entry of this direction has.
    pub fn free_number(&self, direction: Direction) -> u16 {
        let is_taken = |number: &u16| {
            let mut entries = self.entries.iter();
            entries.any(|entry| entry.direction == direction && entry.number == *number)
        };
        let mut numbers = (FIRST_NUMBER..=LAST_NUMBER).rev();
        numbers.find(|number| !is_taken(number)).unwrap_or(LAST_NUMBER)
    }
}

/// One rule of a network ACL. Its number is unique for one ACL and direction; both families share the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// 1 to 32766 for users, 32767 and 32768 for the final denies.
    pub number: u16,
    /// Which way.
    pub direction: Direction,
    /// Whether it allows or denies.
    pub action: RuleAction,
    /// The remote prefix.
    #[schemars(with = "String")]
    pub prefix: IpNet,
    /// The protocol.
    pub protocol: Protocol,
    /// The ports, for TCP and UDP. None for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<PortRange>,
    /// The ICMP type and code, for ICMP and ICMPv6; -1 means any. None for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icmp: Option<IcmpKind>,
}

impl Entry {
    /// The only kind of entry that Quell writes: deny everything from or to a prefix.
    pub fn deny(number: u16, direction: Direction, prefix: IpNet) -> Self {
        Self {
            number,
            direction,
            action: RuleAction::Deny,
            prefix,
            protocol: Protocol::All,
            ports: None,
            icmp: None,
        }
    }

    /// Whether this is one of the two final denies, which are always there and can't be changed.
    pub fn is_final(&self) -> bool {
        self.number > LAST_NUMBER
    }
}

/// Which way traffic flows, as seen from the subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Into the subnet.
    Ingress,
    /// Out of the subnet.
    Egress,
}

impl Direction {
    /// Both, in the order in which they are always shown.
    pub const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What an entry does with traffic that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleAction {
    /// Lets it through.
    Allow,
    /// Drops it.
    Deny,
}

/// An IP protocol as EC2 has it: `-1` for all, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Every protocol; EC2's `-1`.
    All,
    /// One protocol by its IANA number, such as 6 for TCP.
    Number(u8),
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str("-1"),
            Self::Number(number) => write!(formatter, "{number}"),
        }
    }
}

/// An address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Family {
    /// IPv4.
    IPv4,
    /// IPv6.
    IPv6,
}

impl Family {
    /// The family of a prefix.
    pub fn of(prefix: IpNet) -> Self {
        match prefix {
            IpNet::V4(_) => Self::IPv4,
            IpNet::V6(_) => Self::IPv6,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::IPv4 => "IPv4",
            Self::IPv6 => "IPv6",
        })
    }
}

/// Ports, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PortRange {
    /// The first port. For a security group's ICMP rule: the type, -1 for any.
    pub first: i32,
    /// The last port. For a security group's ICMP rule: the code, -1 for any.
    pub last: i32,
}

/// An ICMP type and code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct IcmpKind {
    /// The type, -1 for any.
    pub kind: i32,
    /// The code, -1 for any.
    pub code: i32,
}
