//! Flows and how security groups track them: which ones a change of groups cuts, worked out as AWS does.
//!
//! It is pure and knows nothing of who changed what. Tests ask it whether an attacker who is inside is really out, which the mere
//! presence of an isolation group does not say: a flow that is tracked goes on whatever the groups allow now, until it ends by itself.
//!
//! What is not here: flows that pass a load balancer, a gateway or a peering, which AWS may track whatever the rules are, and time-outs.

use std::{fmt, net::IpAddr};

use super::{
    acl::{Direction, PortRange},
    oracle::Packet,
    security_group::{Peer, SecurityGroup, SecurityGroupRule},
};

/// The IANA number of ICMP.
const ICMP: u8 = 1;
/// The IANA number of TCP.
const TCP: u8 = 6;
/// The IANA number of UDP.
const UDP: u8 = 17;
/// The IANA number of ICMPv6.
const ICMP_V6: u8 = 58;

/// A flow between an interface and another address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// Which way its first packet went.
    pub direction: Direction,
    /// The other side's address.
    pub remote: IpAddr,
    /// The IANA number of its protocol, such as 6 for TCP.
    pub protocol: u8,
    /// The port that its first packet went to. None for a protocol without ports.
    pub port: Option<u16>,
}

impl Flow {
    /// The packet that begins it.
    pub fn first_packet(&self) -> Packet {
        Packet {
            direction: self.direction,
            remote: self.remote,
            protocol: self.protocol,
            port: self.port,
            icmp: None,
        }
    }
}

/// As the packet that begins it.
impl fmt::Display for Flow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first_packet().fmt(formatter)
    }
}

/// How a flow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracking {
    /// It passes, and goes on when no rule allows it any more.
    Tracked,
    /// It passes as long as a rule allows it.
    Untracked,
    /// It does not pass, and never will again: it would have to begin anew.
    Cut,
}

impl Tracking {
    /// Whether its packets pass.
    pub fn passes(self) -> bool {
        self != Self::Cut
    }
}

/// How a flow stands that begins while an interface has these groups.
pub fn begin(flow: &Flow, groups: &[&SecurityGroup]) -> Tracking {
    let mut allowing = rules(groups, flow.direction).filter(|rule| allows(rule, flow));
    if allowing.clone().next().is_none() {
        return Tracking::Cut;
    }
    let is_open_to_all = allowing.any(|rule| is_everywhere(&rule.peer, flow.remote));
    if matches!(flow.protocol, TCP | UDP) && is_open_to_all && lets_all_responses(flow, groups) {
        return Tracking::Untracked;
    }
    Tracking::Tracked
}

/// How a flow stands after the groups of its interface, or their rules, were changed to these.
pub fn after_change(flow: &Flow, was: Tracking, groups: &[&SecurityGroup]) -> Tracking {
    match (was, begin(flow, groups)) {
        (Tracking::Cut, _) | (Tracking::Untracked, Tracking::Cut) => Tracking::Cut,
        (Tracking::Tracked, Tracking::Cut) => Tracking::Tracked,
        (Tracking::Tracked | Tracking::Untracked, now) => now,
    }
}

fn rules<'a>(
    groups: &'a [&SecurityGroup],
    direction: Direction,
) -> impl Iterator<Item = &'a SecurityGroupRule> + Clone {
    groups.iter().flat_map(move |group| match direction {
        Direction::Ingress => &group.ingress,
        Direction::Egress => &group.egress,
    })
}

/// Whether a rule allows a flow. The members of a group and of a prefix list are not known here, so that a rule which names one allows nothing.
fn allows(rule: &SecurityGroupRule, flow: &Flow) -> bool {
    let Peer::Prefix(prefix) = &rule.peer else {
        return false;
    };
    // Types and codes of ICMP are no part of a flow: a rule for one of them allows all.
    prefix.contains(&flow.remote)
        && is_for(&rule.protocol, flow.protocol)
        && match (flow.protocol, rule.ports, flow.port) {
            (TCP | UDP, Some(PortRange { first, last }), Some(port)) => (first..=last).contains(&i32::from(port)),
            (TCP | UDP, Some(ports), None) => is_all(ports),
            _ => true,
        }
}

/// Whether everything of the flow's protocol may go the other way, to or from everywhere.
fn lets_all_responses(flow: &Flow, groups: &[&SecurityGroup]) -> bool {
    let other = match flow.direction {
        Direction::Ingress => Direction::Egress,
        Direction::Egress => Direction::Ingress,
    };
    rules(groups, other).any(|rule| {
        is_for(&rule.protocol, flow.protocol)
            && is_everywhere(&rule.peer, flow.remote)
            && rule.ports.is_none_or(|ports| rule.protocol == "-1" || is_all(ports))
    })
}

/// Whether a peer is all addresses of the family of `remote`.
fn is_everywhere(peer: &Peer, remote: IpAddr) -> bool {
    matches!(peer, Peer::Prefix(prefix) if prefix.prefix_len() == 0 && prefix.contains(&remote))
}

fn is_all(PortRange { first, last }: PortRange) -> bool {
    first <= 0 && last >= i32::from(u16::MAX)
}

fn is_for(rule: &str, protocol: u8) -> bool {
    match rule {
        "-1" => true,
        "icmp" => protocol == ICMP,
        "tcp" => protocol == TCP,
        "udp" => protocol == UDP,
        "icmpv6" => protocol == ICMP_V6,
        number => number.parse() == Ok(protocol),
    }
}

#[cfg(test)]
mod tests;
