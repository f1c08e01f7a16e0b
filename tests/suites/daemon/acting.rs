//! What the daemon does, and what a person at the command line sees of it.

use std::{collections::BTreeSet, fs};

use quell::report::Report;
use quell_tests::{
    attack::about_in,
    moto::{OTHER_ACCOUNT, OTHER_ROLE, REGION, Session},
    recorded,
    scene::Scene,
    stage::{Stage, Wanted},
};
use serde_json::{Value, json};

const ALL_FOUR: &str = "96 deny 192.0.2.99/32 ingress
97 deny 203.0.113.50/32 ingress
98 deny 2001:db8:bad:cafe::66/128 ingress
99 deny 203.0.113.7/32 ingress";

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_becomes_deny_entries_that_others_see_in_the_right_acl_and_in_no_other() {
    let stage = Stage::build("").await.unwrap();
    let Scene {
        database, default_acl, ..
    } = &stage.scene;
    let others = || {
        (
            stage.entries(&database.acl).unwrap(),
            stage.entries(default_acl).unwrap(),
        )
    };
    let before = others();
    let _daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();
    assert_eq!(stage.new_entries().unwrap().join("\n"), ALL_FOUR);
    assert_eq!(others(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_has_the_number_by_which_cloudtrail_knows_each_change_and_it_is_the_ledgers() {
    let stage = Stage::build("").await.unwrap();
    let _daemon = stage.quell.serve().unwrap();
    let report = stage.act(&stage.recorded_attack()).await.unwrap();
    let changes = report["targets"][0]["changes"].as_array().unwrap();
    let numbers: BTreeSet<_> = changes
        .iter()
        .filter_map(|change| change["request-id"].as_str())
        .collect();
    assert_eq!((changes.len(), numbers.len()), (4, 4), "{report}");
    let ledger = stage.quell.run(&["journal", "ledger"]).unwrap().stdout;
    let text = serde_json::from_value::<Report>(report.clone()).unwrap().to_string();
    for number in numbers {
        assert!(ledger.contains(number), "{number}: {ledger}");
        assert!(text.contains(&format!("(requestID {number})")), "{number}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_for_another_account_is_acted_on_there_in_a_session_that_names_it() {
    let account = format!(
        r#"
        [[aws.account]]
        id = "{OTHER_ACCOUNT}"
        regions = ["{REGION}"]
        role = "{OTHER_ROLE}"
        external-id = "quell-{OTHER_ACCOUNT}"
        "#
    );
    let wanted = Wanted {
        tables: &account,
        ..Wanted::default()
    };
    let stage = Stage::with(&wanted).await.unwrap();
    let other = Scene::build_by_role(&stage.world.moto, OTHER_ROLE).unwrap();
    let _daemon = stage.quell.serve().unwrap();
    let attack = recorded::changed(recorded::ATTACK, &about_in(OTHER_ACCOUNT, &other.vpc, &other.web));
    let place = stage.post(&attack).await.unwrap();
    let delivery = stage.worked(&place).await.unwrap();
    assert_eq!(delivery["report"]["outcome"], "acted", "{delivery}");
    let target = &delivery["report"]["targets"][0]["target"];
    assert_eq!(
        (&target["account"], &target["acl"]),
        (&json!(OTHER_ACCOUNT), &json!(other.web.acl))
    );
    assert!(stage.new_entries().unwrap().is_empty());

    let expected = Session {
        role_arn: OTHER_ROLE.to_owned(),
        session_name: "quell-stealthwatch-cloud-6125".to_owned(),
        external_id: Some(format!("quell-{OTHER_ACCOUNT}")),
    };
    let sessions = stage.world.moto.sessions().await.unwrap();
    assert!(sessions.contains(&expected), "{sessions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_are_listed_and_released_while_the_daemon_runs() {
    let stage = Stage::build("").await.unwrap();
    let _daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();

    let table = stage.quell.run(&["holds"]).unwrap();
    assert_eq!(table.exit, Some(0), "{table:?}");
    let web_acl = stage.scene.web.acl.as_str();
    for shown in ["HOLD", "203.0.113.7/32", "2001:db8:bad:cafe::66/128", "LEFT", web_acl] {
        assert!(table.stdout.contains(shown), "{shown}: {}", table.stdout);
    }
    let list = stage.quell.run(&["holds", "--output", "json"]).unwrap();
    let holds: Vec<Value> = serde_json::from_str(&list.stdout).unwrap();
    let prefixes: Vec<_> = holds.iter().map(|hold| hold["prefix"].as_str().unwrap()).collect();
    assert_eq!(prefixes.len(), 4, "{prefixes:?}");

    let released = stage.quell.run(&["release", "1"]).unwrap();
    assert_eq!(released.exit, Some(0), "{released:?}");
    let first = "hold 1 released: 203.0.113.7/32 ingress at ";
    assert!(released.stdout.starts_with(first), "{}", released.stdout);
    let change = "\n  changed:\n    - 99 deny 203.0.113.7/32 ingress (requestID ";
    assert!(released.stdout.contains(change), "{}", released.stdout);
    let released = stage
        .quell
        .run(&["release", "--address", "2001:db8:bad:cafe::66"])
        .unwrap();
    assert_eq!(released.exit, Some(0), "{released:?}");
    assert_eq!(
        stage.new_entries().unwrap(),
        ["96 deny 192.0.2.99/32 ingress", "97 deny 203.0.113.50/32 ingress"]
    );

    let again = stage.quell.run(&["release", "1"]).unwrap();
    assert_eq!(again.exit, Some(5));
    insta::assert_snapshot!(again.error(), @"error: there is no hold 1 in force; `quell holds` lists those that are");
}

#[tokio::test(flavor = "multi_thread")]
async fn explaining_prints_the_plan_and_writes_nothing() {
    let stage = Stage::build("").await.unwrap();
    fs::write(stage.quell.path("alert.json"), stage.recorded_attack()).unwrap();
    let told = stage.quell.run(&["explain", "alert.json"]).unwrap();
    assert_eq!(told.exit, Some(0), "{told:?}");
    for entry in ALL_FOUR.lines() {
        assert!(told.stdout.contains(entry), "{entry}: {}", told.stdout);
    }
    let json = stage.quell.run(&["explain", "--output", "json", "alert.json"]).unwrap();
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["outcome"], "would-act");
    assert!(stage.new_entries().unwrap().is_empty());
    assert!(!stage.quell.path("journal.sqlite").exists());
}
