//! Functions that end at any step, as they do when their time is up in the middle of it: at each request to DynamoDB and to EC2, before it is done or before its answer comes. Then the
//! queue delivers the message again, and the schedule ticks.

mod alert;
mod asked;
mod ending;

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use jiff::{SignedDuration, Timestamp};
use quell::hold::Journal;
use quell_tests::{
    attack::Attack,
    proxy::{Moment, Trouble, Whom},
    scene::Scene,
    stage::PATIENCE,
    world::World,
};
use serde_json::{Value, json};

use crate::{
    event::{of_queue, tick},
    function::{Function, Wanted},
};

/// What is denied because of the attack, in order.
const DENIED: [&str; 2] = ["198.51.100.9/32", "203.0.113.7/32"];

/// How long an invocation may take, in seconds. A lease that is lost lasts little longer than this.
const TIMEOUT: u32 = 15;

/// How much longer at most: a lease ends ten seconds after the time in which changes may begin, which is up three seconds before the invocation's.
const LEASE_OUTLIVES: SignedDuration = SignedDuration::from_secs(7);

/// How long one call may take, with its retries: so long that no call is made twice because moto is slow.
const PATIENT_CALLS: &str = "call-timeout = '45s'";

fn attack() -> Attack {
    Attack::new(1, &[("198.51.100.9", 10), ("203.0.113.7", 1000)])
}

/// The attack on the web server, in a message of a queue.
fn attack_on(function: &Function) -> Value {
    of_queue(&[("m-1".to_owned(), function.on_web(&attack()))])
}

/// What is played.
struct Play<'a> {
    wanted: Wanted<'a>,
    /// How many functions are made ready before the first of them ends.
    at_once: usize,
    /// What is denied when the event was done.
    denied: &'a [&'a str],
}

/// The event in the middle of which a function ends, and the time before which it must not come.
struct Due {
    event: Value,
    at: Timestamp,
}

/// One case: the function ends at the `at`-th request.
#[derive(Debug, Clone, Copy)]
struct Case {
    at: usize,
    moment: Moment,
}

/// A function that ended, and another one in its place.
struct Killed {
    function: Function,
    /// In the middle of this.
    event: Value,
    /// When it was dead.
    at: Timestamp,
    /// How many requests had come by then.
    requests: usize,
}

/// Plays what nobody disturbs, and then again for each case. `ready` brings a new function to where the event comes, `cases` chooses by the requests of the event, and `mended` says what must come of
/// it in the end.
async fn killed_everywhere(
    play: &Play<'_>,
    ready: impl AsyncFn(&Function) -> anyhow::Result<Due>,
    cases: impl Fn(&[String]) -> Vec<Case>,
    mended: impl AsyncFn(&Killed) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let world = World::shared()?;
    let requests = {
        let function = Function::start(&play.wanted).await?;
        let due = ready(&function).await?;
        undisturbed(play, &function, &due).await?
    };
    let cases = cases(&requests);
    ensure!(!cases.is_empty(), "there is no case: {requests:#?}");

    let mut killed = Vec::new();
    for cases in cases.chunks(play.at_once) {
        let mut waiting = Vec::new();
        for (case, scene) in cases.iter().zip(Scene::build_many(&world.moto, cases.len())?) {
            let function = Function::in_scene(Arc::clone(&world), scene, &play.wanted).await?;
            let due = ready(&function).await?;
            waiting.push((*case, function, due));
        }
        for (case, function, due) in waiting {
            killed.push((case, kill(case, function, due).await?));
        }
    }
    let mut failed = Vec::new();
    for (case, killed) in killed {
        let name = || {
            format!(
                "ended at request {}, {}, {:?}",
                case.at,
                requests[case.at - 1],
                case.moment
            )
        };
        failed.extend(mended(&killed).await.with_context(name).err());
    }
    assert!(failed.is_empty(), "of {requests:#?}:\n{failed:#?}");
    Ok(())
}

/// The requests of the event when nothing disturbs it.
async fn undisturbed(play: &Play<'_>, function: &Function, due: &Due) -> anyhow::Result<Vec<String>> {
    due.wait().await;
    let begin = function.aws.count();
    let answer = function.invoke(&due.event).await?;
    ensure!(is_done(&answer), "{answer}\n{}", function.log());
    ensure!(function.denied()? == play.denied, "{:?}", function.new_entries()?);
    Ok(function
        .aws
        .passed(begin)
        .iter()
        .map(|passed| passed.request.to_string())
        .collect())
}

/// Lets the event come when it is due, ends the function in the middle of it, and puts another one in its place.
async fn kill(case: Case, mut function: Function, due: Due) -> anyhow::Result<Killed> {
    due.wait().await;
    let process = function.emulator.function()?.process()?;
    function
        .aws
        .set(Trouble::kill_at(process, Whom::All, case.at, case.moment));
    // The emulator tells it, or goes with the function.
    if let Ok(answer) = function.invoke(&due.event).await {
        ensure!(answer["errorType"].is_string(), "{case:?} did not end it: {answer}");
    }
    let (at, requests) = (Timestamp::now(), function.aws.count());
    function.aws.calm();
    function.restart()?;
    Ok(Killed {
        function,
        event: due.event,
        at,
        requests,
    })
}

impl Due {
    async fn wait(&self) {
        let left = self.at.duration_since(Timestamp::now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
    }
}

/// Whether the answer to a queue's batch, or to a schedule, says that nothing is left.
fn is_done(answer: &Value) -> bool {
    *answer == json!({ "batchItemFailures": [] }) || answer["ticked"]["complete"] == true
}

fn is_whole() -> bool {
    env::var("QUELL_KILLED").is_ok_and(|extent| extent == "whole")
}

/// The moments of a request at which to end tells something: of what is written, before it is done and before its answer comes.
fn moments(at: usize, request: &str) -> Vec<Case> {
    let telling = Moment::telling(request).iter().copied();
    let telling = telling.filter(|moment| *moment != Moment::AfterTheAnswer);
    telling.map(|moment| Case { at, moment }).collect()
}

/// Invokes the function with the event, and ticks, until the journal says that nothing is left to do and exactly these prefixes are denied.
async fn settled(function: &Function, event: &Value, denied: &[&str]) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        function.invoke(event).await?;
        function.invoke(&tick()).await?;
        let found = (function.unfinished().await?, function.denied()?);
        if found.0.is_empty() && found.1 == denied {
            return Ok(());
        }
        ensure!(
            Instant::now() < deadline,
            "it does not come to {denied:?}: {found:?}\n{}",
            function.log()
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

impl Killed {
    /// Sees that no lease lasts: that of the function which ended is over soon after its invocation would have been, and those that came after gave theirs back.
    async fn no_lease_lasts(&self) -> anyhow::Result<()> {
        let latest = self.at + SignedDuration::from_secs(TIMEOUT.into()) + LEASE_OUTLIVES;
        for lease in self.function.journal().leases(Timestamp::now()).await? {
            ensure!(
                lease.until <= latest,
                "a lease lasts longer than until {latest}: {lease:?}"
            );
        }
        Ok(())
    }
}
