//! Whatever the ACL, whoever holds: the packet oracle judges after every single call.

use std::{collections::BTreeSet, net::IpAddr};

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    cloud::{
        PortRange, Protocol, RuleAction,
        oracle::{Packet, judge},
    },
    hold::Pardon,
};

/// Whether everything from an address is dropped.
fn denies_all(live: &NetworkAcl, direction: Direction, remote: IpAddr) -> bool {
    let kinds = [(6, Some(22)), (17, Some(53)), (47, None)];
    kinds.into_iter().all(|(protocol, port)| {
        let packet = Packet {
            direction,
            remote,
            protocol,
            port,
            icmp: None,
        };
        judge(live, &packet).action == RuleAction::Deny
    })
}

/// Whether everything from a prefix is dropped, and which addresses of it are.
fn denied(live: &NetworkAcl, direction: Direction, prefix: IpNet) -> (bool, Vec<IpAddr>) {
    let (denied, open): (Vec<_>, Vec<_>) = samples(live, prefix)
        .into_iter()
        .partition(|remote| denies_all(live, direction, *remote));
    (open.is_empty(), denied)
}

fn denies(live: &NetworkAcl, direction: Direction, prefix: IpNet) -> bool {
    denied(live, direction, prefix).0
}

/// An address of each part of a prefix in which the entries of an ACL make no difference: where it begins and where an entry inside begins or has ended.
fn samples(live: &NetworkAcl, prefix: IpNet) -> BTreeSet<IpAddr> {
    let inside = live
        .entries
        .iter()
        .map(|entry| entry.prefix)
        .filter(|inner| prefix.contains(inner));
    let places = inside.flat_map(|inner| [Some(inner.network()), after(inner)]);
    let places = places.flatten().filter(|place| prefix.contains(place));
    places.chain([prefix.network()]).collect()
}

/// The address after a prefix.
fn after(prefix: IpNet) -> Option<IpAddr> {
    match prefix {
        IpNet::V4(prefix) => u32::from(prefix.broadcast())
            .checked_add(1)
            .map(|bits| IpAddr::V4(bits.into())),
        IpNet::V6(prefix) => u128::from(prefix.broadcast())
            .checked_add(1)
            .map(|bits| IpAddr::V6(bits.into())),
    }
}

prop_compose! {
    fn any_prefix()(family: bool, host in 0_u8..40, length in 24_u8..=36) -> IpNet {
        let length = length.min(32);
        let text = if family { format!("203.0.113.{host}/{length}") } else { format!("2001:db8::{host:x}/{}", length + 96) };
        prefix(&text).trunc()
    }
}

prop_compose! {
    fn any_host()(family in 0_u8..3, net in 0_u8..2, host in 0_u8..40) -> IpNet {
        prefix(&match family {
            0 => format!("2001:db8::{net}:{host:x}/128"),
            1 => format!("2001:db8:0:{host:x}::{net}/128"),
            _ => format!("203.0.{}.{host}/32", 113 + net),
        })
    }
}

prop_compose! {
    fn any_entry()(number in 1_u16..120, egress: bool, allows: bool, one_port: bool, prefix in any_prefix()) -> Entry {
        let direction = if egress { Egress } else { Ingress };
        let mut entry = Entry::deny(number, direction, prefix);
        if allows {
            entry.action = RuleAction::Allow;
        }
        if one_port {
            entry.protocol = Protocol::Number(6);
            entry.ports = Some(PortRange { first: 22, last: 22 });
        }
        entry
    }
}

prop_compose! {
    fn any_hold()(
        egress in prop::bool::weighted(0.2),
        prefix in prop_oneof![4 => any_host(), 1 => any_prefix()],
        confidence in 0_u8..=100,
        offences in 1_u32..4,
        minutes in prop::option::of(1_i64..300),
    ) -> Hold {
        Hold {
            confidence,
            offences,
            until: minutes.map(|minutes| Timestamp::from_second(minutes * 60).unwrap()),
            ..hold(0, if egress { Egress } else { Ingress }, &prefix.to_string())
        }
    }
}

/// What changes between two converges.
#[derive(Debug, Clone)]
struct Turn {
    /// The holds that are in force.
    holds: Vec<Hold>,
    /// What others put into the ACL.
    more: Vec<Entry>,
    /// Which of our entries somebody removes.
    removed: Option<prop::sample::Index>,
    pardoned: Vec<IpNet>,
    /// After how many calls the process ends.
    ends_after: usize,
    paused: bool,
}

prop_compose! {
    fn any_turn()(
        holds in vec(any_hold(), 0..14),
        more in vec(any_entry(), 0..2),
        removed in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        pardoned in vec(any_host(), 0..2),
        ends_after in 0_usize..12,
        paused in prop::bool::weighted(0.1),
    ) -> Turn {
        let mut unique: Vec<Hold> = Vec::new();
        for hold in holds {
            if !unique.iter().any(|other| other.remedy == hold.remedy) {
                unique.push(Hold { id: HoldId(unique.len() as i64 + 1), ..hold });
            }
        }
        Turn { holds: unique, more, removed, pardoned, ends_after, paused }
    }
}

fn count(live: &NetworkAcl, direction: Direction, family: Family) -> usize {
    let counts =
        |entry: &&Entry| !entry.is_final() && entry.direction == direction && Family::of(entry.prefix) == family;
    live.entries.iter().filter(counts).count()
}

/// An ACL, its owners, and us.
struct World {
    live: NetworkAcl,
    theirs: Vec<Entry>,
    ours: Vec<Entry>,
    room: Room,
}

impl World {
    fn taken(&self, entry: &Entry) -> bool {
        let place = (entry.direction, entry.number);
        self.live
            .entries
            .iter()
            .any(|other| (other.direction, other.number) == place)
    }

    fn plan(&self, turn: &Turn) -> (Situation, EntryPlan) {
        let mut situation = situation(&turn.holds, &self.ours);
        situation.pardons = turn
            .pardoned
            .iter()
            .map(|prefix| Pardon {
                prefix: *prefix,
                ..super::short::pardon("192.0.2.1/32")
            })
            .collect();
        let stance = if turn.paused {
            Stance::TakeBack {
                why: "paused".to_owned(),
            }
        } else {
            Stance::Enforce
        };
        let plan = plan(
            &self.live,
            &situation,
            &Terms::default(),
            &self.room,
            &stance,
            Timestamp::UNIX_EPOCH,
        );
        (situation, plan)
    }

    /// Makes one change and looks whether this moment is as good as the one before.
    fn make(&mut self, change: &EntryChange, plan: &EntryPlan, turn: &Turn) -> Result<(), TestCaseError> {
        let before = self.live.clone();
        apply(&mut self.live, change);
        self.ours.retain(|entry| change.removes() != Some(entry));
        self.ours.extend(change.adds().cloned());

        let (direction, family) = (
            change.direction(),
            change
                .adds()
                .or(change.removes())
                .map(|entry| Family::of(entry.prefix))
                .unwrap(),
        );
        let quota = usize::from(self.room.quota()) - 1;
        if matches!(change, EntryChange::Create(_)) {
            prop_assert!(
                count(&self.live, direction, family) <= quota,
                "{change}: over the quota"
            );
        }
        let is_never = |entry: &Entry| {
            turn.pardoned
                .iter()
                .any(|never| never_block::overlaps(*never, entry.prefix))
        };
        prop_assert!(
            !change.adds().is_some_and(is_never),
            "{change}: denies what is never denied"
        );
        let frees_the_never_denied = change.removes().is_some_and(is_never);
        for (id, coverage) in &plan.coverage {
            let hold = BlockHold::of(turn.holds.iter().find(|hold| hold.id == *id).unwrap()).unwrap();
            if !coverage.is_covered() || frees_the_never_denied {
                continue;
            }
            let (was_whole, were) = denied(&before, hold.direction, hold.prefix);
            if was_whole {
                prop_assert!(
                    denies(&self.live, hold.direction, hold.prefix),
                    "{} is open after {change}",
                    hold.prefix
                );
            }
            let is_full = count(&before, direction, family) >= quota;
            for remote in were.into_iter().filter(|_| !is_full) {
                prop_assert!(
                    denies_all(&self.live, hold.direction, remote),
                    "{remote} is open after {change}"
                );
            }
        }
        Ok(())
    }

    /// Looks whether the ACL is what the plan said it would be.
    fn judge(&self, plan: &EntryPlan, turn: &Turn) -> Result<(), TestCaseError> {
        prop_assert_eq!(plan.coverage.len(), turn.holds.len());
        for (id, coverage) in &plan.coverage {
            let hold = BlockHold::of(turn.holds.iter().find(|hold| hold.id == *id).unwrap()).unwrap();
            prop_assert!(
                !coverage.is_covered() || denies(&self.live, hold.direction, hold.prefix),
                "{} {coverage}",
                hold.prefix
            );
            if let Coverage::Covered { rule, aggregate } = coverage {
                let entry = Entry::deny(*rule, hold.direction, aggregate.unwrap_or(hold.prefix));
                prop_assert!(
                    self.ours.contains(&entry),
                    "{} is said to be covered by {entry:?}",
                    hold.prefix
                );
            }
        }
        for entry in &self.theirs {
            prop_assert!(
                self.live.entries.contains(entry),
                "an entry of others is gone: {entry:?}"
            );
        }
        prop_assert_eq!(self.live.entries.len(), self.theirs.len() + self.ours.len());

        let without_us = NetworkAcl {
            entries: self.theirs.clone(),
            ..self.live.clone()
        };
        for entry in &self.ours {
            prop_assert!(
                !turn
                    .pardoned
                    .iter()
                    .any(|never| never_block::overlaps(*never, entry.prefix)),
                "{entry:?} denies what is never denied"
            );
            let is_whole = turn
                .holds
                .iter()
                .filter_map(BlockHold::of)
                .any(|hold| hold.direction == entry.direction && hold.prefix == entry.prefix);
            let told = plan.aggregates.iter().any(|aggregate| {
                (aggregate.rule, aggregate.direction, aggregate.prefix) == (entry.number, entry.direction, entry.prefix)
            });
            prop_assert!(is_whole || told, "{entry:?} is for nobody and not told");
        }
        for host in (0..=48).step_by(3) {
            for remote in [
                format!("203.0.113.{host}"),
                format!("203.0.114.{host}"),
                format!("2001:db8::{host:x}"),
                format!("2001:db8:0:{host:x}::1"),
            ] {
                let remote = remote.parse().unwrap();
                for direction in Direction::BOTH {
                    let asked_for = self
                        .ours
                        .iter()
                        .any(|entry| entry.direction == direction && entry.prefix.contains(&IpNet::from(remote)));
                    if !asked_for {
                        let judged =
                            |acl| [22, 443].map(|port| judge(acl, &Packet::tcp(direction, remote, port)).action);
                        prop_assert_eq!(
                            judged(&self.live),
                            judged(&without_us),
                            "somebody else's traffic changed: {}",
                            remote
                        );
                    }
                }
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// Whatever others do in between, wherever the process ends, however short the room: no moment is worse than the one before it, what is said to be covered is denied,
    /// what must never be denied is not, nobody else's traffic changes beyond the aggregates that are told, and everything is gone after the last end.
    #[test]
    fn no_moment_is_bad_and_nothing_is_left(
        others in vec(any_entry(), 0..20),
        turns in vec(any_turn(), 1..4),
        quota in 3_u16..30,
        reserve in 0_u16..2,
    ) {
        let mut world = World {
            live: fresh(&[]),
            theirs: Vec::new(),
            ours: Vec::new(),
            room: Room::new(quota, QuotaSource::Configured, reserve),
        };
        for entry in others {
            if !world.taken(&entry) {
                apply(&mut world.live, &EntryChange::Create(entry));
            }
        }
        world.theirs = world.live.entries.clone();
        for turn in &turns {
            for entry in &turn.more {
                if !world.taken(entry) {
                    apply(&mut world.live, &EntryChange::Create(entry.clone()));
                    world.theirs.push(entry.clone());
                }
            }
            if let (Some(index), false) = (turn.removed, world.ours.is_empty()) {
                let removed = world.ours.remove(index.index(world.ours.len()));
                apply(&mut world.live, &EntryChange::Delete(removed));
            }
            // Cut off somewhere, as by a crash, and gone on with.
            let (_, plan) = world.plan(turn);
            for change in plan.changes.iter().take(turn.ends_after) {
                world.make(change, &plan, turn)?;
            }
            let mut rounds = 0;
            loop {
                let (_, plan) = world.plan(turn);
                if plan.is_empty() {
                    world.judge(&plan, turn)?;
                    break;
                }
                rounds += 1;
                prop_assert!(rounds <= 4, "no end: {}", lines(&plan));
                for change in &plan.changes {
                    world.make(change, &plan, turn)?;
                }
            }
        }
        let nothing = Turn { holds: Vec::new(), more: Vec::new(), removed: None, pardoned: Vec::new(), ends_after: 0, paused: false };
        let (_, plan) = world.plan(&nothing);
        for change in &plan.changes {
            world.make(change, &plan, &nothing)?;
        }
        prop_assert_eq!(world.live.entries.len(), world.theirs.len(), "something of ours is left");
    }
}
