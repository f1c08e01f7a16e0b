//! Examining the table, for the doctor: how it is made, what may be done to it, and how far the clocks are apart. Nothing is changed.

use aws_sdk_dynamodb::types::{KeyType, PointInTimeRecoveryStatus, ScalarAttributeType, TimeToLiveStatus};
use jiff::SignedDuration;

use super::{DynamoJournal, Failure, fault::called, item::name, key, table::Table};
use crate::cloud::{Fault, aws::Dated};

/// What was found of a table.
#[derive(Debug)]
pub struct TableState {
    /// What may be done: each action with what came of it.
    pub permitted: Vec<(&'static str, Result<(), Fault>)>,
    /// Whether its keys are the texts `pk` and `sk`; if not, what they are. The fault if it can't be looked at.
    pub keys: Result<Result<(), String>, Fault>,
    /// Which attribute lets items end, if any does.
    pub ends_by: Result<Option<String>, Fault>,
    /// Whether it can be brought back to any moment of the last weeks.
    pub recovers: Result<bool, Fault>,
    /// How far this machine's clock is ahead of DynamoDB's. None if it told no time.
    pub ahead: Option<SignedDuration>,
}

impl DynamoJournal {
    /// Examines the table. Each write is asked for with a condition that can't be fulfilled: DynamoDB says whether it is permitted, and does not do it.
    pub async fn examine(&self) -> TableState {
        let table = &self.table.table;
        let dated = Dated::default();
        let keys = keys(table, &dated).await;
        TableState {
            permitted: vec![
                ("dynamodb:GetItem", told(table.get(&key::probe()).await)),
                ("dynamodb:BatchGetItem", told(table.get_many(&[key::probe()]).await)),
                (
                    "dynamodb:Query",
                    told(table.query(&key::whole_partition(&key::probe().pk), Some(1)).await),
                ),
                ("dynamodb:Scan", told(table.scan_one().await)),
                ("dynamodb:PutItem", told(table.try_put(&key::probe()).await)),
                ("dynamodb:UpdateItem", told(table.try_update(&key::probe()).await)),
                ("dynamodb:DeleteItem", told(table.try_delete(&key::probe()).await)),
                (
                    "dynamodb:ConditionCheckItem",
                    told(table.try_check(&key::probe()).await),
                ),
            ],
            keys,
            ends_by: ends_by(table).await,
            recovers: recovers(table).await,
            ahead: dated.ahead(),
        }
    }
}

/// What came of a call, without its answer.
fn told<T>(result: Result<T, Failure>) -> Result<(), Fault> {
    match result {
        Ok(_) => Ok(()),
        Err(failure) => Err(fault_of(failure)),
    }
}

fn fault_of(failure: Failure) -> Fault {
    match failure {
        Failure::Call(fault) => fault,
        Failure::Contended => Fault::Throttled {
            code: "TransactionConflict".to_owned(),
            message: "others wrote there at the same time".to_owned(),
        },
        Failure::Journal(error) => Fault::Other {
            code: "Journal".to_owned(),
            message: error.to_string(),
        },
    }
}

async fn keys(table: &Table, dated: &Dated) -> Result<Result<(), String>, Fault> {
    let call = table.client().describe_table().table_name(table.name());
    let answer = call.customize().interceptor(dated.clone()).send().await;
    let described = answer.map_err(|error| fault_of(called(error)))?.table;
    let (keys, attributes) = described.map_or_else(Default::default, |table| {
        (
            table.key_schema.unwrap_or_default(),
            table.attribute_definitions.unwrap_or_default(),
        )
    });
    let is = |attribute: &str, kind: &KeyType| {
        keys.iter()
            .any(|key| key.attribute_name() == attribute && key.key_type() == kind)
            && attributes
                .iter()
                .any(|known| known.attribute_name() == attribute && *known.attribute_type() == ScalarAttributeType::S)
    };
    if keys.len() == 2 && is(name::PK, &KeyType::Hash) && is(name::SK, &KeyType::Range) {
        return Ok(Ok(()));
    }
    let they_are: Vec<_> = keys
        .iter()
        .map(|key| format!("{} ({})", key.attribute_name(), key.key_type().as_str()))
        .collect();
    Ok(Err(they_are.join(", ")))
}

async fn ends_by(table: &Table) -> Result<Option<String>, Fault> {
    let call = table.client().describe_time_to_live().table_name(table.name());
    let answer = call.send().await.map_err(|error| fault_of(called(error)))?;
    let described = answer.time_to_live_description.filter(|ttl| {
        matches!(
            ttl.time_to_live_status(),
            Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
        )
    });
    Ok(described.and_then(|ttl| ttl.attribute_name))
}

async fn recovers(table: &Table) -> Result<bool, Fault> {
    let call = table.client().describe_continuous_backups().table_name(table.name());
    let answer = call.send().await.map_err(|error| fault_of(called(error)))?;
    let recovery = answer
        .continuous_backups_description
        .and_then(|backups| backups.point_in_time_recovery_description)
        .and_then(|recovery| recovery.point_in_time_recovery_status);
    Ok(recovery == Some(PointInTimeRecoveryStatus::Enabled))
}
