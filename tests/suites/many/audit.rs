//! The audit of the book: whether a lease was ever in two hands, and for how long one was in those of the dead.
//!
//! It goes by what hosts knew and in which order, never by how long something took, so that a busy machine makes no offence: a lease was somebody's from its
//! grant until its end by the clock, or until he began to give it back.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use jiff::{SignedDuration, Timestamp};
use quell::hold::{Owner, Target};

use crate::book::Event;

/// How long a lease lasts at most, unless it is renewed: `LEASE` of the driver. So long after its last word a host that died is in the others' way.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// What the book comes to.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    pub(crate) granted: usize,
    renewed: usize,
    given_back: usize,
    /// Asked for while another had it.
    refused: usize,
    /// Changes that were begun.
    pub(crate) changes: usize,
    pub(crate) deaths: usize,
    /// Leases of dead owners that came into other hands.
    pub(crate) taken_over: usize,
    /// Leases that came into other hands because a living owner was too slow.
    overdue: usize,
    ticks: usize,
    /// The longest time from the death of an owner to the next grant.
    kept: SignedDuration,
    /// The longest time from the end of a dead owner's lease to the next grant.
    idle: SignedDuration,
    /// The longest time from the beginning of a tick to the end of the next: by then whoever was free at its end is looked after.
    round: SignedDuration,
    /// What must never be.
    pub(crate) offences: Vec<String>,
}

/// A lease that was not given back.
struct Held<'a> {
    owner: &'a Owner,
    until: Timestamp,
    /// Whether somebody asked for it since the last tick began, and the journal failed.
    is_unanswered: bool,
}

/// Somebody who reads the book.
#[derive(Default)]
struct Auditor<'a> {
    dead: HashMap<&'a Owner, Timestamp>,
    held: BTreeMap<&'a Target, Held<'a>>,
    /// When the last two ticks began, the last one first.
    ticks: [Option<Timestamp>; 2],
    audit: Audit,
}

impl Audit {
    /// Reads the whole book.
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut auditor = Auditor::default();
        for event in events {
            if let Event::Died { owner, at } = event {
                auditor.dead.insert(owner, *at);
            }
        }
        for event in events {
            auditor.read(event);
        }
        auditor.close()
    }
}

impl<'a> Auditor<'a> {
    fn read(&mut self, event: &'a Event) {
        match event {
            Event::Granted {
                target,
                owner,
                now,
                until,
            } => self.granted(target, owner, *now, *until),
            Event::Refused {
                target,
                now,
                owner,
                until,
            } => self.refused(target, owner, *now, *until),
            Event::Unanswered { target } => {
                if let Some(held) = self.held.get_mut(target) {
                    held.is_unanswered = true;
                }
            }
            Event::GivesBack { target, owner } => {
                if self.held.get(target).is_some_and(|held| held.owner == owner) {
                    self.held.remove(target);
                    self.audit.given_back += 1;
                }
            }
            Event::Begins { is_taken: false, .. } => {}
            Event::Begins { target, owner, now, .. } => self.begun(target, owner, *now),
            Event::Died { .. } => self.audit.deaths += 1,
            Event::TickBegan { at } => {
                self.ticks = [Some(*at), self.ticks[0]];
                self.held.values_mut().for_each(|held| held.is_unanswered = false);
            }
            Event::TickEnded { at } => self.ticked(*at),
        }
    }

    fn granted(&mut self, target: &'a Target, owner: &'a Owner, now: Timestamp, until: Timestamp) {
        if until.duration_since(now) > LEASE {
            self.offence(format!("{owner} got {target} at {now} until {until}: for too long"));
        }
        let held = Held {
            owner,
            until,
            is_unanswered: false,
        };
        let before = self.held.insert(target, held);
        if before.as_ref().is_some_and(|before| before.owner == owner) {
            self.audit.renewed += 1;
            return;
        }
        self.audit.granted += 1;
        let Some(before) = before else { return };
        if now < before.until {
            self.offence(format!(
                "{owner} got {target} at {now}, which {} had until {}",
                before.owner, before.until
            ));
        }
        let Some(died) = self.dead.get(before.owner) else {
            self.audit.overdue += 1;
            return;
        };
        self.audit.taken_over += 1;
        self.audit.kept = self.audit.kept.max(now.duration_since(*died));
        self.audit.idle = self.audit.idle.max(now.duration_since(before.until));
    }

    /// Somebody was told that `owner` has it.
    fn refused(&mut self, target: &'a Target, owner: &'a Owner, now: Timestamp, until: Timestamp) {
        self.audit.refused += 1;
        if until <= now {
            self.offence(format!(
                "at {now} somebody was told that {owner} has {target}, until {until}"
            ));
        }
        let is_dead = self.dead.get(owner).is_some_and(|died| *died <= now);
        let held = self.held.get(target).filter(|held| held.owner == owner);
        if let Some(held) = held.filter(|held| is_dead && held.until != until) {
            let had = held.until;
            self.offence(format!(
                "{owner} had {target} until {had} and died; at {now} somebody was told that it is until {until}"
            ));
        }
    }

    fn begun(&mut self, target: &'a Target, owner: &'a Owner, now: Timestamp) {
        self.audit.changes += 1;
        let held = self.held.get(target);
        if !held.is_some_and(|held| held.owner == owner && now < held.until) {
            let has = held.map_or_else(
                || "nobody had it".to_owned(),
                |held| format!("{} had it until {}", held.owner, held.until),
            );
            self.offence(format!("{owner} began a change of {target} at {now}, and {has}"));
        }
    }

    /// What a dead owner left is unfinished. Who finds it in the way waits for five seconds at most and then leaves it to the schedule, which converges all that is unfinished: so the first tick
    /// that begins after the lease has ended is the latest that may have it.
    fn ticked(&mut self, ended: Timestamp) {
        self.audit.ticks += 1;
        let [Some(began), before] = self.ticks else { return };
        let round = ended.duration_since(before.unwrap_or(began));
        self.audit.round = self.audit.round.max(round);
        let is_dead = |owner: &Owner| self.dead.get(owner).is_some_and(|died| *died <= began);
        let left = self
            .held
            .iter()
            .filter(|(_, held)| is_dead(held.owner) && held.until <= began && !held.is_unanswered);
        let told: Vec<_> = left
            .map(|(target, held)| {
                format!(
                    "the tick that began at {began} left {target} to {}, who is dead and had it until {}",
                    held.owner, held.until
                )
            })
            .collect();
        self.audit.offences.extend(told);
    }

    /// Looks at what is in somebody's hands still.
    fn close(mut self) -> Audit {
        for (target, Held { owner, until, .. }) in std::mem::take(&mut self.held) {
            let offence = if self.dead.contains_key(owner) {
                format!("{owner} died with {target}, had it until {until}, and nobody has had it since")
            } else {
                format!("{owner} never gave {target} back, which it had until {until}")
            };
            self.offence(offence);
        }
        self.audit
    }

    fn offence(&mut self, offence: String) {
        self.audit.offences.push(offence);
    }
}

/// A part of a line.
impl fmt::Display for Audit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} leases granted, {} renewed, {} given back, {} refused, {} taken over from the dead and {} from the slow, {} changes under them; \
             by the hosts' clock a dead host kept its target for {:.1} s at most, of which {:.1} s after its lease had ended; {} ticks, {:.1} s at most from the beginning of one to the end of the next",
            self.granted,
            self.renewed,
            self.given_back,
            self.refused,
            self.taken_over,
            self.overdue,
            self.changes,
            self.kept.as_secs_f64(),
            self.idle.as_secs_f64(),
            self.ticks,
            self.round.as_secs_f64(),
        )
    }
}
