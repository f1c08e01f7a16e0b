//! The packet oracle: what a network ACL does with a packet, worked out as AWS does.
//!
//! It is pure and knows nothing of who wrote an entry. Tests and the demo ask it whether a door is really closed, which the
//! mere presence of a deny does not say: one that stands behind an allow closes nothing.

use std::{fmt, net::IpAddr};

use super::acl::{Direction, Entry, IcmpKind, NetworkAcl, PortRange, Protocol, RuleAction};

/// The IANA number of ICMP.
const ICMP: u8 = 1;
/// The IANA number of TCP.
const TCP: u8 = 6;
/// The IANA number of UDP.
const UDP: u8 = 17;
/// The IANA number of ICMPv6.
const ICMP_V6: u8 = 58;

/// A packet that crosses the border of a subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// Which way it goes.
    pub direction: Direction,
    /// The other side's address: the source of an ingress packet, the destination of an egress one.
    pub remote: IpAddr,
    /// The IANA number of its protocol, such as 6 for TCP.
    pub protocol: u8,
    /// Its destination port. None for a protocol without ports.
    pub port: Option<u16>,
    /// Its ICMP type and code. None for another protocol.
    pub icmp: Option<(u8, u8)>,
}

impl Packet {
    /// A TCP packet to `port`.
    pub fn tcp(direction: Direction, remote: IpAddr, port: u16) -> Self {
        Self {
            direction,
            remote,
            protocol: TCP,
            port: Some(port),
            icmp: None,
        }
    }
}

impl fmt::Display for Packet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            ICMP => formatter.write_str("ICMP")?,
            TCP => formatter.write_str("TCP")?,
            UDP => formatter.write_str("UDP")?,
            ICMP_V6 => formatter.write_str("ICMPv6")?,
            number => write!(formatter, "protocol {number}")?,
        }
        if let Some(port) = self.port {
            write!(formatter, " port {port}")?;
        }
        match self.direction {
            Direction::Ingress => write!(formatter, " from {}", self.remote),
            Direction::Egress => write!(formatter, " to {}", self.remote),
        }
    }
}

/// What becomes of a packet, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it passes.
    pub action: RuleAction,
    /// The entry that decided. None if no entry matched, which denies.
    pub entry: Option<Entry>,
}

/// What `acl` does with `packet`: the matching entry with the lowest number decides; without one the packet is denied.
pub fn judge(acl: &NetworkAcl, packet: &Packet) -> Judgement {
    let decisive = acl
        .entries
        .iter()
        .filter(|entry| matches(entry, packet))
        .min_by_key(|entry| entry.number);
    Judgement {
        action: decisive.map_or(RuleAction::Deny, |entry| entry.action),
        entry: decisive.cloned(),
    }
}

/// Whether an entry speaks of a packet. A prefix of one family never contains an address of the other.
fn matches(entry: &Entry, packet: &Packet) -> bool {
    if entry.direction != packet.direction || !entry.prefix.contains(&packet.remote) {
        return false;
    }
    let Protocol::Number(protocol) = entry.protocol else {
        return true;
    };
    // EC2 heeds ports only of TCP and UDP, and types and codes only of ICMP and of ICMPv6 with an IPv6 prefix. For every other
    // protocol it takes them and does not look at them.
    protocol == packet.protocol
        && match protocol {
            TCP | UDP => ports_match(entry.ports, packet.port),
            ICMP => icmp_matches(entry.icmp, packet.icmp),
            ICMP_V6 if packet.remote.is_ipv6() => icmp_matches(entry.icmp, packet.icmp),
            _ => true,
        }
}

fn ports_match(range: Option<PortRange>, port: Option<u16>) -> bool {
    let Some(PortRange { first, last }) = range else {
        return true;
    };
    match port {
        Some(port) => (first..=last).contains(&i32::from(port)),
        None => first <= 0 && last >= i32::from(u16::MAX),
    }
}

fn icmp_matches(rule: Option<IcmpKind>, packet: Option<(u8, u8)>) -> bool {
    const ANY: i32 = -1;
    let Some(rule) = rule else {
        return true;
    };
    if rule.kind == ANY {
        return true;
    }
    packet
        .is_some_and(|(kind, code)| rule.kind == i32::from(kind) && (rule.code == ANY || rule.code == i32::from(code)))
}

#[cfg(test)]
mod tests {
    use ipnet::IpNet;
    use proptest::prelude::*;

    use super::*;

    fn acl(entries: Vec<Entry>) -> NetworkAcl {
        NetworkAcl {
            id: "acl-0a1b2c3d".parse().unwrap(),
            vpc: "vpc-0a1b2c3d".parse().unwrap(),
            subnets: Vec::new(),
            is_default: false,
            entries,
        }
    }

    fn prefix(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    fn deny(number: u16, text: &str) -> Entry {
        Entry::deny(number, Direction::Ingress, prefix(text))
    }

    fn allow(number: u16, text: &str) -> Entry {
        Entry {
            action: RuleAction::Allow,
            ..deny(number, text)
        }
    }

    fn ssh_from(remote: &str) -> Packet {
        Packet::tcp(Direction::Ingress, remote.parse().unwrap(), 22)
    }

    fn action(entries: Vec<Entry>, packet: &Packet) -> RuleAction {
        judge(&acl(entries), packet).action
    }

    #[test]
    fn a_deny_below_the_allow_closes_the_door_and_one_behind_it_does_not() {
        let packet = ssh_from("198.51.100.7");
        let before = judge(
            &acl(vec![allow(100, "0.0.0.0/0"), deny(99, "198.51.100.7/32")]),
            &packet,
        );
        assert_eq!(before.action, RuleAction::Deny);
        assert_eq!(before.entry.map(|entry| entry.number), Some(99));

        let behind = judge(
            &acl(vec![deny(32_766, "198.51.100.7/32"), allow(100, "0.0.0.0/0")]),
            &packet,
        );
        assert_eq!(behind.action, RuleAction::Allow);
        assert_eq!(behind.entry.map(|entry| entry.number), Some(100));
    }

    #[test]
    fn what_no_entry_speaks_of_is_denied() {
        let judgement = judge(&acl(vec![allow(100, "192.0.2.0/24")]), &ssh_from("198.51.100.7"));
        assert_eq!(
            judgement,
            Judgement {
                action: RuleAction::Deny,
                entry: None
            }
        );
    }

    #[test]
    fn an_entry_of_one_family_says_nothing_about_the_other() {
        let entries = vec![allow(100, "0.0.0.0/0"), deny(101, "::/0")];
        assert_eq!(action(entries.clone(), &ssh_from("2001:db8::7")), RuleAction::Deny);
        assert_eq!(action(entries, &ssh_from("198.51.100.7")), RuleAction::Allow);
    }

    #[test]
    fn an_egress_entry_says_nothing_about_ingress() {
        let egress = Entry::deny(1, Direction::Egress, prefix("198.51.100.7/32"));
        let entries = vec![egress, allow(100, "0.0.0.0/0")];
        assert_eq!(action(entries, &ssh_from("198.51.100.7")), RuleAction::Allow);
    }

    #[test]
    fn a_port_range_holds_both_its_ends_and_only_its_own_protocol() {
        let web = Entry {
            protocol: Protocol::Number(TCP),
            ports: Some(PortRange { first: 80, last: 443 }),
            ..allow(100, "0.0.0.0/0")
        };
        let to = |port| Packet::tcp(Direction::Ingress, "198.51.100.7".parse().unwrap(), port);
        for (port, expected) in [
            (79, RuleAction::Deny),
            (80, RuleAction::Allow),
            (443, RuleAction::Allow),
            (444, RuleAction::Deny),
        ] {
            assert_eq!(action(vec![web.clone()], &to(port)), expected, "port {port}");
        }
        let udp = Packet {
            protocol: UDP,
            ..to(80)
        };
        assert_eq!(action(vec![web], &udp), RuleAction::Deny);
    }

    #[test]
    fn ports_are_not_looked_at_for_a_protocol_that_has_none() {
        let gre = Entry {
            protocol: Protocol::Number(47),
            ports: Some(PortRange { first: 80, last: 80 }),
            ..allow(100, "0.0.0.0/0")
        };
        let packet = Packet {
            protocol: 47,
            port: None,
            ..ssh_from("198.51.100.7")
        };
        assert_eq!(action(vec![gre], &packet), RuleAction::Allow);
    }

    #[test]
    fn an_icmp_entry_matches_its_type_and_any_code_when_it_says_so() {
        let ping = |code| Entry {
            protocol: Protocol::Number(ICMP),
            icmp: Some(IcmpKind { kind: 8, code }),
            ..allow(100, "0.0.0.0/0")
        };
        let packet = |kind, code| Packet {
            protocol: ICMP,
            port: None,
            icmp: Some((kind, code)),
            ..ssh_from("198.51.100.7")
        };
        assert_eq!(action(vec![ping(-1)], &packet(8, 3)), RuleAction::Allow);
        assert_eq!(action(vec![ping(0)], &packet(8, 3)), RuleAction::Deny);
        assert_eq!(action(vec![ping(-1)], &packet(0, 0)), RuleAction::Deny);
    }

    fn any_entry() -> impl Strategy<Value = Entry> {
        (
            1..=32_766_u16,
            any::<bool>(),
            any::<bool>(),
            any::<bool>(),
            any::<u32>(),
            0..=8_u8,
        )
            .prop_map(|(number, allow, ingress, wide, address, bits)| {
                // Short prefixes and few addresses, so that entries and packets meet often.
                let length = if wide { bits } else { 32 };
                let address = IpAddr::from((address & 0x0300_0001).to_be_bytes());
                Entry {
                    action: if allow { RuleAction::Allow } else { RuleAction::Deny },
                    ..Entry::deny(
                        number,
                        if ingress { Direction::Ingress } else { Direction::Egress },
                        IpNet::new_assert(address, length).trunc(),
                    )
                }
            })
    }

    fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
        prop::collection::hash_map(1..=64_u16, any_entry(), 0..20).prop_map(|entries| {
            entries
                .into_iter()
                .map(|(number, entry)| Entry { number, ..entry })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_in_which_entries_are_listed_does_not_matter(entries in any_entries(), address in any::<u32>()) {
            let packet = Packet::tcp(Direction::Ingress, IpAddr::from((address & 0x0300_0001).to_be_bytes()), 22);
            let mut turned = entries.clone();
            turned.reverse();
            prop_assert_eq!(judge(&acl(entries), &packet), judge(&acl(turned), &packet));
        }

        #[test]
        fn the_first_number_always_wins(entries in any_entries(), address in any::<u32>()) {
            let remote = IpAddr::from((address & 0x0300_0001).to_be_bytes());
            let packet = Packet::tcp(Direction::Ingress, remote, 22);
            let mut entries: Vec<_> = entries
                .into_iter()
                .map(|entry| Entry { number: entry.number.saturating_add(1), ..entry })
                .collect();
            entries.push(Entry::deny(1, Direction::Ingress, IpNet::from(remote)));
            prop_assert_eq!(judge(&acl(entries), &packet).action, RuleAction::Deny);
        }

        #[test]
        fn an_entry_that_does_not_hold_the_address_changes_nothing(entries in any_entries(), address in any::<u32>()) {
            let packet = Packet::tcp(Direction::Ingress, IpAddr::from((address & 0x0300_0001).to_be_bytes()), 22);
            let holding = entries.iter().filter(|entry| entry.prefix.contains(&packet.remote)).cloned().collect();
            prop_assert_eq!(judge(&acl(entries), &packet), judge(&acl(holding), &packet));
        }
    }
}
