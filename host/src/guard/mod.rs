//! The guards: the rules that every remediation must pass before anything is written.
//!
//! Guards are pure and ordered, each in a file of its own, and each gives its reason whether it lets pass or refuses. The first
//! refusal ends it. What a guard can't know, it refuses. Only [`examine`] can make a [`Passed`], and only a `Passed` becomes a hold: that is how a
//! plugin's output can't reach the cloud by another way.

mod confidence;
mod evidence;
mod form;
mod instance;
mod kind;
pub mod never_block;
mod number;
mod pardon;
mod passed;
mod place;
mod protection;
mod security_group;
mod share;
mod standing;
mod surroundings;
mod term;
mod width;

use std::{borrow::Cow, collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use self::share::SHARE;
pub use self::{
    evidence::{Demands, Evidence},
    instance::{ChangedInstance, InstanceSurroundings},
    never_block::NeverBlock,
    passed::Passed,
    protection::Protection,
    security_group::GroupSurroundings,
    share::{Fleet, Most},
    surroundings::{PlaceSurroundings, Surroundings},
};
use crate::{
    alert::Alert,
    cloud::CloudPlace,
    decision::{Action, ActionKind, Block, Remediation, RevokeIngress},
    duration::{HumanDuration, human},
    hold::{Pardon, Remedy, Scope},
};

/// What the guards hold every remediation against: the operator's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Prefixes that may never be denied, beside those of [`never_block::ALWAYS`].
    pub never_block: Vec<NeverBlock>,
    /// The widest IPv4 prefix that may be named, as a prefix length.
    pub widest_ipv4: u8,
    /// The widest IPv6 prefix that may be named, as a prefix length.
    pub widest_ipv6: u8,
    /// How many remediations one decision may hold.
    pub max_remediations: usize,
    /// The longest time that a hold may last.
    #[serde(with = "human")]
    #[schemars(with = "HumanDuration")]
    pub longest_hold: Duration,
    /// Whether a hold may last until somebody releases it.
    pub until_released: bool,
    /// What may never be changed.
    #[serde(default)]
    pub protection: Protection,
    /// How many instances of one VPC, or of one Auto Scaling group, may be changed within an hour.
    #[serde(default = "instances_per_hour")]
    pub instances_per_hour: Most,
    /// Whether the remotes that an isolation knows are denied at the network ACLs of the instance.
    #[serde(default)]
    pub deny_remotes: bool,
}

/// What a recording has that was written when no instance was changed.
fn instances_per_hour() -> Most {
    Most::Instances(3)
}

/// What else the guards know of one remediation.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The alert that was decided on.
    pub alert: &'a Alert,
    /// What time it is.
    pub now: Timestamp,
    /// What the plugin may do.
    pub may: &'a BTreeSet<ActionKind>,
    /// How many remediations the decision holds.
    pub remediations: usize,
    /// The account and region that the host works in for this alert.
    pub home: &'a CloudPlace,
    /// What the never-block lists have; or why that can't be known.
    pub listed: Result<&'a [NeverBlock], &'a str>,
    /// What the routes of the alert demand before an address is blocked.
    pub demands: &'a Demands,
    /// What the host itself knows of the address that shall be blocked; or why that can't be known.
    pub evidence: Result<&'a Evidence, &'a str>,
    /// The pardons in force; or why they can't be known.
    pub pardons: Result<&'a [Pardon], &'a str>,
    /// What is around the subject of the remediation; or why that can't be known.
    pub surroundings: Result<&'a Surroundings, &'a str>,
}

impl<'a> Circumstances<'a> {
    /// What is around the subject, if it is of the kind that the remediation is about.
    fn around<T>(&self, of_kind: impl Fn(&'a Surroundings) -> Option<&'a T>) -> Result<&'a T, &'a str> {
        of_kind(self.surroundings?).ok_or("what is known is of something else")
    }
}

/// What one guard said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The guard's name.
    pub guard: Cow<'static, str>,
    /// Whether it let pass.
    pub passed: bool,
    /// Why.
    pub reason: String,
}

/// What all guards said of one remediation.
#[derive(Debug, Clone)]
pub struct Examined {
    /// What each guard said, up to the first refusal.
    pub verdicts: Vec<Verdict>,
    /// What passed; None if a guard refused.
    pub passed: Option<Passed>,
}

impl Examined {
    /// The verdict that refused, if one did.
    pub fn refusal(&self) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| !verdict.passed)
    }
}

/// A guard's word: the reason to let pass, or the reason to refuse.
type Word = Result<String, String>;

/// Puts one remediation before all guards.
pub fn examine(remediation: &Remediation, circumstances: &Circumstances<'_>, rules: &Rules) -> Examined {
    let mut examination = Examination::default();
    let passed = examination.run(remediation, circumstances, rules);
    Examined {
        verdicts: examination.verdicts,
        passed,
    }
}

#[derive(Default)]
struct Examination {
    verdicts: Vec<Verdict>,
}

impl Examination {
    fn run(&mut self, remediation: &Remediation, circumstances: &Circumstances<'_>, rules: &Rules) -> Option<Passed> {
        self.hear("standing", standing::guard(circumstances.alert))?;
        self.hear("place", place::guard(&circumstances.alert.place, circumstances.home))?;
        self.hear(
            "number",
            number::guard(circumstances.remediations, rules.max_remediations),
        )?;
        self.hear("kind", kind::guard(remediation.action.kind(), circumstances.may))?;
        match &remediation.action {
            Action::Block(block) => self.block(block, remediation, circumstances, rules),
            Action::Isolate(isolate) => {
                let isolation = self.learn("form", form::isolation(isolate, &remediation.reason))?;
                let remedy = Remedy::Isolate { isolate: isolation };
                self.instance(remedy, remediation, circumstances, rules)
            }
            Action::SetInstanceState(set) => {
                let change = self.learn("form", form::state(set.change, &remediation.reason))?;
                self.instance(Remedy::SetState { change }, remediation, circumstances, rules)
            }
            Action::RevokeIngress(revoke) => self.revocation(revoke, remediation, circumstances, rules),
            // The guard of kinds refuses all others.
            Action::Custom(_) => None,
        }
    }

    fn block(
        &mut self,
        block: &Block,
        remediation: &Remediation,
        circumstances: &Circumstances<'_>,
        rules: &Rules,
    ) -> Option<Passed> {
        let prefix = self.learn("form", form::block(block, &remediation.reason))?;
        self.how_sure_how_long(remediation, rules)?;
        self.hear("width", width::guard(prefix, rules.widest_ipv4, rules.widest_ipv6))?;
        let known = circumstances.around(|surroundings| match surroundings {
            Surroundings::Place(place) => Some(place),
            _ => None,
        });
        let place = &circumstances.alert.place;
        let surroundings = self.learn("surroundings", surroundings::guard(known, place, circumstances.home))?;
        self.hear(
            "never-block",
            never_block::guard(prefix, rules, circumstances, surroundings),
        )?;
        self.hear("pardon", pardon::guard(prefix, circumstances.pardons))?;
        if !circumstances.demands.are_none() {
            let Circumstances {
                demands, evidence, now, ..
            } = *circumstances;
            let word = evidence::guard(prefix, demands, evidence, circumstances.alert.detector, now);
            self.hear("evidence", word)?;
        }
        Some(Passed::block(
            prefix,
            &block.directions,
            surroundings,
            circumstances.alert,
            remediation,
        ))
    }

    /// What changes an instance itself.
    fn instance(
        &mut self,
        remedy: Remedy,
        remediation: &Remediation,
        circumstances: &Circumstances<'_>,
        rules: &Rules,
    ) -> Option<Passed> {
        self.how_sure_how_long(remediation, rules)?;
        let known = circumstances.around(|surroundings| match surroundings {
            Surroundings::Instance(instance) => Some(instance),
            _ => None,
        });
        let place = &circumstances.alert.place;
        let known = self.learn("surroundings", instance::guard(known, place, circumstances.home))?;
        let word = rules.protection.of_instance(&known.instance, &known.tags);
        self.hear("protection", word)?;
        self.hear("share", share::guard(rules.instances_per_hour, known))?;
        let scope = Scope {
            vpc: known.instance.vpc.clone(),
            tags: known.tags.clone(),
            shares: share::shares(rules.instances_per_hour, known),
        };
        let remedy = (known.target.clone(), remedy);
        Some(Passed::one(Some(remedy), scope, circumstances.alert, remediation))
    }

    fn revocation(
        &mut self,
        revoke: &RevokeIngress,
        remediation: &Remediation,
        circumstances: &Circumstances<'_>,
        rules: &Rules,
    ) -> Option<Passed> {
        let revoke = self.learn("form", form::revocation(revoke, &remediation.reason))?;
        self.how_sure_how_long(remediation, rules)?;
        let known = circumstances.around(|surroundings| match surroundings {
            Surroundings::Group(group) => Some(group),
            _ => None,
        });
        let place = &circumstances.alert.place;
        let known = self.learn("surroundings", security_group::guard(known, place, circumstances.home))?;
        let word = rules.protection.of_group(known.target.resource.as_str(), &known.tags);
        self.hear("protection", word)?;
        let scope = Scope {
            vpc: known.vpc.clone(),
            tags: known.tags.clone(),
            ..Scope::default()
        };
        let remedy = (known.target.clone(), Remedy::Revoke { revoke });
        Some(Passed::one(Some(remedy), scope, circumstances.alert, remediation))
    }

    fn how_sure_how_long(&mut self, remediation: &Remediation, rules: &Rules) -> Option<()> {
        self.hear("confidence", confidence::guard(remediation.confidence))?;
        let term = term::guard(remediation.until, rules.longest_hold, rules.until_released);
        self.hear("term", term)
    }

    /// Notes a guard's word; None if it refused.
    fn hear(&mut self, guard: &'static str, word: Word) -> Option<()> {
        let passed = word.is_ok();
        let (Ok(reason) | Err(reason)) = word;
        let guard = guard.into();
        self.verdicts.push(Verdict { guard, passed, reason });
        passed.then_some(())
    }

    /// As [`Self::hear`], for a guard that also reads something which the guards after it need.
    fn learn<T>(&mut self, guard: &'static str, word: Result<(T, String), String>) -> Option<T> {
        let (value, word) = match word {
            Ok((value, reason)) => (Some(value), Ok(reason)),
            Err(reason) => (None, Err(reason)),
        };
        self.hear(guard, word)?;
        value
    }
}

#[cfg(test)]
mod tests;
