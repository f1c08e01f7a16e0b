//! Updates of one finding. A detector sends it again, with a higher count and later times, as long as what it found goes on; neither EventBridge nor a queue keeps their order.
//!
//! The order makes no difference: a block lasts from the moment of the decision, and not from a time that a finding names. Each update is a delivery of its own and one offence. Of two ends of a hold the later
//! stays (`hold::agreement::later`), and of two confidences the higher, so an update that was overtaken extends the hold from the moment when it comes, and takes nothing back. Only the words of the hold, and its
//! severity, are those of the update that came last.

use anyhow::{Context, bail, ensure};
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use quell::{
    cloud::Direction,
    hold::{DeliveryId, Journal, Target},
};
use quell_tests::{
    moto::{ACCOUNT, REGION},
    recorded,
};
use serde_json::{Value, json};

use crate::{
    event::of_queue,
    function::{Function, Wanted},
};

const PLUGIN: &str = r#"
    [[plugin]]
    name = "guardduty-block"
    route = [{ detector = "guardduty" }, { detector = "security-hub" }]
    settings = { block-seconds = 3600, escalation-factor = 1, jitter-percent = 0 }
"#;
const LASTS: SignedDuration = SignedDuration::from_hours(1);

/// As GuardDuty itself sends it, by EventBridge; [`recorded::FINDING`] is the same finding as Security Hub passes it on.
const GUARDDUTY: &str = include_str!("../../../examples/alerts/guardduty-ssh-brute-force.json");

/// How often the attack was seen by the first update and, an hour later, by the second. The plugin is surer of the second.
const COUNTS: [u32; 2] = [OLDER, NEWER];
const OLDER: u32 = 3;
const NEWER: u32 = 12;

/// The updates of each invocation: in order, the newest first, and the newest first in one batch.
const ORDERS: [&[&[u32]]; 3] = [&[&[OLDER], &[NEWER]], &[&[NEWER], &[OLDER]], &[&[NEWER, OLDER]]];

/// A finding about an attacker of its own.
struct Finding {
    recorded: &'static str,
    number: usize,
}

/// What its updates came to.
#[derive(Debug, PartialEq, Eq)]
struct Came {
    target: Target,
    direction: Direction,
    offences: u32,
    confidence: u8,
    /// From the later of the two decisions on.
    lasts: SignedDuration,
}

impl Finding {
    fn attacker(&self) -> String {
        format!("203.0.113.{}", 20 + self.number)
    }

    /// The id of an update's event: EventBridge gives each one of its own.
    fn event(&self, count: u32) -> String {
        format!("00000000-0000-4000-8000-{:06}{count:06}", self.number)
    }

    /// The event of an update, about the scene's web server.
    fn update(&self, function: &Function, count: u32) -> anyhow::Result<String> {
        // The recorded one was seen 118 times, the last time between eleven and twelve o'clock.
        let hour = if count == OLDER { "T11:" } else { "T12:" };
        let recorded = self.recorded.replace("118", &count.to_string()).replace("T11:", hour);
        let told = recorded::told_of(&recorded, ACCOUNT, REGION, &function.scene)
            .replace("203.0.113.7", &self.attacker())
            .replace("2ac9d1f06f6a4b58a7b1c52dd0e3f671", &format!("{:032x}", self.number));
        let mut event: Value = serde_json::from_str(&told)?;
        event["id"] = self.event(count).into();
        Ok(event.to_string())
    }

    /// Has these updates delivered, batch by batch.
    async fn deliver(&self, function: &Function, batches: &[&[u32]]) -> anyhow::Result<()> {
        for batch in batches {
            let mut bodies = Vec::new();
            for count in *batch {
                bodies.push((format!("m-{}-{count}", self.number), self.update(function, *count)?));
            }
            let answer = function.invoke(&of_queue(&bodies)).await?;
            ensure!(
                answer == json!({ "batchItemFailures": [] }),
                "{answer}\n{}",
                function.log()
            );
        }
        Ok(())
    }

    /// When the later of its updates was decided on.
    async fn decided(&self, function: &Function) -> anyhow::Result<Timestamp> {
        let mut latest = Timestamp::MIN;
        for count in COUNTS {
            let id = DeliveryId::given("eventbridge", &self.event(count));
            let delivery = function.journal().delivery(&id).await?;
            let report = delivery.context("the journal has each update")?.report;
            ensure!(report.contains(&format!("seen {count} times")), "{report}");
            let report: Value = serde_json::from_str(&report)?;
            let now = report["basis"]["now"].as_str().context("a report has its time")?;
            latest = latest.max(now.parse()?);
        }
        Ok(latest)
    }

    async fn came(&self, function: &Function) -> anyhow::Result<Came> {
        let prefix: IpNet = format!("{}/32", self.attacker()).parse()?;
        let holds = function.holds().await?;
        let found: Vec<_> = holds
            .iter()
            .filter_map(|hold| Some((hold, hold.remedy.denial()?)))
            .filter(|(_, denial)| denial.prefix == prefix)
            .collect();
        let [(hold, denial)] = found.as_slice() else {
            bail!("there is one hold on {prefix}: {holds:#?}");
        };
        let until = hold.until.context("it ends by itself")?;
        Ok(Came {
            target: hold.target.clone(),
            direction: denial.direction,
            offences: hold.offences,
            confidence: hold.confidence,
            lasts: until.duration_since(self.decided(function).await?),
        })
    }
}

#[tokio::test]
async fn an_update_of_a_finding_that_a_newer_one_has_overtaken_does_no_less_and_no_more_than_in_its_turn()
-> anyhow::Result<()> {
    let function = Function::start(&Wanted {
        tables: PLUGIN,
        ..Wanted::default()
    })
    .await?;
    let mut attackers = Vec::new();
    for recorded in [GUARDDUTY, recorded::FINDING] {
        let mut came = Vec::new();
        for order in ORDERS {
            let number = attackers.len();
            let finding = Finding { recorded, number };
            finding.deliver(&function, order).await?;
            came.push(finding.came(&function).await?);
            attackers.push(format!("{}/32", finding.attacker()));
        }
        let in_order = &came[0];
        assert_eq!((in_order.offences, in_order.lasts), (2, LASTS), "{in_order:?}");
        for (came, order) in came.iter().zip(ORDERS) {
            assert_eq!(came, in_order, "{order:?}\n{}", function.log());
        }
    }
    assert_eq!(function.denied()?, attackers);
    Ok(())
}
