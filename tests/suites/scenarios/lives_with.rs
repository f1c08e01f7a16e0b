//! Entries of others, in the other direction too.

use std::time::Duration;

use quell::cloud::{Cloud, Direction, Entry, aws::Ec2Cloud};
use quell_tests::{attack::Attack, moto::Moto};

use crate::stage_of;

#[tokio::test(flavor = "multi_thread")]
async fn somebodys_egress_entries_in_our_number_range_stop_nothing_and_stay() {
    let attacks = [
        Attack::new(1, &[("203.0.113.7", 100)]),
        Attack::new(2, &[("198.51.100.9", 100)]),
    ];
    let stage = stage_of(&attacks, "").await;
    let acl = &stage.scene.web.acl;
    let owner = Ec2Cloud::with(&stage.world.moto.sdk_config(), &Moto::options(Duration::from_secs(30)));
    // The lowest number that there is, and the one that we would take first.
    let egress = [1, 99].map(|number| Entry::deny(number, Direction::Egress, "192.0.2.0/24".parse().unwrap()));
    for entry in &egress {
        owner.create_entry(acl, entry).await.unwrap();
    }
    let _daemon = stage.quell.serve().unwrap();
    for attack in &attacks {
        stage.act(&stage.on_web(attack)).await.unwrap();
    }
    for remote in ["203.0.113.7", "198.51.100.9"] {
        assert!(!stage.lets_in(acl, remote).unwrap(), "{remote}");
    }
    for hold in stage.holds().await.unwrap() {
        stage.release(hold.id).await.unwrap();
    }
    let of_owner = ["1 deny 192.0.2.0/24 egress", "99 deny 192.0.2.0/24 egress"];
    assert_eq!(stage.new_entries().unwrap(), of_owner);
}
