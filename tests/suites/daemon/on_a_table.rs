//! The daemon with its journal in a table, as moto plays DynamoDB: there is no file, and what a daemon that was killed had under way is only there.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use quell::hold::{HoldFilter, Journal};
use quell_tests::{
    attack::Attack,
    stage::{Stage, Wanted},
    table::{journal_in, new_table},
    world::World,
};
use serde_json::Value;

/// Longer than the two minutes of a lease. Who is killed at rest leaves none behind; should the timer have been at a network ACL in that moment, the next one has to wait for its end.
const PATIENCE: Duration = Duration::from_secs(4 * 60);

/// A stage with these lines in the default plugin's settings, and the table that its journal is in.
async fn on_a_table(settings: &str, attacks: &[Attack]) -> (Stage, String) {
    let world = World::shared().unwrap();
    let table = new_table(&world.moto).await;
    let wanted = Wanted {
        settings,
        attacks,
        table: Some(&table),
        ..Wanted::default()
    };
    (Stage::with(&wanted).await.unwrap(), table)
}

/// Waits until it is so.
async fn becomes(what: &str, is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// How often each change was made at EC2.
fn changes(stage: &Stage) -> BTreeMap<String, usize> {
    let mut changes = BTreeMap::new();
    let passed = stage.ec2.passed(0).into_iter();
    for passed in passed.filter(|passed| passed.is_done_write()) {
        *changes.entry(passed.request.action).or_default() += 1;
    }
    changes
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_daemon_put_in_force_is_known_to_the_next_one_and_can_be_released_and_is_written_once() {
    let (stage, _) = on_a_table("", &[]).await;
    let daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();
    let entries = stage.new_entries().unwrap();
    assert_eq!(entries.len(), 4, "{entries:?}");
    daemon.kill().unwrap();

    let before = stage.ec2.count();
    let _daemon = stage.quell.serve().unwrap();
    let looked = async || {
        let passed = stage.ec2.passed(before);
        passed
            .iter()
            .any(|passed| passed.request.is_acl_read() && passed.answered == Some(200))
    };
    becomes("it does not look after what was in force", looked).await;
    // The detector did not hear the first answer and sends the same alert again.
    let again = stage.post(&stage.recorded_attack()).await.unwrap();
    assert_eq!(stage.worked(&again).await.unwrap()["state"], "done");
    let holds = stage.holds().await.unwrap();
    let offences: Vec<_> = holds.iter().map(|hold| hold.offences).collect();
    assert_eq!(offences, [1; 4]);
    assert_eq!(stage.new_entries().unwrap(), entries);

    let listed = stage.quell.run(&["holds", "--output", "json"]).unwrap();
    let listed: Vec<Value> = serde_json::from_str(&listed.stdout).unwrap();
    let numbers: Vec<_> = listed.iter().map(|hold| hold["id"].to_string()).collect();
    let mut release = vec!["release"];
    release.extend(numbers.iter().map(String::as_str));
    let released = stage.quell.run(&release).unwrap();
    for prefix in [
        "192.0.2.99/32",
        "2001:db8:bad:cafe::66/128",
        "203.0.113.50/32",
        "203.0.113.7/32",
    ] {
        let told = format!(" released: {prefix} ingress at ");
        assert!(released.stdout.contains(&told), "{prefix}: {released:?}");
    }
    let gone = async || stage.new_entries().unwrap().is_empty();
    becomes("the entries are not taken back", gone).await;
    assert_eq!(stage.quell.run(&["holds"]).unwrap().stdout, "nothing is in force\n");

    let once_each = [("CreateNetworkAclEntry", 4), ("DeleteNetworkAclEntry", 4)];
    let once_each = BTreeMap::from(once_each.map(|(action, times)| (action.to_owned(), times)));
    assert_eq!(changes(&stage), once_each);
    assert!(!stage.quell.path("journal.sqlite").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_of_a_killed_daemon_ends_by_the_next_one_and_not_before_its_time() {
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let (stage, table) = on_a_table("block-seconds = 8", &attacks).await;
    let daemon = stage.quell.serve().unwrap();
    stage.act(&stage.on_web(&attacks[0])).await.unwrap();
    daemon.kill().unwrap();
    let with_those_that_ended = HoldFilter {
        ended: true,
        ..HoldFilter::default()
    };
    let journal = journal_in(&stage.world.moto, &table);
    let holds = journal.holds(&with_those_that_ended).await.unwrap();
    assert_eq!(holds.len(), 1, "{holds:?}");

    let _daemon = stage.quell.serve().unwrap();
    let gone = async || stage.new_entries().unwrap().is_empty();
    becomes("its entry is not taken back", gone).await;
    let now = Timestamp::now();
    assert!(holds[0].until.is_some_and(|until| until <= now), "{now}: {holds:?}");
    let over = async || stage.holds().await.unwrap().is_empty();
    becomes("it is not over", over).await;
}
