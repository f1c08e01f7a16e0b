//! The templates grant what the doctor prints, for each of their choices.

use std::{collections::BTreeMap, path::Path};

use quell::{
    config::Config,
    permission::{Account, Needs, Policy, policies},
};
use quell_tests::python;
use serde_json::{Value, json};

/// The stack of Quell, and the role in another account.
const HOST: &str = "template.yaml";
const MEMBER: &str = "member-role.yaml";

/// The VPC that is named in the templates' parameters.
const VPC: &str = "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0a1b2c3d";

/// What the host alone uses.
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:quell/stealthwatch-a1b2c3";
const PARAMETER: &str = "arn:aws:ssm:eu-west-1:111122223333:parameter/quell/token";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666";

const LIST: &str = "arn:aws:s3:::security-lists/never-block.txt";
const CHECKPOINTS: &str = "arn:aws:s3:::quell-checkpoints/production/*";

/// What somebody chooses in a template, and what stands in quell.toml for that.
#[derive(Debug, Clone, Copy)]
struct Choice {
    changes: bool,
    isolation: bool,
    revocation: bool,
    states: bool,
    standby: bool,
    exact_ends: bool,
    /// The addresses that are the account's own, lists, checkpoints and what Security Hub is told: all that guards and tells.
    trust: bool,
}

const TRUST: &str = r#"
    [guard]
    own-addresses = true
    [[guard.never-block-list]]
    name = "partners"
    bucket = "security-lists"
    key = "never-block.txt"
    [checkpoints]
    bucket = "quell-checkpoints"
    prefix = "production/"
    retain = "365d"
    key-file = "checkpoints.pem"
    [feedback.security-hub]
    note = true
"#;

impl Choice {
    fn all() -> Vec<Self> {
        let bit = |number: u32, bit: u32| number & (1 << bit) != 0;
        (0..128)
            .map(|number| Self {
                isolation: bit(number, 0),
                revocation: bit(number, 1),
                states: bit(number, 2),
                standby: bit(number, 3),
                changes: bit(number, 4),
                exact_ends: bit(number, 5),
                trust: bit(number, 6),
            })
            .collect()
    }

    fn parameters(self, template: &str) -> Value {
        let mut parameters = json!({
            "VpcArns": VPC,
            "Regions": "eu-west-1",
            "PermitChanges": self.changes.to_string(),
            "PermitIsolation": self.isolation.to_string(),
            "PermitRevocation": self.revocation.to_string(),
            "PermitStates": self.states.to_string(),
            "PermitStandby": self.standby.to_string(),
            "OwnAddresses": self.trust.to_string(),
        });
        if template == HOST {
            parameters["SecretArns"] = SECRET.into();
            parameters["ParameterArns"] = PARAMETER.into();
            parameters["SecretKeyArns"] = KEY.into();
            parameters["ExactEnds"] = self.exact_ends.to_string().into();
            parameters["TellSecurityHub"] = self.trust.to_string().into();
            if self.trust {
                parameters["ListArns"] = LIST.into();
                parameters["CheckpointArns"] = CHECKPOINTS.into();
            }
        }
        parameters
    }

    /// What the doctor prints for the holder of a template's role.
    fn policy(self, template: &str) -> Policy {
        let mut may = vec!["block"];
        may.extend(self.isolation.then_some("isolate"));
        may.extend(self.revocation.then_some("revoke-ingress"));
        may.extend(self.states.then_some("set-instance-state"));
        let mode = if self.changes { "enforce" } else { "observe" };
        let ends = match self.exact_ends {
            true => "[ends]\nqueue = \"https://sqs.eu-west-1.amazonaws.com/111122223333/quell-ends\"",
            false => "",
        };
        let trust = if self.trust { TRUST } else { "" };
        let text = format!(
            r#"
            mode = "{mode}"
            [journal]
            table = "quell"
            region = "eu-west-1"
            {ends}
            [secrets]
            region = "eu-west-1"
            kms-keys = ["{KEY}"]
            [stealthwatch-cloud]
            base-url = "https://example.obsrvbl.com/api/v3/"
            user = "quell@example.com"
            key-secret = "{SECRET}"
            [http]
            token-parameter = "/quell/token"
            [instance]
            standby = {}
            [[aws.account]]
            id = "111122223333"
            regions = ["eu-west-1"]
            [[plugin]]
            name = "isolate-attacker"
            may = {may:?}
            {trust}
            "#,
            self.standby
        );
        let config = Config::parse(&text, Path::new("quell.toml")).unwrap();
        let account = Account {
            id: "111122223333".to_owned(),
            regions: ["eu-west-1".to_owned()].into(),
            role: (template == MEMBER).then(|| "arn:aws:iam::111122223333:role/quell".to_owned()),
        };
        // The role's comes after that of the host, which then has another account.
        policies(&Needs::of(&config), &[account]).pop().unwrap().policy
    }
}

/// What a template's role is, for each of several choices.
fn roles(template: &str, choices: &[Value]) -> Vec<Value> {
    let mut choices = choices.to_vec();
    if template == MEMBER {
        for choice in &mut choices {
            choice["HostRoleArn"] = "arn:aws:iam::999988887777:role/quell-eu-west-1".into();
        }
    }
    let choices = Value::from(choices).to_string();
    let printed = python::run("template.py", &[template, &choices], &[]).unwrap();
    serde_json::from_str(&printed).unwrap()
}

/// The statements by `Sid`.
fn by_sid(statements: &Value) -> BTreeMap<String, Value> {
    let statements = statements.as_array().unwrap().iter();
    let sid = |statement: &Value| statement["Sid"].as_str().unwrap().to_owned();
    statements
        .map(|statement| (sid(statement), statement.clone()))
        .collect()
}

/// One or several, as a list.
fn list(value: &Value) -> Vec<String> {
    let mut texts: Vec<_> = match value {
        Value::Array(values) => values.iter().map(|value| value.as_str().unwrap().to_owned()).collect(),
        one => vec![one.as_str().unwrap().to_owned()],
    };
    texts.sort();
    texts
}

#[test]
fn each_choice_grants_what_the_doctor_prints_for_it_and_no_more() {
    let choices = Choice::all();
    for template in [HOST, MEMBER] {
        let parameters: Vec<_> = choices.iter().map(|choice| choice.parameters(template)).collect();
        for (choice, role) in choices.iter().zip(roles(template, &parameters)) {
            let granted = by_sid(&role["policies"]["quell"]);
            let printed = serde_json::to_value(choice.policy(template)).unwrap();
            let printed = by_sid(&printed["Statement"]);
            // Standby is nothing without a stop.
            assert_eq!(
                granted.keys().collect::<Vec<_>>(),
                printed.keys().collect::<Vec<_>>(),
                "{template}, {choice:?}"
            );
            for (sid, printed) in &printed {
                compare(sid, &granted[sid], printed);
            }
        }
    }
}

/// Compares a statement of a template with the printed one.
fn compare(sid: &str, granted: &Value, printed: &Value) {
    assert_eq!(list(&granted["Action"]), list(&printed["Action"]), "{sid}");
    let (granted_on, printed_on) = (list(&granted["Resource"]), list(&printed["Resource"]));
    // What the templates leave open in an ARN a condition narrows; the VPCs they name themselves.
    if granted_on != printed_on && granted_on != [VPC] {
        let anywhere = printed_on.iter().map(|arn| arn.replace(":eu-west-1:", ":*:"));
        assert_eq!(granted_on, anywhere.collect::<Vec<_>>(), "{sid}");
        let is_narrowed = granted["Condition"]["ArnEquals"]["ec2:Vpc"] == json!([VPC])
            || granted["Condition"]["StringEquals"]["aws:RequestedRegion"] == json!(["eu-west-1"]);
        assert!(
            is_narrowed || NARROW_BY_THEMSELVES.contains(&sid),
            "{sid} goes for other regions too"
        );
    }
    let Some(conditions) = printed["Condition"].as_object() else {
        return;
    };
    for (operator, keys) in conditions {
        for (key, values) in keys.as_object().unwrap() {
            assert_eq!(
                list(&granted["Condition"][operator][key]),
                list(values),
                "{key} of {sid}"
            );
        }
    }
}

/// Statements that go for other regions and are worth nothing there: they are about a call that another statement has to allow as well, or tell a number.
const NARROW_BY_THEMSELVES: [&str; 6] = [
    "MakeOwnGroups",
    "MakeRules",
    "ReadTheQuota",
    "TagOwnGroups",
    "TagRules",
    "TagSnapshots",
];

#[test]
fn by_default_blocks_are_looked_at_and_nothing_at_all_is_changed() {
    let none = Choice {
        changes: false,
        isolation: false,
        revocation: false,
        states: false,
        standby: false,
        exact_ends: false,
        trust: false,
    };
    let policy = none.policy(MEMBER);
    let is_look = |action: &&str| action.contains(":Describe") || action.contains(":Get");
    assert!(policy.actions().iter().all(is_look), "{policy}");
    for template in [HOST, MEMBER] {
        let mut by_default = none.parameters(template);
        let chosen = by_default.clone();
        by_default
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !name.starts_with("Permit"));
        let roles = roles(template, &[by_default, chosen]);
        assert_eq!(roles[0], roles[1]);
    }
}

#[test]
fn a_role_of_a_member_account_can_be_taken_by_one_role_of_the_organisation_with_the_external_id_only() {
    let parameters = json!({
        "OrganizationId": "o-a1b2c3d4e5",
        "Regions": "eu-west-1",
    });
    let role = roles(MEMBER, &[parameters]).remove(0);
    insta::assert_snapshot!(serde_json::to_string_pretty(&role["trust"]).unwrap());
}

#[test]
fn all_that_a_role_may_be_granted_is_within_what_iam_takes() {
    let mut everything = Choice {
        changes: true,
        isolation: true,
        revocation: true,
        states: true,
        standby: true,
        exact_ends: true,
        trust: true,
    }
    .parameters(HOST);
    everything["RoleArns"] = "arn:aws:iam::444455556666:role/quell".into();
    let role = roles(HOST, &[everything]).remove(0);
    let characters: usize = role["policies"]
        .as_object()
        .unwrap()
        .values()
        .map(|policy| policy.to_string().len())
        .sum();
    // IAM's limit of the inline policies of a role, without white space. VPCs and regions come on top.
    assert!(characters < 10_240 * 8 / 10, "{characters}");
}
