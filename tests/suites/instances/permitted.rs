//! What the printed policy allows is what is called: every call of these scenes is permitted by the policy for their configuration, and every write that
//! a policy permits is made in one of them.

use std::{collections::BTreeSet, path::Path};

use jiff::SignedDuration;
use quell::{
    cloud::{Call, Direction, Peer, PortRange, RuleSpec, SecurityGroupId},
    config::Config,
    converge::InstanceTerms,
    decision::StateChange,
    hold::{Denial, Remedy},
    permission::{Account, Extent, Needs, declared, policies},
};

use crate::world::{GROUP, INTERFACES, SCALED, SETTLED, SLEEPER, WEB, World, isolate, revoke_shell, set};

const ACL: &str = "acl-0a1b2c3d";
const A_WHILE: SignedDuration = SignedDuration::from_mins(2);

/// A configuration whose one plugin may do this, with these lines in `[instance]`.
fn config(may: &str, instance: &str) -> Config {
    let text = format!(
        "[instance]\n{instance}\n[[aws.account]]\nid = \"111122223333\"\nregions = [\"eu-west-1\"]\n[[plugin]]\nname = \
         \"isolate-attacker\"\nmay = {may}\n"
    );
    Config::parse(&text, Path::new("quell.toml")).unwrap()
}

/// Checks the calls that were made against what the configuration needs, and gives the writes among them.
fn permitted(world: &World, config: &Config) -> BTreeSet<Call> {
    let needs = Needs::of(config);
    let account = Account {
        id: "111122223333".to_owned(),
        regions: ["eu-west-1".to_owned()].into(),
        role: None,
    };
    let policy = policies(&needs, &[account]).remove(0).policy;
    let mut writes = BTreeSet::new();
    for logged in world.cloud.calls() {
        let action = declared::action(logged.call);
        assert!(
            policy.actions().contains(action.as_str()),
            "{logged} is not permitted: {policy}"
        );
        if needs.extent(logged.call) == Some(Extent::OwnGroups) && logged.call != Call::CreateSecurityGroup {
            let group: SecurityGroupId = logged.about.split(' ').next().unwrap().parse().unwrap();
            let group = world.cloud.peek_group(&group).unwrap();
            assert!(
                group.tags.iter().any(|(key, _)| key == "quell:role"),
                "{logged} is permitted on groups of its own only"
            );
        }
        if logged.call.is_write() {
            writes.insert(logged.call);
        }
    }
    writes
}

/// The writes that a configuration needs.
fn needed(config: &Config) -> BTreeSet<Call> {
    let needs = Needs::of(config);
    needs
        .calls()
        .map(|(call, _)| call)
        .filter(|call| call.is_write())
        .collect()
}

fn names(calls: &BTreeSet<Call>) -> Vec<&str> {
    calls.iter().map(|call| call.name()).collect()
}

fn deny(last: usize) -> Remedy {
    Remedy::Deny(Denial {
        prefix: format!("203.0.113.{last}/32").parse().unwrap(),
        direction: Direction::Ingress,
    })
}

fn rule(direction: Direction) -> RuleSpec {
    RuleSpec {
        direction,
        protocol: "tcp".to_owned(),
        ports: Some(PortRange { first: 80, last: 80 }),
        peer: Peer::Prefix("198.51.100.7/32".parse().unwrap()),
        description: None,
        tags: Vec::new(),
    }
}

#[tokio::test]
async fn blocks_call_what_a_policy_for_blocks_permits_and_all_of_that() {
    let config = config(r#"["block"]"#, "");
    let mut world = World::new();
    let mut holds = Vec::new();
    for last in 0..30 {
        holds.push(world.hold(ACL, deny(last * 8)).await.unwrap());
    }
    for hold in &holds {
        world.release(hold).await.unwrap();
        world.clock.advance(SignedDuration::from_secs(30));
    }
    assert_eq!(permitted(&world, &config), needed(&config));
}

#[tokio::test]
async fn isolation_calls_what_its_policy_permits_and_all_of_that() {
    for (lines, drift) in [
        ("", true),
        ("forensics = [\"198.51.100.0/28\"]", true),
        ("flows = \"keep\"", true),
        ("flows = \"keep\"\nforensics = [\"198.51.100.0/28\"]", true),
        (
            "flows = \"keep\"\nisolation-groups = { \"vpc-0a1b2c3d\" = \"sg-0ddddddd\" }",
            false,
        ),
        ("isolation-groups = { \"vpc-0a1b2c3d\" = \"sg-0ddddddd\" }", true),
    ] {
        let config = config(r#"["isolate"]"#, lines);
        let mut world = World::with(config.instance.terms());
        let hold = world.hold(WEB, isolate()).await.unwrap();
        world.pass(SETTLED).await;
        // Somebody adds rules to the groups of Quell's own; they are taken out when these are used again.
        if drift {
            for logged in world.cloud.calls() {
                let Some(group) = logged
                    .about
                    .split(' ')
                    .next()
                    .and_then(|id| id.parse::<SecurityGroupId>().ok())
                else {
                    continue;
                };
                for direction in Direction::BOTH {
                    // There already, once it was added.
                    let _ = world.cloud.authorize_rule_as_someone_else(&group, &rule(direction));
                }
            }
        }
        world.somebody_sets(INTERFACES[0], &[GROUP]);
        world.pass(SETTLED).await;
        world.release(&hold).await.unwrap();
        let writes = permitted(&world, &config);
        assert_eq!(names(&writes), names(&needed(&config)), "{lines}");
    }
}

#[tokio::test]
async fn revocation_calls_what_its_policy_permits_and_all_of_that() {
    let config = config(r#"["revoke-ingress"]"#, "");
    let mut world = World::new();
    let shell = revoke_shell(|revoke| revoke.narrow_to = vec!["198.51.100.0/24".parse().unwrap()]);
    let hold = world.hold(GROUP, shell).await.unwrap();
    world.pass(SETTLED).await;
    world.release(&hold).await.unwrap();
    world.pass(SETTLED).await;
    assert_eq!(permitted(&world, &config), needed(&config));
}

#[tokio::test]
async fn states_call_what_their_policy_permits_and_all_of_that() {
    for lines in [
        "",
        "standby = true",
        "stop-without-snapshots = true",
        "standby = true\nhibernate = true",
    ] {
        let config = config(r#"["set-instance-state"]"#, lines);
        let mut world = World::with(config.instance.terms());
        let mut holds = vec![
            world.hold(WEB, set(StateChange::Stop)).await.unwrap(),
            world.hold(SLEEPER, set(StateChange::Reboot)).await.unwrap(),
        ];
        // Auto Scaling grants few calls a second.
        world.pass(A_WHILE).await;
        holds.push(world.hold(SCALED, set(StateChange::Stop)).await.unwrap());
        world.pass(A_WHILE).await;
        for hold in &holds {
            world.release(hold).await.unwrap();
        }
        for _ in 0..3 {
            world.pass(A_WHILE).await;
        }
        assert_eq!(names(&permitted(&world, &config)), names(&needed(&config)), "{lines}");
    }
}

#[tokio::test]
async fn who_observes_writes_nothing_and_reads_what_the_policy_permits() {
    let text = "mode = \"observe\"\n[[aws.account]]\nid = \"111122223333\"\nregions = [\"eu-west-1\"]\n[[plugin]]\nname = \
                \"isolate-attacker\"\nmay = [\"block\", \"isolate\", \"set-instance-state\"]\n";
    let config = Config::parse(text, Path::new("quell.toml")).unwrap();
    let mut world = World::with(InstanceTerms::default());
    let why = "the mode is to observe".to_owned();
    world.restart(quell::converge::Stance::TakeBack { why }).await;
    world.hold(ACL, deny(7)).await.unwrap();
    world.hold(WEB, isolate()).await.unwrap();
    world.hold(SCALED, set(StateChange::Stop)).await.unwrap();
    assert!(permitted(&world, &config).is_empty());
}

#[test]
fn a_configuration_that_may_only_block_is_permitted_nothing_on_instances() {
    let of_instances = [
        Call::ModifyNetworkInterfaceAttribute,
        Call::StopInstances,
        Call::StartInstances,
        Call::RebootInstances,
        Call::CreateSnapshots,
        Call::EnterStandby,
        Call::ExitStandby,
    ];
    let needed = needed(&config(r#"["block"]"#, ""));
    assert!(of_instances.iter().all(|call| !needed.contains(call)));
}
