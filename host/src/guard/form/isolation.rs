//! The form of an isolation.

use crate::{
    cloud::{InterfaceId, SecurityGroupId},
    decision::Isolate,
    hold::Isolation,
};

/// Amazon's default quota of groups an interface.
const MOST_GROUPS: usize = 5;

/// Which interfaces, which groups, and a reason.
pub(in crate::guard) fn isolation(isolate: &Isolate, reason: &str) -> Result<(Isolation, String), String> {
    super::reason(reason)?;
    let interface: Option<InterfaceId> = match &isolate.interface {
        None => None,
        Some(id) => Some(id.parse().map_err(|error| format!("{error}"))?),
    };
    let groups: Vec<SecurityGroupId> = isolate
        .security_groups
        .iter()
        .map(|id| id.parse().map_err(|error| format!("{error}")))
        .collect::<Result<_, String>>()?;
    if groups.len() > MOST_GROUPS {
        return Err(format!(
            "{} security groups are named, and an interface can be in {MOST_GROUPS}",
            groups.len()
        ));
    }
    let told = match &interface {
        Some(interface) => format!("{interface} only, with a reason"),
        None => "all its interfaces, with a reason".to_owned(),
    };
    Ok((Isolation { interface, groups }, told))
}
