//! A case: an ACL with its owners, and what happens to it in turn.

use std::time::Duration;

use ipnet::IpNet;
use proptest::sample::Index;
use quell::cloud::{Call, Direction, Entry, Fault};
use quell_tests::fault::Death;

/// A network ACL and what happens to it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// How many rules AWS really takes, a direction and family, the final deny included.
    pub(crate) rule_quota: u16,
    /// How many rules more than that the operator believes in. None if the operator lets Quell ask.
    pub(crate) believed_more: Option<u16>,
    pub(crate) reserve: u16,
    /// What the owners wrote before Quell came.
    pub(crate) others: Vec<Entry>,
    pub(crate) turns: Vec<Turn>,
}

/// What happens between two times at which all is calm.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turn {
    /// How much time passes first.
    pub(crate) minutes: i64,
    pub(crate) asked: Vec<Asked>,
    pub(crate) edits: Vec<Edit>,
    /// Whether the next converge comes so soon after the edits that Quell still believes what it wrote before them.
    pub(crate) is_hasty: bool,
    pub(crate) pardoned: Vec<IpNet>,
    /// What the configuration never blocks. A change of it means a restart.
    pub(crate) never: Vec<IpNet>,
    pub(crate) is_paused: bool,
    /// How far reads lag behind, in seconds: less than Quell allows for.
    pub(crate) lag_seconds: u64,
    pub(crate) failures: Vec<Failure>,
    pub(crate) crash: Option<Crash>,
}

impl Turn {
    /// How far reads lag behind.
    pub(crate) fn lag(&self) -> Duration {
        Duration::from_secs(self.lag_seconds)
    }
}

/// A block that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) prefix: IpNet,
    pub(crate) direction: Direction,
    pub(crate) confidence: u8,
    /// How long it lasts; None until it is released.
    pub(crate) minutes: Option<i64>,
    /// What must stay reachable around it.
    pub(crate) spare: Option<IpNet>,
}

/// What somebody does to the ACL by hand.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// Adds an entry at a number that nobody has.
    Put(Entry),
    /// Removes one of ours.
    RemoveOurs(Index),
    /// Puts an entry in the place of one of ours.
    TakeOurs(Index, Entry),
    /// Removes one of theirs.
    RemoveTheirs(Index),
}

/// A call that fails.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) call: Call,
    pub(crate) fault: Fault,
    /// Whether it is done all the same.
    pub(crate) is_done: bool,
}

/// How the process ends in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crash {
    pub(crate) death: Death,
    /// Whether the next process knows that it is alone, or has to wait until the lease ends.
    pub(crate) breaks_leases: bool,
}
