//! Killed while holds end: by the schedule, and by the message of a delay queue.

use std::time::Duration;

use anyhow::{Context, ensure};
use jiff::Timestamp;
use quell::{
    cloud::{Cloud, Direction, Entry, Fault, aws::Ec2Cloud},
    door::message,
    hold::{EndReason, HoldFilter, Journal, ledger::Chain},
};
use quell_tests::{
    moto::Moto,
    proxy::{Moment, Passed},
    stage::aws_tables_of_two_regions,
};
use serde_json::Value;

use super::{
    Case, DENIED, Due, Killed, PATIENT_CALLS, Play, TIMEOUT, asked::nothing_twice, attack, attack_on, is_done,
    is_whole, killed_everywhere, moments, settled,
};
use crate::{
    event::{of_queue, tick},
    function::{Function, Wanted},
};

/// Long enough to see the entries before they go.
const SHORT: &str = "block-seconds = 8";

#[tokio::test]
async fn a_tick_that_ends_at_any_step_ends_each_hold_once_and_takes_nobody_elses_entry_for_one_of_ours()
-> anyhow::Result<()> {
    let ready = async |function: &Function| until_it_ends(function, |_| tick()).await;
    // Those who waited for the number of an entry that goes take it as soon as it is free, before anybody has mended what the function left.
    let mended = async |killed: &Killed| {
        let others = others_take_what_is_free(killed).await?;
        ended_once(killed, &others).await
    };
    play(ready, |requests| cases(requests, 0), mended).await
}

#[tokio::test]
async fn word_of_an_end_that_a_function_dies_over_comes_again_and_ends_each_hold_once() -> anyhow::Result<()> {
    let ready = async |function: &Function| {
        let end = |until| of_queue(&[("m-end".to_owned(), message::end(until))]);
        until_it_ends(function, end).await
    };
    let mended = async |killed: &Killed| ended_once(killed, &[]).await;
    play(ready, |requests| cases(requests, 1), mended).await
}

async fn play(
    ready: impl AsyncFn(&Function) -> anyhow::Result<Due>,
    cases: impl Fn(&[String]) -> Vec<Case>,
    mended: impl AsyncFn(&Killed) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (attacks, accounts) = ([attack()], aws_tables_of_two_regions(PATIENT_CALLS));
    let play = Play {
        wanted: Wanted {
            settings: SHORT,
            attacks: &attacks,
            accounts: &accounts,
            timeout: Some(TIMEOUT),
            ..Wanted::default()
        },
        // Their holds last while the others are made ready.
        at_once: 8,
        denied: &[],
    };
    killed_everywhere(&play, ready, cases, mended).await
}

/// Has the attack denied. What is due when the last of its holds is over is the event that is made of that time.
async fn until_it_ends(function: &Function, event: impl Fn(Timestamp) -> Value) -> anyhow::Result<Due> {
    let answer = function.invoke(&attack_on(function)).await?;
    ensure!(is_done(&answer), "{answer}\n{}", function.log());
    ensure!(function.denied()? == DENIED, "{:?}", function.new_entries()?);
    let holds = function.holds().await?;
    let until = holds.iter().filter_map(|hold| hold.until).max();
    let until = until.context("the holds end by themselves")?;
    Ok(Due {
        event: event(until),
        at: until,
    })
}

/// Each step that lasts, before its answer comes: whoever ends before the next one, or at a read in between, leaves the same. The two plays share these steps, because a tick and a message end holds
/// in the same way: one begins with the first, one with the second. In the whole play each has all.
fn cases(requests: &[String], first: usize) -> Vec<Case> {
    let all = (1..).zip(requests).map(|(at, request)| moments(at, request));
    if is_whole() {
        return all.flatten().collect();
    }
    let lasting = all
        .flatten()
        .filter(|case| case.moment == Moment::BeforeTheAnswer && is_write(&requests[case.at - 1]));
    lasting.skip(first).step_by(2).collect()
}

fn is_write(request: &str) -> bool {
    Moment::telling(request).contains(&Moment::BeforeItIsDone)
}

/// Somebody else makes an entry wherever there was one of ours and there is none. Gives their prefixes, in order.
async fn others_take_what_is_free(killed: &Killed) -> anyhow::Result<Vec<String>> {
    let function = &killed.function;
    let somebody = Ec2Cloud::with(
        &function.world.moto.sdk_config(),
        &Moto::options(Duration::from_secs(30)),
    );
    let passed = function.aws.passed(0);
    let created = passed
        .iter()
        .filter(|it| it.is_done_write() && it.request.action == "CreateNetworkAclEntry");
    let mut taken = Vec::new();
    for number in created.filter_map(number) {
        let prefix = format!("192.0.2.{number}/32");
        let entry = Entry::deny(number, Direction::Ingress, prefix.parse()?);
        match somebody.create_entry(&function.scene.web.acl, &entry).await {
            Ok(()) => taken.push(prefix),
            Err(error) => ensure!(matches!(error.fault, Fault::EntryExists { .. }), "{error}"),
        }
    }
    taken.sort();
    Ok(taken)
}

fn number(passed: &Passed) -> Option<u16> {
    passed.request.number
}

/// The event comes again, the schedule ticks until nothing is left to do; then each hold has ended once, because its time was up, and nothing of it is left. What others made stays.
async fn ended_once(killed: &Killed, others: &[String]) -> anyhow::Result<()> {
    let Killed { function, event, .. } = killed;
    let others: Vec<_> = others.iter().map(String::as_str).collect();
    settled(function, event, &others).await?;
    // A duplicate that is late.
    let again = function.invoke(event).await?;
    ensure!(is_done(&again), "{again}");
    ensure!(function.denied()? == others, "{:?}", function.new_entries()?);

    let journal = function.journal();
    let filter = HoldFilter {
        ended: true,
        ..HoldFilter::default()
    };
    let holds = journal.holds(&filter).await?;
    ensure!(holds.len() == DENIED.len(), "{holds:?}");
    for hold in &holds {
        let (until, ended) = hold.until.zip(hold.ended).context("it has not ended")?;
        // To the millisecond, as the journal finds ends.
        let is_early = ended.at.as_millisecond() < until.as_millisecond();
        ensure!(ended.why == EndReason::Expired && !is_early, "{hold:?}");
        let links = journal.links(&Chain::of_target(&hold.target), 0, 1_000).await?;
        let told = format!("hold-ended, hold {}", hold.id);
        let ends = links.iter().filter(|link| link.tells() == told).count();
        ensure!(ends == 1, "the ledger tells {ends} ends of {hold:?}");
    }
    nothing_twice(killed, &DENIED)?;
    killed.no_lease_lasts().await
}
