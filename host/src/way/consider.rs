//! Considers an alert: every plugin decides, every guard is heard. Nothing is written.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::{Host, surroundings};
use crate::{
    alert::Alert,
    cloud::Cloud,
    decision::{Action, BlockPlace, Decision, Remediation},
    fact::Memo,
    guard::{self, Circumstances, Surroundings, Verdict},
    hold::Intent,
    report::{Answer, ExaminedRemediation, Failure, PluginReport},
    roster::{NotAsked, Routed, Snapshot},
    sandbox::{Cost, Request},
    text::with_causes,
};

/// An alert that is considered, where it is, and how to learn more about it.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    /// The alert.
    pub(super) alert: &'a Arc<Alert>,
    /// The account and region that it is for.
    pub(super) cloud: &'a dyn Cloud,
    /// Its facts, from there.
    pub(super) facts: &'a Arc<Memo>,
    /// When it is considered.
    pub(super) now: Timestamp,
    /// The plugins and rules that were in force when it began.
    pub(super) roster: &'a Snapshot,
}

/// What was decided, and what of it passed.
pub(super) struct Considered {
    /// What each plugin made of it.
    pub(super) plugins: Vec<PluginReport>,
    /// The holds that shall be.
    pub(super) intents: Vec<Intent>,
}

/// What is around each place that a decision named, found once.
type Places = HashMap<BlockPlace, Result<Surroundings, Failure>>;

impl Host {
    /// Lets every plugin that the alert is routed to decide, and puts each remediation before the guards.
    pub(super) async fn consider(&self, case: Case<'_>) -> Considered {
        let mut considered = Considered {
            plugins: Vec::new(),
            intents: Vec::new(),
        };
        for routed in case.roster.plugins_for(case.alert, case.cloud.place()) {
            let plugin = match &routed.plugin {
                Ok(plugin) => plugin,
                Err(why) => {
                    considered
                        .plugins
                        .push(not_asked(&routed.name, &NotAsked::NotLoaded(why.to_string())));
                    continue;
                }
            };
            let request = Request {
                alert: Arc::clone(case.alert),
                settings: routed.settings.clone(),
                now: case.now,
            };
            let report = match plugin.decide(request, case.facts.clone()).await {
                Ok(decided) => {
                    let examined = self
                        .examine(routed, &decided.decision, case, &mut considered.intents)
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
        case: Case<'_>,
        intents: &mut Vec<Intent>,
    ) -> Vec<ExaminedRemediation> {
        let Decision::Remediate(proposal) = decision else {
            return Vec::new();
        };
        let pardons = self.parts.journal.pardons(case.now).await.map_err(|error| Failure {
            message: with_causes(&error),
            passing: true,
        });
        let mut places = Places::new();
        let mut reports = Vec::new();
        for remediation in &proposal.remediations {
            let surroundings = surroundings(remediation, case, &mut places).await;
            let circumstances = Circumstances {
                alert: case.alert,
                may: &routed.may,
                remediations: proposal.remediations.len(),
                home: case.cloud.place(),
                pardons: pardons.as_deref().map_err(|failure| failure.message.as_str()),
                surroundings: surroundings
                    .as_ref()
                    .map_err(|failure| failure.message.as_str())
                    .copied(),
            };
            let examined = guard::examine(remediation, &circumstances, &case.roster.rules);
            if let Some(passed) = &examined.passed {
                intents.extend(passed.intents(&routed.name, case.now));
            }
            let unknown = [
                ("surroundings", surroundings.as_ref().err()),
                ("pardon", pardons.as_ref().err()),
            ];
            let refused_for = |refusal: &Verdict| unknown.into_iter().find(|(guard, _)| refusal.guard == *guard)?.1;
            let failure = examined.refusal().and_then(refused_for);
            let failure = failure.filter(|failure| failure.passing).cloned();
            reports.push(ExaminedRemediation {
                remediation: remediation.clone(),
                failure,
                verdicts: examined.verdicts,
            });
        }
        reports
    }
}

/// What is told of a plugin that was not asked. A person may put it right meanwhile, so the alert is tried again.
fn not_asked(plugin: &str, why: &NotAsked) -> PluginReport {
    PluginReport {
        plugin: plugin.to_owned(),
        answer: Answer::Failed(Failure {
            message: why.to_string(),
            passing: true,
        }),
        log: Vec::new(),
        cost: Cost::default(),
        examined: Vec::new(),
    }
}

async fn surroundings<'a>(
    remediation: &Remediation,
    case: Case<'_>,
    places: &'a mut Places,
) -> Result<&'a Surroundings, Failure> {
    let never = |why: &str| Failure {
        message: why.to_owned(),
        passing: false,
    };
    let Action::Block(block) = &remediation.action else {
        return Err(never("only a block has a place"));
    };
    if !places.contains_key(&block.at) {
        let found = surroundings::find(&block.at, &**case.facts, case.cloud).await;
        places.insert(block.at.clone(), found);
    }
    match places.get(&block.at) {
        Some(Ok(surroundings)) => Ok(surroundings),
        Some(Err(failure)) => Err(failure.clone()),
        None => Err(never("it was not looked for")),
    }
}
