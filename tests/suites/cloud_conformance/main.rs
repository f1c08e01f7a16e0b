//! Both clouds against the same cases: what passes on the simulator must pass on AWS.
//!
//! A case says what AWS does. The simulator must do the same in every case. moto, which others wrote, must do the same but for what
//! [`LAXER`] lists: the suite fails if moto gets stricter or laxer than that, and prints the list.

mod balancing;
mod case;
mod entries;
mod groups;
mod instances;
mod interfaces;
mod limits;
mod lookups;
mod machines;
mod roles;
mod scaling;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use futures::future::join_all;
use jiff::Timestamp;
use quell::{
    clock::ManualClock,
    cloud::{
        Cloud, Direction, Entry, Fault,
        aws::Ec2Cloud,
        simulated::{Account, SimulatedCloud},
    },
};
use quell_tests::{
    moto::Moto,
    python,
    scene::{Place, Scene},
    seen::SeenEntry,
};

use self::case::{Case, DONE};

/// How long one call to moto may take, its tries together.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The cases in which moto does something else than AWS, and what it does.
///
/// The answers of 500 are moto's way to say that it has not got something: filters by the addresses of an interface, and a rule that
/// isn't there, and standby outside of an Auto Scaling group. The number of the final deny is taken only because the scene brings that entry itself; AWS does
/// that. A stop answers `stopping` whatever was before, and is over at once. moto counts the rules of both families together, which no case shows.
const LAXER: &[(&str, &str)] = &[
    ("ICMP without a type is refused", DONE),
    ("TCP without ports is refused", DONE),
    ("an ACL has room for 18 entries beside the one that allows all", DONE),
    ("an entry that is not there can't be taken out", "HTTP 500"),
    ("an unknown ACL is not found", "InvalidRouteTableID.NotFound"),
    ("an unknown IPv4 address finds nothing", "HTTP 500"),
    ("an unknown IPv6 address finds nothing", "HTTP 500"),
    ("an entry that is not there can't be swapped", "HTTP 500"),
    ("swapping an entry leaves the other direction alone", "HTTP 500"),
    ("an entry that changes its family needs room in the other", DONE),
    ("the final deny can't be swapped", DONE),
    (
        "host bits of a prefix are cleared",
        "[198.51.100.18/24], not [198.51.100.0/24]",
    ),
    ("more than 100 reads at once are throttled", DONE),
    ("number 0 is refused", DONE),
    ("number 40000 is refused", DONE),
    ("the final deny can't be taken out", DONE),
    (
        "the number of the final deny is refused",
        "NetworkAclEntryAlreadyExists",
    ),
    ("a sixth group is refused", DONE),
    ("an unknown group can't be given", DONE),
    ("an unknown VPC takes no group", DONE),
    ("a group with a reserved tag is refused", DONE),
    ("a description of 256 characters is refused", DONE),
    ("a rule with a reserved tag is refused", DONE),
    ("a rule's description of 256 characters is refused", DONE),
    (
        "a rule that names a group is read with its description",
        "None, not Some(\"office\")",
    ),
    (
        "host bits of a rule's prefix are cleared",
        "Some(Prefix(203.0.113.18/24)), not Some(Prefix(203.0.113.0/24))",
    ),
    ("a rule that is gone can't be taken out", "InvalidPermission.NotFound"),
    (
        "a rule is not taken out in the other direction",
        "InvalidPermission.NotFound",
    ),
    (
        "an instance that is started while it runs stays as it is",
        "Transition { before: Running, after: Pending }, not Transition { before: Running, after: Running }",
    ),
    (
        "an instance that is stopped again stays as it is",
        "Stopped, not Stopping",
    ),
    ("an instance that is going down can't be started", DONE),
    ("an instance that is not running can't restart", DONE),
    ("an instance that was not launched for it can't hibernate", DONE),
    ("snapshots with a reserved tag are refused", DONE),
    ("an instance of no Auto Scaling group can't be put aside", "HTTP 500"),
    (
        "the account's own public addresses are there, each once, and no private one is",
        "HTTP 500",
    ),
];

fn cases() -> impl Iterator<Item = &'static Case> {
    [
        instances::CASES,
        lookups::CASES,
        entries::CASES,
        limits::CASES,
        interfaces::CASES,
        groups::CASES,
        machines::CASES,
    ]
    .into_iter()
    .flatten()
}

/// The scene of the account that ships as an example.
fn example_scene() -> anyhow::Result<Scene> {
    Ok(Scene {
        vpc: "vpc-0a1b2c3d4e5f60718".parse()?,
        prefixes: vec!["10.0.0.0/16".parse()?, "2001:db8:0:1200::/56".parse()?],
        default_acl: "acl-0def000000000000a".parse()?,
        web: Place {
            subnet: "subnet-0aaa1111bbb22222c".parse()?,
            acl: "acl-0b111111111111111".parse()?,
            security_group: "sg-0aaa1111bbb22222c".parse()?,
            instance: "i-0abc1234def567890".parse()?,
            private_address: "10.0.1.10".parse()?,
            public_address: Some("198.51.100.10".parse()?),
            host_name: "ip-10-0-1-10.eu-west-1.compute.internal".to_owned(),
        },
        database: Place {
            subnet: "subnet-0ddd3333eee44444f".parse()?,
            acl: "acl-0d222222222222222".parse()?,
            security_group: "sg-0ddd3333eee44444f".parse()?,
            instance: "i-0fed9876cba543210".parse()?,
            private_address: "10.0.2.20".parse()?,
            public_address: None,
            host_name: "ip-10-0-2-20.eu-west-1.compute.internal".to_owned(),
        },
    })
}

#[tokio::test]
async fn the_simulator_does_what_aws_does_in_every_case() -> anyhow::Result<()> {
    let account = Account::from_file(&python::root().join("examples/simulated-account.toml"))?;
    let scene = example_scene()?;
    let mut wrong = Vec::new();
    for case in cases() {
        // The clock stands still, so that a case that drains a token bucket does.
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let cloud = SimulatedCloud::new(account.clone(), clock);
        if let Err(deviation) = (case.run)(&cloud, &scene).await {
            wrong.push(format!("{}: {deviation}", case.name));
        }
    }
    assert!(wrong.is_empty(), "the simulator is not AWS:\n{}", wrong.join("\n"));
    Ok(())
}

#[tokio::test]
async fn moto_is_laxer_than_aws_just_where_it_is_known_to_be() -> anyhow::Result<()> {
    let moto = Moto::start()?;
    let cloud = Ec2Cloud::with(&moto.sdk_config(), &Moto::options(CALL_TIMEOUT));
    let scenes = Scene::build_many(&moto, cases().count())?;
    // Each in a scene of its own, and side by side: what moto fails at is tried again for half a minute.
    let all = cases().zip(&scenes).map(|(case, scene)| (case.run)(&cloud, scene));
    let all = cases().zip(join_all(all).await);
    let found = all.filter_map(|(case, result)| Some((case.name.to_owned(), result.err()?)));
    let found: BTreeMap<_, _> = found.collect();
    report(&found)?;
    let known = LAXER
        .iter()
        .map(|(name, deviation)| ((*name).to_owned(), (*deviation).to_owned()))
        .collect();
    assert_eq!(found, known, "moto has changed: bring LAXER up to date");
    Ok(())
}

#[tokio::test]
async fn what_is_written_is_what_boto3_sees() -> anyhow::Result<()> {
    let moto = Moto::start()?;
    let scene = Scene::build(&moto)?;
    let cloud = Ec2Cloud::with(&moto.sdk_config(), &Moto::options(CALL_TIMEOUT));
    let before = moto.seen_entries(&scene.web.acl)?;
    let deny =
        |number, direction, prefix: &str| Ok::<_, anyhow::Error>(Entry::deny(number, direction, prefix.parse()?));
    cloud
        .create_entry(&scene.web.acl, &deny(7, Direction::Ingress, "198.51.100.7/32")?)
        .await?;
    cloud
        .create_entry(&scene.web.acl, &deny(7, Direction::Egress, "2001:db8::7/128")?)
        .await?;
    let new: Vec<_> = moto
        .seen_entries(&scene.web.acl)?
        .into_iter()
        .filter(|entry| !before.contains(entry))
        .collect();
    let seen = |egress, v4: Option<&str>, v6: Option<&str>| SeenEntry {
        rule_number: 7,
        egress,
        rule_action: "deny".to_owned(),
        protocol: "-1".to_owned(),
        cidr_block: v4.map(str::to_owned),
        ipv6_cidr_block: v6.map(str::to_owned),
        port_range: None,
    };
    let expected = [
        seen(false, Some("198.51.100.7/32"), None),
        seen(true, None, Some("2001:db8::7/128")),
    ];
    assert_eq!(new, expected);
    Ok(())
}

#[tokio::test]
async fn an_end_point_that_is_not_there_is_named_as_unreachable() -> anyhow::Result<()> {
    let moto = Moto::start()?;
    let config = moto.sdk_config();
    drop(moto);
    let cloud = Ec2Cloud::with(&config, &Moto::options(Duration::from_secs(3)));
    let error = cloud.vpc_prefixes(&example_scene()?.vpc).await.unwrap_err();
    assert!(matches!(error.fault, Fault::Unreachable { .. }), "{error}");
    Ok(())
}

/// Writes the list past the test harness, which would keep it to itself.
fn report(deviations: &BTreeMap<String, String>) -> io::Result<()> {
    let mut out = io::stderr().lock();
    writeln!(
        out,
        "\nmoto differs from AWS in {} of {} cases:",
        deviations.len(),
        cases().count()
    )?;
    for (name, deviation) in deviations {
        writeln!(out, "  {name}: {deviation}")?;
    }
    Ok(())
}

#[test]
fn every_known_laxness_is_of_a_case_that_exists() {
    for (name, _) in LAXER {
        assert!(cases().any(|case| case.name == *name), "there is no case `{name}`");
    }
}
