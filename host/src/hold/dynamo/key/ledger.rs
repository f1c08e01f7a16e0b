//! Where the ledger lies.

use super::{Key, Range, key};
use crate::hold::ledger::Chain;

/// How the partition of a chain's links begins.
pub(in crate::hold::dynamo) const CHAIN: &str = "chain#";

/// How far a chain of the ledger goes.
pub(in crate::hold::dynamo) fn chain(chain: &Chain) -> Key {
    key("chains", chain.as_str())
}

/// All chains.
pub(in crate::hold::dynamo) fn all_chains() -> Range {
    Range::All("chains".to_owned())
}

/// A link of a chain. As text its number has 16 hexadecimal digits.
pub(in crate::hold::dynamo) fn link(chain: &Chain, number: u64) -> Key {
    key(format!("{CHAIN}{chain}"), format!("{number:016x}"))
}

/// The number of a link, by its key.
pub(in crate::hold::dynamo) fn number_of_link(key: &Key) -> Option<u64> {
    u64::from_str_radix(&key.sk, 16).ok()
}

/// The links of a chain behind one.
pub(in crate::hold::dynamo) fn links_after(chain: &Chain, after: u64) -> Range {
    Range::From(link(chain, after.saturating_add(1)))
}

/// The links of a chain up to one, itself among them.
pub(in crate::hold::dynamo) fn links_until(chain: &Chain, last: u64) -> Range {
    Range::UpTo(link(chain, last))
}
