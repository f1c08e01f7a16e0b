//! What people fear of a journal. Any other journal has to pass the same.

use jiff::{SignedDuration, Timestamp};

use super::{super::*, *};
use crate::{
    alert::Detector,
    cloud::{Direction, Entry},
    fact::History,
};

fn target(acl: &str) -> Target {
    Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        acl: acl.parse().unwrap(),
    }
}

fn web() -> Target {
    target("acl-0a1b2c3d")
}

fn intent(prefix: &str, until: Option<i64>) -> Intent {
    Intent {
        target: web(),
        prefix: prefix.parse().unwrap(),
        direction: Direction::Ingress,
        reason: "600 failed attempts".to_owned(),
        confidence: 80,
        severity: None,
        spare: Vec::new(),
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/6125".to_owned(),
        until: until.map(at),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn delivery(id: &str) -> Delivery {
    Delivery {
        id: DeliveryId::read(id),
        door: "http".to_owned(),
        detector: Detector::StealthwatchCloud,
        body: "{}".to_owned(),
        received: at(0),
        attempts: 0,
        state: DeliveryState::Waiting { not_before: at(0) },
        report: String::new(),
    }
}

fn id(text: &str) -> DeliveryId {
    DeliveryId::read(text)
}

fn journal() -> SqliteJournal {
    SqliteJournal::in_memory().unwrap()
}

async fn lease(journal: &SqliteJournal, until: Timestamp) -> Lease {
    match journal.lease(&web(), &Owner::new("one"), at(0), until).await.unwrap() {
        Leasing::Ours(lease) => lease,
        theirs @ Leasing::Theirs { .. } => panic!("{theirs:?}"),
    }
}

async fn put(journal: &SqliteJournal, intent: Intent, by: &str, now: i64) -> Hold {
    journal
        .put_in_force(&[intent], &id(by), at(now))
        .await
        .unwrap()
        .remove(0)
}

#[tokio::test]
async fn a_delivery_seen_twice_is_worked_on_once() {
    let journal = journal();
    assert_eq!(journal.admit(&delivery("a"), 10).await.unwrap(), Admission::Admitted);
    let waiting = DeliveryState::Waiting { not_before: at(0) };
    assert_eq!(
        journal.admit(&delivery("a"), 10).await.unwrap(),
        Admission::SeenBefore(waiting)
    );
    assert_eq!(journal.waiting(at(1), 10).await.unwrap().len(), 1);
    journal.settle(&id("a"), DeliveryState::Done, "{}").await.unwrap();
    assert_eq!(
        journal.admit(&delivery("a"), 10).await.unwrap(),
        Admission::SeenBefore(DeliveryState::Done)
    );
    assert!(journal.waiting(at(1), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_delivery_that_failed_is_taken_again() {
    let journal = journal();
    journal.admit(&delivery("a"), 10).await.unwrap();
    journal.settle(&id("a"), DeliveryState::Failed, "{}").await.unwrap();
    assert_eq!(journal.admit(&delivery("a"), 10).await.unwrap(), Admission::Admitted);
}

#[tokio::test]
async fn what_can_not_be_read_is_kept_even_when_the_queue_is_full() {
    let journal = journal();
    assert_eq!(journal.admit(&delivery("a"), 1).await.unwrap(), Admission::Admitted);
    assert_eq!(journal.admit(&delivery("b"), 1).await.unwrap(), Admission::Full);
    let mut dead = delivery("c");
    dead.state = DeliveryState::Failed;
    assert_eq!(journal.admit(&dead, 1).await.unwrap(), Admission::Admitted);
    assert_eq!(journal.delivery(&id("b")).await.unwrap(), None);
    assert_eq!(
        journal.delivery(&id("c")).await.unwrap().unwrap().state,
        DeliveryState::Failed
    );
}

#[tokio::test]
async fn a_delivery_waits_for_its_time_and_counts_its_attempts() {
    let journal = journal();
    journal.admit(&delivery("a"), 10).await.unwrap();
    assert_eq!(journal.attempt(&id("a")).await.unwrap(), 1);
    let later = DeliveryState::Waiting { not_before: at(60) };
    journal.settle(&id("a"), later, "{}").await.unwrap();
    assert!(journal.waiting(at(59), 10).await.unwrap().is_empty());
    assert_eq!(journal.waiting(at(60), 10).await.unwrap()[0].attempts, 1);
    assert_eq!(journal.attempt(&id("a")).await.unwrap(), 2);
}

#[tokio::test]
async fn a_re_offence_extends_and_counts_and_the_same_delivery_does_not() {
    let journal = journal();
    let first = put(&journal, intent("203.0.113.7/32", Some(100)), "a", 0).await;
    let again = put(&journal, intent("203.0.113.7/32", Some(150)), "b", 50).await;
    assert_eq!((again.id, again.until, again.offences), (first.id, Some(at(150)), 2));
    let same = put(&journal, intent("203.0.113.7/32", Some(160)), "b", 60).await;
    assert_eq!((same.until, same.offences), (Some(at(160)), 2));
}

#[tokio::test]
async fn an_extension_never_shortens() {
    let journal = journal();
    put(&journal, intent("203.0.113.7/32", Some(100)), "a", 0).await;
    assert_eq!(
        put(&journal, intent("203.0.113.7/32", Some(60)), "b", 1).await.until,
        Some(at(100))
    );
    assert_eq!(put(&journal, intent("203.0.113.7/32", None), "c", 2).await.until, None);
    assert_eq!(
        put(&journal, intent("203.0.113.7/32", Some(500)), "d", 3).await.until,
        None
    );
}

#[tokio::test]
async fn a_hold_whose_time_is_up_is_not_extended_but_followed_by_a_new_one() {
    let journal = journal();
    let first = put(&journal, intent("203.0.113.7/32", Some(100)), "a", 0).await;
    let second = put(&journal, intent("203.0.113.7/32", Some(300)), "b", 200).await;
    assert_ne!(first.id, second.id);
    assert_eq!((second.since, second.offences), (at(200), 1));
    let all = HoldFilter {
        ended: true,
        ..HoldFilter::default()
    };
    assert_eq!(journal.holds(&all).await.unwrap().len(), 2);
}

#[tokio::test]
async fn holds_end_at_their_time_and_only_those() {
    let journal = journal();
    put(&journal, intent("203.0.113.7/32", Some(100)), "a", 0).await;
    put(&journal, intent("203.0.113.8/32", Some(200)), "a", 0).await;
    put(&journal, intent("203.0.113.9/32", None), "a", 0).await;
    assert_eq!(journal.next_end().await.unwrap(), Some(at(100)));
    assert!(journal.expire(at(99)).await.unwrap().is_empty());
    let ended = journal.expire(at(100)).await.unwrap();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].ended.unwrap().why, EndReason::Expired);
    assert_eq!(journal.next_end().await.unwrap(), Some(at(200)));
    assert_eq!(journal.holds(&HoldFilter::default()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_hold_is_released_once() {
    let journal = journal();
    let hold = put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    let released = journal.end(hold.id, EndReason::Released, at(5)).await.unwrap();
    assert_eq!(released.ended.unwrap().why, EndReason::Released);
    let error = journal.end(hold.id, EndReason::Released, at(6)).await.unwrap_err();
    insta::assert_snapshot!(error, @"there is no hold 1 in force; `quell holds` lists those that are");
}

#[tokio::test]
async fn a_target_is_unfinished_until_its_newest_revision_is_converged() {
    let journal = journal();
    let hold = put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    assert_eq!(journal.unfinished().await.unwrap(), [web()]);
    let seen = journal.situation(&web(), at(1), at(0)).await.unwrap();
    put(&journal, intent("203.0.113.8/32", None), "b", 1).await;
    let covered = [(
        hold.id,
        Coverage::Covered {
            rule: 99,
            aggregate: None,
        },
    )];
    journal.converged(&web(), seen.revision, &covered).await.unwrap();
    assert_eq!(
        journal.unfinished().await.unwrap(),
        [web()],
        "the second hold came meanwhile"
    );
    let seen = journal.situation(&web(), at(2), at(0)).await.unwrap();
    assert_eq!(
        seen.holds[0].coverage,
        Coverage::Covered {
            rule: 99,
            aggregate: None
        }
    );
    journal.converged(&web(), seen.revision, &[]).await.unwrap();
    assert!(journal.unfinished().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_entry_is_ours_from_the_moment_its_write_begins_until_it_is_known_to_be_gone() {
    let journal = journal();
    let entry = Entry::deny(99, Direction::Ingress, "203.0.113.7/32".parse().unwrap());
    let lease = lease(&journal, at(1_000)).await;
    let own = async || journal.situation(&web(), at(0), at(0)).await.unwrap().own;

    let create = journal
        .begin(&lease, &Change::Create(entry.clone()), at(1))
        .await
        .unwrap();
    assert!(!own().await[0].confirmed, "a crash now must not make an orphan");
    journal
        .finish(create, &ChangeEnd::Unknown("no answer".to_owned()), at(2))
        .await
        .unwrap();
    assert_eq!(own().await.len(), 1, "it may be there");
    let create = journal
        .begin(&lease, &Change::Create(entry.clone()), at(3))
        .await
        .unwrap();
    journal.finish(create, &ChangeEnd::Done, at(4)).await.unwrap();
    assert!(own().await[0].confirmed);

    let delete = journal
        .begin(&lease, &Change::Delete(entry.clone()), at(5))
        .await
        .unwrap();
    assert_eq!(own().await.len(), 1, "it is still there");
    journal
        .finish(delete, &ChangeEnd::Refused("denied".to_owned()), at(6))
        .await
        .unwrap();
    assert_eq!(own().await.len(), 1);
    let delete = journal
        .begin(&lease, &Change::Delete(entry.clone()), at(7))
        .await
        .unwrap();
    journal.finish(delete, &ChangeEnd::Done, at(8)).await.unwrap();
    assert!(own().await.is_empty());

    let refused = journal.begin(&lease, &Change::Create(entry), at(9)).await.unwrap();
    journal
        .finish(refused, &ChangeEnd::Refused("denied".to_owned()), at(10))
        .await
        .unwrap();
    assert!(own().await.is_empty());
}

#[tokio::test]
async fn the_history_of_an_address_knows_every_prefix_around_it_in_both_families() {
    let journal = journal();
    put(&journal, intent("203.0.113.0/24", Some(100)), "a", 0).await;
    put(&journal, intent("203.0.113.7/32", Some(200)), "b", 50).await;
    put(&journal, intent("2001:db8::/64", None), "c", 60).await;
    journal.expire(at(150)).await.unwrap();
    let history = journal.history("203.0.113.7".parse().unwrap(), at(150)).await.unwrap();
    assert_eq!((history.holds, history.offences, history.in_force), (2, 2, 1));
    assert_eq!((history.last_since, history.last_until), (Some(at(50)), Some(at(200))));
    let history = journal.history("2001:db8::7".parse().unwrap(), at(150)).await.unwrap();
    assert_eq!((history.holds, history.last_until), (1, None));
    assert_eq!(
        journal.history("203.0.114.7".parse().unwrap(), at(150)).await.unwrap(),
        History::default()
    );
}

#[tokio::test]
async fn all_of_it_is_there_after_the_process_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/journal.sqlite");
    {
        let journal = SqliteJournal::open(&path).unwrap();
        journal.admit(&delivery("a"), 10).await.unwrap();
        put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
        // Another process may look while this one writes.
        let reader = SqliteJournal::open_to_read(&path).unwrap();
        assert_eq!(reader.holds(&HoldFilter::default()).await.unwrap().len(), 1);
        assert!(
            reader
                .expire(at(1) + SignedDuration::from_hours(1))
                .await
                .unwrap()
                .is_empty()
        );
    }
    let journal = SqliteJournal::open(&path).unwrap();
    assert_eq!(journal.waiting(at(1), 10).await.unwrap().len(), 1);
    assert_eq!(journal.holds(&HoldFilter::default()).await.unwrap().len(), 1);
    assert_eq!(journal.unfinished().await.unwrap(), [web()]);
}

#[tokio::test]
async fn a_journal_of_a_newer_quell_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    drop(SqliteJournal::open(&path).unwrap());
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = SqliteJournal::open(&path).err().unwrap();
    insta::assert_snapshot!(error, @"the journal has format 99, this Quell knows 2: run the Quell that wrote it, or a newer one");
}

#[tokio::test]
async fn a_file_that_is_no_journal_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        "this is not a database, it is a text of more than sixteen bytes",
    )
    .unwrap();
    let error = SqliteJournal::open(file.path()).err().unwrap().to_string();
    assert!(error.starts_with("can't open the journal"), "{error}");
}
