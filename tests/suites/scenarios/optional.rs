//! Parts that are optional: one that is switched off or not permitted breaks nothing else.

use std::time::{Duration, Instant};

use quell_tests::{
    attack::Attack,
    proxy::{Kind, Trouble, Whom},
    stage::{PATIENCE, Stage, Wanted},
};

const ENTRY: &str = "99 deny 203.0.113.7/32 ingress";

fn attack() -> Attack {
    Attack::new(1, &[("203.0.113.7", 100)])
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_stealthwatch_api_alerts_are_answered_and_what_was_blocked_before_still_ends() {
    let attacks = [attack()];
    let with = Wanted {
        settings: "block-seconds = 6",
        attacks: &attacks,
        ..Wanted::default()
    };
    let stage = Stage::with(&with).await.unwrap();
    let daemon = stage.quell.serve().unwrap();
    stage.act(&stage.on_web(&attacks[0])).await.unwrap();
    assert_eq!(stage.new_entries().unwrap(), [ENTRY]);
    daemon.kill().unwrap();

    let without = Wanted {
        without_stealthwatch: true,
        ..with
    };
    stage.configure(&without).unwrap();
    let _daemon = stage.quell.serve().unwrap();
    let place = stage.post(&stage.recorded_attack()).await.unwrap();
    let told = stage.tried(&place).await.unwrap()["report"]["summary"].to_string();
    assert!(told.contains("configure [stealthwatch-cloud]"), "{told}");
    let deadline = Instant::now() + PATIENCE;
    while !stage.new_entries().unwrap().is_empty() {
        assert!(Instant::now() < deadline, "the block stays");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_place_for_compiled_plugins_everything_works() {
    let attacks = [attack()];
    let wanted = Wanted {
        attacks: &attacks,
        without_cache: true,
        ..Wanted::default()
    };
    let stage = Stage::with(&wanted).await.unwrap();
    let _daemon = stage.quell.serve().unwrap();
    stage.act(&stage.on_web(&attacks[0])).await.unwrap();
    assert_eq!(stage.new_entries().unwrap(), [ENTRY]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_service_quotas_may_not_be_asked_everything_works() {
    let attacks = [attack()];
    let wanted = Wanted {
        attacks: &attacks,
        ..Wanted::default()
    };
    let stage = Stage::with(&wanted).await.unwrap();
    stage.ec2.set(Trouble::new(Kind::NotPermitted, Whom::ServiceQuotas));
    let _daemon = stage.quell.serve().unwrap();
    stage.act(&stage.on_web(&attacks[0])).await.unwrap();
    assert_eq!(stage.new_entries().unwrap(), [ENTRY]);
    // The default was enough for it, so nobody asked yet.
    let capacity = stage.quell.run(&["capacity"]).unwrap();
    assert!(capacity.stdout.contains("20"), "{capacity:?}");
    let passed = stage.ec2.passed(0);
    let mut asked = passed.iter().filter(|it| it.request.action == "GetServiceQuota");
    assert!(asked.any(|it| it.answered == Some(400)), "it was not asked: {passed:?}");
}
