//! How a signature is written.

use base64::{Engine, prelude::BASE64_STANDARD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LENGTH;
use crate::digest::Digest;

/// How a signature is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// 64 hexadecimal digits, in capitals or not.
    #[default]
    Hex,
    /// Base64, with padding.
    Base64,
}

impl Encoding {
    /// The signature, if it is written so.
    pub(super) fn decode(self, written: &[u8]) -> Option<[u8; LENGTH]> {
        match self {
            Self::Hex => {
                let text = str::from_utf8(written).ok()?;
                let digest = Digest::try_from(text.to_owned()).ok()?;
                Some(*digest.as_bytes())
            }
            Self::Base64 => BASE64_STANDARD.decode(written).ok()?.try_into().ok(),
        }
    }
}
