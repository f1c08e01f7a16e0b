//! The never-block lists that the configuration names. Nothing is read yet.

#[cfg(feature = "aws")]
use crate::never_block::ObjectSource;
use crate::{
    config::{Config, NeverBlockList, never_block::ListSource},
    never_block::{FileSource, List, ListTerms},
};

/// The lists, none of which was read yet.
pub(super) fn lists(config: &Config) -> Vec<List> {
    config.never_block_lists.iter().map(list).collect()
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
    async fn fetch(
        &self,
        _: Option<&str>,
    ) -> Result<crate::never_block::Fetched, crate::never_block::SourceError> {
        Err(crate::never_block::SourceError(
            super::SetupError::WithoutAws.to_string(),
        ))
    }
}
