//! The SQS door.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use quell::{
    alert::Detector,
    clock::Clock,
    door::{
        Door,
        sqs::{DeadLetters, SqsDoor, SqsOptions},
    },
};
use quell_tests::{
    moto::Moto,
    proxy::{Ec2Proxy, Kind, Trouble, Whom},
    queue::Queue,
    recorded,
    world::World,
};
use serde_json::json;

use crate::open::{Open, PATIENCE, alert};

/// A door to a queue, which is reached behind this end point.
fn door_behind(endpoint: &str, moto: &Moto, queue: &Queue) -> SqsDoor {
    let config = moto.sdk_config().to_builder().endpoint_url(endpoint).build();
    SqsDoor::open(&config, options(queue))
}

fn options(queue: &Queue) -> SqsOptions {
    SqsOptions {
        queue: queue.url.clone(),
        region: None,
        detector: None,
        at_once: 10,
        hidden: Duration::from_secs(3),
        dead_letters: None,
    }
}

fn door(moto: &Moto, queue: &Queue) -> SqsDoor {
    SqsDoor::open(&moto.sdk_config(), options(queue))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_deleted_when_the_journal_has_it_whatever_it_came_in() {
    let world = World::shared().unwrap();
    let queue = Queue::new(&world.moto).await.unwrap();
    let in_sns = json!({
        "Type": "Notification",
        "MessageId": "0a1b2c3d-0000-1111-2222-333344445555",
        "TopicArn": "arn:aws:sns:eu-west-1:111122223333:alerts",
        "Message": alert(2),
        "Timestamp": "2030-01-05T07:40:00.000Z",
    });
    let finding = include_str!("../../../examples/alerts/guardduty-ssh-brute-force.json");
    let id = queue.send(&alert(1)).await.unwrap();
    queue.send(&in_sns.to_string()).await.unwrap();
    queue.send(finding).await.unwrap();
    let open = Open::new(door(&world.moto, &queue)).await.unwrap();
    let mut taken = open.takes(3).await.unwrap();
    queue.holds(0).await.unwrap();
    taken.sort_by_key(|delivery| delivery.body.len());
    assert!(taken.iter().all(|delivery| delivery.door == "sqs"));
    let ids: Vec<_> = taken.iter().map(|delivery| delivery.id.to_string()).collect();
    assert!(ids.contains(&format!("sqs-{id}")), "{ids:?}");
    assert!(
        ids.contains(&"sns-0a1b2c3d-0000-1111-2222-333344445555".to_owned()),
        "{ids:?}"
    );
    assert_eq!(
        taken
            .iter()
            .filter(|delivery| delivery.detector == Detector::GuardDuty)
            .count(),
        1
    );
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_twice_is_done_once() {
    let world = World::shared().unwrap();
    let queue = Queue::new(&world.moto).await.unwrap();
    let in_sns = json!({ "Type": "Notification", "MessageId": "11111111-0000-1111-2222-333344445555", "TopicArn": "t", "Message": alert(1) });
    // SNS delivers at least once, and so does SQS.
    for _ in 0..3 {
        queue.send(&in_sns.to_string()).await.unwrap();
    }
    let open = Open::new(door(&world.moto, &queue)).await.unwrap();
    queue.holds(0).await.unwrap();
    assert_eq!(open.waiting().await.unwrap().len(), 1);
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dies_between_taking_a_message_in_and_deleting_it_does_it_once() {
    let world = World::shared().unwrap();
    let queue = Queue::new(&world.moto).await.unwrap();
    let proxy = Ec2Proxy::start(&world.moto.endpoint()).await.unwrap();
    proxy.set(Trouble::new(Kind::NotPermitted, Whom::Action("DeleteMessage")));
    queue.send(&alert(1)).await.unwrap();
    let open = Open::new(door_behind(&proxy.endpoint(), &world.moto, &queue))
        .await
        .unwrap();
    open.takes(1).await.unwrap();
    assert_eq!(queue.count().await.unwrap(), 1);
    let next = open.killed_and_then(door(&world.moto, &queue));
    queue.holds(0).await.unwrap();
    assert_eq!(next.waiting().await.unwrap().len(), 1);
    next.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_read_is_kept_and_goes_to_the_dead_letters_with_the_reason() {
    let world = World::shared().unwrap();
    let (queue, dead) = (
        Queue::new(&world.moto).await.unwrap(),
        Queue::new(&world.moto).await.unwrap(),
    );
    let proxy = Ec2Proxy::start(&world.moto.endpoint()).await.unwrap();
    // Both messages are received once, and nothing a second time before it was seen where they are then.
    proxy.set(Trouble::new(Kind::NotPermitted, Whom::Action("ReceiveMessage")).after(1));
    let config = world
        .moto
        .sdk_config()
        .to_builder()
        .endpoint_url(proxy.endpoint())
        .build();
    let door = SqsDoor::open(
        &config,
        SqsOptions {
            // So long that it is hidden anew only by who leaves it alone.
            hidden: PATIENCE,
            dead_letters: Some(DeadLetters {
                queue: dead.url.clone(),
                after: 2,
            }),
            ..options(&queue)
        },
    );
    let id = queue.send("no alert at all").await.unwrap();
    queue.send(&alert(1)).await.unwrap();
    let open = Open::new(door).await.unwrap();
    // The good one is not held up by the bad one.
    open.takes(1).await.unwrap();
    let failed = open.failed(&format!("sqs-{id}")).await.unwrap();
    assert_eq!(failed.body, "no alert at all");
    let is_left_alone = || {
        let passed = proxy.passed(0);
        passed
            .iter()
            .any(|passed| passed.request.action == "ChangeMessageVisibility" && passed.answered == Some(200))
    };
    let deadline = Instant::now() + PATIENCE;
    while !is_left_alone() {
        assert_eq!(dead.count().await.unwrap(), 0, "it was received once");
        assert!(Instant::now() < deadline, "it is not left alone");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(dead.count().await.unwrap(), 0, "it was received once");
    proxy.calm();
    dead.holds(1).await.unwrap();
    queue.holds(0).await.unwrap();
    let letter = dead.receive().await.unwrap().remove(0);
    assert_eq!(letter.body.as_deref(), Some("no alert at all"));
    let attributes = letter.message_attributes.unwrap();
    assert_eq!(
        attributes["quell-message-id"].string_value.as_deref(),
        Some(id.as_str())
    );
    let reason = attributes["quell-reason"]
        .string_value
        .clone()
        .unwrap()
        .replace(&id, "ID");
    insta::assert_snapshot!(reason, @r#"delivery sqs-ID can't be read as an alert of stealthwatch-cloud; it is kept in the journal as failed: the alert is not JSON, or not all of it (line 1 column 2); send the alert's JSON object unchanged: expected ident at line 1 column 2"#);
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_too_long_together_with_the_reason_goes_to_the_dead_letters_with_less_of_it_or_none() {
    let world = World::shared().unwrap();
    // moto counts only the body.
    for (refused, characters) in [(1, Some(100)), (2, None)] {
        let proxy = Ec2Proxy::start(&world.moto.endpoint()).await.unwrap();
        proxy.set(Trouble::new(Kind::Invalid, Whom::Action("SendMessage")).times(refused));
        let config = world
            .moto
            .sdk_config()
            .to_builder()
            .endpoint_url(proxy.endpoint())
            .build();
        let (queue, dead) = (
            Queue::new(&world.moto).await.unwrap(),
            Queue::new(&world.moto).await.unwrap(),
        );
        let dead_letters = Some(DeadLetters {
            queue: dead.url.clone(),
            after: 1,
        });
        let options = SqsOptions {
            dead_letters,
            ..options(&queue)
        };
        queue.send("no alert at all").await.unwrap();
        let open = Open::new(SqsDoor::open(&config, options)).await.unwrap();
        dead.holds(1).await.unwrap();
        queue.holds(0).await.unwrap();
        let letter = dead.receive().await.unwrap().remove(0);
        assert_eq!(letter.body.as_deref(), Some("no alert at all"));
        let attributes = letter.message_attributes.unwrap_or_default();
        let reason = attributes.get("quell-reason");
        let reason = reason.and_then(|reason| reason.string_value.as_deref());
        assert_eq!(reason.map(|reason| reason.chars().count()), characters, "{reason:?}");
        open.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_with_a_redrive_policy_of_its_own_keeps_to_it() {
    let world = World::shared().unwrap();
    let dead = Queue::new(&world.moto).await.unwrap();
    let queue = Queue::with_dead_letters(&world.moto, &dead, 1).await.unwrap();
    queue.send("no alert at all").await.unwrap();
    let open = Open::new(door(&world.moto, &queue)).await.unwrap();
    dead.holds(1).await.unwrap();
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_stays_in_the_queue_and_no_message_of_it_is_taken_for_a_bad_one() {
    let world = World::shared().unwrap();
    let dead = Queue::new(&world.moto).await.unwrap();
    // A message that is received a second time would be lost to the dead letters.
    let queue = Queue::with_dead_letters(&world.moto, &dead, 1).await.unwrap();
    for number in 0..8 {
        queue.send(&alert(number)).await.unwrap();
    }
    let open = Open::with_room(3, door(&world.moto, &queue)).await.unwrap();
    let first = open.takes(3).await.unwrap();
    queue.holds(5).await.unwrap();
    // Longer than a message is hidden for at a time.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!((queue.count().await.unwrap(), dead.count().await.unwrap()), (5, 0));
    let mut waiting = first;
    let mut done = 0;
    while !waiting.is_empty() {
        for delivery in waiting {
            open.host.work(&delivery).await.unwrap();
            // It may be tried again later, which is when nobody looks.
            open.stand
                .journal
                .settle(&delivery.id, quell::hold::DeliveryState::Done, "{}")
                .await
                .unwrap();
            done += 1;
        }
        // However many come next.
        let begun = Instant::now();
        waiting = open.waiting().await.unwrap();
        while waiting.is_empty() && done < 8 {
            assert!(begun.elapsed() < PATIENCE, "only {done} came in");
            tokio::time::sleep(Duration::from_millis(20)).await;
            waiting = open.waiting().await.unwrap();
        }
    }
    assert_eq!(done, 8);
    queue.holds(0).await.unwrap();
    assert_eq!(dead.count().await.unwrap(), 0);
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_while_messages_wait_gives_them_back_at_once() {
    let world = World::shared().unwrap();
    let queue = Queue::new(&world.moto).await.unwrap();
    for number in 0..4 {
        queue.send(&alert(number)).await.unwrap();
    }
    let config = world.moto.sdk_config();
    let patient = SqsOptions {
        hidden: Duration::from_secs(600),
        ..options(&queue)
    };
    let open = Open::with_room(1, SqsDoor::open(&config, patient)).await.unwrap();
    open.takes(1).await.unwrap();
    queue.holds(3).await.unwrap();
    open.close().await.unwrap();
    assert_eq!(
        queue.receive().await.unwrap().len(),
        3,
        "none is hidden for ten minutes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_does_not_answer_is_asked_again() {
    let world = World::shared().unwrap();
    let queue = Queue::new(&world.moto).await.unwrap();
    let proxy = Ec2Proxy::start(&world.moto.endpoint()).await.unwrap();
    proxy.set(Trouble::new(Kind::NotPermitted, Whom::Service("sqs")).times(3));
    queue.send(&alert(1)).await.unwrap();
    let open = Open::new(door_behind(&proxy.endpoint(), &world.moto, &queue))
        .await
        .unwrap();
    open.takes(1).await.unwrap();
    queue.holds(0).await.unwrap();
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_hears_what_becomes_of_what_can_not_be_read() {
    let world = World::shared().unwrap();
    let dead = Queue::new(&world.moto).await.unwrap();
    let plain = Queue::new(&world.moto).await.unwrap();
    let redriven = Queue::with_dead_letters(&world.moto, &dead, 3).await.unwrap();
    plain.send("one").await.unwrap();
    let buried = SqsOptions {
        dead_letters: Some(DeadLetters {
            queue: "DEAD".to_owned(),
            after: 3,
        }),
        ..options(&redriven)
    };
    let told = [
        door(&world.moto, &plain).examine().await.unwrap(),
        door(&world.moto, &redriven).examine().await.unwrap(),
        SqsDoor::open(&world.moto.sdk_config(), buried).examine().await.unwrap(),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
1 wait in it; it has no redrive policy, so what can't be read comes again until the queue forgets it; give it one, or name `dead-letters`
0 wait in it; what can't be read goes to its dead letters after 3 receives
0 wait in it; its own redrive policy takes a message away after 3 receives, before `after` = 3 is reached: make `after` smaller
"#);
    let missing = SqsOptions {
        queue: format!("{}-not", plain.url),
        ..options(&plain)
    };
    let url = missing.queue.clone();
    let error = SqsDoor::open(&world.moto.sdk_config(), missing)
        .examine()
        .await
        .unwrap_err();
    insta::assert_snapshot!(quell::text::with_causes(&error).replace(&url, "URL"), @r#"Quell can't look at the queue URL (door.sqs): refused (AWS.SimpleQueueService.NonExistentQueue): The specified queue does not exist."#);
}

#[tokio::test(flavor = "multi_thread")]
async fn word_of_an_end_lets_the_host_look_and_is_deleted() {
    let world = World::shared().unwrap();
    let queue = Queue::new(&world.moto).await.unwrap();
    let open = Open::new(door(&world.moto, &queue)).await.unwrap();
    open.stand.report("1", recorded::ATTACK).await.unwrap();
    assert!(!open.stand.denied().is_empty());
    // Nobody but the message tells the host that time has passed.
    open.stand.clock.advance(jiff::SignedDuration::from_hours(48));
    queue
        .send(&quell::door::message::end(open.stand.clock.now()))
        .await
        .unwrap();
    queue.holds(0).await.unwrap();
    assert!(open.stand.denied().is_empty());
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_nobody_sends_to_stops_at_once() {
    let world = World::shared().unwrap();
    let queue = Queue::new(&world.moto).await.unwrap();
    let open = Open::new(door(&world.moto, &queue)).await.unwrap();
    let closed = tokio::time::timeout(PATIENCE, open.close()).await;
    closed.unwrap().unwrap();
    drop(Arc::clone(&world));
}
