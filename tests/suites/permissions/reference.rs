//! What is declared, held against AWS's service authorization reference as the authors of cfn-lint keep it: an action, a resource or a condition key that
//! AWS does not know would make a policy that allows nothing, or that nobody can deploy.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use quell::{
    cloud::Call,
    config::Config,
    hold::GroupRole,
    permission::{Extent, Grant, IamResource, Needs, declared, table},
};
use quell_tests::python::root;
use serde_json::Value;

fn reference() -> Value {
    let libraries = fs::read_dir(root().join(".venv/lib")).expect("`make venv` makes it");
    let file = |folder: fs::DirEntry| -> PathBuf {
        folder
            .path()
            .join("site-packages/cfnlint/data/AdditionalSpecs/Policies.json")
    };
    let found = libraries.map(|folder| file(folder.unwrap())).find(|path| path.exists());
    let text = fs::read_to_string(found.expect("cfn-lint is installed")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn all() -> Vec<Grant> {
    let roles: BTreeSet<_> = [GroupRole::Isolation, GroupRole::Transit].into();
    let extents = [Extent::OwnGroups, Extent::All];
    let both = |call| extents.map(|extent| declared::grants(call, extent, &roles));
    Call::ALL.into_iter().flat_map(both).flatten().collect()
}

fn kind(resource: IamResource) -> &'static str {
    match resource {
        IamResource::Any => "*",
        IamResource::AutoScalingGroup => "autoscalinggroup",
        IamResource::Instance => "instance",
        IamResource::NetworkAcl => "network-acl",
        IamResource::NetworkInterface => "network-interface",
        IamResource::RuleQuota => "quota",
        IamResource::SecurityGroup => "security-group",
        IamResource::SecurityGroupRule => "security-group-rule",
        IamResource::Snapshot => "snapshot",
        IamResource::Volume => "volume",
        IamResource::Vpc => "vpc",
    }
}

/// What the reference says of an action. Some copies have names in lower case.
fn named<'a>(table: &'a Value, name: &str) -> Option<&'a Value> {
    let table = table.as_object()?;
    let found = table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

#[test]
fn every_action_is_one_that_aws_knows_on_resources_that_it_has() {
    let reference = reference();
    for grant in all() {
        let (service, name) = grant.action.split_once(':').unwrap();
        let action =
            named(&reference[service]["Actions"], name).unwrap_or_else(|| panic!("AWS knows no {}", grant.action));
        let known: Vec<_> = action["Resources"].as_array().into_iter().flatten().collect();
        for resource in &grant.resources {
            let is_known = known
                .iter()
                .any(|known| known.as_str().unwrap().eq_ignore_ascii_case(kind(*resource)));
            match resource {
                IamResource::Any => assert!(known.is_empty(), "{grant:?} could be narrowed to {known:?}"),
                _ => assert!(is_known, "{grant:?}: {known:?}"),
            }
        }
    }
}

#[test]
fn what_the_journals_table_needs_is_known_and_can_be_narrowed_to_it() {
    let reference = reference();
    for action in [&table::READS[..], &table::WRITES, &table::LOOKS].concat() {
        let (service, name) = action.split_once(':').unwrap();
        let known = named(&reference[service]["Actions"], name).unwrap_or_else(|| panic!("AWS knows no {action}"));
        let resources: Vec<_> = known["Resources"].as_array().into_iter().flatten().collect();
        assert!(
            resources.iter().any(|resource| **resource == "table"),
            "{action}: {resources:?}"
        );
    }
}

#[test]
fn every_condition_is_on_a_key_that_the_resource_has() {
    let reference = reference();
    for grant in all() {
        let (service, _) = grant.action.split_once(':').unwrap();
        for resource in grant.resources.iter().filter(|resource| **resource != IamResource::Any) {
            let known = named(&reference[service]["Resources"], kind(*resource)).unwrap();
            for condition in &grant.conditions {
                // This one belongs to the action CreateTags, and to no resource.
                if condition.key == "ec2:CreateAction" {
                    assert_eq!(grant.action, "ec2:CreateTags");
                    continue;
                }
                let (key, tag) = condition
                    .key
                    .split_once('/')
                    .map_or((condition.key.as_str(), ""), |(key, _)| (key, "/${TagKey}"));
                let key = format!("{key}{tag}");
                let keys = known["ConditionKeys"].as_array().unwrap();
                assert!(
                    keys.iter().any(|known| *known == key),
                    "{} has no key {key}",
                    kind(*resource)
                );
            }
        }
    }
}

#[test]
fn what_the_host_needs_for_itself_are_actions_that_aws_knows() {
    let text = r#"
        aws.account = [{ id = "111122223333", regions = ["eu-west-1"] }]
        [stealthwatch-cloud]
        base-url = "https://example.obsrvbl.com/api/v3/"
        user = "quell@example.com"
        key-secret = "quell/stealthwatch"
        [http]
        token-parameter = "/quell/token"
        [secrets]
        kms-keys = ["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
        [feedback.security-hub]
        [[door.sns]]
        topics = ["arn:aws:sns:eu-west-1:111122223333:alerts"]
    "#;
    let config = Config::parse(text, Path::new("quell.toml")).unwrap();
    let reference = reference();
    let mut actions = BTreeSet::new();
    for grant in Needs::of(&config).host() {
        for action in &grant.actions {
            let (service, name) = action.split_once(':').unwrap();
            assert!(
                named(&reference[service]["Actions"], name).is_some(),
                "AWS knows no {action}"
            );
            actions.insert(*action);
        }
    }
    let expected = [
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
        "securityhub:BatchUpdateFindings",
        "sns:GetSubscriptionAttributes",
        "sns:ListSubscriptionsByTopic",
        "ssm:GetParameter",
    ];
    assert_eq!(actions, BTreeSet::from(expected));
}
