//! Leases: one writer a target.

use super::*;

async fn ask(journal: &Opened, owner: &str, now: i64, until: i64) -> Leasing {
    let owner = Owner::new(owner);
    journal.lease(&web(), &owner, at(now), at(until)).await.unwrap()
}

fn ours(leasing: Leasing) -> Lease {
    match leasing {
        Leasing::Ours(lease) => lease,
        theirs @ Leasing::Theirs { .. } => panic!("{theirs:?}"),
    }
}

fn is_theirs(leasing: &Leasing) -> bool {
    matches!(leasing, Leasing::Theirs { .. })
}

#[tokio::test]
async fn two_processes_never_have_the_lease_on_one_target() {
    let journal = journal().await;
    ours(ask(&journal, "one", 0, 60).await);
    let theirs = Leasing::Theirs {
        owner: Owner::new("one"),
        until: at(60),
    };
    assert_eq!(ask(&journal, "two", 59, 120).await, theirs);
    let elsewhere = journal.lease(&database(), &Owner::new("two"), at(59), at(120)).await;
    assert!(!is_theirs(&elsewhere.unwrap()), "another target is free");
}

#[tokio::test]
async fn a_lease_that_is_renewed_lasts() {
    let journal = journal().await;
    ours(ask(&journal, "one", 0, 60).await);
    assert_eq!(ours(ask(&journal, "one", 50, 110).await).until, at(110));
    assert!(is_theirs(&ask(&journal, "two", 109, 120).await));
}

#[tokio::test]
async fn a_process_that_died_does_not_keep_a_target_for_ever() {
    let journal = journal().await;
    ours(ask(&journal, "one", 0, 60).await);
    ours(ask(&journal, "two", 60, 120).await);
    assert!(is_theirs(&ask(&journal, "one", 61, 120).await), "it slept too long");
}

#[tokio::test]
async fn who_is_alone_need_not_wait_for_the_leases_of_the_dead() {
    let journal = journal().await;
    ours(ask(&journal, "one", 0, 60).await);
    journal.break_leases().await.unwrap();
    ours(ask(&journal, "two", 1, 60).await);
}

#[tokio::test]
async fn a_lease_that_is_given_back_is_free_at_once_but_only_its_owner_can_give_it_back() {
    let journal = journal().await;
    let first = ours(ask(&journal, "one", 0, 60).await);
    journal.give_back(&first).await.unwrap();
    ours(ask(&journal, "two", 1, 60).await);
    journal.give_back(&first).await.unwrap();
    assert!(is_theirs(&ask(&journal, "three", 2, 60).await));
}

#[tokio::test]
async fn nothing_is_begun_without_the_lease() {
    let journal = journal().await;
    let change = Change::from(EntryChange::Create(deny(99, "203.0.113.7/32")));
    let lease = ours(ask(&journal, "one", 0, 60).await);
    journal.begin(&lease, &change, None, at(59)).await.unwrap();

    let other = Change::from(EntryChange::Create(deny(98, "203.0.113.8/32")));
    let ended = journal.begin(&lease, &other, None, at(60)).await.unwrap_err();
    insta::assert_snapshot!(ended, @"the lease on 111122223333/eu-west-1/acl-0a1b2c3d is lost: it ended, or another process took it over; nothing was written, take it anew");
    ours(ask(&journal, "two", 60, 120).await);
    let taken = journal.begin(&lease, &other, None, at(61)).await.unwrap_err();
    assert!(matches!(taken, JournalError::LeaseLost { .. }), "{taken}");
    journal.break_leases().await.unwrap();
    let broken = journal.begin(&lease, &other, None, at(10)).await.unwrap_err();
    assert!(matches!(broken, JournalError::LeaseLost { .. }), "{broken}");
    assert_eq!(
        situation(&journal, 61).await.own.len(),
        1,
        "a refused change claims nothing"
    );
}

#[tokio::test]
async fn a_lease_that_was_renewed_meanwhile_is_still_its_owners() {
    let journal = journal().await;
    let first = ours(ask(&journal, "one", 0, 60).await);
    ours(ask(&journal, "one", 30, 120).await);
    let change = Change::from(EntryChange::Create(deny(99, "203.0.113.7/32")));
    journal.begin(&first, &change, None, at(100)).await.unwrap();
}

#[tokio::test]
async fn leases_that_live_can_be_listed() {
    let journal = journal().await;
    put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    let one = ours(ask(&journal, "one", 0, 60).await);
    assert_eq!(journal.leases(at(59)).await.unwrap(), std::slice::from_ref(&one));
    assert!(journal.leases(at(60)).await.unwrap().is_empty());
    journal.give_back(&one).await.unwrap();
    assert!(journal.leases(at(1)).await.unwrap().is_empty());
}
