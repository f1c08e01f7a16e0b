//! The accounts and regions.

use std::sync::Arc;

use super::SetupError;
use crate::{
    clock::Clock,
    cloud::{
        Cloud, Clouds,
        simulated::{Account, SimulatedCloud},
    },
    config::{self, Aws, Simulated},
};

/// The accounts and regions that the configuration names. Nothing is called yet.
pub(super) async fn clouds(config: &config::Cloud, clock: &Arc<dyn Clock>) -> Result<Clouds, SetupError> {
    match config {
        config::Cloud::Aws(aws) => real(aws).await,
        config::Cloud::Simulated(simulated) => in_memory(simulated, clock),
    }
}

#[cfg(feature = "aws")]
async fn real(aws: &Aws) -> Result<Clouds, SetupError> {
    use crate::cloud::{
        CloudPlace,
        aws::{Ec2Cloud, Ec2Options, Role, environment},
    };

    let environment = environment().await;
    let places = aws
        .accounts
        .iter()
        .flat_map(|account| account.regions.iter().map(move |region| (account, region)));
    let clouds = places.map(|(account, region)| {
        let options = Ec2Options {
            place: CloudPlace {
                account: account.id.to_string(),
                region: region.to_string(),
            },
            role: account.role.as_ref().map(|arn| Role {
                arn: arn.to_string(),
                external_id: account.external_id.as_ref().map(ToString::to_string),
            }),
            call_timeout: aws.call_timeout.0,
        };
        Arc::new(Ec2Cloud::with(&environment, &options)) as Arc<dyn Cloud>
    });
    Ok(Clouds::new(clouds))
}

#[cfg(not(feature = "aws"))]
async fn real(_: &Aws) -> Result<Clouds, SetupError> {
    Err(SetupError::WithoutAws)
}

fn in_memory(simulated: &Simulated, clock: &Arc<dyn Clock>) -> Result<Clouds, SetupError> {
    let mut clouds: Vec<Arc<dyn Cloud>> = Vec::new();
    for file in &simulated.account_files {
        let account = Account::from_file(file).map_err(SetupError::Account)?;
        let cloud = SimulatedCloud::new(account, Arc::clone(clock));
        if clouds.iter().any(|other| other.place() == cloud.place()) {
            return Err(SetupError::SamePlace {
                place: cloud.place().clone(),
            });
        }
        clouds.push(Arc::new(cloud));
    }
    Ok(Clouds::new(clouds))
}
