//! What people fear of a journal, of whichever kind: each test of `conformance` is made on SQLite, on a table of DynamoDB as moto plays it, and on the same table behind
//! a network that loses answers, in a service that throttles, fails and has others' transactions in the way, early and often in each of them. Those that list something
//! are made once more on a table whose answers are all in pieces.

#![expect(clippy::duplicate_mod, reason = "the same cases, once for each store")]

mod checkpointed;
mod copied;
mod counted;
mod examined;
mod lasting;
mod older;
mod opened;
mod troubled;
mod verified;

/// The tests, each on a journal that [`opened`] makes anew.
macro_rules! conformance {
    (@on $kind:ident [$($cases:ident),*]) => {
        #[path = "conformance"]
        mod $kind {
            $(mod $cases;)*

            use crate::opened::*;

            async fn journal() -> Opened {
                crate::opened::$kind().await
            }
        }
    };
    ($($kind:ident),*: $cases:tt) => {
        $(conformance!(@on $kind $cases);)*
    };
}

conformance!(sqlite, dynamo, dynamo_in_trouble: [
    archived, budgets, cut_off, deliveries, entries, feedback, history, holds, images, large, leases, ledger, listing, notes, pardons, targets
]);

// Without those that list nothing that others do not list.
conformance!(dynamo_in_pieces: [
    archived, budgets, deliveries, entries, feedback, history, holds, large, leases, ledger, listing, notes, pardons, targets
]);
