//! Never-block lists on the way of an alert: who stands in one is not blocked, a change holds at once, and a list that can't be read blocks nobody.

use std::fs;

use jiff::SignedDuration;
use quell::{
    cloud::{Fault, call::Call},
    duration::HumanDuration,
    hold::DeliveryState,
    never_block::{FileSource, Format, List, ListTerms, OwnAddresses},
    report::Outcome,
    way::order::{Done, Order, OrderError},
};
use quell_tests::{
    recorded::{self, changed},
    stand::{Stand, rules},
};
use serde_json::json;
use tempfile::TempDir;

/// A list in a file, and where it lies.
pub(crate) struct Partners(TempDir);

impl Partners {
    pub(crate) fn having(text: &str) -> Self {
        let partners = Self(tempfile::tempdir().unwrap());
        partners.write(text);
        partners
    }

    pub(crate) fn write(&self, text: &str) {
        fs::write(self.0.path().join("partners.txt"), text).unwrap();
    }

    pub(crate) fn list(&self) -> List {
        let terms = ListTerms {
            name: "partners".to_owned(),
            place: "partners.txt".to_owned(),
            format: Format::Prefixes,
            every: HumanDuration::from_secs(10),
            max_age: HumanDuration::from_secs(60),
            may_be_empty: false,
        };
        List::new(terms, FileSource::at(&self.0.path().join("partners.txt")))
    }
}

async fn stand_with(partners: &Partners) -> Stand {
    let stand = Stand::new().await.unwrap();
    stand.host.take_over_lists(vec![partners.list()]).await.unwrap();
    stand
}

async fn carry(stand: &Stand, order: serde_json::Value) -> Result<Done, OrderError> {
    let order: Order = serde_json::from_value(order).unwrap();
    stand.host.carry_order(order).await
}

fn text(done: &Done) -> String {
    let text = anstream::adapter::strip_str(&done.to_string()).to_string();
    // Tables are set off by a space.
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn who_stands_in_a_list_is_not_blocked_and_the_report_says_by_which() {
    let partners = Partners::having("203.0.113.0/26 until 2027-01-31 # Example Ltd\n");
    let stand = stand_with(&partners).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.denied().len(), 2, "{:?}", stand.denied());
    let refusals: Vec<_> = report.plugins[0]
        .examined
        .iter()
        .filter_map(|examined| examined.verdicts.last())
        .collect();
    assert!(
        refusals.iter().any(|verdict| verdict.reason.contains(
            "203.0.113.0/26, which the list partners never blocks (Example Ltd, until 2027-02-01T00:00:00Z)"
        )),
        "{refusals:?}"
    );
    let basis = report.basis.unwrap();
    assert_eq!(basis.listed.as_result().unwrap().len(), 1, "a replay is told the same");
}

#[tokio::test]
async fn a_list_that_was_written_to_frees_at_once_who_is_denied_and_denies_again_who_is_taken_out() {
    let partners = Partners::having("192.0.2.128/25\n");
    let stand = stand_with(&partners).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    let before = stand.denied();
    assert_eq!(before.len(), 4);
    partners.write("192.0.2.128/25\n203.0.113.0/24 # our partner\n");
    stand.host.look_at_lists().await.unwrap();
    let left = stand.denied();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.iter().all(|entry| !entry.contains("203.0.113.")), "{left:?}");
    let writes = stand.writes();
    stand.host.look_at_lists().await.unwrap();
    assert_eq!(stand.writes(), writes, "what did not change is not brought about again");

    partners.write("192.0.2.128/25\n");
    stand.host.look_at_lists().await.unwrap();
    assert_eq!(stand.denied().len(), 4, "the holds are in force still");
}

#[tokio::test]
async fn an_entry_that_ends_spares_nobody_from_then_on() {
    let partners = Partners::having("203.0.113.0/24 until 2026-03-01T13:00:00Z # a penetration test\n");
    let stand = stand_with(&partners).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.denied().len(), 2);
    stand.clock.advance(SignedDuration::from_mins(59));
    assert!(!stand.host.follow_never_block().await.unwrap());
    stand.clock.advance(SignedDuration::from_mins(1));
    assert!(stand.host.follow_never_block().await.unwrap());
    let again = changed(recorded::ATTACK, &[("comments", json!("again"))]);
    stand.report("2", &again).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
}

#[tokio::test]
async fn an_end_in_the_configuration_ends_too() {
    let stand = Stand::new().await.unwrap();
    let mut rules = rules();
    rules.never_block = vec![
        serde_json::from_value(json!({
            "prefix": "203.0.113.0/24", "reason": "our partner", "until": "2026-03-01T13:00:00Z"
        }))
        .unwrap(),
    ];
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.rules_are(rules).await.unwrap();
    assert_eq!(stand.denied().len(), 2);
    stand.clock.advance(SignedDuration::from_hours(1));
    assert!(stand.host.follow_never_block().await.unwrap());
    assert_eq!(stand.denied().len(), 4);
}

#[tokio::test]
async fn while_a_list_can_not_be_read_nothing_is_blocked_what_is_in_force_stays_and_the_alert_waits() {
    let partners = Partners::having("192.0.2.128/25\n");
    let mut stand = stand_with(&partners).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    let denied = stand.denied();
    partners.write("half a li");
    stand.restart().unwrap();
    stand.host.take_over_lists(vec![partners.list()]).await.unwrap();
    stand.host.repair().await.unwrap();
    assert_eq!(stand.denied(), denied, "what is in force stays");

    let again = changed(recorded::ATTACK, &[("comments", json!("again"))]);
    let worked = stand.deliver("2", &again).await.unwrap();
    let report = worked.report.unwrap();
    assert_eq!(stand.denied(), denied);
    assert!(
        matches!(worked.state, DeliveryState::Waiting { .. }),
        "it is tried again: {:?}",
        worked.state
    );
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(
        report
            .summary
            .contains("nothing is blocked while the never-block list partners (partners.txt) can't be read: line 1"),
        "{}",
        report.summary
    );

    // No rule is added for a hold either that was in force before and lost its rule.
    let first: u16 = denied[0].split(' ').next().unwrap().parse().unwrap();
    let acl = quell_tests::stand::WEB_ACL.parse().unwrap();
    stand
        .cloud
        .remove_entry_as_someone_else(&acl, quell::cloud::Direction::Ingress, first)
        .unwrap();
    stand.clock.advance(SignedDuration::from_mins(5));
    stand.host.repair().await.unwrap();
    assert_eq!(stand.denied().len(), denied.len() - 1);
    let hold = stand
        .holds()
        .await
        .unwrap()
        .into_iter()
        .find(|hold| !hold.coverage.is_covered())
        .unwrap();
    assert!(
        format!("{:?}", hold.coverage).contains("can't be read"),
        "{:?}",
        hold.coverage
    );

    partners.write("192.0.2.128/25\n");
    stand.clock.advance(SignedDuration::from_secs(15));
    assert!(stand.host.follow_never_block().await.unwrap(), "it heals by itself");
    assert_eq!(stand.denied().len(), denied.len());
}

#[tokio::test]
async fn own_addresses_that_can_not_be_had_block_nobody_and_what_is_permitted_again_heals_it() {
    let stand = Stand::new().await.unwrap();
    let terms = ListTerms {
        name: "own-addresses".to_owned(),
        place: "of account 111122223333 in eu-west-1".to_owned(),
        format: Format::Prefixes,
        every: HumanDuration::from_secs(300),
        max_age: HumanDuration::from_secs(3_600),
        may_be_empty: true,
    };
    let denied = Fault::Denied {
        code: "UnauthorizedOperation".to_owned(),
        message: "You are not authorized to perform this operation.".to_owned(),
    };
    stand.cloud.fail_next(Call::DescribeCustomerGateways, denied);
    let list = List::new(terms, OwnAddresses::of(stand.cloud.clone()));
    stand.host.take_over_lists(vec![list]).await.unwrap();
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert!(stand.denied().is_empty());
    assert!(
        report.summary.contains("DescribeCustomerGateways"),
        "{}",
        report.summary
    );
    stand.clock.advance(SignedDuration::from_secs(15));
    let again = changed(recorded::ATTACK, &[("comments", json!("again"))]);
    stand.report("2", &again).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    let calls = stand.cloud.count(Call::DescribeAddresses);
    stand.report("3", recorded::ATTACK).await.unwrap();
    assert_eq!(
        stand.cloud.count(Call::DescribeAddresses),
        calls,
        "they are not asked for with each alert"
    );
}

#[tokio::test]
async fn what_is_added_by_hand_frees_at_once_lasts_and_is_taken_back_by_hand() {
    let partners = Partners::having("198.51.100.128/25 # Example Ltd\n");
    let stand = stand_with(&partners).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    let order = json!({"never-block": {"prefix": "203.0.113.0/24", "reason": "our partner's scanner"}});
    let done = carry(&stand, order).await.unwrap();
    assert_eq!(stand.denied().len(), 2);
    let told = text(&done);
    assert!(
        told.starts_with("203.0.113.0/24 is never blocked until it is taken back (our partner's scanner)\nhold "),
        "{told}"
    );
    stand.pass(400 * 86_400).await.unwrap();
    let why = json!({"never-blocked": {"address": "203.0.113.7"}});
    insta::assert_snapshot!(text(&carry(&stand, why.clone()).await.unwrap()), @r"
    203.0.113.7/32 is never blocked
    PREFIX          BY       UNTIL  REASON
    203.0.113.0/24  journal         our partner's scanner
    ");
    let report = stand.report("2", recorded::ATTACK).await.unwrap();
    assert!(
        report
            .summary
            .contains("which is pardoned until it is taken back (our partner's scanner)"),
        "{}",
        report.summary
    );

    carry(&stand, json!({"end-pardon": {"prefix": "203.0.113.0/24"}}))
        .await
        .unwrap();
    insta::assert_snapshot!(text(&carry(&stand, why).await.unwrap()), @"203.0.113.7/32 may be blocked: nobody says otherwise");
}

#[tokio::test]
async fn who_asks_why_is_told_by_whom_and_who_asks_for_all_how_the_lists_stand() {
    let partners = Partners::having("198.51.100.128/25 until 2027-01-31 # Example Ltd\n");
    let stand = stand_with(&partners).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    let ask = async |address: &str| {
        text(
            &carry(&stand, json!({"never-blocked": {"address": address}}))
                .await
                .unwrap(),
        )
    };
    insta::assert_snapshot!(ask("198.51.100.200").await, @r"
    198.51.100.200/32 is never blocked
    PREFIX             BY             UNTIL                 REASON
    198.51.100.128/25  list partners  2027-02-01T00:00:00Z  Example Ltd
    ");
    let own = ask("10.0.1.10").await;
    assert!(own.contains("10.0.0.0/8") && own.contains("private"), "{own}");
    assert!(own.contains("of the own side there"), "{own}");
    let all = text(&carry(&stand, json!({"never-blocked": {}})).await.unwrap());
    assert!(
        all.ends_with("list partners (partners.txt) has 1 entry, read at 2026-03-01T12:00:00Z"),
        "{all}"
    );
    partners.write("everyone\n");
    stand.pass(61).await.unwrap();
    stand.host.look_at_lists().await.unwrap();
    let why = ask("203.0.113.7").await;
    assert!(
        why.contains("unreadable: nothing is blocked, because the never-block list partners"),
        "{why}"
    );
}

#[tokio::test]
async fn a_slip_of_a_tired_hand_does_not_switch_all_blocks_off() {
    let stand = Stand::new().await.unwrap();
    let refused = async |order| carry(&stand, order).await.unwrap_err().to_string();
    insta::assert_snapshot!(refused(json!({"never-block": {"prefix": "0.0.0.0/0"}})).await, @"0.0.0.0/0 is wider than /8, and would spare too much; `quell pause` lets Quell block nothing at all");
    insta::assert_snapshot!(refused(json!({"never-block": {"prefix": "203.0.113.7", "until": "2026-01-01T00:00:00Z"}})).await, @"2026-01-01T00:00:00Z is over already: give an end that is to come");
    assert!(
        stand
            .journal
            .pardons(quell::clock::Clock::now(&*stand.clock))
            .await
            .unwrap()
            .is_empty()
    );
}
