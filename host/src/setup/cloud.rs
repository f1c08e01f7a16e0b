//! The accounts and regions.

use std::sync::Arc;

use super::SetupError;
use crate::{
    clock::Clock,
    cloud::{
        Cloud, Clouds,
        simulated::{Account, SimulatedCloud},
    },
    config,
};

/// The accounts and regions that the configuration names. Nothing is called yet.
pub(super) async fn clouds(config: &config::Cloud, clock: &Arc<dyn Clock>) -> Result<Clouds, SetupError> {
    match config {
        config::Cloud::Aws(aws) => Ok(Clouds::new([connect(aws).await?])),
        config::Cloud::Simulated(simulated) => {
            let account = Account::from_file(&simulated.account_file).map_err(SetupError::Account)?;
            let cloud: Arc<dyn Cloud> = Arc::new(SimulatedCloud::new(account, Arc::clone(clock)));
            Ok(Clouds::new([cloud]))
        }
    }
}

#[cfg(feature = "aws")]
async fn connect(aws: &config::Aws) -> Result<Arc<dyn Cloud>, SetupError> {
    use crate::cloud::{
        CloudPlace,
        aws::{Ec2Cloud, Ec2Options},
    };

    let options = Ec2Options {
        place: CloudPlace {
            account: aws.account.to_string(),
            region: aws.region.to_string(),
        },
        call_timeout: aws.call_timeout.0,
    };
    Ok(Arc::new(Ec2Cloud::connect(&options).await))
}

#[cfg(not(feature = "aws"))]
async fn connect(_: &config::Aws) -> Result<Arc<dyn Cloud>, SetupError> {
    Err(SetupError::WithoutAws)
}
