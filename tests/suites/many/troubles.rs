//! What hosts meet on AWS: requests that are throttled, answers that are lost, and others' transactions on the same items.

use std::{fmt, ops::RangeInclusive};

use fastrand::Rng;
use quell_tests::{
    fault::{self, VARIABLE},
    proxy::{Ec2Proxy, Kind, Passed, Trouble, Whom},
};

/// One in so many requests is throttled, and of one in so many the answer is lost.
const EACH_REQUEST: RangeInclusive<usize> = 40..=60;
/// One in so many writes meets another transaction. Seldom enough that what is tried again some times is done.
const EACH_WRITE: RangeInclusive<usize> = 15..=25;

/// Troubles by a seed. In which order the hosts come to them is up to the machine.
pub(crate) struct Troubles {
    seed: u64,
}

impl Troubles {
    /// Those of `QUELL_FAULTS`, or the test's own.
    pub(crate) fn as_asked() -> Self {
        Self {
            seed: fault::seed_of_the_test(),
        }
    }

    /// From now on they befall requests to the table: of each kind so many at most.
    pub(crate) fn befall(&self, proxy: &Ec2Proxy, most: usize) {
        let mut random = Rng::with_seed(self.seed);
        let mut set = |kind, whom, each: RangeInclusive<usize>| {
            let each = random.usize(each);
            let spared = random.usize(..each);
            proxy.set(Trouble::new(kind, whom).after(spared).one_in(each).times(most));
        };
        set(Kind::Throttled, Whom::Service("dynamodb"), EACH_REQUEST);
        set(Kind::Lost, Whom::Service("dynamodb"), EACH_REQUEST);
        set(Kind::Conflict, Whom::Action("TransactWriteItems"), EACH_WRITE);
        // Leases are taken and given back by updates.
        set(Kind::Conflict, Whom::Action("UpdateItem"), EACH_WRITE);
    }
}

/// How to play them again.
impl fmt::Display for Troubles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the troubles of seed {}; {VARIABLE}={} plays them again",
            self.seed, self.seed
        )
    }
}

/// How many of them there were.
#[derive(Debug, Default)]
pub(crate) struct Met {
    pub(crate) throttled: usize,
    /// What was done and not answered.
    pub(crate) lost: usize,
    /// Of transactions.
    pub(crate) conflicts: usize,
    /// Of updates, as they take leases and give them back.
    pub(crate) conflicts_of_updates: usize,
}

impl Met {
    pub(crate) fn of(passed: &[Passed]) -> Self {
        let mut met = Self::default();
        for Passed { request, befell, .. } in passed {
            match (befell, request.action.as_str()) {
                (Some(Kind::Throttled), _) => met.throttled += 1,
                (Some(Kind::Lost), _) => met.lost += 1,
                (Some(Kind::Conflict), "TransactWriteItems") => met.conflicts += 1,
                (Some(Kind::Conflict), _) => met.conflicts_of_updates += 1,
                _ => {}
            }
        }
        met
    }

    /// Whether there were some of each kind.
    pub(crate) fn is_each(&self) -> bool {
        [self.throttled, self.lost, self.conflicts, self.conflicts_of_updates]
            .iter()
            .all(|times| *times > 0)
    }
}

/// A part of a line.
impl fmt::Display for Met {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} requests throttled, {} answers lost, {} transactions and {} updates that met another's",
            self.throttled, self.lost, self.conflicts, self.conflicts_of_updates
        )
    }
}
