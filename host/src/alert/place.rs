//! Where in AWS an alert concerns.

use serde::{Deserialize, Serialize};

/// An account, a region and a VPC, as far as they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The AWS account, 12 digits.
    pub account: Option<String>,
    /// The AWS region.
    pub region: Option<String>,
    /// The VPC's id.
    pub vpc: Option<String>,
}

impl Place {
    /// An account and a region. If one of them has not its form neither is known: half a place could be the wrong one.
    pub(super) fn of(account: &str, region: &str) -> Self {
        if !Self::is_account(account) || !Self::is_region(region) {
            return Self::default();
        }
        Self {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            vpc: None,
        }
    }

    /// Whether a text has the form of an account's number.
    pub(super) fn is_account(text: &str) -> bool {
        text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether a text has the form of a region's name, such as `eu-west-1` or `us-gov-east-1`: by form, because the list of regions grows.
    pub(super) fn is_region(text: &str) -> bool {
        text.len() <= 32
            && text.split('-').count() >= 3
            && text.split('-').all(|word| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            })
            && text.ends_with(|last: char| last.is_ascii_digit())
    }
}
