//! Commands on the journal of a daemon that is down.

use jiff::Timestamp;
use quell::{
    cloud::Direction,
    hold::{Coverage, DeliveryId, HoldFilter, HoldId, Intent, Journal, Pardon, Pause, Remedy, SqliteJournal, Target},
};
use tempfile::TempDir;

use super::{quell, told};

/// A folder with a configuration for a simulated account.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let configuration = r#"
            simulated = { account-file = "account.toml" }
            journal = { path = "journal.sqlite" }
            http = { listen = "127.0.0.1:1" }
            guard = { until-released = true }
            # What is not there keeps nobody from releasing.
            [[plugin]]
            name = "mine"
            file = "mine.wasm"
            sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
        "#;
        std::fs::write(folder.path().join("quell.toml"), configuration).unwrap();
        let account = include_str!("../../../examples/simulated-account.toml");
        std::fs::write(folder.path().join("account.toml"), account).unwrap();
        Self(folder)
    }

    /// With a journal of four holds, all until released: 1 and 2 share a rule, 3 has no room, 4 is new.
    fn with_holds() -> Self {
        let folder = Self::new();
        folder.in_journal(async |journal| {
            let at: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
            let intents = ["203.0.113.7/32", "203.0.113.8/32", "2001:db8::7/128", "198.51.100.0/24"].map(intent);
            let delivery = DeliveryId::given("test", "1");
            journal.put_in_force(&intents, &delivery, at).await.unwrap();
            let situation = journal.situation(&web(), at, at).await.unwrap();
            let shared = Coverage::Covered {
                rule: 97,
                aggregate: Some("203.0.113.0/28".parse().unwrap()),
            };
            let uncovered = Coverage::NotCovered {
                why: "no room".to_owned(),
            };
            let coverage =
                [(1, shared.clone()), (2, shared), (3, uncovered)].map(|(id, coverage)| (HoldId(id), coverage));
            journal
                .converged(&web(), Some(situation.revision), &coverage)
                .await
                .unwrap();
        });
        folder
    }

    fn in_journal(&self, work: impl AsyncFnOnce(SqliteJournal)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let journal = SqliteJournal::open(&self.0.path().join("journal.sqlite")).unwrap();
        runtime.block_on(work(journal));
    }

    fn run(&self, arguments: &[&str]) -> String {
        told(&quell(self.0.path(), arguments))
    }

    /// The numbers of the holds in force.
    fn in_force(&self) -> Vec<i64> {
        let mut ids = Vec::new();
        self.in_journal(async |journal| {
            let holds = journal.holds(&HoldFilter::default()).await.unwrap();
            ids = holds.iter().map(|hold| hold.id.0).collect();
        });
        ids
    }
}

fn web() -> Target {
    Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: "acl-0b111111111111111".parse().unwrap(),
    }
}

fn intent(prefix: &str) -> Intent {
    Intent {
        target: web(),
        remedy: Remedy::deny(prefix.parse().unwrap(), Direction::Ingress),
        reason: "it scans".to_owned(),
        confidence: 75,
        severity: None,
        spare: Vec::new(),
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/1".to_owned(),
        until: None,
        scope: Default::default(),
    }
}

#[test]
fn holds_are_listed_with_what_covers_them_and_what_bears_on_all_of_them() {
    let folder = Folder::with_holds();
    folder.in_journal(async |journal| {
        let pardon = Pardon {
            prefix: "192.0.2.1/32".parse().unwrap(),
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::MAX,
            reason: "our partner".to_owned(),
        };
        journal.pardon(&pardon).await.unwrap();
        let pause = Pause {
            since: "2026-03-01T13:00:00Z".parse().unwrap(),
            reason: "maintenance".to_owned(),
        };
        journal.pause(&pause).await.unwrap();
    });
    insta::assert_snapshot!(folder.run(&["holds"]));
}

#[test]
fn holds_are_found_by_all_that_a_person_knows_of_them() {
    let folder = Folder::with_holds();
    let mut found = Vec::new();
    for filter in [
        &["--address", "203.0.113.7"][..],
        &["--address", "203.0.113.0/24"],
        &["--address", "198.51.100.9"],
        &["--address", "2001:db8::/32"],
        &["--acl", "acl-0b111111111111111"],
        &["--acl", "acl-0d222222222222222"],
        &["--account", "111122223333", "--region", "eu-west-1"],
        &["--region", "eu-central-1"],
        &["--plugin", "nacl-block"],
        &["--direction", "egress"],
        &["--covered"],
        &["--uncovered"],
    ] {
        let output = quell(folder.0.path(), &[&["holds", "--output", "json"], filter].concat());
        let holds: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
        let ids: Vec<_> = holds.iter().map(|hold| hold["id"].to_string()).collect();
        found.push(format!("{}: {}", filter.join(" "), ids.join(" ")));
    }
    insta::assert_snapshot!(found.join("\n"), @r"
    --address 203.0.113.7: 1
    --address 203.0.113.0/24: 1 2
    --address 198.51.100.9: 4
    --address 2001:db8::/32: 3
    --acl acl-0b111111111111111: 1 2 3 4
    --acl acl-0d222222222222222: 
    --account 111122223333 --region eu-west-1: 1 2 3 4
    --region eu-central-1: 
    --plugin nacl-block: 1 2 3 4
    --direction egress: 
    --covered: 1 2
    --uncovered: 3 4
    ");
    assert_eq!(
        folder.run(&["holds", "--region", "eu-central-1"]),
        "-- stdout\nno hold is like that\nexit 0"
    );
}

#[test]
fn where_there_is_no_journal_that_is_said_in_words_and_none_is_made() {
    let folder = Folder::new();
    let mut all = Vec::new();
    for command in [
        &["holds"][..],
        &["pardons"],
        &["capacity"],
        &["converge"],
        &["converge", "--dry-run"],
        &["resume"],
        &["release", "1"],
        &["release", "--address", "203.0.113.7"],
        &["extend", "1", "--for", "1h"],
        &["pardons", "--end", "203.0.113.7"],
    ] {
        all.push(format!("$ quell {}\n{}", command.join(" "), folder.run(command)));
    }
    insta::assert_snapshot!(all.join("\n"));
    assert!(!folder.0.path().join("journal.sqlite").exists());
    assert!(!folder.0.path().join("journal.sqlite.lock").exists());
}

#[test]
fn a_hold_is_released_though_no_daemon_runs_and_the_plugins_are_gone() {
    let folder = Folder::with_holds();
    let told = folder.run(&["release", "3", "4"]);
    assert!(
        told.starts_with(
            "-- stdout\nhold 3 released: 2001:db8::7/128 ingress at acl-0b111111111111111\nhold 4 released"
        ),
        "{told}"
    );
    assert!(told.ends_with("exit 0"), "{told}");
    assert_eq!(folder.in_force(), [1, 2]);
    insta::assert_snapshot!(folder.run(&["release", "1", "3"]), @r"
    -- stderr
    error: there is no hold 3 in force; `quell holds` lists those that are
    exit 5
    ");
    assert_eq!(folder.in_force(), [1, 2], "a misspelt number releases none");
}

#[test]
fn an_address_that_a_shared_rule_denies_is_told_so_and_can_be_pardoned() {
    let folder = Folder::with_holds();
    insta::assert_snapshot!(folder.run(&["release", "--address", "203.0.113.9"]), @r"
    -- stderr
    error: there is no hold on 203.0.113.9/32 in force, nor on anything inside of it. It is denied by ingress rule 97 (203.0.113.0/28), which hold 1 shares for want of room; with `--pardon 24h` it is let through for so long
    exit 5
    ");
    let told = folder.run(&[
        "release",
        "--address",
        "203.0.113.9",
        "--pardon",
        "24h",
        "--reason",
        "our partner",
    ]);
    assert!(
        told.contains("203.0.113.9/32 is pardoned until 20") && told.contains("(our partner)"),
        "{told}"
    );
    let listed = folder.run(&["pardons"]);
    assert!(
        listed.contains("203.0.113.9/32") && listed.contains("our partner"),
        "{listed}"
    );
    assert!(
        folder
            .run(&["pardons", "--end", "203.0.113.9"])
            .contains("203.0.113.9/32 is no longer pardoned")
    );
    assert_eq!(folder.run(&["pardons"]), "-- stdout\nnothing is pardoned\nexit 0");
}

#[test]
fn a_pardon_can_be_given_before_there_is_any_journal() {
    let folder = Folder::new();
    let told = folder.run(&["release", "--address", "203.0.113.9", "--pardon", "24h"]);
    assert!(
        told.contains("no hold had to be released\n203.0.113.9/32 is pardoned until 20"),
        "{told}"
    );
    assert!(folder.run(&["pardons"]).contains("203.0.113.9/32"));
}

#[test]
fn a_pause_outlives_the_command_and_is_seen_by_all_who_look() {
    let folder = Folder::new();
    let told = folder.run(&["pause", "--reason", "maintenance"]);
    assert!(told.contains("(maintenance); what ends is still taken back"), "{told}");
    let listed = folder.run(&["holds"]);
    assert!(
        listed.starts_with("-- stdout\nnothing is in force\npaused since 20"),
        "{listed}"
    );
    assert!(folder.run(&["resume"]).contains("goes on; was paused since 20"));
    assert_eq!(folder.run(&["resume"]), "-- stdout\nwas not paused\nexit 0");
}

#[test]
fn a_hold_is_not_extended_beyond_what_it_has() {
    let folder = Folder::with_holds();
    insta::assert_snapshot!(folder.run(&["extend", "1", "--for", "24h"]), @r"
    -- stderr
    error: hold 1 lasts until released already; give a later end, or end it with `quell release 1`
    exit 2
    ");
    insta::assert_snapshot!(folder.run(&["extend", "1", "--for", "60d"]).lines().nth(1).unwrap().split(", and").next().unwrap(), @"error: a hold may last 720h from now at most (guard.longest-hold)");
}

#[test]
fn a_dry_run_prints_the_plan_like_a_diff_and_leaves_the_journal_alone() {
    let folder = Folder::with_holds();
    insta::assert_snapshot!(folder.run(&["converge", "--dry-run"]), @r"
    -- stdout
    network ACL 111122223333/eu-west-1/acl-0b111111111111111
      would change:
        + 99 deny 198.51.100.0/24 ingress
        + 98 deny 203.0.113.7/32 ingress
        + 97 deny 203.0.113.8/32 ingress
        + 96 deny 2001:db8::7/128 ingress
      4 holds in force, 4 covered
    exit 0
    ");
    let uncovered = folder.run(&["holds", "--uncovered"]);
    assert!(uncovered.contains("1 hold not covered: no room"), "{uncovered}");
    let json = quell(folder.0.path(), &["converge", "--dry-run", "--output", "json"]).stdout;
    let plan: quell::way::order::Done = serde_json::from_slice(&json).unwrap();
    assert_eq!(plan.acls()[0].changes.len(), 4);
    assert!(plan.acls()[0].before.is_some(), "what stands there today");
    assert!(folder.run(&["converge"]).contains("  changed:\n    + "));
}

#[test]
fn how_full_network_acls_are_is_listed() {
    let folder = Folder::with_holds();
    insta::assert_snapshot!(folder.run(&["capacity"]));
    insta::assert_snapshot!(folder.run(&["capacity", "--acl", "acl-0d222222222222222"]), @r"
    -- stderr
    error: Quell has no hold and no entry at network ACL acl-0d222222222222222; `quell converge --dry-run` lists where it has
    exit 5
    ");
}

#[test]
fn an_account_that_can_not_be_asked_is_told_and_the_command_fails() {
    let folder = Folder::with_holds();
    let elsewhere = include_str!("../../../examples/simulated-account.toml").replace("111122223333", "444455556666");
    std::fs::write(folder.0.path().join("account.toml"), elsewhere).unwrap();
    insta::assert_snapshot!(folder.run(&["capacity"]));
    let told = folder.run(&["release", "1"]);
    assert!(
        told.contains("released, but not everything could be removed yet, at 1 network ACL"),
        "{told}"
    );
    assert!(told.ends_with("exit 1"), "{told}");
    assert_eq!(folder.in_force(), [2, 3, 4]);
}
