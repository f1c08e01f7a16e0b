//! What the tests of this folder share.

use ipnet::IpNet;
use jiff::Timestamp;

use crate::{
    cloud::{Direction, Entry, NetworkAcl, RuleAction},
    hold::{Coverage, Denial, Hold, HoldId, Remedy, Target},
};

pub(super) fn prefix(text: &str) -> IpNet {
    text.parse().unwrap()
}

pub(super) fn allow(number: u16, direction: Direction, from: &str) -> Entry {
    Entry {
        action: RuleAction::Allow,
        ..Entry::deny(number, direction, prefix(from))
    }
}

/// An ACL as AWS makes one: it allows all at 100 and 101, and ends with the final denies.
pub(super) fn fresh(more: &[Entry]) -> NetworkAcl {
    let mut entries = more.to_vec();
    for direction in Direction::BOTH {
        entries.push(allow(100, direction, "0.0.0.0/0"));
        entries.push(allow(101, direction, "::/0"));
        entries.push(Entry::deny(32_767, direction, prefix("0.0.0.0/0")));
        entries.push(Entry::deny(32_768, direction, prefix("::/0")));
    }
    acl(entries)
}

pub(super) fn acl(mut entries: Vec<Entry>) -> NetworkAcl {
    entries.sort_by_key(|entry| (entry.direction, entry.number));
    NetworkAcl {
        id: "acl-0a1b2c3d".parse().unwrap(),
        vpc: "vpc-0a1b2c3d".parse().unwrap(),
        subnets: Vec::new(),
        is_default: false,
        entries,
    }
}

/// An ingress hold that lasts until released.
pub(super) fn hold(id: i64, of: &str) -> Hold {
    Hold {
        id: HoldId(id),
        target: Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            resource: "acl-0a1b2c3d".parse().unwrap(),
        },
        remedy: Remedy::Deny(Denial {
            prefix: prefix(of),
            direction: Direction::Ingress,
        }),
        reason: "a test".to_owned(),
        confidence: 90,
        severity: None,
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/1".to_owned(),
        since: Timestamp::UNIX_EPOCH,
        until: None,
        offences: 1,
        coverage: Coverage::Pending,
        ended: None,
    }
}
