//! Room: whether there is any left in network ACLs for what blocks need.

use super::{Finding, Verdict};
use crate::{
    cloud::{CloudPlace, Found},
    converge::{Converger, SideCapacity},
    hold::Target,
    report::summary::count,
    text::with_causes,
};

/// How many network ACLs of an account and region are looked at.
const MOST: usize = 50;

/// Looks at the room in the network ACLs that were come upon.
pub async fn check(converger: &Converger, place: &CloudPlace, found: &Found) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (acl, _) in found.acls.iter().take(MOST) {
        let target = Target::new(place, acl.clone());
        let of = |verdict, why: String| Finding::of_account(place, format!("room in {acl}"), verdict, why);
        findings.push(match converger.capacity(&target).await {
            Ok(Some(capacity)) => {
                let room: Vec<_> = capacity.sides.iter().map(side).collect();
                let is_full = capacity.sides.iter().any(|side| side.room == 0);
                of(if is_full { Verdict::Note } else { Verdict::Fine }, room.join(", "))
            }
            Ok(None) => continue,
            Err(error) => of(Verdict::Unknown, with_causes(&error)),
        });
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

fn side(side: &SideCapacity) -> String {
    format!("{} {} for {} rules", side.direction, side.family, side.room)
}
