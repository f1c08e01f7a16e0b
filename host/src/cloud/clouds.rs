//! All accounts and regions that are configured.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{Cloud, CloudPlace};

/// Every configured account and region. Each has one client, which was made once.
#[derive(Clone, Default)]
pub struct Clouds(BTreeMap<CloudPlace, Arc<dyn Cloud>>);

impl Clouds {
    /// These clouds. Of two for one place the later one counts; the configuration refuses that before.
    pub fn new(clouds: impl IntoIterator<Item = Arc<dyn Cloud>>) -> Self {
        Self(clouds.into_iter().map(|cloud| (cloud.place().clone(), cloud)).collect())
    }

    /// The cloud of one account and region. None if it is not configured.
    pub fn of(&self, place: &CloudPlace) -> Option<&Arc<dyn Cloud>> {
        self.0.get(place)
    }

    /// All accounts and regions, ordered.
    pub fn places(&self) -> impl Iterator<Item = &CloudPlace> {
        self.0.keys()
    }

    /// All of them, ordered by account and region.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Cloud>> {
        self.0.values()
    }

    /// The one that there is, if there is exactly one.
    pub fn only(&self) -> Option<&Arc<dyn Cloud>> {
        let mut clouds = self.0.values();
        clouds.next().filter(|_| clouds.next().is_none())
    }
}

impl fmt::Debug for Clouds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.places()).finish()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        clock::ManualClock,
        cloud::simulated::{Account, SimulatedCloud},
    };

    fn cloud(account: &str, region: &str) -> Arc<dyn Cloud> {
        let account = Account::read(&format!("account = \"{account}\"\nregion = \"{region}\"")).unwrap();
        Arc::new(SimulatedCloud::new(
            account,
            Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)),
        ))
    }

    fn place(account: &str, region: &str) -> CloudPlace {
        CloudPlace {
            account: account.to_owned(),
            region: region.to_owned(),
        }
    }

    #[test]
    fn the_same_region_of_another_account_is_another_cloud() {
        let clouds = Clouds::new([cloud("111122223333", "eu-west-1"), cloud("444455556666", "eu-west-1")]);
        let found = clouds.of(&place("444455556666", "eu-west-1")).unwrap();
        assert_eq!(found.place(), &place("444455556666", "eu-west-1"));
        assert!(clouds.of(&place("444455556666", "us-east-1")).is_none());
    }

    #[test]
    fn the_only_one_is_there_only_if_there_is_no_other() {
        assert!(Clouds::default().only().is_none());
        let one = Clouds::new([cloud("111122223333", "eu-west-1")]);
        assert_eq!(one.only().unwrap().place(), &place("111122223333", "eu-west-1"));
        let two = Clouds::new([cloud("111122223333", "eu-west-1"), cloud("111122223333", "us-east-1")]);
        assert!(two.only().is_none());
    }
}
