//! What is said before anything is sent. The calls themselves are tried by the conformance suite.

use aws_credential_types::{
    Credentials,
    provider::{SharedCredentialsProvider, error::CredentialsError, future::ProvideCredentials as Provided},
};

use super::*;

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

async fn fault_of(config: SdkConfig) -> Fault {
    let cloud = Ec2Cloud::with(
        &config,
        &Ec2Options {
            place: CloudPlace {
                account: "111122223333".to_owned(),
                region: "eu-west-1".to_owned(),
            },
            call_timeout: Duration::from_secs(5),
        },
    );
    let vpc = "vpc-0a1b2c3d".parse().unwrap();
    cloud.vpc_prefixes(&vpc).await.unwrap_err().fault
}

#[tokio::test]
async fn a_host_without_credentials_is_told_so() {
    let config = SdkConfig::builder()
        .region(Region::new("eu-central-1"))
        .endpoint_url(NOWHERE)
        .credentials_provider(SharedCredentialsProvider::new(NoCredentials))
        .build();
    insta::assert_snapshot!(fault_of(config).await, @"not permitted (MissingCredentials): dispatch failure: other: the credential provider was not enabled: no source has any; allow the call in the role's IAM policy, or check which credentials are in use");
}

#[tokio::test]
async fn a_host_without_a_region_is_told_so() {
    let credentials = Credentials::new("invented", "invented", None, None, "tests");
    let config = SdkConfig::builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    insta::assert_snapshot!(fault_of(config).await, @"refused (InvalidRequest): dispatch failure: other: Invalid Configuration: Missing Region; check the region in the configuration or in AWS_REGION");
}
