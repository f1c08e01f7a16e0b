//! Tokens of links: who has one may say one word about one plan, once, until its end.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Act, ApprovalId, Link, Pending};

/// What is signed begins with this, so that no other signature of the same key is one of a link.
const PURPOSE: &[u8] = b"quell approval link 1\0";
/// The longest token that is looked at, in bytes. Ours have some 300.
const LONGEST: usize = 1024;
/// The fewest bytes that a key may have: as many as the signature, which is what RFC 2104 advises.
const SHORTEST_KEY: usize = 32;

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LinkToken {
    /// What it is about.
    pub hold: ApprovalId,
    /// The word that it is good for.
    pub act: Act,
    /// The plan that it is about.
    pub plan: String,
    /// Until when it is good.
    pub until: Timestamp,
    /// What no other link has, so that each is used once.
    pub once: String,
}

/// The key that links are signed with.
#[derive(Clone)]
pub struct LinkKey(Hmac<Sha256>);

/// Why a link can't be made, or is not good.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The key is too short.
    #[error(
        "the key of approval links has {0} bytes, and {SHORTEST_KEY} random ones are the least: `openssl rand -hex 32` makes some"
    )]
    ShortKey(usize),
    /// There are no random numbers.
    #[error("this machine gives no random numbers for a link")]
    NoRandom(#[source] getrandom::Error),
    /// It is not signed with our key, or was changed.
    #[error("this link is none of ours, or a part of it is missing")]
    Forged,
    /// Its time is up.
    #[error("this link was good until {0:.0}")]
    Over(Timestamp),
}

impl LinkKey {
    /// A key that is kept somewhere.
    ///
    /// # Errors
    /// If it is too short to be worth anything.
    pub fn of(secret: &[u8]) -> Result<Self, LinkError> {
        if secret.len() < SHORTEST_KEY {
            return Err(LinkError::ShortKey(secret.len()));
        }
        // Hashed first, so that any length is right.
        let mut block = [0; 64];
        let digest = Sha256::digest(secret);
        block.iter_mut().zip(digest).for_each(|(byte, digest)| *byte = digest);
        Ok(Self(Hmac::new(&block.into())))
    }

    fn mac(&self, payload: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(PURPOSE);
        mac.update(payload.as_bytes());
        mac
    }
}

impl LinkToken {
    /// For a word on what waits; good for as long as that waits.
    ///
    /// # Errors
    /// If the machine gives no random numbers.
    pub fn new(pending: &Pending, act: Act) -> Result<Self, LinkError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(LinkError::NoRandom)?;
        Ok(Self {
            hold: pending.id.clone(),
            act,
            plan: pending.plan.clone(),
            until: pending.until,
            once: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// As it stands in a link.
    pub fn signed(&self, key: &LinkKey) -> String {
        // It can't fail: these are texts and a time.
        let payload = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let signature = key.mac(&payload).finalize().into_bytes();
        format!("{payload}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// Reads a token that is ours and not over. Nothing of it is looked at before its signature, which is compared in constant time.
    ///
    /// # Errors
    /// If it is not ours, or over.
    pub fn read(text: &str, key: &LinkKey, now: Timestamp) -> Result<Self, LinkError> {
        let (payload, signature) = text
            .split_once('.')
            .filter(|_| text.len() <= LONGEST)
            .ok_or(LinkError::Forged)?;
        let signature = BASE64_URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| LinkError::Forged)?;
        key.mac(payload)
            .verify_slice(&signature)
            .map_err(|_| LinkError::Forged)?;
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).map_err(|_| LinkError::Forged)?;
        let token: Self = serde_json::from_slice(&payload).map_err(|_| LinkError::Forged)?;
        if token.until <= now {
            return Err(LinkError::Over(token.until));
        }
        Ok(token)
    }

    /// What is said by it, beside the word.
    pub fn link(&self) -> Link<'_> {
        Link {
            plan: &self.plan,
            once: &self.once,
        }
    }
}

/// Shows nothing of it.
impl fmt::Debug for LinkKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LinkKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn key(byte: u8) -> LinkKey {
        LinkKey::of(&[byte; 32]).unwrap()
    }

    fn token() -> LinkToken {
        LinkToken {
            hold: "p0123456789".parse().unwrap(),
            act: Act::Approve,
            plan: "ab".repeat(32),
            until: at(60),
            once: "00".repeat(16),
        }
    }

    #[test]
    fn a_token_is_read_back_with_the_key_that_signed_it_and_until_its_end() {
        let signed = token().signed(&key(1));
        assert_eq!(LinkToken::read(&signed, &key(1), at(59)).unwrap(), token());
        let error = LinkToken::read(&signed, &key(1), at(60)).unwrap_err();
        insta::assert_snapshot!(error, @"this link was good until 2027-01-15T08:01:00Z");
        assert!(matches!(
            LinkToken::read(&signed, &key(2), at(0)),
            Err(LinkError::Forged)
        ));
    }

    #[test]
    fn whatever_is_changed_in_a_token_makes_it_worth_nothing() {
        let signed = token().signed(&key(1));
        for index in 0..signed.len() {
            let mut bytes = signed.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last digit of Base64 has bits that mean nothing, and those must be zero.
            assert!(LinkToken::read(&changed, &key(1), at(0)).is_err(), "{index}");
        }
        for cut in [
            "",
            ".",
            "a.b",
            &signed[1..],
            &signed[..signed.len() - 1],
            &format!("{signed}{signed}"),
        ] {
            assert!(LinkToken::read(cut, &key(1), at(0)).is_err(), "{cut}");
        }
    }

    #[test]
    fn an_approval_is_not_a_rejection_nor_one_of_something_else() {
        let reject = LinkToken {
            act: Act::Reject,
            ..token()
        };
        let (payload, _) = reject
            .signed(&key(1))
            .split_once('.')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let signed = token().signed(&key(1));
        let (_, signature) = signed.split_once('.').unwrap();
        let mixed = format!("{payload}.{signature}");
        assert!(matches!(
            LinkToken::read(&mixed, &key(1), at(0)),
            Err(LinkError::Forged)
        ));
    }

    #[test]
    fn a_key_that_could_be_guessed_is_none() {
        insta::assert_snapshot!(LinkKey::of(b"secret").unwrap_err(), @"the key of approval links has 6 bytes, and 32 random ones are the least: `openssl rand -hex 32` makes some");
        assert_eq!(format!("{:?}", key(1)), "LinkKey");
    }
}
