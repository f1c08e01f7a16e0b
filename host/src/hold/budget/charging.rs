//! Charging: of some intents, which may become holds.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    super::{Hold, Intent, Note, NoteKind, Resource},
    Allowance, Budget, Tally, Tripped, allowances,
    tally::Charge,
    unreadable,
};

/// What holds are charged to as they are put in force.
#[derive(Debug, Clone, Default)]
pub struct Spending {
    /// The budgets.
    pub budgets: Vec<Budget>,
    /// Whether people approved of it: then it is counted, and none of it is kept back.
    pub is_approved: bool,
}

/// What became of intents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Put {
    /// The holds in force.
    pub holds: Vec<Hold>,
    /// What was kept back, because a budget is used up.
    pub withheld: Vec<Withheld>,
    /// The budgets that were used up by this: each is told once, whoever counts in it.
    pub tripped: Vec<(String, Tripped)>,
}

/// An intent that is reported and not put in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Withheld {
    /// What was asked for.
    pub intent: Intent,
    /// The budget that is used up, and whose it is.
    pub budget: String,
    /// What was too much, and how it comes back.
    pub why: String,
}

/// Charges intents one after the other to what was counted before.
#[derive(Debug, Clone)]
pub struct Charging<'a> {
    spending: &'a Spending,
    now: Timestamp,
    known: BTreeMap<String, Known>,
    /// Which prefix was counted where: one that is denied at several network ACLs, and both ways, counts its addresses once.
    prefixes: BTreeSet<(String, IpNet)>,
    withheld: Vec<Withheld>,
    tripped: Vec<(String, Tripped)>,
}

#[derive(Debug, Clone)]
struct Known {
    note: Note,
    /// None: it can't be read.
    tally: Option<Tally>,
    is_changed: bool,
}

impl<'a> Charging<'a> {
    /// Nothing charged yet.
    pub fn new(spending: &'a Spending, now: Timestamp) -> Self {
        Self {
            spending,
            now,
            known: BTreeMap::new(),
            prefixes: BTreeSet::new(),
            withheld: Vec::new(),
            tripped: Vec::new(),
        }
    }

    /// The names of the notes that must be known before these intents are charged.
    pub fn names(&self, intents: &[Intent]) -> BTreeSet<String> {
        let allowances = intents
            .iter()
            .flat_map(|intent| allowances(&self.spending.budgets, intent));
        allowances.map(|allowance| allowance.tally).collect()
    }

    /// What was counted before. None: nothing.
    pub fn know(&mut self, name: &str, note: Option<Note>) {
        let tally = match &note {
            Some(note) => serde_json::from_str(&note.text).ok(),
            None => Some(Tally::default()),
        };
        let known = Known {
            note: note.unwrap_or_else(|| Note::new(NoteKind::Budget, name)),
            tally,
            is_changed: false,
        };
        self.known.insert(name.to_owned(), known);
    }

    /// Whether an intent may become a new hold, and counts it if so.
    pub fn may_begin(&mut self, intent: &Intent) -> bool {
        let allowances = allowances(&self.spending.budgets, intent);
        if !self.spending.is_approved {
            for allowance in &allowances {
                if let Err(why) = self.ask(allowance, intent) {
                    self.withheld.push(Withheld {
                        intent: intent.clone(),
                        budget: allowance.tally.clone(),
                        why,
                    });
                    return false;
                }
            }
        }
        for allowance in &allowances {
            let charge = self.charge(allowance, intent);
            let now = self.now;
            if let Some(known) = self.known.get_mut(&allowance.tally)
                && let Some(tally) = &mut known.tally
            {
                tally.add(&charge, now);
                known.is_changed = true;
            }
            if let Some(denial) = intent.remedy.denial() {
                self.prefixes.insert((allowance.tally.clone(), denial.prefix));
            }
        }
        true
    }

    /// Why a budget keeps an intent back. One that this uses up is used up from here on.
    fn ask(&mut self, allowance: &Allowance, intent: &Intent) -> Result<(), String> {
        let charge = self.charge(allowance, intent);
        let (name, now) = (&allowance.tally, self.now);
        let known = self.known.get_mut(name).ok_or_else(|| unreadable(name))?;
        let tally = known.tally.as_mut().ok_or_else(|| unreadable(name))?;
        if let Some(tripped) = tally.tripped_at(now) {
            return Err(tripped.told(name));
        }
        let Some(excess) = tally.excess(&charge, &allowance.limits, now) else {
            return Ok(());
        };
        let Some(comes_back) = allowance.comes_back else {
            return Err(format!("{excess} in {name}"));
        };
        tally.trip(excess, comes_back, now);
        known.is_changed = true;
        let tripped = tally.tripped.clone();
        let why = tripped.as_ref().map_or_else(String::new, |tripped| tripped.told(name));
        self.tripped.extend(tripped.map(|tripped| (name.clone(), tripped)));
        Err(why)
    }

    fn charge(&self, allowance: &Allowance, intent: &Intent) -> Charge {
        let is_counted = |prefix| self.prefixes.contains(&(allowance.tally.clone(), prefix));
        let denial = intent.remedy.denial().filter(|denial| !is_counted(denial.prefix));
        Charge {
            addresses: denial.map_or(0, |denial| addresses(denial.prefix)),
            instance: match &intent.target.resource {
                Resource::Instance(id) => Some(id.clone()),
                Resource::Acl(_) | Resource::SecurityGroup(_) => None,
            },
        }
    }

    /// The notes that are to be written with the holds.
    pub fn changed(&self) -> Vec<Note> {
        let changed = self.known.values().filter(|known| known.is_changed);
        let note = |known: &Known| {
            let tally = known.tally.as_ref()?;
            let text = serde_json::to_string(tally).ok()?;
            Some(known.note.saying(text, tally.over(self.now)))
        };
        changed.filter_map(note).collect()
    }

    /// The same once [`Self::changed`] is written: what is charged next must be known anew.
    #[must_use]
    pub fn written(mut self) -> Self {
        self.known.clear();
        self
    }

    /// What became of it, with the holds that were put in force.
    pub fn into_put(self, holds: Vec<Hold>) -> Put {
        Put {
            holds,
            withheld: self.withheld,
            tripped: self.tripped,
        }
    }
}

/// How many addresses a prefix has; of IPv6, networks of 64 bits.
fn addresses(prefix: IpNet) -> u64 {
    let bits = match prefix {
        IpNet::V4(prefix) => 32 - prefix.prefix_len(),
        IpNet::V6(prefix) => 64_u8.saturating_sub(prefix.prefix_len()),
    };
    1_u64.checked_shl(bits.into()).unwrap_or(u64::MAX)
}
