//! Every detector, from the bytes that it sends to holds: those that Quell knows, and two that a configuration maps. The host is set up from a configuration,
//! on the simulated account of the examples.

mod mapped;
mod several;

use std::{path::Path, sync::Arc};

use anyhow::Context;
use quell::{
    alert::recognise,
    config::Config,
    hold::{DeliveryId, DeliveryState, HoldFilter, Journal, SqliteJournal},
    report::Report,
    setup::{self, Purpose},
    way::{Host, Receipt, Received},
};
use rstest::rstest;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
const ISOLATE: &str = r#"
    [[plugin]]
    name = "isolate-attacker"
    may = ["isolate"]
"#;

/// An alert of the examples.
fn alert(name: &str) -> String {
    let path = Path::new(EXAMPLES).join("alerts").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A host, and its journal.
struct Set {
    host: Host,
    journal: Arc<dyn Journal>,
}

impl Set {
    /// As this configuration says, with its account simulated.
    async fn up(configuration: &str) -> anyhow::Result<Self> {
        let cache = env!("CARGO_TARGET_TMPDIR");
        let configuration = format!(
            "[simulated]\naccount-file = \"simulated-account.toml\"\n[sandbox]\ncache = \"{cache}/detectors\"\n{configuration}"
        );
        let config = Config::parse(&configuration, &Path::new(EXAMPLES).join("quell.toml"))?;
        let journal: Arc<dyn Journal> = Arc::new(SqliteJournal::in_memory()?);
        let host = setup::host_with(&config, Purpose::OneAtATime, Arc::clone(&journal)).await?;
        Ok(Self { host, journal })
    }

    /// Takes a body in under the name of whom it looks like.
    async fn receive(&self, id: &str, body: &[u8]) -> Vec<Received> {
        let detector = recognise(body);
        self.host
            .receive_all("test", detector, DeliveryId::given("test", id), body)
            .await
    }

    /// Works on all that waits, and answers with what came of it.
    async fn work(&self) -> anyhow::Result<Vec<Report>> {
        let mut reports = Vec::new();
        for delivery in self.journal.waiting(jiff::Timestamp::MAX, 100).await? {
            reports.push(self.host.work(&delivery).await?.report.context("a report")?);
        }
        Ok(reports)
    }

    /// What came of one body with one alert.
    async fn report(&self, id: &str, body: &str) -> anyhow::Result<Report> {
        self.receive(id, body.as_bytes()).await;
        let mut reports = self.work().await?;
        anyhow::ensure!(reports.len() == 1, "{reports:?}");
        reports.pop().context("one report")
    }

    /// What is held, each as its remedy.
    async fn held(&self) -> anyhow::Result<Vec<String>> {
        let holds = self.journal.holds(&HoldFilter::default()).await?;
        let mut held: Vec<_> = holds
            .iter()
            .map(|hold| format!("{} at {}", hold.remedy, hold.target))
            .collect();
        held.sort();
        Ok(held)
    }
}

#[rstest]
#[case::guardduty("guardduty-ssh-brute-force.json")]
#[case::security_hub("security-hub-ssh-brute-force.json")]
#[case::security_hub_in_ocsf("security-hub-v2-ssh-brute-force.json")]
#[tokio::test]
async fn who_guesses_passwords_is_blocked_whoever_tells_of_it_and_without_any_plugin_named(#[case] file: &str) {
    let set = Set::up("").await.unwrap();
    let report = set.report("1", &alert(file)).await.unwrap();
    let expected = ["203.0.113.7/32 ingress at 111122223333/eu-west-1/acl-0b111111111111111"];
    assert_eq!(set.held().await.unwrap(), expected, "{report}");
}

#[rstest]
#[case::guardduty("guardduty-ssh-brute-force-by-our-instance.json")]
#[case::security_hub("security-hub-ssh-brute-force-by-our-instance.json")]
#[case::security_hub_in_ocsf("security-hub-v2-ssh-brute-force-by-our-instance.json")]
#[tokio::test]
async fn an_instance_of_ours_that_attacks_is_isolated_whoever_tells_of_it_and_its_victim_not_blocked(
    #[case] file: &str,
) {
    let set = Set::up(ISOLATE).await.unwrap();
    let report = set.report("1", &alert(file)).await.unwrap();
    let expected = ["isolate at 111122223333/eu-west-1/i-0abc1234def567890"];
    assert_eq!(set.held().await.unwrap(), expected, "{report}");
    let by_default = Set::up("").await.unwrap();
    by_default.report("1", &alert(file)).await.unwrap();
    assert_eq!(by_default.held().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn every_port_probe_that_security_hub_passes_on_is_blocked_also_over_ipv6() {
    let set = Set::up("").await.unwrap();
    set.report("1", &alert("security-hub-port-probe.json")).await.unwrap();
    let held = set.held().await.unwrap();
    assert_eq!(held.len(), 3, "{held:?}");
    assert!(held.iter().any(|hold| hold.contains("2001:db8:5ca::1/128")), "{held:?}");
}

#[rstest]
#[case::a_sample_of_guardduty("guardduty-sample.json", "", "")]
#[case::an_archived_finding_of_guardduty("guardduty-ssh-brute-force.json", "\"archived\": false", "\"archived\": true")]
#[case::a_sample("security-hub-ssh-brute-force.json", "\"Sample\": false", "\"Sample\": true")]
#[case::archived(
    "security-hub-ssh-brute-force.json",
    "\"RecordState\": \"ACTIVE\"",
    "\"RecordState\": \"ARCHIVED\""
)]
#[case::suppressed(
    "security-hub-ssh-brute-force.json",
    "\"Status\": \"NEW\"",
    "\"Status\": \"SUPPRESSED\""
)]
#[case::resolved(
    "security-hub-ssh-brute-force.json",
    "\"Status\": \"NEW\"",
    "\"Status\": \"RESOLVED\""
)]
#[case::archived_in_ocsf("security-hub-v2-ssh-brute-force.json", "\"status_id\": 1", "\"status_id\": 5")]
#[case::suppressed_in_ocsf("security-hub-v2-ssh-brute-force.json", "\"status_id\": 1", "\"status_id\": 3")]
#[case::a_sample_in_ocsf("security-hub-v2-ssh-brute-force.json", "\"title\": \"", "\"title\": \"[SAMPLE] ")]
#[tokio::test]
async fn what_is_a_test_or_over_is_never_acted_on(#[case] file: &str, #[case] from: &str, #[case] to: &str) {
    let sent = alert(file);
    assert!(sent.contains(from));
    let set = Set::up("").await.unwrap();
    let report = set.report("1", &sent.replacen(from, to, 1)).await.unwrap();
    assert!(report.alert.test || report.alert.resolved, "{report}");
    assert_eq!(set.held().await.unwrap(), [""; 0], "{report}");
}

#[rstest]
#[case::a_higher_count("guardduty-ssh-brute-force.json", "\"updatedAt\": \"2026", "\"updatedAt\": \"2027")]
#[case::updated(
    "security-hub-ssh-brute-force.json",
    "\"UpdatedAt\": \"2026",
    "\"UpdatedAt\": \"2027"
)]
#[case::updated_in_ocsf(
    "security-hub-v2-ssh-brute-force.json",
    "\"modified_time\": 1",
    "\"modified_time\": 2"
)]
#[tokio::test]
async fn a_repeat_of_the_alert_is_a_re_offence_and_a_repeat_of_the_delivery_is_not(
    #[case] file: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    let set = Set::up("").await.unwrap();
    let first = alert(file);
    set.report("1", &first).await.unwrap();
    let again = set.receive("1", first.as_bytes()).await;
    assert!(
        matches!(again[0].outcome, Ok(Receipt::SeenBefore(DeliveryState::Done))),
        "{again:?}"
    );

    assert!(first.contains(from));
    let report = set.report("2", &first.replacen(from, to, 1)).await.unwrap();
    assert_eq!(report.delivery, Some(DeliveryId::given("test", "2")));
    let holds = set.journal.holds(&HoldFilter::default()).await.unwrap();
    assert_eq!(holds.len(), 1);
    assert_eq!(holds[0].offences, 2, "{:?}", holds[0]);
}
