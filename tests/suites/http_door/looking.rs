//! Looking at what became of alerts, and at what is in force.

use quell_tests::recorded;
use reqwest::Method;
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
    let id = quell::hold::DeliveryId::of(quell::alert::Detector::StealthwatchCloud, b"hello");
    let ask = door
        .request(Method::GET, &format!("/deliveries/{id}"))
        .header("accept", "text/plain");
    let text = ask.send().await.unwrap().text().await.unwrap();
    insta::assert_snapshot!(text, @r"
    delivery body-a59c737e1004b39dd71b60f56a8cbdfd: failed, received 2026-03-01T12:00:00Z, 0 attempts

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
async fn holds_are_listed_by_what_is_asked_for() {
    let door = OpenDoor::new().await.unwrap();
    door.deliver(recorded::ATTACK).await.unwrap();
    let mut listed = Vec::new();
    for question in [
        "",
        "?address=203.0.113.0/24",
        "?address=203.0.113.7",
        "?acl=acl-0b111111111111111&covered=true",
        "?covered=false",
        "?direction=egress",
        "?account=111122223333&region=eu-west-1&plugin=nacl-block",
        "?region=eu-central-1",
    ] {
        let holds: Vec<Value> = door
            .get(&format!("/holds{question}"))
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        listed.push(format!("{question}: {}", holds.len()));
    }
    insta::assert_snapshot!(listed.join("\n"), @r"
    : 4
    ?address=203.0.113.0/24: 2
    ?address=203.0.113.7: 1
    ?acl=acl-0b111111111111111&covered=true: 4
    ?covered=false: 0
    ?direction=egress: 0
    ?account=111122223333&region=eu-west-1&plugin=nacl-block: 4
    ?region=eu-central-1: 0
    ");
}

#[tokio::test]
async fn a_question_that_is_misspelt_is_not_answered_as_another() {
    let door = OpenDoor::new().await.unwrap();
    let mut told = Vec::new();
    for path in [
        "/holds?al=true",
        "/holds?all=yes",
        "/holds?address=everyone",
        "/holds?acl=web",
    ] {
        told.push(refusal(door.get(path).await.unwrap()).await.unwrap());
    }
    insta::assert_snapshot!(told.join("\n"));
}
