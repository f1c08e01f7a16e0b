//! The watch: sees the ACL after every single write, and says what is wrong with it.

use ipnet::IpNet;
use proptest::test_runner::TestCaseError;
use quell::{
    cloud::{Direction, Entry, NetworkAcl, Protocol, RuleAction},
    converge::Band,
    guard::never_block::overlaps,
};

use quell_tests::shut::{actions, is_shut, samples};

/// What is seen of one ACL.
pub(crate) struct Watch {
    /// As it was after the last write or edit.
    live: NetworkAcl,
    theirs: Vec<Entry>,
    never: Vec<IpNet>,
    /// The writes since all was calm: the ACL before and after each.
    writes: Vec<(NetworkAcl, NetworkAcl)>,
    wrong: Option<String>,
}

impl Watch {
    /// All that is there now is theirs.
    pub(crate) fn begin(live: NetworkAcl) -> Self {
        Self {
            theirs: live.entries.clone(),
            live,
            never: Vec::new(),
            writes: Vec::new(),
            wrong: None,
        }
    }

    /// The entries of others.
    pub(crate) fn theirs(&self) -> &[Entry] {
        &self.theirs
    }

    /// The entries that are not of others.
    pub(crate) fn ours(&self) -> Vec<Entry> {
        let ours = self.live.entries.iter().filter(|entry| !self.theirs.contains(entry));
        ours.cloned().collect()
    }

    /// Others changed the ACL.
    pub(crate) fn edited(&mut self, live: NetworkAcl, change: impl FnOnce(&mut Vec<Entry>)) {
        self.live = live;
        change(&mut self.theirs);
    }

    /// From here on, none of these prefixes may be denied anew.
    pub(crate) fn never(&mut self, never: Vec<IpNet>) {
        self.never = never;
    }

    /// We changed the ACL.
    pub(crate) fn written(&mut self, after: &NetworkAcl) {
        let before = std::mem::replace(&mut self.live, after.clone());
        if let Err(wrong) = self.look(&before, after) {
            self.wrong.get_or_insert(wrong);
        }
        self.writes.push((before, after.clone()));
    }

    fn look(&self, before: &NetworkAcl, after: &NetworkAcl) -> Result<(), String> {
        if let Some(gone) = self.theirs.iter().find(|entry| !after.entries.contains(entry)) {
            return Err(format!("an entry of others is gone: {gone:?}"));
        }
        let band = Band::default();
        let is_like_ours = |entry: &Entry| {
            entry.action == RuleAction::Deny
                && entry.protocol == Protocol::All
                && (band.first..=band.last).contains(&entry.number)
        };
        if let Some(strange) = self.ours().iter().find(|entry| !is_like_ours(entry)) {
            return Err(format!("not an entry that Quell may write: {strange:?}"));
        }
        for never in &self.never {
            for direction in Direction::BOTH {
                for remote in samples(*never) {
                    let (was, is) = (actions(before, direction, remote), actions(after, direction, remote));
                    if was
                        .iter()
                        .zip(is)
                        .any(|(was, is)| *was == RuleAction::Allow && is == RuleAction::Deny)
                    {
                        return Err(format!(
                            "{remote} of {never}, which is never blocked, was cut off {direction}"
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    /// Looks back over the writes since all was calm. None of `covered`, which are denied in the end, may have been opened by one of them; but for the
    /// sake of what is never blocked.
    pub(crate) fn calm(&mut self, covered: &[(IpNet, Direction)]) -> Result<(), TestCaseError> {
        if let Some(wrong) = self.wrong.take() {
            return Err(TestCaseError::fail(wrong));
        }
        for (before, after) in std::mem::take(&mut self.writes) {
            let removed: Vec<_> = before
                .entries
                .iter()
                .filter(|entry| !after.entries.contains(entry))
                .collect();
            let frees_the_never_denied = removed
                .iter()
                .any(|entry| self.never.iter().any(|never| overlaps(*never, entry.prefix)));
            if removed.is_empty() || frees_the_never_denied {
                continue;
            }
            for (prefix, direction) in covered {
                if is_shut(&before, *direction, *prefix) && !is_shut(&after, *direction, *prefix) {
                    let why = format!("{prefix} {direction} was opened by a write that removed {removed:?}");
                    return Err(TestCaseError::fail(why));
                }
            }
        }
        Ok(())
    }

    /// Forgets the writes since all was calm without a look back.
    pub(crate) fn forgive(&mut self) {
        self.writes.clear();
    }
}
