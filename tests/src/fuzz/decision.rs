//! A plugin's answer: whatever it says and whatever is around, nothing passes the guards that must not.

use std::{collections::BTreeSet, net::IpAddr, sync::LazyLock, time::Duration};

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use quell::{
    alert::{Alert, Decoders, Detector},
    cloud::{CloudPlace, Direction, PortRange},
    decision::{
        Action, ActionKind, Block, BlockPlace, Custom, End, Isolate, Remediation, RevokeIngress, SetInstanceState,
        StateChange,
    },
    guard::{
        self, Circumstances, Demands, PlaceSurroundings, Rules, Surroundings,
        never_block::{self, NeverBlock},
    },
    hold::{Intent, Pardon, Remedy, Target},
};
use serde_json::json;

use super::chance::Chance;
use crate::{recorded, stand};

static ALERT: LazyLock<Alert> = LazyLock::new(|| {
    let alert = Decoders::default().decode(Detector::StealthwatchCloud, recorded::ATTACK.as_bytes());
    alert.expect("the recorded alert can be read")
});

const ALL_KINDS: [ActionKind; 5] = [
    ActionKind::Block,
    ActionKind::Isolate,
    ActionKind::RevokeIngress,
    ActionKind::SetInstanceState,
    ActionKind::Custom,
];

/// All that one remediation meets.
struct Scene {
    alert: Alert,
    rules: Rules,
    listed: Vec<NeverBlock>,
    demands: Demands,
    may: BTreeSet<ActionKind>,
    home: CloudPlace,
    pardons: Vec<Pardon>,
    surroundings: Option<Surroundings>,
    remediations: usize,
}

/// Makes up a remediation and what is around it, and puts it before the guards.
pub fn run(bytes: &[u8]) {
    let mut chance = Chance::of(bytes);
    let scene = scene(&mut chance);
    let mut all = chance.some(3, remediation);
    let remotes: Vec<_> = all.iter().flat_map(Remediation::blocks_of_remotes).take(8).collect();
    all.extend(remotes);
    for remediation in &all {
        judge(remediation, &scene);
    }
}

fn judge(remediation: &Remediation, scene: &Scene) {
    let circumstances = Circumstances {
        alert: &scene.alert,
        now: Timestamp::UNIX_EPOCH,
        listed: Ok(&scene.listed),
        demands: &scene.demands,
        evidence: Err("nobody knows"),
        may: &scene.may,
        remediations: scene.remediations,
        home: &scene.home,
        pardons: Ok(&scene.pardons),
        surroundings: scene.surroundings.as_ref().ok_or("nobody knows"),
    };
    let examined = guard::examine(remediation, &circumstances, &scene.rules);
    // The same is judged the same, with the reasons.
    let again = guard::examine(remediation, &circumstances, &scene.rules);
    assert_eq!((&examined.verdicts, &examined.passed), (&again.verdicts, &again.passed));
    assert_eq!(
        examined.passed.is_some(),
        examined.refusal().is_none(),
        "{:?}",
        examined.verdicts
    );
    for verdict in &examined.verdicts {
        assert!(
            verdict.reason.len() <= 1 << 10,
            "a reason of {} bytes",
            verdict.reason.len()
        );
    }
    // What can't be known is refused.
    let unknown = Circumstances {
        surroundings: Err("nobody knows"),
        ..circumstances
    };
    assert!(guard::examine(remediation, &unknown, &scene.rules).passed.is_none());
    if matches!(remediation.action, Action::Block(_)) {
        let unknown = Circumstances {
            pardons: Err("nobody knows"),
            ..circumstances
        };
        assert!(guard::examine(remediation, &unknown, &scene.rules).passed.is_none());
        let unknown = Circumstances {
            listed: Err("nobody knows"),
            ..circumstances
        };
        assert!(guard::examine(remediation, &unknown, &scene.rules).passed.is_none());
    }
    let Some(passed) = examined.passed else { return };
    let now = Timestamp::UNIX_EPOCH;
    assert!(
        !scene.alert.test && !scene.alert.resolved,
        "a test or a closed alert wrote something"
    );
    assert!(scene.remediations <= scene.rules.max_remediations);
    assert!(scene.may.contains(&remediation.action.kind()), "it may not do that");
    assert!(remediation.confidence <= 100);
    for intent in passed.intents("a plugin", now) {
        within_limits(&intent, scene, now);
    }
}

fn within_limits(intent: &Intent, scene: &Scene, now: Timestamp) {
    assert_eq!(intent.target.place(), scene.home, "it is elsewhere");
    match intent.until {
        None => assert!(scene.rules.until_released),
        Some(until) => {
            let longest = SignedDuration::try_from(scene.rules.longest_hold).expect("it is short");
            assert!(until > now && until <= now + longest, "until {until}");
        }
    }
    let Remedy::Deny(denial) = &intent.remedy else { return };
    let prefix = denial.prefix;
    let widest = match prefix {
        IpNet::V4(_) => scene.rules.widest_ipv4,
        IpNet::V6(_) => scene.rules.widest_ipv6,
    };
    assert!(prefix.prefix_len() >= widest, "{prefix} is wider than /{widest}");
    let Some(Surroundings::Place(place)) = &scene.surroundings else {
        panic!("{prefix} passed and nobody knows where")
    };
    let address = |address: &IpAddr| IpNet::from(*address);
    let never = never_block::ALWAYS
        .iter()
        .map(|(never, _)| *never)
        .chain(
            scene
                .rules
                .never_block
                .iter()
                .chain(&scene.listed)
                .map(|never| never.prefix),
        )
        .chain(place.vpc_prefixes.iter().copied())
        .chain(place.own_addresses.iter().map(address))
        .chain(scene.alert.source.addresses.iter().map(address))
        .chain(scene.pardons.iter().map(|pardon| pardon.prefix));
    for never in never {
        let overlaps = prefix.contains(&never) || never.contains(&prefix);
        assert!(!overlaps, "{prefix} passed, and {never} is never blocked");
    }
    // What is of the own side goes along, so that no aggregate covers it later.
    for own in &place.vpc_prefixes {
        assert!(intent.spare.contains(own));
    }
}

fn scene(chance: &mut Chance<'_>) -> Scene {
    let mut alert = ALERT.clone();
    alert.test = chance.once_in(8);
    alert.resolved = chance.once_in(8);
    alert.source.addresses = chance.some(2, Chance::address);
    let home = CloudPlace {
        account: stand::ACCOUNT.to_owned(),
        region: alert.place.region.clone().unwrap_or_else(|| "eu-west-1".to_owned()),
    };
    let rules = Rules {
        never_block: chance.some(3, Chance::never_block),
        widest_ipv4: chance.byte() % 33,
        widest_ipv6: chance.byte() % 129,
        max_remediations: chance.upto(30),
        longest_hold: Duration::from_secs(chance.word() % 10_000_000),
        until_released: chance.once_in(4),
        ..stand::rules()
    };
    let may = ALL_KINDS.into_iter().filter(|_| !chance.once_in(6)).collect();
    let pardon = |chance: &mut Chance<'_>| Pardon {
        prefix: chance.prefix(),
        since: Timestamp::UNIX_EPOCH,
        until: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1),
        reason: "a person's word".to_owned(),
    };
    Scene {
        listed: chance.some(2, Chance::never_block),
        demands: Demands::default(),
        may,
        pardons: chance.some(2, pardon),
        surroundings: surroundings(chance, &alert, &home),
        remediations: chance.upto(30),
        alert,
        rules,
        home,
    }
}

fn surroundings(chance: &mut Chance<'_>, alert: &Alert, home: &CloudPlace) -> Option<Surroundings> {
    let abroad = CloudPlace {
        account: stand::SECOND_ACCOUNT.to_owned(),
        ..home.clone()
    };
    let place = if chance.once_in(10) { &abroad } else { home };
    let vpc = alert.place.vpc.clone().unwrap_or_else(|| "vpc-0a1b2c3d".to_owned());
    let vpc = if chance.once_in(10) {
        "vpc-0ffffffff".to_owned()
    } else {
        vpc
    };
    let made = |value| Some(serde_json::from_value(value).expect("they are surroundings"));
    match chance.upto(5) {
        0 => None,
        1 => made(json!({
            "target": { "account": place.account, "region": place.region, "instance": "i-0abc1234def567890" },
            "instance": { "id": "i-0abc1234def567890", "vpc": vpc, "auto_scaling_group": null },
            "tags": if chance.once_in(3) { json!([["quell:protected", ""]]) } else { json!([]) },
            "changed": [],
        })),
        2 => made(json!({
            "target": { "account": place.account, "region": place.region, "security-group": "sg-0a1b2c3d" },
            "vpc": vpc,
            "tags": [],
        })),
        _ => {
            let acl = || {
                Target::new(
                    place,
                    stand::WEB_ACL.parse::<quell::cloud::AclId>().expect("it is an id"),
                )
            };
            Some(Surroundings::Place(PlaceSurroundings {
                targets: if chance.once_in(10) { Vec::new() } else { vec![acl()] },
                vpcs: vpc.parse().into_iter().collect(),
                vpc_prefixes: chance.some(3, Chance::prefix),
                own_addresses: chance.some(2, Chance::address),
            }))
        }
    }
}

fn remediation(chance: &mut Chance<'_>) -> Remediation {
    Remediation {
        action: action(chance),
        reason: if chance.once_in(6) {
            chance.text()
        } else {
            "it attacks".to_owned()
        },
        confidence: chance.byte() % 120,
        until: match chance.upto(5) {
            0 => End::Released,
            1 => End::Seconds(chance.word()),
            _ => End::Seconds(chance.word() % 100_000),
        },
    }
}

fn prefix_text(chance: &mut Chance<'_>) -> String {
    match chance.upto(5) {
        0 => chance.text(),
        1 => chance.address().to_string(),
        2 => format!("{}/{}", chance.address(), chance.byte()),
        _ => chance.prefix().to_string(),
    }
}

fn action(chance: &mut Chance<'_>) -> Action {
    let instance = if chance.once_in(5) {
        chance.text()
    } else {
        "i-0abc1234def567890".to_owned()
    };
    match chance.upto(7) {
        0 => Action::Isolate(Isolate {
            instance,
            interface: chance.once_in(3).then(|| chance.text()),
            security_groups: chance.some(7, |chance| {
                if chance.once_in(2) {
                    chance.text()
                } else {
                    "sg-0a1b2c3d".to_owned()
                }
            }),
            remotes: chance.some(3, prefix_text),
        }),
        1 => Action::RevokeIngress(RevokeIngress {
            security_group: "sg-0a1b2c3d".to_owned(),
            protocol: if chance.once_in(3) {
                chance.text()
            } else {
                "tcp".to_owned()
            },
            ports: chance.once_in(2).then(|| PortRange {
                first: i32::from(chance.byte()) - 10,
                last: i32::from(chance.byte()),
            }),
            peer: prefix_text(chance),
            rule: chance.once_in(3).then(|| chance.text()),
            description: chance.once_in(3).then(|| chance.text()),
            narrow_to: chance.some(3, prefix_text),
        }),
        2 => Action::SetInstanceState(SetInstanceState {
            instance,
            change: chance.one_of(&[StateChange::Stop, StateChange::Start, StateChange::Reboot]),
        }),
        3 => Action::Custom(Custom {
            name: chance.text(),
            parameters: chance.text(),
        }),
        _ => Action::Block(Block {
            prefix: prefix_text(chance),
            directions: Direction::BOTH.into_iter().filter(|_| !chance.once_in(4)).collect(),
            at: BlockPlace::Instance(instance),
        }),
    }
}
