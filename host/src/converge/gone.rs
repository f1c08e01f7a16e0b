//! Gone: a target that EC2 does not know any more, because somebody deleted it. Nothing can be done at it, and nothing put back.
//!
//! An instance that is gone is read as none, and has a plan of its own.

use jiff::Timestamp;

use super::{Plan, SETTLING};
use crate::{
    cloud::{CloudError, Fault},
    hold::{Coverage, HoldId, Image, KeptImage, Resource, Situation},
    report::summary::count,
};

/// What a read of a target found. None if it says that the target is gone. What else goes wrong says nothing of that, and stays an error.
pub(super) fn if_there<T>(resource: &Resource, read: Result<T, CloudError>) -> Result<Option<T>, CloudError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_gone(resource, &error.fault) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Only by EC2's own code for a thing of this kind.
fn is_gone(resource: &Resource, fault: &Fault) -> bool {
    let Fault::NotFound { code, .. } = fault else {
        return false;
    };
    match resource {
        Resource::Acl(_) => code == "InvalidNetworkAclID.NotFound",
        // EC2 has two, by the call.
        Resource::SecurityGroup(_) => code == "InvalidGroup.NotFound" || code == "InvalidSecurityGroupID.NotFound",
        Resource::Instance(_) => false,
    }
}

/// The plan for a target that is gone: nothing is to be done, and no hold is covered. One that Quell changed a moment ago was there then, so EC2 may
/// only not show it: time tells.
pub(super) fn plan(resource: &Resource, situation: &Situation, now: Timestamp) -> Plan {
    let was_there = !situation.recent.is_empty();
    let what = format!("{} {resource}", resource.kind());
    let coverage = if was_there {
        Coverage::UnderWay {
            what: format!("EC2 does not show {what}, which Quell changed a moment ago"),
        }
    } else {
        Coverage::NotCovered {
            why: format!("{what} is gone: EC2 knows none of this id in this account and region"),
        }
    };
    let holds = situation.holds.iter();
    Plan {
        coverage: holds.map(|hold| (hold.id, coverage.clone())).collect(),
        forget: forgotten(situation, now),
        waits: was_there,
        ..Plan::default()
    }
}

/// Whether the journal keeps what was written on a target that is gone: while a hold is on it, and while it may only not be shown. To credentials of
/// another account everything is gone, and what is forgotten is never taken back.
pub(super) fn is_kept(situation: &Situation) -> bool {
    !situation.holds.is_empty() || !situation.recent.is_empty()
}

fn forgotten(situation: &Situation, now: Timestamp) -> Vec<Image> {
    if is_kept(situation) {
        return Vec::new();
    }
    let is_settled = |kept: &&KeptImage| now.duration_since(kept.written) > SETTLING;
    let settled = situation.images.iter().filter(is_settled);
    settled.map(|kept| kept.image.clone()).collect()
}

/// What the holds on a target that is gone came to, if the journal has it otherwise: so it is told once, and not at each look.
pub(super) fn news(situation: &Situation, coverage: &[(HoldId, Coverage)]) -> Option<String> {
    let is_known = |id: HoldId, coverage: &Coverage| {
        let mut holds = situation.holds.iter();
        holds.any(|hold| hold.id == id && hold.coverage == *coverage)
    };
    let mut new = coverage.iter().filter(|(id, coverage)| !is_known(*id, coverage));
    let (_, first) = new.next()?;
    Some(format!("{}: {first}", count(1 + new.count(), "hold")))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{
        cloud::{Direction, Entry, GroupRule, Peer, PortRange, RuleSpec},
        hold::{EntryChange, Hold, MadeChange, Remedy, RuleImage, Target},
    };

    const ACL: &str = "acl-0a1b2c3d";
    const GROUP: &str = "sg-0a1b2c3d";

    fn not_found(code: &str) -> Fault {
        Fault::NotFound {
            code: code.to_owned(),
            message: "it does not exist".to_owned(),
        }
    }

    fn read(of: &str, fault: Fault) -> Result<Option<()>, CloudError> {
        if_there(&of.parse().unwrap(), Err(CloudError::new("DescribeNetworkAcls", fault)))
    }

    #[rstest]
    #[case(ACL, "InvalidNetworkAclID.NotFound")]
    #[case(GROUP, "InvalidGroup.NotFound")]
    #[case(GROUP, "InvalidSecurityGroupID.NotFound")]
    fn ec2s_own_code_for_what_is_not_there_means_that_it_is_gone(#[case] of: &str, #[case] code: &str) {
        assert_eq!(read(of, not_found(code)), Ok(None));
    }

    #[rstest]
    #[case::of_another_kind(ACL, not_found("InvalidGroup.NotFound"))]
    #[case::of_a_part(ACL, not_found("InvalidNetworkAclEntry.NotFound"))]
    #[case::of_a_rule(GROUP, not_found("InvalidSecurityGroupRuleId.NotFound"))]
    #[case::of_anything(ACL, not_found("NotFound"))]
    #[case::not_permitted(ACL, Fault::Denied { code: "UnauthorizedOperation".to_owned(), message: String::new() })]
    #[case::throttled(GROUP, Fault::Throttled { code: "RequestLimitExceeded".to_owned(), message: String::new() })]
    #[case::unanswered(ACL, Fault::Unreachable { message: "InvalidNetworkAclID.NotFound".to_owned() })]
    #[case::unreadable(ACL, Fault::Other { code: "InvalidNetworkAclID.NotFound".to_owned(), message: String::new() })]
    fn whatever_else_goes_wrong_is_never_taken_for_a_target_that_is_gone(#[case] of: &str, #[case] fault: Fault) {
        assert_eq!(read(of, fault.clone()).unwrap_err().fault, fault);
    }

    fn hold(id: i64) -> Hold {
        Hold {
            id: HoldId(id),
            target: Target {
                account: "111122223333".to_owned(),
                region: "eu-west-1".to_owned(),
                resource: ACL.parse().unwrap(),
            },
            remedy: Remedy::deny("203.0.113.7/32".parse().unwrap(), Direction::Ingress),
            reason: "a test".to_owned(),
            confidence: 90,
            severity: None,
            plugin: "nacl-block".to_owned(),
            alert: "stealthwatch-cloud/1".to_owned(),
            since: Timestamp::UNIX_EPOCH,
            until: None,
            offences: 1,
            coverage: Coverage::Covered {
                rule: 99,
                aggregate: None,
            },
            ended: None,
        }
    }

    fn written_now() -> MadeChange {
        let entry = Entry::deny(99, Direction::Ingress, "203.0.113.7/32".parse().unwrap());
        MadeChange {
            change: EntryChange::Create(entry).into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn kept() -> KeptImage {
        let rule = RuleSpec {
            direction: Direction::Ingress,
            protocol: "tcp".to_owned(),
            ports: Some(PortRange { first: 22, last: 22 }),
            peer: Peer::Prefix("0.0.0.0/0".parse().unwrap()),
            description: None,
            tags: Vec::new(),
        };
        let image = RuleImage {
            before: GroupRule {
                id: "sgr-0a1b2c3d".parse().unwrap(),
                rule,
            },
            restored: false,
            instead: Vec::new(),
        };
        KeptImage {
            image: Image::Rule(image),
            written: Timestamp::UNIX_EPOCH,
        }
    }

    fn planned(situation: &Situation, seconds: i64) -> Plan {
        let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(seconds);
        plan(&ACL.parse().unwrap(), situation, now)
    }

    #[test]
    fn a_hold_on_what_is_gone_says_so_and_nothing_is_to_be_done() {
        let situation = Situation {
            holds: vec![hold(1), hold(2)],
            ..Situation::default()
        };
        let plan = planned(&situation, 0);
        assert!(plan.is_empty() && !plan.is_under_way());
        assert_eq!(plan.coverage.len(), 2);
        insta::assert_snapshot!(plan.coverage[0].1, @"NOT COVERED: network ACL acl-0a1b2c3d is gone: EC2 knows none of this id in this account and region");
    }

    #[test]
    fn what_quell_changed_a_moment_ago_may_only_not_be_shown_and_is_looked_at_again() {
        let mut situation = Situation {
            holds: vec![hold(1)],
            recent: vec![written_now()],
            ..Situation::default()
        };
        let plan = planned(&situation, 0);
        assert!(plan.is_empty() && plan.is_under_way());
        insta::assert_snapshot!(plan.coverage[0].1, @"under way: EC2 does not show network ACL acl-0a1b2c3d, which Quell changed a moment ago");
        situation.holds.clear();
        assert!(planned(&situation, 0).is_under_way() && is_kept(&situation));
    }

    #[test]
    fn what_was_there_before_is_forgotten_when_no_hold_is_left_and_not_while_one_is() {
        let mut situation = Situation {
            holds: vec![hold(1)],
            images: vec![kept()],
            ..Situation::default()
        };
        assert!(is_kept(&situation));
        assert_eq!(planned(&situation, 61).forget, []);
        situation.holds.clear();
        assert!(!is_kept(&situation));
        assert_eq!(planned(&situation, 61).forget, [kept().image]);
        assert_eq!(
            planned(&situation, 60).forget,
            [],
            "its write may have been begun just now"
        );
    }

    #[test]
    fn that_a_target_is_gone_is_told_once_and_again_for_a_hold_that_comes_later() {
        let mut situation = Situation {
            holds: vec![hold(1), hold(2)],
            ..Situation::default()
        };
        let coverage = planned(&situation, 0).coverage;
        insta::assert_snapshot!(news(&situation, &coverage).unwrap(), @"2 holds: NOT COVERED: network ACL acl-0a1b2c3d is gone: EC2 knows none of this id in this account and region");
        for (hold, (_, coverage)) in situation.holds.iter_mut().zip(&coverage) {
            hold.coverage = coverage.clone();
        }
        assert_eq!(news(&situation, &coverage), None);
        situation.holds.push(hold(3));
        let told = news(&situation, &planned(&situation, 0).coverage).unwrap();
        assert!(told.starts_with("1 hold: "), "{told}");
    }
}
