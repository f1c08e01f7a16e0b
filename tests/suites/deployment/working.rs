//! The deployed stack at work, with what nobody but AWS may send: events of GuardDuty and of Security Hub by their rules, and the timer's.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use quell_tests::{
    recorded,
    transcript::{Home, Session},
};
use serde_json::{Value, json};

use crate::home::DeployersHome;

/// How long the function may take, which starts first.
const PATIENCE: Duration = Duration::from_secs(60);

/// From an empty account to a function that observes.
const DEPLOY: &str = "export BUCKET=packages-of-example-com; quell bundle --config quell/examples/deploy/quell.toml \
    --binary ~/quell/target/lambda/quell/bootstrap --out quell.zip > /dev/null && aws s3 mb s3://$BUCKET \
    && aws s3 cp --no-progress quell.zip s3://$BUCKET/quell.zip && aws cloudformation deploy --stack-name quell \
    --template-file quell/examples/deploy/template.yaml --capabilities CAPABILITY_NAMED_IAM --parameter-overrides CodeBucket=$BUCKET \
    CodeKey=quell.zip VpcArns=arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0a1b2c3d4e5f60718 GuardDuty=true SecurityHub=both";

/// The outcomes in the log.
const OUTCOMES: &str = "aws logs filter-log-events --log-group-name $(aws cloudformation describe-stacks --stack-name quell --query \
    \"Stacks[0].Outputs[?OutputKey=='LogGroupName'].OutputValue\" --output text) --filter-pattern outcome --output json \
    | grep -o 'outcome[^,]*,' | tr -d '\\\\\":,'";

/// The same attack, as each detector tells of it.
const FINDINGS: [&str; 3] = [
    include_str!("../../../examples/alerts/guardduty-ssh-brute-force.json"),
    recorded::FINDING,
    include_str!("../../../examples/alerts/security-hub-v2-ssh-brute-force.json"),
];

/// Sends an event to EventBridge, as nobody but AWS may send it.
fn send(home: &DeployersHome, session: &mut Session<'_>, event: &Value) {
    let entries = json!([{ "Source": event["source"], "DetailType": event["detail-type"], "Detail": event["detail"].to_string() }]);
    fs::write(home.folder().join("entries.json"), entries.to_string()).unwrap();
    let failed = session
        .run("aws events put-events --entries file://entries.json --query FailedEntryCount")
        .unwrap();
    assert_eq!(failed, "0");
}

#[test]
fn findings_of_guardduty_and_of_security_hub_in_both_formats_come_by_their_rules_and_the_timer_is_answered() {
    let home = DeployersHome::make("working").unwrap();
    let mut session = Session::start(&home).unwrap();
    let deployed = session.run(DEPLOY).unwrap();
    assert!(
        deployed.contains("Successfully created/updated stack - quell"),
        "{deployed}"
    );

    // The rule wants none that is dealt with, nor one about settings, also if each has half of what it asks for.
    let mut dealt_with = home.finding(recorded::FINDING).unwrap();
    dealt_with["detail"]["findings"][0]["Workflow"]["Status"] = "SUPPRESSED".into();
    let mut about_settings = home.finding(recorded::FINDING).unwrap()["detail"]["findings"][0].take();
    about_settings["Types"] = json!(["Software and Configuration Checks/AWS Security Best Practices"]);
    dealt_with["detail"]["findings"]
        .as_array_mut()
        .unwrap()
        .push(about_settings);
    send(&home, &mut session, &dealt_with);
    let mut outcomes = String::new();
    for (sent, finding) in (1..).zip(FINDINGS) {
        send(&home, &mut session, &home.finding(finding).unwrap());
        let begin = Instant::now();
        while outcomes.matches("would-act").count() < sent {
            assert!(begin.elapsed() < PATIENCE, "{sent} were sent: {outcomes}");
            thread::sleep(Duration::from_millis(200));
            outcomes = session.run(OUTCOMES).unwrap();
        }
    }
    assert_eq!(outcomes.matches("outcome").count(), FINDINGS.len(), "{outcomes}");

    let tick = json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": "111122223333", "time": "2026-11-28T17:20:00Z", "region": "eu-west-1",
        "resources": ["arn:aws:events:eu-west-1:111122223333:rule/quell-Timer"], "detail": {},
    });
    fs::write(home.folder().join("tick.json"), tick.to_string()).unwrap();
    let answered = session
        .run("aws lambda invoke --function-name quell --payload file://tick.json answer.json --query FunctionError; cat answer.json")
        .unwrap();
    assert!(answered.starts_with("null"), "{answered}");
}
