//! Items: what lies at a key.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use serde::{Serialize, de::DeserializeOwned};

use super::{super::JournalError, Failure, key::Key};

/// The attributes of an item as the SDK has them.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// The names of attributes that items of every kind may have.
pub(super) mod name {
    /// The partition.
    pub(in super::super) const PK: &str = "pk";
    /// The place in it.
    pub(in super::super) const SK: &str = "sk";
    /// Which transaction wrote the item last.
    pub(in super::super) const VERSION: &str = "v";
    /// What the item says, as JSON.
    pub(in super::super) const DOC: &str = "doc";
    /// When DynamoDB may remove the item, in seconds since 1970: the table's TTL attribute.
    pub(in super::super) const EXPIRES: &str = "expires";
}

/// What lies at a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    /// The key.
    pub(super) key: Key,
    /// Everything but the key.
    attributes: Attributes,
}

impl Item {
    /// An item with nothing but its key.
    pub(super) fn new(key: Key) -> Self {
        Self {
            key,
            attributes: Attributes::new(),
        }
    }

    /// An item that says something.
    pub(super) fn saying(key: Key, value: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self::new(key).with(name::DOC, AttributeValue::S(to_json(value)?)))
    }

    /// The same with an attribute.
    pub(super) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.attributes.insert(name.to_owned(), value);
        self
    }

    /// The same with a number.
    pub(super) fn with_number(self, name: &str, number: i64) -> Self {
        self.with(name, AttributeValue::N(number.to_string()))
    }

    /// The same with an end, in seconds since 1970: afterwards DynamoDB removes it. None: never.
    pub(super) fn expiring(mut self, at: Option<i64>) -> Self {
        self.attributes.remove(name::EXPIRES);
        match at {
            Some(at) => self.with_number(name::EXPIRES, at),
            None => self,
        }
    }

    /// An item as DynamoDB gives it.
    pub(super) fn read(mut attributes: Attributes) -> Result<Self, Failure> {
        let (Some(AttributeValue::S(pk)), Some(AttributeValue::S(sk))) =
            (attributes.remove(name::PK), attributes.remove(name::SK))
        else {
            return Err(unreadable("key", "an item without the text keys pk and sk"));
        };
        Ok(Self {
            key: Key { pk, sk },
            attributes,
        })
    }

    /// Everything but the key.
    pub(super) fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// All of it, as the SDK wants it to be put.
    pub(super) fn whole(&self) -> Attributes {
        let mut whole = self.attributes.clone();
        whole.extend(key_attributes(&self.key));
        whole
    }

    /// The same, with what another adds to it or says otherwise.
    pub(super) fn overlaid(&self, other: &Self) -> Self {
        let mut merged = self.clone();
        if !other.attributes.contains_key(name::EXPIRES) {
            merged.attributes.remove(name::EXPIRES);
        }
        merged.attributes.extend(other.attributes.clone());
        merged
    }

    /// Which transaction wrote it last.
    pub(super) fn version(&self) -> Option<&str> {
        self.text(name::VERSION)
    }

    /// What it says.
    pub(super) fn doc<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, Failure> {
        from_json(what, self.text(name::DOC).unwrap_or_default())
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.as_s().ok().map(String::as_str)
    }

    /// A number.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.attributes.get(name)?.as_n().ok()?.parse().ok()
    }

    /// Bytes.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.attributes.get(name)?.as_b().ok().map(Blob::as_ref)
    }

    /// A set of texts.
    pub(super) fn texts(&self, name: &str) -> &[String] {
        let set = self.attributes.get(name).and_then(|value| value.as_ss().ok());
        set.map_or(&[], Vec::as_slice)
    }

    /// Whether a flag is set.
    pub(super) fn is(&self, name: &str) -> bool {
        self.attributes
            .get(name)
            .is_some_and(|value| value.as_bool() == Ok(&true))
    }
}

/// A key, as the SDK wants it.
pub(super) fn key_attributes(key: &Key) -> Attributes {
    [(name::PK, &key.pk), (name::SK, &key.sk)]
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.clone())))
        .into()
}

/// A value as JSON.
pub(super) fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| unreadable("value", &error.to_string()))
}

/// A value out of JSON.
pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|_| unreadable(what, text))
}

/// The error of an item that does not hold what it should.
pub(super) fn unreadable(what: &'static str, text: &str) -> Failure {
    JournalError::Unreadable {
        what,
        text: text.chars().take(200).collect(),
    }
    .into()
}
