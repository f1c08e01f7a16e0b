//! The file: opened by others, by older and newer versions, and after a crash.

use jiff::SignedDuration;

use super::*;

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
async fn what_does_not_outlive_its_machine_outlives_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    {
        let journal = SqliteJournal::open_fleeting(&path).unwrap();
        journal.admit(&delivery("a"), 10).await.unwrap();
        let refused = journal.settle(&id("unknown"), DeliveryState::Done, "{}").await;
        assert!(refused.is_err(), "{refused:?}");
        put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
        assert_eq!(journal.transactions(), 2, "what was refused was rolled back");
        // The log's index is in memory: nobody else can read the file meanwhile.
        assert!(!folder.path().join("journal.sqlite-shm").exists());
    }
    let journal = SqliteJournal::open(&path).unwrap();
    assert_eq!(journal.waiting(at(1), 10).await.unwrap().len(), 1);
    assert_eq!(journal.holds(&HoldFilter::default()).await.unwrap().len(), 1);
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
