//! A person's orders.

use quell::{
    cloud::{Fault, call::Call},
    way::order::Done,
};
use quell_tests::recorded;
use reqwest::StatusCode;
use serde_json::Value;

use crate::open_door::{OpenDoor, refusal};

async fn attacked() -> OpenDoor {
    let door = OpenDoor::new().await.unwrap();
    door.deliver(recorded::ATTACK).await.unwrap();
    door
}

#[tokio::test]
async fn a_release_is_answered_with_what_it_changed_and_listed_as_ended() {
    let door = attacked().await;
    let answer = door.post("/orders", r#"{"release":{"holds":[1]}}"#).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let Done::Released { holds, acls, .. } = answer.json().await.unwrap() else {
        panic!("it is a release")
    };
    assert_eq!(holds[0].remedy.subject(), "203.0.113.7/32");
    assert_eq!(acls[0].changes.len(), 1);
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
async fn what_is_no_order_is_refused_with_what_is_wrong_and_nothing_is_done() {
    let door = attacked().await;
    let mut told = Vec::new();
    for body in [
        "",
        "release 1",
        r#"{"release":{"holds":["1"]}}"#,
        r#"{"release":{"hold":[1]}}"#,
        r#"{"release":{"holds":[1],"pardon":{"for":"a day"}}}"#,
        r#"{"reboot":{}}"#,
    ] {
        told.push(refusal(door.post("/orders", body).await.unwrap()).await.unwrap());
    }
    let long = format!(r#"{{"{}":{{}}}}"#, "x".repeat(100_000));
    let why = refusal(door.post("/orders", long).await.unwrap()).await.unwrap();
    assert!(why.len() < 400, "{why}");
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(door.stand.denied().len(), 4);
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_not_allowed_is_refused() {
    let door = attacked().await;
    let mut told = Vec::new();
    for body in [
        r#"{"release":{"holds":[1,99]}}"#,
        r#"{"release":{"holds":[-1]}}"#,
        r#"{"release":{"address":"203.0.113.200"}}"#,
        r#"{"end-pardon":{"prefix":"203.0.113.200"}}"#,
        r#"{"extend":{"holds":[1],"until":"2026-03-01T13:00:00Z"}}"#,
        r#"{"extend":{"holds":[1],"until":null}}"#,
        r#"{"release":{}}"#,
    ] {
        told.push(refusal(door.post("/orders", body).await.unwrap()).await.unwrap());
    }
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(door.stand.denied().len(), 4);
}

#[tokio::test]
async fn that_aws_did_not_do_its_part_is_told_with_what_was_done() {
    let door = attacked().await;
    let denied = Fault::Denied {
        code: "UnauthorizedOperation".to_owned(),
        message: "you may not".to_owned(),
    };
    door.stand.cloud.fail_next(Call::DeleteNetworkAclEntry, denied);
    let answer = door.post("/orders", r#"{"release":{"holds":[1]}}"#).await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    let done: Done = answer.json().await.unwrap();
    let (_, failure) = done.failures().next().unwrap();
    assert!(failure.message.contains("UnauthorizedOperation"), "{failure:?}");
    let left: Vec<Value> = door.get("/holds").await.unwrap().json().await.unwrap();
    assert_eq!(left.len(), 3, "it is released all the same");
}

#[tokio::test]
async fn an_order_is_carried_out_though_who_gave_it_went_away() {
    let door = attacked().await;
    let request = door.request(reqwest::Method::POST, "/orders");
    let request = request.body(r#"{"release":{"holds":[1,2,3,4]}}"#);
    let hurried = request.timeout(std::time::Duration::from_millis(1)).send().await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    if hurried.is_err() && door.stand.holds().await.unwrap().len() == 4 {
        // It may have been so hurried that nothing was sent.
        door.post("/orders", r#"{"release":{"holds":[1,2,3,4]}}"#)
            .await
            .unwrap();
    }
    while !door.stand.denied().is_empty() {
        assert!(std::time::Instant::now() < deadline, "{:?}", door.stand.denied());
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
