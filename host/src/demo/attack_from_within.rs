//! The third act: an instance of ours attacks others. It is isolated, its flow is cut, and it is put back.

use std::net::{IpAddr, Ipv4Addr};

use super::{
    DemoError,
    guarded::{Guarded, groups},
    narrator::Narrator,
    recorded::{FINDING, excerpt},
    stage::{Setting, Stage},
};
use crate::{
    alert::Detector,
    clock::{Clock, SystemClock},
    cloud::{
        Direction, InstanceId, SecurityGroup,
        flow::{Flow, Tracking, after_change, begin},
    },
    hold::{Change, GroupChange, HoldFilter, Purpose},
    report::{
        Report,
        hold_table::hold_table,
        style::{GOOD, NOTE, QUIET, paint},
    },
    way::order::{Order, Release},
};

/// The account that it plays in.
const ACCOUNT: &str = include_str!("../../../examples/simulated-account.toml");
/// The subnet of the web server.
const SUBNET: &str = "subnet-0aaa1111bbb22222c";
/// The web server.
const INSTANCE: &str = "i-0abc1234def567890";
/// The plugin, with what it may do.
const PLUGIN: &str = r#"
        [[plugin]]
        name = "isolate-attacker"
        may = ["isolate"]
"#;
/// TCP, by its IANA number.
const TCP: u8 = 6;
/// What the finding is about: the web server guesses passwords elsewhere.
const ATTACK: Flow = Flow {
    direction: Direction::Egress,
    remote: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 99)),
    protocol: TCP,
    port: Some(22),
};
/// Who is inside may come again, through the port by which he came.
const RETURN: Flow = Flow {
    direction: Direction::Ingress,
    remote: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 66)),
    protocol: TCP,
    port: Some(22),
};

/// Plays it.
pub(super) async fn play(narrator: &Narrator) -> Result<(), DemoError> {
    let stage = Box::pin(Stage::set(Setting {
        account: ACCOUNT,
        subnet: SUBNET,
        observations: Default::default(),
        plugin: PLUGIN.to_owned(),
        never_block: &[],
    }))
    .await?;
    let told = tell(narrator, &stage).await;
    stage.strike().await?;
    told
}

async fn tell(narrator: &Narrator, stage: &Stage) -> Result<(), DemoError> {
    let cloud = &**stage.cloud()?;
    let instance: InstanceId = INSTANCE
        .parse()
        .map_err(|_| DemoError::NotSo("the instance has an id"))?;
    let before = Guarded::of(cloud, &instance).await?;

    narrator.scene("Third act: an instance that attacks others")?;
    narrator.say(format!(
        "The web server of the first act, in an account as it was then. Somebody got in, and it guesses passwords elsewhere.\n\
         The built-in plugin isolate-attacker may isolate: {INSTANCE} has these interfaces."
    ))?;
    narrator.interfaces(&before, &before)?;
    let tracking = begin(&ATTACK, &groups_of(&before)?);
    narrator.flow(&ATTACK, tracking)?;
    stage.expect(tracking == Tracking::Tracked, "EC2 tracks the flow of the attack")?;

    narrator.scene("GuardDuty raises a finding")?;
    narrator.say(format!(
        "POST {}\n{}",
        stage.alerts_url(Detector::GuardDuty),
        paint(
            QUIET,
            excerpt(FINDING, &["detail-type", "type", "instanceId", "resourceRole", "title"])
        )
    ))?;
    let delivery = stage.post(Detector::GuardDuty, FINDING).await?;
    narrator.say(format!("202 Accepted: the journal has it as {delivery}"))?;
    let report = stage.report(&delivery).await?;
    narrator.say(report.to_string().trim_end())?;

    narrator.scene("The instance is isolated, and its flow is cut")?;
    let isolated = Guarded::of(cloud, &instance).await?;
    narrator.interfaces(&isolated, &before)?;
    let tracking = follow(narrator, stage, &report, tracking).await?;
    stage.expect(tracking == Tracking::Cut, "the flow of the attack is cut")?;
    for flow in [ATTACK, RETURN] {
        let anew = begin(&flow, &groups_of(&isolated)?);
        narrator.say(format!(
            "a new one: {flow} → {}",
            if anew.passes() {
                paint(NOTE, "PASSES")
            } else {
                paint(GOOD, "DENIED")
            }
        ))?;
        stage.expect(!anew.passes(), "nothing begins to flow to or from an isolated instance")?;
    }
    let holds = stage.host().journal().holds(&HoldFilter::default()).await?;
    let table = hold_table(&holds, SystemClock.now());
    narrator.say(format!("$ quell holds\n{}", table.trim_fmt()))?;

    narrator.scene("A person has looked at it, and the instance is put back")?;
    let ids: Vec<_> = holds.iter().map(|hold| hold.id).collect();
    let named: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let release = Order::Release(Release {
        holds: ids,
        ..Release::default()
    });
    let released = stage.order(&release).await?;
    narrator.say(format!(
        "$ quell release {}\n{}",
        named.join(" "),
        released.to_string().trim_end()
    ))?;
    let after = Guarded::of(cloud, &instance).await?;
    narrator.interfaces(&after, &before)?;
    let groups = groups_of(&after)?;
    let old = after_change(&ATTACK, tracking, &groups);
    narrator.flow(&ATTACK, old)?;
    stage.expect(!old.passes(), "a flow that was cut stays cut")?;
    let anew = begin(&ATTACK, &groups);
    narrator.say(format!(
        "a new one, from whoever means well: {ATTACK} → {}",
        if anew.passes() {
            paint(NOTE, "PASSES")
        } else {
            paint(GOOD, "DENIED")
        }
    ))?;
    stage.expect(anew.passes(), "an instance that is put back may talk again")?;
    stage.expect(
        after == before,
        "the groups of the instance and their rules are as they were",
    )?;
    narrator.say(paint(
        GOOD,
        "The instance is in its own groups again, as before the attack.",
    ))
}

/// Follows the flow of the attack through each change of groups that the report tells of, and returns how it stands in the end.
async fn follow(
    narrator: &Narrator,
    stage: &Stage,
    report: &Report,
    mut tracking: Tracking,
) -> Result<Tracking, DemoError> {
    for told in report.targets.iter().flat_map(|target| &target.changes) {
        let Change::Groups(GroupChange::SetGroups { to, purpose, .. }) = &told.change else {
            continue;
        };
        let groups = groups(&**stage.cloud()?, to).await?;
        tracking = after_change(&ATTACK, tracking, &groups.iter().collect::<Vec<_>>());
        let named: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
        let moment = match purpose {
            Purpose::CutFlows => "for the moment between two calls, in ",
            Purpose::Isolate => "then, in ",
            Purpose::Restore => "in the end, in ",
        };
        narrator.say(paint(QUIET, format!("{moment}{}", named.join(", "))))?;
        narrator.flow(&ATTACK, tracking)?;
    }
    Ok(tracking)
}

/// The groups of the one interface.
fn groups_of(guarded: &[Guarded]) -> Result<Vec<&SecurityGroup>, DemoError> {
    match guarded {
        [only] => Ok(only.groups.iter().collect()),
        _ => Err(DemoError::NotSo("the instance has one interface")),
    }
}
