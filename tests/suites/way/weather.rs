//! The whole way while calls to the account and the journal are late, refused, or done without an answer: in the end all is as in calm weather.

use std::sync::Arc;

use quell::{
    alert::Detector,
    clock::Clock,
    cloud::{AclId, Cloud},
    hold::{Coverage, DeliveryId, DeliveryState},
    way::Receipt,
};
use quell_tests::{
    fault::{Weather, weathers},
    recorded::{self, changed},
    stand::{self, Stand},
};
use serde_json::json;

/// After so many rounds an alert that nothing is wrong with is done.
const MOST_ROUNDS: usize = 60;

/// The attack, and once more as a re-offence.
fn alerts() -> [String; 2] {
    [
        recorded::ATTACK.to_owned(),
        changed(recorded::ATTACK, &[("modified", json!("2026-02-01T00:00:00Z"))]),
    ]
}

/// As a sender does: it sends again until it is told that the alert is in the journal.
async fn send(stand: &Stand, id: &DeliveryId, alert: &str) -> Receipt {
    for _ in 0..MOST_ROUNDS {
        let received = stand
            .host
            .receive("test", Detector::StealthwatchCloud, id.clone(), alert.as_bytes());
        if let Ok(receipt) = received.await {
            return receipt;
        }
    }
    panic!("it is never taken");
}

/// As worker and timer do, until nothing is left to be done.
async fn work(stand: &Stand) {
    for _ in 0..MOST_ROUNDS {
        let now = stand.clock.now();
        let waiting = stand.journal.waiting(now, 10).await.unwrap();
        for delivery in &waiting {
            let _tried_again = stand.host.work(delivery).await;
        }
        let _tried_again = stand.pass(120).await;
        // What failed waits for a while before it is due again.
        let later = stand.clock.now() + jiff::SignedDuration::from_hours(1);
        let is_waiting = !stand.journal.waiting(later, 1).await.unwrap().is_empty();
        let is_unfinished = !stand.journal.unfinished().await.unwrap().is_empty();
        if !is_waiting && !is_unfinished {
            return;
        }
    }
    panic!("it comes to no end");
}

async fn play(weather: Option<&Arc<Weather>>) -> Stand {
    let mut stand = Stand::new().await.unwrap();
    if let Some(weather) = weather {
        stand.restart_in_weather(weather).unwrap();
    }
    for (number, alert) in alerts().iter().enumerate() {
        let id = DeliveryId::given("test", &number.to_string());
        send(&stand, &id, alert).await;
        work(&stand).await;
        let delivery = stand
            .journal
            .delivery(&id)
            .await
            .unwrap()
            .expect("what was taken is in the journal");
        assert_eq!(delivery.state, DeliveryState::Done, "{}", delivery.report);
    }
    stand
}

/// What is denied, whatever the numbers.
fn denied(stand: &Stand) -> Vec<String> {
    let mut denied: Vec<_> = stand
        .denied()
        .iter()
        .map(|line| line.split_once(' ').expect("a number stands first").1.to_owned())
        .collect();
    denied.sort();
    denied
}

#[tokio::test]
async fn in_whatever_weather_what_is_blocked_in_the_end_is_what_is_blocked_in_calm_weather_and_all_of_it_ends() {
    let calm = play(None).await;
    let offences = |holds: Vec<quell::hold::Hold>| holds.iter().map(|hold| hold.offences).collect::<Vec<_>>();
    for weather in weathers() {
        let stand = play(Some(&weather)).await;
        assert_eq!(denied(&stand), denied(&calm), "{weather}");
        let (in_weather, in_calm) = (stand.holds().await.unwrap(), calm.holds().await.unwrap());
        assert_eq!(
            offences(in_weather),
            offences(in_calm),
            "{weather}: an alert that was tried again is no other offence"
        );

        // Ten days later all has ended, and nothing of ours is left behind.
        stand.clock.advance(jiff::SignedDuration::from_hours(240));
        work(&stand).await;
        assert_eq!(denied(&stand), Vec::<String>::new(), "{weather}");
        assert!(stand.holds().await.unwrap().is_empty(), "{weather}");
        assert!(
            stand.journal.targets().await.unwrap().is_empty(),
            "{weather}: something of ours is believed to be left"
        );
    }
}

#[tokio::test]
async fn in_whatever_weather_somebody_elses_entries_stay_as_they_are() {
    for weather in weathers() {
        let mut stand = Stand::new().await.unwrap();
        for number in [1, 99] {
            stand
                .somebody_puts(number, quell::cloud::Direction::Ingress, "192.0.2.0/24")
                .unwrap();
        }
        let acl: AclId = stand::WEB_ACL.parse().unwrap();
        let theirs = stand.cloud.network_acl(&acl).await.unwrap().entries;
        stand.restart_in_weather(&weather).unwrap();
        let id = DeliveryId::given("test", "1");
        send(&stand, &id, recorded::ATTACK).await;
        work(&stand).await;
        let entries = stand.cloud.network_acl(&acl).await.unwrap().entries;
        for entry in &theirs {
            assert!(entries.contains(entry), "{weather}: {entry:?} is gone");
        }
        let holds = stand.holds().await.unwrap();
        let here = holds.iter().filter(|hold| hold.target.acl() == Some(&acl));
        // Theirs denies one of the attackers already, and ours would add nothing.
        let ours = here.filter(|hold| matches!(hold.coverage, Coverage::Covered { .. }));
        assert_eq!(entries.len(), theirs.len() + ours.count(), "{weather}");
    }
}
