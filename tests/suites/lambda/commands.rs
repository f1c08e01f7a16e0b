//! Commands for a deployed function: `quell --lambda`, by Invoke.

use anyhow::{Context, ensure};
use quell_tests::attack::Attack;
use serde_json::{Value, json};

use crate::{
    event::of_queue,
    function::{Function, Wanted},
};

// A command blocks its thread, and the proxy needs one.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_lists_pauses_and_releases_at_a_deployed_function_as_at_a_quell_of_ones_own() -> anyhow::Result<()> {
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    let nothing = function.ask(&["holds"])?;
    ensure!(nothing.exit == Some(0), "{nothing:?}\n{}", function.log());
    assert_eq!(nothing.stdout, "nothing is in force\n");

    let event = of_queue(&[("m-1".to_owned(), function.on_web(&attacks[0]))]);
    let answer = function.invoke(&event).await?;
    ensure!(
        answer == json!({ "batchItemFailures": [] }),
        "{answer}\n{}",
        function.log()
    );
    let holds = function.ask(&["holds", "--address", "203.0.113.0/24", "--output", "json"])?;
    let holds: Vec<Value> = serde_json::from_str(&holds.stdout).context(holds.stderr)?;
    let number = holds[0]["id"].to_string();

    let paused = function.ask(&["pause", "--reason", "a test"])?;
    assert_eq!(paused.exit, Some(0), "{paused:?}");
    let table = function.ask(&["holds"])?;
    assert!(
        table.stdout.contains("203.0.113.7/32") && table.stdout.contains("a test"),
        "{}",
        table.stdout
    );
    assert_eq!(function.ask(&["resume"])?.exit, Some(0));

    let extended = function.ask(&["extend", &number, "--for", "20d"])?;
    assert_eq!(extended.exit, Some(0), "{extended:?}");
    let released = function.ask(&["release", &number, "--pardon", "1h", "--reason", "ours"])?;
    assert_eq!(released.exit, Some(0), "{released:?}");
    assert!(function.denied()?.is_empty());
    let pardons = function.ask(&["pardons"])?;
    assert!(
        pardons.stdout.contains("203.0.113.7/32") && pardons.stdout.contains("ours"),
        "{}",
        pardons.stdout
    );
    Ok(())
}

// A command blocks its thread, and the proxy needs one.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_spared_at_a_deployed_function_loses_what_is_in_force_and_is_not_blocked_again() -> anyhow::Result<()> {
    let attacks = [
        Attack::new(1, &[("203.0.113.7", 500)]),
        Attack::new(2, &[("203.0.113.7", 500)]),
    ];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    let on_web = |attack: usize| of_queue(&[(format!("m-{attack}"), function.on_web(&attacks[attack]))]);
    function.invoke(&on_web(0)).await?;
    assert_eq!(function.denied()?, ["203.0.113.7/32"], "{}", function.log());

    let added = function.ask(&["never-block", "add", "203.0.113.7", "--reason", "our partner's scanner"])?;
    assert_eq!(added.exit, Some(0), "{added:?}");
    assert!(function.denied()?.is_empty());
    let why = function.ask(&["never-block", "why", "203.0.113.7"])?;
    assert!(why.stdout.contains("our partner's scanner"), "{}", why.stdout);
    function.invoke(&on_web(1)).await?;
    assert!(function.denied()?.is_empty());

    let removed = function.ask(&["never-block", "remove", "203.0.113.7"])?;
    assert_eq!(removed.exit, Some(0), "{removed:?}");
    let shown = function.ask(&["never-block", "show"])?;
    assert!(!shown.stdout.contains("203.0.113.7"), "{}", shown.stdout);
    Ok(())
}

// A command blocks its thread, and the proxy needs one.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_function_refuses_ends_the_command_as_it_does_here() -> anyhow::Result<()> {
    let function = Function::start(&Wanted::default()).await?;
    let mut told = Vec::new();
    for arguments in [
        ["release", "42"].as_slice(),
        &["release", "--address", "203.0.113.7"],
        &["extend", "42", "--until", "2020-01-01T00:00:00Z"],
        &["pardons", "--end", "203.0.113.7"],
    ] {
        let (there, here) = (function.ask(arguments)?, function.quell.run(arguments)?);
        assert_eq!((there.exit, &there.stderr), (here.exit, &here.stderr));
        told.push(format!("{:?} {}", there.exit, there.stderr));
    }
    insta::assert_snapshot!(told.concat(), @r#"
    Some(5) error: there is no hold 42 in force; `quell holds` lists those that are
    Some(5) error: there is no hold on 203.0.113.7/32 in force, nor on anything inside of it; `quell holds` lists all holds
    Some(2) error: 2020-01-01T00:00:00Z is over already: give an end that is to come
    Some(5) error: 203.0.113.7/32 is not pardoned; `quell pardons` lists what is
    "#);
    Ok(())
}

// A command blocks its thread, and the proxy needs one.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_no_function_can_be_asked_says_so() -> anyhow::Result<()> {
    let function = Function::start(&Wanted::default()).await?;
    let told = function.ask(&["demo"])?;
    assert_eq!(told.exit, Some(2));
    insta::assert_snapshot!(told.stderr, @r#"
    error: --lambda asks a deployed function about what it has in force, and this command does not; leave it away

    Usage: quell [OPTIONS] [COMMAND]

    For more information, try '--help'.
    "#);
    Ok(())
}
