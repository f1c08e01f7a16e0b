//! What is posted: alerts, and what is none.

use std::time::Duration;

use quell::{alert::Detector, hold::DeliveryId};
use quell_tests::recorded::{self, changed};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::open_door::{ALERTS, OpenDoor, header, refusal};

#[tokio::test]
async fn an_alert_is_taken_at_once_and_what_became_of_it_is_at_the_location() {
    let door = OpenDoor::new().await.unwrap();
    let accepted = door.post(ALERTS, recorded::ATTACK).await.unwrap();
    assert_eq!(accepted.status(), StatusCode::ACCEPTED);
    let place = header(&accepted, "location").unwrap();
    let answer: Value = accepted.json().await.unwrap();
    assert_eq!(
        (&answer["alert"], &answer["state"]),
        (&json!("6125"), &json!("waiting"))
    );
    assert_eq!(place, format!("/deliveries/{}", answer["delivery"].as_str().unwrap()));
    let delivery = door.deliver(recorded::ATTACK).await.unwrap();
    assert_eq!(delivery["state"], "done");
    assert_eq!(delivery["report"]["outcome"], "acted", "{delivery}");
    assert_eq!(door.stand.denied().len(), 4);
}

#[tokio::test]
async fn the_same_body_sent_again_is_known_and_changes_nothing() {
    let door = OpenDoor::new().await.unwrap();
    door.deliver(recorded::ATTACK).await.unwrap();
    let (writes, holds) = (door.stand.writes(), door.stand.holds().await.unwrap());
    let again = door.post(ALERTS, recorded::ATTACK).await.unwrap();
    assert_eq!(again.status(), StatusCode::ACCEPTED);
    let answer: Value = again.json().await.unwrap();
    assert_eq!(
        (&answer["seen-before"], &answer["state"]),
        (&json!(true), &json!("done"))
    );
    let delivery = door.deliver(recorded::ATTACK).await.unwrap();
    assert_eq!(delivery["attempts"], 1);
    assert_eq!(door.stand.writes(), writes);
    assert_eq!(door.stand.holds().await.unwrap(), holds);
}

#[tokio::test]
async fn an_alert_that_went_to_another_detectors_address_is_taken_at_its_own_before_and_after() {
    let door = OpenDoor::new().await.unwrap();
    let id = DeliveryId::of(Detector::GuardDuty, recorded::ATTACK.as_bytes());
    for _ in 0..2 {
        let refused = door.post("/alerts/guardduty", recorded::ATTACK).await.unwrap();
        let why = refusal(refused).await.unwrap();
        let told =
            format!("422: delivery {id} can't be read as an alert of guardduty; it is kept in the journal as failed");
        assert!(why.starts_with(&told), "{why}");
        let place = format!("/deliveries/{id}");
        let kept: Value = door.get(&place).await.unwrap().json().await.unwrap();
        assert_eq!(kept["state"], "failed", "it is as the sender was told: {kept}");
        let delivery = door.deliver(recorded::ATTACK).await.unwrap();
        assert_eq!(
            (&delivery["state"], &delivery["report"]["outcome"]),
            (&json!("done"), &json!("acted"))
        );
    }
}

#[tokio::test]
async fn what_is_no_alert_is_refused_with_the_remedy_and_kept() {
    let door = OpenDoor::new().await.unwrap();
    let mut without_id: Value = serde_json::from_str(recorded::ATTACK).unwrap();
    without_id.as_object_mut().unwrap().remove("id");
    let without_id = without_id.to_string();
    let half = recorded::ATTACK.split_at(recorded::ATTACK.len() / 2).0;
    let deep = format!("{}1{}", "{\"id\":".repeat(100_000), "}".repeat(100_000));
    let cases: [&[u8]; 7] = [
        b"hello",
        half.as_bytes(),
        b"",
        without_id.as_bytes(),
        deep.as_bytes(),
        b"{\"id\": \"\xff\"}",
        b"7",
    ];
    let mut told = Vec::new();
    for body in cases {
        let refused = door.post(ALERTS, body.to_vec()).await.unwrap();
        let why = refusal(refused).await.unwrap();
        let id = DeliveryId::of(Detector::StealthwatchCloud, body);
        let kept: Value = door
            .get(&format!("/deliveries/{id}"))
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(kept["state"], "failed", "{kept}");
        let reason = kept["report"]["summary"].as_str().unwrap();
        assert!(why.ends_with(reason), "what is kept says why, too: {why}, {reason}");
        told.push(why.replace(id.as_str(), "ID").replace(
            " can't be read as an alert of stealthwatch-cloud; it is kept in the journal as failed",
            " …",
        ));
    }
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(door.stand.writes(), 0);
}

#[tokio::test]
async fn an_alert_of_the_most_bytes_is_read_and_one_byte_more_is_refused_though_its_length_was_not_told() {
    let door = OpenDoor::with("max-body = 20000").await.unwrap();
    let spaces = " ".repeat(20_000 - recorded::ATTACK.len());
    let fits = format!("{}{spaces}", recorded::ATTACK);
    let accepted = door.post(ALERTS, fits.clone()).await.unwrap();
    assert_eq!(accepted.status(), StatusCode::ACCEPTED);
    let refused = door.post(ALERTS, fits.clone() + " ").await.unwrap();
    insta::assert_snapshot!(refusal(refused).await.unwrap(), @"413: the request has more bytes than http.max-body allows");

    let chunk = format!("{:x}\r\n{fits} \r\n0\r\n\r\n", fits.len() + 1);
    let head = format!("POST {ALERTS} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_eq!(first_line(&door, &(head + &chunk)).await, "HTTP/1.1 413");
}

#[tokio::test]
async fn ten_megabytes_are_refused_before_they_are_sent() {
    let door = OpenDoor::new().await.unwrap();
    let head = format!("POST {ALERTS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n");
    assert_eq!(first_line(&door, &head).await, "HTTP/1.1 413");
}

/// How the answer to these bytes begins.
async fn first_line(door: &OpenDoor, sent: &str) -> String {
    let mut stream = TcpStream::connect(door.address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_exact(&mut answer));
    read.await.unwrap().unwrap();
    String::from_utf8(answer.to_vec()).unwrap()
}

#[tokio::test]
async fn a_detector_that_is_not_known_is_named_with_those_that_are() {
    let door = OpenDoor::new().await.unwrap();
    let refused = door.post("/alerts/stealthwatch", recorded::ATTACK).await.unwrap();
    insta::assert_snapshot!(refusal(refused).await.unwrap(), @"404: there is no detector `stealthwatch`; those that Quell knows are `stealthwatch-cloud`, `guardduty`, `security-hub`");
    let long = door
        .post(&format!("/alerts/{}", "%1b[31m".repeat(100)), "")
        .await
        .unwrap();
    let why = refusal(long).await.unwrap();
    assert!(why.len() < 300 && !why.contains('\x1b'), "{why}");
    let elsewhere = door.post("/", recorded::ATTACK).await.unwrap();
    insta::assert_snapshot!(refusal(elsewhere).await.unwrap(), @"404: there is nothing here; alerts go to POST /alerts/ with the name of their detector, such as POST /alerts/guardduty");
}

#[tokio::test]
async fn a_list_of_alerts_is_answered_alert_by_alert() {
    let door = OpenDoor::without_worker(Duration::from_secs(10)).await.unwrap();
    let list = format!("{{\"meta\": {{}}, \"objects\": [{}, {{}}]}}", recorded::OTHER);
    let accepted = door.post(ALERTS, list.clone()).await.unwrap();
    assert_eq!(accepted.status(), 202);
    let told: Value = accepted.json().await.unwrap();
    let deliveries = told["deliveries"].as_array().unwrap();
    assert_eq!(
        (&deliveries[0]["state"], &deliveries[0]["alert"]),
        (&json!("waiting"), &json!("6150"))
    );
    assert_eq!(deliveries[1]["state"], "failed");
    assert!(
        deliveries[1]["error"].as_str().unwrap().contains("has no `id`"),
        "{told}"
    );
    let again: Value = door.post(ALERTS, list).await.unwrap().json().await.unwrap();
    assert_eq!(again["deliveries"][0]["seen-before"], true);
    assert_eq!(again["deliveries"][0]["delivery"], deliveries[0]["delivery"]);
    let none: Value = door.post(ALERTS, "[]").await.unwrap().json().await.unwrap();
    assert_eq!(none, json!({ "deliveries": [] }));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_one() {
    let door = OpenDoor::new().await.unwrap();
    for (method, path, right) in [
        (Method::GET, ALERTS, "POST"),
        (Method::DELETE, "/orders", "POST"),
        (Method::POST, "/deliveries/x", "GET,HEAD"),
    ] {
        let refused = door.request(method, path).send().await.unwrap();
        assert_eq!(header(&refused, "allow").unwrap(), right);
        let why = refusal(refused).await.unwrap();
        assert!(why.starts_with("405: "), "{why}");
    }
}

#[tokio::test]
async fn when_too_many_wait_the_sender_is_asked_to_come_again_and_may() {
    let door = OpenDoor::without_worker(Duration::from_secs(10)).await.unwrap();
    let alert = |id: u32| changed(recorded::OTHER, &[("id", json!(id))]);
    for id in 0..100 {
        let accepted = door.post(ALERTS, alert(id)).await.unwrap();
        assert_eq!(accepted.status(), StatusCode::ACCEPTED);
    }
    let full = door.post(ALERTS, alert(100)).await.unwrap();
    assert_eq!(header(&full, "retry-after").unwrap(), "10");
    let id = DeliveryId::of(Detector::StealthwatchCloud, alert(100).as_bytes());
    let why = refusal(full).await.unwrap().replace(id.as_str(), "ID");
    insta::assert_snapshot!(why, @"503: 100 deliveries wait already (work.queue): send delivery ID again later");
    assert_eq!(
        door.get(&format!("/deliveries/{id}")).await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    let known = door.post(ALERTS, alert(7)).await.unwrap();
    assert_eq!(known.status(), StatusCode::ACCEPTED, "what is known needs no room");
    for waiting in door.stand.journal.waiting(jiff::Timestamp::MAX, 1).await.unwrap() {
        door.stand.host.work(&waiting).await.unwrap();
    }
    let again = door.post(ALERTS, alert(100)).await.unwrap();
    assert_eq!(again.status(), StatusCode::ACCEPTED, "there is room again");
}
