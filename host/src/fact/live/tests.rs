use jiff::Timestamp;

use super::*;
use crate::{
    alert::{Decoders, Detector, Source},
    clock::ManualClock,
    cloud::{
        call::Call,
        simulated::{Account, SimulatedCloud},
    },
    fact::{History, NoObservations, Sightings},
};

/// Two VPCs with the same prefix, and one instance in each with the same private address.
const ACCOUNT: &str = r#"
account = "111122223333"
region = "eu-west-1"

[[vpc]]
id = "vpc-0a1b2c3d"
prefixes = ["10.0.0.0/16"]

[[vpc]]
id = "vpc-0b1b2c3d"
prefixes = ["10.0.0.0/16"]

[[subnet]]
id = "subnet-0a1b2c3d"
vpc = "vpc-0a1b2c3d"

[[subnet]]
id = "subnet-0b1b2c3d"
vpc = "vpc-0b1b2c3d"

[[network-acl]]
id = "acl-0a1b2c3d"
vpc = "vpc-0a1b2c3d"
default = true

[[network-acl]]
id = "acl-0b1b2c3d"
vpc = "vpc-0b1b2c3d"
default = true

[[security-group]]
id = "sg-0a1b2c3d"
name = "web"
vpc = "vpc-0a1b2c3d"

[[instance]]
id = "i-0a1b2c3d4e5f60718"
state = "running"
host-names = ["ip-10-0-0-5.eu-west-1.compute.internal", "web.example.com"]
[[instance.interface]]
id = "eni-0a1b2c3d"
subnet = "subnet-0a1b2c3d"
addresses = ["10.0.0.5", "192.0.2.10"]
security-groups = ["sg-0a1b2c3d"]

[[instance]]
id = "i-0b1b2c3d4e5f60718"
state = "running"
host-names = []
[[instance.interface]]
id = "eni-0b1b2c3d"
subnet = "subnet-0b1b2c3d"
addresses = ["10.0.0.5"]
security-groups = []
"#;

struct FixedHistory;

#[async_trait]
impl HistorySource for FixedHistory {
    async fn history(&self, address: IpAddr) -> Result<History, FactError> {
        let holds = u32::from(address.to_string() == "203.0.113.7");
        Ok(History {
            holds,
            ..History::default()
        })
    }

    async fn sightings(&self, _: IpAddr) -> Result<Sightings, FactError> {
        Ok(Sightings::default())
    }
}

fn cloud() -> Arc<SimulatedCloud> {
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    Arc::new(SimulatedCloud::new(Account::read(ACCOUNT).unwrap(), clock))
}

fn alert(vpc: Option<&str>) -> Alert {
    Alert {
        id: "4711".into(),
        detector: Detector::StealthwatchCloud,
        kind: "Inbound Port Scanner".into(),
        title: "Inbound Port Scanner on 10.0.0.5".into(),
        description: String::new(),
        severity: None,
        time: None,
        test: false,
        resolved: false,
        source: Source::default(),
        place: Place {
            account: vpc.map(|_| "111122223333".into()),
            region: vpc.map(|_| "eu-west-1".into()),
            vpc: vpc.map(Into::into),
        },
        extensions: Default::default(),
        raw: "{}".into(),
    }
}

fn facts(vpc: Option<&str>, cloud: Arc<SimulatedCloud>) -> LiveFacts {
    LiveFacts::new(
        &alert(vpc),
        None,
        Arc::new(NoObservations),
        cloud,
        Arc::new(FixedHistory),
    )
}

/// The id of the instance that a name finds, or the error's text.
async fn instance(vpc: Option<&str>, name: &str) -> String {
    match facts(vpc, cloud()).ask(&Question::Instance(name.into())).await {
        Ok(Answer::Instance(instance)) => instance.id.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(error) => error.to_string(),
    }
}

async fn refused(question: Question) -> String {
    facts(None, cloud()).ask(&question).await.unwrap_err().to_string()
}

#[tokio::test]
async fn an_instance_is_found_by_id_by_any_address_and_by_dns_name() {
    for name in [
        "i-0a1b2c3d4e5f60718",
        "192.0.2.10",
        "web.example.com",
        "WEB.example.com",
        " 192.0.2.10 ",
    ] {
        assert_eq!(instance(None, name).await, "i-0a1b2c3d4e5f60718", "{name}");
    }
}

#[tokio::test]
async fn an_address_in_use_twice_is_the_instance_of_the_alerts_own_vpc() {
    assert_eq!(instance(Some("vpc-0b1b2c3d"), "10.0.0.5").await, "i-0b1b2c3d4e5f60718");
    insta::assert_snapshot!(instance(None, "10.0.0.5").await, @"not known: instance address 10.0.0.5: i-0a1b2c3d4e5f60718, i-0b1b2c3d4e5f60718 have it, and the alert names no VPC that would single one out");
    insta::assert_snapshot!(instance(Some("vpc-0c1b2c3d"), "10.0.0.5").await, @"not known: instance address 10.0.0.5: i-0a1b2c3d4e5f60718, i-0b1b2c3d4e5f60718 have it, and the alert's VPC vpc-0c1b2c3d does not single one out");
}

#[tokio::test]
async fn an_instance_that_does_not_exist_is_not_known_and_says_where_was_looked() {
    insta::assert_snapshot!(instance(Some("vpc-0a1b2c3d"), "i-0ffffffffffffffff").await, @"not known: instance id i-0ffffffffffffffff: no instance has it in account 111122223333 in eu-west-1, terminated ones left out");
    insta::assert_snapshot!(instance(None, "198.51.100.1").await, @"not known: instance address 198.51.100.1: no instance has it in account 111122223333 in eu-west-1, terminated ones left out; the alert itself does not name both account and region");
    insta::assert_snapshot!(instance(None, "Network\u{1b}[2J").await, @r"not known: instance DNS name Network\u{1b}[2J: no instance has it in account 111122223333 in eu-west-1, terminated ones left out; the alert itself does not name both account and region");
    insta::assert_snapshot!(instance(None, "").await, @"not known: an instance without a name: ask for an instance id, an address or a DNS name");
}

#[tokio::test]
async fn the_network_acl_is_that_of_the_subnet_asked_for() {
    let question = Question::NetworkAcl("subnet-0b1b2c3d".into());
    let answer = facts(None, cloud()).ask(&question).await.unwrap();
    assert!(matches!(answer, Answer::NetworkAcl(acl) if acl.id.as_str() == "acl-0b1b2c3d"));
}

#[tokio::test]
async fn a_security_group_is_found_by_its_id() {
    let question = Question::SecurityGroup("sg-0a1b2c3d".into());
    let answer = facts(None, cloud()).ask(&question).await.unwrap();
    assert!(matches!(answer, Answer::SecurityGroup(group) if group.name == "web"));
}

#[tokio::test]
async fn an_id_of_another_kind_is_not_known_and_costs_no_call() {
    let cloud = cloud();
    let facts = facts(None, cloud.clone());
    let of_an_instance = facts.ask(&Question::NetworkAcl("i-0a1b2c3d4e5f60718".into())).await;
    insta::assert_snapshot!(of_an_instance.unwrap_err(), @"not known: `i-0a1b2c3d4e5f60718` is not a subnet id: it must be `subnet-` and 8 to 17 lower-case hexadecimal digits");
    assert!(facts.ask(&Question::SecurityGroup("web".into())).await.is_err());
    assert!(cloud.calls().is_empty());
}

#[tokio::test]
async fn what_ec2_does_not_know_is_not_known() {
    insta::assert_snapshot!(refused(Question::NetworkAcl("subnet-0ffffffff".into())).await, @"not known: EC2 DescribeNetworkAcls: not found (InvalidSubnetID.NotFound): The subnet ID 'subnet-0ffffffff' does not exist");
}

#[tokio::test]
async fn what_ec2_denies_is_not_permitted_and_what_it_does_not_answer_is_unavailable() {
    let cloud = cloud();
    let facts = facts(None, cloud.clone());
    let question = Question::Instance("192.0.2.10".into());
    cloud.fail_next(
        Call::DescribeInstances,
        Fault::Denied {
            code: "UnauthorizedOperation".into(),
            message: "You are not authorized to perform this operation.".into(),
        },
    );
    insta::assert_snapshot!(facts.ask(&question).await.unwrap_err(), @"not permitted: EC2 DescribeInstances: not permitted (UnauthorizedOperation): You are not authorized to perform this operation.; allow the call in the role's IAM policy, or check which credentials are in use");
    let message = "timed out".into();
    cloud.fail_next(Call::DescribeInstances, Fault::Unreachable { message });
    assert!(matches!(facts.ask(&question).await, Err(FactError::Unavailable(_))));
}

#[tokio::test]
async fn the_history_is_of_an_address_and_of_nothing_else() {
    let answer = facts(None, cloud())
        .ask(&Question::History("203.0.113.7".into()))
        .await
        .unwrap();
    assert!(matches!(answer, Answer::History(History { holds: 1, .. })));
    insta::assert_snapshot!(refused(Question::History("203.0.113.0/24".into())).await, @"not known: the history of `203.0.113.0/24`: it is not an address without a prefix length");
}

#[tokio::test]
async fn observations_without_a_configured_api_name_the_remedy() {
    insta::assert_snapshot!(refused(Question::Observations).await, @"not permitted: the observations of alert 4711: no Stealthwatch Cloud API is configured; configure [stealthwatch-cloud] in quell.toml");
}

#[tokio::test]
async fn the_observations_of_a_guardduty_finding_are_had_without_any_detector_s_api() {
    let finding = include_bytes!("../../../../examples/alerts/guardduty-ssh-brute-force.json");
    let alert = crate::alert::guardduty::decode(finding).unwrap();
    let carried = crate::fact::observation::carried(&alert, &Decoders::default());
    let facts = LiveFacts::new(
        &alert,
        carried,
        Arc::new(NoObservations),
        cloud(),
        Arc::new(FixedHistory),
    );
    let answer = facts.ask(&Question::Observations).await;
    let Ok(Answer::Observations(observations)) = answer else {
        panic!("{answer:?}")
    };
    assert!(observations[0].raw.contains("203.0.113.7"), "{observations:?}");
}
