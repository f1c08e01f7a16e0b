//! Whether a prefix is shut out of a network ACL, by the packet oracle.

use std::net::IpAddr;

use ipnet::IpNet;
use quell::cloud::{
    Direction, NetworkAcl, RuleAction,
    oracle::{Packet, judge},
};

/// TCP, UDP, and a protocol without ports.
const KINDS: [(u8, Option<u16>); 3] = [(6, Some(22)), (17, Some(53)), (47, None)];

/// What becomes of one packet of each kind.
pub fn actions(acl: &NetworkAcl, direction: Direction, remote: IpAddr) -> [RuleAction; 3] {
    KINDS.map(|(protocol, port)| {
        let packet = Packet {
            direction,
            remote,
            protocol,
            port,
            icmp: None,
        };
        judge(acl, &packet).action
    })
}

/// Whether nothing from a prefix passes.
pub fn is_shut(acl: &NetworkAcl, direction: Direction, prefix: IpNet) -> bool {
    samples(prefix)
        .into_iter()
        .all(|remote| actions(acl, direction, remote) == [RuleAction::Deny; 3])
}

/// Addresses all over a prefix: eight at equal distances, and the last.
pub fn samples(prefix: IpNet) -> Vec<IpAddr> {
    let finer = (prefix.prefix_len() + 3).min(prefix.max_prefix_len());
    let parts = prefix
        .subnets(finer)
        .expect("a prefix has finer ones, or is its own")
        .map(|part| part.network());
    let mut samples: Vec<_> = parts.chain([prefix.broadcast()]).collect();
    samples.dedup();
    samples
}
