//! What EC2 takes as a rule of a security group and what it refuses, with its own error codes.

use super::text;
use crate::cloud::{acl::PortRange, error::Fault, group_rule::RuleSpec, security_group::Peer};

/// A rule in the form in which EC2 keeps it, or with EC2's words why it takes no such rule. Whether a group that it names is there is not looked at.
pub(super) fn as_kept(rule: &RuleSpec) -> Result<RuleSpec, Fault> {
    if let Some(description) = &rule.description {
        text::check_group_text("rule description", description)?;
    }
    text::check_tags(&rule.tags)?;
    let protocol = protocol(&rule.protocol)?;
    Ok(RuleSpec {
        direction: rule.direction,
        ports: ports(&protocol, rule.ports)?,
        protocol,
        peer: match &rule.peer {
            // EC2 takes 198.51.100.18/24 and keeps 198.51.100.0/24.
            Peer::Prefix(prefix) => Peer::Prefix(prefix.trunc()),
            other => other.clone(),
        },
        description: rule.description.clone().filter(|description| !description.is_empty()),
        tags: text::tags_as_kept(&rule.tags),
    })
}

/// The name of a protocol if it has one, else its number.
fn protocol(given: &str) -> Result<String, Fault> {
    let kept = match given.to_ascii_lowercase().as_str() {
        "-1" | "all" => "-1".to_owned(),
        "1" | "icmp" => "icmp".to_owned(),
        "6" | "tcp" => "tcp".to_owned(),
        "17" | "udp" => "udp".to_owned(),
        "58" | "icmpv6" => "icmpv6".to_owned(),
        number => match number.parse::<u8>() {
            Ok(number) => number.to_string(),
            Err(_) => {
                return Err(text::invalid(format!(
                    "Invalid value '{given}' for IP protocol. Unknown protocol."
                )));
            }
        },
    };
    Ok(kept)
}

/// TCP and UDP need ports, ICMP needs a type and code; other protocols have none, whatever is given.
fn ports(protocol: &str, given: Option<PortRange>) -> Result<Option<PortRange>, Fault> {
    let is_icmp = match protocol {
        "tcp" | "udp" => false,
        "icmp" | "icmpv6" => true,
        _ => return Ok(None),
    };
    match given {
        None if protocol == "icmpv6" => Ok(Some(PortRange { first: -1, last: -1 })),
        None if is_icmp => Err(text::invalid(
            "Invalid value for portRange. Must specify both type and code with ICMP.".to_owned(),
        )),
        None => Err(text::invalid(
            "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.".to_owned(),
        )),
        Some(PortRange { first, last }) => {
            let fits = if is_icmp {
                let range = -1..=255;
                range.contains(&first) && range.contains(&last) && (first != -1 || last == -1)
            } else {
                0 <= first && first <= last && last <= i32::from(u16::MAX)
            };
            if fits {
                return Ok(given);
            }
            let what = if is_icmp {
                "ICMP type and code"
            } else {
                "TCP/UDP port range"
            };
            Err(text::invalid(format!("Invalid {what} ({first}:{last})")))
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::cloud::{acl::Direction, tag::Tag};

    fn rule(protocol: &str, ports: Option<(i32, i32)>) -> RuleSpec {
        RuleSpec {
            direction: Direction::Ingress,
            protocol: protocol.to_owned(),
            ports: ports.map(|(first, last)| PortRange { first, last }),
            peer: Peer::Prefix("198.51.100.18/24".parse().unwrap()),
            description: None,
            tags: Vec::new(),
        }
    }

    #[rstest]
    #[case::a_number_that_has_a_name("6", Some((22, 22)), "ingress tcp 22 from 198.51.100.0/24")]
    #[case::everything("all", Some((22, 22)), "ingress all traffic from 198.51.100.0/24")]
    #[case::another_protocol("47", Some((22, 22)), "ingress 47 from 198.51.100.0/24")]
    #[case::ping("ICMP", Some((8, -1)), "ingress icmp 8--1 from 198.51.100.0/24")]
    #[case::all_of_icmp_v6("58", None, "ingress icmpv6 -1 from 198.51.100.0/24")]
    fn a_rule_is_kept_in_ec2s_own_form(#[case] protocol: &str, #[case] ports: Option<(i32, i32)>, #[case] kept: &str) {
        assert_eq!(as_kept(&rule(protocol, ports)).unwrap().to_string(), kept);
    }

    #[rstest]
    #[case::no_ports("tcp", None)]
    #[case::backwards("udp", Some((443, 80)))]
    #[case::beyond_the_last_port("tcp", Some((0, 65_536)))]
    #[case::below_the_first_port("tcp", Some((-1, -1)))]
    #[case::no_type("icmp", None)]
    #[case::a_code_of_any_type("icmp", Some((-1, 0)))]
    #[case::an_unknown_protocol("http", Some((80, 80)))]
    #[case::a_number_that_is_none("256", None)]
    fn a_rule_that_ec2_would_not_take_is_refused(#[case] protocol: &str, #[case] ports: Option<(i32, i32)>) {
        let refused = as_kept(&rule(protocol, ports));
        assert!(matches!(refused, Err(Fault::Invalid { .. })), "{refused:?}");
    }

    #[test]
    fn a_rule_keeps_its_description_and_its_tags_by_key() {
        let given = RuleSpec {
            description: Some("office".to_owned()),
            tags: vec![Tag::new("b", "2"), Tag::new("a", "1")],
            ..rule("-1", None)
        };
        let kept = as_kept(&given).unwrap();
        assert_eq!(kept.description.as_deref(), Some("office"));
        assert_eq!(kept.tags, [Tag::new("a", "1"), Tag::new("b", "2")]);

        let odd = RuleSpec {
            description: Some("<office>".to_owned()),
            ..given
        };
        assert!(as_kept(&odd).is_err());
    }
}
