//! The doctor in a simulated account, with what people get wrong.

use std::{fs, path::Path};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::{
    config::Config,
    hold::{DeliveryId, Denial, Intent, Journal, Remedy, SqliteJournal, Target},
    setup::examine,
};

const ACCOUNT: &str = include_str!("../../../examples/simulated-account.toml");

/// A folder with an account that begins with these lines.
fn folder(account: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("account.toml"), format!("{account}\n{ACCOUNT}")).unwrap();
    folder
}

fn config(folder: &Path, text: &str) -> Config {
    let text = format!(
        "{text}\n[simulated]\naccount-file = \"account.toml\"\n[journal]\npath = \"journal.sqlite\"\n[sandbox]\ncache = \"cache\"\n"
    );
    Config::parse(&text, &folder.join("quell.toml")).unwrap()
}

/// What is found of a verdict, as `what: why`.
async fn found(folder: &Path, text: &str, verdict: Verdict) -> String {
    let checkup = examine(&config(folder, text)).await.unwrap();
    let lines = checkup.0.iter().filter(|finding| finding.verdict == verdict);
    let lines: Vec<_> = lines
        .map(|finding| format!("{}: {}", finding.what, finding.why))
        .collect();
    lines.join("\n").replace(&folder.display().to_string(), "[folder]")
}

async fn missing(folder: &Path, text: &str) -> String {
    found(folder, text, Verdict::Missing).await
}

const ISOLATES: &str = "[[plugin]]\nname = \"isolate-attacker\"\nmay = [\"isolate\"]";

#[tokio::test]
async fn an_account_that_permits_all_lacks_nothing() {
    let folder = folder("");
    assert_eq!(missing(folder.path(), "").await, "");
    insta::assert_snapshot!(anstream::adapter::strip_str(examine(&config(folder.path(), "")).await.unwrap().to_string().lines().last().unwrap()), @"nothing is missing");
}

#[tokio::test]
async fn what_is_not_permitted_is_missing_if_it_is_needed_and_else_nobodys_business() {
    let folder = folder("not-permitted = [\"StopInstances\", \"ReplaceNetworkAclEntry\", \"DescribeVpcs\"]");
    insta::assert_snapshot!(missing(folder.path(), "").await, @r"
    ec2:DescribeVpcs: UnauthorizedOperation: You are not authorized to perform this operation.
    ec2:ReplaceNetworkAclEntry: EC2's dry run on acl-0b111111111111111: UnauthorizedOperation: You are not authorized to perform this operation.
    ");
    insta::assert_snapshot!(missing(folder.path(), "[[plugin]]\nname = \"isolate-attacker\"\nmay = [\"set-instance-state\"]").await, @"ec2:StopInstances: EC2's dry run on i-0abc1234def567890: UnauthorizedOperation: You are not authorized to perform this operation.");
    assert_eq!(missing(folder.path(), "mode = \"observe\"").await.lines().count(), 1);
}

#[tokio::test]
async fn an_isolation_group_that_is_not_there_or_in_another_vpc_is_missing() {
    let folder = folder("");
    let with = |groups: &str| format!("{ISOLATES}\n[instance]\nflows = \"keep\"\nisolation-groups = {groups}");
    let gone = with("{ \"vpc-0a1b2c3d4e5f60718\" = \"sg-0123456789abcdef0\" }");
    insta::assert_snapshot!(missing(folder.path(), &gone).await, @"isolation group sg-0123456789abcdef0: no account has it: make it in vpc-0a1b2c3d4e5f60718, or correct `instance.isolation-groups`");
    let elsewhere = with("{ \"vpc-0123456789abcdef0\" = \"sg-0aaa1111bbb22222c\" }");
    insta::assert_snapshot!(missing(folder.path(), &elsewhere).await, @"isolation group sg-0aaa1111bbb22222c: it is not in vpc-0123456789abcdef0, for which `instance.isolation-groups` names it: name one of that VPC");
    insta::assert_snapshot!(found(folder.path(), &elsewhere, Verdict::Note).await, @"vpc-0a1b2c3d4e5f60718: `instance.isolation-groups` does not name it: an isolation there would have to make a group, which the least policy does not allow");
}

#[tokio::test]
async fn a_journal_or_a_folder_that_can_not_be_written_is_missing() {
    let folder = folder("");
    fs::write(folder.path().join("journal.sqlite"), "no journal").unwrap();
    fs::write(folder.path().join("recordings"), "no folder").unwrap();
    fs::write(folder.path().join("cache"), "no folder").unwrap();
    insta::assert_snapshot!(missing(folder.path(), "[recordings]\ndirectory = \"recordings\"").await, @r"
    journal: [folder]/journal.sqlite: the journal failed to read its format: file is not a database: Error code 26: file is not a database
    folder of recordings: nothing can be written to [folder]/recordings: [folder]/recordings is a file
    ");
    insta::assert_snapshot!(found(folder.path(), "", Verdict::Note).await, @"folder of compiled plugins: nothing can be written to [folder]/cache: [folder]/cache is a file; plugins are compiled at each start");
}

#[tokio::test]
async fn a_plugin_that_can_not_be_loaded_and_a_secret_that_is_not_there_are_missing() {
    let folder = folder("");
    let text = "[[plugin]]\nname = \"mine\"\nfile = \"mine.wasm\"\n[http]\ntoken-file = \"token\"";
    insta::assert_snapshot!(missing(folder.path(), text).await, @r"
    plugin mine: plugin `mine`: can't read [folder]/mine.wasm: No such file or directory (os error 2)
    token of the HTTP door: [folder]/token can't be read: check that it is there and that this user may read it
    ");
}

#[tokio::test]
async fn what_is_in_force_and_not_configured_any_more_is_told() {
    let folder = folder("");
    let journal = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
    let now = Timestamp::now();
    let intent = Intent {
        target: Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            resource: "acl-0b111111111111111".parse().unwrap(),
        },
        remedy: Remedy::Deny(Denial {
            prefix: "203.0.113.7/32".parse().unwrap(),
            direction: crate::cloud::Direction::Ingress,
        }),
        reason: "it attacks".to_owned(),
        confidence: 90,
        severity: None,
        spare: Vec::new(),
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/1".to_owned(),
        until: Some(now + SignedDuration::from_hours(1)),
    };
    journal
        .put_in_force(&[intent], &DeliveryId::read("1"), now)
        .await
        .unwrap();
    drop(journal);
    insta::assert_snapshot!(found(folder.path(), "mode = \"observe\"", Verdict::Note).await, @"holds: block: 1 in force, and nothing that is configured may block any more: taking them back needs the rights for that, which are not among those above");
    assert_eq!(found(folder.path(), "", Verdict::Note).await, "");
}

#[tokio::test]
async fn a_full_network_acl_is_told() {
    let folder = folder("");
    let small = ACCOUNT.replace("rule-quota = 20", "rule-quota = 4");
    fs::write(folder.path().join("account.toml"), small).unwrap();
    let told = found(folder.path(), "", Verdict::Note).await;
    insta::assert_snapshot!(told.lines().next().unwrap(), @"room in acl-0b111111111111111: ingress IPv4 for 0 rules, ingress IPv6 for 1 rules, egress IPv4 for 1 rules, egress IPv6 for 1 rules");
}

#[tokio::test]
async fn the_account_and_the_journal_are_as_they_were() {
    let folder = folder("");
    let names = || {
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name != "cache")
            .collect();
        names.sort();
        names
    };
    let before = names();
    examine(&config(folder.path(), ISOLATES)).await.unwrap();
    assert_eq!(names(), before, "only compiled plugins are kept");
}
