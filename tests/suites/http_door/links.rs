//! Links: a person's word without a token, and nobody else's.

use std::time::Duration;

use jiff::SignedDuration;
use quell::{
    clock::Clock,
    duration::HumanDuration,
    hold::{
        NoteKind,
        approval::{Act, ApprovalRule, HeldKind, LinkKey, LinkToken, Pending},
    },
    roster::Snapshot,
};
use quell_tests::recorded;
use reqwest::StatusCode;

use crate::open_door::OpenDoor;

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A door behind which blocks wait for so many people, and what waits first.
async fn waiting(people: u8) -> (OpenDoor, Pending) {
    let key = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key.path(), KEY).unwrap();
    let links = format!(
        "[approval-links]\nkey-file = \"{}\"\nurl = \"http://127.0.0.1:1\"",
        key.path().display()
    );
    let door = OpenDoor::with(&links).await.unwrap();
    let rule = ApprovalRule {
        name: "people-first".to_owned(),
        kinds: [HeldKind::Block].into(),
        tags: Vec::new(),
        over_budget: false,
        people,
        within: HumanDuration(Duration::from_secs(1800)),
    };
    let snapshot = Snapshot {
        approvals: vec![rule],
        ..(*door.stand.host.roster().now()).clone()
    };
    door.stand.host.take_over(snapshot).await.unwrap();
    door.deliver(recorded::ATTACK).await.unwrap();
    let notes = door.stand.journal.notes(NoteKind::Approval).await.unwrap();
    assert_eq!(notes.len(), 4);
    let first = Pending::read(&notes[0]).unwrap();
    (door, first)
}

fn link(pending: &Pending, act: Act) -> String {
    let key = LinkKey::of(KEY.as_bytes()).unwrap();
    format!("/approvals/{}", LinkToken::new(pending, act).unwrap().signed(&key))
}

fn form(name: &str) -> String {
    format!("as={name}&reason=INC-4711")
}

#[tokio::test]
async fn to_open_a_link_changes_nothing_and_its_button_acts_once() {
    let (door, pending) = waiting(1).await;
    let link = link(&pending, Act::Approve);
    for _ in 0..3 {
        let page = door.get(&link).await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(page.headers()["cache-control"], "no-store");
        assert_eq!(page.headers()["referrer-policy"], "no-referrer");
        let page = page.text().await.unwrap();
        assert!(
            page.contains(&pending.subject) && page.contains("<form method=\"post\">"),
            "{page}"
        );
    }
    assert_eq!(
        door.stand.writes(),
        0,
        "a scanner of mail may look as often as it likes"
    );
    let done = door.post(&link, form("ana")).await.unwrap();
    assert_eq!(done.status(), StatusCode::OK);
    assert!(done.text().await.unwrap().contains("put in force as hold "));
    assert_eq!(door.stand.denied().len(), 1);
    let again = door.post(&link, form("ben")).await.unwrap();
    assert_ne!(again.status(), StatusCode::OK);
    let note = door
        .stand
        .journal
        .note(NoteKind::Approval, pending.id.as_str())
        .await
        .unwrap()
        .unwrap();
    let vote = Pending::read(&note).unwrap().votes.remove(0);
    assert_eq!((vote.by.as_str(), vote.reason.as_str()), ("ana", "INC-4711"));
}

#[tokio::test]
async fn two_people_need_two_links_and_two_names() {
    let (door, pending) = waiting(2).await;
    let (first, second) = (link(&pending, Act::Approve), link(&pending, Act::Approve));
    assert_eq!(door.post(&first, form("ana")).await.unwrap().status(), StatusCode::OK);
    let used = door.post(&first, form("ben")).await.unwrap();
    assert_eq!(used.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(used.text().await.unwrap().contains("was used already"));
    let same = door.post(&second, form("Ana")).await.unwrap();
    assert_eq!(same.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(door.stand.writes(), 0);
    assert_eq!(door.post(&second, form("ben")).await.unwrap().status(), StatusCode::OK);
    assert_eq!(door.stand.denied().len(), 1);
}

#[tokio::test]
async fn a_link_to_reject_rejects() {
    let (door, pending) = waiting(1).await;
    let rejected = door.post(&link(&pending, Act::Reject), form("ana")).await.unwrap();
    assert_eq!(rejected.status(), StatusCode::OK);
    let late = door.post(&link(&pending, Act::Approve), form("ben")).await.unwrap();
    assert_eq!((late.status(), door.stand.writes()), (StatusCode::GONE, 0));
}

#[tokio::test]
async fn whoever_has_no_link_of_ours_gets_nothing() {
    let (door, pending) = waiting(1).await;
    let other_key = LinkKey::of(&[7; 32]).unwrap();
    let forged = LinkToken::new(&pending, Act::Approve).unwrap().signed(&other_key);
    let other_plan = LinkToken {
        plan: "00".repeat(32),
        ..LinkToken::new(&pending, Act::Approve).unwrap()
    };
    let other_plan = other_plan.signed(&LinkKey::of(KEY.as_bytes()).unwrap());
    let good = link(&pending, Act::Approve);
    for (path, status) in [
        (format!("/approvals/{forged}"), StatusCode::NOT_FOUND),
        (format!("/approvals/{}", pending.id), StatusCode::NOT_FOUND),
        (good.replace("/approvals/", "/approvals/x"), StatusCode::NOT_FOUND),
        (format!("/approvals/{other_plan}"), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = door.post(&path, form("eve")).await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
    for body in ["", "as=", "as=%0a", "reason=x"] {
        let answer = door.post(&good, body).await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    let long = door.post(&good, "x".repeat(100_000)).await.unwrap();
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(door.stand.writes(), 0);
}

#[tokio::test]
async fn a_link_is_over_when_what_it_is_about_is() {
    let (door, pending) = waiting(1).await;
    let link = link(&pending, Act::Approve);
    door.stand.clock.advance(SignedDuration::from_secs(1800));
    assert!(pending.until <= door.stand.clock.now());
    assert_eq!(door.get(&link).await.unwrap().status(), StatusCode::GONE);
    assert_eq!(door.post(&link, form("ana")).await.unwrap().status(), StatusCode::GONE);
    assert_eq!(door.stand.writes(), 0);
}

#[tokio::test]
async fn without_a_key_there_is_no_such_address() {
    let door = OpenDoor::new().await.unwrap();
    assert_eq!(
        door.get("/approvals/x.y").await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
}
