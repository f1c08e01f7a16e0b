//! The inquiry: asks the plugins that an alert is routed to, in their order, each at most once. A plugin that is not there or rests is passed by, and whoever stands in for one
//! that could not decide is asked in its place.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    evaluate::{Case, Evaluated, Subject, SurroundingsSource, evaluate},
    surroundings::LiveSurroundings,
};
use crate::{
    alert::Alert,
    cloud::CloudPlace,
    decision::Decision,
    fact::Memo,
    guard::{ChangedInstance, Demands, NeverBlock},
    hold::{Intent, Pardon},
    json::JsonText,
    report::{Answer, Failure, Given, Known, PluginReport},
    roster::{Answers, Leave, NotAsked, OnFailure, Routed, Snapshot, Turn},
    sandbox::{CONTRACT_VERSION, Cost, Plugin},
};
/// Asks plugins about one alert.
pub(super) struct Inquiry<'a> {
    /// The alert.
    pub(super) alert: &'a Arc<Alert>,
    /// When it is considered.
    pub(super) now: Timestamp,
    /// The account and region that it is for.
    pub(super) home: &'a CloudPlace,
    /// The plugins and rules that were in force when it began.
    pub(super) roster: &'a Snapshot,
    /// What the never-block lists have; or why that can't be known.
    pub(super) listed: Result<&'a [NeverBlock], &'a Failure>,
    /// The pardons in force.
    pub(super) pardons: &'a Known<Vec<Pardon>>,
    /// Its facts.
    pub(super) facts: &'a Arc<Memo>,
    /// What the guards ask for.
    pub(super) surroundings: &'a LiveSurroundings,
    /// What each plugin made of it, in the order in which they were asked.
    pub(super) plugins: Vec<PluginReport>,
    /// The holds that shall be.
    pub(super) intents: Vec<Intent>,
    /// The instances that they change, so far.
    pub(super) changed: Vec<ChangedInstance>,
}

impl Inquiry<'_> {
    /// Asks all that are to be asked.
    pub(super) async fn run(&mut self) {
        for routed in self.roster.plugins_for(self.alert, self.home) {
            self.ask_or_who_stands_in(routed).await;
            if self.roster.answers == Answers::First && self.has_an_answer() {
                return;
            }
        }
    }

    /// Asks a plugin; if it can't decide, the one that it falls back to; and so on. Who was asked already has said its word.
    async fn ask_or_who_stands_in(&mut self, routed: &Routed) {
        let (mut next, mut instead_of) = (Some(routed), None);
        // Who stands in has no easier task.
        let mut demands = Demands::default();
        while let Some(routed) = next {
            if self.plugins.iter().any(|report| report.plugin == routed.name) {
                return;
            }
            demands = demands.and(&routed.demands(self.alert, self.home));
            let report = self.ask(routed, &demands, instead_of).await;
            next = report
                .fell_back_to
                .as_deref()
                .and_then(|name| self.roster.named(name))
                .map(|named| &**named);
            self.plugins.push(report);
            instead_of = Some(routed.name.as_str());
        }
    }

    /// Asks one plugin, if it is there and does not rest.
    async fn ask(&mut self, routed: &Routed, demands: &Demands, instead_of: Option<&str>) -> PluginReport {
        let (given, evaluated) = match leave(routed, self.now) {
            Ok(plugin) => (
                given(routed, plugin, demands),
                self.evaluate(routed, plugin, demands).await,
            ),
            Err(why) => (None, not_asked(&why)),
        };
        let changed_before = self.changed.clone();
        if !routed.observes {
            self.intents.extend(evaluated.intents);
            self.changed.extend(evaluated.changed);
        }
        PluginReport {
            plugin: routed.name.clone(),
            given,
            observes: routed.observes,
            instead_of: instead_of.map(str::to_owned),
            fell_back_to: match (&evaluated.answer, &routed.on_failure) {
                (Answer::Failed(_), OnFailure::FallBackTo(name)) => Some(name.clone()),
                _ => None,
            },
            answer: evaluated.answer,
            fault: evaluated.fault,
            log: evaluated.log,
            cost: evaluated.cost,
            changed_before,
            examined: evaluated.examined,
        }
    }

    async fn evaluate(&self, routed: &Routed, plugin: &Plugin, demands: &Demands) -> Evaluated {
        let subject = Subject {
            name: &routed.name,
            plugin,
            settings: &routed.settings,
            may: &routed.may,
        };
        let case = Case {
            alert: self.alert,
            now: self.now,
            home: self.home,
            rules: &self.roster.rules,
            listed: self.listed,
            demands,
            pardons: self.pardons,
            changed_before: &self.changed,
            facts: &self.facts.of_plugin(&routed.name),
            for_guards: &**self.facts,
            surroundings: self.surroundings as &dyn SurroundingsSource,
        };
        let evaluated = evaluate(subject, case).await;
        tell_breaker(routed, &evaluated, self.now);
        evaluated
    }

    /// Whether a plugin that acts remediates.
    fn has_an_answer(&self) -> bool {
        let remediates = |report: &PluginReport| matches!(report.answer, Answer::Decided(Decision::Remediate(_)));
        self.plugins.iter().any(|report| !report.observes && remediates(report))
    }
}

/// The plugin, if it is there and its breaker lets through.
fn leave(routed: &Routed, now: Timestamp) -> Result<&Plugin, NotAsked> {
    let plugin = routed.plugin.as_ref();
    let plugin = plugin.map_err(|why| NotAsked::NotLoaded(why.to_string()))?;
    match routed.with_breaker(|breaker| breaker.ask(now)) {
        Leave::Go | Leave::Trial => Ok(plugin),
        Leave::Aside { until, failures, last } => Err(NotAsked::Aside { until, failures, last }),
    }
}

fn tell_breaker(routed: &Routed, evaluated: &Evaluated, now: Timestamp) {
    let turn = routed.with_breaker(|breaker| match &evaluated.answer {
        Answer::Decided(_) => breaker.succeeded(),
        Answer::Failed(failure) if evaluated.own_fault => breaker.failed(now, &failure.message),
        Answer::Failed(_) => {
            breaker.learnt_nothing(now);
            None
        }
    });
    let plugin = routed.name.as_str();
    match turn {
        None => {}
        Some(Turn::Opened { until, failures }) => tracing::error!(
            plugin,
            failures,
            "the plugin failed {failures} times in a row and is put aside until {until:.0}; {}",
            match &routed.on_failure {
                OnFailure::Refuse => "alerts that are routed to it fail and are kept".to_owned(),
                OnFailure::FallBackTo(name) => format!("`{name}` is asked instead"),
            }
        ),
        Some(Turn::Closed) => tracing::info!(plugin, "the plugin works again and is no longer aside"),
    }
}

/// What is told of a plugin that was not asked. A person may put it right meanwhile, so the alert is tried again.
fn not_asked(why: &NotAsked) -> Evaluated {
    Evaluated {
        answer: Answer::Failed(Failure {
            message: why.to_string(),
            passing: true,
        }),
        fault: Some(why.into()),
        own_fault: false,
        log: Vec::new(),
        cost: Cost::default(),
        examined: Vec::new(),
        intents: Vec::new(),
        changed: Vec::new(),
    }
}

fn given(routed: &Routed, plugin: &Plugin, demands: &Demands) -> Option<Given> {
    Some(Given {
        digest: plugin.digest(),
        contract: CONTRACT_VERSION.to_owned(),
        settings: JsonText::read(&routed.settings).ok()?,
        may: routed.may.clone(),
        demands: demands.clone(),
    })
}
