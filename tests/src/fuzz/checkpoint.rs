//! A line of a file of checkpoints, or a key of one: what the key did not sign is not believed.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::Timestamp;
use quell::{
    digest::Digest,
    hold::ledger::{
        Chain, Checkpoint, Head,
        checkpoint::{PublicKey, SigningKey},
    },
};

use super::{chance::Chance, told};

/// Signed by the key below.
const GENUINE: &str = include_str!("../../fuzz/seeds/checkpoint/signed.json");
/// The first example of RFC 8410.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::read(PRIVATE).expect("it is a key"));
static BY: LazyLock<PublicKey> = LazyLock::new(|| PublicKey::read(PUBLIC).expect("it is a key"));
static SIGNED: LazyLock<Checkpoint> =
    LazyLock::new(|| Checkpoint::read(GENUINE, Some(&BY)).expect("the seed is signed"));

/// Reads the bytes as a checkpoint and as keys, and signs one that is made up of them.
pub fn run(bytes: &[u8]) {
    made_up(&mut Chance::of(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Err(error) = SigningKey::read(text) {
        told::error(&error);
    }
    if let Err(error) = PublicKey::read(text) {
        told::error(&error);
    }
    is_only(text, &SIGNED);
}

/// A checkpoint of any chains is read as it was signed, and with one bit changed it is that one or none.
fn made_up(chance: &mut Chance<'_>) {
    let heads: BTreeMap<_, _> = chance
        .some(4, |chance| {
            let head = Head {
                number: chance.word(),
                hash: Digest::of(&[chance.byte()]),
            };
            (Chain::read(&chance.text()), head)
        })
        .into_iter()
        .collect();
    let second = i64::try_from(chance.word() >> 30).unwrap_or_default();
    let at = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    let checkpoint = Checkpoint { at, heads };
    let line = checkpoint.signed(&KEY);
    assert_eq!(line.lines().count(), 1, "a file has a line for each: {line}");
    assert_eq!(Checkpoint::read(&line, Some(&BY)).as_ref(), Ok(&checkpoint), "{line}");
    let mut changed = line.into_bytes();
    let at = chance.upto(changed.len() - 1);
    changed[at] ^= 1 << chance.upto(7);
    if let Ok(changed) = String::from_utf8(changed) {
        is_only(&changed, &checkpoint);
    }
}

/// What this line is believed to say, the key signed.
fn is_only(line: &str, signed: &Checkpoint) {
    match Checkpoint::read(line, Some(&BY)) {
        Ok(read) => assert_eq!(read, *signed, "a checkpoint is believed that nobody signed"),
        Err(error) => {
            told::error(&error);
        }
    }
    if let Err(error) = Checkpoint::read(line, None) {
        told::error(&error);
    }
}
