//! Only the account and region that the alert is for.

use super::Word;
use crate::{alert::Place, cloud::CloudPlace};

/// An alert may name no account or region: then the target itself, which was found at home, is the proof. What it names must be home.
pub(super) fn guard(alert: &Place, home: &CloudPlace) -> Word {
    let differs =
        |named: &Option<String>, ours: &str| named.as_deref().filter(|named| *named != ours).map(str::to_owned);
    if let Some(account) = differs(&alert.account, &home.account) {
        return Err(format!(
            "the alert is for account {account}, the work on it is in {}",
            home.account
        ));
    }
    if let Some(region) = differs(&alert.region, &home.region) {
        return Err(format!(
            "the alert is for region {region}, the work on it is in {}",
            home.region
        ));
    }
    Ok(format!("account {} in {}", home.account, home.region))
}
