//! Holds that end when they were to end, not before and not later.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use jiff::{SignedDuration, Timestamp};
use quell::hold::{EndReason, Hold, HoldFilter, Journal, Target};
use quell_tests::stage::PATIENCE;

use super::{Place, denied};
use crate::function::Function;

/// How long after the end of a hold its message comes at the latest: the end is rounded up to a second, so is the delay, and the queue counts the delay from when it has the message, which a function waits for no longer
/// than two seconds.
pub(super) const MESSAGE_IS_LATE: SignedDuration = SignedDuration::from_secs(4);
/// A tick that comes when the end is over ends the hold.
pub(super) const TICK_IS_LATE: SignedDuration = SignedDuration::ZERO;

/// Does this until nothing is held and nothing is denied, and sees that each hold ends when it was to end: what it denies is denied until then, and it is over with the first round that begins when its end is so long ago. A slow
/// machine has long rounds, and nothing else of it is late.
pub(super) async fn ended(
    function: &Function,
    places: &[Place],
    late: SignedDuration,
    act: impl AsyncFn() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let held = function.holds().await?;
    ensure!(!held.is_empty(), "nothing is held:\n{}", function.log());
    let deadline = Instant::now() + PATIENCE;
    let mut rounds = Vec::new();
    while !function.holds().await?.is_empty() {
        ensure!(Instant::now() < deadline, "it does not end:\n{}", function.log());
        let begun = Timestamp::now();
        act().await?;
        rounds.push((begun, Timestamp::now()));
        let (denied, looked) = (denied(&function.world, places)?, Timestamp::now());
        for hold in held.iter().filter(|hold| hold.until.is_none_or(|until| until > looked)) {
            let line = line(hold)?;
            ensure!(
                denied.lines().any(|denied| denied == line),
                "{line} is gone before {:?}:\n{denied}\n{}",
                hold.until,
                function.log()
            );
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    ensure!(denied(&function.world, places)?.is_empty(), "{}", function.log());

    let filter = HoldFilter {
        ended: true,
        ids: Some(held.iter().map(|hold| hold.id).collect()),
        ..HoldFilter::default()
    };
    let over = function.journal().holds(&filter).await?;
    ensure!(over.len() == held.len(), "of {held:#?} are over: {over:#?}");
    for (before, hold) in held.iter().zip(&over) {
        ensure!(
            (before.id, before.until) == (hold.id, hold.until),
            "{before:?}, {hold:?}"
        );
        let (until, ended) = hold.until.zip(hold.ended).context("it ended by itself")?;
        // To the millisecond, as the journal finds ends.
        let is_early = ended.at.as_millisecond() < until.as_millisecond();
        ensure!(ended.why == EndReason::Expired && !is_early, "{hold:?}");
        let first = rounds.iter().find(|(begun, _)| *begun >= until + late);
        let latest = first.or(rounds.last()).context("there was a round")?.1;
        ensure!(
            ended.at <= latest,
            "it was to be over by {latest}: {hold:?} in {rounds:?}"
        );
    }
    Ok(())
}

/// What a hold denies, as [`denied`] has it. All attacks are on web servers.
fn line(hold: &Hold) -> anyhow::Result<String> {
    let Target { account, region, .. } = &hold.target;
    let denial = hold.remedy.denial().context("it denies a prefix")?;
    Ok(format!("{account} {region} web {}", denial.prefix))
}
