//! Redaction: a recording in which other things stand for those that tell who it was.
//!
//! What stands for a thing is made with a [`Key`], so equal things stay equal in all recordings of one key. It has the same form, and addresses keep
//! lying in the prefixes that they lay in, so a plugin decides the same way. Redaction works on the JSON of a recording, on every text wherever it
//! stands.
//!
//! It can't find what it does not know the form of (names, unless their field is named; an address as one number), can't hide how often and when
//! something happened, and a plugin that computes with addresses, or compares them with some that stand in its own code, may decide otherwise.

mod address;
mod decided;
mod key;
mod redaction;
mod text;

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    net::IpAddr,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::address::Addresses;
pub use self::{
    decided::{DecidedError, redact_and_decide},
    key::{Key, NoKey},
    redaction::{Redaction, RedactionKey},
};
use super::Recording;
use crate::{
    alert::DecodeError,
    json::{Place, rewritten, unquoted},
};

/// What can be redacted by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Ids of AWS accounts: 12 digits.
    Account,
    /// Addresses and prefixes, and those inside DNS names such as `ec2-203-0-113-7.…`.
    Address,
    /// Ids of AWS resources, such as `i-0a1b2c3d4e5f60718`: instances, interfaces, subnets, network ACLs, security groups, VPCs and more.
    Id,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Account, Self::Address, Self::Id];

    /// Its name in the configuration and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Address => "address",
            Self::Id => "id",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A word that is not the name of a [`Kind`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is none of `account`, `address` and `id`; what has a name of its own is redacted by its field (`--redact-field`)"
)]
pub struct NotAKind;

impl FromStr for Kind {
    type Err = NotAKind;

    fn from_str(name: &str) -> Result<Self, NotAKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(NotAKind)
    }
}

/// A recording that can't be redacted.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// What comes of it is no recording.
    #[error("a value of a redacted field ({}) is a word of the recording itself: take the field out", fields.join(", "))]
    Unreadable {
        /// The fields.
        fields: Vec<String>,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The alert can't be read any more.
    #[error("without what was redacted ({}) the alert can't be read any more: take the field out that it needs", fields.join(", "))]
    Alert {
        /// The fields.
        fields: Vec<String>,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
}

/// Values of named fields that are shorter are not looked for in other texts: they would be found by chance.
const LOOKED_FOR: usize = 4;

/// How many addresses are remembered: each costs as many hashes as it has bits.
const REMEMBERED: usize = 10_000;

/// Redacts recordings, all with the same key.
#[derive(Debug)]
pub struct Redactor {
    key: Key,
    kinds: BTreeSet<Kind>,
    fields: Vec<String>,
    addresses: Addresses,
    known: Mutex<HashMap<IpAddr, IpAddr>>,
}

impl Redactor {
    /// Redacts these kinds of things wherever they stand, and the values of the fields that have these keys in the detector's JSON, together with
    /// every other mention of these values.
    pub fn new(key: Key, kinds: &[Kind], fields: &[String]) -> Self {
        Self {
            addresses: Addresses::new(key.clone()),
            key,
            kinds: kinds.iter().copied().collect(),
            fields: fields.to_vec(),
            known: Mutex::default(),
        }
    }

    /// The recording with all of that redacted.
    ///
    /// # Errors
    /// If a named field is one that can't be spared.
    pub fn redact(&self, recording: &Recording) -> Result<Recording, RedactError> {
        let fields = || self.fields.clone();
        let unreadable = |source| RedactError::Unreadable {
            fields: fields(),
            source,
        };
        let json = serde_json::to_string(recording).map_err(unreadable)?;
        let values = self.values(&json);
        let json = rewritten(&json, |place, token| self.token(place, token, &values));
        let mut redacted: Recording = serde_json::from_str(&json).map_err(unreadable)?;
        let kinds = self.kinds.iter().map(ToString::to_string);
        let fields_told = self.fields.iter().map(|field| format!("field {field}"));
        redacted.redacted = kinds.chain(fields_told).collect();
        redacted.alert.decode().map_err(|source| RedactError::Alert {
            fields: fields(),
            source,
        })?;
        Ok(redacted)
    }

    /// The values of named fields that are to be looked for in all texts, the longest first.
    fn values(&self, json: &str) -> Vec<String> {
        let mut values = BTreeSet::new();
        rewritten(json, |place, token| {
            let is_value = token.starts_with('"') || is_number(token);
            if is_value && self.is_named(place) {
                values.insert(unquoted(token));
            }
            None
        });
        let mut values: Vec<_> = values.into_iter().filter(|value| value.len() >= LOOKED_FOR).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values
    }

    fn token(&self, place: Place<'_>, token: &str, values: &[String]) -> Option<String> {
        if self.is_named(place) {
            return match token {
                "true" | "false" | "null" => None,
                _ if token.starts_with('"') => Some(quoted(&self.value(&unquoted(token)))),
                number => Some(self.digits("number", number)),
            };
        }
        if token.starts_with('"') {
            let values = if place.is_key { &[] } else { values };
            return self.text(&unquoted(token), values).map(|text| quoted(&text));
        }
        // Elsewhere a number of 12 digits is a count.
        let is_account = is_in_raw(place) && token.len() == 12 && token.bytes().all(|byte| byte.is_ascii_digit());
        (is_account && self.redacts(Kind::Account)).then(|| self.account(token))
    }

    /// Whether a value belongs to a named field of the detector's JSON.
    fn is_named(&self, place: Place<'_>) -> bool {
        let mut inside = place.keys.iter().skip_while(|key| *key != "raw").skip(1);
        !place.is_key && inside.any(|key| self.fields.contains(key))
    }

    fn redacts(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    fn address(&self, address: IpAddr) -> IpAddr {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        *known.entry(address).or_insert_with(|| self.addresses.of(address))
    }

    fn prefix(&self, prefix: IpNet) -> IpNet {
        self.addresses.of_prefix(prefix)
    }

    fn account(&self, digits: &str) -> String {
        self.digits("account", digits)
    }

    /// What stands for the value of a named field, a number as text too.
    fn value(&self, value: &str) -> String {
        if is_number(value) {
            return self.digits("number", value);
        }
        let [a, b, c, d, e, f, ..] = self.key.bytes("value", value.as_bytes());
        format!("redacted-{a:02x}{b:02x}{c:02x}{d:02x}{e:02x}{f:02x}")
    }

    /// As many hexadecimal digits.
    fn hex(&self, kind: &str, digits: &str) -> String {
        let bytes = self.key.bytes(kind, digits.as_bytes());
        let hex = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let hex = hex.filter_map(|digit| char::from_digit(digit.into(), 16));
        hex.take(digits.len()).collect()
    }

    /// The number with other digits. A zero in front stays, and none comes there: JSON has no such number.
    fn digits(&self, kind: &str, number: &str) -> String {
        let bytes = self.key.bytes(kind, number.as_bytes());
        let mut is_first = true;
        let turn = |(at, character): (usize, char)| {
            if !character.is_ascii_digit() {
                return character;
            }
            let byte = u32::from(bytes.get(at % bytes.len()).copied().unwrap_or_default());
            let digit = match (std::mem::replace(&mut is_first, false), character) {
                (true, '0') => 0,
                (true, _) => 1 + byte % 9,
                (false, _) => byte % 10,
            };
            char::from_digit(digit, 10).unwrap_or('0')
        };
        number.chars().enumerate().map(turn).collect()
    }
}

fn is_in_raw(place: Place<'_>) -> bool {
    place.keys.iter().any(|key| key == "raw")
}

fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && serde_json::from_str::<serde_json::Number>(text).is_ok()
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
