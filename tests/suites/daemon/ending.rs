//! Ends: of the daemon, by a word or by a crash, and of holds while it is away.

use std::time::{Duration, Instant};

use quell::simulated_stealthwatch::Fault;

use quell_tests::stage::{PATIENCE, Stage};

/// The daemon's grace, with some room.
const GRACE: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread")]
async fn when_the_daemon_ends_what_is_in_force_stays_and_can_be_released_without_it() {
    let stage = Stage::build("").await.unwrap();
    let daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();
    let (status, log) = daemon.terminate(GRACE).unwrap();
    assert_eq!(status.code(), Some(0), "{log:?}");
    assert_eq!(stage.new_entries().unwrap().len(), 4);
    let released = stage.quell.run(&["release", "--address", "203.0.113.7"]).unwrap();
    assert_eq!(released.exit, Some(0), "{released:?}");
    assert_eq!(stage.new_entries().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_was_taken_is_worked_on_though_the_daemon_crashed_at_once() {
    let stage = Stage::build("").await.unwrap();
    let daemon = stage.quell.serve().unwrap();
    stage.stealthwatch.set_fault(Fault::Slow(PATIENCE));
    let place = stage.post(&stage.recorded_attack()).await.unwrap();
    daemon.kill().unwrap();
    stage.stealthwatch.clear_fault();
    assert!(stage.new_entries().unwrap().is_empty());
    let _daemon = stage.quell.serve().unwrap();
    let delivery = stage.worked(&place).await.unwrap();
    assert_eq!(delivery["report"]["outcome"], "acted", "{delivery}");
    assert_eq!(stage.new_entries().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_ends_while_the_daemon_is_away_is_taken_back_when_it_starts() {
    const LASTS: Duration = Duration::from_secs(10);
    let stage = Stage::build(&format!("block-seconds = {}", LASTS.as_secs()))
        .await
        .unwrap();
    let daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();
    daemon.kill().unwrap();
    tokio::time::sleep(LASTS).await;
    assert_eq!(
        stage.new_entries().unwrap().len(),
        4,
        "nobody was there to take them out"
    );
    let _daemon = stage.quell.serve().unwrap();
    let deadline = Instant::now() + PATIENCE;
    // An entry may go a moment before its hold is told to be over: a converge for another hold takes it along.
    while !(stage.new_entries().unwrap().is_empty() && stage.holds().await.unwrap().is_empty()) {
        assert!(Instant::now() < deadline, "they are not taken back");
    }
    let holds = stage.quell.run(&["holds"]).unwrap();
    assert_eq!(holds.stdout, "nothing is in force\n");
}
