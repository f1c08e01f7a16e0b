//! Listing holds: who filters sees what was asked for, all of it and nothing else.

use super::*;

/// Four holds, numbered 1 to 4; the first is covered, the third has ended.
async fn listed() -> Opened {
    let journal = journal().await;
    put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    let elsewhere = Intent {
        target: database(),
        plugin: "geo-block".to_owned(),
        ..intent("203.0.113.0/24", None)
    };
    put(&journal, elsewhere, "b", 0).await;
    put(&journal, intent("198.51.100.1/32", Some(5)), "c", 0).await;
    let far = Intent {
        target: Target {
            region: "us-east-1".to_owned(),
            ..web()
        },
        remedy: Remedy::deny("2001:db8::/48".parse().unwrap(), Direction::Egress),
        ..intent("2001:db8::/48", None)
    };
    put(&journal, far, "d", 0).await;
    journal.expire(at(5)).await.unwrap();
    let covered = Coverage::CoveredByOthers { rule: 10 };
    let revision = situation(&journal, 5).await.revision;
    journal
        .converged(&web(), Some(revision), &[(HoldId(1), covered)])
        .await
        .unwrap();
    journal
}

async fn ids(filter: HoldFilter) -> Vec<i64> {
    let holds = listed().await.holds(&filter).await.unwrap();
    holds.iter().map(|hold| hold.id.0).collect()
}

fn none() -> HoldFilter {
    HoldFilter::default()
}

fn overlapping(prefix: &str) -> HoldFilter {
    HoldFilter {
        overlaps: Some(prefix.parse().unwrap()),
        ..everything()
    }
}

#[rstest::rstest]
#[case::all_in_force(none(), &[1, 2, 4])]
#[case::ended_ones_too(everything(), &[1, 2, 3, 4])]
#[case::a_target(HoldFilter { target: Some(web()), ..none() }, &[1])]
#[case::an_account(HoldFilter { account: Some("111122223333".to_owned()), ..none() }, &[1, 2, 4])]
#[case::another_account(HoldFilter { account: Some("444455556666".to_owned()), ..none() }, &[])]
#[case::a_region(HoldFilter { region: Some("us-east-1".to_owned()), ..none() }, &[4])]
#[case::an_acl_in_any_region(HoldFilter { resource: Some(web().resource), ..none() }, &[1, 4])]
#[case::a_plugin(HoldFilter { plugin: Some("geo-block".to_owned()), ..none() }, &[2])]
#[case::a_direction(HoldFilter { direction: Some(Direction::Egress), ..none() }, &[4])]
#[case::covered(HoldFilter { covered: Some(true), ..none() }, &[1])]
#[case::not_covered(HoldFilter { covered: Some(false), ..none() }, &[2, 4])]
#[case::two_things(HoldFilter { region: Some("eu-west-1".to_owned()), covered: Some(false), ..everything() }, &[2, 3])]
#[case::an_address_inside_a_hold(overlapping("203.0.113.7/32"), &[1, 2])]
#[case::an_address_beside(overlapping("203.0.113.8/32"), &[2])]
#[case::a_prefix_around_holds(overlapping("203.0.0.0/16"), &[1, 2])]
#[case::everything_of_one_family(overlapping("0.0.0.0/0"), &[1, 2, 3])]
#[case::everything_of_the_other(overlapping("::/0"), &[4])]
#[case::an_ipv6_address(overlapping("2001:db8:0:1::7/128"), &[4])]
#[case::a_prefix_that_no_hold_touches(overlapping("192.0.2.0/24"), &[])]
#[tokio::test]
async fn a_filter_lists(#[case] filter: HoldFilter, #[case] expected: &[i64]) {
    assert_eq!(ids(filter).await, expected);
}
