//! `quell journal copy`, as a process: from a file into a table and back.

use std::sync::Arc;

use quell::hold::SqliteJournal;
use quell_tests::{
    everything,
    moto::Moto,
    process::{Quell, Told},
    proxy::{Ec2Proxy, Kind, Trouble, Whom},
    table::new_table,
};

use crate::opened::*;

/// A folder with a journal that keeps something of everything, and a table that keeps nothing.
struct Move {
    quell: Quell,
    table: String,
    proxy: Ec2Proxy,
    _moto: Arc<Moto>,
}

impl Move {
    async fn prepare() -> Self {
        let moto = moto().await;
        let table = new_table(&moto).await;
        let proxy = Ec2Proxy::start(&moto.endpoint()).await.unwrap();
        let quell = Quell::new(
            "[journal]\npath = \"journal.sqlite\"\n[[aws.account]]\nid = \"123456789012\"\nregions = [\"eu-west-1\"]\n",
        )
        .unwrap()
        .with_environment(Moto::environment_behind(proxy.endpoint()));
        let first = SqliteJournal::open(&quell.path("journal.sqlite")).unwrap();
        everything::keep(&first).await.unwrap();
        Self {
            quell,
            table: format!("table:{table}"),
            proxy,
            _moto: moto,
        }
    }

    fn copy(&self, more: &[&str]) -> Told {
        self.quell.run(&[&["journal", "copy"], more].concat()).unwrap()
    }

    /// What an error says, with a name for the table in place of its number.
    fn error(&self, told: &Told) -> String {
        told.error()
            .replace(&self.table, "table:quell")
            .replace(&self.quell.path("").display().to_string(), "/")
    }

    async fn of_file(&self, name: &str) -> Inventory {
        let journal = SqliteJournal::open_to_read(&self.quell.path(name)).unwrap();
        Inventory::of(&journal).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_goes_into_a_table_and_back_and_loses_nothing() {
    let it = Move::prepare().await;
    let there = it.copy(&["--to", &it.table]);
    assert_eq!(there.exit, Some(0), "{there:?}");
    assert!(
        there
            .stdout
            .trim_end()
            .ends_with("journal.sqlite: 4 deliveries, 6 holds, 5 changes, 10 records of targets and orders, 43 records of the ledger"),
        "{there:?}"
    );
    let back = it.copy(&["--from", &it.table, "--to", "back.sqlite"]);
    assert_eq!(back.exit, Some(0), "{back:?}");
    assert_eq!(it.of_file("journal.sqlite").await, it.of_file("back.sqlite").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_broke_off_is_gone_on_with_and_only_when_asked_to() {
    let it = Move::prepare().await;
    // So far that all deliveries are there, which come first, and something more.
    it.proxy
        .set(Trouble::new(Kind::NotPermitted, Whom::Action("TransactWriteItems")).after(12));
    let broken = it.copy(&["--to", &it.table]);
    assert_eq!(broken.exit, Some(1), "{broken:?}");
    assert!(
        broken
            .error()
            .starts_with("error: the copy broke off; `--continue` goes on with it"),
        "{broken:?}"
    );
    it.proxy.calm();

    let refused = it.copy(&["--to", &it.table]);
    assert_eq!(refused.exit, Some(2), "{refused:?}");
    assert!(refused.error().contains("is not empty, it keeps"), "{refused:?}");
    let gone_on = it.copy(&["--to", &it.table, "--continue"]);
    assert_eq!(gone_on.exit, Some(0), "{gone_on:?}");
    let back = it.copy(&["--from", &it.table, "--to", "back.sqlite"]);
    assert_eq!(back.exit, Some(0), "{back:?}");
    assert_eq!(it.of_file("journal.sqlite").await, it.of_file("back.sqlite").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_copied_over_another_journal_or_under_somebodys_hands() {
    let it = Move::prepare().await;
    let other = SqliteJournal::open(&it.quell.path("other.sqlite")).unwrap();
    other.admit(&delivery("another"), 10).await.unwrap();
    drop(other);
    let over = it.copy(&["--to", "other.sqlite", "--continue"]);
    assert_eq!(over.exit, Some(2), "{over:?}");
    insta::assert_snapshot!(it.error(&over), @"error: other.sqlite keeps 4 records that journal.sqlite does not: it is another journal, or went on by itself; copy to an empty one");

    assert_eq!(it.copy(&["--to", &it.table]).exit, Some(0));
    let table = it.table.strip_prefix("table:").unwrap();
    let shared = DynamoJournal::new(
        &it._moto.sdk_config(),
        None,
        table,
        jiff::SignedDuration::from_hours(24),
    );
    let until = "9999-01-01T00:00:00Z".parse().unwrap();
    shared
        .lease(&web(), &Owner::new("a function"), at(0), until)
        .await
        .unwrap();
    let leased = it.copy(&["--from", &it.table, "--to", "new.sqlite"]);
    assert_eq!(leased.exit, Some(1), "{leased:?}");
    insta::assert_snapshot!(it.error(&leased), @"error: a Quell works on table:quell: a function has the lease on 111122223333/eu-west-1/acl-0a1b2c3d until 9999-01-01T00:00:00Z; stop whatever writes there, and try again then");

    let same = it.copy(&["--from", &it.table, "--to", &it.table]);
    insta::assert_snapshot!(it.error(&same), @"error: table:quell can't be copied onto itself");
    let nothing = it.copy(&["--from", "nothing.sqlite", "--to", &it.table]);
    assert_eq!(nothing.exit, Some(5));
    insta::assert_snapshot!(it.error(&nothing), @"error: there is no journal at nothing.sqlite");
}
