//! Finding the account and region that an alert is for.

use std::sync::Arc;

use crate::{
    alert::Place,
    cloud::{Cloud, CloudPlace, Clouds},
};

/// The cloud of the account and region that an alert names, or why it can't be told. An alert that leaves out one or both is for the only
/// cloud that fits what it names; if several fit, none is guessed.
pub(super) fn cloud_of<'a>(place: &Place, clouds: &'a Clouds) -> Result<&'a Arc<dyn Cloud>, String> {
    let fits = |named: &Option<String>, ours: &str| named.as_deref().is_none_or(|named| named == ours);
    let of_account: Vec<_> = clouds
        .places()
        .filter(|ours| fits(&place.account, &ours.account))
        .collect();
    let fitting: Vec<_> = of_account
        .iter()
        .filter(|ours| fits(&place.region, &ours.region))
        .collect();
    match (fitting.as_slice(), &place.account, &place.region) {
        ([one], ..) => clouds
            .of(one)
            .ok_or_else(|| format!("the alert is for {one}, which is not configured")),
        ([], Some(account), _) if of_account.is_empty() => Err(format!(
            "the alert is for account {account}, which is not configured ([[aws.account]])"
        )),
        ([], _, region) => Err(format!(
            "the alert is for region {}, which is not configured (`regions` in [[aws.account]]); configured: {}",
            region.as_deref().unwrap_or("unknown"),
            listed(of_account.into_iter())
        )),
        (several, account, _) => Err(format!(
            "the alert names {}, and several places are configured: {}",
            match account {
                Some(account) => format!("account {account} but no region"),
                None => "no account".to_owned(),
            },
            listed(several.iter().copied().copied())
        )),
    }
}

fn listed<'a>(places: impl Iterator<Item = &'a CloudPlace>) -> String {
    let places: Vec<_> = places.map(ToString::to_string).collect();
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        clock::ManualClock,
        cloud::simulated::{Account, SimulatedCloud},
    };

    fn clouds(places: &[(&str, &str)]) -> Clouds {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        Clouds::new(places.iter().map(|(account, region)| {
            let account = Account::read(&format!("account = '{account}'\nregion = '{region}'")).unwrap();
            Arc::new(SimulatedCloud::new(account, clock.clone())) as Arc<dyn Cloud>
        }))
    }

    /// Three places in two accounts.
    fn three() -> Clouds {
        clouds(&[
            ("111122223333", "eu-west-1"),
            ("111122223333", "us-east-1"),
            ("444455556666", "eu-west-1"),
        ])
    }

    fn found(clouds: &Clouds, account: Option<&str>, region: Option<&str>) -> Result<String, String> {
        let place = Place {
            account: account.map(str::to_owned),
            region: region.map(str::to_owned),
            vpc: None,
        };
        cloud_of(&place, clouds).map(|cloud| cloud.place().to_string())
    }

    #[test]
    fn an_alert_goes_to_the_account_and_region_that_it_names() {
        assert_eq!(
            found(&three(), Some("111122223333"), Some("us-east-1")).unwrap(),
            "account 111122223333 in us-east-1"
        );
    }

    #[test]
    fn an_alert_that_names_nothing_goes_to_the_only_place_that_there_is() {
        let one = clouds(&[("111122223333", "eu-west-1")]);
        assert_eq!(found(&one, None, None).unwrap(), "account 111122223333 in eu-west-1");
        insta::assert_snapshot!(
            found(&three(), None, None).unwrap_err(),
            @"the alert names no account, and several places are configured: account 111122223333 in eu-west-1, account 111122223333 in us-east-1, account 444455556666 in eu-west-1"
        );
    }

    #[test]
    fn an_alert_without_a_region_goes_to_the_only_one_of_its_account() {
        assert_eq!(
            found(&three(), Some("444455556666"), None).unwrap(),
            "account 444455556666 in eu-west-1"
        );
        insta::assert_snapshot!(
            found(&three(), Some("111122223333"), None).unwrap_err(),
            @"the alert names account 111122223333 but no region, and several places are configured: account 111122223333 in eu-west-1, account 111122223333 in us-east-1"
        );
    }

    #[test]
    fn an_account_or_a_region_that_is_not_configured_is_told_apart() {
        insta::assert_snapshot!(
            found(&three(), Some("999999999999"), Some("eu-west-1")).unwrap_err(),
            @"the alert is for account 999999999999, which is not configured ([[aws.account]])"
        );
        insta::assert_snapshot!(
            found(&three(), Some("444455556666"), Some("us-east-1")).unwrap_err(),
            @"the alert is for region us-east-1, which is not configured (`regions` in [[aws.account]]); configured: account 444455556666 in eu-west-1"
        );
    }
}
