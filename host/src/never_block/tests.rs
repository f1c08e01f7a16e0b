//! Lists as people write them, as they break, and as they change.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use jiff::Timestamp;
use tempfile::TempDir;

use super::{format::FormatError, *};
use crate::duration::HumanDuration;

fn read(text: &str) -> Result<Vec<String>, String> {
    read_as(&Format::Prefixes, text)
}

fn read_as(format: &Format, text: &str) -> Result<Vec<String>, String> {
    let listed = format.read(text.as_bytes(), false).map_err(|error| error.to_string())?;
    let told = listed.iter().map(|listed| {
        let until = listed.until.map_or_else(String::new, |until| format!(" until {until}"));
        let reason = listed
            .reason
            .as_ref()
            .map_or_else(String::new, |reason| format!(" # {reason}"));
        format!("{}{until}{reason}", listed.prefix)
    });
    Ok(told.collect())
}

#[test]
fn a_list_has_a_prefix_a_line_with_an_end_and_a_reason() {
    let text = "\u{feff}# partners\r\n\r\n198.51.100.0/24 until 2030-01-31 # Example Ltd, ticket 7\r\n203.0.113.7\n  2001:db8::/32#office\n192.0.2.0/28 until 2030-01-31T18:00:00Z\n";
    insta::assert_snapshot!(read(text).unwrap().join("\n"), @r"
    198.51.100.0/24 until 2030-02-01T00:00:00Z # Example Ltd, ticket 7
    203.0.113.7/32
    2001:db8::/32 # office
    192.0.2.0/28 until 2030-01-31T18:00:00Z
    ");
}

#[test]
fn a_reason_is_one_line_that_reads_as_it_stands() {
    let text = "203.0.113.7 # \u{1b} the\u{202e} office \u{1}";
    assert_eq!(read(text).unwrap(), ["203.0.113.7/32 # the office"]);
}

#[test]
fn a_json_array_says_the_same() {
    let text = r#" ["203.0.113.7", {"prefix": "198.51.100.0/24", "until": "2030-01-31", "reason": "Example Ltd"}]"#;
    insta::assert_snapshot!(read(text).unwrap().join("\n"), @r"
    203.0.113.7/32
    198.51.100.0/24 until 2030-02-01T00:00:00Z # Example Ltd
    ");
}

#[test]
fn one_slip_spoils_the_list_and_is_told_with_its_line() {
    let slips = [
        "203.0.113.7\n198.51.100.7/24",
        "203.0.113.7\neveryone",
        "203.0.113.7 untill 2030-01-31",
        "203.0.113.7 until",
        "203.0.113.7 until tomorrow",
        "203.0.113.7, 203.0.113.8",
        "0.0.0.0/0",
        "::/0",
        "1.2.3\u{1b}[31m",
        "[\"203.0.113.7\", {\"prefix\": \"198.51.100.0/24\", \"reasn\": \"x\"}]",
        "[\"203.0.113.7\", 7]",
        "[\"203.0.113.7\"",
        "",
        "# nothing but a remark\n",
        "[]",
    ];
    let told: Vec<_> = slips.iter().map(|slip| read(slip).unwrap_err()).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_no_text_is_no_list() {
    assert_eq!(
        Format::Prefixes.read(b"203.0.113.7\n\xff\xfe", false),
        Err(FormatError::NotText)
    );
    assert_eq!(Format::Prefixes.read(b"", true), Ok(Vec::new()));
}

#[test]
fn a_list_that_is_too_long_is_told_as_that() {
    let text: String = (0..=format::MOST_ENTRIES)
        .map(|number| format!("198.{}.{}.0/24\n", 18 + number / 65536, number % 256))
        .collect();
    assert_eq!(Format::Prefixes.read(text.as_bytes(), false), Err(FormatError::TooMany));
}

/// The form of Amazon's file, with addresses of the documentation ranges.
const IP_RANGES: &str = r#"{
  "syncToken": "1772366400", "createDate": "2026-03-01-12-00-00",
  "prefixes": [
    {"ip_prefix": "198.51.100.0/26", "region": "GLOBAL", "service": "AMAZON", "network_border_group": "GLOBAL"},
    {"ip_prefix": "198.51.100.0/26", "region": "eu-west-1", "service": "ROUTE53_HEALTHCHECKS", "network_border_group": "eu-west-1"},
    {"ip_prefix": "198.51.100.64/26", "region": "us-east-1", "service": "ROUTE53_HEALTHCHECKS", "network_border_group": "us-east-1"},
    {"ip_prefix": "203.0.113.0/24", "region": "GLOBAL", "service": "CLOUDFRONT", "network_border_group": "GLOBAL"}
  ],
  "ipv6_prefixes": [
    {"ipv6_prefix": "2001:db8:40::/48", "region": "GLOBAL", "service": "CLOUDFRONT", "network_border_group": "GLOBAL"},
    {"ipv6_prefix": "2001:db8:50::/48", "region": "eu-west-1", "service": "EC2", "network_border_group": "eu-west-1"}
  ]
}"#;

fn ip_ranges(services: &[&str], regions: &[&str]) -> Format {
    Format::IpRanges {
        services: services.iter().map(ToString::to_string).collect(),
        regions: regions.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn of_amazons_ranges_the_services_and_regions_count_that_are_named() {
    let both = ip_ranges(&["ROUTE53_HEALTHCHECKS", "CLOUDFRONT"], &[]);
    insta::assert_snapshot!(read_as(&both, IP_RANGES).unwrap().join("\n"), @r"
    198.51.100.0/26 # ROUTE53_HEALTHCHECKS in eu-west-1
    198.51.100.64/26 # ROUTE53_HEALTHCHECKS in us-east-1
    203.0.113.0/24 # CLOUDFRONT in GLOBAL
    2001:db8:40::/48 # CLOUDFRONT in GLOBAL
    ");
    let here = ip_ranges(&["ROUTE53_HEALTHCHECKS"], &["eu-west-1"]);
    assert_eq!(read_as(&here, IP_RANGES).unwrap().len(), 1);
}

#[test]
fn a_service_that_amazon_does_not_have_spares_nobody_in_silence() {
    let misspelt = ip_ranges(&["CLOUDFRONT", "ROUTE53_HEALTHCHECK"], &[]);
    insta::assert_snapshot!(read_as(&misspelt, IP_RANGES).unwrap_err(), @"it has no prefix of the service ROUTE53_HEALTHCHECK in these regions: is it spelt as Amazon does, such as ROUTE53_HEALTHCHECKS?");
    let half = &IP_RANGES[..IP_RANGES.len() / 2];
    assert!(read_as(&ip_ranges(&["CLOUDFRONT"], &[]), half).is_err());
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_366_400 + second).unwrap()
}

fn terms(place: &str) -> ListTerms {
    ListTerms {
        name: "partners".to_owned(),
        place: place.to_owned(),
        format: Format::Prefixes,
        every: HumanDuration::from_secs(10),
        max_age: HumanDuration::from_secs(60),
        may_be_empty: false,
    }
}

/// A list in a file of this folder.
fn in_file(folder: &TempDir) -> Lists {
    let path = folder.path().join("partners.txt");
    Lists::new([List::new(terms("partners.txt"), FileSource::at(&path))])
}

fn write(folder: &TempDir, text: &str) {
    fs::write(folder.path().join("partners.txt"), text).unwrap();
}

fn prefixes(standing: &Standing) -> Vec<String> {
    standing.entries.iter().map(|entry| entry.prefix.to_string()).collect()
}

#[tokio::test]
async fn a_list_that_is_not_there_at_the_start_blocks_nobody_and_heals_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let lists = in_file(&folder);
    insta::assert_snapshot!(lists.standing(at(0)).await.unknown.unwrap(), @"nothing is blocked while the never-block list partners (partners.txt) can't be read: No such file or directory (os error 2); put it right, and it is read again by itself");
    write(&folder, "203.0.113.7\n");
    assert!(
        lists.standing(at(5)).await.unknown.is_some(),
        "it is looked at again after a while"
    );
    let standing = lists.standing(at(10)).await;
    assert_eq!(
        (standing.unknown.as_deref(), prefixes(&standing)),
        (None, vec!["203.0.113.7/32".to_owned()])
    );
}

#[tokio::test]
async fn what_was_read_goes_on_for_as_long_as_it_may_be_old_and_no_longer() {
    let folder = tempfile::tempdir().unwrap();
    let lists = in_file(&folder);
    write(&folder, "203.0.113.7\n");
    assert_eq!(lists.standing(at(0)).await.unknown, None);
    write(&folder, "203.0.113.7\neveryone\n");
    let standing = lists.standing(at(60)).await;
    assert_eq!((standing.unknown.as_deref(), prefixes(&standing).len()), (None, 1));
    assert!(
        lists.each(at(60))[0]
            .failure
            .as_deref()
            .unwrap()
            .contains("line 2: `everyone`")
    );
    let standing = lists.standing(at(61)).await;
    insta::assert_snapshot!(standing.unknown.as_deref().unwrap(), @"nothing is blocked, because the never-block list partners (partners.txt) was read last at 2026-03-01T12:00:00Z, and what was read may be 1m old (max-age): line 2: `everyone`: this is neither an address, such as 203.0.113.7, nor a prefix, such as 203.0.113.0/24; put it right, and it is read again by itself");
    assert_eq!(
        prefixes(&standing),
        ["203.0.113.7/32"],
        "what was known is spared all the same"
    );
    write(&folder, "203.0.113.8\n");
    let standing = lists.standing(at(80)).await;
    assert_eq!(
        (standing.unknown.as_deref(), prefixes(&standing)),
        (None, vec!["203.0.113.8/32".to_owned()])
    );
}

#[tokio::test]
async fn a_half_written_or_empty_file_is_not_an_empty_list() {
    let folder = tempfile::tempdir().unwrap();
    let lists = in_file(&folder);
    write(&folder, "");
    assert!(lists.standing(at(0)).await.unknown.unwrap().contains("half written"));
}

#[tokio::test]
async fn a_pipe_or_a_folder_in_the_place_of_a_file_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("partners.txt")).unwrap();
    let lists = in_file(&folder);
    assert!(
        lists
            .standing(at(0))
            .await
            .unknown
            .unwrap()
            .contains("it is no regular file")
    );
}

#[tokio::test]
async fn a_file_that_was_written_to_is_read_at_once_if_somebody_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let lists = in_file(&folder);
    write(&folder, "203.0.113.7\n");
    lists.standing(at(0)).await;
    write(&folder, "203.0.113.8\n");
    assert_eq!(prefixes(&lists.standing(at(1)).await), ["203.0.113.7/32"]);
    lists.hasten();
    assert_eq!(prefixes(&lists.standing(at(1)).await), ["203.0.113.8/32"]);
}

#[tokio::test]
async fn a_clock_that_was_set_back_leaves_no_list_unread() {
    let folder = tempfile::tempdir().unwrap();
    let lists = in_file(&folder);
    write(&folder, "203.0.113.7\n");
    lists.standing(at(10_000)).await;
    write(&folder, "203.0.113.8\n");
    assert_eq!(prefixes(&lists.standing(at(0)).await), ["203.0.113.8/32"]);
}

/// A source that counts how often it is asked.
struct Counting(Arc<AtomicUsize>);

#[async_trait]
impl Source for Counting {
    async fn fetch(&self, known: Option<&str>) -> Result<Fetched, SourceError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(match known {
            Some(_) => Fetched::Unchanged,
            None => Fetched::Text {
                bytes: b"203.0.113.7".to_vec(),
                mark: Some("1".to_owned()),
            },
        })
    }
}

#[tokio::test]
async fn a_reload_reads_only_what_is_new_and_what_did_not_change_goes_on_to_be_fresh() {
    let asked = Arc::new(AtomicUsize::new(0));
    let list = |terms| List::new(terms, Counting(Arc::clone(&asked)));
    let lists = Lists::new([list(terms("s3://a/b"))]);
    for second in 0..100 {
        let standing = lists.standing(at(second * 5)).await;
        assert_eq!((standing.unknown, standing.entries.len()), (None, 1));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 50);
    lists.replace([list(terms("s3://a/b"))]);
    assert_eq!(lists.each(at(500))[0].entries, 1, "what was read stays known");
    lists.replace([list(terms("s3://a/c"))]);
    assert_eq!(lists.each(at(500))[0].entries, 0);
    assert!(lists.each(at(500))[0].unknown.is_some());
    assert_eq!(lists.standing(at(500)).await.entries.len(), 1);
    lists.replace([]);
    let standing = lists.standing(at(500)).await;
    assert_eq!((standing.unknown, standing.entries.len()), (None, 0));
}

/// A source that never answers.
struct Silent;

#[async_trait]
impl Source for Silent {
    async fn fetch(&self, _: Option<&str>) -> Result<Fetched, SourceError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_never_answers_is_given_up_and_blocks_nobody() {
    let lists = Lists::new([List::new(terms("s3://a/b"), Silent)]);
    assert!(
        lists
            .standing(at(0))
            .await
            .unknown
            .unwrap()
            .contains("it did not come within 15s")
    );
}

/// A source that answers when it is told to.
struct Held(Arc<tokio::sync::Notify>);

#[async_trait]
impl Source for Held {
    async fn fetch(&self, _: Option<&str>) -> Result<Fetched, SourceError> {
        self.0.notified().await;
        Ok(Fetched::Text {
            bytes: b"198.51.100.7".to_vec(),
            mark: None,
        })
    }
}

#[tokio::test]
async fn a_list_that_is_read_for_the_first_time_spares_its_entries_though_another_is_still_being_read() {
    let answer = Arc::new(tokio::sync::Notify::new());
    let slow = || List::new(terms("s3://a/slow"), Held(Arc::clone(&answer)));
    let lists = Arc::new(Lists::new([slow()]));
    answer.notify_one();
    assert_eq!(prefixes(&lists.standing(at(0)).await), ["198.51.100.7/32"]);
    // A reload brings another list, just when the one that is known is to be read again.
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "203.0.113.7\n");
    let path = folder.path().join("partners.txt");
    lists.replace([slow(), List::new(terms("partners.txt"), FileSource::at(&path))]);
    let reading = Arc::clone(&lists);
    let reading = tokio::spawn(async move { reading.standing(at(10)).await });
    while lists.each(at(10))[1].unknown.is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let meanwhile = lists.standing(at(10)).await;
    assert_eq!(
        (meanwhile.unknown.as_deref(), prefixes(&meanwhile)),
        (None, vec!["198.51.100.7/32".to_owned(), "203.0.113.7/32".to_owned()])
    );
    answer.notify_one();
    assert_eq!(prefixes(&reading.await.unwrap()).len(), 2);
}
