//! Only the account and region that the host is configured for.

use super::Word;
use crate::{alert::Place, cloud::CloudPlace};

/// An alert may name no account or region: then the target itself, which was found in ours, is the proof. What it names must be ours.
pub(super) fn guard(alert: &Place, home: &CloudPlace) -> Word {
    let differs =
        |named: &Option<String>, ours: &str| named.as_deref().filter(|named| *named != ours).map(str::to_owned);
    if let Some(account) = differs(&alert.account, &home.account) {
        return Err(format!(
            "the alert is for account {account}, this Quell is configured for {}",
            home.account
        ));
    }
    if let Some(region) = differs(&alert.region, &home.region) {
        return Err(format!(
            "the alert is for region {region}, this Quell is configured for {}",
            home.region
        ));
    }
    Ok(format!("account {} in {}", home.account, home.region))
}
