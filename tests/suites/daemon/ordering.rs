//! What a person orders of a daemon that runs, and of its journal when it is down.

use std::time::Duration;

use quell::way::order::Done;

use quell_tests::stage::Stage;

/// What a command answers. It must succeed.
fn told(stage: &Stage, command: &[&str]) -> String {
    let told = stage.quell.run(command).unwrap();
    assert_eq!(told.exit, Some(0), "{told:?}");
    told.stdout
}

/// The error of a command, which must end with this exit code.
fn refused(stage: &Stage, command: &[&str], exit: i32) -> String {
    let told = stage.quell.run(command).unwrap();
    assert_eq!(told.exit, Some(exit), "{told:?}");
    told.error().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_daemon_pauses_plans_and_resumes_and_others_see_it() {
    let stage = Stage::build("").await.unwrap();
    let _daemon = stage.quell.serve().unwrap();
    assert!(told(&stage, &["pause", "--reason", "maintenance"]).starts_with("paused since 20"));
    let place = stage.post(&stage.recorded_attack()).await.unwrap();
    stage.worked(&place).await.unwrap();
    assert!(stage.new_entries().unwrap().is_empty());
    let holds = told(&stage, &["holds", "--uncovered"]);
    let why = "4 holds not covered: Quell is paused, `quell resume` goes on\npaused since 20";
    assert!(holds.contains(why), "{holds}");

    let resumed = told(&stage, &["resume"]);
    assert!(
        resumed.contains("    + 99 deny 203.0.113.7/32 ingress (requestID "),
        "{resumed}"
    );
    assert_eq!(stage.new_entries().unwrap().len(), 4);
    let plan = told(
        &stage,
        &["converge", "--dry-run", "--acl", stage.scene.web.acl.as_str()],
    );
    assert!(
        plan.ends_with("\n  nothing to change\n  4 holds in force, 4 covered\n"),
        "{plan}"
    );
    let capacity = told(&stage, &["capacity"]);
    assert!(capacity.contains(stage.scene.web.acl.as_str()), "{capacity}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pardon_holds_against_the_next_alert_with_the_daemon_and_after_it_started_again() {
    let stage = Stage::build("").await.unwrap();
    let daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();
    let release = [
        "release",
        "--address",
        "203.0.113.7",
        "--pardon",
        "24h",
        "--reason",
        "our partner",
    ];
    assert!(told(&stage, &release).contains("203.0.113.7/32 is pardoned until 20"));
    assert_eq!(stage.new_entries().unwrap().len(), 3);
    daemon.terminate(Duration::from_secs(12)).unwrap();
    assert!(told(&stage, &["pardons"]).contains("our partner"));

    let _daemon = stage.quell.serve().unwrap();
    let place = stage.post(&format!("{} ", stage.recorded_attack())).await.unwrap();
    stage.worked(&place).await.unwrap();
    assert_eq!(stage.new_entries().unwrap().len(), 3);
    told(&stage, &["pardons", "--end", "203.0.113.7"]);
    assert_eq!(told(&stage, &["pardons"]), "nothing is pardoned\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_is_refused_in_the_same_words_whether_the_daemon_runs_or_not() {
    let stage = Stage::build("").await.unwrap();
    let daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();
    let all = || {
        let wrong: [(&[&str], i32); 5] = [
            (&["release", "1", "99"], 5),
            (&["release", "--address", "203.0.113.200"], 5),
            (&["extend", "1", "--until", "2020-01-01T00:00:00Z"], 2),
            (&["extend", "1", "--until-released"], 2),
            (&["capacity", "--region", "nowhere-1"], 5),
        ];
        wrong.map(|(command, exit)| refused(&stage, command, exit)).join("\n")
    };
    let by_daemon = all();
    daemon.terminate(Duration::from_secs(12)).unwrap();
    assert_eq!(by_daemon, all());
    insta::assert_snapshot!(by_daemon, @r"
    error: there is no hold 99 in force; `quell holds` lists those that are
    error: there is no hold on 203.0.113.200/32 in force, nor on anything inside of it; `quell holds` lists all holds
    error: 2020-01-01T00:00:00Z is over already: give an end that is to come
    error: no hold may last until it is released, unless the configuration allows that (guard.until-released)
    error: Quell has no hold and no entry at region nowhere-1; `quell converge --dry-run` lists where it has
    ");
    assert_eq!(stage.new_entries().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_daemon_the_journal_is_enough_to_extend_plan_and_release() {
    let stage = Stage::build("").await.unwrap();
    let daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();
    // A crash leaves its leases behind; who has the writer's lock need not wait for their end.
    daemon.kill().unwrap();
    assert!(told(&stage, &["extend", "1", "2", "--for", "48h"]).starts_with("hold 1 lasts until 20"));
    let plan = told(&stage, &["converge", "--dry-run", "--output", "json"]);
    let plan: Done = serde_json::from_str(&plan).unwrap();
    assert!(
        plan.acls()[0].changes.is_empty() && plan.acls()[0].covered == 4,
        "{plan}"
    );
    told(&stage, &["release", "1", "2", "3", "4"]);
    assert!(stage.new_entries().unwrap().is_empty());
    assert_eq!(told(&stage, &["holds"]), "nothing is in force\n");
}
