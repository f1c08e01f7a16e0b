//! Considers an alert: every plugin decides, every guard is heard. Nothing is written.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::{Host, Routed, surroundings};
use crate::{
    alert::Alert,
    decision::{Action, BlockPlace, Decision, Remediation},
    fact::Memo,
    guard::{self, Circumstances, Surroundings},
    hold::Intent,
    report::{Answer, ExaminedRemediation, Failure, PluginReport},
    sandbox::Request,
};

/// What was decided, and what of it passed.
pub(super) struct Considered {
    /// What each plugin made of it.
    pub(super) plugins: Vec<PluginReport>,
    /// The holds that shall be.
    pub(super) intents: Vec<Intent>,
}

/// What is around each place that a decision named, found once.
type Places = HashMap<BlockPlace, Result<Surroundings, String>>;

impl Host {
    /// Lets every plugin that the alert is routed to decide, and puts each remediation before the guards.
    pub(super) async fn consider(&self, alert: &Arc<Alert>, facts: &Arc<Memo>, now: Timestamp) -> Considered {
        let mut considered = Considered {
            plugins: Vec::new(),
            intents: Vec::new(),
        };
        let routed = self
            .parts
            .plugins
            .iter()
            .filter(|routed| routed.detectors.contains(&alert.detector));
        for routed in routed {
            let request = Request {
                alert: Arc::clone(alert),
                settings: routed.settings.clone(),
                now,
            };
            let report = match routed.plugin.decide(request, facts.clone()).await {
                Ok(decided) => {
                    let examined = self
                        .examine(routed, &decided.decision, alert, facts, now, &mut considered.intents)
                        .await;
                    PluginReport {
                        plugin: routed.name.clone(),
                        answer: Answer::Decided(decided.decision),
                        log: decided.log,
                        cost: decided.cost,
                        examined,
                    }
                }
                Err(error) => PluginReport {
                    plugin: routed.name.clone(),
                    answer: Answer::Failed(Failure {
                        message: error.fault.to_string(),
                        passing: error.is_passing(),
                    }),
                    log: error.log,
                    cost: error.cost,
                    examined: Vec::new(),
                },
            };
            considered.plugins.push(report);
        }
        considered
    }

    async fn examine(
        &self,
        routed: &Routed,
        decision: &Decision,
        alert: &Arc<Alert>,
        facts: &Memo,
        now: Timestamp,
        intents: &mut Vec<Intent>,
    ) -> Vec<ExaminedRemediation> {
        let Decision::Remediate(proposal) = decision else {
            return Vec::new();
        };
        let mut places = Places::new();
        let mut reports = Vec::new();
        for remediation in &proposal.remediations {
            let circumstances = Circumstances {
                alert,
                may: &routed.may,
                remediations: proposal.remediations.len(),
                home: self.parts.cloud.place(),
                surroundings: self.surroundings(remediation, facts, &mut places).await,
            };
            let examined = guard::examine(remediation, &circumstances, &self.parts.rules);
            if let Some(passed) = &examined.passed {
                let alert = format!("{}/{}", alert.detector, alert.id);
                intents.extend(passed.intents(&routed.name, &alert, now));
            }
            reports.push(ExaminedRemediation {
                remediation: remediation.clone(),
                verdicts: examined.verdicts,
            });
        }
        reports
    }

    async fn surroundings<'a>(
        &self,
        remediation: &Remediation,
        facts: &Memo,
        places: &'a mut Places,
    ) -> Result<&'a Surroundings, &'a str> {
        let Action::Block(block) = &remediation.action else {
            return Err("only a block has a place");
        };
        if !places.contains_key(&block.at) {
            let found = surroundings::find(&block.at, facts, &*self.parts.cloud).await;
            places.insert(block.at.clone(), found);
        }
        match places.get(&block.at) {
            Some(Ok(surroundings)) => Ok(surroundings),
            Some(Err(why)) => Err(why),
            None => Err("it was not looked for"),
        }
    }
}
