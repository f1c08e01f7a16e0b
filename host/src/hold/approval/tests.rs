use jiff::Timestamp;
use rstest::rstest;

use super::{
    super::{HoldId, Intent, Remedy, Scope},
    pending::Link,
    *,
};
use crate::{cloud::Direction, decision::StateChange, duration::HumanDuration};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn intent(resource: &str, remedy: Remedy) -> Intent {
    Intent {
        target: crate::hold::Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            resource: resource.parse().unwrap(),
        },
        remedy,
        reason: "600 failed attempts".to_owned(),
        confidence: 90,
        severity: None,
        spare: Vec::new(),
        plugin: "isolate-attacker".to_owned(),
        alert: "guardduty/1".to_owned(),
        until: Some(at(3600)),
        scope: Scope {
            tags: vec![("environment".to_owned(), "production".to_owned())],
            ..Scope::default()
        },
    }
}

fn stop() -> Intent {
    let change = StateChange::Stop;
    intent("i-0a1b2c3d4e5f60718", Remedy::SetState { change })
}

fn block(acl: &str, direction: Direction) -> Intent {
    intent(acl, Remedy::deny("203.0.113.7/32".parse().unwrap(), direction))
}

fn rule(people: u8) -> ApprovalRule {
    ApprovalRule {
        name: "stops".to_owned(),
        kinds: [HeldKind::Stop].into(),
        tags: Vec::new(),
        over_budget: false,
        people,
        within: HumanDuration::from_secs(1800),
    }
}

fn pending(people: u8) -> Pending {
    let rule = rule(people);
    Pending::of(vec![(stop(), &rule)], "1", at(0)).remove(0)
}

fn vote(by: &str, act: Act, second: i64) -> Vote {
    Vote::new(by, act, "saw it", at(second), How::Order).unwrap()
}

#[test]
fn one_person_is_enough_where_one_is_asked_for() {
    let approved = pending(1).with_vote(vote("ana", Act::Approve, 60), None).unwrap();
    assert_eq!(approved.state, PendingState::Approved { at: at(60) });
    let until = approved.intents_at(at(60))[0].until;
    assert_eq!(until, Some(at(3660)), "it lasts as long as was decided, from now on");
}

#[rstest]
#[case("ana")]
#[case(" ana ")]
#[case("Ana")]
#[case("an\u{200b}a")]
#[case("ana.")]
fn two_people_are_two_names_however_they_are_written(#[case] again: &str) {
    let once = pending(2).with_vote(vote("ana", Act::Approve, 60), None).unwrap();
    assert_eq!(once.state, PendingState::Waiting);
    let error = once.with_vote(vote(again, Act::Approve, 61), None).unwrap_err();
    assert!(matches!(error, VoteError::SamePerson { .. }), "{error}");
    let twice = once.with_vote(vote("ben", Act::Approve, 62), None).unwrap();
    assert_eq!(twice.state, PendingState::Approved { at: at(62) });
}

#[test]
fn one_who_rejects_is_enough_also_if_he_approved_before() {
    let once = pending(2).with_vote(vote("ana", Act::Approve, 60), None).unwrap();
    let rejected = once.with_vote(vote("ana", Act::Reject, 61), None).unwrap();
    assert_eq!(rejected.state, PendingState::Rejected { at: at(61) });
    let late = rejected.with_vote(vote("ben", Act::Approve, 62), None).unwrap_err();
    assert!(
        late.to_string().contains("does not wait any more: it was rejected at"),
        "{late}"
    );
}

#[test]
fn who_comes_too_late_is_told_so_also_before_anybody_wrote_it_down() {
    let late = pending(1).with_vote(vote("ana", Act::Approve, 1800), None).unwrap_err();
    insta::assert_snapshot!(late.to_string().replace(pending(1).id.as_str(), "p…"), @"p… does not wait any more: nobody approved until 2027-01-15T08:30:00Z");
}

#[test]
fn what_waits_anew_needs_everybodys_word_again_and_forgets_nobodys() {
    let waits = pending(1);
    let link = Link {
        plan: &waits.plan,
        once: "a",
    };
    let approved = waits.with_vote(vote("ana", Act::Approve, 60), Some(&link)).unwrap();
    let anew = approved.anew();
    assert_eq!((&anew.state, anew.votes.len()), (&PendingState::Waiting, 0));
    assert_eq!((anew.since, anew.until), (approved.since, approved.until));
    assert_eq!(anew.earlier[0].votes, approved.votes);
    let used = anew.with_vote(vote("ana", Act::Approve, 61), Some(&link));
    assert_eq!(used, Err(VoteError::UsedLink));
}

#[test]
fn a_link_is_good_once_and_for_its_plan() {
    let waits = pending(2);
    let link = Link {
        plan: &waits.plan,
        once: "a",
    };
    let once = waits.with_vote(vote("ana", Act::Approve, 60), Some(&link)).unwrap();
    let again = once.with_vote(vote("ben", Act::Approve, 61), Some(&link));
    assert_eq!(again, Err(VoteError::UsedLink));
    let other = Link {
        plan: "another",
        once: "b",
    };
    let other = once.with_vote(vote("ben", Act::Approve, 61), Some(&other));
    assert_eq!(other, Err(VoteError::OtherPlan(once.id.clone())));
}

#[test]
fn a_link_that_was_used_stays_used_when_the_same_plan_waits_again() {
    let waits = pending(1);
    let link = Link {
        plan: &waits.plan,
        once: "a",
    };
    let rejected = waits.with_vote(vote("ana", Act::Reject, 60), Some(&link)).unwrap();
    let again = pending(1).after(&rejected);
    assert_eq!(
        again.with_vote(vote("ana", Act::Approve, 61), Some(&link)),
        Err(VoteError::UsedLink)
    );
    assert_eq!(
        again.earlier[0].votes, rejected.votes,
        "who said what then is not forgotten"
    );
}

#[test]
fn the_plan_is_what_is_done_for_how_long_and_by_whom_and_not_the_words() {
    let plan = plan_of(&[stop()], at(0));
    let with = |change: &dyn Fn(&mut Intent)| {
        let mut intent = stop();
        change(&mut intent);
        plan_of(&[intent], at(0))
    };
    assert_eq!(plan, with(&|intent| intent.reason = "650 failed attempts".to_owned()));
    assert_eq!(plan, with(&|intent| intent.confidence = 91));
    assert_ne!(plan, with(&|intent| intent.until = Some(at(3601))));
    assert_ne!(plan, with(&|intent| intent.until = None));
    assert_ne!(plan, with(&|intent| intent.plugin = "other".to_owned()));
    assert_ne!(plan, with(&|intent| intent.target.region = "us-east-1".to_owned()));
    let change = StateChange::Reboot;
    assert_ne!(plan, with(&|intent| intent.remedy = Remedy::SetState { change }));
    let both = [
        block("acl-0a1b2c3d", Direction::Ingress),
        block("acl-0a1b2c3d", Direction::Egress),
    ];
    let turned = [both[1].clone(), both[0].clone()];
    assert_eq!(plan_of(&both, at(0)), plan_of(&turned, at(0)));
}

#[test]
fn a_block_waits_as_one_for_all_its_acls_and_directions() {
    let rule = ApprovalRule {
        kinds: [HeldKind::Block].into(),
        ..rule(1)
    };
    let intents = vec![
        (block("acl-0a1b2c3d", Direction::Ingress), &rule),
        (block("acl-0d4e5f6a", Direction::Egress), &rule),
        (stop(), &rule),
    ];
    let waits = Pending::of(intents, "1", at(0));
    let subjects: Vec<_> = waits.iter().map(|pending| pending.subject.as_str()).collect();
    assert_eq!(subjects, ["block 203.0.113.7/32", "stop i-0a1b2c3d4e5f60718"]);
    assert_eq!(waits[0].intents.len(), 2);
}

#[rstest]
#[case::key("environment", None, true)]
#[case::value("environment", Some("production"), true)]
#[case::other_value("environment", Some("test"), false)]
#[case::other_key("team", None, false)]
fn a_rule_knows_whom_it_is_about_by_tags(#[case] key: &str, #[case] value: Option<&str>, #[case] is_about: bool) {
    let rule = ApprovalRule {
        tags: vec![(key.to_owned(), value.map(str::to_owned))],
        ..rule(1)
    };
    assert_eq!(rule.is_about(&stop(), false), is_about);
    assert!(!rule.is_about(&stop(), true), "it is not about what is over a budget");
}

#[test]
fn of_two_rules_the_one_that_asks_more_people_counts() {
    let rules = [rule(1), rule(2)];
    assert_eq!(ApprovalRule::for_intent(&rules, &stop(), false).unwrap().people, 2);
    assert!(ApprovalRule::for_intent(&rules, &block("acl-0a1b2c3d", Direction::Ingress), false).is_none());
}

#[rstest]
#[case("")]
#[case("two\nlines")]
#[case("\u{1b}[2J")]
#[case("ana\u{202e}neb")]
fn nobody_approves_by_a_name_that_can_not_be_shown(#[case] name: &str) {
    assert_eq!(
        Vote::new(name, Act::Approve, "", at(0), How::Order),
        Err(VoteError::Name)
    );
}

#[test]
fn what_a_note_says_is_read_back() {
    let mut waits = pending(2).with_vote(vote("ana", Act::Approve, 60), None).unwrap();
    waits.state = PendingState::InForce {
        at: at(61),
        holds: vec![HoldId(42)],
    };
    assert_eq!(Pending::read(&waits.note(None)), Some(waits));
}
