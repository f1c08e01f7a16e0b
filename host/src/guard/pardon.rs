//! Nobody who was pardoned.

use ipnet::IpNet;

use super::{Word, never_block::overlaps};
use crate::hold::Pardon;

/// Who a person released for good is not blocked again by the next alert. Which pardons there are must be known.
pub(super) fn guard(prefix: IpNet, pardons: Result<&[Pardon], &str>) -> Word {
    let pardons = pardons.map_err(|why| format!("the pardons can't be read: {why}"))?;
    match pardons.iter().find(|pardon| overlaps(prefix, pardon.prefix)) {
        None => Ok(format!("{prefix} is not pardoned")),
        Some(pardon) => Err(format!(
            "{prefix} overlaps {}, which is pardoned {} ({})",
            pardon.prefix,
            pardon.lasts(),
            pardon.reason
        )),
    }
}
