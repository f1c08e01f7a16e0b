//! `quell journal verify`, as a process, on journals that somebody laid hands on from outside: with SQL, or with calls to DynamoDB.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::Arc,
};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use quell::hold::{SqliteJournal, ledger::Chain};
use quell_tests::{
    everything,
    moto::Moto,
    process::{Quell, Told},
    python,
    table::new_table,
};
use rusqlite::Connection;

use crate::opened::*;

pub(crate) const CONFIGURATION: &str =
    "[journal]\npath = \"journal.sqlite\"\n[[aws.account]]\nid = \"123456789012\"\nregions = [\"eu-west-1\"]\n";

/// A file that keeps something of everything.
async fn file() -> Quell {
    let quell = Quell::new(CONFIGURATION).unwrap();
    let journal = SqliteJournal::open(&quell.path("journal.sqlite")).unwrap();
    everything::keep(&journal).await.unwrap();
    drop(journal);
    quell
}

fn with_sql(quell: &Quell, sql: &str) {
    let connection = Connection::open(quell.path("journal.sqlite")).unwrap();
    connection.execute_batch(sql).unwrap();
}

fn verify(quell: &Quell) -> Told {
    quell.run(&["journal", "verify"]).unwrap()
}

/// What was found after somebody did this to the file.
async fn found_after(sql: &str) -> String {
    let quell = file().await;
    with_sql(&quell, sql);
    let told = verify(&quell);
    assert_eq!(told.exit, Some(7), "{told:?}");
    let findings: Vec<_> = told
        .stdout
        .lines()
        .filter(|line| !line.starts_with("journal.sqlite: "))
        .collect();
    findings.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_nobody_touched_is_sound() {
    let quell = file().await;
    let told = verify(&quell);
    assert_eq!(told.exit, Some(0), "{told:?}");
    let folder = quell.path("").display().to_string();
    insta::assert_snapshot!(told.stdout.replace(&folder, "/"), @r"
    journal.sqlite: 35 records in 8 chains, 18 rows of the journal compared
    nothing was changed, removed or moved
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_that_was_changed_is_found_and_named() {
    let sql = "UPDATE links SET text = replace(text, '203.0.113.8', '203.0.113.9')
               WHERE chain = 'target/111122223333/eu-west-1/acl-0a1b2c3d' AND number = 3";
    insta::assert_snapshot!(found_after(sql).await, @r"target/111122223333/eu-west-1/acl-0a1b2c3d 3: CHANGED: the record (hold-began, hold 2) is not what its hash says");
    let sql = "UPDATE links SET hash = zeroblob(32) WHERE chain = 'orders' AND number = 2";
    insta::assert_snapshot!(found_after(sql).await, @r"orders 2: CHANGED: the record (pardoned, 192.0.2.0/24) is not what its hash says");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_row_that_was_removed_is_found_and_named() {
    let of = "WHERE chain = 'target/111122223333/eu-west-1/acl-0a1b2c3d'";
    insta::assert_snapshot!(found_after(&format!("DELETE FROM links {of} AND number = 5")).await, @r"target/111122223333/eu-west-1/acl-0a1b2c3d: REMOVED: record 5 is not there");
    let last = format!("DELETE FROM links {of} AND number = (SELECT max(number) FROM links {of})");
    insta::assert_snapshot!(found_after(&last).await, @r"target/111122223333/eu-west-1/acl-0a1b2c3d: REMOVED: the chain had 15 records and ends with 14");
    insta::assert_snapshot!(found_after("DELETE FROM chains WHERE chain = 'orders'").await, @r"orders: CHANGED: the chain's head is not its last record");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rows_that_were_swapped_are_found_and_named() {
    let of = "WHERE chain = 'target/111122223333/eu-west-1/acl-0a1b2c3d'";
    let sql = format!(
        "UPDATE links SET number = 1000 {of} AND number = 4; UPDATE links SET number = 4 {of} AND number = 6;
         UPDATE links SET number = 6 {of} AND number = 1000"
    );
    insta::assert_snapshot!(found_after(&sql).await, @r"
    target/111122223333/eu-west-1/acl-0a1b2c3d 4: MOVED: the record that lies here (hold-asked-again, hold 1) is number 6
    target/111122223333/eu-west-1/acl-0a1b2c3d 6: MOVED: the record that lies here (hold-began, hold 3) is number 4
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_do_not_follow_from_the_ledger_are_found_and_named() {
    insta::assert_snapshot!(found_after("UPDATE holds SET until = until + 1000, reason = 'x' WHERE id = 1").await, @r"target/111122223333/eu-west-1/acl-0a1b2c3d 6: CHANGED: hold 1 is not as the ledger has it: its reason, its until");
    insta::assert_snapshot!(found_after("UPDATE holds SET ended_at = NULL, ended_why = NULL WHERE id = 2").await, @r"target/111122223333/eu-west-1/acl-0a1b2c3d 7: CHANGED: hold 2 is not as the ledger has it: it ended by the ledger");
    insta::assert_snapshot!(found_after("DELETE FROM holds WHERE id = 1").await, @r"target/111122223333/eu-west-1/acl-0a1b2c3d 6: REMOVED: hold 1, which is in force, is in the ledger, and not in the journal");
    insta::assert_snapshot!(found_after("UPDATE deliveries SET body = '{}' WHERE id = 'done'").await, @r"deliveries/04 3: CHANGED: delivery done is not as the ledger has it: what was sent");
    insta::assert_snapshot!(found_after("UPDATE changes SET end = 'done', detail = NULL WHERE id = 2").await, @r"target/111122223333/eu-west-1/acl-0a1b2c3d 12: CHANGED: change 2 is not as the ledger has it: how it ended");
    insta::assert_snapshot!(found_after("DELETE FROM pardons").await, @r"orders 2: REMOVED: pardon 192.0.2.0/24 is in the ledger, and not in the journal");
    let image = found_after("UPDATE images SET image = replace(image, 'sg-0', 'sg-1')").await;
    assert!(
        image.ends_with("CHANGED: the before-image of eni-0a1b2c3d is not as the ledger has it: how it was"),
        "{image}"
    );
    let added = "INSERT INTO holds (account, region, resource, subject, first, last, direction, reason, confidence, plugin, alert, began_by, since, offences, coverage)
                 SELECT account, region, resource, '192.0.2.77/32', first, last, direction, reason, confidence, plugin, alert, began_by, since, offences, coverage
                 FROM holds WHERE id = 1";
    insta::assert_snapshot!(found_after(added).await, @r"target/111122223333/eu-west-1/acl-0a1b2c3d: ADDED: hold 7 is in the journal, and the ledger knows nothing of it");
    insta::assert_snapshot!(found_after("UPDATE holds SET remedy = '{' WHERE id = 5").await, @r"journal: CHANGED: the journal has an unreadable remedy: {; what lies behind it was not compared");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_page_shows_is_found() {
    let quell = file().await;
    with_sql(
        &quell,
        "UPDATE links SET text = replace(text, '203.0.113.8', '203.0.113.9')
         WHERE chain = 'target/111122223333/eu-west-1/acl-0a1b2c3d' AND number = 3;
         DELETE FROM links WHERE chain = 'target/111122223333/eu-west-1/acl-0a1b2c3d' AND number = 5;
         UPDATE holds SET reason = 'x' WHERE id = 6",
    );
    let told = verify(&quell);
    let page = std::fs::read_to_string(python::root().join("examples/journal/README.md")).unwrap();
    let shown = format!("$ quell journal verify\n{}error: journal.sqlite is not", told.stdout);
    assert!(page.contains(&shown), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_is_told_as_json_too() {
    let quell = file().await;
    with_sql(&quell, "DELETE FROM links WHERE chain = 'orders' AND number = 2");
    let told = quell.run(&["journal", "verify", "--output", "json"]).unwrap();
    assert_eq!(told.exit, Some(7), "{told:?}");
    let verdict: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    insta::assert_snapshot!(verdict["findings"], @r#"[{"chain":"orders","first":2,"found":"removed","last":2}]"#);
}

/// The script of the page, on what `quell journal ledger --hashes` prints.
fn checked_by_python(ledger: &str) -> (Option<i32>, String) {
    let mut child = Command::new(python::program("python").unwrap())
        .arg(python::root().join("examples/journal/verify.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(ledger.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_lines_of_python_come_to_the_same() {
    let quell = file().await;
    let ledger = quell.run(&["journal", "ledger", "--hashes"]).unwrap().stdout;
    let (exit, said) = checked_by_python(&ledger);
    assert_eq!(exit, Some(0), "{said}");
    insta::assert_snapshot!(said, @r"35 records in 8 chains, 0 wrong");
    let (exit, said) = checked_by_python(&ledger.replacen("203.0.113.8", "203.0.113.9", 1));
    assert_eq!(exit, Some(1));
    insta::assert_snapshot!(said, @r"
    target/111122223333/eu-west-1/acl-0a1b2c3d 3: hold-began is not what its hash says
    35 records in 8 chains, 1 wrong
    ");
    let journal = SqliteJournal::open(&quell.path("journal.sqlite")).unwrap();
    // So many that it is worth it to remove them.
    for number in 0..60 {
        let pardon = Pardon {
            prefix: format!("192.0.2.{number}/32").parse().unwrap(),
            since: at(0),
            until: Pardon::WITHOUT_END,
            reason: "a partner".to_owned(),
        };
        journal.pardon(&pardon).await.unwrap();
    }
    journal
        .prune(Timestamp::now() + jiff::SignedDuration::from_hours(1))
        .await
        .unwrap();
    drop(journal);
    let ledger = quell.run(&["journal", "ledger", "--hashes"]).unwrap().stdout;
    assert!(ledger.contains("\"event\":\"pruned\""), "{ledger}");
    let (exit, said) = checked_by_python(&ledger);
    assert_eq!(exit, Some(0), "{said}");
}

/// A table that keeps something of everything, and the configuration of who verifies it.
struct Shared {
    quell: Quell,
    client: Client,
    table: String,
    _moto: Arc<Moto>,
}

impl Shared {
    async fn prepare() -> Self {
        let moto = moto().await;
        let table = new_table(&moto).await;
        let keep = jiff::SignedDuration::from_hours(24 * 365 * 200);
        let journal = DynamoJournal::new(&moto.sdk_config(), None, &table, keep);
        everything::keep(&journal).await.unwrap();
        let configuration = CONFIGURATION.replace("path = \"journal.sqlite\"", &format!("table = \"{table}\""));
        let environment = moto.environment();
        Self {
            quell: Quell::new(&configuration).unwrap().with_environment(environment),
            client: Client::new(&moto.sdk_config()),
            table,
            _moto: moto,
        }
    }

    fn key(number: u64) -> [(&'static str, AttributeValue); 2] {
        let chain = Chain::of_target(&web());
        [
            ("pk", AttributeValue::S(format!("chain#{chain}"))),
            ("sk", AttributeValue::S(format!("{number:016x}"))),
        ]
    }

    async fn get(&self, number: u64) -> std::collections::HashMap<String, AttributeValue> {
        let mut call = self.client.get_item().table_name(&self.table);
        for (name, value) in Self::key(number) {
            call = call.key(name, value);
        }
        call.send().await.unwrap().item.unwrap()
    }

    async fn put(&self, number: u64, mut item: std::collections::HashMap<String, AttributeValue>) {
        for (name, value) in Self::key(number) {
            item.insert(name.to_owned(), value);
        }
        let call = self.client.put_item().table_name(&self.table).set_item(Some(item));
        call.send().await.unwrap();
    }

    fn found(&self) -> String {
        let told = verify(&self.quell);
        assert_eq!(told.exit, Some(7), "{told:?}");
        let here = format!("table:{}: ", self.table);
        let findings: Vec<_> = told.stdout.lines().filter(|line| !line.starts_with(&here)).collect();
        findings.join("\n")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_verified_as_a_file_is() {
    let it = Shared::prepare().await;
    let told = verify(&it.quell);
    assert_eq!(told.exit, Some(0), "{told:?}");

    let (four, six) = (it.get(4).await, it.get(6).await);
    let mut changed = six.clone();
    let text = changed["text"].as_s().unwrap().replace("600", "601");
    changed.insert("text".to_owned(), AttributeValue::S(text));
    it.put(6, changed).await;
    insta::assert_snapshot!(it.found(), @r"target/111122223333/eu-west-1/acl-0a1b2c3d 6: CHANGED: the record (hold-asked-again, hold 1) is not what its hash says");

    it.put(6, four.clone()).await;
    it.put(4, six.clone()).await;
    insta::assert_snapshot!(it.found(), @r"
    target/111122223333/eu-west-1/acl-0a1b2c3d 4: MOVED: the record that lies here (hold-asked-again, hold 1) is number 6
    target/111122223333/eu-west-1/acl-0a1b2c3d 6: MOVED: the record that lies here (hold-began, hold 3) is number 4
    ");

    it.put(4, four).await;
    let mut call = it.client.delete_item().table_name(&it.table);
    for (name, value) in Shared::key(6) {
        call = call.key(name, value);
    }
    call.send().await.unwrap();
    insta::assert_snapshot!(it.found(), @r"target/111122223333/eu-west-1/acl-0a1b2c3d: REMOVED: record 6 is not there");
    it.put(6, six).await;
    assert_eq!(verify(&it.quell).exit, Some(0));

    let head = Chain::of_target(&web()).to_string();
    let call = it.client.delete_item().table_name(&it.table);
    let call = call.key("pk", AttributeValue::S("chains".to_owned()));
    call.key("sk", AttributeValue::S(head)).send().await.unwrap();
    insta::assert_snapshot!(it.found(), @r"target/111122223333/eu-west-1/acl-0a1b2c3d: CHANGED: the chain's head is not its last record");
}
