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

/// What somebody chooses in a template, and what stands in quell.toml for that.
#[derive(Debug, Clone, Copy)]
struct Choice {
    changes: bool,
    isolation: bool,
    revocation: bool,
    states: bool,
    standby: bool,
}

impl Choice {
    fn all() -> Vec<Self> {
        let bit = |number: u32, bit: u32| number & (1 << bit) != 0;
        (0..32)
            .map(|number| Self {
                isolation: bit(number, 0),
                revocation: bit(number, 1),
                states: bit(number, 2),
                standby: bit(number, 3),
                changes: bit(number, 4),
            })
            .collect()
    }

    fn parameters(self) -> Value {
        json!({
            "VpcArns": VPC,
            "Regions": "eu-west-1",
            "PermitChanges": self.changes.to_string(),
            "PermitIsolation": self.isolation.to_string(),
            "PermitRevocation": self.revocation.to_string(),
            "PermitStates": self.states.to_string(),
            "PermitStandby": self.standby.to_string(),
        })
    }

    fn policy(self) -> Policy {
        let mut may = vec!["block"];
        may.extend(self.isolation.then_some("isolate"));
        may.extend(self.revocation.then_some("revoke-ingress"));
        may.extend(self.states.then_some("set-instance-state"));
        let mode = if self.changes { "enforce" } else { "observe" };
        let text = format!(
            "mode = \"{mode}\"\n[instance]\nstandby = {}\n[[aws.account]]\nid = \"111122223333\"\nregions = [\"eu-west-1\"]\n[[plugin]]\nname = \
             \"isolate-attacker\"\nmay = {may:?}\n",
            self.standby
        );
        let config = Config::parse(&text, Path::new("quell.toml")).unwrap();
        let account = Account {
            id: "111122223333".to_owned(),
            regions: ["eu-west-1".to_owned()].into(),
            role: None,
        };
        policies(&Needs::of(&config), &[account]).remove(0).policy
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

/// What goes for the journal, queues and secrets, and depends on other choices than these.
const OF_THE_STACK: [&str; 5] = [
    "DecryptTheSecrets",
    "KeepTheJournal",
    "ReadTheParameters",
    "ReadTheSecrets",
    "SendEnds",
];

#[test]
fn each_choice_grants_what_the_doctor_prints_for_it_and_no_more() {
    let choices = Choice::all();
    let parameters: Vec<_> = choices.iter().map(|choice| choice.parameters()).collect();
    for template in [HOST, MEMBER] {
        for (choice, role) in choices.iter().zip(roles(template, &parameters)) {
            let mut granted = by_sid(&role["policies"]["quell"]);
            granted.retain(|sid, _| !OF_THE_STACK.contains(&sid.as_str()));
            let printed = serde_json::to_value(choice.policy()).unwrap();
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
    let anywhere = |arn: String| arn.replace(":eu-west-1:", ":*:");
    let printed_on: Vec<_> = list(&printed["Resource"]).into_iter().map(anywhere).collect();
    // The templates name the VPCs themselves.
    let granted_on = list(&granted["Resource"]);
    assert!(
        granted_on == [VPC] || granted_on == printed_on,
        "{sid}: {granted_on:?}, {printed_on:?}"
    );
    // What the templates leave open in an ARN a condition narrows.
    let narrowed = granted["Condition"]["ArnEquals"]["ec2:Vpc"] == json!([VPC])
        || granted["Condition"]["StringEquals"]["aws:RequestedRegion"] == json!(["eu-west-1"]);
    assert!(
        narrowed || granted_on == [VPC] || NARROW_BY_THEMSELVES.contains(&sid),
        "{sid} goes for other regions too"
    );
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
    };
    let actions = none.policy();
    assert!(
        actions
            .actions()
            .iter()
            .all(|action| action.contains(":Describe") || action.contains(":Get")),
        "{actions}"
    );
    for template in [HOST, MEMBER] {
        let by_default = json!({ "VpcArns": VPC, "Regions": "eu-west-1" });
        let roles = roles(template, &[by_default, none.parameters()]);
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
    }
    .parameters();
    everything["ExactEnds"] = "true".into();
    everything["SecretArns"] = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:quell/stealthwatch-a1b2c3".into();
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
