//! Looking at what became of alerts, and releasing holds.

use quell_tests::recorded;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::open_door::{ALERTS, OpenDoor, refusal};

#[tokio::test]
async fn who_asks_for_text_gets_the_report_for_people() {
    let door = OpenDoor::new().await.unwrap();
    let delivery = door.deliver(recorded::ATTACK).await.unwrap();
    let id = delivery["delivery"].as_str().unwrap();
    let ask = door
        .request(Method::GET, &format!("/deliveries/{id}"))
        .header("accept", "text/plain;q=0.9");
    let answer = ask.send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("text/plain"), "{kind}");
    let text = answer.text().await.unwrap();
    let head = format!("delivery {id}: done, received 2026-03-01T12:00:00Z, 1 attempt\n\n");
    let report = text.strip_prefix(&head).unwrap_or_else(|| panic!("{text}"));
    let json: quell::report::Report = serde_json::from_value(delivery["report"].clone()).unwrap();
    let plain = anstream::adapter::strip_str(&json.to_string()).to_string();
    assert_eq!(report.trim_end(), plain.trim_end());
    assert!(!text.contains('\x1b') && text.contains("203.0.113.7"), "{text}");
}

#[tokio::test]
async fn the_text_of_what_could_not_be_read_says_why() {
    let door = OpenDoor::new().await.unwrap();
    door.post(ALERTS, "hello").await.unwrap();
    let id = quell::hold::DeliveryId::of_bytes(b"hello");
    let ask = door
        .request(Method::GET, &format!("/deliveries/{id}"))
        .header("accept", "text/plain");
    let text = ask.send().await.unwrap().text().await.unwrap();
    insta::assert_snapshot!(text, @r"
    delivery body-2cf24dba5fb0a30e26e83b2ac5b9e29e: failed, received 2026-03-01T12:00:00Z, 0 attempts

    the alert is not JSON, or not all of it (line 1 column 1); send the alert's JSON object unchanged: expected value at line 1 column 1
    ");
}

#[tokio::test]
async fn a_delivery_that_is_not_known_is_not_found() {
    let door = OpenDoor::new().await.unwrap();
    for path in ["/deliveries/x", "/deliveries/%00", "/deliveries/..%2f..%2fetc%2fpasswd"] {
        let refused = door.get(path).await.unwrap();
        assert_eq!(refusal(refused).await.unwrap(), "404: there is no such delivery");
    }
}

#[tokio::test]
async fn holds_are_listed_released_and_then_listed_as_ended() {
    let door = OpenDoor::new().await.unwrap();
    door.deliver(recorded::ATTACK).await.unwrap();
    let holds: Vec<Value> = door.get("/holds").await.unwrap().json().await.unwrap();
    assert_eq!(holds.len(), 4);
    let released = door.post("/holds/1/release", "").await.unwrap();
    assert_eq!(released.status(), StatusCode::OK);
    let released: Value = released.json().await.unwrap();
    assert_eq!(released["hold"]["prefix"], "203.0.113.7/32");
    assert_eq!(released["changes"].as_array().unwrap().len(), 1);
    let denied = door.stand.denied();
    assert!(
        denied.len() == 3 && !denied.iter().any(|entry| entry.contains("203.0.113.7/32")),
        "{denied:?}"
    );
    let left: Vec<Value> = door.get("/holds").await.unwrap().json().await.unwrap();
    let all: Vec<Value> = door.get("/holds?all=true").await.unwrap().json().await.unwrap();
    assert_eq!((left.len(), all.len()), (3, 4));
}

#[tokio::test]
async fn a_hold_that_is_not_there_is_not_found_whatever_was_meant() {
    let door = OpenDoor::new().await.unwrap();
    door.deliver(recorded::ATTACK).await.unwrap();
    let mut told = Vec::new();
    for id in ["99", "-1", "one", "1%20", "99999999999999999999"] {
        let refused = door.post(&format!("/holds/{id}/release"), "").await.unwrap();
        told.push(refusal(refused).await.unwrap());
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    404: there is no hold 99 in force; `quell holds` lists those that are
    404: there is no hold -1 in force; `quell holds` lists those that are
    404: a hold's id is a number; GET /holds lists those in force
    404: a hold's id is a number; GET /holds lists those in force
    404: a hold's id is a number; GET /holds lists those in force
    ");
    assert_eq!(door.stand.denied().len(), 4);
}

#[tokio::test]
async fn a_question_that_is_misspelt_is_not_answered_as_another() {
    let door = OpenDoor::new().await.unwrap();
    let mut told = Vec::new();
    for path in ["/holds?al=true", "/holds?all=yes"] {
        told.push(refusal(door.get(path).await.unwrap()).await.unwrap());
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    400: the only thing to ask /holds for is ?all=true: the holds that have ended, too
    400: the only thing to ask /holds for is ?all=true: the holds that have ended, too
    ");
}
