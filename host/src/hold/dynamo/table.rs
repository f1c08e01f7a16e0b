//! The table: the few calls of DynamoDB that the journal is made of. All reads are consistent.

mod outcome;
mod trial;

use std::sync::Arc;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{
        delete_item::DeleteItemError, query::builders::QueryFluentBuilder,
        transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
        update_item::builders::UpdateItemFluentBuilder,
    },
    types::{AttributeValue, KeysAndAttributes, ReturnValue, Select, TransactWriteItem},
};

pub(super) use self::outcome::Outcome;
use self::outcome::of_reasons;
use super::{
    Failure,
    fault::called,
    item::{Attributes, Item, key_attributes, unreadable},
    key::{Key, Range},
    memory::Memory,
    tries::Tries,
};

/// How many items one BatchGetItem may ask for.
const BATCH: usize = 100;

/// A table that has the keys `pk` and `sk`.
#[derive(Clone, Debug)]
pub(super) struct Table {
    client: Client,
    name: Arc<str>,
    memory: Arc<Memory>,
    is_read_only: bool,
}

impl Table {
    pub(super) fn new(client: Client, name: &str) -> Self {
        Self {
            client,
            name: name.into(),
            memory: Arc::default(),
            is_read_only: false,
        }
    }

    /// The same table, of which nothing is written any more.
    pub(super) fn read_only(&self) -> Self {
        Self {
            is_read_only: true,
            ..self.clone()
        }
    }

    fn may_write(&self) -> Result<(), Failure> {
        if self.is_read_only {
            return Err(Failure::refused("ReadOnly", "this journal was opened to be read only"));
        }
        Ok(())
    }

    /// What calls it.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// What this process wrote last.
    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// One item, if it is there.
    pub(super) async fn get(&self, key: &Key) -> Result<Option<Item>, Failure> {
        let asked = self.client.get_item().table_name(&*self.name).consistent_read(true);
        let answer = asked.set_key(Some(key_attributes(key))).send().await.map_err(called)?;
        answer.item.map(Item::read).transpose()
    }

    /// Those of some items that are there, in no order.
    pub(super) async fn get_many(&self, keys: &[Key]) -> Result<Vec<Item>, Failure> {
        let mut items = Vec::new();
        for keys in keys.chunks(BATCH) {
            let mut left: Vec<Attributes> = keys.iter().map(key_attributes).collect();
            let mut tries = Tries::default();
            while !left.is_empty() {
                let before = left.len();
                let asked = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(left));
                let asked = asked.build().map_err(|error| unreadable("key", &error.to_string()))?;
                let call = self.client.batch_get_item().request_items(&*self.name, asked);
                let answer = call.send().await.map_err(called)?;
                let found = answer.responses.into_iter().flatten().flat_map(|(_, found)| found);
                for item in found {
                    items.push(Item::read(item)?);
                }
                // What it had no capacity for it leaves to us.
                left = answer
                    .unprocessed_keys
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, left)| left.keys)
                    .collect();
                if left.len() < before {
                    // However little it was each time, it was no try in vain.
                    tries = Tries::default();
                }
                if !left.is_empty() {
                    tries.wait().await?;
                }
            }
        }
        Ok(items)
    }

    /// The items of a range in their order, `most` at most.
    pub(super) async fn query(&self, range: &Range, most: Option<usize>) -> Result<Vec<Item>, Failure> {
        read(self.asked(range), most).await
    }

    /// The items of a range, the last one first, `most` at most. They are read in this order too: others may write meanwhile, and what comes later in it is never
    /// older than what came before.
    pub(super) async fn query_backwards(&self, range: &Range, most: Option<usize>) -> Result<Vec<Item>, Failure> {
        read(self.asked(range).scan_index_forward(false), most).await
    }

    /// How many items there are in a range. It stops to count soon after `enough`.
    pub(super) async fn count(&self, range: &Range, enough: usize) -> Result<usize, Failure> {
        let mut count = 0;
        let mut from = None;
        loop {
            let call = self.asked(range).select(Select::Count).set_exclusive_start_key(from);
            let answer = call.send().await.map_err(called)?;
            count += usize::try_from(answer.count).unwrap_or_default();
            from = answer.last_evaluated_key;
            if from.is_none() || count >= enough {
                return Ok(count);
            }
        }
    }

    fn asked(&self, range: &Range) -> QueryFluentBuilder {
        let condition = match range {
            Range::All(_) => "pk = :pk",
            Range::From(_) => "pk = :pk AND sk >= :sk",
            Range::UpTo(_) => "pk = :pk AND sk <= :sk",
            Range::Prefix(_) => "pk = :pk AND begins_with(sk, :sk)",
        };
        let call = self.client.query().table_name(&*self.name).consistent_read(true);
        let call = call
            .key_condition_expression(condition)
            .expression_attribute_values(":pk", AttributeValue::S(range.partition().to_owned()));
        match range {
            Range::All(_) => call,
            Range::From(key) | Range::UpTo(key) | Range::Prefix(key) => {
                call.expression_attribute_values(":sk", AttributeValue::S(key.sk.clone()))
            }
        }
    }

    /// Everything in the table, page by page. Only for copies and listings that a person asks for.
    pub(super) async fn scan(&self, from: Option<Attributes>) -> Result<(Vec<Item>, Option<Attributes>), Failure> {
        let call = self.client.scan().table_name(&*self.name).consistent_read(true);
        let answer = call.set_exclusive_start_key(from).send().await.map_err(called)?;
        let items = answer.items.into_iter().flatten().map(Item::read);
        Ok((items.collect::<Result<_, _>>()?, answer.last_evaluated_key))
    }

    /// An update of one item, to be completed and given to [`Self::updated`].
    pub(super) fn update(&self, key: &Key) -> UpdateItemFluentBuilder {
        let call = self.client.update_item().table_name(&*self.name);
        call.set_key(Some(key_attributes(key)))
            .return_values(ReturnValue::AllNew)
    }

    /// Does an update. The item as it is now; None if its condition was not fulfilled. Somebody's transaction may be under way on the item: then DynamoDB
    /// refuses it, and the SDK does not try again.
    pub(super) async fn updated(&self, call: UpdateItemFluentBuilder) -> Result<Option<Item>, Failure> {
        self.may_write()?;
        let mut tries = Tries::default();
        loop {
            match call.clone().send().await {
                Ok(answer) => return answer.attributes.map(Item::read).transpose(),
                Err(SdkError::ServiceError(error)) => match error.err() {
                    UpdateItemError::ConditionalCheckFailedException(_) => return Ok(None),
                    UpdateItemError::TransactionConflictException(_) => tries.wait().await?,
                    _ => return Err(called(SdkError::ServiceError(error))),
                },
                Err(error) => return Err(called(error)),
            }
        }
    }

    /// Removes one item, whether or not it is there.
    pub(super) async fn delete(&self, key: &Key) -> Result<(), Failure> {
        self.may_write()?;
        let call = self.client.delete_item().table_name(&*self.name);
        let call = call.set_key(Some(key_attributes(key)));
        let mut tries = Tries::default();
        loop {
            match call.clone().send().await {
                Ok(_) => return Ok(()),
                Err(SdkError::ServiceError(error))
                    if matches!(error.err(), DeleteItemError::TransactionConflictException(_)) =>
                {
                    tries.wait().await?;
                }
                Err(error) => return Err(called(error)),
            }
        }
    }

    /// Writes some items, all or none. The same token again is the same transaction. One that is cancelled because the table is throttled is no error that the SDK tries
    /// again, and nothing that was read is old because of it: it is tried again as it is, so that who is throttled does not read all of it anew as well.
    pub(super) async fn write(&self, token: &str, writes: Vec<TransactWriteItem>) -> Result<Outcome, Failure> {
        self.may_write()?;
        let call = self.client.transact_write_items().client_request_token(token);
        let call = call.set_transact_items(Some(writes));
        let mut tries = Tries::default();
        loop {
            let outcome = match call.clone().send().await {
                Ok(_) => Some(Outcome::Done),
                Err(SdkError::ServiceError(error)) => match error.err() {
                    TransactWriteItemsError::TransactionCanceledException(canceled) => {
                        of_reasons(canceled.cancellation_reasons())?
                    }
                    TransactWriteItemsError::TransactionInProgressException(_) => {
                        Some(Outcome::NotDone { unfulfilled: None })
                    }
                    _ => return Err(called(SdkError::ServiceError(error))),
                },
                Err(error) => return Err(called(error)),
            };
            if let Some(outcome) = outcome {
                return Ok(outcome);
            }
            tries.wait().await.map_err(|_| Failure::throttled())?;
        }
    }

    /// An expression's value for the SDK.
    pub(super) fn text(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }
}

/// The items that a query asks for, page by page, `most` at most.
async fn read(asked: QueryFluentBuilder, most: Option<usize>) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    let mut from = None;
    loop {
        let left = most.map(|most| most.saturating_sub(items.len()));
        if left == Some(0) {
            return Ok(items);
        }
        let call = asked.clone().set_exclusive_start_key(from);
        let call = call.set_limit(left.and_then(|left| i32::try_from(left).ok()));
        let answer = call.send().await.map_err(called)?;
        for item in answer.items.into_iter().flatten() {
            items.push(Item::read(item)?);
        }
        from = answer.last_evaluated_key;
        if from.is_none() {
            return Ok(items);
        }
    }
}
