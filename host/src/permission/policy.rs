//! Policies: documents that IAM takes, and who gets which.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Serialize, Serializer};

use super::{
    declared::grants,
    grant::{Condition, Grant, Values},
    need::Needs,
    table,
};

/// A policy document. Equal needs make equal text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    /// IAM's version of the language, and not of this policy.
    pub version: &'static str,
    /// By `Sid`.
    pub statement: Vec<Statement>,
}

/// Actions that are allowed on resources under conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// What it is for.
    pub sid: String,
    /// `Allow`.
    pub effect: &'static str,
    /// The actions, ordered.
    pub action: BTreeSet<String>,
    /// The ARNs, ordered.
    pub resource: BTreeSet<String>,
    /// By operator and key, the values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Policy {
    fn new(statements: BTreeMap<&'static str, Statement>) -> Self {
        Self {
            version: "2012-10-17",
            statement: statements.into_values().collect(),
        }
    }

    /// All actions that it allows on something.
    pub fn actions(&self) -> BTreeSet<&str> {
        let actions = self.statement.iter().flat_map(|statement| &statement.action);
        actions.map(String::as_str).collect()
    }
}

/// As the text that IAM takes.
impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string_pretty(self).map_err(|_| fmt::Error)?)
    }
}

/// An account that is protected, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: String,
    /// Its regions that are protected. Not empty.
    pub regions: BTreeSet<String>,
    /// The role that is assumed there. None if the process's own credentials are of this account.
    pub role: Option<String>,
}

impl Account {
    /// `aws`, but in China and in the regions for governments.
    fn partition(&self) -> &str {
        let first = self.regions.iter().next().map_or("", String::as_str);
        if first.starts_with("cn-") {
            "aws-cn"
        } else if first.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }
}

/// Who holds a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// The credentials that Quell runs with.
    Host,
    /// A role that is assumed, by its ARN.
    Role(String),
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => formatter.write_str("host"),
            Self::Role(arn) => formatter.write_str(arn),
        }
    }
}

/// `host`, or the role's ARN.
impl Serialize for Holder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A policy and who holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPolicy {
    /// Who.
    pub holder: Holder,
    /// The account that it is about. None for a host that only assumes roles.
    pub account: Option<String>,
    /// What it allows.
    pub policy: Policy,
}

/// The least policies for these needs in these accounts: the host's first, then each role's.
pub fn policies(needs: &Needs, accounts: &[Account]) -> Vec<HeldPolicy> {
    let roles: BTreeSet<_> = accounts.iter().filter_map(|account| account.role.clone()).collect();
    let own = accounts.iter().find(|account| account.role.is_none());
    let mut host = own.map(|account| statements(needs, account)).unwrap_or_default();
    if !roles.is_empty() {
        let statement = Statement {
            sid: ASSUME.to_owned(),
            effect: "Allow",
            action: BTreeSet::from(["sts:AssumeRole".to_owned()]),
            resource: roles,
            condition: BTreeMap::new(),
        };
        host.insert(ASSUME, statement);
    }
    if let Some(table) = needs.table() {
        let partition = accounts.first().map_or("aws", Account::partition);
        let statement = table.statement(partition, own.map(|account| account.id.as_str()));
        host.insert(table::SID, statement);
    }
    let host = HeldPolicy {
        holder: Holder::Host,
        account: own.map(|account| account.id.clone()),
        policy: Policy::new(host),
    };
    let of_roles = accounts.iter().filter_map(|account| {
        Some(HeldPolicy {
            holder: Holder::Role(account.role.clone()?),
            account: Some(account.id.clone()),
            policy: Policy::new(statements(needs, account)),
        })
    });
    std::iter::once(host).chain(of_roles).collect()
}

const ASSUME: &str = "AssumeTheseRoles";

fn statements(needs: &Needs, account: &Account) -> BTreeMap<&'static str, Statement> {
    let mut statements: BTreeMap<&'static str, Statement> = BTreeMap::new();
    let all = needs
        .calls()
        .flat_map(|(call, extent)| grants(call, extent, needs.own_groups()));
    for grant in all {
        let statement = statements.entry(grant.sid).or_insert_with(|| Statement {
            sid: grant.sid.to_owned(),
            effect: "Allow",
            action: BTreeSet::new(),
            resource: resources(&grant, account),
            condition: conditions(&grant.conditions, account),
        });
        statement.action.insert(grant.action);
    }
    statements
}

fn resources(grant: &Grant, account: &Account) -> BTreeSet<String> {
    let partition = account.partition();
    let of = |region: &String| {
        let kinds = grant.resources.iter();
        kinds
            .map(|kind| kind.arn(partition, region, &account.id))
            .collect::<Vec<_>>()
    };
    account.regions.iter().flat_map(of).collect()
}

fn conditions(conditions: &[Condition], account: &Account) -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let mut by_operator: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for condition in conditions {
        let values = match &condition.values {
            Values::Regions => account.regions.iter().cloned().collect(),
            Values::These(values) => values.clone(),
        };
        let keys = by_operator.entry(condition.operator.to_owned()).or_default();
        keys.insert(condition.key.clone(), values);
    }
    by_operator
}
