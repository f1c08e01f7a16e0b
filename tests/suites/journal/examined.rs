//! `quell doctor` on a table: what is missing is told with the remedy, and nothing is written.

use aws_sdk_dynamodb::{Client, types::TimeToLiveSpecification};
use quell_tests::{
    moto::{ACCOUNT, Moto},
    process::Quell,
    proxy::{Ec2Proxy, Kind, Trouble, Whom},
    table::new_table,
};
use serde_json::Value;

use crate::opened::*;

fn configuration(table: &str) -> String {
    format!(
        "[journal]\ntable = \"{table}\"\n[[aws.account]]\nid = \"{ACCOUNT}\"\nregions = [\"eu-west-1\"]\n[sandbox]\ncache = \"cache\"\n"
    )
}

/// What the doctor says of the journal, a line each.
fn examined(quell: &Quell) -> Vec<String> {
    let told = quell.run(&["doctor", "--output", "json"]).unwrap();
    let findings: Vec<Value> = serde_json::from_str(&told.stdout).unwrap_or_else(|error| panic!("{error}: {told:?}"));
    let of_journal = findings.iter().filter(|finding| {
        let what = finding["what"].as_str().unwrap();
        ["dynamodb:", "journal", "ends in", "recovery of", "clock"]
            .iter()
            .any(|begin| what.starts_with(begin))
    });
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    of_journal
        .map(|finding| format!("{} {}", word(finding, "what"), word(finding, "verdict")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_proven_and_nothing_is_written_to_it() {
    let moto = moto().await;
    let table = new_table(&moto).await;
    let proxy = Ec2Proxy::start(&moto.endpoint()).await.unwrap();
    let quell = Quell::new(&configuration(&table))
        .unwrap()
        .with_environment(Moto::environment_behind(proxy.endpoint()));
    insta::assert_snapshot!(examined(&quell).join("\n"), @r"
    journal fine
    dynamodb:GetItem fine
    dynamodb:BatchGetItem fine
    dynamodb:Query fine
    dynamodb:Scan fine
    dynamodb:PutItem fine
    dynamodb:UpdateItem fine
    dynamodb:DeleteItem fine
    dynamodb:ConditionCheckItem fine
    ends in the journal missing
    recovery of the journal note
    clock fine
    ");
    let client = Client::new(&moto.sdk_config());
    let there = client.scan().table_name(&table).send().await.unwrap();
    assert_eq!(there.count(), 0);

    let ends = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name("expires")
        .build();
    let call = client.update_time_to_live().table_name(&table);
    call.time_to_live_specification(ends.unwrap()).send().await.unwrap();
    proxy.set(Trouble::new(Kind::NotPermitted, Whom::Action("PutItem")));
    let found = examined(&quell);
    assert!(found.contains(&"ends in the journal fine".to_owned()), "{found:#?}");
    let missing: Vec<_> = found.iter().filter(|line| line.ends_with("missing")).collect();
    assert_eq!(missing, ["dynamodb:PutItem missing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_not_there_is_told_with_the_commands_that_make_it() {
    let moto = moto().await;
    let quell = Quell::new(&configuration("nowhere"))
        .unwrap()
        .with_environment(moto.environment());
    assert_eq!(examined(&quell), ["journal missing"]);
    let told = quell.run(&["doctor"]).unwrap();
    assert_eq!(told.exit, Some(1), "{told:?}");
    assert!(
        told.stdout
            .contains("make it by: aws dynamodb create-table --table-name nowhere"),
        "{told:?}"
    );
    let printed = quell.run(&["doctor", "--permissions"]).unwrap();
    let policy: Value = serde_json::from_str(&printed.stdout).unwrap();
    let of_journal = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["Sid"] == "KeepTheJournal")
        .unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(of_journal).unwrap(), @r#"
    {
      "Action": [
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:UpdateItem"
      ],
      "Effect": "Allow",
      "Resource": [
        "arn:aws:dynamodb:*:123456789012:table/nowhere"
      ],
      "Sid": "KeepTheJournal"
    }
    "#);
}
