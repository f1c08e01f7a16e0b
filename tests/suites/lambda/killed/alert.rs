//! Killed while an alert is worked on.

use anyhow::ensure;
use jiff::Timestamp;
use quell::hold::{EndReason, Journal};
use quell_tests::stage::aws_tables_of_two_regions;

use super::{
    Case, DENIED, Due, Killed, PATIENT_CALLS, Play, TIMEOUT, asked::nothing_twice, attack, attack_on, is_done,
    is_whole, killed_everywhere, moments, settled,
};
use crate::{
    event::tick,
    function::{Function, Wanted},
};

#[tokio::test]
async fn a_function_that_ends_at_any_step_loses_no_alert_and_writes_nothing_twice() -> anyhow::Result<()> {
    let (attacks, accounts) = ([attack()], aws_tables_of_two_regions(PATIENT_CALLS));
    let play = Play {
        wanted: Wanted {
            attacks: &attacks,
            accounts: &accounts,
            timeout: Some(TIMEOUT),
            ..Wanted::default()
        },
        at_once: 1,
        denied: &DENIED,
    };
    killed_everywhere(&play, ready, cases, mended).await
}

async fn ready(function: &Function) -> anyhow::Result<Due> {
    function.invoke(&tick()).await?;
    Ok(Due {
        event: attack_on(function),
        at: Timestamp::now(),
    })
}

/// Of what is written, in turn before it is done and before its answer comes; both of each in the whole play.
fn cases(requests: &[String]) -> Vec<Case> {
    let of_request = |(at, request): (usize, &String)| {
        let moments = moments(at, request);
        match moments.as_slice() {
            [before, after] if !is_whole() => vec![if at.is_multiple_of(2) { *before } else { *after }],
            _ => moments,
        }
    };
    (1..).zip(requests).flat_map(of_request).collect()
}

/// The queue delivers the message until it is done, the schedule ticks until nothing is left to do; then all is there once. When the holds end all of it goes.
async fn mended(killed: &Killed) -> anyhow::Result<()> {
    let Killed { function, event, .. } = killed;
    settled(function, event, &DENIED).await?;
    let holds = function.holds().await?;
    let offences: Vec<_> = holds.iter().map(|hold| hold.offences).collect();
    ensure!(offences == [1, 1], "the holds count {offences:?} offences");
    // A duplicate that is late.
    let again = function.invoke(event).await?;
    ensure!(is_done(&again), "{again}");

    let ids: Vec<_> = holds.iter().map(|hold| hold.id).collect();
    function
        .journal()
        .end(&ids, EndReason::Released, Timestamp::now())
        .await?;
    settled(function, &tick(), &[]).await?;
    nothing_twice(killed, &DENIED)?;
    killed.no_lease_lasts().await
}
