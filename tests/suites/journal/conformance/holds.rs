//! Holds: in force until their end, not longer and not shorter.

use super::*;

#[tokio::test]
async fn a_re_offence_extends_and_counts_and_the_same_delivery_does_not() {
    let journal = journal().await;
    let first = put(&journal, intent("203.0.113.7/32", Some(100)), "a", 0).await;
    let again = put(&journal, intent("203.0.113.7/32", Some(150)), "b", 50).await;
    assert_eq!((again.id, again.until, again.offences), (first.id, Some(at(150)), 2));
    let same = put(&journal, intent("203.0.113.7/32", Some(160)), "b", 60).await;
    assert_eq!((same.until, same.offences), (Some(at(160)), 2));
}

#[tokio::test]
async fn an_extension_never_shortens() {
    let journal = journal().await;
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
    let journal = journal().await;
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
    let journal = journal().await;
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
async fn a_hold_ends_though_it_was_looked_for_a_moment_before_its_end() {
    let journal = journal().await;
    let within = |microseconds| at(100) + SignedDuration::from_micros(microseconds);
    let until = Some(within(500));
    put(
        &journal,
        Intent {
            until,
            ..intent("203.0.113.7/32", None)
        },
        "a",
        0,
    )
    .await;
    journal.expire(within(100)).await.unwrap();
    journal.expire(at(101)).await.unwrap();
    assert_eq!(journal.holds(&HoldFilter::default()).await.unwrap(), []);
    assert_eq!(journal.next_end().await.unwrap(), None);
}

#[tokio::test]
async fn a_hold_is_released_once() {
    let journal = journal().await;
    let hold = put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    let released = journal.end(&[hold.id], EndReason::Released, at(5)).await.unwrap();
    assert_eq!(released[0].ended.unwrap().why, EndReason::Released);
    let error = journal.end(&[hold.id], EndReason::Released, at(6)).await.unwrap_err();
    insta::assert_snapshot!(error, @"there is no hold 1 in force; `quell holds` lists those that are");
}

#[tokio::test]
async fn a_delivery_that_is_tried_again_after_another_came_still_counts_once() {
    let journal = journal().await;
    put(&journal, intent("203.0.113.7/32", Some(100)), "a", 0).await;
    put(&journal, intent("203.0.113.7/32", Some(100)), "b", 1).await;
    assert_eq!(
        put(&journal, intent("203.0.113.7/32", Some(100)), "a", 2)
            .await
            .offences,
        2
    );
}

#[tokio::test]
async fn a_hold_keeps_the_severity_of_the_newest_alert_that_said_one() {
    let journal = journal().await;
    let severe = |severity| Intent {
        severity,
        ..intent("203.0.113.7/32", None)
    };
    assert_eq!(put(&journal, severe(None), "a", 0).await.severity, None);
    assert_eq!(put(&journal, severe(Some(90)), "b", 1).await.severity, Some(90));
    assert_eq!(put(&journal, severe(None), "c", 2).await.severity, Some(90));
    assert_eq!(put(&journal, severe(Some(20)), "d", 3).await.severity, Some(20));
}

#[tokio::test]
async fn a_person_can_extend_a_hold_but_not_shorten_it() {
    let journal = journal().await;
    let hold = put(&journal, intent("203.0.113.7/32", Some(100)), "a", 0).await;
    let seen = situation(&journal, 1).await;
    journal.converged(&web(), Some(seen.revision), &[]).await.unwrap();
    let extended = journal.extend(&[hold.id], Some(at(200))).await.unwrap();
    assert_eq!(extended[0].until, Some(at(200)));
    assert_eq!(journal.unfinished().await.unwrap(), [web()], "its weight is another");
    assert_eq!(journal.next_end().await.unwrap(), Some(at(200)));
    let error = journal.extend(&[hold.id], Some(at(200))).await.unwrap_err();
    insta::assert_snapshot!(error, @"hold 1 lasts until 1970-01-01T00:03:20Z already; give a later end, or end it with `quell release 1`");

    assert_eq!(journal.extend(&[hold.id], None).await.unwrap()[0].until, None);
    let error = journal.extend(&[hold.id], Some(at(300))).await.unwrap_err();
    insta::assert_snapshot!(error, @"hold 1 lasts until released already; give a later end, or end it with `quell release 1`");
    journal.end(&[hold.id], EndReason::Released, at(5)).await.unwrap();
    let error = journal.extend(&[hold.id], None).await.unwrap_err();
    assert!(matches!(error, JournalError::NoSuchHold(_)), "{error}");
}

#[tokio::test]
async fn a_person_ends_or_extends_all_holds_that_they_name_or_none() {
    let journal = journal().await;
    let first = put(&journal, intent("203.0.113.7/32", Some(100)), "a", 0).await.id;
    let second = put(&journal, intent("203.0.113.8/32", Some(500)), "b", 0).await.id;
    let both = [first, second];
    let error = journal.extend(&both, Some(at(200))).await.unwrap_err();
    assert!(
        matches!(error, JournalError::NotLater { id, .. } if id == second),
        "{error}"
    );
    let error = journal
        .end(&[first, HoldId(99)], EndReason::Released, at(5))
        .await
        .unwrap_err();
    assert!(matches!(error, JournalError::NoSuchHold(HoldId(99))), "{error}");
    let filter = HoldFilter {
        ids: Some(both.to_vec()),
        ..HoldFilter::default()
    };
    let holds = journal.holds(&filter).await.unwrap();
    assert_eq!(
        holds.iter().map(|hold| hold.until).collect::<Vec<_>>(),
        [Some(at(100)), Some(at(500))]
    );

    journal.end(&both, EndReason::Released, at(5)).await.unwrap();
    assert!(journal.holds(&filter).await.unwrap().is_empty());
}

#[tokio::test]
async fn many_holds_that_end_together_leave_each_of_their_targets_unfinished() {
    let journal = journal().await;
    let there = Intent {
        target: database(),
        ..intent("203.0.113.7/32", Some(100))
    };
    let intents = [
        intent("203.0.113.7/32", Some(100)),
        intent("203.0.113.8/32", Some(100)),
        there,
    ];
    journal.put_in_force(&intents, &id("a"), at(0)).await.unwrap();
    for target in [web(), database()] {
        let seen = journal.situation(&target, at(0), at(0)).await.unwrap();
        journal.converged(&target, Some(seen.revision), &[]).await.unwrap();
    }
    assert_eq!(journal.expire(at(100)).await.unwrap().len(), 3);
    assert_eq!(journal.unfinished().await.unwrap(), [web(), database()]);
}
