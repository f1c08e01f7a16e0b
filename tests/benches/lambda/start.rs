//! One start of a function: its first alert, further ones, and the last one once more.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use quell_tests::{
    attack::Attack,
    emulator::Emulator,
    moto::{ACCOUNT, Moto, REGION},
    scene::Scene,
};
use serde_json::{Value, json};

use crate::{
    contender::Contender,
    relay::{Relay, Waited},
    world::World,
};

/// How one alert went.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alert {
    /// From the call to the answer.
    pub(crate) time: Duration,
    /// What of that was waiting for moto.
    pub(crate) waited: Waited,
}

/// What was measured.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    /// From the start of the process until it asked for its first event, as the emulator has it.
    pub(crate) init: Duration,
    /// The first alert; the process starts when it comes.
    pub(crate) cold: Alert,
    /// Alerts by other attackers.
    pub(crate) warm: Vec<Alert>,
    /// The last alert once more.
    pub(crate) repeat: Alert,
    /// The most memory that was resident, by the kernel's count.
    pub(crate) memory_bytes: u64,
}

impl Start {
    /// Starts a contender in a scene of its own and lets it work on all attacks. Its program is the last argument of `under`, such as a profiler's command, or
    /// runs by itself if that is empty.
    pub(crate) async fn of(
        contender: &Contender,
        world: &World,
        scene: &Scene,
        under: &[String],
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let relay = Relay::start(world.moto.address()).await?;
        let function = contender.start(folder.path(), &relay, world, under)?;
        let before = entries(&world.moto, scene)?;
        let mut run = Run {
            function: &function,
            relay: &relay,
            scene,
            messages: 0,
        };
        let measured = run.all(&world.attacks).await;
        let (alerts, repeat) = measured.with_context(|| log(folder.path()))?;
        // A figure of who did nothing would be worth nothing.
        let written = entries(&world.moto, scene)?.saturating_sub(before);
        ensure!(
            written == world.attacks.len(),
            "{} wrote {written} entries for {} attackers\n{}",
            contender.name(),
            world.attacks.len(),
            log(folder.path())
        );
        let (cold, warm) = alerts.split_first().context("there is an alert")?;
        Ok(Self {
            init: init(folder.path())?,
            cold: *cold,
            warm: warm.to_vec(),
            repeat,
            memory_bytes: function.function()?.peak_memory()?,
        })
    }
}

/// A function at work.
struct Run<'a> {
    function: &'a Emulator,
    relay: &'a Relay,
    scene: &'a Scene,
    messages: u32,
}

impl Run<'_> {
    async fn all(&mut self, attacks: &[Attack]) -> anyhow::Result<(Vec<Alert>, Alert)> {
        let mut alerts = Vec::new();
        for attack in attacks {
            alerts.push(self.alert(attack).await?);
        }
        let last = attacks.last().context("there is an attack")?;
        Ok((alerts, self.alert(last).await?))
    }

    async fn alert(&mut self, attack: &Attack) -> anyhow::Result<Alert> {
        self.messages += 1;
        let id = format!("11111111-aaaa-5bbb-8ccc-{:012}", self.messages);
        let event = event(&id, &attack.alert(&self.scene.vpc, &self.scene.web));
        self.relay.waited();
        let begin = Instant::now();
        let answer = self.function.invoke(&event).await?;
        let time = begin.elapsed();
        ensure!(answer.get("errorType").is_none(), "{answer}");
        Ok(Alert {
            time,
            waited: self.relay.waited(),
        })
    }
}

/// One message as SNS hands it to a function.
fn event(id: &str, message: &str) -> Value {
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:stealthwatch-cloud");
    let notification = json!({
        "Type": "Notification",
        "MessageId": id,
        "TopicArn": topic,
        "Subject": null,
        "Message": message,
        "Timestamp": "2026-01-14T22:41:08.000Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertUrl": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
        "UnsubscribeUrl": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
        "MessageAttributes": {}
    });
    let subscription = format!("{topic}:0a1b");
    json!({ "Records": [{
        "EventVersion": "1.0",
        "EventSource": "aws:sns",
        "EventSubscriptionArn": subscription,
        "Sns": notification,
    }] })
}

fn entries(moto: &Moto, scene: &Scene) -> anyhow::Result<usize> {
    Ok(moto.seen_entries(&scene.web.acl)?.len())
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("emulator.log")).unwrap_or_default()
}

/// How long the emulator says that the start took.
fn init(folder: &Path) -> anyhow::Result<Duration> {
    let log = log(folder);
    let said = log
        .split_once("INIT REPORT(durationMs: ")
        .and_then(|(_, rest)| rest.split_once(')'));
    let (said, _) = said.with_context(|| format!("the emulator does not say how long the start took:\n{log}"))?;
    let milliseconds: f64 = said.parse().context("a number of milliseconds")?;
    Ok(Duration::from_secs_f64(milliseconds / 1000.0))
}
