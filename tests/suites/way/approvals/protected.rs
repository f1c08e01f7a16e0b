//! What its owners came to protect while it waited for people.

use super::*;

/// The web server of the simulated account.
const WEB: &str = "i-0abc1234def567890";

/// A plugin that wants the web server isolated, which needs so many people.
async fn isolating(people: u8) -> (Stand, ApprovalId) {
    let evil = load("evil", &guest::evil()).await.unwrap();
    let stand = Stand::of_plugin(evil, &format!("isolate {WEB}")).await.unwrap();
    with(&stand, &[rule(HeldKind::Isolate, people)]).await;
    let id = ids(&stand.report("1", recorded::ATTACK).await.unwrap()).remove(0);
    (stand, id)
}

/// Its owner puts the tag on the web server.
fn tag(stand: &Stand) {
    let protected = Tag::new("quell:protected", "the release");
    stand.cloud.tag_as_someone_else(WEB, protected).unwrap();
}

/// The configuration protects these, as after a reload.
async fn protect(stand: &Stand, ids: &[&str]) {
    let mut snapshot = (*stand.host.roster().now()).clone();
    snapshot.rules.protection.ids = ids.iter().map(ToString::to_string).collect();
    stand.host.take_over(snapshot).await.unwrap();
}

/// What was approved of does nothing, and waits with the word of so many people.
async fn waits_with(stand: &Stand, id: &ApprovalId, people: usize) -> Pending {
    assert_eq!((stand.writes(), stand.holds().await.unwrap().len()), (0, 0));
    let mut known = all(stand).await;
    known.retain(|pending| pending.id == *id);
    let pending = known.remove(0);
    assert_eq!((&pending.state, pending.votes.len()), (&PendingState::Waiting, people));
    pending
}

/// What a person is told, whatever the name of what waits.
fn told(error: &OrderError, id: &ApprovalId) -> String {
    error.to_string().replace(id.as_str(), "HOLD")
}

#[tokio::test]
async fn who_is_protected_while_it_waits_is_not_isolated_whoever_approves() {
    let (stand, id) = isolating(1).await;
    tag(&stand);
    let error = approve(&stand, &id, "ana").await.unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    insta::assert_snapshot!(told(&error, &id), @r#"HOLD goes on waiting, and this word is not counted: i-0abc1234def567890 is protected by its tag quell:protected = "the release"; approve again once that has changed, or end it with `quell reject HOLD --as NAME`"#);
    waits_with(&stand, &id, 0).await;
    stand.host.carry_order(Order::Reject(word(&id, "ben"))).await.unwrap();
}

#[tokio::test]
async fn a_protection_that_is_gone_again_takes_nobodys_word_from_him() {
    let (stand, id) = isolating(2).await;
    approve(&stand, &id, "ana").await.unwrap();
    protect(&stand, &[WEB]).await;
    let error = approve(&stand, &id, "ben").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the configuration protects i-0abc1234def567890"),
        "{error}"
    );
    waits_with(&stand, &id, 1).await;
    protect(&stand, &[]).await;
    approve(&stand, &id, "ben").await.unwrap();
    assert_eq!(stand.holds().await.unwrap().len(), 1);
}

#[tokio::test]
async fn where_nobody_can_tell_who_is_protected_nothing_is_isolated() {
    let (stand, id) = isolating(1).await;
    let down = Fault::Unreachable {
        message: "connection refused".to_owned(),
    };
    stand.cloud.fail_next(Call::DescribeInstances, down);
    let error = approve(&stand, &id, "ana").await.unwrap_err();
    assert_eq!(error.exit(), Exit::Failed);
    insta::assert_snapshot!(told(&error, &id), @"HOLD goes on waiting, and this word is not counted: whether 111122223333/eu-west-1/i-0abc1234def567890 is protected by now can't be found out: EC2 DescribeInstances: no answer: connection refused; approve again once that has changed, or end it with `quell reject HOLD --as NAME`");
    waits_with(&stand, &id, 0).await;
    approve(&stand, &id, "ana").await.unwrap();
    assert_eq!(stand.holds().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_instance_that_is_gone_by_now_is_told_so() {
    let (stand, id) = isolating(1).await;
    let web = WEB.parse().unwrap();
    let gone = stand.cloud.set_state_as_someone_else(&web, MachineState::Terminated);
    gone.unwrap();
    let error = approve(&stand, &id, "ana").await.unwrap_err().to_string();
    assert!(error.contains("there is no instance i-0abc1234def567890"), "{error}");
    waits_with(&stand, &id, 0).await;
}

#[tokio::test]
async fn who_is_protected_right_after_the_last_yes_of_a_process_that_died_waits_anew() {
    let (stand, id) = isolating(1).await;
    die_after_the_last_yes(&stand, &id).await;
    tag(&stand);
    stand.pass(1).await.unwrap();
    let pending = waits_with(&stand, &id, 0).await;
    assert!(matches!(pending.earlier[0].state, PendingState::Approved { .. }));
    stand.pass(1800).await.unwrap();
    let lapsed = all(&stand).await.remove(0);
    assert!(matches!(lapsed.state, PendingState::Lapsed { .. }), "{lapsed:?}");
}

#[tokio::test]
async fn what_can_not_be_looked_at_right_after_the_last_yes_is_looked_at_again() {
    let (stand, id) = isolating(1).await;
    die_after_the_last_yes(&stand, &id).await;
    let down = Fault::Unreachable {
        message: "connection refused".to_owned(),
    };
    stand.cloud.fail_next(Call::DescribeInstances, down);
    stand.pass(1).await.unwrap();
    assert_eq!((stand.writes(), stand.holds().await.unwrap().len()), (0, 0));
    stand.pass(1).await.unwrap();
    assert_eq!(stand.holds().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_address_that_is_never_blocked_by_now_is_not_denied_whoever_approves() {
    let stand = stand(1).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    let mut waiting = report.held_back.waiting.iter();
    let waiting = waiting
        .find(|waiting| waiting.subject == "block 203.0.113.7/32")
        .unwrap();
    let partner = Order::NeverBlock {
        prefix: "203.0.113.7".parse().unwrap(),
        until: None,
        reason: "our partner".to_owned(),
    };
    stand.host.carry_order(partner).await.unwrap();
    let done = approve(&stand, &waiting.id, "ana").await.unwrap();
    assert_eq!(stand.writes(), 0, "{done}");
}
