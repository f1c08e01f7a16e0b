//! Orders and what came of them, as they travel.

use super::*;
use crate::{
    cloud::{Direction, Entry},
    converge::Aggregate,
    hold::{Change, EntryChange, Pardon, Remedy},
    report::Failure,
};

fn read(json: &str) -> Result<Order, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[test]
fn orders_are_read_as_people_write_them() {
    let release = Order::Release(Release {
        holds: vec![HoldId(42)],
        ..Release::default()
    });
    assert_eq!(read(r#"{"release":{"holds":[42]}}"#), Ok(release));
    let pardon = Order::Release(Release {
        address: Some("203.0.113.7".parse().unwrap()),
        pardon: Some(PardonTerms {
            lasts: "24h".parse().unwrap(),
            reason: String::new(),
        }),
        ..Release::default()
    });
    assert_eq!(
        read(r#"{"release":{"address":"203.0.113.7","pardon":{"for":"1d"}}}"#),
        Ok(pardon)
    );
    let plan = Order::Converge {
        dry_run: true,
        at: TargetFilter::default(),
    };
    assert_eq!(read(r#"{"converge":{"dry-run":true}}"#), Ok(plan));
    assert_eq!(read(r#"{"resume":{}}"#), Ok(Order::Resume {}));
}

#[test]
fn a_slip_in_an_order_never_makes_another_order_of_it() {
    let slips = [
        r#"{"release":{"hold":[42]}}"#,
        r#"{"extend":{"holds":[42]}}"#,
        r#"{"extend":{"holds":[42],"until":"tomorrow"}}"#,
        r#"{"converge":{"dry_run":true}}"#,
        r#"{"converge":{"at":{"acls":"acl-0a1b2c3d"}}}"#,
        r#"{"pause":{"for":"1h"}}"#,
        r#"{"resume":{},"pause":{}}"#,
        r#"{"release":{"address":"everyone"}}"#,
        r#"{"restart":{}}"#,
    ];
    let told: Vec<_> = slips.iter().map(|slip| read(slip).unwrap_err()).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_ordered_and_what_came_of_it_survive_the_way_to_the_daemon_and_back() {
    let orders = [
        r#"{"release":{"holds":[42],"address":"203.0.113.0/24","pardon":{"for":"24h","reason":"why"}}}"#,
        r#"{"extend":{"holds":[42],"until":null}}"#,
        r#"{"end-pardon":{"prefix":"203.0.113.7/32"}}"#,
        r#"{"capacity":{"at":{"account":"111122223333","region":"eu-west-1","resource":"acl-0a1b2c3d"}}}"#,
    ];
    for order in orders {
        assert_eq!(serde_json::to_string(&read(order).unwrap()).unwrap(), order);
    }
    let done = planned();
    let there = serde_json::to_string(&done).unwrap();
    assert_eq!(serde_json::from_str::<Done>(&there).unwrap(), done);
}

/// A plan with an aggregate over more /64s than 64 bits can count.
fn planned() -> Done {
    let target = Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: "acl-0a1b2c3d".parse().unwrap(),
    };
    let failed = TargetOutcome {
        target: Target {
            region: "eu-central-1".to_owned(),
            ..target.clone()
        },
        before: None,
        changes: Vec::new(),
        covered: 0,
        not_covered: Vec::new(),
        aggregates: Vec::new(),
        drift: Vec::new(),
        failure: Some(Failure {
            message: "the network is down".to_owned(),
            passing: true,
        }),
    };
    let outcome = TargetOutcome {
        target,
        changes: vec![
            Change::from(EntryChange::Create(Entry::deny(
                99,
                Direction::Ingress,
                "2001:db8::/32".parse().unwrap(),
            )))
            .into(),
        ],
        covered: 2,
        not_covered: vec![Uncovered {
            hold: HoldId(3),
            remedy: Remedy::deny("203.0.113.7/32".parse().unwrap(), Direction::Egress),
            why: "no room".to_owned(),
        }],
        aggregates: vec![Aggregate {
            rule: 99,
            direction: Direction::Ingress,
            prefix: "2001:db8::/32".parse().unwrap(),
            offenders: 2,
            innocents: u128::from(u64::MAX) + 7,
        }],
        failure: None,
        ..failed.clone()
    };
    Done::Planned {
        acls: vec![outcome, failed],
    }
}

#[test]
fn a_plan_reads_like_a_diff() {
    let text = anstream::adapter::strip_str(&planned().to_string()).to_string();
    insta::assert_snapshot!(text);
}

#[test]
fn a_look_is_no_reason_to_make_a_journal() {
    let order = |json| read(json).unwrap();
    assert!(order(r#"{"converge":{"dry-run":true}}"#).is_look());
    assert!(!order(r#"{"converge":{}}"#).is_look());
    assert!(!order(r#"{"release":{"holds":[1],"pardon":{"for":"1h"}}}"#).may_begin_a_journal());
    assert!(order(r#"{"release":{"address":"203.0.113.7","pardon":{"for":"1h"}}}"#).may_begin_a_journal());
}

#[test]
fn what_is_pardoned_beside_the_prefix_is_named() {
    let error = OrderError::NoPardon {
        prefix: "203.0.113.7/32".parse().unwrap(),
        overlapping: vec![Pardon {
            prefix: "203.0.113.0/24".parse().unwrap(),
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
            reason: String::new(),
        }],
    };
    insta::assert_snapshot!(error, @"203.0.113.7/32 is not pardoned; what is, and overlaps it: 203.0.113.0/24");
}
