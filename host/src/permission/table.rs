//! What IAM has to allow on the journal's table. It is the host's own: no role is assumed for it.

use super::host::{HostGrant, HostResource};
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

    /// What has to be allowed on it.
    pub(super) fn grant(&self) -> HostGrant {
        HostGrant {
            sid: "KeepTheJournal",
            actions: READS.into_iter().chain(WRITES).chain(LOOKS).collect(),
            resource: HostResource::Named {
                service: "dynamodb",
                region: self.region.clone(),
                name: format!("table/{}", self.name),
            },
            conditions: Vec::new(),
        }
    }
}
