//! Considers an alert: every plugin decides, every guard is heard. Nothing is written.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Host, Routed,
    evaluate::{Case, Subject, evaluate},
    surroundings::LiveSurroundings,
};
use crate::{
    alert::Alert,
    cloud::Cloud,
    fact::{Facts, Memo},
    hold::{Intent, Pardon},
    json::JsonText,
    report::{Basis, Failure, Given, Known, PluginReport},
    sandbox::CONTRACT_VERSION,
    text::with_causes,
};

/// What was decided, and what of it passed.
pub(super) struct Considered {
    /// What plugins and guards were told.
    pub(super) basis: Basis,
    /// What each plugin made of it.
    pub(super) plugins: Vec<PluginReport>,
    /// The holds that shall be.
    pub(super) intents: Vec<Intent>,
}

impl Host {
    /// Lets every plugin that the alert is routed to decide on an alert that is for `cloud`, and puts each remediation before the guards.
    pub(super) async fn consider(
        &self,
        alert: &Arc<Alert>,
        cloud: &Arc<dyn Cloud>,
        facts: &Arc<Memo>,
        now: Timestamp,
    ) -> Considered {
        let surroundings = LiveSurroundings::new(Arc::clone(facts) as Arc<dyn Facts>, Arc::clone(cloud));
        let pardons = self.pardons_in_force(now).await;
        let mut plugins = Vec::new();
        let mut intents = Vec::new();
        let is_routed = |routed: &&Routed| routed.detectors.contains(&alert.detector);
        for routed in self.parts.plugins.iter().filter(is_routed) {
            let case = Case {
                alert,
                now,
                home: cloud.place(),
                rules: &self.parts.rules,
                pardons: &pardons,
                facts: &facts.of_plugin(&routed.name),
                surroundings: &surroundings,
            };
            let evaluated = evaluate(routed.subject(), case).await;
            plugins.push(PluginReport {
                plugin: routed.name.clone(),
                given: routed.given(),
                answer: evaluated.answer,
                log: evaluated.log,
                cost: evaluated.cost,
                examined: evaluated.examined,
            });
            intents.extend(evaluated.intents);
        }
        Considered {
            basis: Basis {
                now,
                home: cloud.place().clone(),
                rules: self.parts.rules.clone(),
                pardons,
                surroundings: surroundings.into_found(),
            },
            plugins,
            intents,
        }
    }

    async fn pardons_in_force(&self, now: Timestamp) -> Known<Vec<Pardon>> {
        let pardons = self.parts.journal.pardons(now).await;
        let pardons = pardons.map_err(|error| Failure {
            message: with_causes(&error),
            passing: true,
        });
        pardons.into()
    }
}

impl Routed {
    fn subject(&self) -> Subject<'_> {
        Subject {
            name: &self.name,
            plugin: &self.plugin,
            settings: &self.settings,
            may: &self.may,
        }
    }

    fn given(&self) -> Option<Given> {
        Some(Given {
            digest: self.plugin.digest(),
            contract: CONTRACT_VERSION.to_owned(),
            settings: JsonText::read(&self.settings).ok()?,
            may: self.may.clone(),
        })
    }
}
