//! The recorded observations in `examples/`, which the demo and the README use.

use nacl_block::NaclBlock;
use quell_plugin::{
    Action, Decision, Observation,
    serde_json::{self, Value},
    testing::{FakeFacts, alert, decide, instance, observation, request},
};
use rstest::rstest;

const WEB: &str = "i-0abc1234def567890";

/// The observations of an answer of the detector's API.
fn observations(page: &str) -> impl Iterator<Item = Observation> {
    let mut page: Value = serde_json::from_str(page).unwrap_or_default();
    let objects = page["objects"].take();
    objects
        .as_array()
        .cloned()
        .unwrap_or_default()
        .into_iter()
        .map(|object| observation(&object.to_string()))
}

#[rstest]
#[case::excessive_access(
    "Excessive Access Attempts (External)",
    WEB,
    include_str!("../../../examples/observations/6125.json"),
    &["203.0.113.7/32", "2001:db8:bad:cafe::66/128", "203.0.113.50/32", "192.0.2.99/32", "10.99.3.4/32"]
)]
#[case::inbound_port_scanner(
    "Inbound Port Scanner",
    "Network",
    include_str!("../../../examples/observations/6201.json"),
    // The first scanned two instances.
    &["203.0.113.88/32", "203.0.113.88/32", "2001:db8:5ca::1/128"]
)]
fn a_recorded_attack_becomes_blocks_of_all_its_attackers(
    #[case] kind: &str,
    #[case] source: &str,
    #[case] page: &str,
    #[case] prefixes: &[&str],
) {
    let facts = FakeFacts::default()
        .with_instance(instance(WEB, "subnet-web", &["10.0.1.10", "2001:db8:0:1201::10"]))
        .with_instance(instance("i-0fed9876cba543210", "subnet-database", &["10.0.2.20"]));
    let facts = observations(page).fold(facts, FakeFacts::with_observation);

    let decision = decide::<NaclBlock>(&request(alert(kind, source), "{}"), &facts).unwrap();

    let Decision::Remediate(proposal) = decision else {
        panic!("{decision:?}")
    };
    let blocked = proposal
        .remediations
        .iter()
        .map(|remediation| match &remediation.action {
            Action::Block(block) => block.prefix.as_str(),
            other => panic!("{other:?}"),
        });
    assert_eq!(blocked.collect::<Vec<_>>(), prefixes);
}
