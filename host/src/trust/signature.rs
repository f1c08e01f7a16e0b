//! A signature of a component, and whether it is good.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use minisign_verify::Error;
use serde::Serialize;

use super::key::{self, Key};

/// The most that is read of a signature's file, in bytes. minisign's comments are of 8 KiB at most.
const MOST: u64 = 16 << 10;

/// That a component must be signed: by whom, and where the signature is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// The signature's file.
    pub signature: PathBuf,
    /// Any one of these is enough: two while one takes the place of the other. Never empty.
    pub by: Vec<Key>,
}

/// A good signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Signature {
    /// The id of the key that it was made with.
    pub key: String,
    /// What whoever signed says of it. It is signed too.
    pub comment: String,
}

/// Why a component is not known to be from whom it should be.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// There is none.
    #[error(
        "it must be signed, and its signature {} can't be read: `minisign -S -m FILE.wasm` writes it, and `signature` names it where it lies elsewhere",
        path.display()
    )]
    Unreadable {
        /// Where it should be.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is something else.
    #[error("{} is not a signature of minisign: `minisign -S -m FILE.wasm` writes one", .0.display())]
    NotASignature(PathBuf),
    /// It is made in the form of minisign before 0.10, which signs the whole file and not its hash.
    #[error("{} is a signature of minisign's old form: sign the plugin anew, with minisign 0.10 or newer", .0.display())]
    OldForm(PathBuf),
    /// Somebody else signed.
    #[error(
        "{} was made with the key {found}, and only {} may sign it: have one of these sign it, or add the key to `trust.keys` or `signed-by`",
        path.display(),
        trusted.join(" or ")
    )]
    OtherKey {
        /// The signature's file.
        path: PathBuf,
        /// The id of the key that it was made with, by its own word.
        found: String,
        /// The ids of the keys that may.
        trusted: Vec<String>,
    },
    /// It is not of these bytes, or was not made with this key.
    #[error(
        "{} names the key {key}, but is not that key's signature of this component: the component or the signature was changed, or belongs to another; \
         take both anew from whoever signs, and load neither until it is clear which was changed",
        path.display()
    )]
    Wrong {
        /// The signature's file.
        path: PathBuf,
        /// The id of the key.
        key: String,
    },
}

/// Where minisign writes the signature of a file: beside it, by its name and `.minisig`.
pub fn beside(component: &Path) -> PathBuf {
    let mut path = component.as_os_str().to_owned();
    path.push(".minisig");
    path.into()
}

impl Required {
    /// Whether one of those who may has signed these bytes, and which.
    pub fn check(&self, component: &[u8]) -> Result<Signature, SignatureError> {
        let path = || self.signature.clone();
        let text = read(&self.signature)?;
        let not_a_signature = || SignatureError::NotASignature(path());
        let signature = minisign_verify::Signature::decode(&text).map_err(|_| not_a_signature())?;
        let found = id(&text).ok_or_else(not_a_signature)?;
        let mut error = SignatureError::OtherKey {
            path: path(),
            trusted: self.by.iter().map(ToString::to_string).collect(),
            found: found.clone(),
        };
        for key in &self.by {
            match key.public().verify(component, &signature, false) {
                Ok(()) => {
                    return Ok(Signature {
                        key: found,
                        comment: signature.trusted_comment().to_owned(),
                    });
                }
                Err(Error::UnexpectedKeyId) => {}
                Err(Error::UnexpectedAlgorithm) => error = SignatureError::OldForm(path()),
                // Another key may have the same id.
                Err(_) => {
                    error = SignatureError::Wrong {
                        path: path(),
                        key: found.clone(),
                    };
                }
            }
        }
        Err(error)
    }
}

fn read(path: &Path) -> Result<String, SignatureError> {
    let read = || {
        let mut text = String::new();
        File::open(path)?.take(MOST).read_to_string(&mut text)?;
        Ok(text)
    };
    read().map_err(|source: io::Error| match source.kind() {
        io::ErrorKind::InvalidData => SignatureError::NotASignature(path.to_owned()),
        _ => SignatureError::Unreadable {
            path: path.to_owned(),
            source,
        },
    })
}

/// The id of the key that a signature names, without a look at whether it is good.
fn id(text: &str) -> Option<String> {
    key::id(&STANDARD.decode(text.lines().nth(1)?).ok()?)
}

impl Signature {
    /// The id of the key that the signature in this file names: nothing is checked.
    pub fn claimed(path: &Path) -> Result<String, SignatureError> {
        id(&read(path)?).ok_or_else(|| SignatureError::NotASignature(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::{super::testing::Signer, *};

    const COMPONENT: &[u8] = b"\0asm, and what a plugin is";

    fn public(signer: &Signer) -> Key {
        signer.public().parse().unwrap()
    }

    fn signature(signer: &Signer, component: &[u8]) -> String {
        signer.sign(component, "version 1.4")
    }

    fn required(signature: &str, by: &[&Signer]) -> (TempDir, Required) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.wasm.minisig");
        fs::write(&path, signature).unwrap();
        let by = by.iter().map(|signer| public(signer)).collect();
        (folder, Required { signature: path, by })
    }

    #[test]
    fn who_may_sign_is_believed_and_named_with_the_comment() {
        let ours = Signer::of(1);
        let (_folder, required) = required(&signature(&ours, COMPONENT), &[&ours]);
        let good = required.check(COMPONENT).unwrap();
        assert_eq!(
            (good.key.as_str(), good.comment.as_str()),
            (public(&ours).id(), "version 1.4")
        );
    }

    #[test]
    fn while_one_key_takes_the_place_of_another_either_is_enough() {
        let (old, new) = (Signer::of(1), Signer::of(2));
        for signer in [&old, &new] {
            let (_folder, required) = required(&signature(signer, COMPONENT), &[&old, &new]);
            assert_eq!(required.check(COMPONENT).unwrap().key, public(signer).id());
        }
    }

    #[test]
    fn a_signature_by_a_key_that_nobody_trusts_is_refused_with_both_keys() {
        let (ours, theirs) = (Signer::of(1), Signer::of(2));
        let (_folder, required) = required(&signature(&theirs, COMPONENT), &[&ours]);
        let error = required.check(COMPONENT).unwrap_err();
        assert!(matches!(&error, SignatureError::OtherKey { found, .. } if found == public(&theirs).id()));
        assert!(error.to_string().contains(public(&ours).id()), "{error}");
    }

    #[test]
    fn who_writes_a_trusted_keys_id_into_a_signature_of_their_own_is_refused() {
        let (ours, theirs) = (Signer::of(1), Signer::of(2));
        let forged = signature(&theirs, COMPONENT);
        let mut lines: Vec<_> = forged.lines().map(str::to_owned).collect();
        let mut bytes = STANDARD.decode(&lines[1]).unwrap();
        bytes[2..10].copy_from_slice(&STANDARD.decode(ours.public()).unwrap()[2..10]);
        lines[1] = STANDARD.encode(bytes);
        let (_folder, required) = required(&lines.join("\n"), &[&ours]);
        assert!(matches!(required.check(COMPONENT), Err(SignatureError::Wrong { .. })));
    }

    #[test]
    fn a_component_of_which_any_byte_was_changed_is_refused() {
        let ours = Signer::of(1);
        let (_folder, required) = required(&signature(&ours, COMPONENT), &[&ours]);
        for index in 0..COMPONENT.len() {
            let mut changed = COMPONENT.to_vec();
            changed[index] ^= 1;
            assert!(
                matches!(required.check(&changed), Err(SignatureError::Wrong { .. })),
                "{index}"
            );
        }
        assert!(required.check(&COMPONENT[1..]).is_err());
    }

    #[test]
    fn another_components_signature_is_refused() {
        let ours = Signer::of(1);
        let (_folder, required) = required(&signature(&ours, b"\0asm, and another plugin"), &[&ours]);
        assert!(matches!(required.check(COMPONENT), Err(SignatureError::Wrong { .. })));
    }

    #[test]
    fn a_comment_that_was_changed_is_refused() {
        let ours = Signer::of(1);
        let changed = signature(&ours, COMPONENT).replace("version 1.4", "version 1.5");
        let (_folder, required) = required(&changed, &[&ours]);
        assert!(matches!(required.check(COMPONENT), Err(SignatureError::Wrong { .. })));
    }

    #[test]
    fn what_is_missing_or_no_signature_is_told_apart() {
        let ours = Signer::of(1);
        for nonsense in [
            "",
            "\n\n\n\n",
            "untrusted comment: x\nAAAA\ntrusted comment: \nAAAA",
            "é\u{0}",
        ] {
            let (_folder, required) = required(nonsense, &[&ours]);
            assert!(
                matches!(required.check(COMPONENT), Err(SignatureError::NotASignature(_))),
                "{nonsense:?}"
            );
        }
        let (folder, required) = required("", &[&ours]);
        drop(folder);
        let error = required.check(COMPONENT).unwrap_err();
        assert!(
            error.to_string().contains("`minisign -S -m FILE.wasm` writes it"),
            "{error}"
        );
    }

    #[test]
    fn minisign_writes_signatures_beside_the_file() {
        assert_eq!(beside(Path::new("a/mine.wasm")), Path::new("a/mine.wasm.minisig"));
    }
}
