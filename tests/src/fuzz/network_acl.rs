//! The plan of a network ACL: whatever is in it, whoever holds, what is spared is never denied by us and nobody else's entry is touched.

use std::{net::IpAddr, sync::LazyLock};

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use quell::{
    cloud::{
        Direction, Entry, Family, NetworkAcl, PortRange, Protocol, RuleAction,
        oracle::{Packet, judge},
    },
    converge::{
        Band, QuotaSource, Room, Stance, Terms,
        acl::{EntryPlan, plan},
    },
    guard::never_block,
    hold::{Denial, EntryChange, Hold, HoldId, OwnEntry, Pardon, Remedy, Situation},
};
use serde_json::json;

use super::chance::Chance;

/// After so many plans that are carried out nothing is left to be done.
const MOST_ROUNDS: usize = 4;

static HOLD: LazyLock<Hold> = LazyLock::new(|| {
    let hold = json!({
        "id": 1,
        "target": { "account": "111122223333", "region": "eu-west-1", "acl": "acl-0a1b2c3d" },
        "prefix": "203.0.113.7/32",
        "direction": "ingress",
        "reason": "it attacks",
        "confidence": 90,
        "plugin": "nacl-block",
        "alert": "stealthwatch-cloud/1",
        "since": "1970-01-01T00:00:00Z",
        "until": null,
        "offences": 1,
        "coverage": { "state": "pending" },
        "ended": null,
    });
    serde_json::from_value(hold).expect("it is a hold")
});

/// Makes up a network ACL and what the journal knows of it, and carries the plan out.
pub fn run(bytes: &[u8]) {
    let mut chance = Chance::of(bytes);
    let mut scene = scene(&mut chance);
    for round in 0..=MOST_ROUNDS {
        let plan = scene.plan();
        assert_eq!(plan.coverage.len(), scene.situation.holds.len(), "each hold is told of");
        if plan.is_empty() {
            scene.judge_in_the_end();
            return;
        }
        assert!(round < MOST_ROUNDS, "it comes to no end: {:?}", plan.changes);
        for change in &plan.changes {
            scene.make(change);
        }
    }
}

struct Scene {
    live: NetworkAcl,
    situation: Situation,
    terms: Terms,
    room: Room,
    stance: Stance,
    theirs: Vec<Entry>,
}

impl Scene {
    fn plan(&self) -> EntryPlan {
        let now = Timestamp::UNIX_EPOCH;
        plan(&self.live, &self.situation, &self.terms, &self.room, &self.stance, now)
    }

    /// What no entry of ours may deny.
    fn never(&self) -> impl Iterator<Item = IpNet> + '_ {
        let always = never_block::ALWAYS.iter().map(|(prefix, _)| *prefix);
        let pardoned = self.situation.pardons.iter().map(|pardon| pardon.prefix);
        always
            .chain(self.terms.never.iter().map(|never| never.prefix))
            .chain(self.situation.spare.iter().copied())
            .chain(pardoned)
    }

    fn make(&mut self, change: &EntryChange) {
        if let Some(gone) = change.removes() {
            assert!(!self.theirs.contains(gone), "{change} takes somebody else's entry away");
            let place = self.live.entries.iter().position(|entry| entry == gone);
            self.live.entries.remove(place.expect("what goes is there"));
            self.situation.own.retain(|own| own.entry != *gone);
        }
        if let Some(new) = change.adds() {
            let band = self.terms.band;
            assert!(
                (band.first..=band.last).contains(&new.number),
                "{change} is outside of the band"
            );
            let is_taken = |entry: &Entry| (entry.direction, entry.number) == (new.direction, new.number);
            assert!(
                !self.live.entries.iter().any(is_taken),
                "{change} has the number of another"
            );
            assert_eq!(new.action, RuleAction::Deny);
            for never in self.never() {
                assert!(
                    !never_block::overlaps(never, new.prefix),
                    "{change} denies {never}, which is never denied"
                );
            }
            assert!(
                matches!(self.stance, Stance::Enforce),
                "{change} when only to take back"
            );
            self.live.entries.push(new.clone());
            self.live.entries.sort_by_key(|entry| (entry.direction, entry.number));
            self.situation.own.push(OwnEntry {
                entry: new.clone(),
                confirmed: true,
                written: Timestamp::UNIX_EPOCH,
            });
            if matches!(change, EntryChange::Create(_)) {
                self.fits(new);
            }
        }
    }

    /// The quota of Amazon, which counts each family and direction on its own.
    fn fits(&self, new: &Entry) {
        let alike = |entry: &&Entry| {
            !entry.is_final() && entry.direction == new.direction && Family::of(entry.prefix) == Family::of(new.prefix)
        };
        let count = self.live.entries.iter().filter(alike).count();
        assert!(
            count < usize::from(self.room.quota()),
            "{count} entries, and the quota is {}",
            self.room.quota()
        );
    }

    /// Asks the packet oracle, which knows nothing of plans.
    fn judge_in_the_end(&self) {
        for entry in &self.theirs {
            assert!(
                self.live.entries.contains(entry),
                "somebody else's entry is gone: {entry:?}"
            );
        }
        let theirs = NetworkAcl {
            entries: self.theirs.clone(),
            ..self.live.clone()
        };
        let remotes = self.never().map(|prefix| prefix.addr());
        for remote in remotes {
            for direction in Direction::BOTH {
                let packet = Packet::tcp(direction, remote, 443);
                let (with_us, without) = (judge(&self.live, &packet), judge(&theirs, &packet));
                assert_eq!(
                    with_us.action, without.action,
                    "{packet}, which is spared, meets {:?}",
                    with_us.entry
                );
            }
        }
        for hold in &self.situation.holds {
            let denial = hold.remedy.denial().expect("all of them deny");
            let is_covered = self
                .plan()
                .coverage
                .iter()
                .any(|(id, coverage)| *id == hold.id && coverage.is_covered());
            let remote: IpAddr = denial.prefix.addr();
            let packet = Packet::tcp(denial.direction, remote, 443);
            if is_covered {
                assert_eq!(
                    judge(&self.live, &packet).action,
                    RuleAction::Deny,
                    "{} is said to be covered",
                    denial.prefix
                );
            }
        }
    }
}

fn scene(chance: &mut Chance<'_>) -> Scene {
    let mut live: NetworkAcl = serde_json::from_value(json!({
        "id": "acl-0a1b2c3d", "vpc": "vpc-0a1b2c3d", "subnets": [], "is_default": false, "entries": [],
    }))
    .expect("it is a network ACL");
    let terms = Terms {
        band: band(chance),
        widest_ipv4: 16 + chance.byte() % 17,
        widest_ipv6: 32 + chance.byte() % 97,
        innocents: u32::from(chance.byte()),
        margin_percent: chance.byte() % 101,
        never: chance.some(2, Chance::never_block),
        ..Terms::default()
    };
    for _ in 0..chance.upto(12) {
        let entry = entry(chance);
        add(&mut live, entry);
    }
    if !chance.once_in(5) {
        for direction in Direction::BOTH {
            for (number, all) in [(100, "0.0.0.0/0"), (101, "::/0")] {
                let allow = Entry::deny(number, direction, all.parse().expect("it is a prefix"));
                add(
                    &mut live,
                    Entry {
                        action: RuleAction::Allow,
                        ..allow
                    },
                );
            }
        }
    }
    for direction in Direction::BOTH {
        for (number, all) in [(32_767, "0.0.0.0/0"), (32_768, "::/0")] {
            add(
                &mut live,
                Entry::deny(number, direction, all.parse().expect("it is a prefix")),
            );
        }
    }
    let theirs = live.entries.clone();
    // What we wrote when other holds were in force, within the band that there was.
    let mut own = Vec::new();
    for _ in 0..chance.upto(6) {
        let number = u16::from(chance.byte() % 120) + 1;
        let ours = Entry::deny(number, chance.one_of(&Direction::BOTH), chance.prefix());
        // Of some the journal believes that they are there, and they are not.
        let is_live = chance.once_in(6) || add(&mut live, ours.clone());
        if is_live && !theirs.contains(&ours) {
            own.push(OwnEntry {
                confirmed: !chance.once_in(4),
                written: Timestamp::UNIX_EPOCH,
                entry: ours,
            });
        }
    }
    let mut holds: Vec<Hold> = Vec::new();
    for _ in 0..chance.upto(14) {
        let hold = hold(chance, holds.len());
        if holds.iter().all(|other| other.remedy != hold.remedy) {
            holds.push(hold);
        }
    }
    let pardon = |chance: &mut Chance<'_>| Pardon {
        prefix: chance.prefix(),
        since: Timestamp::UNIX_EPOCH,
        until: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1),
        reason: "a person's word".to_owned(),
    };
    let situation = Situation {
        holds,
        own,
        spare: chance.some(3, Chance::prefix),
        pardons: chance.some(2, pardon),
        ..Situation::default()
    };
    let quota = 1 + u16::from(chance.byte() % 40);
    Scene {
        room: Room::new(quota, QuotaSource::Configured, u16::from(chance.byte() % 3)),
        stance: if chance.once_in(8) {
            Stance::TakeBack {
                why: "paused".to_owned(),
            }
        } else {
            Stance::Enforce
        },
        live,
        situation,
        terms,
        theirs,
    }
}

fn band(chance: &mut Chance<'_>) -> Band {
    if !chance.once_in(3) {
        return Band::default();
    }
    let first = 1 + u16::from(chance.byte());
    Band {
        first,
        last: first + u16::from(chance.byte()),
    }
}

fn hold(chance: &mut Chance<'_>, before: usize) -> Hold {
    Hold {
        id: HoldId(i64::try_from(before).unwrap_or_default() + 1),
        remedy: Remedy::Deny(Denial {
            prefix: chance.prefix(),
            direction: if chance.once_in(4) {
                Direction::Egress
            } else {
                Direction::Ingress
            },
        }),
        confidence: chance.byte() % 101,
        offences: 1 + u32::from(chance.byte() % 4),
        until: chance
            .once_in(2)
            .then(|| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(1 + i64::from(chance.byte()))),
        ..HOLD.clone()
    }
}

fn entry(chance: &mut Chance<'_>) -> Entry {
    let number = 1 + u16::from(chance.byte()) * if chance.once_in(8) { 128 } else { 1 };
    let mut entry = Entry::deny(number.min(32_766), chance.one_of(&Direction::BOTH), chance.prefix());
    if chance.once_in(2) {
        entry.action = RuleAction::Allow;
    }
    if chance.once_in(3) {
        entry.protocol = Protocol::Number(chance.one_of(&[1, 6, 17, 47, 58]));
        let first = i32::from(chance.byte());
        entry.ports = Some(PortRange {
            first,
            last: first + i32::from(chance.byte()),
        });
    }
    entry
}

/// Puts an entry into the ACL, unless its number is taken.
fn add(live: &mut NetworkAcl, entry: Entry) -> bool {
    let is_taken = |other: &Entry| (other.direction, other.number) == (entry.direction, entry.number);
    if live.entries.iter().any(is_taken) {
        return false;
    }
    live.entries.push(entry);
    live.entries.sort_by_key(|entry| (entry.direction, entry.number));
    true
}
