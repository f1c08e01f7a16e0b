//! The verdict when all is calm.

use ipnet::IpNet;
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};
use quell::{
    clock::Clock,
    cloud::{Direction, Entry, NetworkAcl},
    converge::Converged,
    guard::never_block::overlaps,
    hold::{Coverage, Denial, Hold, HoldFilter, Remedy},
};
use quell_tests::denial;
use quell_tests::shut::{actions, is_shut};

use crate::world::World;

impl World {
    /// Looks whether the ACL is what the journal says, now that all is calm.
    pub(crate) async fn judge(&self, converged: &Converged) -> Result<(), TestCaseError> {
        let now = self.clock.now();
        let live = self.account.peek(self.target.acl().unwrap()).unwrap();
        prop_assert_eq!(converged.after.acl(), Some(&live), "not what it believes");
        let mut holds = self.journal.holds(&HoldFilter::default()).await.unwrap();
        holds.retain(|hold| hold.is_live(now));
        prop_assert_eq!(converged.coverage.len(), holds.len());
        for hold in &holds {
            self.judge_hold(hold, &live)?;
        }

        let situation = self.journal.situation(&self.target, now, now).await.unwrap();
        let mut own: Vec<_> = situation.own.into_iter().map(|own| own.entry).collect();
        own.sort_by_key(|entry| (entry.direction, entry.number));
        prop_assert_eq!(&own, &self.ours(), "the journal's own entries");
        let configured: Vec<_> = self.terms.never.iter().map(|never| never.prefix).collect();
        let never = [&self.spare, &self.pardoned, &configured];
        for entry in &own {
            let denied = never
                .iter()
                .copied()
                .flatten()
                .find(|never| overlaps(**never, entry.prefix));
            prop_assert!(denied.is_none(), "{entry:?} denies {denied:?}, which is never blocked");
            let is_whole = |hold: &Hold| hold.remedy == Remedy::deny(entry.prefix, entry.direction);
            let is_told = converged.aggregates.iter().any(|aggregate| {
                (aggregate.rule, aggregate.direction, aggregate.prefix) == (entry.number, entry.direction, entry.prefix)
            });
            prop_assert!(
                holds.iter().any(is_whole) || is_told,
                "{entry:?} is for nobody and not told"
            );
        }
        judge_traffic(&live, &own)
    }

    fn judge_hold(&self, hold: &Hold, live: &NetworkAcl) -> Result<(), TestCaseError> {
        let Denial { prefix, direction } = denial(hold);
        let coverage = &hold.coverage;
        prop_assert!(
            !coverage.is_covered() || is_shut(live, direction, prefix),
            "{prefix} {direction} is open, and said to be covered: {coverage}"
        );
        match coverage {
            Coverage::Pending => prop_assert!(false, "{prefix} {direction} is pending"),
            Coverage::Covered { rule, aggregate } => {
                let entry = Entry::deny(*rule, direction, aggregate.unwrap_or(prefix));
                prop_assert!(
                    live.entries.contains(&entry),
                    "{prefix} is said to be covered by {entry:?}"
                );
            }
            Coverage::Done { .. } | Coverage::UnderWay { .. } => prop_assert!(false, "{prefix} is {coverage}"),
            Coverage::CoveredByOthers { .. } | Coverage::NotCovered { .. } => {}
        }
        Ok(())
    }
}

/// Looks whether traffic that no entry of ours is about goes as it would without us.
fn judge_traffic(live: &NetworkAcl, own: &[Entry]) -> Result<(), TestCaseError> {
    let mut without_us = live.clone();
    without_us.entries.retain(|entry| !own.contains(entry));
    for host in (0..=48).step_by(3) {
        let remotes = [
            format!("203.0.113.{host}"),
            format!("203.0.114.{host}"),
            format!("2001:db8::{host:x}"),
            format!("2001:db8:0:{host:x}::1"),
        ];
        for remote in remotes.map(|text| text.parse().unwrap()) {
            for direction in Direction::BOTH {
                let is_about =
                    |entry: &Entry| entry.direction == direction && entry.prefix.contains(&IpNet::from(remote));
                if !own.iter().any(is_about) {
                    prop_assert_eq!(
                        actions(live, direction, remote),
                        actions(&without_us, direction, remote),
                        "somebody else's traffic changed: {}",
                        remote
                    );
                }
            }
        }
    }
    Ok(())
}
