//! Targets: unfinished until their network ACL follows.

use super::*;

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
async fn what_must_stay_reachable_is_kept_once_for_the_target_and_only_there() {
    let journal = journal();
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

#[tokio::test]
async fn a_converge_that_changes_no_coverage_rewrites_no_hold() {
    let journal = journal();
    let intents: Vec<_> = (0..10)
        .map(|host| intent(&format!("203.0.113.{host}/32"), None))
        .collect();
    let holds = journal.put_in_force(&intents, &id("a"), at(0)).await.unwrap();
    let mut coverage: Vec<_> = holds.iter().map(|hold| (hold.id, covered_by(99))).collect();
    let rewritten = async |coverage: &[(HoldId, Coverage)]| {
        let before = rewrites(&journal).await;
        journal.converged(&web(), Some(Revision(0)), coverage).await.unwrap();
        rewrites(&journal).await - before
    };
    assert_eq!(rewritten(&coverage).await, 10);
    assert_eq!(rewritten(&coverage).await, 0);
    coverage[3].1 = covered_by(98);
    assert_eq!(rewritten(&coverage).await, 1);
}

fn covered_by(rule: u16) -> Coverage {
    Coverage::Covered { rule, aggregate: None }
}

/// How many rows were written since the journal was opened.
async fn rewrites(journal: &SqliteJournal) -> u64 {
    let count = |sql: &Connection| Ok(sql.query_row("SELECT total_changes()", [], |row| row.get::<_, u32>(0))?);
    journal.thread.ask("count", count).await.unwrap().into()
}
