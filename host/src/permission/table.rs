//! What IAM has to allow on the journal's table. It is the host's own: no role is assumed for it.

use std::collections::{BTreeMap, BTreeSet};

use super::policy::Statement;
use crate::config::JournalStore;

/// The table of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its region. None: the one that the process is in.
    pub region: Option<String>,
}

/// What reads the table.
pub const READS: [&str; 4] = [
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
];

/// What writes it. Of a transaction DynamoDB asks for each part's own action.
pub const WRITES: [&str; 4] = [
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
];

/// What tells how it is made: only the doctor asks.
pub const LOOKS: [&str; 3] = [
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
];

impl Table {
    /// The table of a store, if it is one.
    pub fn of(store: &JournalStore) -> Option<Self> {
        match store {
            JournalStore::File(_) => None,
            JournalStore::Table { name, region } => Some(Self {
                name: name.clone(),
                region: region.clone(),
            }),
        }
    }

    /// What has to be allowed on it. A region or an account that the configuration does not tell is any.
    pub(super) fn statement(&self, partition: &str, account: Option<&str>) -> Statement {
        let (region, account) = (self.region.as_deref().unwrap_or("*"), account.unwrap_or("*"));
        let actions = READS.iter().chain(&WRITES).chain(&LOOKS);
        Statement {
            sid: SID.to_owned(),
            effect: "Allow",
            action: actions.map(|action| (*action).to_owned()).collect(),
            resource: BTreeSet::from([format!(
                "arn:{partition}:dynamodb:{region}:{account}:table/{}",
                self.name
            )]),
            condition: BTreeMap::new(),
        }
    }
}

/// The statement's name.
pub(super) const SID: &str = "KeepTheJournal";
