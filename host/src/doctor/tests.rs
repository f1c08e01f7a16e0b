//! The doctor in a simulated account, with what people get wrong.

use std::{fs, path::Path};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::{
    config::Config,
    hold::{DeliveryId, Denial, Intent, Journal, Remedy, SqliteJournal, Target},
    setup::examine,
    simulated_stealthwatch::{Fault, SimulatedStealthwatch},
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

/// Somebody is blocked at this network ACL.
async fn blocked(folder: &Path, account: &str, acl: &str) {
    let journal = SqliteJournal::open(&folder.join("journal.sqlite")).unwrap();
    let now = Timestamp::now();
    let intent = Intent {
        target: Target {
            account: account.to_owned(),
            region: "eu-west-1".to_owned(),
            resource: acl.parse().unwrap(),
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
        scope: Default::default(),
    };
    let delivery = DeliveryId::read(account);
    journal.put_in_force(&[intent], &delivery, now).await.unwrap();
}

#[tokio::test]
async fn a_network_acl_that_is_known_only_from_its_holds_is_told_with_its_room() {
    let folder = folder("");
    blocked(folder.path(), "111122223333", "acl-0b111111111111111").await;
    blocked(folder.path(), "111122223333", "acl-0a0a0a0a0a0a0a0a0").await;
    blocked(folder.path(), "999999999999", "acl-0c111111111111111").await;
    let rooms = told(folder.path(), ISOLATES, "room in acl-").await;
    let [gone, room, elsewhere] = rooms.as_slice() else {
        panic!("{rooms:?}")
    };
    assert!(
        gone.starts_with("note: ") && gone.contains("acl-0a0a0a0a0a0a0a0a0 is gone"),
        "{gone}"
    );
    assert!(room.contains("ingress IPv4 for 16 rules"), "{room}");
    assert!(
        elsewhere.starts_with(
            "MISSING: 999999999999/eu-west-1/acl-0c111111111111111 is in an account or region that is not configured"
        ),
        "{elsewhere}"
    );
}

#[tokio::test]
async fn what_is_in_force_and_not_configured_any_more_is_told() {
    let folder = folder("");
    blocked(folder.path(), "111122223333", "acl-0b111111111111111").await;
    insta::assert_snapshot!(found(folder.path(), "mode = \"observe\"", Verdict::Note).await, @r"
    room in acl-0b111111111111111: ingress IPv4 for 16 rules, ingress IPv6 for 17 rules, egress IPv4 for 17 rules, egress IPv6 for 17 rules; 1 hold NOT COVERED: `quell holds --uncovered` says why
    holds: block: 1 in force, and nothing that is configured may block any more: taking them back needs the rights for that, which are not among those above
    ");
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

/// What is found of one thing, as `verdict: why`.
async fn told(folder: &Path, text: &str, what: &str) -> Vec<String> {
    let checkup = examine(&config(folder, text)).await.unwrap();
    let found = checkup.0.iter().filter(|finding| finding.what.starts_with(what));
    let told = found.map(|finding| format!("{}: {}", finding.verdict.name(), finding.why));
    told.map(|line| line.replace(&folder.display().to_string(), "[folder]"))
        .collect()
}

const LIST: &str = "[[guard.never-block-list]]\nname = \"partners\"\nfile = \"partners.txt\"";

#[tokio::test]
async fn a_never_block_list_that_can_not_be_read_is_missing_and_one_that_spares_nobody_is_told() {
    let folder = folder("");
    let write = |text: &str| fs::write(folder.path().join("partners.txt"), text).unwrap();
    let list = async |text| told(folder.path(), text, "never-block list partners").await.join("\n");
    insta::assert_snapshot!(list(LIST).await, @"MISSING: nothing is blocked while the never-block list partners ([folder]/partners.txt) can't be read: No such file or directory (os error 2); put it right, and it is read again by itself");
    write("198.51.100.0/24\neveryone\n");
    insta::assert_snapshot!(list(LIST).await, @"MISSING: nothing is blocked while the never-block list partners ([folder]/partners.txt) can't be read: line 2: `everyone`: this is neither an address, such as 203.0.113.7, nor a prefix, such as 203.0.113.0/24; put it right, and it is read again by itself");
    write("198.51.100.0/24 until 2020-01-31\n");
    insta::assert_snapshot!(list(LIST).await, @"note: [folder]/partners.txt has 1 entry, and all of them are over: it spares nobody; give them later ends or take them out");
    write("198.51.100.0/24 until 2020-01-31\n203.0.113.0/24\n");
    insta::assert_snapshot!(list(LIST).await, @"yes: [folder]/partners.txt has 2 entries");
    write("# nobody\n");
    let may_be_empty = format!("{LIST}\nmay-be-empty = true");
    insta::assert_snapshot!(list(&may_be_empty).await, @"note: nothing stands in [folder]/partners.txt, which `may-be-empty` allows: it spares nobody");
}

#[tokio::test]
async fn an_api_of_stealthwatch_cloud_that_does_not_take_the_key_or_does_not_answer_is_missing() {
    let api = SimulatedStealthwatch::start(Default::default()).await.unwrap();
    let folder = folder("");
    let text = format!(
        "[stealthwatch-cloud]\nbase-url = \"{}\"\nuser = \"{}\"\nkey-file = \"key\"\nattempts = 1",
        api.base_url(),
        SimulatedStealthwatch::USER
    );
    let ask = async || told(folder.path(), &text, "API of Stealthwatch Cloud").await.join("\n");
    assert_eq!(ask().await, "", "that there is no key is told by itself");
    fs::write(folder.path().join("key"), SimulatedStealthwatch::KEY).unwrap();
    insta::assert_snapshot!(ask().await, @"yes: it answers, and takes the key");
    let clock = told(folder.path(), &text, "clock").await.join("\n");
    insta::assert_snapshot!(clock, @"yes: it is as Stealthwatch Cloud's");

    fs::write(folder.path().join("key"), "another").unwrap();
    let refused = ask().await;
    assert!(refused.starts_with("MISSING: GET http://127.0.0.1:"), "{refused}");
    assert!(
        refused.contains("status 401: the API does not accept the user and key"),
        "{refused}"
    );
    fs::write(folder.path().join("key"), SimulatedStealthwatch::KEY).unwrap();
    api.set_fault(Fault::NotJson);
    let strange = ask().await;
    assert!(strange.contains("the answer is a web page, not JSON"), "{strange}");
    drop(api);
    let gone = ask().await;
    assert!(gone.contains("no answer; check the base URL"), "{gone}");
}

#[tokio::test]
async fn a_topic_that_can_not_reach_the_door_is_told_with_what_to_do() {
    let folder = folder("");
    let door = "[[door.sns]]\ntopics = [\"arn:aws:sns:eu-west-1:111122223333:alerts\"]";
    let topic = async |text: &str| told(folder.path(), text, "subscription of").await.join("\n");
    insta::assert_snapshot!(topic(door).await, @"note: the HTTP door listens on 127.0.0.1:8480, where SNS reaches it only by a proxy on this machine that ends TLS: put one there, or listen elsewhere (http.listen)");
    fs::write(folder.path().join("token"), "a-long-token-that-nobody-knows").unwrap();
    let open = format!("{door}\n[http]\nlisten = \"0.0.0.0:0\"\ntoken-file = \"token\"");
    insta::assert_snapshot!(topic(&open).await, @"not provable: only SNS knows whether it is confirmed: `aws sns list-subscriptions-by-topic --region eu-west-1 --topic-arn arn:aws:sns:eu-west-1:111122223333:alerts` shows PendingConfirmation if it is not");
}

#[tokio::test]
async fn a_plugin_that_was_to_be_compiled_ahead_and_is_not_is_told() {
    let folder = folder("");
    let compiled = folder.path().join("compiled");
    fs::create_dir(&compiled).unwrap();
    let text = format!("{ISOLATES}\n");
    let text = text.replace(
        "[[plugin]]",
        "[sandbox]\nprecompiled = \"compiled\"\ncache = \"cache\"\n[[plugin]]",
    );
    let text = format!("{text}\n[simulated]\naccount-file = \"account.toml\"\n[journal]\npath = \"journal.sqlite\"");
    let config = Config::parse(&text, &folder.path().join("quell.toml")).unwrap();
    let checkup = examine(&config).await.unwrap();
    let found = checkup
        .0
        .iter()
        .find(|finding| finding.what == "compiled isolate-attacker")
        .unwrap();
    assert_eq!(found.verdict, Verdict::Note);
    assert!(
        found.why.contains(".cwasm is not there: it is compiled at each start"),
        "{}",
        found.why
    );
}

#[tokio::test]
async fn the_quota_and_who_says_so_and_the_room_for_the_journal_are_told() {
    let folder = folder("");
    let quota = told(folder.path(), "", "quota of rules").await.join("\n");
    insta::assert_snapshot!(quota, @"yes: 20 a direction and family, as Service Quotas says");
    let room = told(folder.path(), "", "room for the journal").await.join("\n");
    assert!(room.ends_with("MiB are free for [folder]/journal.sqlite"), "{room}");
}
