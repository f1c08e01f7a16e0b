//! Older files: nothing in them is lost.

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

/// A file as the first format had it, with rows in each of its tables.
fn first_format() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("../schema/step-1.sql")).unwrap();
    let entry = |number, prefix| serde_json::to_string(&deny(number, prefix)).unwrap();
    let change = |number, prefix| serde_json::to_string(&EntryChange::Create(deny(number, prefix))).unwrap();
    let (seven, eight) = (entry(99, "203.0.113.7/32"), entry(98, "203.0.113.8/32"));
    let (create_seven, create_eight) = (change(99, "203.0.113.7/32"), change(98, "203.0.113.8/32"));
    let hold = "INSERT INTO holds (account, region, acl, prefix, first, last, direction, reason, confidence, plugin, alert, delivery,
                                   since, until, offences, coverage, ended_at, ended_why)
                VALUES ('111122223333', 'eu-west-1'";
    let seven_bytes = "x'00000000000000000000ffffcb007107', x'00000000000000000000ffffcb007107'";
    let by = "'600 failed attempts', 80, 'nacl-block', 'stealthwatch-cloud/6125'";
    let rows = format!(
        "INSERT INTO deliveries VALUES
             ('a', 'http', 'stealthwatch-cloud', '{{}}', 0, 0, 'waiting', 0, ''),
             ('b', 'http', 'stealthwatch-cloud', '{{}}', 0, 1, 'done', NULL, '{{}}');
         {hold}, 'acl-0a1b2c3d', '203.0.113.7/32', {seven_bytes}, 'ingress', {by}, 'b', 5000, 900000, 3,
                 '{{\"state\":\"covered\",\"rule\":99}}', NULL, NULL);
         {hold}, 'acl-0d4e5f6a', '203.0.113.7/32', {seven_bytes}, 'ingress', {by}, 'c', 5000, NULL, 2,
                 '{{\"state\":\"pending\"}}', 60000, 'released');
         INSERT INTO changes VALUES (1, '111122223333', 'eu-west-1', 'acl-0a1b2c3d', '{create_seven}', 6000, 7000, 'done', NULL);
         INSERT INTO changes VALUES (2, '111122223333', 'eu-west-1', 'acl-0a1b2c3d', '{create_eight}', 8000, NULL, NULL, NULL);
         INSERT INTO own_entries VALUES ('111122223333', 'eu-west-1', 'acl-0a1b2c3d', 'ingress', 99, '{seven}', 1);
         INSERT INTO own_entries VALUES ('111122223333', 'eu-west-1', 'acl-0a1b2c3d', 'ingress', 98, '{eight}', 0);
         INSERT INTO targets VALUES ('111122223333', 'eu-west-1', 'acl-0a1b2c3d', 7, 6);
         PRAGMA user_version = 1;"
    );
    connection.execute_batch(&rows).unwrap();
    (folder, path)
}

#[tokio::test]
async fn what_the_first_format_kept_is_still_known() {
    let (_folder, path) = first_format();
    let journal = SqliteJournal::open(&path).unwrap();
    assert_eq!(journal.waiting(at(1), 10).await.unwrap().len(), 1);
    assert_eq!(
        journal.admit(&delivery("d"), 1).await.unwrap(),
        Admission::Full,
        "one waits"
    );
    assert_eq!(
        journal.admit(&delivery("b"), 10).await.unwrap(),
        Admission::SeenBefore(DeliveryState::Done)
    );
    assert_eq!(journal.unfinished().await.unwrap(), [web()]);

    let seen = situation(&journal, 10).await;
    assert_eq!(seen.holds.len(), 1);
    assert_eq!(
        seen.holds[0].coverage,
        Coverage::Covered {
            rule: 99,
            aggregate: None
        }
    );
    assert_eq!((seen.holds[0].offences, seen.holds[0].until), (3, Some(at(900))));
    let own: Vec<_> = seen
        .own
        .iter()
        .map(|own| (own.key().1, own.confirmed, own.written))
        .collect();
    assert_eq!(own, [(98, false, at(8)), (99, true, at(6))]);
    assert_eq!(seen.recent.len(), 1);
    let change = Change::from(EntryChange::Delete(deny(99, "203.0.113.7/32")));
    let lease = lease(&journal).await;
    let gone = journal.begin(&lease, &change, None, at(11)).await.unwrap();
    journal
        .finish(gone, &ChangeEnd::Done, None, None, at(12))
        .await
        .unwrap();
    assert_eq!(situation(&journal, 12).await.own.len(), 1, "it is recognised");
}

#[tokio::test]
async fn holds_of_the_first_format_go_on_counting() {
    let (_folder, path) = first_format();
    let journal = SqliteJournal::open(&path).unwrap();
    assert_eq!(
        put(&journal, intent("203.0.113.7/32", Some(950)), "b", 10)
            .await
            .offences,
        3
    );
    assert_eq!(
        put(&journal, intent("203.0.113.7/32", Some(950)), "e", 10)
            .await
            .offences,
        4
    );
    let history = journal.history("203.0.113.7".parse().unwrap(), at(10)).await.unwrap();
    assert_eq!(
        (history.holds, history.offences),
        (1, 4),
        "both began at the same moment"
    );
    let seen = situation(&journal, 10).await;
    journal.converged(&web(), Some(seen.revision), &[]).await.unwrap();
    assert!(journal.unfinished().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_older_file_is_not_misread_by_who_may_only_read() {
    let (_folder, path) = first_format();
    let error = SqliteJournal::open_to_read(&path).err().unwrap();
    insta::assert_snapshot!(error, @"the journal has format 1, this Quell reads 6: start `quell serve` once, which brings it up to date");
    drop(SqliteJournal::open(&path).unwrap());
    let reader = SqliteJournal::open_to_read(&path).unwrap();
    assert_eq!(reader.holds(&everything()).await.unwrap().len(), 2);
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
    insta::assert_snapshot!(error, @"the journal has format 99, this Quell knows 6: run the Quell that wrote it, or a newer one");
}

#[tokio::test]
async fn a_journal_that_is_older_than_its_ledger_is_verified_from_then_on() {
    let (_folder, path) = first_format();
    let journal = SqliteJournal::open(&path).unwrap();
    let verdict = crate::hold::ledger::verify::verify(&journal, &[]).await.unwrap();
    assert_eq!(verdict.findings, []);
    assert_eq!((verdict.chains, verdict.links), (1, 1), "it begins with what stood");
    assert_eq!(
        (verdict.compared, verdict.older),
        (1, 1 + 2 + 2),
        "what had ended is older"
    );
    drop(journal);
    let held = "UPDATE holds SET reason = 'x' WHERE ended_at IS NULL";
    Connection::open(&path).unwrap().execute_batch(held).unwrap();
    let journal = SqliteJournal::open_to_read(&path).unwrap();
    let verdict = crate::hold::ledger::verify::verify(&journal, &[]).await.unwrap();
    let found: Vec<_> = verdict.findings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(found.join("\n"), @"target/111122223333/eu-west-1/acl-0a1b2c3d 1: CHANGED: hold 1 is not as the ledger has it: something");
}
