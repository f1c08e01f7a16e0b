//! What people fear of a journal, of whichever kind: each test of `conformance` is made on SQLite, on a table of DynamoDB as moto plays it, and on the same table behind
//! a network that throttles, refuses and loses answers.

#![expect(clippy::duplicate_mod, reason = "the same cases, once for each store")]

mod checkpointed;
mod copied;
mod counted;
mod examined;
mod lasting;
mod older;
mod opened;
mod verified;

/// The tests, each on a journal that [`opened`] makes anew.
macro_rules! conformance {
    ($($kind:ident),*) => {$(
        #[path = "conformance"]
        mod $kind {
            mod archived;
            mod budgets;
            mod cut_off;
            mod deliveries;
            mod entries;
            mod feedback;
            mod history;
            mod holds;
            mod images;
            mod large;
            mod leases;
            mod ledger;
            mod listing;
            mod notes;
            mod pardons;
            mod targets;

            use crate::opened::*;

            async fn journal() -> Opened {
                crate::opened::$kind().await
            }
        }
    )*};
}

conformance!(sqlite, dynamo, dynamo_in_trouble);
