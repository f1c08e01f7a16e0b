//! Accounts and regions: an alert is worked on where it says that it happened, and nowhere else.

use quell::{
    cloud::simulated::SimulatedCloud,
    hold::DeliveryState,
    report::Outcome,
    way::order::{Order, Release},
};
use quell_tests::{
    recorded::{self, changed},
    stand::{ACCOUNT, SECOND_ACCOUNT, Stand, WEB_ACL},
};
use serde_json::json;

/// The attack, as it would be told of another account and region. Empty: it names none.
fn attack_in(namespace: &str) -> String {
    let info = json!({ "name": "i-0abc1234def567890", "ips": ["10.0.1.10"], "namespace": namespace });
    changed(recorded::ATTACK, &[("source_info", info)])
}

/// How many deny entries the web subnet's network ACL has below its first allow.
fn denies(cloud: &SimulatedCloud) -> usize {
    let acl = cloud.peek(&WEB_ACL.parse().unwrap()).unwrap();
    acl.entries
        .iter()
        .filter(|entry| (51..100).contains(&entry.number))
        .count()
}

#[tokio::test]
async fn an_alert_for_an_account_that_is_not_configured_is_refused_before_anything_is_asked() {
    let stand = Stand::new().await.unwrap();
    let worked = stand
        .deliver("1", &attack_in("awsv2:999999999999:eu-west-1"))
        .await
        .unwrap();
    assert_eq!(
        worked.state,
        DeliveryState::Done,
        "to try it again would change nothing"
    );
    let report = worked.report.unwrap();
    assert_eq!(report.outcome, Outcome::Refused);
    assert!(report.plugins.is_empty() && report.facts.is_empty());
    assert_eq!(stand.cloud.calls(), []);
    insta::assert_snapshot!(report.summary, @"Excessive Access Attempts (External) on i-0abc1234def567890; refused: the alert is for account 999999999999, which is not configured ([[aws.account]])");
    let shown = report.to_string();
    assert!(
        shown.contains("refused: the alert is for account 999999999999"),
        "{shown}"
    );
}

#[tokio::test]
async fn an_alert_for_a_region_that_is_not_configured_is_refused_too() {
    let stand = Stand::new().await.unwrap();
    let report = stand
        .report("1", &attack_in("awsv2:111122223333:us-east-1"))
        .await
        .unwrap();
    assert_eq!(report.outcome, Outcome::Refused);
    assert_eq!(stand.cloud.calls(), []);
    insta::assert_snapshot!(report.refusal.unwrap(), @"the alert is for region us-east-1, which is not configured (`regions` in [[aws.account]]); configured: account 111122223333 in eu-west-1");
}

#[tokio::test]
async fn an_alert_is_worked_on_in_its_own_account_and_only_there() {
    let stand = Stand::with_second_account().await.unwrap();
    let report = stand
        .report("1", &attack_in(&format!("awsv2:{SECOND_ACCOUNT}:eu-west-1")))
        .await
        .unwrap();
    assert_eq!(report.outcome, Outcome::Acted, "{report}");
    assert!(
        report
            .targets
            .iter()
            .all(|target| target.target.account == SECOND_ACCOUNT)
    );
    assert!(denies(&stand.others[0]) > 0);
    assert_eq!(stand.cloud.calls(), []);
}

#[tokio::test]
async fn the_same_address_on_network_acls_of_two_accounts_is_held_and_taken_back_in_each() {
    let stand = Stand::with_second_account().await.unwrap();
    for account in [ACCOUNT, SECOND_ACCOUNT] {
        let report = stand
            .report(account, &attack_in(&format!("awsv2:{account}:eu-west-1")))
            .await
            .unwrap();
        assert_eq!(report.outcome, Outcome::Acted, "{report}");
    }
    assert_eq!(denies(&stand.cloud), denies(&stand.others[0]));

    for hold in stand.holds().await.unwrap() {
        if hold.target.account == ACCOUNT {
            let release = Release {
                holds: vec![hold.id],
                ..Release::default()
            };
            stand.host.carry_order(Order::Release(release)).await.unwrap();
        }
    }
    assert_eq!(denies(&stand.cloud), 0);
    assert!(denies(&stand.others[0]) > 0);
    stand.pass(2 * 86_400).await.unwrap();
    assert_eq!(denies(&stand.others[0]), 0);
}

#[tokio::test]
async fn an_alert_that_names_no_account_is_refused_if_it_could_be_for_several() {
    let stand = Stand::with_second_account().await.unwrap();
    let report = stand.report("1", &attack_in("default")).await.unwrap();
    assert_eq!(report.outcome, Outcome::Refused);
    insta::assert_snapshot!(report.refusal.unwrap(), @"the alert names no account, and several places are configured: account 111122223333 in eu-west-1, account 444455556666 in eu-west-1");
}

#[tokio::test]
async fn an_account_that_is_taken_out_of_the_configuration_keeps_its_holds_and_says_so() {
    let mut stand = Stand::with_second_account().await.unwrap();
    stand
        .report("1", &attack_in(&format!("awsv2:{SECOND_ACCOUNT}:eu-west-1")))
        .await
        .unwrap();
    let holds = stand.holds().await.unwrap();
    let second = stand.others.pop().unwrap();
    stand.restart().unwrap();

    let release = Release {
        holds: vec![holds[0].id],
        ..Release::default()
    };
    let done = stand.host.carry_order(Order::Release(release)).await.unwrap();
    let (_, failure) = done.failures().next().unwrap();
    assert!(!failure.passing, "time alone does not help");
    insta::assert_snapshot!(failure.message, @"444455556666/eu-west-1/acl-0b111111111111111 is in an account or region that is not configured ([[aws.account]]): its holds stay, and nothing is changed there");

    stand.others.push(second);
    stand.restart().unwrap();
    stand.pass(2 * 86_400).await.unwrap();
    assert_eq!(denies(&stand.others[0]), 0, "it is made good when the account is back");
}
