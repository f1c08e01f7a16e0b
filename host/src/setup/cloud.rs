//! The account.

use std::sync::Arc;

use super::SetupError;
use crate::{
    clock::Clock,
    cloud::{
        Cloud,
        simulated::{Account, SimulatedCloud},
    },
    config,
};

/// The account that the configuration names. Nothing is called yet.
pub(super) async fn cloud(config: &config::Cloud, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Cloud>, SetupError> {
    match config {
        config::Cloud::Aws(aws) => connect(aws).await,
        config::Cloud::Simulated(simulated) => {
            let account = Account::from_file(&simulated.account_file).map_err(SetupError::Account)?;
            Ok(Arc::new(SimulatedCloud::new(account, Arc::clone(clock))))
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
