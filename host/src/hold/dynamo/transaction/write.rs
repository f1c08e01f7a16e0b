//! What a transaction does with one item, and how DynamoDB is told that.

use aws_sdk_dynamodb::{
    error::BuildError,
    types::{
        AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update, builders::TransactWriteItemBuilder,
    },
};
use jiff::Timestamp;

use super::{
    super::{
        super::{HoldId, Owner, Revision},
        Failure,
        item::{Attributes, Item, key_attributes, name, unreadable},
        key::Key,
        table::Table,
    },
    Transaction,
};

/// What is done with one item.
pub(super) enum Write {
    /// What was read gets these attributes; what was not there comes.
    Put(Item),
    /// Put whatever lies there.
    Overwrite(Item),
    Delete,
    /// A number grows by so much, and the item lasts.
    Add(&'static str, i64),
    /// What lies there may be removed at this time, in seconds since 1970.
    Expire(i64),
    /// This hold, if it still lies there, is covered so, as JSON.
    Cover(HoldId, String),
    /// A target follows this revision of its holds, which must be the present one; what lies there may be removed at this time, if one is given.
    Follow(Revision, Option<i64>),
    /// Nothing is written: the lease must be this owner's at this time.
    Hold(Owner, Timestamp),
    /// Nothing is written: nobody may have written what was read since.
    Unchanged,
}

impl Transaction<'_> {
    /// A write as DynamoDB takes it.
    pub(super) fn written(&self, key: &Key, write: &Write) -> Result<TransactWriteItem, Failure> {
        let read = self.read.get(key);
        let built = match write {
            Write::Put(item) => match read {
                Some(Some(before)) => self.altered(before, item),
                Some(None) => self.made(item, Some("attribute_not_exists(pk)")),
                None => self.made(item, None),
            },
            Write::Overwrite(item) => self.made(item, None),
            Write::Delete => {
                let delete = Delete::builder()
                    .table_name(self.table.name())
                    .set_key(Some(key_attributes(key)));
                let delete = match read.and_then(Option::as_ref).and_then(Item::version) {
                    Some(version) => delete
                        .condition_expression("v = :before")
                        .expression_attribute_values(":before", Table::text(version)),
                    None => delete,
                };
                delete.build().map(|delete| TransactWriteItem::builder().delete(delete))
            }
            Write::Add(name, by) => Update::builder()
                .table_name(self.table.name())
                .set_key(Some(key_attributes(key)))
                .update_expression("ADD #number :by REMOVE expires")
                .expression_attribute_names("#number", *name)
                .expression_attribute_values(":by", AttributeValue::N(by.to_string()))
                .build()
                .map(|update| TransactWriteItem::builder().update(update)),
            Write::Expire(at) => Update::builder()
                .table_name(self.table.name())
                .set_key(Some(key_attributes(key)))
                .update_expression("SET expires = :at")
                .expression_attribute_values(":at", AttributeValue::N(at.to_string()))
                .build()
                .map(|update| TransactWriteItem::builder().update(update)),
            Write::Cover(id, coverage) => Update::builder()
                .table_name(self.table.name())
                .set_key(Some(key_attributes(key)))
                .update_expression("SET coverage = :coverage")
                .condition_expression("id = :id")
                .expression_attribute_values(":coverage", Table::text(coverage))
                .expression_attribute_values(":id", AttributeValue::N(id.0.to_string()))
                .build()
                .map(|update| TransactWriteItem::builder().update(update)),
            Write::Follow(Revision(followed), expires) => {
                let update = Update::builder()
                    .table_name(self.table.name())
                    .set_key(Some(key_attributes(key)))
                    .condition_expression("revision = :followed")
                    .expression_attribute_values(":followed", AttributeValue::N(followed.to_string()));
                match expires {
                    Some(at) => update
                        .update_expression("SET converged = :followed, expires = :at")
                        .expression_attribute_values(":at", AttributeValue::N(at.to_string())),
                    None => update.update_expression("SET converged = :followed"),
                }
                .build()
                .map(|update| TransactWriteItem::builder().update(update))
            }
            Write::Unchanged => {
                let version = read.and_then(Option::as_ref).and_then(Item::version);
                ConditionCheck::builder()
                    .table_name(self.table.name())
                    .set_key(Some(key_attributes(key)))
                    .condition_expression("v = :before")
                    .expression_attribute_values(":before", Table::text(version.unwrap_or_default()))
                    .build()
                    .map(|check| TransactWriteItem::builder().condition_check(check))
            }
            Write::Hold(owner, now) => ConditionCheck::builder()
                .table_name(self.table.name())
                .set_key(Some(key_attributes(key)))
                .condition_expression("holder = :owner AND leased_until > :now")
                .expression_attribute_values(":owner", Table::text(owner.as_str()))
                .expression_attribute_values(":now", AttributeValue::N(now.as_millisecond().to_string()))
                .build()
                .map(|check| TransactWriteItem::builder().condition_check(check)),
        };
        Ok(built.map_err(unbuilt)?.build())
    }

    fn made(&self, item: &Item, condition: Option<&str>) -> Result<TransactWriteItemBuilder, BuildError> {
        let mut whole = item.whole();
        whole.insert(name::VERSION.to_owned(), Table::text(&self.token));
        let put = Put::builder().table_name(self.table.name()).set_item(Some(whole));
        let put = put.set_condition_expression(condition.map(str::to_owned)).build()?;
        Ok(TransactWriteItem::builder().put(put))
    }

    fn altered(&self, before: &Item, item: &Item) -> Result<TransactWriteItemBuilder, BuildError> {
        let mut set: Attributes = item.attributes().clone();
        set.insert(name::VERSION.to_owned(), Table::text(&self.token));
        let mut names: Vec<_> = set.keys().cloned().collect();
        names.sort();
        let assignments: Vec<_> = (0..names.len()).map(|index| format!("#n{index} = :v{index}")).collect();
        let mut expression = format!("SET {}", assignments.join(", "));
        if !set.contains_key(name::EXPIRES) {
            expression.push_str(" REMOVE expires");
        }
        let mut update = Update::builder()
            .table_name(self.table.name())
            .set_key(Some(key_attributes(&item.key)))
            .update_expression(expression);
        for (index, attribute) in names.into_iter().enumerate() {
            if let Some(value) = set.remove(&attribute) {
                update = update
                    .expression_attribute_values(format!(":v{index}"), value)
                    .expression_attribute_names(format!("#n{index}"), attribute);
            }
        }
        update = match before.version() {
            Some(version) => update
                .condition_expression("v = :before")
                .expression_attribute_values(":before", Table::text(version)),
            None => update.condition_expression("attribute_exists(pk) AND attribute_not_exists(v)"),
        };
        Ok(TransactWriteItem::builder().update(update.build()?))
    }
}

fn unbuilt(error: BuildError) -> Failure {
    unreadable("write", &error.to_string())
}
