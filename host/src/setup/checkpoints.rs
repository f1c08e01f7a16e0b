//! What makes checkpoints of the journal's ledger.

use jiff::SignedDuration;

use super::SetupError;
#[cfg(feature = "aws")]
use crate::{checkpoint::bucket::CheckpointBucket, cloud::aws::environment};
use crate::{
    checkpoint::{Checkpoints, Shelf, file::CheckpointFile},
    config::{self, CheckpointPlace},
    secret::Secrets,
};

/// What makes checkpoints, as the configuration says. None if it names no place for them.
pub(super) async fn checkpoints(
    configured: Option<&config::Checkpoints>,
    secrets: &Secrets,
) -> Result<Option<Checkpoints>, SetupError> {
    let Some(config::Checkpoints { place, every, key }) = configured else {
        return Ok(None);
    };
    let every = SignedDuration::try_from(every.0).unwrap_or(SignedDuration::MAX);
    Ok(Some(Checkpoints::new(shelf(place).await?, every, secrets.live(key)?)))
}

async fn shelf(place: &CheckpointPlace) -> Result<Box<dyn Shelf>, SetupError> {
    match place {
        CheckpointPlace::File(path) => Ok(Box::new(CheckpointFile::at(path.clone()))),
        #[cfg(feature = "aws")]
        CheckpointPlace::Bucket {
            bucket,
            prefix,
            region,
            retain,
        } => {
            let retain = retain.map(|retain| SignedDuration::try_from(retain.0).unwrap_or(SignedDuration::MAX));
            let config = environment().await;
            Ok(Box::new(CheckpointBucket::new(
                &config,
                region.as_deref(),
                bucket,
                prefix,
                retain,
            )))
        }
        #[cfg(not(feature = "aws"))]
        CheckpointPlace::Bucket { .. } => Err(SetupError::WithoutAws),
    }
}
