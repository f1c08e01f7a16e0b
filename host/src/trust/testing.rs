//! Who signs in tests: as `minisign -S` does, without minisign.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use blake2b_simd::blake2b;
use ed25519_compact::{KeyPair, Seed};

/// Somebody with a key pair, the same for the same number. Different numbers have different keys.
pub(crate) struct Signer {
    id: [u8; 8],
    pair: KeyPair,
}

impl Signer {
    pub(crate) fn of(number: u8) -> Self {
        Self {
            id: [number; 8],
            pair: KeyPair::from_seed(Seed::new([number; 32])),
        }
    }

    /// The second line of its `minisign.pub`.
    pub(crate) fn public(&self) -> String {
        STANDARD.encode([&b"Ed"[..], &self.id, &self.pair.pk[..]].concat())
    }

    /// The content of the `.minisig` of this component, with this comment, which is signed too.
    pub(crate) fn sign(&self, component: &[u8], comment: &str) -> String {
        let signature = self.pair.sk.sign(blake2b(component).as_bytes(), None);
        let whole = self.pair.sk.sign([&signature[..], comment.as_bytes()].concat(), None);
        format!(
            "untrusted comment: a test\n{}\ntrusted comment: {comment}\n{}\n",
            STANDARD.encode([&b"ED"[..], &self.id, &signature[..]].concat()),
            STANDARD.encode(&whole[..]),
        )
    }
}
