mod examples;
mod order;
mod property;
mod short;

use Direction::{Egress, Ingress};

use super::*;
use crate::{
    cloud::Entry,
    converge::acl::{
        room::QuotaSource,
        testing::{allow, fresh, prefix},
    },
    hold::{Hold, OwnEntry, Remedy},
};

fn hold(id: i64, direction: Direction, of: &str) -> Hold {
    Hold {
        remedy: Remedy::deny(prefix(of), direction),
        ..crate::converge::acl::testing::hold(id, of)
    }
}

fn own(entry: &Entry) -> OwnEntry {
    OwnEntry {
        entry: entry.clone(),
        confirmed: true,
        written: Timestamp::UNIX_EPOCH,
    }
}

fn situation(holds: &[Hold], ours: &[Entry]) -> Situation {
    Situation {
        holds: holds.to_vec(),
        own: ours.iter().map(own).collect(),
        ..Situation::default()
    }
}

/// Amazon's default quota and nothing in reserve.
fn room() -> Room {
    Room::new(20, QuotaSource::Default, 0)
}

fn planned(live: &NetworkAcl, holds: &[Hold], ours: &[Entry]) -> EntryPlan {
    planned_in(live, &situation(holds, ours), &room())
}

fn planned_in(live: &NetworkAcl, situation: &Situation, room: &Room) -> EntryPlan {
    plan(
        live,
        situation,
        &Terms::default(),
        room,
        &Stance::Enforce,
        Timestamp::UNIX_EPOCH,
    )
}

/// The plan as a person reads it.
fn lines(plan: &EntryPlan) -> String {
    let changes = plan.changes.iter().map(ToString::to_string);
    let coverage = plan
        .coverage
        .iter()
        .map(|(hold, coverage)| format!("hold {hold}: {coverage}"));
    let aggregates = plan.aggregates.iter().map(|aggregate| {
        let Aggregate {
            rule,
            prefix,
            offenders,
            innocents,
            ..
        } = aggregate;
        format!("rule {rule} is shared: {prefix}, {offenders} offenders, {innocents} innocents")
    });
    changes.chain(coverage).chain(aggregates).collect::<Vec<_>>().join("\n")
}

/// Makes one change to an ACL, as AWS would.
fn apply(live: &mut NetworkAcl, change: &EntryChange) {
    let at = |live: &NetworkAcl, entry: &Entry| {
        let place = (entry.direction, entry.number);
        live.entries
            .iter()
            .position(|other| (other.direction, other.number) == place)
    };
    if let Some(old) = change.removes() {
        let at = at(live, old).unwrap_or_else(|| panic!("{change}: nothing is there"));
        assert_eq!(live.entries.remove(at), *old, "{change}: another is there");
    }
    if let Some(new) = change.adds() {
        assert_eq!(at(live, new), None, "{change}: the number is taken");
        live.entries.push(new.clone());
        live.entries.sort_by_key(|entry| (entry.direction, entry.number));
    }
}
