//! The ledger: what happened, each link chained to the one before it, so that the journal can prove itself.
//!
//! Whatever changes the journal tells the ledger in the same transaction, by one line:
//!
//! ```text
//! ledger::record(sql, &Event::Paused { pause: pause.clone() })?;                   // sqlite/
//! ledger::record(&mut transaction, &Event::Paused { pause: pause.clone() }).await?;   // dynamo/
//! ```
//!
//! A new kind of thing that happens is a new variant of [`Event`]; its chain is the one of its target, of its delivery, or [`Chain::orders`] for what a person
//! did. In a table the head of a chain is best named among the keys that the transaction fetches anyway (`ledger::head_key`), so that it costs no request.
//!
//! # The form of a link
//!
//! A link is a text and a hash. The text is JSON with sorted keys, no spaces and no fractions, in UTF-8: what happened, and `at` (when it was written, to the
//! millisecond), `chain` and `number`, which is 1 for the first link of a chain and one more for each next. The hash is
//!
//! ```text
//! SHA-256( hash of the link before, 32 bytes, or 32 zero bytes for the first  ‖  the text's bytes )
//! ```
//!
//! The text is kept as it was hashed, so nobody has to write JSON anew to check it. `examples/journal/verify.py` does all of it in a few lines.
//!
//! There are several chains, because a single one would make all functions that share a table wait for one another: one for each target, 32 for deliveries, one for orders. A
//! file has the same ones, so that a copy goes on where the original ended.

mod canonical;
pub mod chain;
pub mod checkpoint;
pub mod event;
pub mod left_out;
pub mod link;
pub mod standing;
pub mod told;
pub mod verify;

pub use self::{
    chain::{Chain, ChainState, Head},
    checkpoint::Checkpoint,
    event::Event,
    left_out::LeftOut,
    link::Link,
    told::ToldHold,
    verify::{Finding, Verdict},
};

use jiff::Timestamp;

/// A time as the ledger has it: to the millisecond, because a file keeps no more.
pub(super) fn to_the_millisecond(time: Timestamp) -> Timestamp {
    let last = Timestamp::MAX.as_second().saturating_mul(1_000);
    Timestamp::from_millisecond(time.as_millisecond().min(last)).unwrap_or(time)
}
