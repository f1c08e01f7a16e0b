//! A plugin that isolates instances, on the whole way: how many it may at most, also if several alerts come at the same moment, and what becomes of the
//! remotes that it knows.

use std::fmt::Write;

use futures::future::join_all;
use quell::{
    decision::ActionKind,
    guard::{Most, Rules},
    hold::DeliveryId,
    report::{Outcome, Report},
    roster::Answers,
};
use quell_tests::{
    guest, recorded,
    stand::{Stand, load, routed, rules},
};
use serde_json::json;

const WEB: &str = "i-0abc1234def567890";

/// The example with eighteen instances more, twenty in one VPC, of which the last three are of one Auto Scaling group.
fn fleet() -> String {
    let mut account = recorded::ACCOUNT.to_owned();
    for number in 0..18 {
        let group = if number < 15 {
            ""
        } else {
            "auto-scaling-group = \"workers\""
        };
        let _ = write!(
            account,
            "\n[[instance]]\nid = \"{}\"\n{group}\n[[instance.interface]]\nid = \"eni-0ccccc{number:02}\"\nsubnet = \
             \"subnet-0aaa1111bbb22222c\"\naddresses = [\"10.0.1.{}\"]\nsecurity-groups = [\"sg-0aaa1111bbb22222c\"]\n",
            worker(number),
            100 + number,
        );
    }
    account
}

fn worker(number: usize) -> String {
    format!("i-0ccccc{number:02}")
}

/// A plugin that isolates these instances on every alert, or that of the alert's source where it says `SOURCE`, under these rules.
async fn isolating(instances: &[String], knowing: &str, rules: Rules) -> Stand {
    let plugin = load("evil", &guest::evil()).await.unwrap();
    let mode = format!("isolate {} {knowing}", instances.join(" "));
    let stand = Stand::in_account(&fleet(), plugin, mode.trim()).await.unwrap();
    stand.rules_are(rules).await.unwrap();
    stand
}

fn refusals(report: &Report) -> Vec<String> {
    let examined = report.plugins.iter().flat_map(|plugin| &plugin.examined);
    let refused = examined.filter_map(|examined| Some((&examined.remediation.action, examined.refusal()?)));
    refused
        .map(|(action, refusal)| format!("{action}: {}: {}", refusal.guard, refusal.reason))
        .collect()
}

#[tokio::test]
async fn of_a_whole_vpc_only_the_allowed_number_is_isolated_and_the_rest_is_named() {
    let workers: Vec<_> = (0..5).map(worker).collect();
    let stand = isolating(&workers, "", rules()).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Acted, "{report}");
    insta::assert_snapshot!(refusals(&report).join("\n"), @r"
    isolate i-0ccccc03: share: 3 instances of its VPC were changed within the hour already, and no more than 3 may be (guard.instances-per-hour)
    isolate i-0ccccc04: share: 3 instances of its VPC were changed within the hour already, and no more than 3 may be (guard.instances-per-hour)
    ");
    let held: Vec<_> = stand.holds().await.unwrap();
    let held: Vec<_> = held.iter().map(|hold| hold.target.resource.as_str()).collect();
    assert_eq!(held, ["i-0ccccc00", "i-0ccccc01", "i-0ccccc02"]);

    // The next alert within the hour isolates nobody else, and the report a person reads names those who are left.
    let report = stand.report("2", recorded::ATTACK).await.unwrap();
    assert_eq!(refusals(&report).len(), 2, "{report}");
    let page = report.to_string();
    assert!(page.contains("i-0ccccc03") && page.contains("i-0ccccc04"), "{page}");
    assert_eq!(stand.holds().await.unwrap().len(), 3);
}

#[tokio::test]
async fn several_plugins_on_one_alert_have_one_share_together() {
    let stand = isolating(&[worker(0)], "", rules()).await;
    let isolating = async |name: &str, workers: std::ops::RangeInclusive<usize>| {
        let workers: Vec<_> = workers.map(worker).collect();
        let plugin = load(name, &guest::evil()).await.unwrap();
        let mode = format!("isolate {}", workers.join(" "));
        routed(plugin, &mode, [ActionKind::Isolate]).await.unwrap()
    };
    let (first, second) = (isolating("first", 0..=1).await, isolating("second", 1..=3).await);
    stand.decides_with(Answers::All, [first, second]).await.unwrap();

    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    insta::assert_snapshot!(refusals(&report).join("\n"), @"isolate i-0ccccc03: share: 3 instances of its VPC were changed within the hour already, and no more than 3 may be (guard.instances-per-hour)");
    assert_eq!(stand.holds().await.unwrap().len(), 3);

    // For a replay of the second the report keeps what the first had changed.
    let before: Vec<_> = report
        .plugins
        .iter()
        .map(|plugin| plugin.changed_before.len())
        .collect();
    assert_eq!(before, [0, 2]);
}

#[tokio::test]
async fn a_share_is_that_of_the_vpc_and_of_the_auto_scaling_group() {
    let workers: Vec<_> = (12..18).map(worker).collect();
    let quarter = Rules {
        instances_per_hour: Most::Percent(25),
        ..rules()
    };
    // A quarter of twenty are five; of a group of three it is none, rounded down, and so one.
    let stand = isolating(&workers, "", quarter).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    insta::assert_snapshot!(refusals(&report).join("\n"), @r"
    isolate i-0ccccc16: share: 1 instances of its Auto Scaling group workers were changed within the hour already, and no more than 1 (25%) may be (guard.instances-per-hour)
    isolate i-0ccccc17: share: 1 instances of its Auto Scaling group workers were changed within the hour already, and no more than 1 (25%) may be (guard.instances-per-hour)
    ");
    assert_eq!(stand.holds().await.unwrap().len(), 4);
}

#[tokio::test]
async fn alerts_at_the_same_moment_isolate_no_more_than_one_after_the_other() {
    let stand = isolating(&["SOURCE".to_owned()], "", rules()).await;
    let alerts = (0..8).map(|number| {
        let source = [("id", json!(number)), ("source_name", json!(worker(number)))];
        (number.to_string(), recorded::changed(recorded::ATTACK, &source))
    });
    let alerts: Vec<_> = alerts.collect();
    let reports = join_all(alerts.iter().map(|(id, alert)| stand.report(id, alert))).await;
    let refused = reports
        .iter()
        .filter(|report| report.as_ref().unwrap().outcome == Outcome::Refused);
    assert_eq!((stand.holds().await.unwrap().len(), refused.count()), (3, 5));
}

#[tokio::test]
async fn the_remotes_that_the_plugin_knows_are_denied_as_long_as_the_isolation_lasts_if_that_cuts_its_flows() {
    let deny = Rules {
        deny_remotes: true,
        ..rules()
    };
    let stand = isolating(&[WEB.to_owned()], "knowing 203.0.113.7,10.0.2.20,2001:db8::7", deny).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    insta::assert_snapshot!(refusals(&report).join("\n"), @"block 10.0.2.20/32 ingress and egress at instance i-0abc1234def567890: never-block: 10.0.2.20/32 overlaps 10.0.0.0/8, which is private and never blocked");
    insta::assert_snapshot!(stand.denied().join("\n"), @r"
    98 deny 2001:db8::7/128 ingress
    99 deny 203.0.113.7/32 ingress
    98 deny 2001:db8::7/128 egress
    99 deny 203.0.113.7/32 egress
    ");
    stand.pass(3601).await.unwrap();
    stand.pass(120).await.unwrap();
    assert!(stand.denied().is_empty(), "{:?}", stand.denied());
}

#[tokio::test]
async fn remotes_that_are_too_many_to_be_denied_are_counted_wherever_the_alert_is_told() {
    let deny = Rules {
        deny_remotes: true,
        max_remediations: 2,
        ..rules()
    };
    let knowing = "knowing 203.0.113.7,203.0.113.8,203.0.113.9,203.0.113.10,203.0.113.11";
    let stand = isolating(&[WEB.to_owned()], knowing, deny).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.denied().len(), 4, "{:?}", stand.denied());
    let page = anstream::adapter::strip_str(&report.to_string()).to_string();
    let told: Vec<_> = page
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("left out"))
        .collect();
    let [of_isolation, summary] = told[..] else {
        panic!("{page}")
    };
    insta::assert_snapshot!(of_isolation, @"3 of 5 remotes left out: no more than 2 of one isolation are denied (guard.max-remediations)");
    assert_eq!(summary, report.summary);
    assert!(
        summary.contains(&format!("asks for 1 remediation, {of_isolation}; ")),
        "{summary}"
    );

    let delivery = stand.journal.delivery(&DeliveryId::given("test", "1")).await.unwrap();
    let kept: Report = serde_json::from_str(&delivery.unwrap().report).unwrap();
    let left_out: Vec<_> = kept.plugins[0]
        .examined
        .iter()
        .map(|examined| examined.remotes_left_out)
        .collect();
    assert_eq!(left_out, [3, 0, 0]);
}

#[tokio::test]
async fn remotes_are_left_alone_if_flows_are_cut_otherwise_and_if_nothing_is_isolated() {
    let known = "knowing 203.0.113.7";
    let stand = isolating(&[WEB.to_owned()], known, rules()).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    assert!(stand.denied().is_empty(), "{:?}", stand.denied());

    let none = Rules {
        deny_remotes: true,
        instances_per_hour: Most::Instances(0),
        ..rules()
    };
    let stand = isolating(&[WEB.to_owned()], known, none).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Refused, "{report}");
    assert_eq!(stand.writes(), 0);
}

#[tokio::test]
async fn the_report_of_an_isolation_names_the_load_balancers_whose_users_feel_it() {
    let serving = "[[instance]]\ntarget-groups = { web = 443 }\n";
    let account = recorded::ACCOUNT.replacen("[[instance]]\n", serving, 1);
    let plugin = load("evil", &guest::evil()).await.unwrap();
    let stand = Stand::in_account(&account, plugin, &format!("isolate {WEB}"))
        .await
        .unwrap();
    stand.rules_are(rules()).await.unwrap();
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    let page = anstream::adapter::strip_str(&report.to_string()).to_string();
    let told: Vec<_> = page.lines().filter(|line| line.contains("serves in")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    serves in target group web (port 443, healthy): users of its load balancer feel it
    hold isolate until 2026-03-01T13:00:00Z: 1 interface in sg-0f1bbcdcbfa53e0a8; serves in target group web (port 443, healthy)
    ");
}
