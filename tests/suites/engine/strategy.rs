//! How cases are made up.

use ipnet::IpNet;
use proptest::{collection::vec, prelude::*, sample::Index};
use quell::cloud::{Call, Direction, Entry, Fault, PortRange, Protocol, RuleAction};

use quell_tests::fault::Death;

use crate::case::{Asked, Case, Crash, Edit, Failure, Turn};

fn prefix(text: &str) -> IpNet {
    text.parse::<IpNet>().unwrap().trunc()
}

fn any_direction() -> impl Strategy<Value = Direction> {
    prop_oneof![4 => Just(Direction::Ingress), 1 => Just(Direction::Egress)]
}

prop_compose! {
    fn any_host()(kind in 0_u8..3, net in 0_u8..2, host in 0_u8..40) -> IpNet {
        prefix(&match kind {
            0 => format!("2001:db8::{net}:{host:x}/128"),
            1 => format!("2001:db8:0:{host:x}::{net}/128"),
            _ => format!("203.0.{}.{host}/32", 113 + net),
        })
    }
}

prop_compose! {
    fn any_prefix()(is_four: bool, host in 0_u8..40, length in 24_u8..=32) -> IpNet {
        prefix(&if is_four { format!("203.0.113.{host}/{length}") } else { format!("2001:db8::{host:x}/{}", length + 96) })
    }
}

/// An entry of somebody else's. A deny of everything is wider than any of ours may be, or far from them, so that nobody can take one for the other.
fn any_entry() -> impl Strategy<Value = Entry> {
    let allow = any_prefix().prop_map(|prefix| (RuleAction::Allow, prefix, false));
    let one_port = (any_prefix(), any::<bool>()).prop_map(|(prefix, allows)| {
        let action = if allows { RuleAction::Allow } else { RuleAction::Deny };
        (action, prefix, true)
    });
    let wide = prop_oneof![Just("203.0.112.0/23"), Just("2001:db8::/48")];
    let wide = wide.prop_map(|text| (RuleAction::Deny, prefix(text), false));
    let far = (0_u8..40).prop_map(|host| (RuleAction::Deny, prefix(&format!("198.51.100.{host}/32")), false));
    let any_kind = prop_oneof![3 => allow, 2 => one_port, 1 => wide, 3 => far];
    (1_u16..120, any_direction(), any_kind).prop_map(|(number, direction, (action, prefix, is_one_port))| Entry {
        action,
        protocol: if is_one_port {
            Protocol::Number(6)
        } else {
            Protocol::All
        },
        ports: is_one_port.then_some(PortRange { first: 22, last: 22 }),
        ..Entry::deny(number, direction, prefix)
    })
}

prop_compose! {
    fn any_asked()(
        prefix in prop_oneof![4 => any_host(), 1 => any_prefix()],
        direction in any_direction(),
        confidence in 0_u8..=100,
        minutes in prop::option::weighted(0.8, 1_i64..300),
        spare in prop::option::weighted(0.05, any_host()),
    ) -> Asked {
        Asked { prefix, direction, confidence, minutes, spare }
    }
}

fn any_edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => any_entry().prop_map(Edit::Put),
        2 => any::<Index>().prop_map(Edit::RemoveOurs),
        2 => (any::<Index>(), any_entry()).prop_map(|(at, entry)| Edit::TakeOurs(at, entry)),
        1 => any::<Index>().prop_map(Edit::RemoveTheirs),
    ]
}

fn any_failure() -> impl Strategy<Value = Failure> {
    let call = prop_oneof![
        2 => Just(Call::DescribeNetworkAcls),
        4 => Just(Call::CreateNetworkAclEntry),
        3 => Just(Call::ReplaceNetworkAclEntry),
        3 => Just(Call::DeleteNetworkAclEntry),
        1 => Just(Call::GetServiceQuota),
    ];
    let throttled = Fault::Throttled {
        code: "RequestLimitExceeded".to_owned(),
        message: "Request limit exceeded.".to_owned(),
    };
    let lost = Fault::Unreachable {
        message: "the connection was closed".to_owned(),
    };
    let how = prop_oneof![
        Just((throttled, false)),
        Just((lost.clone(), false)),
        Just((lost, true))
    ];
    (call, how).prop_map(|(call, (fault, is_done))| Failure { call, fault, is_done })
}

prop_compose! {
    fn any_crash()(at in 0_usize..8, is_done: bool, breaks_leases: bool) -> Crash {
        Crash { death: Death { at, is_done }, breaks_leases }
    }
}

prop_compose! {
    fn any_turn()(
        minutes in prop_oneof![Just(0_i64), 0_i64..10, 10_i64..200],
        asked in vec(any_asked(), 0..10),
        edits in vec(any_edit(), 0..3),
        is_hasty in prop::bool::weighted(0.1),
        pardoned in vec(any_host(), 0..2),
        never in prop_oneof![4 => Just(Vec::new()), 1 => vec(any_host(), 1..3)],
        is_paused in prop::bool::weighted(0.1),
        lag_seconds in prop_oneof![2 => Just(0_u64), 1 => 1_u64..45],
        failures in vec(any_failure(), 0..4),
        crash in prop::option::weighted(0.2, any_crash()),
    ) -> Turn {
        Turn { minutes, asked, edits, is_hasty, pardoned, never, is_paused, lag_seconds, failures, crash }
    }
}

prop_compose! {
    /// A network ACL of 4 to 24 rules with up to 20 of its owners', and up to three turns.
    pub(crate) fn any_case()(
        rule_quota in 4_u16..25,
        believed_more in prop::option::of(prop_oneof![2 => Just(0_u16), 1 => 1_u16..8]),
        reserve in 0_u16..2,
        others in vec(any_entry(), 0..20),
        turns in vec(any_turn(), 1..4),
    ) -> Case {
        Case { rule_quota, believed_more, reserve, others, turns }
    }
}
