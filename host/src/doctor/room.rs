//! Room: whether there is any left in network ACLs for what blocks need.

use std::collections::BTreeSet;

use super::{Finding, Verdict};
use crate::{
    cloud::{CloudPlace, Found},
    converge::{Capacity, ConvergeError, Converger, QuotaSource, SideCapacity},
    hold::{Hold, Target},
    report::summary::count,
    text::with_causes,
};

/// How many network ACLs of an account and region are looked at.
const MOST: usize = 50;

/// Looks at the room in the network ACLs that were come upon. Those that are looked at are noted.
pub async fn check(
    converger: &Converger,
    place: &CloudPlace,
    found: &Found,
    looked_at: &mut BTreeSet<Target>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut quotas = BTreeSet::new();
    for (acl, _) in found.acls.iter().take(MOST) {
        let target = Target::new(place, acl.clone());
        match converger.capacity(&target).await {
            Ok(Some(capacity)) => {
                quotas.extend(capacity.sides.iter().map(quota));
                findings.push(room(&target, &capacity));
            }
            Ok(None) => {}
            Err(error) => findings.push(of(&target, Verdict::Unknown, with_causes(&error))),
        }
        looked_at.insert(target);
    }
    if !quotas.is_empty() {
        let quotas: Vec<_> = quotas.into_iter().collect();
        let what = "quota of rules in network ACLs";
        findings.push(Finding::of_account(place, what, Verdict::Fine, quotas.join("; ")));
    }
    if found.acls.len() > MOST {
        let why = format!(
            "{} more were not looked at, but for those with holds",
            count(found.acls.len() - MOST, "network ACL")
        );
        findings.push(Finding::of_account(place, "room in network ACLs", Verdict::Note, why));
    }
    findings
}

/// Looks at the room in the network ACLs that have holds and were not looked at: those behind the first, those where nothing may block any more, and those in accounts
/// that are not configured any more.
pub async fn check_held(converger: &Converger, holds: &[Hold], looked_at: &BTreeSet<Target>) -> Vec<Finding> {
    let targets: BTreeSet<_> = holds.iter().map(|hold| &hold.target).collect();
    let of_acls = targets
        .into_iter()
        .filter(|target| target.acl().is_some() && !looked_at.contains(*target));
    let of_acls: Vec<_> = of_acls.collect();
    let mut findings = Vec::new();
    for target in of_acls.iter().take(MOST) {
        findings.push(match converger.capacity(target).await {
            Ok(Some(capacity)) => room(target, &capacity),
            Ok(None) => continue,
            // What is in force there stays for good.
            Err(error @ ConvergeError::NotConfigured { .. }) => of(target, Verdict::Missing, with_causes(&error)),
            // There will never be any again, and nobody has to do anything.
            Err(error @ ConvergeError::Gone { .. }) => of(target, Verdict::Note, with_causes(&error)),
            Err(error) => of(target, Verdict::Unknown, with_causes(&error)),
        });
    }
    if of_acls.len() > MOST {
        let more = count(of_acls.len() - MOST, "network ACL");
        let why = format!("{more} with holds more were not looked at: `quell capacity` tells of all");
        findings.push(Finding::of_machine("room in network ACLs", Verdict::Note, why));
    }
    findings
}

fn of(target: &Target, verdict: Verdict, why: String) -> Finding {
    Finding::of_account(&target.place(), format!("room in {}", target.resource), verdict, why)
}

/// For how many rules there is room, and whether all holds have theirs.
fn room(target: &Target, capacity: &Capacity) -> Finding {
    let room: Vec<_> = capacity.sides.iter().map(side).collect();
    let is_full = capacity.sides.iter().any(|side| side.room == 0);
    let uncovered: usize = capacity.sides.iter().map(|side| side.not_covered).sum();
    let why = match uncovered {
        0 => room.join(", "),
        many => format!(
            "{}; {} NOT COVERED: `quell holds --uncovered` says why",
            room.join(", "),
            count(many, "hold")
        ),
    };
    let is_fine = !is_full && uncovered == 0;
    of(target, if is_fine { Verdict::Fine } else { Verdict::Note }, why)
}

/// The quota, and who says so.
fn quota(side: &SideCapacity) -> String {
    let source = match side.quota_source {
        QuotaSource::Configured => "as configured (network-acl.quota)",
        QuotaSource::ServiceQuotas => "as Service Quotas says",
        QuotaSource::Default => {
            "Amazon's default; more can be asked for (L-2AEEBF1A), and network-acl.quota says it here"
        }
    };
    format!("{} a direction and family, {source}", side.quota)
}

fn side(side: &SideCapacity) -> String {
    format!("{} {} for {} rules", side.direction, side.family, side.room)
}
