//! What waits, and what became of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    super::{HoldId, Intent, Note, NoteKind, Remedy},
    Act, ApprovalId, ApprovalRule, Vote, VoteError, plan_of,
};

/// How many rounds before this one are remembered.
const MOST_ROUNDS: usize = 10;

/// Holds that wait until people approve of them: all of one decision that do the same to the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pending {
    /// Its name.
    pub id: ApprovalId,
    /// What it does, in a few words: `block 203.0.113.7/32`, `stop i-0a1b2c3d4e5f60718`.
    pub subject: String,
    /// The digest of the plan that is approved of.
    pub plan: String,
    /// The holds that shall be, as they were decided.
    pub intents: Vec<Intent>,
    /// The rule that it waits by.
    pub rule: String,
    /// How many people must approve.
    pub people: u8,
    /// The delivery that asked for it.
    pub delivery: String,
    /// Since when it waits.
    pub since: Timestamp,
    /// Until when: then it is refused.
    pub until: Timestamp,
    /// What people said.
    pub votes: Vec<Vote>,
    /// The links that were used.
    pub used: Vec<String>,
    /// How it stands.
    pub state: PendingState,
    /// How often the same plan waited before, the oldest first.
    pub earlier: Vec<Round>,
}

/// How something stands that waits, or waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", rename_all_fields = "kebab-case")]
pub enum PendingState {
    /// It waits.
    Waiting,
    /// Enough people approved; its holds are about to be put in force.
    Approved {
        /// When.
        at: Timestamp,
    },
    /// Its holds were put in force.
    InForce {
        /// When.
        at: Timestamp,
        /// Their numbers.
        holds: Vec<HoldId>,
    },
    /// A person rejected it.
    Rejected {
        /// When.
        at: Timestamp,
    },
    /// Nobody approved in time.
    Lapsed {
        /// When.
        at: Timestamp,
    },
    /// Another plan took its place, so that what was said about it says nothing any more.
    Void {
        /// When.
        at: Timestamp,
        /// The plan in its place.
        by: ApprovalId,
    },
}

/// A time before, when the same plan waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Round {
    /// Since when it waited.
    pub since: Timestamp,
    /// What people said.
    pub votes: Vec<Vote>,
    /// What became of it.
    pub state: PendingState,
}

impl PendingState {
    /// What became of it, for a person.
    pub fn told(&self) -> String {
        match self {
            Self::Waiting => "it waits".to_owned(),
            Self::Approved { at } => format!("it was approved at {at:.0}"),
            Self::InForce { at, holds } => {
                let noun = if holds.len() == 1 { "hold" } else { "holds" };
                let holds: Vec<_> = holds.iter().map(ToString::to_string).collect();
                format!(
                    "it was approved at {at:.0} and put in force as {noun} {}",
                    holds.join(", ")
                )
            }
            Self::Rejected { at } => format!("it was rejected at {at:.0}"),
            Self::Lapsed { at } => format!("nobody approved until {at:.0}"),
            Self::Void { at, by } => format!("the plan changed at {at:.0}, {by} took its place"),
        }
    }
}

/// What an intent does, in a few words. Intents of the same words in one account and region wait together.
pub fn subject_of(intent: &Intent) -> String {
    match &intent.remedy {
        Remedy::Deny(denial) => format!("block {}", denial.prefix),
        other => format!("{} {}", other.subject(), intent.target.resource),
    }
}

impl Pending {
    /// What waits, of these intents: those that do the same to the same wait together. `rule` says by which each waits.
    pub fn of(intents: Vec<(Intent, &ApprovalRule)>, delivery: &str, now: Timestamp) -> Vec<Self> {
        let mut groups: Vec<(String, Vec<Intent>, &ApprovalRule)> = Vec::new();
        for (intent, rule) in intents {
            let subject = subject_of(&intent);
            let place = intent.target.place();
            let is_same = |(other, intents, _): &&mut (String, Vec<Intent>, &ApprovalRule)| {
                *other == subject && intents.first().is_some_and(|first| first.target.place() == place)
            };
            match groups.iter_mut().find(is_same) {
                Some((_, intents, known)) => {
                    intents.push(intent);
                    if rule.people > known.people {
                        *known = rule;
                    }
                }
                None => groups.push((subject, vec![intent], rule)),
            }
        }
        let pending = groups.into_iter().map(|(subject, intents, rule)| {
            let plan = plan_of(&intents, now);
            let within = SignedDuration::try_from(rule.within.0).unwrap_or(SignedDuration::MAX);
            Self {
                id: ApprovalId::of(&plan),
                subject,
                plan,
                intents,
                rule: rule.name.clone(),
                people: rule.people,
                delivery: delivery.to_owned(),
                since: now,
                until: now.saturating_add(within).unwrap_or(Timestamp::MAX),
                votes: Vec::new(),
                used: Vec::new(),
                state: PendingState::Waiting,
                earlier: Vec::new(),
            }
        });
        pending.collect()
    }

    /// Whether it waits at this time.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.state == PendingState::Waiting && self.until > now
    }

    /// Whether it does the same to the same as another.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        let place = |pending: &Self| pending.intents.first().map(|intent| intent.target.place());
        self.subject == other.subject && place(self) == place(other)
    }

    /// How it stands at this time: who waited too long waits no more, written down or not.
    pub fn standing(&self, now: Timestamp) -> PendingState {
        match self.state {
            PendingState::Waiting if self.until <= now => PendingState::Lapsed { at: self.until },
            _ => self.state.clone(),
        }
    }

    /// The same plan, asked for again after it waited before.
    #[must_use]
    pub fn after(self, before: &Self) -> Self {
        let mut earlier = before.earlier.clone();
        earlier.push(Round {
            since: before.since,
            votes: before.votes.clone(),
            state: before.standing(self.since),
        });
        let too_many = earlier.len().saturating_sub(MOST_ROUNDS);
        earlier.drain(..too_many);
        // A link that was used is used for good.
        Self {
            used: before.used.clone(),
            earlier,
            ..self
        }
    }

    /// The same, which waits anew until its end: whoever approved of it has to say so again.
    #[must_use]
    pub fn anew(&self) -> Self {
        let again = Self {
            votes: Vec::new(),
            state: PendingState::Waiting,
            ..self.clone()
        };
        again.after(self)
    }

    /// With a person's word, which is about this plan and, if it came by a link, by this one.
    pub fn with_vote(&self, vote: Vote, link: Option<&Link<'_>>) -> Result<Self, VoteError> {
        let now = vote.at;
        let id = self.id.clone();
        if let Some(link) = link {
            if link.plan != self.plan {
                return Err(VoteError::OtherPlan(id));
            }
            if self.used.iter().any(|used| used == link.once) {
                return Err(VoteError::UsedLink);
            }
        }
        if !self.waits(now) {
            let state = self.standing(now);
            return Err(VoteError::Over { id, state });
        }
        let approved = |vote: &&Vote| vote.act == Act::Approve;
        if vote.act == Act::Approve && self.votes.iter().filter(approved).any(|other| other.is_by(&vote.by)) {
            return Err(VoteError::SamePerson { id, by: vote.by });
        }
        let mut pending = self.clone();
        pending.used.extend(link.map(|link| link.once.to_owned()));
        let is_reject = vote.act == Act::Reject;
        pending.votes.push(vote);
        if is_reject {
            pending.state = PendingState::Rejected { at: now };
        } else if pending.votes.iter().filter(approved).count() >= usize::from(self.people) {
            pending.state = PendingState::Approved { at: now };
        }
        Ok(pending)
    }

    /// The holds that shall be if they begin at this time: as long as was decided, from now on.
    pub fn intents_at(&self, now: Timestamp) -> Vec<Intent> {
        let begin = |intent: &Intent| Intent {
            until: intent.until.map(|until| {
                now.saturating_add(until.duration_since(self.since))
                    .unwrap_or(Timestamp::MAX)
            }),
            ..intent.clone()
        };
        self.intents.iter().map(begin).collect()
    }

    /// What a note says.
    pub fn read(note: &Note) -> Option<Self> {
        serde_json::from_str(&note.text).ok()
    }

    /// Its note, in place of the one that it was read from.
    pub fn note(&self, before: Option<&Note>) -> Note {
        let new = || Note::new(NoteKind::Approval, self.id.as_str());
        let before = before.cloned().unwrap_or_else(new);
        before.saying(serde_json::to_string(self).unwrap_or_default(), self.until)
    }
}

/// By which link a word came.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// The plan that the link is about.
    pub plan: &'a str,
    /// What no other link has.
    pub once: &'a str,
}
