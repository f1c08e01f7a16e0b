//! Checkpoints: what even who writes the whole journal anew can't hide.

use aws_sdk_s3::Client;
use jiff::SignedDuration;
use quell::{
    checkpoint::{Checkpoints, Shelf, bucket::CheckpointBucket, file::CheckpointFile},
    hold::SqliteJournal,
    secret::LiveSecret,
};
use quell_tests::{
    everything,
    process::{Quell, Told},
};
use rusqlite::Connection;

use crate::{opened::*, verified::CONFIGURATION};

/// The first example of RFC 8410, and its public key as OpenSSL prints it.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

fn maker(shelf: impl Shelf + 'static) -> Checkpoints {
    Checkpoints::new(Box::new(shelf), SignedDuration::from_hours(1), LiveSecret::fixed(KEY))
}

/// A file that keeps something of everything, of which a checkpoint was made.
async fn noted() -> Quell {
    let quell = Quell::new(CONFIGURATION).unwrap();
    std::fs::write(quell.path("key.pub"), PUBLIC).unwrap();
    let journal = SqliteJournal::open(&quell.path("journal.sqlite")).unwrap();
    everything::keep(&journal).await.unwrap();
    let maker = maker(CheckpointFile::at(quell.path("checkpoints.ndjson")));
    assert!(maker.keep(&journal, at(3_600)).await.unwrap());
    assert!(!maker.keep(&journal, at(7_199)).await.unwrap(), "it is not due");
    quell
}

fn verify(quell: &Quell) -> Told {
    let with = [
        "journal",
        "verify",
        "--checkpoints",
        "checkpoints.ndjson",
        "--public-key",
        "key.pub",
    ];
    quell.run(&with).unwrap()
}

fn with_sql(quell: &Quell, sql: &str) {
    let connection = Connection::open(quell.path("journal.sqlite")).unwrap();
    connection.execute_batch(sql).unwrap();
}

fn found(told: &Told) -> Vec<&str> {
    told.stdout
        .lines()
        .filter(|line| !line.contains("journal.sqlite: "))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_that_was_cut_with_its_head_is_found_by_a_checkpoint() {
    let quell = noted().await;
    let sound = verify(&quell);
    assert_eq!(sound.exit, Some(0), "{sound:?}");
    assert!(sound.stdout.contains("1 checkpoint compared"), "{sound:?}");
    with_sql(
        &quell,
        "DELETE FROM links WHERE chain = 'orders' AND number = 3;
         UPDATE chains SET number = 2, hash = (SELECT hash FROM links WHERE chain = 'orders' AND number = 2) WHERE chain = 'orders';
         DELETE FROM pauses;",
    );
    let without = quell.run(&["journal", "verify"]).unwrap();
    assert_eq!(without.exit, Some(0), "nobody can tell without one");
    let told = verify(&quell);
    assert_eq!(told.exit, Some(7), "{told:?}");
    assert_eq!(
        found(&told),
        [
            "orders 3: REMOVED: the record was there in the checkpoint of 1970-01-01T01:00:00Z, and the chain ends with 2"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_is_gone_altogether_is_found_by_a_checkpoint() {
    let quell = noted().await;
    with_sql(
        &quell,
        "DELETE FROM links WHERE chain = 'orders'; DELETE FROM chains WHERE chain = 'orders'; DELETE FROM pauses; DELETE FROM pardons;",
    );
    let told = verify(&quell);
    assert_eq!(told.exit, Some(7), "{told:?}");
    assert_eq!(
        found(&told),
        ["orders 3: REMOVED: the whole chain, which was there in the checkpoint of 1970-01-01T01:00:00Z"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_was_changed_is_not_believed() {
    let quell = noted().await;
    let path = quell.path("checkpoints.ndjson");
    let lines = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{}{lines}", lines.replace("01:00:00Z", "02:00:00Z"))).unwrap();
    let told = verify(&quell);
    assert_eq!(told.exit, Some(7), "{told:?}");
    assert_eq!(
        found(&told),
        ["checkpoints 1: NOT BELIEVED: its signature is wrong: it was changed, or forged"]
    );
    std::fs::write(&path, "").unwrap();
    assert_eq!(verify(&quell).exit, Some(5), "none are as good as no proof");
    std::fs::write(quell.path("key.pub"), KEY).unwrap();
    assert_eq!(verify(&quell).exit, Some(4), "it is no public key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_begins_anew_makes_no_checkpoint_too_much() {
    let quell = noted().await;
    let journal = SqliteJournal::open(&quell.path("journal.sqlite")).unwrap();
    let again = maker(CheckpointFile::at(quell.path("checkpoints.ndjson")));
    assert!(!again.keep(&journal, at(7_199)).await.unwrap());
    assert!(again.keep(&journal, at(7_200)).await.unwrap());
    let lines = std::fs::read_to_string(quell.path("checkpoints.ndjson")).unwrap();
    assert_eq!(lines.lines().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_functions_the_first_puts_the_checkpoint_into_the_bucket() {
    let moto = moto().await;
    let name = format!("checkpoints-{}", std::process::id());
    let config = moto.sdk_config();
    let s3 = Client::from_conf(
        aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(true)
            .build(),
    );
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1)
        .build();
    let made = s3.create_bucket().bucket(&name).create_bucket_configuration(place);
    made.object_lock_enabled_for_bucket(true).send().await.unwrap();
    let journal = dynamo().await;
    everything::keep(&*journal).await.unwrap();
    let retain = Some(SignedDuration::from_hours(24));
    for _ in 0..2 {
        let bucket = CheckpointBucket::new(&config, None, &name, "production/", retain);
        assert!(maker(bucket).keep(&*journal, at(3_600)).await.unwrap());
    }
    let bucket = CheckpointBucket::new(&config, None, &name, "production/", None);
    let lines = bucket.read_all().await.unwrap();
    assert_eq!(lines.len(), 1);
    let head = s3
        .head_object()
        .bucket(&name)
        .key("production/1970-01-01T01:00:00Z.json");
    let mode = head.send().await.unwrap().object_lock_mode.unwrap();
    assert_eq!(mode.as_str(), "COMPLIANCE");

    let quell = Quell::new(CONFIGURATION).unwrap();
    let quell = quell.with_environment(moto.environment());
    std::fs::write(quell.path("key.pub"), PUBLIC).unwrap();
    let to = SqliteJournal::open(&quell.path("journal.sqlite")).unwrap();
    archive::copy(&*journal, &to, |_| {}).await.unwrap();
    drop(to);
    let place = format!("s3://{name}/production/");
    let told = quell.run(&["journal", "verify", "--checkpoints", &place, "--public-key", "key.pub"]);
    let told = told.unwrap();
    assert_eq!(told.exit, Some(0), "{told:?}");
    assert!(told.stdout.contains("1 checkpoint compared"), "{told:?}");
}
