//! The second act: 300 addresses attack behind a network ACL that has room for very few rules more.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use super::{
    DemoError,
    attack::{ALERTS, AN_ALERT, ATTACKERS, Attack, CLUSTERS},
    narrator::Narrator,
    stage::{PATIENCE, Setting, Stage, blocking_for},
};
use crate::{
    alert::Detector,
    cloud::{Direction, Entry, NetworkAcl, RuleAction, oracle::Packet},
    converge::SideCapacity,
    report::style::{GOOD, QUIET, paint},
    way::order::{Done, Order, TargetFilter, TargetOutcome},
};

/// The account that it plays in.
const ACCOUNT: &str = include_str!("../../../examples/crowded-account.toml");
/// The subnet that is attacked.
const SUBNET: &str = "subnet-0ccc5555eee66666f";
/// The instance that is attacked.
const INSTANCE: &str = "i-0ccc5555eee66666f";
/// Two of its addresses.
const ADDRESSES: [&str; 2] = ["10.1.1.10", "198.51.100.10"];
/// A partner in the middle of the attackers.
const NEVER_BLOCK: &str = "203.0.113.200/29";
/// How long a block lasts: long enough to decide on all alerts before the first ends, on a slow machine as well.
const BLOCK: Duration = Duration::from_secs(8);
/// How often it is looked whether the network ACL is as it is to be.
const LOOK: Duration = Duration::from_millis(100);

/// Who knocks in the end, what the network ACL is to do, and why.
const KNOCKS: [(&str, RuleAction, &str); 5] = [
    ("203.0.113.1", RuleAction::Deny, "an attacker, under a shared rule"),
    ("2001:db8:bad:1::1", RuleAction::Deny, "an attacker, with its whole /64"),
    (
        "203.0.113.4",
        RuleAction::Deny,
        "no attacker, but a neighbour of 90: the price of the shared rule",
    ),
    (
        "203.0.113.201",
        RuleAction::Allow,
        "the partner on the never-block list: no rule may be so wide",
    ),
    (
        "198.51.100.65",
        RuleAction::Allow,
        "an attacker that is NOT COVERED: the security group and the instance itself must hold",
    ),
];

/// Plays it.
pub(super) async fn play(narrator: &Narrator) -> Result<(), DemoError> {
    let attack = Attack::on(INSTANCE, ADDRESSES)?;
    let stage = Box::pin(Stage::set(Setting {
        account: ACCOUNT,
        subnet: SUBNET,
        observations: attack.observations,
        plugin: blocking_for(BLOCK),
        never_block: &[NEVER_BLOCK],
    }))
    .await?;
    let told = tell(narrator, &stage, &attack.alerts).await;
    stage.strike().await?;
    told
}

async fn tell(narrator: &Narrator, stage: &Stage, alerts: &[String]) -> Result<(), DemoError> {
    let before = stage.acl().await?;
    narrator.scene("Second act: a network ACL that is almost full")?;
    narrator.say(format!(
        "Another simulated account, another Quell. AWS grants 20 inbound rules a family. For IPv4 the owner has 17 and the\n\
         final deny is one; Quell leaves one free for people (network-acl.reserve). That leaves 1. Never to be blocked: {NEVER_BLOCK}."
    ))?;
    narrator.acl(&before, &before)?;

    narrator.scene(&format!("{ATTACKERS} addresses attack"))?;
    for cluster in CLUSTERS {
        let line = format!("{:>3} in {:<22} {}", cluster.attackers, cluster.prefix, cluster.what);
        narrator.say(paint(QUIET, line))?;
    }
    for alert in alerts {
        stage.post(Detector::StealthwatchCloud, alert).await?;
    }
    narrator.say(format!(
        "POST {}: {ALERTS} alerts, {AN_ALERT} attackers in each",
        stage.alerts_url(Detector::StealthwatchCloud)
    ))?;
    // What is told from here on was there at one moment: the holds end while it is told.
    let acl = settled(stage).await?;
    let capacity = stage
        .order(&Order::Capacity {
            at: TargetFilter::default(),
        })
        .await?;
    let after = stage.acl().await?;
    narrator.say("202 Accepted, each time. The plugin decides on each alert alone; the network ACL is brought to all holds together.")?;

    narrator.scene("The network ACL now")?;
    narrator.acl(&after, &before)?;
    narrator.say(format!("$ quell capacity\n{}", capacity.to_string().trim_end()))?;

    narrator.scene("What is covered, what not, and why")?;
    let planned = Done::Planned {
        acls: vec![acl.clone()],
    };
    narrator.say(format!(
        "$ quell converge --dry-run\n{}",
        planned.to_string().trim_end()
    ))?;
    narrator.say(compared(&acl, &after, &before, &capacity))?;
    for (address, expected, why) in KNOCKS {
        knock(narrator, stage, &after, address, expected, why)?;
    }

    narrator.scene("The holds end")?;
    narrator.say(format!(
        "{ATTACKERS} holds were in force, each for {} s. Waiting …",
        BLOCK.as_secs()
    ))?;
    let end = stage.wait_until_nothing_is_in_force().await?;
    stage.expect(end == before, "the crowded network ACL is as it was")?;
    let rules = end.entries.iter().filter(|entry| is_inbound_rule(entry)).count();
    narrator.say(format!("{} inbound rules: {rules}, all of them their owner's.", end.id))?;
    narrator.say(paint(GOOD, "The crowded network ACL is as it was before the attack."))
}

/// Waits until all attackers are held and there is nothing left to change, and returns what the network ACL comes to then.
async fn settled(stage: &Stage) -> Result<TargetOutcome, DemoError> {
    let look = Order::Converge {
        dry_run: true,
        at: TargetFilter::default(),
    };
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Done::Planned { acls } = stage.order(&look).await?
            && let Some(acl) = acls.into_iter().next()
            && acl.changes.is_empty()
            && acl.covered + acl.not_covered.len() == ATTACKERS
        {
            return Ok(acl);
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(DemoError::NotSo("the network ACL was brought to its holds in time"))
}

/// What the shared rules are good for: how many they cover, and how many one rule each would.
fn compared(acl: &TargetOutcome, after: &NetworkAcl, before: &NetworkAcl, capacity: &Done) -> String {
    let sides = match capacity {
        Done::Capacity { acls } => acls
            .iter()
            .filter_map(|acl| acl.capacity.as_ref())
            .flat_map(|it| &it.sides),
        _ => return String::new(),
    };
    let ingress = sides.filter(|side| side.direction == Direction::Ingress);
    let alone: usize = ingress.map(|SideCapacity { room, holds, .. }| room.min(holds)).sum();
    let ours = after
        .entries
        .iter()
        .filter(|entry| !before.entries.contains(entry))
        .count();
    format!(
        "{} of {ATTACKERS} are covered by {ours} rules. One rule for each attacker would cover {alone}.",
        acl.covered
    )
}

fn is_inbound_rule(entry: &Entry) -> bool {
    entry.direction == Direction::Ingress && !entry.is_final()
}

/// Sends a packet to the SSH port.
fn knock(
    narrator: &Narrator,
    stage: &Stage,
    acl: &NetworkAcl,
    address: &str,
    expected: RuleAction,
    why: &str,
) -> Result<(), DemoError> {
    let address: IpAddr = address
        .parse()
        .map_err(|_| DemoError::NotSo("who knocks has an address"))?;
    let action = narrator.packet(acl, &Packet::tcp(Direction::Ingress, address, 22))?;
    narrator.say(paint(QUIET, format!("        {why}")))?;
    stage.expect(action == expected, "each packet passes or is denied as told")
}
