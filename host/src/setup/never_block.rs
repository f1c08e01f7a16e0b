//! The never-block lists that the configuration names. Nothing is read yet.

use std::sync::Arc;

#[cfg(feature = "aws")]
use crate::never_block::ObjectSource;
use crate::{
    cloud::{Cloud, Clouds},
    config::{Config, NeverBlockList, never_block::ListSource},
    duration::HumanDuration,
    never_block::{FileSource, Format, List, ListTerms, OwnAddresses},
};

/// How often the accounts' own addresses are asked for, and how old they may be.
const OWN_EVERY: HumanDuration = HumanDuration::from_secs(5 * 60);
const OWN_MAX_AGE: HumanDuration = HumanDuration::from_secs(60 * 60);

/// The lists, none of which was read yet.
pub(super) fn lists(config: &Config, clouds: &Clouds) -> Vec<List> {
    let of_accounts = clouds.iter().filter(|_| config.guard.own_addresses).map(own);
    config.never_block_lists.iter().map(list).chain(of_accounts).collect()
}

fn own(cloud: &Arc<dyn Cloud>) -> List {
    let place = cloud.place();
    let terms = ListTerms {
        name: "own-addresses".to_owned(),
        place: format!("of account {} in {}", place.account, place.region),
        format: Format::Prefixes,
        every: OWN_EVERY,
        max_age: OWN_MAX_AGE,
        // An account need not have any.
        may_be_empty: true,
    };
    List::new(terms, OwnAddresses::of(Arc::clone(cloud)))
}

fn list(list: &NeverBlockList) -> List {
    let terms = ListTerms {
        name: list.name.clone(),
        place: list.source.to_string(),
        format: list.format.clone(),
        every: list.every,
        max_age: list.max_age,
        may_be_empty: list.may_be_empty,
    };
    match &list.source {
        ListSource::File(path) => List::new(terms, FileSource::at(path)),
        #[cfg(feature = "aws")]
        ListSource::Object { bucket, key, region } => {
            List::new(terms, ObjectSource::new(bucket.clone(), key.clone(), region.clone()))
        }
        #[cfg(not(feature = "aws"))]
        ListSource::Object { .. } => List::new(terms, WithoutAws),
    }
}

/// In place of an object, where there is no client of S3.
#[cfg(not(feature = "aws"))]
struct WithoutAws;

#[cfg(not(feature = "aws"))]
#[async_trait::async_trait]
impl crate::never_block::Source for WithoutAws {
    async fn fetch(&self, _: Option<&str>) -> Result<crate::never_block::Fetched, crate::never_block::SourceError> {
        Err(crate::never_block::SourceError(
            super::SetupError::WithoutAws.to_string(),
        ))
    }
}
