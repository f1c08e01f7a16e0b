//! The demo: the daemon, whole and real, on a simulated account, told as a story.

mod error;
mod narrator;
mod recorded;
mod stage;

use std::time::Duration;

use self::{narrator::Narrator, recorded::Recorded, stage::Stage};
use crate::{
    cloud::{
        Direction, NetworkAcl,
        oracle::{Packet, judge},
    },
    hold::HoldFilter,
    report::{
        acl_table::acl_table,
        style::{BAD, GOOD, NOTE, QUIET, paint},
    },
};

pub use self::error::DemoError;

/// How long a block of the demo lasts.
const BLOCK: Duration = Duration::from_secs(6);

/// Plays the demo on standard output; without pauses if it is to be fast.
pub async fn play(fast: bool) -> Result<(), DemoError> {
    let narrator = Narrator::new(fast);
    let stage = Stage::set(BLOCK).await?;
    let told = tell(&narrator, &stage).await;
    stage.strike().await?;
    told
}

async fn tell(narrator: &Narrator, stage: &Stage) -> Result<(), DemoError> {
    let web = stage.acl_of_web_subnet().await?;
    let attacker = Packet::tcp(Direction::Ingress, recorded::ATTACKER, 22);

    narrator.scene("A web server in an AWS account")?;
    narrator.say(format!(
        "The account is simulated, in memory; Quell is real and listens on {}.\n\
         This is the network ACL of the web server's subnet. Rule 50 is its owner's.",
        stage.door()
    ))?;
    show(narrator, &web, &web)?;
    judged(narrator, &web, &attacker)?;

    narrator.scene("Stealthwatch Cloud raises an alert")?;
    let attack = Recorded::ATTACK;
    narrator.say(format!("POST {}\n{}", stage.alerts_url(), paint(QUIET, excerpt(attack.alert))))?;
    let delivery = stage.post(&attack).await?;
    narrator.say(format!("202 Accepted: the journal has it as {delivery}"))?;

    narrator.scene("What the plugin asked and decided, and each guard's word")?;
    let report = stage.report(&delivery).await?;
    narrator.say(report.to_string().trim_end())?;

    narrator.scene("The network ACL now")?;
    let blocked = stage.acl_of_web_subnet().await?;
    show(narrator, &blocked, &web)?;
    judged(narrator, &blocked, &attacker)?;
    stage.expect(blocked != web, "the attack changed the network ACL")?;

    narrator.scene("A test of the channel, and an alert that is resolved already")?;
    for quiet in [Recorded::TEST, Recorded::RESOLVED] {
        let delivery = stage.post(&quiet).await?;
        let report = stage.report(&delivery).await?;
        narrator.say(format!("{}: {}", paint(NOTE, report.outcome.name()), report.summary))?;
    }
    stage.expect(stage.acl_of_web_subnet().await? == blocked, "neither changed anything")?;

    narrator.scene("The holds end")?;
    let filter = HoldFilter::default();
    let holds = stage.host().journal().holds(&filter).await?;
    narrator.say(format!("{} holds are in force, each for {} s. Waiting …", holds.len(), BLOCK.as_secs()))?;
    let after = stage.wait_until_nothing_is_in_force().await?;
    show(narrator, &after, &web)?;
    judged(narrator, &after, &attacker)?;
    stage.expect(after == web, "the network ACL is as it was")?;
    narrator.say(paint(GOOD, "The network ACL is as it was before the attack."))?;
    narrator.close()
}

/// The ingress rules, those that were not there before marked.
fn show(narrator: &Narrator, acl: &NetworkAcl, before: &NetworkAcl) -> Result<(), DemoError> {
    let table = acl_table(acl, Direction::Ingress, |entry| !before.entries.contains(entry));
    narrator.say(format!("{} inbound rules\n{}", acl.id, narrator.table(table)))
}

/// What the network ACL does with a packet.
fn judged(narrator: &Narrator, acl: &NetworkAcl, packet: &Packet) -> Result<(), DemoError> {
    let judgement = judge(acl, packet);
    let by = judgement.entry.as_ref().map_or_else(String::new, |entry| format!(" by rule {}", entry.number));
    let verdict = match judgement.action {
        crate::cloud::RuleAction::Allow => paint(NOTE, format!("PASSES{by}")),
        crate::cloud::RuleAction::Deny => paint(BAD, format!("DENIED{by}")),
    };
    narrator.say(format!("packet: {packet} → {verdict}"))
}

/// The beginning of an alert, enough to see what it is.
fn excerpt(alert: &str) -> String {
    const KEYS: [&str; 5] = ["\"id\"", "\"type\"", "\"source_name\"", "\"time\"", "\"observations\""];
    let lines = alert.lines().filter(|line| KEYS.iter().any(|key| line.trim_start().starts_with(key)));
    format!("{{\n{}\n  …\n}}", lines.collect::<Vec<_>>().join("\n"))
}
