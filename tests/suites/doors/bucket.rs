//! The folder door in S3.

use std::{
    io::Write,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use aws_sdk_s3::{
    Client,
    types::{BucketLocationConstraint, CreateBucketConfiguration},
};
use jiff::SignedDuration;
use quell::{
    alert::Detector,
    door::{
        Door,
        folder::{
            FileLimits,
            bucket::{BucketDoor, BucketOptions},
        },
    },
    never_block::{Fetched, ObjectSource, Source},
    text::with_causes,
};
use quell_tests::{
    moto::Moto,
    proxy::{Ec2Proxy, Kind, Trouble, Whom},
    world::World,
};

use crate::open::Open;

const FINDING: &str = include_str!("../../../examples/alerts/guardduty-ssh-brute-force.json");

/// A bucket that nobody else has, and a hand on it that is not Quell's.
struct Bucket {
    s3: Client,
    name: String,
}

impl Bucket {
    async fn new(moto: &Moto) -> anyhow::Result<Self> {
        static BUCKETS: AtomicU32 = AtomicU32::new(0);
        let number = BUCKETS.fetch_add(1, Ordering::Relaxed);
        let bucket = Self {
            s3: Client::new(&moto.sdk_config()),
            name: format!("quell-{}-{number}", std::process::id()),
        };
        let place = CreateBucketConfiguration::builder()
            .location_constraint(BucketLocationConstraint::EuWest1)
            .build();
        let call = bucket.s3.create_bucket().bucket(&bucket.name);
        call.create_bucket_configuration(place).send().await?;
        Ok(bucket)
    }

    async fn put(&self, key: &str, body: impl Into<Vec<u8>>) -> anyhow::Result<()> {
        let call = self.s3.put_object().bucket(&self.name).key(key);
        call.body(body.into().into()).send().await?;
        Ok(())
    }

    fn options(&self) -> BucketOptions {
        BucketOptions {
            bucket: self.name.clone(),
            prefix: "AWSLogs/".to_owned(),
            region: None,
            dated: None,
            newer_than: SignedDuration::from_hours(48),
            detector: Some(Detector::GuardDuty),
            every: Duration::from_millis(200),
            limits: FileLimits {
                max_file: 1 << 20,
                max_unpacked: 2 << 20,
            },
        }
    }
}

/// A finding as GuardDuty exports it, on one line: the `detail` of its event.
fn finding(id: &str) -> String {
    let event: serde_json::Value = serde_json::from_str(FINDING).unwrap();
    let mut finding = event.get("detail").unwrap_or(&event).clone();
    finding["id"] = id.into();
    format!("{finding}\n")
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_that_guardduty_exports_are_taken_in_line_by_line() {
    let world = World::shared().unwrap();
    let bucket = Bucket::new(&world.moto).await.unwrap();
    bucket
        .put("AWSLogs/a.jsonl.gz", packed(&[finding("1"), finding("2")].concat()))
        .await
        .unwrap();
    bucket.put("AWSLogs/folder/", "").await.unwrap();
    bucket.put("AWSLogs/b.txt", "not for Quell").await.unwrap();
    bucket.put("elsewhere/c.jsonl", finding("9")).await.unwrap();
    let open = Open::new(BucketDoor::open(&world.moto.sdk_config(), bucket.options()))
        .await
        .unwrap();
    let taken = open.takes(2).await.unwrap();
    assert!(taken.iter().all(|delivery| delivery.door == "s3"));
    bucket.put("AWSLogs/later.jsonl", finding("3")).await.unwrap();
    open.takes(3).await.unwrap();
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_xml_has_no_words_for_keeps_no_other_object_from_being_read() {
    let world = World::shared().unwrap();
    let bucket = Bucket::new(&world.moto).await.unwrap();
    for (key, id) in [
        ("AWSLogs/a\u{1}b.jsonl", "1"),
        ("AWSLogs/day=5&c d+e.jsonl", "2"),
        ("AWSLogs/f.jsonl", "3"),
    ] {
        bucket.put(key, finding(id)).await.unwrap();
    }
    let door = BucketDoor::open(&world.moto.sdk_config(), bucket.options());
    let seen = door.examine().await.unwrap();
    assert_eq!(seen, r"it can be listed, the first key is AWSLogs/a\u{1}b.jsonl");
    let open = Open::new(door).await.unwrap();
    open.takes(3).await.unwrap();
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_starts_again_does_nothing_twice_and_what_was_written_anew_is_new() {
    let world = World::shared().unwrap();
    let bucket = Bucket::new(&world.moto).await.unwrap();
    bucket.put("AWSLogs/a.jsonl", finding("1")).await.unwrap();
    let config = world.moto.sdk_config();
    let open = Open::new(BucketDoor::open(&config, bucket.options())).await.unwrap();
    open.takes(1).await.unwrap();
    let next = open.killed_and_then(BucketDoor::open(&config, bucket.options()));
    bucket.put("AWSLogs/b.jsonl", finding("2")).await.unwrap();
    next.takes(2).await.unwrap();
    bucket.put("AWSLogs/a.jsonl", finding("3")).await.unwrap();
    next.takes(3).await.unwrap();
    next.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn years_of_findings_are_neither_listed_nor_read() {
    let world = World::shared().unwrap();
    let bucket = Bucket::new(&world.moto).await.unwrap();
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let key = format!("AWSLogs/{}/new.jsonl", today.strftime("%Y/%m/%d"));
    for number in 0..30 {
        bucket
            .put(&format!("AWSLogs/2020/01/{number:02}/old.jsonl"), finding("old"))
            .await
            .unwrap();
    }
    bucket.put(&key, finding("new")).await.unwrap();
    let options = BucketOptions {
        dated: Some("%Y/%m/%d/".to_owned()),
        ..bucket.options()
    };
    let open = Open::new(BucketDoor::open(&world.moto.sdk_config(), options))
        .await
        .unwrap();
    // All are new by the time at which they were written; only the listing tells them apart.
    open.takes(1).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(open.waiting().await.unwrap().len(), 1);
    open.close().await.unwrap();
    // And by that time, where keys say nothing.
    let options = BucketOptions {
        newer_than: SignedDuration::from_millis(1),
        ..bucket.options()
    };
    tokio::time::sleep(Duration::from_secs(2)).await;
    let open = Open::new(BucketDoor::open(&world.moto.sdk_config(), options))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(open.waiting().await.unwrap().is_empty());
    open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_does_not_answer_is_asked_again_and_one_that_is_missing_is_named() {
    let world = World::shared().unwrap();
    let bucket = Bucket::new(&world.moto).await.unwrap();
    bucket.put("AWSLogs/a.jsonl", finding("1")).await.unwrap();
    let proxy = Ec2Proxy::start(&world.moto.endpoint()).await.unwrap();
    proxy.set(Trouble::new(Kind::NotPermitted, Whom::Service("s3")).times(2));
    let config = world
        .moto
        .sdk_config()
        .to_builder()
        .endpoint_url(proxy.endpoint())
        .build();
    let open = Open::new(BucketDoor::open(&config, bucket.options())).await.unwrap();
    open.takes(1).await.unwrap();
    open.close().await.unwrap();

    let missing = BucketOptions {
        bucket: "quell-not-there".to_owned(),
        ..bucket.options()
    };
    let error = BucketDoor::open(&world.moto.sdk_config(), missing)
        .examine()
        .await
        .unwrap_err();
    insta::assert_snapshot!(with_causes(&error), @r#"Quell can't list s3://quell-not-there/AWSLogs/ (door.folder): refused (NoSuchBucket): The specified bucket does not exist"#);
    let seen = BucketDoor::open(&world.moto.sdk_config(), bucket.options())
        .examine()
        .await
        .unwrap();
    assert_eq!(seen, "it can be listed, the first key is AWSLogs/a.jsonl");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_never_block_list_in_a_bucket_is_read_when_it_is_another_and_told_when_it_is_not_there() {
    let world = World::shared().unwrap();
    let bucket = Bucket::new(&world.moto).await.unwrap();
    let source = |key: &str| {
        let source = ObjectSource::new(bucket.name.clone(), key.to_owned(), Some("eu-west-1".to_owned()));
        source.reached_by(world.moto.sdk_config())
    };
    bucket.put("list.txt", "198.51.100.0/24 # our partner\n").await.unwrap();
    let list = source("list.txt");
    let Fetched::Text { bytes, mark } = list.fetch(None).await.unwrap() else {
        panic!("it was not read");
    };
    assert_eq!(bytes, b"198.51.100.0/24 # our partner\n");
    assert_eq!(list.fetch(mark.as_deref()).await.unwrap(), Fetched::Unchanged);
    bucket.put("list.txt", "203.0.113.0/24\n").await.unwrap();
    let Fetched::Text { bytes, .. } = list.fetch(mark.as_deref()).await.unwrap() else {
        panic!("what is new was not read");
    };
    assert_eq!(bytes, b"203.0.113.0/24\n");
    let gone = source("gone.txt").fetch(None).await.unwrap_err();
    assert!(gone.to_string().contains("NoSuchKey"), "{gone}");
}
