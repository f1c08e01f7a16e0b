//! Approval: nothing that needs people is done without them, and what they approve of is what is done.

mod protected;

use std::{sync::Arc, time::Duration};

use quell::{
    clock::Clock,
    cloud::{Fault, MachineState, Tag, call::Call},
    decision::ActionKind,
    duration::HumanDuration,
    exit::{Classified, Exit},
    hold::{
        NoteKind,
        approval::{ApprovalId, ApprovalRule, HeldKind, Pending, PendingState},
    },
    report::{Mode, Outcome, Report},
    roster::{Answers, Snapshot},
    way::order::{Done, Order, OrderError, Word},
};
use quell_tests::{
    fault::Weather,
    guest, recorded,
    stand::{Stand, default_plugin, load, routed},
};
use serde_json::json;

fn rule(kind: HeldKind, people: u8) -> ApprovalRule {
    ApprovalRule {
        name: "people-first".to_owned(),
        kinds: [kind].into(),
        tags: Vec::new(),
        over_budget: false,
        people,
        within: HumanDuration(Duration::from_secs(1800)),
    }
}

async fn with(stand: &Stand, rules: &[ApprovalRule]) {
    let snapshot = Snapshot {
        approvals: rules.to_vec(),
        ..(*stand.host.roster().now()).clone()
    };
    stand.host.take_over(snapshot).await.unwrap();
}

/// The default plugin, whose blocks need so many people.
async fn stand(people: u8) -> Stand {
    let stand = Stand::new().await.unwrap();
    with(&stand, &[rule(HeldKind::Block, people)]).await;
    stand
}

fn ids(report: &Report) -> Vec<ApprovalId> {
    report
        .held_back
        .waiting
        .iter()
        .map(|waiting| waiting.id.clone())
        .collect()
}

fn word(hold: &ApprovalId, by: &str) -> Word {
    Word {
        hold: hold.clone(),
        by: by.to_owned(),
        reason: "INC-4711".to_owned(),
    }
}

async fn approve(stand: &Stand, hold: &ApprovalId, by: &str) -> Result<Done, OrderError> {
    stand.host.carry_order(Order::Approve(word(hold, by))).await
}

async fn all(stand: &Stand) -> Vec<Pending> {
    match stand.host.carry_order(Order::Approvals { all: true }).await.unwrap() {
        Done::Approvals { approvals, .. } => approvals,
        other => panic!("it lists: {other}"),
    }
}

#[tokio::test]
async fn what_waits_does_nothing_and_approved_it_is_done_at_once() {
    let stand = stand(1).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!((report.outcome, stand.writes()), (Outcome::AwaitsApproval, 0));
    assert_eq!(stand.holds().await.unwrap(), []);
    stand.host.repair().await.unwrap();
    assert_eq!(stand.writes(), 0, "no converge sees it");
    let ids = ids(&report);
    assert_eq!(ids.len(), 4, "{report}");

    stand.pass(600).await.unwrap();
    let done = approve(&stand, &ids[0], "ana").await.unwrap();
    assert_eq!(stand.denied().len(), 1, "{done}");
    let hold = &stand.holds().await.unwrap()[0];
    let lasts = hold.until.unwrap().duration_since(hold.since);
    assert_eq!(lasts.as_secs(), 86_400, "it lasts its whole time from now on");
    let listed = all(&stand).await;
    let approved = listed.iter().find(|pending| pending.id == ids[0]).unwrap();
    assert!(matches!(&approved.state, PendingState::InForce { holds, .. } if holds == &[hold.id]));
    let vote = &approved.votes[0];
    assert_eq!((vote.by.as_str(), vote.reason.as_str()), ("ana", "INC-4711"));
    assert_eq!(vote.at, stand.clock.now());
}

#[tokio::test]
async fn two_people_are_two_different_people() {
    let stand = stand(2).await;
    let id = ids(&stand.report("1", recorded::ATTACK).await.unwrap()).remove(0);
    approve(&stand, &id, "ana").await.unwrap();
    assert_eq!(stand.writes(), 0);
    let error = approve(&stand, &id, "ANA ").await.unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.to_string().contains("it needs another person"), "{error}");
    approve(&stand, &id, "ben").await.unwrap();
    assert_eq!(stand.denied().len(), 1);
}

#[tokio::test]
async fn one_no_is_enough_and_final() {
    let stand = stand(2).await;
    let id = ids(&stand.report("1", recorded::ATTACK).await.unwrap()).remove(0);
    approve(&stand, &id, "ana").await.unwrap();
    stand.host.carry_order(Order::Reject(word(&id, "ben"))).await.unwrap();
    let error = approve(&stand, &id, "cai").await.unwrap_err();
    assert_eq!((error.exit(), stand.writes()), (Exit::NotFound, 0));
}

#[tokio::test]
async fn nobody_approved_in_time_is_no() {
    let stand = stand(1).await;
    let id = ids(&stand.report("1", recorded::ATTACK).await.unwrap()).remove(0);
    stand.pass(1800).await.unwrap();
    let error = approve(&stand, &id, "ana").await.unwrap_err();
    assert!(error.to_string().contains("nobody approved until"), "{error}");
    assert!(
        all(&stand)
            .await
            .iter()
            .all(|pending| matches!(pending.state, PendingState::Lapsed { .. }))
    );
    assert_eq!((stand.writes(), stand.holds().await.unwrap().len()), (0, 0));
    // The same attack later asks again, and what became of it before is not forgotten.
    let again = ids(&stand.report("2", recorded::ATTACK).await.unwrap()).remove(0);
    assert_eq!(again, id);
    approve(&stand, &again, "ana").await.unwrap();
    assert_eq!(stand.denied().len(), 1);
    let known = all(&stand).await;
    let round = known.iter().find(|pending| pending.id == id).unwrap();
    assert_eq!(round.earlier.len(), 1);
}

#[tokio::test]
async fn who_offends_again_while_it_waits_makes_nothing_longer_and_no_second_one() {
    let stand = stand(1).await;
    let first = stand.report("1", recorded::ATTACK).await.unwrap();
    let before = all(&stand).await;
    stand.pass(900).await.unwrap();
    let second = stand.report("2", recorded::ATTACK).await.unwrap();
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(all(&stand).await, before);
}

#[tokio::test]
async fn another_plan_voids_what_was_approved_of_so_far() {
    let stand = stand(2).await;
    let first = ids(&stand.report("1", recorded::ATTACK).await.unwrap());
    approve(&stand, &first[0], "ana").await.unwrap();
    let longer = json!({ "jitter-percent": 0, "block-seconds": 172_800 }).to_string();
    let plugin = routed(default_plugin().await.unwrap(), &longer, [ActionKind::Block])
        .await
        .unwrap();
    stand.decides_with(Answers::All, [plugin]).await.unwrap();
    with(&stand, &[rule(HeldKind::Block, 2)]).await;
    let second = ids(&stand.report("2", recorded::ATTACK).await.unwrap());
    assert!(second.iter().all(|id| !first.contains(id)));
    let error = approve(&stand, &first[0], "ben").await.unwrap_err();
    assert!(error.to_string().contains("the plan changed"), "{error}");
    approve(&stand, &second[0], "ben").await.unwrap();
    assert_eq!(stand.writes(), 0, "ana said nothing about two days");
}

/// What a process leaves that wrote down that enough people approved, and nothing more.
async fn die_after_the_last_yes(stand: &Stand, id: &ApprovalId) {
    let note = stand.journal.note(NoteKind::Approval, id.as_str()).await.unwrap();
    let note = note.unwrap();
    let approved = Pending {
        state: PendingState::Approved { at: stand.clock.now() },
        ..Pending::read(&note).unwrap()
    };
    assert!(stand.journal.write_note(&approved.note(Some(&note))).await.unwrap());
}

#[tokio::test]
async fn who_dies_right_after_the_last_yes_leaves_nothing_undone() {
    let mut stand = stand(1).await;
    let id = ids(&stand.report("1", recorded::ATTACK).await.unwrap()).remove(0);
    die_after_the_last_yes(&stand, &id).await;
    stand.restart().unwrap();
    with(&stand, &[rule(HeldKind::Block, 1)]).await;
    stand.pass(1).await.unwrap();
    assert_eq!(stand.denied().len(), 1);
    stand.pass(1).await.unwrap();
    assert_eq!(stand.holds().await.unwrap().len(), 1, "and it is done once");
}

/// Nothing has to wait any more, by a configuration that was changed meanwhile.
async fn no_rule_is_left(stand: &mut Stand) {
    stand.restart().unwrap();
    assert!(stand.host.roster().now().approvals.is_empty());
}

#[tokio::test]
async fn what_waits_by_a_rule_that_is_gone_ends_at_its_end_and_is_heard_until_then() {
    let mut stand = stand(1).await;
    let ids = ids(&stand.report("1", recorded::ATTACK).await.unwrap());
    no_rule_is_left(&mut stand).await;
    stand.pass(60).await.unwrap();
    assert_eq!(stand.writes(), 0, "that no rule is left is nobody's yes");
    approve(&stand, &ids[0], "ana").await.unwrap();
    assert_eq!(stand.denied().len(), 1);
    stand
        .host
        .carry_order(Order::Reject(word(&ids[1], "ben")))
        .await
        .unwrap();
    stand.pass(1_800).await.unwrap();
    let mut lapsed = 0;
    for id in &ids {
        let note = stand.journal.note(NoteKind::Approval, id.as_str()).await.unwrap();
        let written = Pending::read(&note.unwrap()).unwrap().state;
        assert_ne!(written, PendingState::Waiting, "{id}");
        lapsed += usize::from(matches!(written, PendingState::Lapsed { .. }));
    }
    assert_eq!((lapsed, stand.denied().len()), (2, 1));
}

#[tokio::test]
async fn who_dies_right_after_the_last_yes_leaves_nothing_undone_though_no_rule_is_left() {
    let mut stand = stand(1).await;
    let id = ids(&stand.report("1", recorded::ATTACK).await.unwrap()).remove(0);
    die_after_the_last_yes(&stand, &id).await;
    no_rule_is_left(&mut stand).await;
    stand.pass(1).await.unwrap();
    assert_eq!(stand.denied().len(), 1);
}

#[tokio::test]
async fn what_people_approved_of_and_can_not_be_put_in_force_now_keeps_no_other_hold_from_its_target() {
    let mut stand = Stand::new().await.unwrap();
    let down = Fault::Unreachable {
        message: "connection refused".to_owned(),
    };
    stand.cloud.fail_next(Call::CreateNetworkAclEntry, down);
    stand.deliver("1", recorded::ATTACK).await.unwrap();
    with(&stand, &[rule(HeldKind::Block, 1)]).await;
    let id = ids(&stand.report("2", recorded::ATTACK).await.unwrap()).remove(0);
    die_after_the_last_yes(&stand, &id).await;
    assert_eq!(stand.denied(), [""; 0]);
    let weather = Arc::<Weather>::default();
    stand.restart_in_weather(&weather).unwrap();
    // Before it the timer ends what is over, and lists what waits.
    weather.refuses_after(2);
    assert!(stand.host.tend().await.is_err());
    assert_eq!(stand.denied().len(), 4);
    stand.pass(1).await.unwrap();
    let listed = all(&stand).await;
    let approved = listed.iter().find(|pending| pending.id == id).unwrap();
    assert!(matches!(approved.state, PendingState::InForce { .. }), "{approved:?}");
}

#[tokio::test]
async fn the_same_attack_right_after_the_last_yes_takes_nobodys_word_from_him() {
    let stand = stand(2).await;
    let id = ids(&stand.report("1", recorded::ATTACK).await.unwrap()).remove(0);
    die_after_the_last_yes(&stand, &id).await;
    let again = stand.report("2", recorded::ATTACK).await.unwrap();
    assert!(ids(&again).contains(&id), "{again}");
    stand.pass(1).await.unwrap();
    assert_eq!(stand.denied().len(), 1, "nobody has to say it again");
}

#[tokio::test]
async fn what_has_the_name_of_another_plan_that_waits_does_not_take_its_place() {
    let stand = stand(1).await;
    let id = ids(&stand.report("1", recorded::ATTACK).await.unwrap()).remove(0);
    let note = stand.journal.note(NoteKind::Approval, id.as_str()).await.unwrap();
    let note = note.unwrap();
    let other = Pending {
        plan: "00".repeat(32),
        ..Pending::read(&note).unwrap()
    };
    assert!(stand.journal.write_note(&other.note(Some(&note))).await.unwrap());
    let report = stand.report("2", recorded::ATTACK).await.unwrap();
    let mut waiting = report.held_back.waiting.iter();
    let refused = waiting.find(|waiting| waiting.id == id).unwrap();
    assert!(
        refused
            .refused
            .as_deref()
            .unwrap()
            .contains("another plan has its name"),
        "{report}"
    );
    let kept = all(&stand).await;
    assert!(kept.iter().any(|pending| pending.plan == other.plan));
}

#[tokio::test]
async fn only_what_has_the_tag_waits() {
    let evil = load("evil", &guest::evil()).await.unwrap();
    let stand = Stand::of_plugin(evil, "isolate SOURCE").await.unwrap();
    let production = ApprovalRule {
        tags: vec![("environment".to_owned(), Some("production".to_owned()))],
        ..rule(HeldKind::Isolate, 1)
    };
    with(&stand, &[production]).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(
        (report.outcome, stand.writes()),
        (Outcome::AwaitsApproval, 0),
        "{report}"
    );
    assert_eq!(report.held_back.waiting[0].subject, "isolate i-0abc1234def567890");
}

#[tokio::test]
async fn what_only_observes_asks_nobody() {
    let stand = Stand::with(json!({ "jitter-percent": 0 }), Mode::Observe)
        .await
        .unwrap();
    with(&stand, &[rule(HeldKind::Block, 1)]).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::AwaitsApproval);
    assert_eq!(all(&stand).await, []);
    let explained = stand.host.explain(report.alert).await.unwrap();
    assert!(explained.to_string().contains("waits for approval"), "{explained}");
    assert_eq!(all(&stand).await, []);
}

#[tokio::test]
async fn what_is_over_a_budget_can_be_let_through_by_people() {
    let stand = stand(1).await;
    let over = ApprovalRule {
        over_budget: true,
        ..rule(HeldKind::Block, 1)
    };
    let snapshot = Snapshot {
        approvals: vec![over],
        budgets: vec![quell::hold::Budget {
            name: "one".to_owned(),
            per: quell::hold::budget::Per::Overall,
            limits: quell::hold::budget::Limits {
                holds_per_hour: Some(1),
                ..Default::default()
            },
            comes_back: quell::hold::budget::ComesBack::ByHand,
        }],
        ..(*stand.host.roster().now()).clone()
    };
    stand.host.take_over(snapshot).await.unwrap();
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!((stand.denied().len(), ids(&report).len()), (1, 3), "{report}");
    approve(&stand, &ids(&report)[0], "ana").await.unwrap();
    assert_eq!(stand.denied().len(), 2);
}

#[tokio::test]
async fn an_unknown_name_is_told_so() {
    let stand = stand(1).await;
    let id: ApprovalId = "p0123456789".parse().unwrap();
    let error = approve(&stand, &id, "ana").await.unwrap_err();
    insta::assert_snapshot!(error, @"nothing waits as p0123456789; `quell approvals` lists what does");
}
