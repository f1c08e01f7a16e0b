//! Room: whether there is any left in network ACLs for what blocks need.

use std::collections::BTreeSet;

use super::{Finding, Verdict};
use crate::{
    cloud::{CloudPlace, Found},
    converge::{Converger, QuotaSource, SideCapacity},
    hold::Target,
    report::summary::count,
    text::with_causes,
};

/// How many network ACLs of an account and region are looked at.
const MOST: usize = 50;

/// Looks at the room in the network ACLs that were come upon.
pub async fn check(converger: &Converger, place: &CloudPlace, found: &Found) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut quotas = BTreeSet::new();
    for (acl, _) in found.acls.iter().take(MOST) {
        let target = Target::new(place, acl.clone());
        let of = |verdict, why: String| Finding::of_account(place, format!("room in {acl}"), verdict, why);
        findings.push(match converger.capacity(&target).await {
            Ok(Some(capacity)) => {
                quotas.extend(capacity.sides.iter().map(quota));
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
                of(if is_fine { Verdict::Fine } else { Verdict::Note }, why)
            }
            Ok(None) => continue,
            Err(error) => of(Verdict::Unknown, with_causes(&error)),
        });
    }
    if !quotas.is_empty() {
        let quotas: Vec<_> = quotas.into_iter().collect();
        let what = "quota of rules in network ACLs";
        findings.push(Finding::of_account(place, what, Verdict::Fine, quotas.join("; ")));
    }
    if found.acls.len() > MOST {
        let why = format!(
            "{} more were not looked at",
            count(found.acls.len() - MOST, "network ACL")
        );
        findings.push(Finding::of_account(place, "room in network ACLs", Verdict::Note, why));
    }
    findings
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
