//! EC2 answers yesterday's state: what was written a moment ago is not in the next answer. What Quell did itself it has to know better.

use std::time::Duration;

use quell_tests::{
    attack::Attack,
    proxy::{Kind, Moment, Trouble, Whom},
    stage::{Stage, Wanted},
};

use crate::settled::{all_released, settled};

const ONE: (&str, u64) = ("203.0.113.7", 100);
const OTHER: (&str, u64) = ("198.51.100.9", 100);
const ONE_PREFIX: &str = "203.0.113.7/32";
const OTHER_PREFIX: &str = "198.51.100.9/32";

/// How long yesterday lasts here: longer than anything that the driver does at once, shorter than it may doubt what it did itself.
const LAG: Duration = Duration::from_secs(5);

/// How long the short holds last. They end within [`LAG`].
const SHORT: Duration = Duration::from_secs(3);

/// A stage on which `ONE` attacks, then `OTHER`, then `ONE` again. From now on yesterday lasts.
async fn stage(settings: &str) -> anyhow::Result<Stage> {
    let attacks = [Attack::new(1, &[ONE]), Attack::new(2, &[OTHER]), Attack::new(3, &[ONE])];
    let wanted = Wanted {
        settings,
        attacks: &attacks,
        ..Wanted::default()
    };
    Stage::with(&wanted).await
}

fn begins(stage: &Stage) {
    stage.ec2.set(Trouble::new(Kind::Yesterday, Whom::AclReads));
}

async fn ends(stage: &Stage) {
    tokio::time::sleep(LAG).await;
    stage.ec2.calm();
}

fn attack(stage: &Stage, id: u32) -> String {
    stage.on_web(&Attack::new(id, &[]))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_just_written_is_not_written_again_though_it_is_not_shown_yet() {
    let stage = stage("").await.unwrap();
    let _daemon = stage.quell.serve().unwrap();
    begins(&stage);
    for id in [1, 2, 3] {
        stage.post(&attack(&stage, id)).await.unwrap();
    }
    settled(&stage, &[ONE_PREFIX, OTHER_PREFIX]).await.unwrap();
    ends(&stage).await;
    settled(&stage, &[ONE_PREFIX, OTHER_PREFIX]).await.unwrap();
    assert_eq!(stage.ec2.writes(0), 2, "{:?}", stage.ec2.passed(0));
    all_released(&stage).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_not_shown_yet_when_its_hold_ends_is_no_orphan() {
    let stage = stage(&format!("block-seconds = {}", SHORT.as_secs())).await.unwrap();
    let _daemon = stage.quell.serve().unwrap();
    begins(&stage);
    stage.post(&attack(&stage, 1)).await.unwrap();
    ends(&stage).await;
    settled(&stage, &[]).await.unwrap();
    assert_eq!(stage.ec2.writes(0), 2, "made and taken out: {:?}", stage.ec2.passed(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_still_shown_after_it_was_taken_out_gives_its_place_to_the_next() {
    let stage = stage("").await.unwrap();
    let _daemon = stage.quell.serve().unwrap();
    stage.act(&attack(&stage, 1)).await.unwrap();
    begins(&stage);
    all_released(&stage).await.unwrap();
    stage.post(&attack(&stage, 2)).await.unwrap();
    settled(&stage, &[OTHER_PREFIX]).await.unwrap();
    ends(&stage).await;
    settled(&stage, &[OTHER_PREFIX]).await.unwrap();
    all_released(&stage).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offender_that_comes_back_is_denied_though_its_old_entry_is_still_shown() {
    let stage = stage("").await.unwrap();
    let _daemon = stage.quell.serve().unwrap();
    stage.act(&attack(&stage, 1)).await.unwrap();
    begins(&stage);
    all_released(&stage).await.unwrap();
    stage.post(&attack(&stage, 3)).await.unwrap();
    settled(&stage, &[ONE_PREFIX]).await.unwrap();
    ends(&stage).await;
    settled(&stage, &[ONE_PREFIX]).await.unwrap();
    all_released(&stage).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_knows_what_its_predecessor_wrote_though_it_is_not_shown_yet() {
    let stage = stage("").await.unwrap();
    let daemon = stage.quell.serve().unwrap();
    begins(&stage);
    stage.post(&attack(&stage, 1)).await.unwrap();
    settled(&stage, &[ONE_PREFIX]).await.unwrap();
    daemon.kill().unwrap();
    let _daemon = stage.quell.serve().unwrap();
    stage.post(&attack(&stage, 3)).await.unwrap();
    settled(&stage, &[ONE_PREFIX]).await.unwrap();
    ends(&stage).await;
    settled(&stage, &[ONE_PREFIX]).await.unwrap();
    assert_eq!(stage.ec2.writes(0), 1, "{:?}", stage.ec2.passed(0));
    all_released(&stage).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_does_not_know_whether_its_predecessor_wrote_finds_out_when_it_is_shown() {
    let stage = stage("").await.unwrap();
    let mut daemon = stage.quell.serve().unwrap();
    begins(&stage);
    let kill = Kind::Kill(daemon.process(), Moment::BeforeTheAnswer);
    stage.ec2.set(Trouble::new(kill, Whom::Writes).times(1));
    stage.post(&attack(&stage, 1)).await.unwrap();
    while !daemon.has_ended().unwrap() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let _daemon = stage.quell.serve().unwrap();
    ends(&stage).await;
    settled(&stage, &[ONE_PREFIX]).await.unwrap();
    assert_eq!(stage.ec2.writes(0), 1, "{:?}", stage.ec2.passed(0));
    all_released(&stage).await.unwrap();
}
