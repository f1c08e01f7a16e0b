//! A plugin that asks for what nobody may do. The sandbox lets it say so; the guards refuse it, each in its own words, and the next alert is worked on as if
//! nothing had happened.

use quell::{
    decision::ActionKind,
    report::{Outcome, Report},
    roster::Answers,
};
use quell_tests::{
    guest, recorded,
    stand::{Stand, load, routed},
};

/// What the guards said of each remediation that the plugin asked for in this mode.
async fn refusals(mode: &str) -> String {
    let plugin = load("evil", &guest::evil()).await.unwrap();
    let stand = Stand::of_plugin(plugin, mode).await.unwrap();
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Refused, "{report}");
    assert_eq!(stand.writes(), 0);
    assert!(stand.holds().await.unwrap().is_empty());
    told(&report)
}

fn told(report: &Report) -> String {
    let examined = report.plugins.iter().flat_map(|plugin| &plugin.examined);
    let refused = examined.filter_map(|examined| examined.refusal());
    refused
        .map(|refusal| format!("{}: {}", refusal.guard, refusal.reason))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn everyone_is_not_blocked() {
    insta::assert_snapshot!(refusals("everyone").await, @r"
    width: 0.0.0.0/0 is wider than /24, the widest that is allowed (guard.widest-ipv4)
    width: ::/0 is wider than /56, the widest that is allowed (guard.widest-ipv6)
    ");
}

#[tokio::test]
async fn what_is_no_address_is_not_blocked() {
    insta::assert_snapshot!(refusals("not-an-address").await, @r"
    form: `300.1.2.3/99` is no prefix in CIDR notation, such as 203.0.113.7/32
    form: `; rm -rf /` is no prefix in CIDR notation, such as 203.0.113.7/32
    ");
}

#[tokio::test]
async fn an_instance_that_is_not_there_is_not_stopped_also_if_the_plugin_may() {
    insta::assert_snapshot!(refusals("stop-instance").await, @"surroundings: what the instance is can't be found out: there is no instance i-0a1b2c3d4e5f60718");
}

#[tokio::test]
async fn what_is_not_on_its_list_is_not_done_however_well_it_is_asked_for() {
    let mut told = Vec::new();
    for mode in ["isolate SOURCE", "stop-instance", "nested-parameters"] {
        let plugin = load("evil", &guest::evil()).await.unwrap();
        let stand = Stand::of_plugin(plugin.clone(), "good").await.unwrap();
        let plugin = routed(plugin, mode, [ActionKind::Block]).await.unwrap();
        stand.decides_with(Answers::All, [plugin]).await.unwrap();
        let report = stand.report("1", recorded::ATTACK).await.unwrap();
        assert_eq!((report.outcome, stand.writes()), (Outcome::Refused, 0), "{report}");
        told.push(self::told(&report));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_plugin_that_breaks_down_fails_its_alert_and_the_host_goes_on() {
    let plugin = load("evil", &guest::evil()).await.unwrap();
    let stand = Stand::of_plugin(plugin, "fail-other").await.unwrap();
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Failed);
    insta::assert_snapshot!(report.summary, @"Excessive Access Attempts (External) on i-0abc1234def567890; evil failed: could not decide: no luck today");
    assert_eq!(stand.writes(), 0);
    let stand = Stand::new().await.unwrap();
    assert_eq!(
        stand.report("1", recorded::ATTACK).await.unwrap().outcome,
        Outcome::Acted
    );
}
