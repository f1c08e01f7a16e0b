//! Parts of a mapping that may be written short: a pointer alone in place of a table that has nothing but `at`.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, value::MapAccessDeserializer, value::SeqAccessDeserializer},
};

use super::pointer::Pointer;

/// A part of a mapping: written as a table, or short.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Short<T>(pub(super) T);

/// What a short form stands for.
pub trait FromShort: Sized {
    /// What may be written, for an error.
    const EXPECTED: &'static str;

    /// What a pointer alone stands for.
    fn from_pointer(pointer: Pointer) -> Self;

    /// What a list of pointers stands for. None if none may be written.
    fn from_pointers(_: Vec<Pointer>) -> Option<Self> {
        None
    }

    /// What `true` or `false` alone stands for. None if neither may be written.
    fn from_bool(_: bool) -> Option<Self> {
        None
    }

    /// The JSON Schemas of the short forms beside the pointer.
    fn short_schemas() -> Vec<Schema> {
        Vec::new()
    }
}

impl<T> Deref for Short<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: FromShort + Deserialize<'de>> Deserialize<'de> for Short<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// By a visitor, because an untagged enum would only say that nothing fits.
        struct Any<T>(PhantomData<T>);

        impl<'de, T: FromShort + Deserialize<'de>> de::Visitor<'de> for Any<T> {
            type Value = T;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(T::EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
                text.parse().map(T::from_pointer).map_err(E::custom)
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<T, E> {
                T::from_bool(value).ok_or_else(|| E::invalid_type(de::Unexpected::Bool(value), &self))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
                let pointers = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                T::from_pointers(pointers).ok_or_else(|| de::Error::invalid_type(de::Unexpected::Seq, &self))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, table: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(table))
            }
        }

        deserializer.deserialize_any(Any(PhantomData)).map(Self)
    }
}

impl<T: FromShort + JsonSchema> JsonSchema for Short<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut forms = vec![generator.subschema_for::<Pointer>()];
        forms.extend(T::short_schemas());
        forms.push(generator.subschema_for::<T>());
        json_schema!({ "anyOf": forms })
    }
}
