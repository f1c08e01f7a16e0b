//! The doctor as a process, against EC2 as moto plays it: it names what is missing, and nothing is changed.

use std::sync::Arc;

use quell_tests::{
    moto::{ACCOUNT, Moto, REGION},
    proxy::{Kind, Trouble, Whom},
    python,
    scene::Scene,
    stage::{Stage, Wanted},
    suspect::Suspect,
    world::World,
};
use serde_json::Value;

const ALL: &str = r#"
[[plugin]]
name = "isolate-attacker"
may = ["isolate", "revoke-ingress", "set-instance-state"]
[[plugin.route]]
detector = "guardduty"
[instance]
standby = true
"#;

/// A stage on which all kinds may be asked for.
async fn stage() -> Stage {
    stage_in(World::shared().unwrap()).await
}

async fn stage_in(world: Arc<World>) -> Stage {
    let wanted = Wanted {
        tables: ALL,
        ..Wanted::default()
    };
    let scene = Scene::build(&world.moto).unwrap();
    Suspect::build_many(&world.moto, 1).unwrap();
    Stage::in_scene(world, scene, &wanted).await.unwrap()
}

/// The findings of a verdict, as `what: why`.
fn of_verdict(findings: &Value, verdict: &str) -> Vec<String> {
    let findings = findings.as_array().unwrap().iter();
    findings
        .filter(|finding| finding["verdict"] == verdict)
        .map(|finding| finding["what"].as_str().unwrap().to_owned())
        .collect()
}

fn examined(stage: &Stage) -> (Option<i32>, Value) {
    let told = stage.quell.run(&["doctor", "--output", "json"]).unwrap();
    let findings = serde_json::from_str(&told.stdout).unwrap_or_else(|error| panic!("{error}: {told:?}"));
    (told.exit, findings)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_permission_is_proven_and_nothing_in_the_account_is_changed() {
    // Nobody else may change anything in this one.
    let world = World {
        moto: Moto::start().unwrap(),
        cache: tempfile::tempdir().unwrap(),
    };
    let stage = stage_in(Arc::new(world)).await;
    let before = stage.world.moto.everything().unwrap();
    let passed = stage.ec2.count();
    let (exit, findings) = examined(&stage);
    assert_eq!(exit, Some(0), "{findings:#}");
    assert!(of_verdict(&findings, "missing").is_empty(), "{findings:#}");
    assert!(of_verdict(&findings, "unknown").is_empty(), "{findings:#}");
    insta::assert_snapshot!(of_verdict(&findings, "not-provable").join("\n"), @r"
autoscaling:EnterStandby
autoscaling:ExitStandby
");
    insta::assert_snapshot!(of_verdict(&findings, "nothing-to-try-on").join("\n"), @r"
    elasticloadbalancing:DescribeTargetHealth
    ec2:AuthorizeSecurityGroupEgress
    ec2:RevokeSecurityGroupEgress
    ");
    let passed = stage.ec2.passed(passed);
    let mut tried: Vec<_> = passed
        .iter()
        .filter(|passed| passed.request.dry_run)
        .map(|passed| passed.request.action.as_str())
        .collect();
    tried.sort_unstable();
    insta::assert_snapshot!(tried.join("\n"), @r"
    AuthorizeSecurityGroupIngress
    CreateNetworkAclEntry
    CreateSecurityGroup
    CreateSnapshots
    DeleteNetworkAclEntry
    ModifyNetworkInterfaceAttribute
    RebootInstances
    ReplaceNetworkAclEntry
    RevokeSecurityGroupIngress
    StartInstances
    StopInstances
    ");
    assert!(passed.iter().all(|passed| !passed.request.is_write()), "{passed:#?}");
    assert_eq!(stage.world.moto.everything().unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_missing_is_told_by_its_name_and_no_other_is() {
    let stage = stage().await;
    for (call, action) in [
        ("DeleteNetworkAclEntry", "ec2:DeleteNetworkAclEntry"),
        ("StopInstances", "ec2:StopInstances"),
        ("DescribeVpcs", "ec2:DescribeVpcs"),
    ] {
        stage.ec2.set(Trouble::new(Kind::NotPermitted, Whom::Action(call)));
        let (exit, findings) = examined(&stage);
        assert_eq!(exit, Some(1), "{findings:#}");
        assert_eq!(of_verdict(&findings, "missing"), [action]);
        stage.ec2.calm();
    }
    stage
        .ec2
        .set(Trouble::new(Kind::NotPermitted, Whom::Action("StopInstances")));
    let told = stage.quell.run(&["doctor"]).unwrap();
    assert_eq!(told.exit, Some(1));
    let last = told.stdout.lines().last().unwrap();
    assert!(
        last.starts_with("missing: ec2:StopInstances at 123456789012/eu-west-1: EC2's dry run on i-"),
        "{last}"
    );
    assert!(last.ends_with("UnauthorizedOperation: The test wants it so."), "{last}");
    insta::assert_snapshot!(told.error(), @r"
        error: something that is needed is missing: what and why is told above
          `quell doctor --permissions` prints a policy that allows what is configured
        ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_that_may_not_be_asked_for_is_a_note_and_no_failure() {
    let stage = stage().await;
    stage.ec2.set(Trouble::new(Kind::NotPermitted, Whom::ServiceQuotas));
    let (exit, findings) = examined(&stage);
    assert_eq!(exit, Some(0), "{findings:#}");
    assert_eq!(of_verdict(&findings, "note"), ["servicequotas:GetServiceQuota"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_neither_yes_nor_no_is_told_as_unknown() {
    let stage = stage().await;
    stage
        .ec2
        .set(Trouble::new(Kind::Throttled, Whom::Action("RebootInstances")));
    let (exit, findings) = examined(&stage);
    assert_eq!(exit, Some(0), "{findings:#}");
    assert_eq!(of_verdict(&findings, "unknown"), ["ec2:RebootInstances"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_another_account_are_told_before_anything_is_tried() {
    let stage = stage().await;
    let other = "[[aws.account]]\nid = \"999999999999\"\nregions = [\"eu-west-1\"]\n[journal]\npath = \"journal.sqlite\"\n[sandbox]\ncache = \"cache\"\n";
    stage.quell.configure(other).unwrap();
    let (exit, findings) = examined(&stage);
    assert_eq!(exit, Some(1), "{findings:#}");
    assert_eq!(of_verdict(&findings, "missing"), ["credentials"]);
    insta::assert_snapshot!(findings[0]["why"].as_str().unwrap(), @"the credentials are of account 123456789012: use some of 999999999999, or name a `role` of that account in [[aws.account]]");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_is_asked_whether_it_sends_to_quell_and_what_helps_is_told_if_it_does_not() {
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:asked-by-the-doctor");
    let wanted = Wanted {
        tables: &format!("[[door.sns]]\ntopics = [\"{topic}\"]\n"),
        ..Wanted::default()
    };
    let stage = Stage::with(&wanted).await.unwrap();
    let told = || {
        let (exit, findings) = examined(&stage);
        let what = format!("subscription of {topic}");
        let found = findings
            .as_array()
            .unwrap()
            .iter()
            .find(|finding| finding["what"] == what);
        let found = found.unwrap_or_else(|| panic!("{findings:#}"));
        let words = ["verdict", "why"].map(|key| found[key].as_str().unwrap().to_owned());
        (exit, words.join(": "))
    };
    let subscribe = |endpoint: &str| {
        let environment = stage.world.moto.environment();
        python::run("publish.py", &[&topic, endpoint], &environment).unwrap();
    };
    let (exit, gone) = told();
    assert_eq!(exit, Some(1));
    assert!(
        gone.starts_with("missing: not found (NotFound): Topic does not exist"),
        "{gone}"
    );
    subscribe("https://quell:TOKEN@example.com/hooks");
    let (exit, elsewhere) = told();
    assert_eq!(exit, Some(0));
    assert!(
        elsewhere
            .starts_with("note: it sends to https://quell:TOKEN@example.com/hooks, and Quell takes messages at /sns"),
        "{elsewhere}"
    );
    subscribe("https://quell:TOKEN@quell.example.com/sns");
    let (exit, subscribed) = told();
    assert_eq!(exit, Some(0));
    assert!(
        subscribed.starts_with("fine: it sends to https://quell:TOKEN@quell.example.com/sns"),
        "{subscribed}"
    );
}
