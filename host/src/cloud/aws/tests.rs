//! What is said before anything is sent. The calls themselves are tried by the conformance suite.

use aws_credential_types::{
    Credentials,
    provider::{SharedCredentialsProvider, error::CredentialsError, future::ProvideCredentials as Provided},
};

use super::*;
use crate::cloud::{Cause, Cloud};

/// The discard port: nothing listens there, and nothing must be sent there.
const NOWHERE: &str = "http://127.0.0.1:9";

#[derive(Debug)]
struct NoCredentials;

impl aws_credential_types::provider::ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::ready(Err(CredentialsError::not_loaded("no source has any")))
    }
}

fn cloud(config: &SdkConfig, region: &str, role: Option<Role>) -> Ec2Cloud {
    let options = Ec2Options {
        place: CloudPlace {
            account: "111122223333".to_owned(),
            region: region.to_owned(),
        },
        role,
        call_timeout: Duration::from_secs(5),
    };
    Ec2Cloud::with(config, &options)
}

async fn fault_of(cloud: Ec2Cloud) -> Fault {
    let vpc = "vpc-0a1b2c3d".parse().unwrap();
    cloud.vpc_prefixes(&vpc).await.unwrap_err().fault
}

fn without_credentials() -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(NOWHERE)
        .credentials_provider(SharedCredentialsProvider::new(NoCredentials))
        .build()
}

#[tokio::test]
async fn a_host_without_credentials_is_told_so() {
    let cloud = cloud(&without_credentials(), "eu-west-1", None);
    insta::assert_snapshot!(fault_of(cloud).await, @"not permitted (MissingCredentials): dispatch failure: other: the credential provider was not enabled: no source has any; allow the call in the role's IAM policy, or check which credentials are in use");
}

#[tokio::test]
async fn a_host_without_credentials_for_a_role_is_told_which_role() {
    let role = Role {
        arn: "arn:aws:iam::111122223333:role/quell".to_owned(),
        external_id: None,
    };
    let cloud = cloud(&without_credentials(), "eu-west-1", Some(role));
    let fault = Cause::of_alert("stealthwatch-cloud", "6125")
        .scope(fault_of(cloud))
        .await;
    insta::assert_snapshot!(fault, @"not permitted (MissingCredentials): the role arn:aws:iam::111122223333:role/quell can't be assumed for the session quell-stealthwatch-cloud-6125: dispatch failure: other: the credential provider was not enabled: no source has any; allow the call in the role's IAM policy, or check which credentials are in use");
}

#[tokio::test]
async fn the_region_is_that_of_the_place_and_not_of_the_environment() {
    let config = without_credentials()
        .into_builder()
        .region(Region::new("us-east-1"))
        .build();
    let cloud = cloud(&config, "eu-west-1", None);
    assert_eq!(cloud.clients.ec2().config().region(), Some(&Region::new("eu-west-1")));
    assert_eq!(
        cloud.clients.scaling().config().region(),
        Some(&Region::new("eu-west-1"))
    );
    assert_eq!(
        cloud.clients.balancing().config().region(),
        Some(&Region::new("eu-west-1"))
    );
    assert_eq!(
        cloud.clients.quotas().config().region(),
        Some(&Region::new("eu-west-1"))
    );
}

#[tokio::test]
async fn a_place_that_nothing_is_asked_of_costs_no_client_and_one_that_is_asked_costs_one() {
    let role = Role {
        arn: "arn:aws:iam::111122223333:role/quell".to_owned(),
        external_id: None,
    };
    let config = without_credentials();
    let idle = cloud(&config, "us-east-1", Some(role));
    let asked = cloud(&config, "eu-west-1", None);
    let vpc = "vpc-0a1b2c3d".parse().unwrap();
    asked.vpc_prefixes(&vpc).await.unwrap_err();
    assert_eq!((idle.clients.made(), asked.clients.made()), (0, 1));
}

#[tokio::test]
async fn a_region_that_can_not_be_is_told_so() {
    let fault = fault_of(cloud(&with_credentials(), "", None)).await;
    assert!(matches!(fault, Fault::Invalid { .. }), "{fault}");
    assert!(fault.to_string().contains("`region`"), "{fault}");
}

#[tokio::test]
async fn an_end_point_that_can_not_be_is_told_so() {
    let config = with_credentials()
        .into_builder()
        .use_fips(true)
        .endpoint_url(NOWHERE)
        .build();
    insta::assert_snapshot!(fault_of(cloud(&config, "eu-west-1", None)).await, @"refused (InvalidRequest): dispatch failure: other: Invalid Configuration: FIPS and custom endpoint are not supported; check the region and the end point that are configured");
}

fn with_credentials() -> SdkConfig {
    let credentials = Credentials::new("invented", "invented", None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}
