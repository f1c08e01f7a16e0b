//! The desk: many callers at once, each with an answer of their own, and none of them told too early.

use std::sync::mpsc;

use futures::future::join_all;
use rusqlite::params;
use tokio::task::JoinHandle;

use super::*;

/// Keeps the thread busy until it is let go, so that what is asked meanwhile waits together.
struct HoldUp {
    go_on: mpsc::Sender<()>,
    held: JoinHandle<Result<(), JournalError>>,
}

impl HoldUp {
    async fn new(journal: &SqliteJournal) -> Self {
        let (go_on, wait) = mpsc::channel::<()>();
        let (began, has_begun) = tokio::sync::oneshot::channel();
        let journal = journal.clone();
        let held = tokio::spawn(async move {
            let hold_up = move |_: &Connection| {
                began.send(()).unwrap();
                wait.recv().unwrap();
                Ok(())
            };
            journal.desk.ask("hold everybody up", hold_up).await
        });
        has_begun.await.unwrap();
        Self { go_on, held }
    }

    async fn let_go(self) {
        self.go_on.send(()).unwrap();
        self.held.await.unwrap().unwrap();
    }
}

/// Asks, and lets the question reach the thread.
async fn asked<T: Send + 'static>(question: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let asked = tokio::spawn(question);
    tokio::task::yield_now().await;
    asked
}

async fn admit(journal: &SqliteJournal, name: &str) -> JoinHandle<Result<Admission, JournalError>> {
    let (journal, delivery) = (journal.clone(), delivery(name));
    asked(async move { journal.admit(&delivery, 10_000).await }).await
}

async fn is_known(journal: &SqliteJournal, name: &str) -> bool {
    journal.delivery(&id(name)).await.unwrap().is_some()
}

#[tokio::test]
async fn what_comes_together_waits_for_the_disk_together() {
    let journal = journal();
    let hold_up = HoldUp::new(&journal).await;
    let mut admissions = Vec::new();
    for number in 0..300 {
        admissions.push(admit(&journal, &format!("d{number}")).await);
    }
    let before = journal.transactions();
    hold_up.let_go().await;
    for admission in join_all(admissions).await {
        assert_eq!(admission.unwrap().unwrap(), Admission::Admitted { received: at(0) });
    }
    // One of them is the hold-up's own.
    let more = journal.transactions() - before - 1;
    assert!((1..=3).contains(&more), "300 admissions in {more} transactions");
}

#[tokio::test]
async fn one_that_fails_harms_none_of_those_beside_it() {
    let journal = journal();
    let hold_up = HoldUp::new(&journal).await;
    let before = admit(&journal, "before").await;
    let failing = {
        let journal = journal.clone();
        let half_done = |sql: &Connection| {
            sql.execute("UPDATE queue SET waiting = 1000", [])?;
            Ok(sql.execute("INSERT INTO nowhere VALUES (1)", []).map(drop)?)
        };
        asked(async move { journal.desk.ask("do the impossible", half_done).await }).await
    };
    let after = admit(&journal, "after").await;
    hold_up.let_go().await;
    let error = failing.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the journal failed to do the impossible");
    assert_eq!(before.await.unwrap().unwrap(), Admission::Admitted { received: at(0) });
    assert_eq!(after.await.unwrap().unwrap(), Admission::Admitted { received: at(0) });
    assert_eq!(
        journal.admit(&delivery("third"), 3).await.unwrap(),
        Admission::Admitted { received: at(0) },
        "what the failing one wrote is taken back"
    );
}

#[tokio::test]
async fn one_that_panics_harms_none_of_those_beside_it() {
    let journal = journal();
    let hold_up = HoldUp::new(&journal).await;
    let panicking = {
        let journal = journal.clone();
        let panics = |sql: &Connection| -> Result<(), Failure> {
            sql.execute("UPDATE queue SET waiting = 1000", [])?;
            panic!("a fault of Quell")
        };
        asked(async move { journal.desk.ask("count", panics).await }).await
    };
    let after = admit(&journal, "after").await;
    hold_up.let_go().await;
    let error = panicking.await.unwrap().unwrap_err();
    insta::assert_snapshot!(error, @"the journal broke off while it tried to count: that is a fault of Quell, please report it with the log");
    assert_eq!(after.await.unwrap().unwrap(), Admission::Admitted { received: at(0) });
    assert_eq!(
        journal.admit(&delivery("b"), 2).await.unwrap(),
        Admission::Admitted { received: at(0) }
    );
}

#[tokio::test]
async fn who_fails_alone_leaves_nothing_behind() {
    let journal = journal();
    let fail = |sql: &Connection| -> Result<(), Failure> {
        deliveries::admit(sql, &delivery("a"), 1)?;
        Err(JournalError::Gone.into())
    };
    journal.desk.ask("fail", fail).await.unwrap_err();
    assert!(!is_known(&journal, "a").await);
    assert_eq!(
        journal.admit(&delivery("a"), 1).await.unwrap(),
        Admission::Admitted { received: at(0) }
    );
}

#[tokio::test]
async fn nobody_is_told_that_it_is_done_if_the_commit_fails() {
    let journal = journal();
    let hold_up = HoldUp::new(&journal).await;
    let admission = admit(&journal, "a").await;
    let poisonous = {
        let journal = journal.clone();
        // Whether this may stand is only looked at when all is committed.
        let poison = |sql: &Connection| {
            sql.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            Ok(sql.execute("INSERT INTO offences VALUES (999, 'a')", []).map(drop)?)
        };
        asked(async move { journal.desk.ask("poison the commit", poison).await }).await
    };
    hold_up.let_go().await;
    poisonous.await.unwrap().unwrap_err();
    let error = admission.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the journal failed to admit a delivery");
    assert!(!is_known(&journal, "a").await);
    assert_eq!(
        journal.admit(&delivery("a"), 1).await.unwrap(),
        Admission::Admitted { received: at(0) }
    );
}

#[tokio::test]
async fn nobody_is_told_that_it_is_done_if_the_database_gives_up_in_the_middle() {
    let journal = journal();
    let hold_up = HoldUp::new(&journal).await;
    let before = admit(&journal, "before").await;
    let ending = {
        let journal = journal.clone();
        // As SQLite does when the disk fails.
        let give_up = |sql: &Connection| -> Result<(), Failure> {
            sql.execute_batch("ROLLBACK")?;
            Err(JournalError::Gone.into())
        };
        asked(async move { journal.desk.ask("give up", give_up).await }).await
    };
    let after = admit(&journal, "after").await;
    hold_up.let_go().await;
    ending.await.unwrap().unwrap_err();
    before.await.unwrap().unwrap_err();
    after.await.unwrap().unwrap_err();
    assert!(!is_known(&journal, "before").await && !is_known(&journal, "after").await);
    assert_eq!(
        journal.admit(&delivery("before"), 1).await.unwrap(),
        Admission::Admitted { received: at(0) }
    );
}

#[tokio::test]
async fn on_a_full_disk_what_was_said_to_be_done_is_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let journal = SqliteJournal::open(&path).unwrap();
    let limit = |sql: &Connection| {
        let pages: u32 = sql.pragma_query_value(None, "page_count", |row| row.get(0))?;
        Ok(sql.pragma_update(None, "max_page_count", pages + 40)?)
    };
    journal.desk.ask("fill the disk", limit).await.unwrap();
    let hold_up = HoldUp::new(&journal).await;
    let mut admissions = Vec::new();
    for number in 0..40 {
        let large = Delivery {
            // Every other one fits beside what does not.
            body: "x".repeat(if number % 2 == 0 { 20_000 } else { 10 }),
            ..delivery(&format!("d{number}"))
        };
        let journal = journal.clone();
        admissions.push(asked(async move { journal.admit(&large, 10_000).await }).await);
    }
    hold_up.let_go().await;
    let mut admitted = Vec::new();
    for admission in join_all(admissions).await {
        admitted.push(admission.unwrap().is_ok());
    }
    assert!(
        admitted.contains(&true) && admitted.contains(&false),
        "it is full in the middle"
    );
    drop(journal);
    let journal = SqliteJournal::open(&path).unwrap();
    for (number, admitted) in admitted.into_iter().enumerate() {
        assert_eq!(is_known(&journal, &format!("d{number}")).await, admitted, "d{number}");
    }
}

#[tokio::test]
async fn what_was_asked_is_done_though_nobody_waits_for_the_answer_and_the_journal_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let journal = SqliteJournal::open(&path).unwrap();
    let hold_up = HoldUp::new(&journal).await;
    let admission = admit(&journal, "a").await;
    admission.abort();
    assert!(admission.await.unwrap_err().is_cancelled());
    hold_up.let_go().await;
    drop(journal);
    assert!(is_known(&SqliteJournal::open(&path).unwrap(), "a").await);
}

#[tokio::test]
async fn the_thread_ends_with_the_last_handle() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let journal = SqliteJournal::open(&path).unwrap();
    let second = journal.clone();
    drop(journal);
    second.admit(&delivery("a"), 10).await.unwrap();
    drop(second);
    // SQLite takes its log away when the last connection is closed.
    assert!(!path.with_extension("sqlite-wal").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let journal = SqliteJournal::open(&path).unwrap();
    let writers = (0..8).map(|writer| {
        let journal = journal.clone();
        tokio::spawn(async move {
            for number in 0..25 {
                let prefix = format!("203.0.113.{}/32", number * 10 + writer);
                put(&journal, intent(&prefix, None), &format!("{writer}-{number}"), 0).await;
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    let count = |sql: &Connection| {
        Ok(
            sql.query_row("SELECT count(*) FROM holds WHERE offences = ?1", params![1], |row| {
                row.get::<_, u32>(0)
            })?,
        )
    };
    assert_eq!(journal.desk.ask("count", count).await.unwrap(), 200);
}
