//! What the templates make, looked at with boto3.

use quell_tests::{moto::Moto, python};
use serde_json::{Value, json};

/// The parameters that have no default.
fn least() -> Value {
    json!({
        "CodeBucket": "packages",
        "CodeKey": "quell.zip",
        "VpcArns": "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0a1b2c3d",
    })
}

/// All that can be chosen, chosen.
fn most() -> Value {
    let mut parameters = least();
    for (name, value) in [
        ("Architecture", "arm64"),
        ("PublisherAccount", "444455556666"),
        ("GuardDuty", "true"),
        ("SecurityHub", "both"),
        ("Webhook", "token"),
        ("ExactEnds", "true"),
        ("PermitChanges", "true"),
        ("PermitIsolation", "true"),
        ("PermitRevocation", "true"),
        ("PermitStates", "true"),
        ("PermitStandby", "true"),
        ("OwnAddresses", "true"),
        ("TellSecurityHub", "true"),
        ("ListArns", "arn:aws:s3:::security-lists/never-block.txt"),
        ("CheckpointArns", "arn:aws:s3:::quell-checkpoints/production/*"),
        ("RoleArns", "arn:aws:iam::444455556666:role/quell"),
        (
            "SecretArns",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:quell/stealthwatch-a1b2c3",
        ),
        (
            "ParameterArns",
            "arn:aws:ssm:eu-west-1:111122223333:parameter/quell/token",
        ),
        ("AlarmEmail", "security@example.com"),
        ("BatchSeconds", "5"),
    ] {
        parameters[name] = value.into();
    }
    parameters
}

/// What comes of a template.
fn made(template: &str, parameters: &Value) -> Value {
    let moto = Moto::start_with_stacks().unwrap();
    let parameters = parameters.to_string();
    let printed = python::run("deployed.py", &[template, &parameters], &moto.environment()).unwrap();
    serde_json::from_str(&printed).unwrap()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

#[test]
fn with_the_defaults_alerts_come_by_sns_and_what_fails_is_kept_and_told() {
    let made = made("template.yaml", &least());
    assert_eq!(made["status"], "CREATE_COMPLETE");
    insta::assert_snapshot!(pretty(&made["resources"]));
    insta::assert_snapshot!(pretty(&made["who may call the function"]));
}

#[test]
fn with_everything_each_source_has_its_way_in_and_nobody_else_has() {
    let made = made("template.yaml", &most());
    assert_eq!(made["status"], "CREATE_COMPLETE");
    insta::assert_snapshot!(pretty(&made["resources"]));
    insta::assert_snapshot!(pretty(&made["who may call the function"]));
    insta::assert_snapshot!(pretty(&made["outputs"]));
    // How far moto goes. The first are made by tests/python/moto_stacks.py in its place.
    insta::assert_snapshot!(pretty(&made["types that moto does not make"]), @r#"
    [
      "AWS::CloudWatch::Alarm",
      "AWS::Lambda::EventInvokeConfig",
      "AWS::Lambda::Url",
      "AWS::SNS::Subscription",
      "AWS::SNS::TopicPolicy",
      "AWS::SQS::QueuePolicy"
    ]
    "#);
    let lost = what_moto_loses(&made);
    insta::assert_snapshot!(lost.join("\n"), @r"
    Function: Architectures
    Function: LoggingConfig
    Timer: a call every minute
    ");
}

/// What the template asks for and moto's answers don't have.
fn what_moto_loses(made: &Value) -> Vec<String> {
    let function = &made["resources"]["Function"];
    let asked = [
        ("Function: Architectures", function["Architectures"] == json!(["arm64"])),
        (
            "Function: LoggingConfig",
            function["LoggingConfig"]["LogFormat"] == "JSON",
        ),
        (
            "AlertsToFunction: FunctionResponseTypes",
            function["takes from"][0]["FunctionResponseTypes"] == json!(["ReportBatchItemFailures"]),
        ),
        (
            "AlertsToFunction: ScalingConfig",
            function["takes from"][0]["ScalingConfig"]["MaximumConcurrency"] == 5,
        ),
        (
            "LogGroup: RetentionInDays",
            made["resources"]["LogGroup"]["retentionInDays"] == 365,
        ),
        (
            "UrlInvokePermission: InvokedViaFunctionUrl",
            made["who may call the function"].to_string().contains("InvokedVia"),
        ),
        ("Timer: a call every minute", false),
    ];
    let lost = asked.into_iter().filter(|(_, there)| !there);
    lost.map(|(what, _)| what.to_owned()).collect()
}

#[test]
fn an_earlier_table_and_an_existing_topic_are_taken_as_they_are() {
    let mut parameters = least();
    parameters["MakeTable"] = "false".into();
    let made = made("template.yaml", &parameters);
    assert_eq!(made["status"], "CREATE_COMPLETE");
    assert_eq!(made["resources"]["Journal"], Value::Null);
    assert_eq!(made["outputs"]["TableName"], "quell");
}

#[test]
fn the_role_of_a_member_account_is_made_with_its_trust() {
    let parameters = json!({
        "HostRoleArn": "arn:aws:iam::999988887777:role/quell-eu-west-1",
        "OrganizationId": "o-a1b2c3d4e5",
        "Regions": "eu-west-1,us-east-1",
        "PermitChanges": "true",
    });
    let made = made("member-role.yaml", &parameters);
    assert_eq!(made["status"], "CREATE_COMPLETE");
    insta::assert_snapshot!(pretty(&made["resources"]["Role"]));
}
