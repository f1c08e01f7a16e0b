//! Which objects are listed, and what tells one from another.

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    super::{FileLimits, format::Format},
    *,
};

fn options(dated: Option<&str>) -> BucketOptions {
    BucketOptions {
        bucket: "findings".to_owned(),
        prefix: "AWSLogs/111122223333/GuardDuty/eu-west-1/".to_owned(),
        region: None,
        dated: dated.map(str::to_owned),
        newer_than: SignedDuration::from_hours(48),
        detector: None,
        every: Duration::from_secs(60),
        limits: FileLimits {
            max_file: 1000,
            max_unpacked: 1000,
        },
    }
}

#[test]
fn years_of_findings_are_not_listed_to_find_those_of_today() {
    let oldest: Timestamp = "2030-03-01T00:30:00Z".parse().unwrap();
    let after = options(Some("%Y/%m/%d/")).start_after(oldest).unwrap();
    assert_eq!(after, "AWSLogs/111122223333/GuardDuty/eu-west-1/2030/03/01/");
    let of_that_day = "AWSLogs/111122223333/GuardDuty/eu-west-1/2030/03/01/0b1c.jsonl.gz";
    let of_the_day_before = "AWSLogs/111122223333/GuardDuty/eu-west-1/2030/02/28/ffff.jsonl.gz";
    assert!(of_that_day > after.as_str() && of_the_day_before < after.as_str());
    assert_eq!(options(None).start_after(oldest), None);
}

#[test]
fn an_object_that_was_written_anew_is_another() {
    let object_id = |bucket, key, etag| {
        let object = Found {
            key,
            etag,
            bytes: 1,
            format: Format::of("findings.json").unwrap(),
        };
        object.id(bucket)
    };
    let one = object_id("a", "b", "\"1\"");
    assert_eq!(one, object_id("a", "b", "\"1\""));
    for other in [
        object_id("a", "b", "\"2\""),
        object_id("a", "b\"", "1\""),
        object_id("ab", "", "\"1\""),
    ] {
        assert_ne!(one, other);
    }
}
