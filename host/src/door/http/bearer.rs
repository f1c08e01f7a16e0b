//! Bearer tokens, and which of them are known: by their hash, so that who reads the configuration has none.

use axum::http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::digest::Digest;

/// Tokens that are known by their SHA-256. A token is random and long, so that nobody finds it by its hash; two at once are for a rotation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenHashes(Vec<Digest>);

impl TokenHashes {
    /// Tokens with these hashes.
    pub fn new(hashes: impl Into<Vec<Digest>>) -> Self {
        Self(hashes.into())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is one of the tokens. It takes the same time for each that is not.
    pub fn have(&self, shown: &[u8]) -> bool {
        let shown: [u8; 32] = Sha256::digest(shown).into();
        let compared = self.0.iter().map(|known| known.as_bytes().ct_eq(&shown));
        compared.fold(Choice::from(0), |found, same| found | same).into()
    }
}

/// The bearer token that a request shows.
pub(super) fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    after(headers, b"bearer ")
}

/// What stands behind the name of a scheme in the header `Authorization`.
pub(super) fn after<'headers>(headers: &'headers HeaderMap, scheme: &[u8]) -> Option<&'headers [u8]> {
    let shown = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (name, behind) = shown.split_at_checked(scheme.len())?;
    name.eq_ignore_ascii_case(scheme).then_some(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_tokens_is_known_and_no_other_nor_a_hash_itself() {
        let hashes = [Digest::of(b"old"), Digest::of(b"new")];
        let tokens = TokenHashes::new(hashes);
        assert!(tokens.have(b"old") && tokens.have(b"new"));
        let hash = hashes[0].to_string();
        for wrong in [&b""[..], b"ol", b"old ", b"OLD", hash.as_bytes(), hashes[0].as_bytes()] {
            assert!(!tokens.have(wrong), "{wrong:?}");
        }
        assert!(!TokenHashes::default().have(b""));
    }
}
