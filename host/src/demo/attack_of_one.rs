//! The first act: an alert, what is decided, what is written, and how it ends.

use std::time::Duration;

use super::{
    DemoError,
    narrator::{Narrator, PAUSE},
    recorded::{self, Recorded, excerpt},
    stage::{Setting, Stage, blocking_for},
};
use crate::{
    alert::Detector,
    cloud::{Direction, oracle::Packet},
    hold::HoldFilter,
    report::style::{GOOD, NOTE, QUIET, paint},
};

/// The account that it plays in.
const ACCOUNT: &str = include_str!("../../../examples/simulated-account.toml");
/// The subnet of the web server.
const SUBNET: &str = "subnet-0aaa1111bbb22222c";
/// How long a block lasts.
const BLOCK: Duration = Duration::from_secs(6);
// Its holds must outlast the pauses from the alert to the scene in which they end.
const _: () = assert!(PAUSE.as_millis() * 4 < BLOCK.as_millis());

/// Plays it.
pub(super) async fn play(narrator: &Narrator) -> Result<(), DemoError> {
    let stage = Box::pin(Stage::set(Setting {
        account: ACCOUNT,
        subnet: SUBNET,
        observations: Recorded::observations().map_err(DemoError::Recorded)?,
        plugin: blocking_for(BLOCK),
        never_block: &[],
    }))
    .await?;
    let told = tell(narrator, &stage).await;
    stage.strike().await?;
    told
}

async fn tell(narrator: &Narrator, stage: &Stage) -> Result<(), DemoError> {
    let web = stage.acl().await?;
    let attacker = Packet::tcp(Direction::Ingress, recorded::ATTACKER, 22);

    narrator.scene("A web server in an AWS account")?;
    narrator.say(format!(
        "The account is simulated, in memory; Quell is real and listens on {}.\n\
         This is the network ACL of the web server's subnet. Rule 50 is its owner's.",
        stage.door()
    ))?;
    narrator.acl(&web, &web)?;
    narrator.packet(&web, &attacker)?;

    narrator.scene("Stealthwatch Cloud raises an alert")?;
    let attack = Recorded::ATTACK;
    narrator.say(format!(
        "POST {}\n{}",
        stage.alerts_url(Detector::StealthwatchCloud),
        paint(QUIET, excerpt(attack.alert, &["id", "type", "source_name", "time"]))
    ))?;
    let delivery = stage.post(Detector::StealthwatchCloud, attack.alert).await?;
    narrator.say(format!("202 Accepted: the journal has it as {delivery}"))?;

    narrator.scene("What the plugin asked and decided, and each guard's word")?;
    let report = stage.report(&delivery).await?;
    narrator.say(report.to_string().trim_end())?;

    narrator.scene("The network ACL now")?;
    let blocked = stage.acl().await?;
    narrator.acl(&blocked, &web)?;
    narrator.packet(&blocked, &attacker)?;
    stage.expect(blocked != web, "the attack changed the network ACL")?;

    narrator.scene("A test of the channel, and an alert that is resolved already")?;
    for quiet in [Recorded::TEST, Recorded::RESOLVED] {
        let delivery = stage.post(Detector::StealthwatchCloud, quiet.alert).await?;
        let report = stage.report(&delivery).await?;
        narrator.say(format!("{}: {}", paint(NOTE, report.outcome.name()), report.summary))?;
    }
    stage.expect(stage.acl().await? == blocked, "neither changed anything")?;

    narrator.scene("The holds end")?;
    let filter = HoldFilter::default();
    let holds = stage.host().journal().holds(&filter).await?;
    narrator.say(format!(
        "{} holds are in force, each for {} s. Waiting …",
        holds.len(),
        BLOCK.as_secs()
    ))?;
    let after = stage.wait_until_nothing_is_in_force().await?;
    narrator.acl(&after, &web)?;
    narrator.packet(&after, &attacker)?;
    stage.expect(after == web, "the network ACL is as it was")?;
    narrator.say(paint(GOOD, "The network ACL is as it was before the attack."))
}
