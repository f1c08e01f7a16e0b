//! The template for Lambda grants what the doctor prints, for each of its choices.

use std::{collections::BTreeMap, path::Path};

use quell::{
    config::Config,
    permission::{Account, Needs, Policy, policies},
};
use quell_tests::python;
use serde_json::Value;

/// What somebody chooses in the template, and what stands in quell.toml for that.
#[derive(Debug, Clone, Copy)]
struct Choice {
    isolation: bool,
    revocation: bool,
    states: bool,
    standby: bool,
}

impl Choice {
    fn all() -> Vec<Self> {
        let bit = |number: u32, bit: u32| number & (1 << bit) != 0;
        (0..16)
            .map(|number| Self {
                isolation: bit(number, 0),
                revocation: bit(number, 1),
                states: bit(number, 2),
                standby: bit(number, 3),
            })
            .collect()
    }

    fn parameters(self) -> Vec<String> {
        let parameter = |name: &str, is: bool| format!("{name}={is}");
        vec![
            parameter("PermitIsolation", self.isolation),
            parameter("PermitRevocation", self.revocation),
            parameter("PermitStates", self.states),
            parameter("PermitStandby", self.standby),
        ]
    }

    fn policy(self) -> Policy {
        let mut may = vec!["block"];
        may.extend(self.isolation.then_some("isolate"));
        may.extend(self.revocation.then_some("revoke-ingress"));
        may.extend(self.states.then_some("set-instance-state"));
        let text = format!(
            "[instance]\nstandby = {}\n[[aws.account]]\nid = \"111122223333\"\nregions = [\"eu-west-1\"]\n[[plugin]]\nname = \
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

/// What a function needs to run at all, whatever Quell does.
const OF_LAMBDA: [&str; 2] = ["KeepFailedEvents", "WriteItsOwnLog"];

/// The statements of the function's role for a choice, by `Sid`.
fn granted(choice: Choice) -> BTreeMap<String, Value> {
    let parameters = choice.parameters();
    let arguments: Vec<_> = parameters.iter().map(String::as_str).collect();
    let printed = python::run("template.py", &arguments, &[]).unwrap();
    let statements: Vec<Value> = serde_json::from_str(&printed).unwrap();
    let sid = |statement: &Value| statement["Sid"].as_str().unwrap().to_owned();
    let mut by_sid: BTreeMap<_, _> = statements
        .into_iter()
        .map(|statement| (sid(&statement), statement))
        .collect();
    for sid in OF_LAMBDA {
        assert!(by_sid.remove(sid).is_some(), "{sid}");
    }
    by_sid
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
    for choice in Choice::all() {
        let granted = granted(choice);
        let printed = serde_json::to_value(choice.policy()).unwrap();
        let printed: BTreeMap<_, _> = printed["Statement"]
            .as_array()
            .unwrap()
            .iter()
            .map(|statement| (statement["Sid"].as_str().unwrap().to_owned(), statement.clone()))
            .collect();
        // Standby is nothing without a stop.
        assert_eq!(
            granted.keys().collect::<Vec<_>>(),
            printed.keys().collect::<Vec<_>>(),
            "{choice:?}"
        );
        for (sid, statement) in &printed {
            let granted = &granted[sid];
            assert_eq!(
                list(&granted["Action"]),
                list(&statement["Action"]),
                "{sid} of {choice:?}"
            );
            let anywhere = |arn: String| arn.replace(":eu-west-1:", ":*:");
            let printed: Vec<_> = list(&statement["Resource"]).into_iter().map(anywhere).collect();
            // The template names the VPCs themselves.
            let granted_on = list(&granted["Resource"]);
            let is_named = granted_on == ["arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0a1b2c3d"];
            assert!(is_named || granted_on == printed, "{sid}: {granted_on:?}, {printed:?}");
            let Some(conditions) = statement["Condition"].as_object() else {
                continue;
            };
            for (operator, keys) in conditions {
                for (key, values) in keys.as_object().unwrap() {
                    // The template does not know the regions: its VPCs name theirs.
                    if key != "aws:RequestedRegion" {
                        assert_eq!(
                            list(&granted["Condition"][operator][key]),
                            list(values),
                            "{key} of {sid}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn the_default_is_to_permit_blocks_only() {
    let none = Choice {
        isolation: false,
        revocation: false,
        states: false,
        standby: false,
    };
    let by_default = python::run("template.py", &[], &[]).unwrap();
    let parameters = none.parameters();
    let arguments: Vec<_> = parameters.iter().map(String::as_str).collect();
    assert_eq!(by_default, python::run("template.py", &arguments, &[]).unwrap());
    let actions = none.policy();
    assert!(
        !actions
            .actions()
            .iter()
            .any(|action| action.contains("SecurityGroupIngress")
                || action.contains("Instances") && !action.contains("Describe"))
    );
}
