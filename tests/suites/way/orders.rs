//! What a person orders: releases, pardons, extensions, a pause, and looks.

use jiff::SignedDuration;
use quell::{
    cloud::{Cloud, Direction, Fault, call::Call},
    hold::{Coverage, DeliveryId, Hold, HoldId, Intent, Remedy, Target},
    report::Outcome,
    way::order::{Done, Order, OrderError, PardonTerms, Release},
};
use quell_tests::{
    recorded::{self, changed},
    stand::{ACCOUNT, Stand, WEB_ACL},
};
use serde_json::json;

const DAY: i64 = 86_400;

/// A stand after the attack, whose four addresses are blocked.
async fn attacked() -> Stand {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    stand
}

/// An order as it comes in JSON.
fn order(json: serde_json::Value) -> Order {
    serde_json::from_value(json).unwrap()
}

async fn carry(stand: &Stand, json: serde_json::Value) -> Result<Done, OrderError> {
    stand.host.carry_order(order(json)).await
}

/// What a person reads, without colours.
fn text(done: &Done) -> String {
    anstream::adapter::strip_str(&done.to_string()).to_string()
}

/// Holds on these prefixes at the web subnet's ACL, and nothing of it written yet.
async fn held(stand: &Stand, prefixes: impl IntoIterator<Item = String>) -> Vec<Hold> {
    let now = quell::clock::Clock::now(&*stand.clock);
    let intent = |prefix: String| Intent {
        target: web(),
        remedy: Remedy::deny(prefix.parse().unwrap(), Direction::Ingress),
        reason: "it scans".to_owned(),
        confidence: 75,
        severity: None,
        spare: Vec::new(),
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/1".to_owned(),
        until: Some(now + SignedDuration::from_hours(24)),
        scope: Default::default(),
    };
    let intents: Vec<_> = prefixes.into_iter().map(intent).collect();
    let delivery = DeliveryId::given("test", "held");
    stand.journal.put_in_force(&intents, &delivery, now).await.unwrap()
}

fn web() -> Target {
    Target {
        account: ACCOUNT.to_owned(),
        region: "eu-west-1".to_owned(),
        resource: WEB_ACL.parse().unwrap(),
    }
}

#[tokio::test]
async fn a_release_takes_out_that_entry_and_no_other() {
    let stand = attacked().await;
    let done = carry(&stand, json!({"release": {"holds": [1]}})).await.unwrap();
    insta::assert_snapshot!(text(&done), @r"
    hold 1 released: 203.0.113.7/32 ingress at acl-0b111111111111111
    network ACL 111122223333/eu-west-1/acl-0b111111111111111
      changed:
        - 99 deny 203.0.113.7/32 ingress
    ");
    assert_eq!(stand.denied().len(), 3);
    let again = carry(&stand, json!({"release": {"holds": [1]}})).await.unwrap_err();
    insta::assert_snapshot!(again, @"there is no hold 1 in force; `quell holds` lists those that are");
}

#[tokio::test]
async fn one_misspelt_number_releases_nothing_and_pardons_nobody() {
    let stand = attacked().await;
    for pardon in [json!(null), json!({"for": "24h"})] {
        let wrong = json!({"release": {"holds": [1, 99, 2], "pardon": pardon}});
        let error = carry(&stand, wrong).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"there is no hold 99 in force; `quell holds` lists those that are");
        }
    }
    assert_eq!(stand.holds().await.unwrap().len(), 4);
    assert!(stand.journal.pardons(jiff::Timestamp::MIN).await.unwrap().is_empty());
}

#[tokio::test]
async fn many_holds_are_released_with_one_look_at_their_network_acl() {
    let stand = attacked().await;
    let looks = || {
        let calls = stand.cloud.calls();
        calls
            .iter()
            .filter(|logged| logged.call == Call::DescribeNetworkAcls)
            .count()
    };
    let before = looks();
    carry(&stand, json!({"release": {"holds": [1, 2, 3, 4, 4]}}))
        .await
        .unwrap();
    assert!(stand.denied().is_empty());
    assert!(looks() - before <= 2, "one to plan by, one to see that it is done");
}

#[tokio::test]
async fn an_address_means_all_holds_on_it_and_inside_of_it() {
    let stand = attacked().await;
    let inside = json!({"release": {"address": "203.0.113.0/24"}});
    let Done::Released { holds, .. } = carry(&stand, inside).await.unwrap() else {
        panic!("it is a release")
    };
    assert_eq!(holds.len(), 2);
    assert_eq!(stand.denied().len(), 2);
    let on_it = json!({"release": {"address": "2001:db8:bad:cafe::66"}});
    carry(&stand, on_it).await.unwrap();
    assert_eq!(stand.denied().len(), 1);
}

#[tokio::test]
async fn an_address_that_only_a_wider_hold_denies_is_told_which() {
    let stand = Stand::new().await.unwrap();
    held(&stand, ["198.51.100.0/24".to_owned()]).await;
    stand.pass(0).await.unwrap();
    let address = json!({"release": {"address": "198.51.100.9"}});
    let error = carry(&stand, address).await.unwrap_err();
    insta::assert_snapshot!(error, @"there is no hold on 198.51.100.9/32 in force, nor on anything inside of it. It is denied by hold 1 on 198.51.100.0/24 ingress, which `quell release 1` ends; with `--pardon 24h` it is let through for so long");
    assert_eq!(stand.denied().len(), 1);
}

#[tokio::test]
async fn a_pardon_lets_an_address_through_a_wider_hold_until_it_ends() {
    let stand = Stand::new().await.unwrap();
    held(&stand, ["198.51.100.0/24".to_owned()]).await;
    stand.pass(0).await.unwrap();
    let pardon = json!({"release": {"address": "198.51.100.9", "pardon": {"for": "1h", "reason": "our partner"}}});
    let done = carry(&stand, pardon).await.unwrap();
    insta::assert_snapshot!(text(&done), @r"
    no hold had to be released
    198.51.100.9/32 is pardoned until 2026-03-01T13:00:00Z (our partner)
    hold 1 stays, but denies nothing before the pardon ends: 198.51.100.0/24 ingress at acl-0b111111111111111
    network ACL 111122223333/eu-west-1/acl-0b111111111111111
      changed:
        - 99 deny 198.51.100.0/24 ingress
    ");
    assert!(stand.denied().is_empty());
    stand.pass(3600).await.unwrap();
    assert_eq!(stand.denied(), ["99 deny 198.51.100.0/24 ingress"]);
}

#[tokio::test]
async fn a_neighbour_who_is_denied_for_want_of_room_is_told_by_which_rule_and_can_be_let_through() {
    let stand = Stand::new().await.unwrap();
    let offenders = (0..40).filter(|number| number % 4 != 1);
    held(&stand, offenders.map(|number| format!("198.51.100.{number}/32"))).await;
    stand.pass(0).await.unwrap();
    let denies = |address: &str| {
        let address: ipnet::IpNet = address.parse().unwrap();
        let acl = stand.acl(WEB_ACL);
        let mut ours = acl
            .entries
            .into_iter()
            .filter(|entry| (51..100).contains(&entry.number));
        ours.any(|entry| entry.prefix.contains(&address))
    };
    let innocent = (0..10).map(|number| format!("198.51.100.{}/32", number * 4 + 1));
    let innocent = innocent.into_iter().find(|address| denies(address)).unwrap();

    let release = |pardon| json!({"release": {"address": innocent.clone(), "pardon": pardon}});
    let error = carry(&stand, release(json!(null))).await.unwrap_err().to_string();
    assert!(
        error.contains("It is denied by ingress rule ") && error.contains("shares for want of room"),
        "{error}"
    );
    let done = carry(&stand, release(json!({"for": "24h"}))).await.unwrap();
    let Done::Released { holds, suspended, .. } = &done else {
        panic!("it is a release")
    };
    assert!(holds.is_empty() && suspended.is_empty(), "{done}");
    assert!(!denies(&innocent), "{done}");
}

#[tokio::test]
async fn who_is_pardoned_is_not_blocked_again_by_the_next_alert_before_the_pardon_ends() {
    let stand = attacked().await;
    let pardon = json!({"release": {"holds": [1], "pardon": {"for": "24h"}}});
    carry(&stand, pardon).await.unwrap();
    let again = changed(recorded::ATTACK, &[("merit", json!(8))]);
    let report = stand.report("2", &again).await.unwrap();
    assert_eq!(report.outcome, Outcome::AlreadySo, "the other three are extended");
    assert!(
        report
            .to_string()
            .contains("203.0.113.7/32, which is pardoned until 2026-03-02T12:00:00Z (no reason given)")
    );
    assert_eq!(stand.denied().len(), 3);

    stand.pass(DAY).await.unwrap();
    stand
        .report("3", &changed(recorded::ATTACK, &[("merit", json!(9))]))
        .await
        .unwrap();
    assert_eq!(stand.denied().len(), 4);
}

#[tokio::test]
async fn a_pardon_that_is_taken_back_gives_the_hold_its_rule_again() {
    let stand = attacked().await;
    let pardon = json!({"release": {"address": "203.0.113.0/28", "pardon": {"for": "24h"}}});
    carry(&stand, pardon).await.unwrap();
    let hold = held(&stand, ["203.0.113.7/32".to_owned()]).await;
    stand.pass(1).await.unwrap();
    assert!(
        !stand
            .holds()
            .await
            .unwrap()
            .iter()
            .find(|known| known.id == hold[0].id)
            .unwrap()
            .coverage
            .is_covered()
    );

    let error = carry(&stand, json!({"end-pardon": {"prefix": "203.0.113.7"}}))
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"203.0.113.7/32 is not pardoned; what is, and overlaps it: 203.0.113.0/28");
    let done = carry(&stand, json!({"end-pardon": {"prefix": "203.0.113.0/28"}}))
        .await
        .unwrap();
    insta::assert_snapshot!(text(&done), @r"
    203.0.113.0/28 is no longer pardoned
    network ACL 111122223333/eu-west-1/acl-0b111111111111111
      changed:
        + 99 deny 203.0.113.7/32 ingress
    ");
}

#[tokio::test]
async fn a_pardon_that_would_never_end_is_refused() {
    let stand = attacked().await;
    for lasts in ["0s", "500ms", "31d"] {
        let pardon = json!({"release": {"holds": [1], "pardon": {"for": lasts}}});
        let error = carry(&stand, pardon).await.unwrap_err();
        assert!(matches!(error, OrderError::PardonTerm { .. }), "{error}");
    }
    let pardon = json!({"release": {"holds": [1], "pardon": {"for": "1h", "reason": "\u{1b}[31m"}}});
    let error = carry(&stand, pardon).await.unwrap_err();
    insta::assert_snapshot!(error, @"a reason is one line of at most 200 characters");
    assert_eq!(stand.holds().await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_release_that_aws_refuses_is_released_all_the_same_and_finished_later() {
    let stand = attacked().await;
    let throttled = Fault::Throttled {
        code: "RequestLimitExceeded".to_owned(),
        message: "slow down".to_owned(),
    };
    stand.cloud.fail_next(Call::DeleteNetworkAclEntry, throttled);
    let done = carry(&stand, json!({"release": {"holds": [1]}})).await.unwrap();
    insta::assert_snapshot!(text(&done), @r"
    hold 1 released: 203.0.113.7/32 ingress at acl-0b111111111111111
    network ACL 111122223333/eu-west-1/acl-0b111111111111111
      failed: can't make the change `- 99 deny 203.0.113.7/32 ingress` at network ACL 111122223333/eu-west-1/acl-0b111111111111111: EC2 DeleteNetworkAclEntry: throttled (RequestLimitExceeded): slow down
    released, but not everything could be removed yet, at 1 network ACL: a running Quell tries again by itself, `quell converge` tries at once
    ");
    assert_eq!(stand.holds().await.unwrap().len(), 3);
    assert_eq!(stand.denied().len(), 4);
    stand.pass(1).await.unwrap();
    assert_eq!(stand.denied().len(), 3);
}

#[tokio::test]
async fn an_extension_lengthens_all_holds_or_none_and_never_beyond_what_is_allowed() {
    let stand = attacked().await;
    let extend = async |holds: &[i64], until: serde_json::Value| {
        carry(&stand, json!({"extend": {"holds": holds, "until": until}})).await
    };
    extend(&[1], json!("2026-03-05T12:00:00Z")).await.unwrap();
    let mut refused = Vec::new();
    for (holds, until) in [
        (&[2, 1][..], json!("2026-03-05T12:00:00Z")),
        (&[2, 99], json!("2026-03-05T12:00:00Z")),
        (&[2], json!("2026-03-31T12:00:01Z")),
        (&[2], json!("2026-03-01T12:00:00Z")),
        (&[2], json!(null)),
        (&[], json!("2026-03-05T12:00:00Z")),
    ] {
        refused.push(extend(holds, until).await.unwrap_err().to_string());
    }
    insta::assert_snapshot!(refused.join("\n"), @r"
    hold 1 lasts until 2026-03-05T12:00:00Z already; give a later end, or end it with `quell release 1`
    there is no hold 99 in force; `quell holds` lists those that are
    a hold may last 720h from now at most (guard.longest-hold), and 2026-03-31T12:00:01Z is later
    2026-03-01T12:00:00Z is over already: give an end that is to come
    no hold may last until it is released, unless the configuration allows that (guard.until-released)
    nothing is named: give the numbers of holds, as `quell holds` lists them, or an address
    ");
    stand.pass(DAY).await.unwrap();
    assert_eq!(
        stand.denied(),
        ["99 deny 203.0.113.7/32 ingress"],
        "only that one was extended"
    );
    stand.pass(3 * DAY).await.unwrap();
    assert!(stand.denied().is_empty());
}

#[tokio::test]
async fn while_quell_is_paused_nothing_is_added_and_what_ends_still_ends() {
    let stand = attacked().await;
    stand.pass(DAY / 2).await.unwrap();
    let done = carry(&stand, json!({"pause": {"reason": "maintenance"}}))
        .await
        .unwrap();
    insta::assert_snapshot!(text(&done), @r"
    paused since 2026-03-02T00:00:00Z (maintenance); what ends is still taken back
    `quell resume` goes on
    ");
    held(&stand, ["198.51.100.9/32".to_owned()]).await;
    stand.pass(1).await.unwrap();
    assert_eq!(stand.denied().len(), 4, "nothing is added");
    stand.pass(DAY / 2).await.unwrap();
    assert!(stand.denied().is_empty(), "what ends is taken back");

    held(&stand, ["198.51.100.9/32".to_owned()]).await;
    let again = carry(&stand, json!({"pause": {"reason": "still"}})).await.unwrap();
    assert!(
        text(&again).starts_with("paused since 2026-03-02T00:00:00Z (still)"),
        "{again}"
    );
    let done = carry(&stand, json!({"resume": {}})).await.unwrap();
    insta::assert_snapshot!(text(&done), @r"
    goes on; was paused since 2026-03-02T00:00:00Z (still)
    network ACL 111122223333/eu-west-1/acl-0b111111111111111
      changed:
        + 99 deny 198.51.100.9/32 ingress
    ");
    let done = carry(&stand, json!({"resume": {}})).await.unwrap();
    assert_eq!(text(&done), "was not paused\n");
}

#[tokio::test]
async fn a_dry_run_tells_what_would_be_changed_and_writes_nothing() {
    let stand = attacked().await;
    stand.pass(600).await.unwrap();
    stand
        .cloud
        .delete_entry(&WEB_ACL.parse().unwrap(), Direction::Ingress, 98)
        .await
        .unwrap();
    let holds = held(&stand, ["198.51.100.9/32".to_owned()]).await;
    let writes = stand.writes();
    let done = carry(&stand, json!({"converge": {"dry-run": true}})).await.unwrap();
    insta::assert_snapshot!(text(&done));
    assert_eq!(stand.writes(), writes);
    let after = stand.holds().await.unwrap();
    let planned = after.iter().find(|hold| hold.id == holds[0].id).unwrap();
    assert_eq!(planned.coverage, Coverage::Pending, "not even the journal");

    let done = carry(&stand, json!({"converge": {}})).await.unwrap();
    insta::assert_snapshot!(text(&done));
    assert_eq!(stand.denied().len(), 5);
}

#[tokio::test]
async fn what_has_no_room_is_told_by_reason_and_not_by_the_thousand() {
    let stand = Stand::new().await.unwrap();
    held(&stand, (0..40).map(|number| format!("198.18.{number}.7/32"))).await;
    let done = carry(&stand, json!({"converge": {"at": {"acl": WEB_ACL}}}))
        .await
        .unwrap();
    let told = text(&done);
    let (_, told) = told.split_once("  40 holds in force").unwrap();
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn a_network_acl_that_quell_does_not_know_is_not_taken_for_one_where_all_is_well() {
    let stand = attacked().await;
    let at = json!({"acl": "acl-0d222222222222222", "region": "eu-west-1"});
    for order in [json!({"converge": {"at": at}}), json!({"capacity": {"at": at}})] {
        let error = carry(&stand, order).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"Quell has no hold and no entry at network ACL acl-0d222222222222222, region eu-west-1; `quell converge --dry-run` lists where it has");
        }
    }
}

#[tokio::test]
async fn how_full_a_network_acl_is_can_be_asked() {
    let stand = attacked().await;
    let done = carry(&stand, json!({"capacity": {}})).await.unwrap();
    insta::assert_snapshot!(text(&done));
}

#[tokio::test]
async fn where_nothing_is_in_force_that_is_said() {
    let stand = Stand::new().await.unwrap();
    for order in [
        json!({"converge": {}}),
        json!({"converge": {"dry-run": true}}),
        json!({"capacity": {}}),
    ] {
        let done = carry(&stand, order).await.unwrap();
        assert_eq!(
            text(&done),
            "nothing is in force, and no network ACL has an entry of Quell's\n"
        );
    }
    let release = Release {
        holds: vec![HoldId(1)],
        pardon: Some(PardonTerms {
            lasts: "1h".parse().unwrap(),
            reason: String::new(),
        }),
        ..Release::default()
    };
    assert!(stand.host.carry_order(Order::Release(release)).await.is_err());
    let nothing = carry(&stand, json!({"release": {}})).await.unwrap_err();
    assert!(matches!(nothing, OrderError::Nothing));
}
