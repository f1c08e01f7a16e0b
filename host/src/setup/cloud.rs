//! The accounts and regions.

use std::sync::Arc;

use super::SetupError;
#[cfg(feature = "aws")]
use crate::cloud::aws::Ec2Cloud;
use crate::{
    clock::Clock,
    cloud::{
        Cloud, Clouds, Trial,
        simulated::{Account, SimulatedCloud},
    },
    config::{self, Aws, Simulated},
    permission,
};

/// The accounts and regions that the configuration names, as they are worked on and as they are tried. Nothing is called yet.
pub(super) struct Places {
    pub(super) clouds: Clouds,
    pub(super) trials: Vec<Arc<dyn Trial>>,
}

impl Places {
    fn of<C: Cloud + Trial + 'static>(clouds: Vec<Arc<C>>) -> Self {
        let trials = clouds.iter().map(|cloud| Arc::clone(cloud) as Arc<dyn Trial>);
        Self {
            trials: trials.collect(),
            clouds: Clouds::new(clouds.into_iter().map(|cloud| cloud as Arc<dyn Cloud>)),
        }
    }
}

/// The accounts and regions that the configuration names.
pub(super) async fn places(config: &config::Cloud, clock: &Arc<dyn Clock>) -> Result<Places, SetupError> {
    match config {
        config::Cloud::Aws(aws) => real(aws).await,
        config::Cloud::Simulated(simulated) => in_memory(simulated, clock),
    }
}

/// The accounts that the configuration names, as IAM is to know them.
pub(super) fn accounts(config: &config::Cloud) -> Result<Vec<permission::Account>, SetupError> {
    match config {
        config::Cloud::Aws(aws) => {
            let account = |account: &config::AwsAccount| permission::Account {
                id: account.id.to_string(),
                regions: account.regions.iter().map(ToString::to_string).collect(),
                role: account.role.as_ref().map(ToString::to_string),
            };
            Ok(aws.accounts.iter().map(account).collect())
        }
        config::Cloud::Simulated(simulated) => {
            let mut accounts: Vec<permission::Account> = Vec::new();
            for file in &simulated.account_files {
                let place = Account::from_file(file).map_err(SetupError::Account)?.place().clone();
                match accounts.iter_mut().find(|known| known.id == place.account) {
                    Some(known) => {
                        known.regions.insert(place.region);
                    }
                    None => accounts.push(permission::Account {
                        id: place.account,
                        regions: [place.region].into(),
                        role: None,
                    }),
                }
            }
            Ok(accounts)
        }
    }
}

#[cfg(feature = "aws")]
async fn real(aws: &Aws) -> Result<Places, SetupError> {
    use crate::cloud::{
        CloudPlace,
        aws::{Ec2Options, Role, environment},
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
        Arc::new(Ec2Cloud::with(&environment, &options))
    });
    Ok(Places::of(clouds.collect()))
}

#[cfg(not(feature = "aws"))]
async fn real(_: &Aws) -> Result<Places, SetupError> {
    Err(SetupError::WithoutAws)
}

fn in_memory(simulated: &Simulated, clock: &Arc<dyn Clock>) -> Result<Places, SetupError> {
    let mut clouds: Vec<Arc<SimulatedCloud>> = Vec::new();
    for file in &simulated.account_files {
        let account = Account::from_file(file).map_err(SetupError::Account)?;
        let cloud = SimulatedCloud::new(account, Arc::clone(clock));
        if clouds
            .iter()
            .any(|other| Cloud::place(&**other) == Cloud::place(&cloud))
        {
            return Err(SetupError::SamePlace {
                place: Cloud::place(&cloud).clone(),
            });
        }
        clouds.push(Arc::new(cloud));
    }
    Ok(Places::of(clouds))
}
