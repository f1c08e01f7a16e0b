//! Targets: unfinished until their network ACL follows.

use super::*;

#[tokio::test]
async fn a_target_is_unfinished_until_its_newest_revision_is_converged() {
    let journal = journal().await;
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
    journal.converged(&web(), Some(seen.revision), &covered).await.unwrap();
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
    journal.converged(&web(), Some(seen.revision), &[]).await.unwrap();
    assert!(journal.unfinished().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_target_of_which_the_last_entry_is_forgotten_after_it_converged_is_none_any_more() {
    let journal = journal().await;
    let hold = put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    let lease = lease(&journal).await;
    let change = EntryChange::Create(deny(99, "203.0.113.7/32")).into();
    let id = journal.begin(&lease, &change, None, at(1)).await.unwrap();
    journal.finish(id, &ChangeEnd::Done, None, None, at(1)).await.unwrap();
    journal.end(&[hold.id], EndReason::Released, at(2)).await.unwrap();
    let seen = situation(&journal, 3).await;
    journal.converged(&web(), Some(seen.revision), &[]).await.unwrap();
    assert_eq!(journal.targets().await.unwrap(), [web()], "the entry is ours");
    journal.forget(&web(), &seen.own[0]).await.unwrap();
    journal.converged(&web(), Some(seen.revision), &[]).await.unwrap();
    assert_eq!(journal.targets().await.unwrap(), []);
    assert!(journal.unfinished().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_must_stay_reachable_is_kept_once_for_the_target_and_only_there() {
    let journal = journal().await;
    let sparing = |spare: &[&str]| Intent {
        spare: spare.iter().map(|prefix| prefix.parse().unwrap()).collect(),
        ..intent("203.0.113.7/32", None)
    };
    put(&journal, sparing(&["10.0.0.0/16", "198.51.100.10/32"]), "a", 0).await;
    put(&journal, sparing(&["10.0.0.0/16", "2001:db8:0:1200::/56"]), "b", 1).await;
    let spare: Vec<_> = situation(&journal, 1)
        .await
        .spare
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(spare, ["10.0.0.0/16", "198.51.100.10/32", "2001:db8:0:1200::/56"]);
    let elsewhere = journal.situation(&database(), at(1), at(0)).await.unwrap();
    assert!(elsewhere.spare.is_empty());
}
