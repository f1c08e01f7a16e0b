//! The daemon as a process, with every door that leads to AWS: from a queue to the entries of a network ACL, and dead at the worst moment.

use std::time::{Duration, Instant};

use quell_tests::{
    attack::Attack,
    moto::REGION,
    proxy::{Kind, Moment, Trouble, Whom},
    queue::Queue,
    stage::{PATIENCE, Stage, Wanted},
    world::World,
};

/// A stage whose daemon asks this queue.
async fn stage(queue: &Queue) -> Stage {
    let folder = "[[door.folder]]\npath = \"incoming\"";
    let tables = format!("[[door.sqs]]\nqueue = {:?}\nregion = \"{REGION}\"\n{folder}", queue.url);
    let wanted = Wanted {
        tables: &tables,
        ..Wanted::default()
    };
    Stage::with(&wanted).await.unwrap()
}

/// Waits until the web server's network ACL has new entries.
async fn acts(stage: &Stage) -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let new = stage.new_entries().unwrap();
        if new.len() >= 4 {
            return new;
        }
        assert!(Instant::now() < deadline, "{new:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_in_a_queue_becomes_entries_also_if_the_daemon_dies_before_it_deletes_the_message() {
    let queue = Queue::new(&World::shared().unwrap().moto).await.unwrap();
    let stage = stage(&queue).await;
    queue.send(&stage.recorded_attack()).await.unwrap();
    let mut daemon = stage.quell.spawn().unwrap();
    let death = Trouble::new(
        Kind::Kill(daemon.process(), Moment::BeforeItIsDone),
        Whom::Action("DeleteMessage"),
    );
    stage.ec2.set(death.times(1));
    let deadline = Instant::now() + PATIENCE;
    while !daemon.has_ended().unwrap() {
        assert!(Instant::now() < deadline, "it was not killed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(queue.count().await.unwrap(), 1);
    let daemon = stage.quell.serve().unwrap();
    let entries = acts(&stage).await;
    queue.holds(0).await.unwrap();
    let offences: Vec<_> = stage.holds().await.unwrap().iter().map(|hold| hold.offences).collect();
    assert!(offences.iter().all(|offences| *offences == 1), "{offences:?}");
    assert_eq!(stage.new_entries().unwrap(), entries);
    let (status, log) = daemon.terminate(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(0), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_messages_are_under_way_than_at_once_says_and_each_alert_is_done_and_none_twice() {
    let world = World::shared().unwrap();
    let dead = Queue::new(&world.moto).await.unwrap();
    // A message that is received a second time would be found among the dead letters.
    let queue = Queue::with_dead_letters(&world.moto, &dead, 1).await.unwrap();
    let attackers: Vec<_> = (1..=9).map(|number| format!("198.51.100.{number}")).collect();
    let attacks: Vec<_> = (1..)
        .zip(&attackers)
        .map(|(id, attacker)| Attack::new(id, &[(attacker.as_str(), 500)]))
        .collect();
    let door = format!(
        "[[door.sqs]]\nqueue = {:?}\nregion = \"{REGION}\"\nat-once = 3",
        queue.url
    );
    let stage = Stage::with(&Wanted {
        // The rest stays in SQS.
        tables: &format!("[work]\nqueue = 2\n{door}"),
        attacks: &attacks,
        ..Wanted::default()
    })
    .await
    .unwrap();
    stage
        .ec2
        .set(Trouble::new(Kind::Late(Duration::from_millis(200)), Whom::Ec2));
    for attack in &attacks {
        queue.send(&stage.on_web(attack)).await.unwrap();
    }
    let daemon = stage.quell.serve().unwrap();
    let deadline = Instant::now() + 2 * PATIENCE;
    let mut most = 0;
    while queue.count().await.unwrap() > 0 {
        assert!(
            Instant::now() < deadline,
            "{} wait in SQS",
            queue.count().await.unwrap()
        );
        most = most.max(queue.hidden().await.unwrap());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(most, 3);
    stage.ec2.calm();
    let denied = || {
        let lines = stage.new_entries().unwrap().into_iter();
        let mut denied: Vec<_> = lines
            .filter_map(|line| line.split(' ').nth(2).map(str::to_owned))
            .collect();
        denied.sort();
        denied
    };
    let wanted: Vec<_> = attackers.iter().map(|attacker| format!("{attacker}/32")).collect();
    while denied() != wanted {
        assert!(Instant::now() < deadline, "{:?}", denied());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let holds = stage.holds().await.unwrap();
    let offences: Vec<_> = holds.iter().map(|hold| hold.offences).collect();
    assert_eq!(offences, [1; 9]);
    assert_eq!(dead.count().await.unwrap(), 0);
    let (status, log) = daemon.terminate(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(0), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_is_put_into_a_folder_becomes_entries() {
    let queue = Queue::new(&World::shared().unwrap().moto).await.unwrap();
    let stage = stage(&queue).await;
    let incoming = stage.quell.path("incoming");
    std::fs::create_dir(&incoming).unwrap();
    let _daemon = stage.quell.serve().unwrap();
    std::fs::write(incoming.join("alert.json"), stage.recorded_attack()).unwrap();
    acts(&stage).await;
    assert!(incoming.join("done/alert.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_at_each_door_and_the_policy_has_what_they_need() {
    let queue = Queue::new(&World::shared().unwrap().moto).await.unwrap();
    let stage = stage(&queue).await;
    let doors = || {
        let told = stage.quell.run(&["doctor", "--output", "json"]).unwrap();
        let findings: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
        let findings = findings.as_array().unwrap().clone();
        let of_doors = findings
            .into_iter()
            .filter(|finding| finding["what"].as_str().unwrap().contains("door "));
        let line = |finding: serde_json::Value| {
            let [what, verdict, why] = ["what", "verdict", "why"].map(|key| finding[key].as_str().unwrap().to_owned());
            format!("{what}: {verdict}, {why}")
        };
        let told = of_doors.map(line).collect::<Vec<_>>().join("\n");
        let folder = stage.quell.path("incoming").display().to_string();
        let name = queue.url.rsplit('/').next().unwrap().to_owned();
        told.replace(&folder, "FOLDER").replace(&name, "QUEUE")
    };
    insta::assert_snapshot!(doors(), @r#"
folder door incoming: missing, the folder incoming can't be used (door.folder): it must be there, and this user must be allowed to write in it: No such file or directory (os error 2)
SQS door QUEUE: fine, 0 wait in it; it has no redrive policy, so what can't be read comes again until the queue forgets it; give it one, or name `dead-letters`
"#);
    std::fs::create_dir(stage.quell.path("incoming")).unwrap();
    insta::assert_snapshot!(doors(), @r#"
folder door incoming: fine, 0 files wait in it
SQS door QUEUE: fine, 0 wait in it; it has no redrive policy, so what can't be read comes again until the queue forgets it; give it one, or name `dead-letters`
"#);
    let policy = stage.quell.run(&["doctor", "--permissions"]).unwrap().stdout;
    let name = queue.url.rsplit('/').next().unwrap();
    assert!(
        policy.contains(&format!("arn:aws:sqs:{REGION}:123456789012:{name}")),
        "{policy}"
    );
}
