//! What is blocked ends: each for itself, the last one too, and later for who comes back.

use std::time::{Duration, Instant};

use quell_tests::{
    attack::Attack,
    stage::{PATIENCE, Stage},
};

use crate::stage_of;

/// A block that ends while the test looks on.
const SHORT: &str = "block-seconds = 6";

async fn as_in_the_beginning(stage: &Stage) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (entries, holds) = (stage.new_entries().unwrap(), stage.holds().await.unwrap());
        if entries.is_empty() && holds.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "they stay: {entries:?}, {holds:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_addresses_in_one_finding_have_an_entry_each_and_each_ends_and_nothing_wedges() {
    let offenders = ["203.0.113.7", "198.51.100.9", "192.0.2.99"];
    let counted = offenders.map(|address| (address, 100));
    let attacks = [Attack::new(1, &counted), Attack::new(2, &counted)];
    let stage = stage_of(&attacks, SHORT).await;
    let _daemon = stage.quell.serve().unwrap();
    for attack in &attacks {
        stage.act(&stage.on_web(attack)).await.unwrap();
        assert_eq!(stage.new_entries().unwrap().len(), 3);
        for offender in offenders {
            assert!(!stage.lets_in(&stage.scene.web.acl, offender).unwrap(), "{offender}");
        }
        as_in_the_beginning(&stage).await;
        for offender in offenders {
            assert!(stage.lets_in(&stage.scene.web.acl, offender).unwrap(), "{offender}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_block_that_ends_goes_too() {
    let attack = Attack::new(1, &[("203.0.113.7", 100)]);
    let stage = stage_of(std::slice::from_ref(&attack), SHORT).await;
    let before = stage.entries(&stage.scene.web.acl).unwrap();
    let _daemon = stage.quell.serve().unwrap();
    stage.act(&stage.on_web(&attack)).await.unwrap();
    assert_eq!(stage.new_entries().unwrap(), ["99 deny 203.0.113.7/32 ingress"]);
    as_in_the_beginning(&stage).await;
    assert_eq!(stage.entries(&stage.scene.web.acl).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_offends_again_is_blocked_for_longer_with_the_entry_that_is_there() {
    let offender = [("203.0.113.7", 100)];
    let attacks = [Attack::new(1, &offender), Attack::new(2, &offender)];
    // With jitter the end that the second block asks for could be before that of the first, which never moves back.
    let stage = stage_of(&attacks, "jitter-percent = 0").await;
    let _daemon = stage.quell.serve().unwrap();
    stage.act(&stage.on_web(&attacks[0])).await.unwrap();
    let first = stage.holds().await.unwrap().remove(0);
    let begin = stage.ec2.count();

    let report = stage.report(&stage.on_web(&attacks[1])).await.unwrap();
    assert_eq!(report["outcome"], "already-so", "{report}");
    let holds = stage.holds().await.unwrap();
    assert_eq!(holds.len(), 1, "{holds:?}");
    assert_eq!((holds[0].id, holds[0].offences), (first.id, 2));
    assert!(
        holds[0].until > first.until,
        "{:?} is not after {:?}",
        holds[0].until,
        first.until
    );
    assert_eq!(stage.new_entries().unwrap(), ["99 deny 203.0.113.7/32 ingress"]);
    assert_eq!(stage.ec2.writes(begin), 0);
}
