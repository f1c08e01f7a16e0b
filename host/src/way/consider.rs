//! Considers an alert: every plugin decides, every guard is heard. Nothing is written.

use std::sync::Arc;

use ipnet::IpNet;
use jiff::Timestamp;

use super::{
    Host,
    inquiry::Inquiry,
    surroundings::{LiveSurroundings, Sources, Turn},
};
use crate::{
    alert::Alert,
    cloud::Cloud,
    decision::Action,
    fact::{Facts, Memo},
    guard::{NeverBlock, never_block::overlaps},
    hold::{Disagreement, Intent, Pardon, agree},
    report::{Basis, Failure, Known, PluginReport},
    roster::Snapshot,
    text::with_causes,
};

/// What was decided, and what of it passed.
pub(super) struct Considered {
    /// What plugins and guards were told.
    pub(super) basis: Basis,
    /// What each plugin made of it.
    pub(super) plugins: Vec<PluginReport>,
    /// Where they asked for the same with different ends.
    pub(super) disagreements: Vec<Disagreement>,
    /// The holds that shall be.
    pub(super) intents: Vec<Intent>,
    /// Kept until the holds are in the journal.
    pub(super) turn: Option<Turn>,
}

impl Host {
    /// Lets every plugin that the alert is routed to decide on an alert that is for `cloud`, and puts each remediation before the guards.
    pub(super) async fn consider(
        &self,
        alert: &Arc<Alert>,
        cloud: &Arc<dyn Cloud>,
        facts: &Arc<Memo>,
        pardons: Known<Vec<Pardon>>,
        now: Timestamp,
        roster: &Snapshot,
    ) -> Considered {
        let sources = Sources {
            facts: Arc::clone(facts) as Arc<dyn Facts>,
            cloud: Arc::clone(cloud),
            journal: Arc::clone(&self.parts.journal),
            changing: Arc::clone(&self.changing),
        };
        let surroundings = LiveSurroundings::new(sources, now, roster.rules.instances_per_hour);
        let standing = self.parts.converger.lists().standing(now).await;
        let unknown = standing.unknown.map(|message| Failure { message, passing: true });
        let listed = match &unknown {
            None => Ok(standing.entries.as_slice()),
            Some(unknown) => Err(unknown),
        };
        let mut inquiry = Inquiry {
            alert,
            now,
            home: cloud.place(),
            roster,
            listed,
            pardons: &pardons,
            facts,
            surroundings: &surroundings,
            plugins: Vec::new(),
            intents: Vec::new(),
            changed: Vec::new(),
        };
        inquiry.run().await;
        let Inquiry { plugins, intents, .. } = inquiry;
        let (intents, disagreements) = agree(intents);
        let (surroundings, turn) = surroundings.into_found();
        let listed = listed
            .map(|listed| overlapping(listed, &plugins))
            .map_err(Failure::clone);
        Considered {
            basis: Basis {
                now,
                home: cloud.place().clone(),
                mapping: self.parts.decoders.mapping(alert.detector).cloned(),
                rules: roster.rules.clone(),
                listed: listed.into(),
                pardons,
                surroundings,
            },
            plugins,
            disagreements,
            intents,
            turn,
        }
    }

    /// The pardons in force at a time.
    pub(super) async fn pardons_in_force(&self, now: Timestamp) -> Known<Vec<Pardon>> {
        let pardons = self.parts.journal.pardons(now).await;
        let pardons = pardons.map_err(|error| Failure {
            message: with_causes(&error),
            passing: true,
        });
        pardons.into()
    }
}

/// Of what lists have, what bears on a block that a plugin asked for. A list may have thousands of prefixes, and each report is kept.
fn overlapping(listed: &[NeverBlock], plugins: &[PluginReport]) -> Vec<NeverBlock> {
    let examined = plugins.iter().flat_map(|plugin| &plugin.examined);
    let named: Vec<IpNet> = examined
        .filter_map(|examined| match &examined.remediation.action {
            Action::Block(block) => block.prefix.parse().ok(),
            _ => None,
        })
        .collect();
    let bears = |entry: &&NeverBlock| named.iter().any(|prefix| overlaps(entry.prefix, *prefix));
    listed.iter().filter(bears).cloned().collect()
}
