use std::path::Path;

use rstest::rstest;

use super::*;
use crate::{cloud::Call, config::Config, hold::GroupRole};

const ACCOUNT: &str = "[[aws.account]]\nid = \"111122223333\"\nregions = [\"eu-west-1\"]\n";

/// A configuration with one plugin that may do this.
fn config(may: &str, more: &str) -> Config {
    let text = format!(
        "{more}\n{ACCOUNT}\n[[plugin]]\nname = \"isolate-attacker\"\nmay = {may}\n[[plugin.route]]\ndetector = \"guardduty\"\n"
    );
    Config::parse(&text, Path::new("quell.toml")).unwrap()
}

fn account() -> Account {
    Account {
        id: "111122223333".to_owned(),
        regions: ["eu-west-1".to_owned()].into(),
        role: None,
    }
}

fn policy(config: &Config) -> Policy {
    policies(&Needs::of(config), &[account()]).remove(0).policy
}

/// The actions that change something.
fn writes(config: &Config) -> Vec<String> {
    let policy = policy(config);
    let is_read = |action: &&str| {
        let name = action.split(':').nth(1).unwrap();
        name.starts_with("Describe") || name.starts_with("Get")
    };
    let actions = policy.actions();
    actions
        .iter()
        .filter(|action| !is_read(action))
        .map(ToString::to_string)
        .collect()
}

#[test]
fn who_may_only_block_changes_entries_of_network_acls_and_nothing_else() {
    insta::assert_snapshot!(policy(&config(r#"["block"]"#, "")));
}

#[test]
fn each_kind_is_allowed_what_it_needs_and_nothing_of_another() {
    let of = |kind: &str| writes(&config(&format!("[\"{kind}\"]"), "")).join(" ");
    insta::assert_snapshot!(of("block"), @"ec2:CreateNetworkAclEntry ec2:DeleteNetworkAclEntry ec2:ReplaceNetworkAclEntry");
    insta::assert_snapshot!(of("isolate"), @"ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress ec2:CreateSecurityGroup ec2:CreateTags ec2:ModifyNetworkInterfaceAttribute ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress");
    insta::assert_snapshot!(of("revoke-ingress"), @"ec2:AuthorizeSecurityGroupIngress ec2:CreateTags ec2:RevokeSecurityGroupIngress");
    insta::assert_snapshot!(of("set-instance-state"), @"ec2:CreateSnapshots ec2:CreateTags ec2:RebootInstances ec2:StartInstances ec2:StopInstances");
    insta::assert_snapshot!(of("custom"), @"");
}

#[rstest]
#[case::groups_of_others("flows = \"keep\"\nisolation-groups = { \"vpc-0a1b2c3d\" = \"sg-0a1b2c3d\" }", &["CreateSecurityGroup", "CreateTags", "Authorize", "Revoke"])]
#[case::no_way_over_a_transit_group("flows = \"keep\"", &["Authorize"])]
#[case::flows_by_denies("flows = \"deny\"\nforensics = [\"198.51.100.0/28\"]", &["AuthorizeSecurityGroupEgress"])]
fn an_isolation_is_allowed_no_more_groups_than_it_makes(#[case] instance: &str, #[case] without: &[&str]) {
    let config = config(r#"["isolate", "block"]"#, &format!("[instance]\n{instance}"));
    let actions = writes(&config);
    for word in without {
        assert!(
            !actions.iter().any(|action| action.contains(word)),
            "{word} in {actions:?}"
        );
    }
    assert!(actions.contains(&"ec2:ModifyNetworkInterfaceAttribute".to_owned()));
}

#[test]
fn a_stop_is_allowed_snapshots_and_standby_only_where_they_are_configured() {
    let plain = config(r#"["set-instance-state"]"#, "[instance]\nstop-without-snapshots = true");
    assert!(
        !writes(&plain)
            .iter()
            .any(|action| action.contains("Snapshots") || action.contains("Tags"))
    );
    let all = config(r#"["set-instance-state"]"#, "[instance]\nstandby = true");
    insta::assert_snapshot!(policy(&all));
}

#[test]
fn who_isolates_and_revokes_may_change_rules_of_all_groups() {
    insta::assert_snapshot!(policy(&config(r#"["isolate", "revoke-ingress"]"#, "")));
}

#[test]
fn who_only_observes_is_allowed_to_read_and_nothing_else() {
    let all = r#"["block", "isolate", "revoke-ingress", "set-instance-state"]"#;
    let host = config(all, "mode = \"observe\"");
    assert!(writes(&host).is_empty());
    let text = format!("{ACCOUNT}[[plugin]]\nname = \"isolate-attacker\"\nmay = {all}\nmode = \"observe\"\n");
    let plugin = Config::parse(&text, Path::new("quell.toml")).unwrap();
    assert!(writes(&plugin).is_empty());
    assert_eq!(policy(&host), policy(&plugin));
}

#[test]
fn a_quota_that_is_configured_is_not_asked_for() {
    let known = config(r#"["block"]"#, "[network-acl]\nquota = 40");
    assert!(!policy(&known).to_string().contains("servicequotas"));
}

#[test]
fn the_host_may_assume_the_roles_and_each_role_may_what_is_done_in_its_account() {
    let needs = Needs::of(&config(r#"["block"]"#, ""));
    let role = "arn:aws-cn:iam::444455556666:role/quell".to_owned();
    let other = Account {
        id: "444455556666".to_owned(),
        regions: ["cn-north-1".to_owned(), "cn-northwest-1".to_owned()].into(),
        role: Some(role.clone()),
    };
    let both = policies(&needs, &[account(), other.clone()]);
    assert!(both[0].policy.actions().contains("sts:AssumeRole"));
    assert!(both[0].policy.actions().contains("ec2:CreateNetworkAclEntry"));
    assert_eq!(both[1].holder, Holder::Role(role));
    let text = both[1].policy.to_string();
    assert!(!text.contains("sts:AssumeRole"), "{text}");
    assert!(
        text.contains("arn:aws-cn:ec2:cn-northwest-1:444455556666:network-acl/*"),
        "{text}"
    );

    // Who works in no account of its own needs nothing but the roles.
    let only = policies(&needs, &[other]);
    assert_eq!(only[0].account, None);
    assert_eq!(
        only[0].policy.actions().into_iter().collect::<Vec<_>>(),
        ["sts:AssumeRole"]
    );
}

#[test]
fn grants_of_one_statement_have_the_same_resources_and_conditions() {
    let roles = [GroupRole::Isolation, GroupRole::Transit].into();
    let mut known = std::collections::BTreeMap::new();
    for call in Call::ALL {
        for extent in [Extent::OwnGroups, Extent::All] {
            for grant in declared::grants(call, extent, &roles) {
                assert!(!grant.resources.is_empty());
                let first = known.entry(grant.sid).or_insert_with(|| grant.clone());
                assert_eq!(
                    (&grant.resources, &grant.conditions),
                    (&first.resources, &first.conditions)
                );
            }
        }
    }
}

#[test]
fn every_call_needs_the_action_of_its_own_name() {
    for call in Call::ALL {
        let grants = declared::grants(call, Extent::All, &[GroupRole::Transit].into());
        assert!(
            grants.iter().any(|grant| grant.action == declared::action(call)),
            "{call}"
        );
        assert!(!grants.iter().any(|grant| grant.action.contains("Terminate")), "{call}");
    }
}

#[test]
fn secrets_in_aws_are_allowed_by_name_and_no_others_and_only_to_the_host() {
    let secrets = r#"
        [stealthwatch-cloud]
        base-url = "https://example.obsrvbl.com/api/v3/"
        user = "quell@example.com"
        key-secret = "quell/stealthwatch#api-key"

        [http]
        token-parameter = "/quell/token:3"

        [recordings]
        key-secret = "arn:aws:secretsmanager:us-east-1:999988887777:secret:quell/redaction-AbCdEf"

        [secrets]
        region = "eu-central-1"
        kms-keys = ["arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
    "#;
    let needs = Needs::of(&config(r#"["custom"]"#, secrets));
    let remote = Account {
        id: "444455556666".to_owned(),
        role: Some("arn:aws:iam::444455556666:role/quell".to_owned()),
        ..account()
    };
    let [host, of_role] = policies(&needs, &[account(), remote.clone()]).try_into().unwrap();
    let of_secrets = |policy: &Policy| {
        let statements = policy.statement.iter().filter(|statement| {
            let mut actions = statement.action.iter();
            actions.any(|action| {
                ["secretsmanager", "ssm", "kms"]
                    .iter()
                    .any(|service| action.starts_with(service))
            })
        });
        serde_json::to_string_pretty(&statements.collect::<Vec<_>>()).unwrap()
    };
    insta::assert_snapshot!(of_secrets(&host.policy));
    assert_eq!(of_secrets(&of_role.policy), "[]");
    // Nothing says which account a host runs in that only assumes roles.
    let only_roles = policies(&needs, &[remote]).remove(0);
    let parameter = only_roles
        .policy
        .statement
        .iter()
        .find(|statement| statement.sid == "ReadTheParameters");
    insta::assert_snapshot!(parameter.unwrap().resource.first().unwrap(), @"arn:aws:ssm:eu-central-1:*:parameter/quell/token");
}

#[test]
fn the_delay_queue_may_be_written_and_read_and_no_other_queue() {
    let ends = "[ends]\nqueue = 'https://sqs.eu-west-1.amazonaws.com/111122223333/quell-ends'";
    let policy = policies(&Needs::of(&config(r#"["block"]"#, ends)), &[account()])
        .remove(0)
        .policy;
    let of_queues: Vec<_> = policy
        .statement
        .iter()
        .filter(|statement| statement.action.iter().any(|action| action.starts_with("sqs:")))
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&of_queues).unwrap(), @r#"
    [
      {
        "Sid": "UseTheDelayQueue",
        "Effect": "Allow",
        "Action": [
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
          "sqs:ReceiveMessage",
          "sqs:SendMessage"
        ],
        "Resource": [
          "arn:aws:sqs:eu-west-1:111122223333:quell-ends"
        ]
      }
    ]
    "#);
}

#[test]
fn a_door_is_allowed_its_queue_or_its_prefix_and_no_other() {
    let doors = r#"
[[door.sqs]]
queue = "https://sqs.eu-west-1.amazonaws.com/111122223333/alerts"
dead-letters = "https://sqs.eu-west-1.amazonaws.com/111122223333/dead"
after = 5
[[door.folder]]
path = "/var/spool/quell"
[[door.folder]]
bucket = "findings"
prefix = "AWSLogs/"
"#;
    let config = Config::parse(&format!("{ACCOUNT}{doors}"), Path::new("quell.toml")).unwrap();
    let with_doors = policy(&config).statement;
    let without = policy(&Config::parse(ACCOUNT, Path::new("quell.toml")).unwrap()).statement;
    let own = with_doors.iter().filter(|statement| !without.contains(statement));
    let told: Vec<_> = own
        .map(|statement| format!("{:?} on {:?}", statement.action, statement.resource))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    {"s3:ListBucket"} on {"arn:aws:s3:::findings"}
    {"s3:GetObject"} on {"arn:aws:s3:::findings/AWSLogs/*"}
    {"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"} on {"arn:aws:sqs:eu-west-1:111122223333:alerts"}
    {"sqs:SendMessage"} on {"arn:aws:sqs:eu-west-1:111122223333:dead"}
    "#);
    // A role in another account needs none of it.
    let other = Account {
        role: Some("arn:aws:iam::444455556666:role/quell".to_owned()),
        ..account()
    };
    let held = policies(&Needs::of(&config), &[other]);
    assert!(held[0].policy.to_string().contains("sqs:ReceiveMessage"));
    assert!(!held[1].policy.to_string().contains("sqs:"));
}

#[test]
fn of_a_topic_only_its_subscriptions_may_be_looked_at() {
    let door = "\n[[door.sns]]\ntopics = [\"arn:aws:sns:eu-west-1:111122223333:alerts\"]\n";
    let policy = policy(&Config::parse(&format!("{ACCOUNT}{door}"), Path::new("quell.toml")).unwrap());
    let of_topics = policy
        .statement
        .iter()
        .filter(|statement| statement.sid == "LookAtSubscriptions");
    let told: Vec<_> = of_topics
        .map(|statement| format!("{:?} on {:?}", statement.action, statement.resource))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"{"sns:GetSubscriptionAttributes", "sns:ListSubscriptionsByTopic"} on {"arn:aws:sns:eu-west-1:111122223333:alerts"}"#);
}

#[test]
fn checkpoints_may_be_put_into_their_bucket_and_neither_read_nor_removed() {
    let told = |more: &str| {
        let text = format!("\n[checkpoints]\nbucket = \"checkpoints\"\nprefix = \"quell/\"\nkey-env = \"KEY\"\n{more}");
        let policy = policy(&Config::parse(&format!("{ACCOUNT}{text}"), Path::new("quell.toml")).unwrap());
        let found = policy
            .statement
            .into_iter()
            .find(|statement| statement.sid == "PutCheckpoints");
        found.map(|statement| format!("{:?} on {:?}", statement.action, statement.resource))
    };
    insta::assert_snapshot!(told("").unwrap(), @r#"{"s3:PutObject"} on {"arn:aws:s3:::checkpoints/quell/*"}"#);
    insta::assert_snapshot!(told("retain = \"365d\"\n").unwrap(), @r#"{"s3:PutObject", "s3:PutObjectRetention"} on {"arn:aws:s3:::checkpoints/quell/*"}"#);
}

#[test]
fn security_hub_is_told_by_one_action_and_only_where_that_is_configured() {
    let told = |mode: &str| {
        let text = format!("mode = \"{mode}\"\n[feedback.security-hub]\nregion = \"eu-central-1\"\n");
        let policy = policy(&config(r#"["custom"]"#, &text));
        let found = policy
            .statement
            .into_iter()
            .find(|statement| statement.sid == "TellSecurityHub");
        found.map(|statement| (Vec::from_iter(statement.action), Vec::from_iter(statement.resource)))
    };
    let (actions, resources) = told("enforce").unwrap();
    assert_eq!(actions, ["securityhub:BatchUpdateFindings"]);
    assert_eq!(
        resources,
        [
            "arn:aws:securityhub:eu-central-1:111122223333:hub/default",
            "arn:aws:securityhub:eu-central-1:111122223333:hubv2/*"
        ]
    );
    assert_eq!(told("observe"), None);
}

#[test]
fn a_never_block_list_in_a_bucket_may_be_read_and_own_addresses_may_be_listed_and_nothing_else() {
    let list = "[guard]\nown-addresses = true\n[[guard.never-block-list]]\nname = \"partners\"\nbucket = \"lists\"\nkey = \"never/block.txt\"\n";
    let with = policy(&config(r#"["block"]"#, list));
    let without = policy(&config(r#"["block"]"#, ""));
    let before = without.actions();
    let more: Vec<_> = with
        .actions()
        .into_iter()
        .filter(|action| !before.contains(action))
        .collect();
    assert_eq!(
        more,
        [
            "ec2:DescribeAddresses",
            "ec2:DescribeCustomerGateways",
            "ec2:DescribeNetworkInterfaces",
            "s3:GetObject"
        ]
    );
    let found = with
        .statement
        .into_iter()
        .find(|statement| statement.sid == "ReadNeverBlockLists");
    assert_eq!(
        Vec::from_iter(found.unwrap().resource),
        ["arn:aws:s3:::lists/never/block.txt"]
    );
}
