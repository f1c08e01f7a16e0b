//! The signature of a plugin: only who has a trusted key can make one. The input is the signature's file and, behind a NUL, the component.

use std::{cell::RefCell, fs, sync::LazyLock};

use quell::trust::{Key, Required, Signature};
use tempfile::TempDir;

use super::told;

/// minisign's signature of the component with the key, and with this comment.
const GENUINE: &[u8] = include_bytes!("../../fuzz/seeds/plugin_signature/signed.minisig");
const KEY: &str = include_str!("../../fuzz/seeds/plugin_signature/key.pub");
const COMPONENT: &[u8] = b"\0asm, and what a plugin is";
const COMMENT: &str = "version 1.4";

static TRUSTED: LazyLock<Key> = LazyLock::new(|| KEY.trim().parse().expect("it is a key"));

thread_local! {
    static FOLDER: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// Looks for the signature of a trusted key in the bytes.
pub fn run(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0);
    let (signature, component) = match end {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, COMPONENT),
    };
    if let Err(error) = std::str::from_utf8(bytes).unwrap_or_default().parse::<Key>() {
        told::error(&error);
    }
    let path = FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| tempfile::tempdir().expect("a folder can be made"));
        folder.path().join("mine.wasm.minisig")
    });
    fs::write(&path, signature).expect("a file can be written");
    if let Err(error) = Signature::claimed(&path) {
        told::error(&error);
    }
    let required = Required {
        signature: path,
        by: vec![TRUSTED.clone()],
    };
    match required.check(component) {
        Ok(good) => {
            assert_eq!(component, COMPONENT, "a component is taken that nobody signed");
            assert_eq!((good.key.as_str(), good.comment.as_str()), (TRUSTED.id(), COMMENT));
        }
        Err(error) => {
            told::error(&error);
            assert!(bytes != GENUINE, "a good signature is refused: {error}");
        }
    }
}
