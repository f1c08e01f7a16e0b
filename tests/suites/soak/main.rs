//! A long time with Quell, in simulated time: alerts, crashes, throttling, and people who edit its network ACLs by hand. Nothing leaks, nothing is
//! lost, and the journal stays bounded.
//!
//! The host is the real one with the default plugin in the sandbox, driven as the worker and the timer drive it; its journal is a file. What happens is
//! made up from a seed; only the jitter with which a host tries failed deliveries again is not.
mod accounts;
mod attackers;
mod figures;
mod hourly;
mod inspection;
mod journal_file;
mod outliving;
mod people;
mod process;
mod soak;
mod timer;
mod weather;
mod worker;

use std::env;

use soak::{Soak, Span};

/// Two days, as `make test` plays them, or thirty, as `make soak` does: those take minutes in a release build.
fn span() -> Span {
    if env::var_os("QUELL_SOAK").is_some_and(|asked| asked == "whole") {
        return Span {
            days: 30,
            alerts: 50_000,
            block_hours: 3,
            keep_hours: 7 * 24,
            seed: 30,
        };
    }
    Span {
        days: 2,
        alerts: 800,
        block_hours: 1,
        keep_hours: 12,
        seed: 1,
    }
}

#[test]
fn days_of_attacks_crashes_and_other_peoples_edits_leave_nothing_behind() {
    println!("{}", Soak::new(span()).unwrap().run().unwrap());
}
