//! A checkpoint: how far every chain went at one time, signed, to be kept where who can write the journal can't.
//!
//! It is one line of JSON: `checkpoint` is the text that is signed, `public-key` and `signature` are Ed25519's in base64. The text is JSON as well, in the same form as a link's:
//! `at`, and `heads`, which has the hash and the number of the last link of each chain.

use std::collections::BTreeMap;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    super::{Journal, JournalError},
    Chain, Head,
    canonical::canonical,
    to_the_millisecond,
};

/// How far every chain went at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// When.
    pub at: Timestamp,
    /// The last link of each chain.
    pub heads: BTreeMap<Chain, Head>,
}

/// A line of a file of checkpoints.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    checkpoint: String,
    public_key: String,
    signature: String,
}

/// Why a key can't be used, or a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The text is no private key.
    #[error("it is not an Ed25519 private key in PKCS#8 PEM: `openssl genpkey -algorithm ed25519` makes one")]
    NotAPrivateKey,
    /// The text is no public key.
    #[error("it is not an Ed25519 public key in PEM: `openssl pkey -in KEY -pubout` prints the one of a private key")]
    NotAPublicKey,
    /// The line has not the form of a checkpoint.
    #[error("it is no checkpoint of Quell, or was changed")]
    Unreadable,
    /// The signature is not that of the text by this key.
    #[error("its signature is wrong: it was changed, or forged")]
    BadSignature,
    /// It is signed by another key than the one that is believed.
    #[error("it is signed by another key")]
    OtherKey,
}

impl Checkpoint {
    /// How far the chains of a journal go now.
    ///
    /// # Errors
    /// If the journal can't be read.
    pub async fn of(journal: &dyn Journal, now: Timestamp) -> Result<Self, JournalError> {
        let chains = journal.chains().await?;
        Ok(Self {
            at: to_the_millisecond(now),
            heads: chains.into_iter().map(|state| (state.chain, state.head)).collect(),
        })
    }

    /// The line that is kept of it, without a line break.
    pub fn signed(&self, key: &SigningKey) -> String {
        // It always has a form in JSON: its keys are texts.
        let checkpoint = canonical(&serde_json::to_value(self).unwrap_or_default());
        let line = Line {
            public_key: STANDARD.encode(key.0.public_key().as_ref()),
            signature: STANDARD.encode(key.0.sign(checkpoint.as_bytes())),
            checkpoint,
        };
        canonical(&serde_json::to_value(&line).unwrap_or_default())
    }

    /// Reads a line, and checks its signature: by this key, or by the one that it names if None, which tells only that it is whole.
    ///
    /// # Errors
    /// See [`CheckpointError`].
    pub fn read(line: &str, by: Option<&PublicKey>) -> Result<Self, CheckpointError> {
        let line: Line = serde_json::from_str(line).map_err(|_| CheckpointError::Unreadable)?;
        let decoded = |text: &str| STANDARD.decode(text).map_err(|_| CheckpointError::Unreadable);
        let (key, signature) = (decoded(&line.public_key)?, decoded(&line.signature)?);
        if by.is_some_and(|by| by.0.as_slice() != key.as_slice()) {
            return Err(CheckpointError::OtherKey);
        }
        UnparsedPublicKey::new(&ED25519, &key)
            .verify(line.checkpoint.as_bytes(), &signature)
            .map_err(|_| CheckpointError::BadSignature)?;
        serde_json::from_str(&line.checkpoint).map_err(|_| CheckpointError::Unreadable)
    }
}

/// The key that signs checkpoints.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// Out of PKCS#8 PEM.
    ///
    /// # Errors
    /// [`CheckpointError::NotAPrivateKey`].
    pub fn read(pem: &str) -> Result<Self, CheckpointError> {
        let bytes = decoded(pem, "PRIVATE KEY").ok_or(CheckpointError::NotAPrivateKey)?;
        // OpenSSL leaves the public key out of the file.
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&bytes);
        key.map(Self).map_err(|_| CheckpointError::NotAPrivateKey)
    }
}

/// The key that signatures are checked by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

/// What stands before the 32 bytes of an Ed25519 public key in its PEM, by RFC 8410: the algorithm, and how long the key is.
const PUBLIC_KEY_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl PublicKey {
    /// Out of PEM.
    ///
    /// # Errors
    /// [`CheckpointError::NotAPublicKey`].
    pub fn read(pem: &str) -> Result<Self, CheckpointError> {
        let bytes = decoded(pem, "PUBLIC KEY").ok_or(CheckpointError::NotAPublicKey)?;
        let key = bytes.strip_prefix(&PUBLIC_KEY_PREFIX).filter(|key| key.len() == 32);
        key.map(|key| Self(key.to_vec())).ok_or(CheckpointError::NotAPublicKey)
    }
}

/// The bytes in a PEM of this kind.
fn decoded(pem: &str, kind: &str) -> Option<Vec<u8>> {
    let begin = format!("-----BEGIN {kind}-----");
    let (_, behind) = pem.split_once(&begin)?;
    let (text, _) = behind.split_once("-----END")?;
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    /// Made by `openssl genpkey -algorithm ed25519`, and its public key by `openssl pkey -pubout`: the first example of RFC 8410.
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

    fn checkpoint() -> Checkpoint {
        let head = Head {
            number: 17,
            hash: Digest::of(b"a link"),
        };
        Checkpoint {
            at: Timestamp::from_second(7).unwrap(),
            heads: BTreeMap::from([(Chain::orders(), head)]),
        }
    }

    fn signed() -> String {
        checkpoint().signed(&SigningKey::read(KEY).unwrap())
    }

    #[test]
    fn a_checkpoint_is_read_back_by_the_public_key_as_openssl_prints_it() {
        let key = PublicKey::read(PUBLIC).unwrap();
        assert_eq!(Checkpoint::read(&signed(), Some(&key)), Ok(checkpoint()));
        assert_eq!(Checkpoint::read(&signed(), None), Ok(checkpoint()));
    }

    #[test]
    fn what_is_signed_is_the_text_as_it_stands() {
        let line: Line = serde_json::from_str(&signed()).unwrap();
        insta::assert_snapshot!(line.checkpoint, @r#"{"at":"1970-01-01T00:00:07Z","heads":{"orders":{"hash":"5a3464444d33a68463513f5da667da8e38aaab130f7eeed4b4387644bcada617","number":17}}}"#);
    }

    #[test]
    fn a_changed_checkpoint_and_one_of_another_key_are_not_believed() {
        let key = PublicKey::read(PUBLIC).unwrap();
        let changed = signed().replace("17", "18");
        assert_eq!(
            Checkpoint::read(&changed, Some(&key)),
            Err(CheckpointError::BadSignature)
        );
        let other = Ed25519KeyPair::generate().unwrap();
        let forged = checkpoint().signed(&SigningKey(other));
        assert_eq!(Checkpoint::read(&forged, Some(&key)), Err(CheckpointError::OtherKey));
        for wrong in ["", "{}", "{\"checkpoint\":\"\",\"public-key\":\"\",\"signature\":\"\"}"] {
            assert!(Checkpoint::read(wrong, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for wrong in [
            "",
            "secret",
            PUBLIC,
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ] {
            assert!(SigningKey::read(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", KEY, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
            assert_eq!(PublicKey::read(wrong), Err(CheckpointError::NotAPublicKey));
        }
    }
}
