//! The figures of a state: each with its name, what it says, and its labels.

use std::{collections::BTreeMap, sync::atomic::AtomicU64};

use prometheus_client::{
    metrics::{family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};

use super::{
    label::{Held, OfBudget, OfPlugin, Side},
    state::{PluginState, State},
    text::PREFIX,
};
use crate::{converge::SideCapacity, decision::ActionKind, hold::Remedy};

impl State {
    /// The metrics of it.
    pub(super) fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        registry.register(
            "build",
            "Which Quell this is",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        let mut figure = |name, help, value| registry.register(name, help, gauge(value));
        figure(
            "enforcing",
            "Whether holds are put in force (1), or alerts only observed (0), by the configuration",
            self.enforcing.into(),
        );
        figure(
            "paused",
            "Whether people paused Quell (1), by the journal",
            self.paused.into(),
        );
        figure(
            "alerts_waiting",
            "Alerts that wait to be worked on, by the journal",
            int(self.backlog.waiting),
        );
        figure(
            "alerts_waiting_limit",
            "How many alerts may wait (work.queue)",
            int(self.queue),
        );
        figure(
            "targets_unfinished",
            "Network ACLs, instances and security groups on which changes are owed, by the journal",
            int(self.unfinished),
        );
        figure(
            "approvals_waiting",
            "What waits for approval by people, by the journal",
            int(self.approvals),
        );
        figure(
            "never_block_lists_unreadable",
            "Never-block lists that can't be read, or are too old: while there is one, nothing is blocked; by this process",
            int(self.unknown_lists),
        );
        figure(
            "reload_refused",
            "Whether the newest change of the configuration was refused (1), so that the one before goes on; by this process",
            self.reload_refused.into(),
        );
        registry.register_with_unit(
            "oldest_waiting_alert_age",
            "How long the alert waits that waits for longest, 0 if none does, by the journal",
            Unit::Seconds,
            self.oldest_age(),
        );
        registry.register(
            "holds",
            "Holds in force, and whether their targets do what they ask for, by the journal",
            self.held(),
        );
        registry.register(
            "budget_used_up",
            "For how many of those whom a budget is for it is used up, by the journal",
            self.used_up(),
        );
        registry.register(
            "plugin_loaded",
            "Whether a plugin is loaded (1), by this process",
            self.of_plugins(|plugin| plugin.loaded),
        );
        registry.register(
            "plugin_aside",
            "Whether a plugin is put aside because it keeps failing (1), by this process",
            self.of_plugins(|plugin| plugin.aside),
        );
        registry.register(
            "network_acl_room",
            "How many more entries of Quell a network ACL has room for, as this process saw it when it last converged it",
            self.sides(SideCapacity::left),
        );
        registry.register(
            "network_acl_uncovered_holds",
            "Holds that nothing covers, for want of room or another reason, as this process saw it when it last converged the network ACL",
            self.sides(|side| side.not_covered),
        );
        registry
    }

    fn oldest_age(&self) -> Gauge<f64, AtomicU64> {
        let age = self.backlog.oldest.map(|oldest| self.now.duration_since(oldest));
        let gauge = Gauge::<f64, AtomicU64>::default();
        // Of another machine's clock it may come from the future.
        gauge.set(age.map_or(0.0, |age| age.as_secs_f64().max(0.0)));
        gauge
    }

    /// Also what there is none of, for what each plugin may ask for: a figure that comes and goes can't be alarmed on.
    fn held(&self) -> Family<Held, Gauge> {
        let mut counts: BTreeMap<Held, usize> = BTreeMap::new();
        for plugin in &self.plugins {
            for action in plugin.may.iter().filter(|action| **action != ActionKind::Custom) {
                for covered in [false, true] {
                    counts.entry(Held::new(&plugin.name, *action, covered)).or_default();
                }
            }
        }
        for hold in &self.holds {
            let held = Held::new(&hold.plugin, action_of(&hold.remedy), hold.coverage.is_covered());
            *counts.entry(held).or_default() += 1;
        }
        family(counts)
    }

    fn used_up(&self) -> Family<OfBudget, Gauge> {
        family(self.budgets.iter().map(|budget| {
            let labels = OfBudget {
                budget: budget.name.clone(),
            };
            (labels, budget.used_up)
        }))
    }

    fn of_plugins(&self, is_so: impl Fn(&PluginState) -> bool) -> Family<OfPlugin, Gauge> {
        family(self.plugins.iter().map(|plugin| {
            let labels = OfPlugin {
                plugin: plugin.name.clone(),
            };
            (labels, usize::from(is_so(plugin)))
        }))
    }

    fn sides(&self, figure: impl Fn(&SideCapacity) -> usize) -> Family<Side, Gauge> {
        let sides = self
            .acls
            .iter()
            .flat_map(|acl| acl.sides.iter().map(move |side| (acl, side)));
        family(sides.map(|(acl, side)| (Side::new(&acl.target, side), figure(side))))
    }
}

/// What a plugin asked for, of which this came.
fn action_of(remedy: &Remedy) -> ActionKind {
    match remedy {
        Remedy::Deny(_) => ActionKind::Block,
        Remedy::Isolate { .. } => ActionKind::Isolate,
        Remedy::Revoke { .. } => ActionKind::RevokeIngress,
        Remedy::SetState { .. } => ActionKind::SetInstanceState,
    }
}

fn family<L>(figures: impl IntoIterator<Item = (L, usize)>) -> Family<L, Gauge>
where
    L: Clone + Eq + std::hash::Hash,
{
    let family = Family::<L, Gauge>::default();
    for (labels, value) in figures {
        family.get_or_create(&labels).set(int(value));
    }
    family
}

fn gauge(value: i64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(value);
    gauge
}

fn int(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
