//! A daemon and a function of one configuration, on one table: whoever is asked, all of it is there, and there once.

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use quell_tests::{
    attack::Attack,
    denial,
    stage::{PATIENCE, Stage, TOKEN, Wanted},
    table::new_table,
    world::World,
};
use serde_json::Value;

use crate::event::of_function_url;

/// The holds that a listing in JSON has: the prefix of each, and its number.
fn listed(json: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let holds: Vec<Value> = serde_json::from_str(json).with_context(|| json.to_owned())?;
    let text = |prefix: &Value| prefix.as_str().unwrap_or_default().to_owned();
    Ok(holds
        .iter()
        .map(|hold| (text(&hold["prefix"]), hold["id"].to_string()))
        .collect())
}

/// What the function lists.
fn listed_by_function(stage: &Stage) -> anyhow::Result<BTreeMap<String, String>> {
    let told = stage
        .quell
        .run(&["--lambda", "function", "holds", "--output", "json"])?;
    listed(&told.stdout).with_context(|| told.stderr)
}

/// What the daemon lists.
async fn listed_by_daemon(stage: &Stage) -> anyhow::Result<BTreeMap<String, String>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer = client.get(stage.url("/holds")).bearer_auth(TOKEN).send().await?;
    listed(&answer.text().await?)
}

/// Waits until exactly these prefixes are denied.
async fn denies(stage: &Stage, wanted: &[&str]) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let entries = stage.new_entries()?;
        let mut prefixes: Vec<_> = entries.iter().filter_map(|entry| entry.split(' ').nth(2)).collect();
        prefixes.sort_unstable();
        if prefixes == wanted {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{prefixes:?} and not {wanted:?} are denied");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

// A command blocks its thread, and the proxy needs one.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_daemon_or_a_function_put_in_force_the_other_knows_lists_and_takes_back_and_nothing_is_written_twice()
-> anyhow::Result<()> {
    let attacks = [
        Attack::new(1, &[("203.0.113.7", 500)]),
        Attack::new(2, &[("203.0.113.8", 500)]),
    ];
    let world = World::shared()?;
    let table = new_table(&world.moto).await;
    let mut stage = Stage::with(&Wanted {
        attacks: &attacks,
        table: Some(&table),
        ..Wanted::default()
    })
    .await?;
    let function = stage.function()?;
    stage.quell = stage
        .quell
        .with_environment([("AWS_ENDPOINT_URL_LAMBDA", function.endpoint())]);
    let log = || fs::read_to_string(stage.quell.path("function/emulator.log")).unwrap_or_default();
    let alerts = attacks.each_ref().map(|attack| stage.on_web(attack));
    let [to_daemon, to_function] = alerts
        .each_ref()
        .map(|alert| of_function_url("POST", "/alerts/stealthwatch-cloud", Some(TOKEN), alert));

    // While there is no daemon yet, nobody but the function works on its alert.
    let answer = function.invoke(&to_function).await?;
    ensure!(answer["statusCode"] == 202, "{answer}\n{}", log());
    denies(&stage, &["203.0.113.8/32"]).await?;
    let _daemon = stage.quell.serve()?;
    stage.act(&alerts[0]).await?;
    denies(&stage, &["203.0.113.7/32", "203.0.113.8/32"]).await?;

    // Each alert comes to the other one too, and is known there as what it is.
    let answer = function.invoke(&to_daemon).await?;
    let body = answer["body"].as_str().unwrap_or_default();
    ensure!(body.contains("\"seen-before\":true"), "{answer}\n{}", log());
    let place = stage.post(&alerts[1]).await?;
    let known = stage.worked(&place).await?;
    assert_eq!(known["state"], "done", "{known}");
    let holds = stage.holds().await?;
    let offences: Vec<_> = holds.iter().map(|hold| hold.offences).collect();
    assert_eq!(offences, [1, 1]);

    let listed = listed_by_function(&stage)?;
    assert_eq!(listed, listed_by_daemon(&stage).await?);
    let prefixes: Vec<_> = listed.keys().map(String::as_str).collect();
    assert_eq!(prefixes, ["203.0.113.7/32", "203.0.113.8/32"]);

    let of_daemon = &listed["203.0.113.7/32"];
    let released = stage.quell.run(&["--lambda", "function", "release", of_daemon])?;
    let told = format!("hold {of_daemon} released: 203.0.113.7/32 ingress at ");
    ensure!(released.stdout.starts_with(&told), "{released:?}\n{}", log());
    denies(&stage, &["203.0.113.8/32"]).await?;
    let of_function = holds
        .iter()
        .find(|hold| denial(hold).prefix.to_string() == "203.0.113.8/32");
    stage.release(of_function.context("it is held")?.id).await?;
    denies(&stage, &[]).await?;
    assert!(listed_by_function(&stage)?.is_empty());
    assert!(listed_by_daemon(&stage).await?.is_empty());

    let written = stage.ec2.passed(0).into_iter().filter(|passed| passed.is_done_write());
    let mut written: Vec<_> = written.map(|passed| passed.request.action).collect();
    written.sort();
    let once_each = [
        "CreateNetworkAclEntry",
        "CreateNetworkAclEntry",
        "DeleteNetworkAclEntry",
        "DeleteNetworkAclEntry",
    ];
    assert_eq!(written, once_each);
    Ok(())
}
