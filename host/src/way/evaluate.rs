//! Evaluates one plugin: it decides, and every guard is heard. Nothing is written.
//!
//! Nothing here knows where facts and surroundings come from. So the host's live way and the replay of a recording are this very code, and the
//! same things told make the same decision and the same verdicts.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;

use super::evidence;
use crate::{
    alert::Alert,
    cloud::CloudPlace,
    decision::{About, ActionKind, Decision, Remediation},
    fact::Facts,
    guard::{self, ChangedInstance, Circumstances, Demands, NeverBlock, Rules, Surroundings, Verdict},
    hold::{Intent, Pardon},
    report::{Answer, ExaminedRemediation, Failure, Known, PluginFault},
    sandbox::{self, Cost, Fault, LogLine, Plugin, Request},
};

/// A plugin that is evaluated.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Its name in the configuration.
    pub name: &'a str,
    /// The plugin.
    pub plugin: &'a Plugin,
    /// Its settings: the text of a JSON object that it validated.
    pub settings: &'a str,
    /// The kinds of action that it may ask for.
    pub may: &'a BTreeSet<ActionKind>,
}

/// What it is told, and what the guards are told.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The alert.
    pub alert: &'a Arc<Alert>,
    /// What time it is.
    pub now: Timestamp,
    /// The account and region that the host works in for this alert.
    pub home: &'a CloudPlace,
    /// The guards' rules.
    pub rules: &'a Rules,
    /// What the never-block lists have; or why that can't be known.
    pub listed: Result<&'a [NeverBlock], &'a Failure>,
    /// What the routes that led to the plugin demand before an address is blocked.
    pub demands: &'a Demands,
    /// The pardons in force.
    pub pardons: &'a Known<Vec<Pardon>>,
    /// The instances that plugins which were asked before change for this alert.
    pub changed_before: &'a [ChangedInstance],
    /// Answers the plugin's questions.
    pub facts: &'a Arc<dyn Facts>,
    /// Answers the guards' questions after evidence.
    pub for_guards: &'a dyn Facts,
    /// Answers the guards' question.
    pub surroundings: &'a dyn SurroundingsSource,
}

/// Answers what is around the subject of a remediation.
#[async_trait]
pub trait SurroundingsSource: Send + Sync {
    /// What is around it; or why that can't be known, and whether it may be later.
    async fn around(&self, about: &About) -> Result<Surroundings, Failure>;
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Evaluated {
    /// The plugin's answer, or how it failed.
    pub answer: Answer,
    /// How it failed, in one word; None if it decided.
    pub fault: Option<PluginFault>,
    /// Whether it failed, and by its own fault: not for want of a fact, and not because the alert can't be understood.
    pub own_fault: bool,
    /// What the plugin wrote to the log.
    pub log: Vec<LogLine>,
    /// What the call cost, however it ended.
    pub cost: Cost,
    /// What the guards said of each remediation, in the order of the decision.
    pub examined: Vec<ExaminedRemediation>,
    /// The holds that shall be: what passed.
    pub intents: Vec<Intent>,
    /// The instances that they change.
    pub changed: Vec<ChangedInstance>,
}

/// Lets a plugin decide, and puts each remediation before the guards.
pub async fn evaluate(subject: Subject<'_>, case: Case<'_>) -> Evaluated {
    let request = Request {
        alert: Arc::clone(case.alert),
        settings: subject.settings.to_owned(),
        now: case.now,
    };
    match subject.plugin.decide(request, Arc::clone(case.facts)).await {
        Ok(decided) => {
            let heard = hear(&decided.decision, subject.name, subject.may, case).await;
            Evaluated {
                answer: Answer::Decided(decided.decision),
                fault: None,
                own_fault: false,
                log: decided.log,
                cost: decided.cost,
                examined: heard.examined,
                intents: heard.intents,
                changed: heard.changed,
            }
        }
        Err(error) => Evaluated {
            answer: Answer::Failed(Failure {
                message: error.fault.to_string(),
                passing: error.is_passing(),
            }),
            fault: Some((&error.fault).into()),
            own_fault: is_own(&error.fault),
            log: error.log,
            cost: error.cost,
            examined: Vec::new(),
            intents: Vec::new(),
            changed: Vec::new(),
        },
    }
}

/// A decision that took too long over all waited for facts: its own time has a limit of its own.
fn is_own(fault: &Fault) -> bool {
    !matches!(
        fault,
        Fault::WallClock { .. } | Fault::Failed(sandbox::Failure::Facts(_) | sandbox::Failure::Alert(_))
    )
}

/// What the guards made of a decision.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// What they said of each remediation, in the order of the decision; of the blocks that an isolation brings with it, right after it.
    pub examined: Vec<ExaminedRemediation>,
    /// The holds that shall be: what passed.
    pub intents: Vec<Intent>,
    /// The instances that they change.
    pub changed: Vec<ChangedInstance>,
}

/// Puts each remediation of a decision before the guards: that of the plugin of this name, which may ask for these kinds of action.
pub async fn hear(decision: &Decision, name: &str, may: &BTreeSet<ActionKind>, case: Case<'_>) -> Heard {
    let Decision::Remediate(proposal) = decision else {
        return Heard::default();
    };
    let mut hearing = Hearing {
        name,
        may,
        case,
        remediations: proposal.remediations.len(),
        heard: Heard::default(),
    };
    for remediation in &proposal.remediations {
        let passed = hearing.hear(remediation).await;
        if passed && case.rules.deny_remotes {
            let blocks = remediation.blocks_of_remotes();
            // As many as a decision might have asked for itself.
            let most = case.rules.max_remediations;
            if let Some(isolation) = hearing.heard.examined.last_mut() {
                isolation.remotes_left_out = blocks.len().saturating_sub(most);
            }
            for block in blocks.iter().take(most) {
                hearing.hear(block).await;
            }
        }
    }
    hearing.heard
}

/// One decision before the guards.
struct Hearing<'a> {
    name: &'a str,
    may: &'a BTreeSet<ActionKind>,
    case: Case<'a>,
    /// How many the decision holds.
    remediations: usize,
    heard: Heard,
}

impl Hearing<'_> {
    /// Puts one remediation before the guards, and says whether it passed.
    async fn hear(&mut self, remediation: &Remediation) -> bool {
        let case = self.case;
        let mut surroundings = surroundings(remediation, case).await;
        if let Ok(Surroundings::Instance(instance)) = &mut surroundings {
            // What is decided already counts for what comes after it, each instance once.
            for decided in case.changed_before.iter().chain(&self.heard.changed) {
                add(&mut instance.changed, decided);
            }
        }
        let pardons = case.pardons.as_result();
        let evidence = evidence::find(remediation, case).await;
        let circumstances = Circumstances {
            alert: case.alert,
            now: case.now,
            may: self.may,
            remediations: self.remediations,
            home: case.home,
            listed: case.listed.map_err(|failure| failure.message.as_str()),
            demands: case.demands,
            evidence: evidence.as_ref().map_err(|failure| failure.message.as_str()),
            pardons: pardons.map(Vec::as_slice).map_err(|failure| failure.message.as_str()),
            surroundings: surroundings.as_ref().map_err(|failure| failure.message.as_str()),
        };
        let examined = guard::examine(remediation, &circumstances, case.rules);
        if let Some(passed) = &examined.passed {
            self.heard.intents.extend(passed.intents(self.name, case.now));
            if let Ok(Surroundings::Instance(instance)) = &surroundings {
                add(&mut self.heard.changed, &instance.instance);
            }
        }
        let unknown = [
            ("surroundings", surroundings.as_ref().err()),
            ("never-block", case.listed.err()),
            ("pardon", pardons.err()),
            ("evidence", evidence.as_ref().err()),
        ];
        let refused_for = |refusal: &Verdict| unknown.into_iter().find(|(guard, _)| refusal.guard == *guard)?.1;
        let failure = examined.refusal().and_then(refused_for);
        let failure = failure.filter(|failure| failure.passing).cloned();
        let passed = examined.passed.is_some();
        self.heard.examined.push(ExaminedRemediation {
            remediation: remediation.clone(),
            failure,
            verdicts: examined.verdicts,
            remotes_left_out: 0,
        });
        passed
    }
}

fn add(changed: &mut Vec<ChangedInstance>, more: &ChangedInstance) {
    if !changed.iter().any(|known| known.id == more.id) {
        changed.push(more.clone());
    }
}

async fn surroundings(remediation: &Remediation, case: Case<'_>) -> Result<Surroundings, Failure> {
    match remediation.action.about() {
        Some(about) => case.surroundings.around(&about).await,
        None => Err(Failure {
            message: "this host has no word for what it is about".to_owned(),
            passing: false,
        }),
    }
}
