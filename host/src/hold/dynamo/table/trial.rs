//! Asking whether a call would be permitted, for the doctor: with a condition that can't be fulfilled, so that nothing is written.

use std::error::Error;

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    types::{ConditionCheck, TransactWriteItem},
};

use super::{
    super::{
        Failure,
        fault::called,
        item::{key_attributes, unreadable},
        key::Key,
    },
    Table,
};

/// The condition that something lies there.
const IS_THERE: &str = "attribute_exists(pk)";

impl Table {
    /// Reads some item, whichever.
    pub(in super::super) async fn scan_one(&self) -> Result<(), Failure> {
        let call = self
            .client
            .scan()
            .table_name(&*self.name)
            .consistent_read(true)
            .limit(1);
        call.send().await.map(drop).map_err(called)
    }

    /// Asks for a put where nothing lies, on the condition that something does: whether it would be permitted.
    pub(in super::super) async fn try_put(&self, nothing: &Key) -> Result<(), Failure> {
        let call = self.client.put_item().table_name(&*self.name);
        let call = call.set_item(Some(key_attributes(nothing)));
        unfulfilled(call.condition_expression(IS_THERE).send().await)
    }

    /// As [`Self::try_put`], for an update.
    pub(in super::super) async fn try_update(&self, nothing: &Key) -> Result<(), Failure> {
        let call = self.client.update_item().table_name(&*self.name);
        let call = call
            .set_key(Some(key_attributes(nothing)))
            .update_expression("REMOVE v");
        unfulfilled(call.condition_expression(IS_THERE).send().await)
    }

    /// As [`Self::try_put`], for a removal.
    pub(in super::super) async fn try_delete(&self, nothing: &Key) -> Result<(), Failure> {
        let call = self.client.delete_item().table_name(&*self.name);
        let call = call.set_key(Some(key_attributes(nothing)));
        unfulfilled(call.condition_expression(IS_THERE).send().await)
    }

    /// As [`Self::try_put`], for a transaction that only checks.
    pub(in super::super) async fn try_check(&self, nothing: &Key) -> Result<(), Failure> {
        let check = ConditionCheck::builder()
            .table_name(&*self.name)
            .set_key(Some(key_attributes(nothing)))
            .condition_expression(IS_THERE)
            .build()
            .map_err(|error| unreadable("condition", &error.to_string()))?;
        let item = TransactWriteItem::builder().condition_check(check).build();
        unfulfilled(self.client.transact_write_items().transact_items(item).send().await)
    }
}

/// That a condition was not fulfilled is the answer that is wanted.
fn unfulfilled<T, E>(answer: Result<T, SdkError<E>>) -> Result<(), Failure>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match answer {
        Err(SdkError::ServiceError(error))
            if matches!(
                error.err().code(),
                Some("ConditionalCheckFailedException" | "TransactionCanceledException")
            ) =>
        {
            Ok(())
        }
        Err(error) => Err(called(error)),
        Ok(_) => Ok(()),
    }
}
