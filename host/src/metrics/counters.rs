//! Counters: what this process saw since it started.

use prometheus_client::{
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

use super::{
    label::{CallFailed, Detected, Examined, OfBudget, OfDetector, PluginFailed, Refused},
    reception::Reception,
    text::PREFIX,
};
use crate::{
    alert::Detector,
    cloud::CloudError,
    report::{Outcome, PluginReport, Report},
};

/// What this process counts.
#[derive(Debug)]
pub struct Counters {
    pub(super) registry: Registry,
    received: Family<OfDetector, Counter>,
    decided: Family<OfDetector, Counter>,
    given_up: Family<Detected, Counter>,
    remediations: Family<Examined, Counter>,
    plugin_failures: Family<PluginFailed, Counter>,
    call_failures: Family<CallFailed, Counter>,
    budgets_used_up: Family<OfBudget, Counter>,
    requests_refused: Family<Refused, Counter>,
}

impl Default for Counters {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let (received, decided, given_up) = (Family::default(), Family::default(), Family::default());
        let (remediations, plugin_failures, call_failures) = (Family::default(), Family::default(), Family::default());
        let (budgets_used_up, requests_refused) = (Family::default(), Family::default());
        registry.register(
            "alerts_received",
            "Alerts that came through a door, by what became of them there; of this process since it started",
            received.clone(),
        );
        registry.register(
            "alerts_decided",
            "Alerts that were worked on, by what came of it, each try counted; of this process since it started",
            decided.clone(),
        );
        registry.register(
            "alerts_given_up",
            "Alerts that failed and are not tried again: the journal keeps them for people; of this process since it started",
            given_up.clone(),
        );
        registry.register(
            "remediations",
            "What plugins asked for, by the guard that refused it, which is empty for what passed; of this process since it started",
            remediations.clone(),
        );
        registry.register(
            "plugin_failures",
            "How often plugins gave no decision, by how they failed; of this process since it started",
            plugin_failures.clone(),
        );
        registry.register(
            "aws_call_failures",
            "Calls to AWS for accounts that failed, after their retries; of this process since it started",
            call_failures.clone(),
        );
        registry.register(
            "budget_trips",
            "How often a budget was used up, each time told by one process only; of this process since it started",
            budgets_used_up.clone(),
        );
        registry.register(
            "requests_refused",
            "Requests at the HTTP door that were answered with an error, by the status of the answer; of this process since it started",
            requests_refused.clone(),
        );
        Self {
            registry,
            received,
            decided,
            given_up,
            remediations,
            plugin_failures,
            call_failures,
            budgets_used_up,
            requests_refused,
        }
    }
}

impl Counters {
    /// Begins the series of a detector at 0, so that the first of each is seen as one more.
    pub fn expect(&self, detector: Detector) {
        for reception in Reception::ALL {
            drop(
                self.received
                    .get_or_create(&OfDetector::new(detector, reception.name())),
            );
        }
        for outcome in Outcome::ALL {
            drop(self.decided.get_or_create(&OfDetector::new(detector, outcome.name())));
        }
        drop(self.given_up.get_or_create(&Detected::new(detector)));
    }

    /// An alert came through a door.
    pub fn received(&self, detector: Detector, reception: Reception) {
        let labels = OfDetector::new(detector, reception.name());
        self.received.get_or_create(&labels).inc();
    }

    /// An alert was worked on.
    pub fn decided(&self, report: &Report) {
        let labels = OfDetector::new(report.alert.detector, report.outcome.name());
        self.decided.get_or_create(&labels).inc();
        report.plugins.iter().for_each(|plugin| self.asked(plugin));
    }

    fn asked(&self, report: &PluginReport) {
        let plugin = String::from(report.plugin.as_str());
        if let Some(fault) = report.fault {
            let labels = PluginFailed {
                plugin: plugin.clone(),
                fault: fault.name().into(),
            };
            self.plugin_failures.get_or_create(&labels).inc();
        }
        for examined in &report.examined {
            let refused_by = examined.refusal().map_or("", |refusal| &*refusal.guard);
            let labels = Examined {
                plugin: plugin.clone(),
                action: examined.remediation.action.kind().to_string(),
                refused_by: refused_by.into(),
            };
            self.remediations.get_or_create(&labels).inc();
        }
    }

    /// An alert failed, and is not tried again.
    pub fn given_up(&self, detector: Detector) {
        self.given_up.get_or_create(&Detected::new(detector)).inc();
    }

    /// Begins the series of a budget at 0.
    pub fn expect_budget(&self, budget: &str) {
        drop(self.budgets_used_up.get_or_create(&OfBudget { budget: budget.into() }));
    }

    /// A budget was used up.
    pub fn budget_used_up(&self, budget: &str) {
        self.budgets_used_up
            .get_or_create(&OfBudget { budget: budget.into() })
            .inc();
    }

    /// A request at the HTTP door was answered with this status, which is an error's.
    pub fn refused(&self, status: u16) {
        self.requests_refused.get_or_create(&Refused { status }).inc();
    }

    /// A call to AWS failed.
    pub(super) fn call_failed(&self, error: &CloudError) {
        let labels = CallFailed {
            call: error.call.into(),
            fault: error.fault.name().into(),
        };
        self.call_failures.get_or_create(&labels).inc();
    }
}
